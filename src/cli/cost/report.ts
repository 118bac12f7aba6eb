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
  /** Modules whose code is not there: what they make is in no figure. */
  modulesNotRead: number;
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
  return `${estimate.resources.length} ${estimate.resources.length === 1 ? 'resource' : 'resources'}: ${parts.join(', ')}${unknown}${dates}`;
}

function some(count: number, words: string): string[] {
  return count === 0 ? [] : [`${count} ${words}`];
}

/** `1204.11 USD a month: fixed 1104.11 USD, by usage 100.00 USD; 220.00 USD rests on estimated prices; not in it: 2 unknown resources`. */
export function totalLine({ estimate, currency, modulesNotRead }: Pick<CostReport, 'estimate' | 'currency' | 'modulesNotRead'>): string {
  const amount = (value: typeof estimate.fixed.value): string => printAmount(value, currency);
  const total = totalOf(estimate);
  const { low, high } = { low: estimate.fixed.low.plus(estimate.usage.low), high: estimate.fixed.high.plus(estimate.usage.high) };
  const range = low.compare(high) === 0 ? '' : ` (from ${amount(low)} to ${amount(high)})`;
  const estimated = estimate.coverage.estimated.isZero ? '' : `; ${amount(estimate.coverage.estimated)} rests on estimated prices`;
  const usage = estimate.usage.value.isZero && lacksUsage(estimate) ? 'usage not given (--usage)' : `by usage ${amount(estimate.usage.value)}`;
  const { partly, unknown } = estimate.coverage.byStatus;
  const left = [...some(unknown, unknown === 1 ? 'unknown resource' : 'unknown resources'), ...some(partly, `known in part only`), ...some(modulesNotRead, `${modulesNotRead === 1 ? 'module' : 'modules'} whose code is not here (terraform init fetches it)`)];
  return `${amount(total)} a month${range}: fixed ${amount(estimate.fixed.value)}, ${usage}${estimated}${left.length === 0 ? '' : `; not in it: ${left.join(', ')}`}`;
}

/** Something is paid by usage, and how much is used was not told: no amount is not nothing. */
function lacksUsage({ resources }: CostEstimate): boolean {
  return resources.some(({ lines }) => lines.some((line) => line.kind === 'usage' && line.monthly === undefined));
}
