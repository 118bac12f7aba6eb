/** One estimate of resources that were priced in different ways. */
import type { CostEstimate, ResourceCost } from './cost-line.ts';
import { coverageOf } from './coverage.ts';
import { sumOfSpans } from './span.ts';

/** @param today The day to judge the age of prices by. */
export function estimateOf(given: readonly ResourceCost[], today: string): CostEstimate {
  const resources = [...given].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return { currency: 'USD', resources, fixed: sumOfSpans(resources.map((resource) => resource.fixed)), usage: sumOfSpans(resources.map((resource) => resource.usage)), coverage: coverageOf(resources, today) };
}
