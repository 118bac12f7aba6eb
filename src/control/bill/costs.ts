/**
 * Costs of a range of days, given to their owners: the one way from a bill to a figure, for the console, the terminal
 * and a file without a server.
 *
 * Subjects are put into as few buckets as the question needs, so that the database sums them up; what is shared keeps
 * a bucket for each subject, because each cost is divided by itself and the parts must be the same in every question.
 */
import type { BillMeasure } from '../../domain/bill.ts';
import { Decimal } from '../../domain/money.ts';
import { allocate, type AllocatedCost, type MetricWeights } from '../../engines/bill-allocation/allocate.ts';
import { groupCosts, groupName, rowsByCurrency, UNALLOCATED, type BillBucket, type GroupedCost, type GroupFilter, type GroupWord } from '../../engines/bill-allocation/group.ts';
import { ownerOf, type ResourceLookup } from '../../engines/bill-allocation/owner.ts';
import { converted, type ExchangeRate } from '../../engines/bill-allocation/rates.ts';
import type { AllocationRules } from '../../engines/bill-allocation/rules.ts';
import { subjectKey, type BillRange, type Bills } from '../../ports/bills.ts';

/** Bills in the database, or the charges of one file. */
export type BillSource = Pick<Bills, 'subjects' | 'days' | 'coverage'>;

export interface BillView {
  rules: AllocationRules;
  /** From ids on the bill to resources of known states. */
  lookup?: ResourceLookup;
  /** Weights that the file of rules does not have. */
  metric?: MetricWeights;
  currency?: { to: string; rates: readonly ExchangeRate[] };
}

export interface OwnedCosts {
  range: BillRange;
  buckets: BillBucket[];
  costs: AllocatedCost[];
}

/** `words`: what will be asked of the answer (`groupCosts`, filters); more words, more buckets. `categories`: of charges. */
export async function ownedCosts(source: BillSource, range: BillRange, view: BillView, words: readonly GroupWord[], categories?: readonly string[]): Promise<OwnedCosts> {
  const buckets: BillBucket[] = [];
  const places = new Map<string, number>();
  const bucketOf = new Map<string, number>();
  for (const { id, subject, namespace } of await source.subjects(range)) {
    const owner = ownerOf(subject, namespace, view.rules, view.lookup);
    const bucket: BillBucket = { subjectKeys: [subjectKey(id, namespace)], subject, owner };
    const names = words.map((word) => groupName(word, { team: owner.team, by: owner.by }, bucket));
    const place = owner.shared === undefined ? JSON.stringify([owner.team, owner.by, names]) : `${id} ${namespace ?? ''}`;
    const known = places.get(place);
    if (known === undefined) {
      places.set(place, buckets.length);
      bucketOf.set(subjectKey(id, namespace), buckets.length);
      buckets.push(bucket);
    } else {
      bucketOf.set(subjectKey(id, namespace), known);
      buckets[known]?.subjectKeys.push(subjectKey(id, namespace));
    }
  }
  const days = await source.days(range, bucketOf, categories);
  const costs = view.currency === undefined ? days : converted(days, view.currency.to, view.currency.rates);
  return { range, buckets, costs: allocate(costs, buckets, (name, day) => view.metric?.(name, day) ?? view.rules.metrics.get(name)) };
}

const EMPTY = { amounts: { billed: Decimal.zero, effective: Decimal.zero, list: Decimal.zero, contracted: Decimal.zero } };

export interface CostReport {
  range: BillRange;
  by: GroupWord;
  /** Over the range, the largest billed amount first. */
  groups: GroupedCost[];
  /** By day, where asked for. */
  days: GroupedCost[];
  /** Of all costs within the filters. */
  totals: { currency: string; rows: number; amounts: Readonly<Record<BillMeasure, Decimal>> }[];
  /** Of the totals, what no team has. */
  unallocated: { currency: string; amounts: Readonly<Record<BillMeasure, Decimal>> }[];
  buckets: readonly BillBucket[];
}

/** The costs of a range by team, service, resource, ...; `unallocated` is told whatever is asked. */
export async function costReport(source: BillSource, range: BillRange, view: BillView, ask: { by: GroupWord; filters?: readonly GroupFilter[]; byDay?: boolean }): Promise<CostReport> {
  const filters = ask.filters ?? [];
  const { buckets, costs } = await ownedCosts(source, range, view, [ask.by, 'team', ...filters.map((filter) => filter.word)]);
  const within = filters.length === 0 ? {} : { filters };
  const sums = groupCosts(costs, buckets, 'team', within);
  const rows = rowsByCurrency(costs, buckets, filters);
  const currencies = [...new Set(sums.map((sum) => sum.currency))].sort();
  const sumOf = (of: readonly GroupedCost[], currency: string): { currency: string; rows: number; amounts: Record<BillMeasure, Decimal> } => {
    const [first, ...rest] = of.filter((sum) => sum.currency === currency);
    const amounts = { ...(first ?? EMPTY).amounts };
    for (const sum of rest) for (const measure of Object.keys(amounts) as BillMeasure[]) amounts[measure] = amounts[measure].plus(sum.amounts[measure]);
    return { currency, rows: rows.get(currency) ?? 0, amounts };
  };
  return {
    range,
    by: ask.by,
    groups: groupCosts(costs, buckets, ask.by, within),
    days: ask.byDay === true ? groupCosts(costs, buckets, ask.by, { ...within, byDay: true }) : [],
    totals: currencies.map((currency) => sumOf(sums, currency)),
    unallocated: currencies.map((currency) => sumOf(sums.filter((sum) => sum.name === UNALLOCATED), currency)),
    buckets,
  };
}
