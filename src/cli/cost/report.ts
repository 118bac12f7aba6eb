/** What every format of `roadbed cost` prints: figures already made, in the order they are shown. */
import type { BudgetResult } from '../../engines/cost/budget.ts';
import type { CostEstimate } from '../../engines/cost/cost-line.ts';
import type { Currency } from '../../engines/cost/currency.ts';
import { printAmount } from '../../engines/cost/currency.ts';
import type { CostDifference } from '../../engines/cost/difference.ts';
import { totalOf } from '../../engines/cost/difference.ts';
import type { RollUp } from '../../engines/cost/roll-up.ts';
import type { JudgedPolicies } from './policies.ts';
import type { ClusterSummary } from '../../engines/kubernetes-cost/cluster-rows.ts';

export interface CostReport {
  title: string;
  estimate: CostEstimate;
  by: string;
  groups: readonly RollUp[];
  currency: Currency;
  budgets: readonly BudgetResult[];
  /** When policies were given. */
  policies?: JudgedPolicies;
  /** Kubernetes clusters whose machines are described. */
  clusters?: readonly ClusterSummary[];
  comparison?: { with: string; difference: CostDifference; sentence: string };
}

/** `41 resources: 30 priced, 2 partly, 3 depend on usage, 4 free, 2 unknown (aws_memorydb_cluster 2)`. */
export function costCoverageLine({ estimate }: Pick<CostReport, 'estimate'>): string {
  const { byStatus, unknownTypes, stalePrices, oldestPrice } = estimate.coverage;
  const parts = [`${byStatus.priced} priced`, ...some(byStatus.partly, 'partly'), ...some(byStatus.usage, 'depending on usage'), ...some(byStatus.free, 'free'), ...some(byStatus.elsewhere, 'priced elsewhere'), `${byStatus.unknown} unknown`];
  const types = unknownTypes.slice(0, 4).map(({ type, count }) => `${type} ${count}`);
  const more = unknownTypes.length > 4 ? [`${unknownTypes.length - 4} other types`] : [];
  const unknown = types.length === 0 ? '' : ` (${[...types, ...more].join(', ')})`;
  const dates = oldestPrice === undefined ? '' : `; oldest price of ${oldestPrice}${stalePrices === 0 ? '' : `, ${stalePrices} older than 18 months`}`;
  return `${estimate.resources.length} resources: ${parts.join(', ')}${unknown}${dates}`;
}

function some(count: number, words: string): string[] {
  return count === 0 ? [] : [`${count} ${words}`];
}

/** `1,204.11 USD a month, 1.65 an hour: fixed 1,104.11, by usage 100.00; 220.00 rests on estimated prices`. */
export function totalLine({ estimate, currency }: Pick<CostReport, 'estimate' | 'currency'>): string {
  const amount = (value: typeof estimate.fixed.value): string => printAmount(value, currency);
  const total = totalOf(estimate);
  const { low, high } = { low: estimate.fixed.low.plus(estimate.usage.low), high: estimate.fixed.high.plus(estimate.usage.high) };
  const range = low.compare(high) === 0 ? '' : ` (from ${amount(low)} to ${amount(high)})`;
  const estimated = estimate.coverage.estimated.isZero ? '' : `; ${amount(estimate.coverage.estimated)} rests on estimated prices`;
  return `${amount(total)} a month${range}: fixed ${amount(estimate.fixed.value)}, by usage ${amount(estimate.usage.value)}${estimated}`;
}
