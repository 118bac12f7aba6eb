/**
 * Costs by day given to teams, exactly.
 *
 * What is one team's goes to it. What is shared is divided day by day: in proportion to what the teams have of their own
 * on that day, evenly, or by a metric. Each cost is cut by `apportion`, so that the parts are the whole to the last
 * digit, and each is cut before anything is filtered or summed: filter and sum commute. What cannot be divided, because
 * nobody is there to take it, is unallocated, as is what nobody owns; currencies never meet.
 */
import { BILL_MEASURES, type BillAmounts, type BillMeasure } from '../../domain/bill.ts';
import { Decimal, decimal } from '../../domain/money.ts';
import { apportion } from '../cost-allocation/apportion.ts';
import type { Owner } from './owner.ts';
import type { AllocationRule } from './rules.ts';

export interface DayCost extends BillAmounts {
  /** YYYY-MM-DD. */
  day: string;
  currency: string;
  /** Index of the bucket. */
  bucket: number;
  rows: number;
}

export interface AllocatedCost {
  day: string;
  currency: string;
  bucket: number;
  /** Empty: unallocated. */
  team: string;
  /** Who said so, as `Owner.by`. */
  by: string;
  /** Undefined where the bill does not tell this cost. */
  amounts: Readonly<Record<BillMeasure, Decimal | undefined>>;
  /** Charges under it; a shared one counts under each of its teams. */
  rows: number;
}

/** Weights of teams in a metric on a day. */
export type MetricWeights = (metric: string, day: string) => ReadonlyMap<string, Decimal> | undefined;

/** `buckets[cost.bucket]` is whose a cost is. Pure: the same costs in any order give the same parts. */
export function allocate(costs: readonly DayCost[], buckets: readonly { owner: Owner }[], metric: MetricWeights): AllocatedCost[] {
  const own = ownCosts(costs, buckets);
  return costs.flatMap((cost) => {
    const owner = buckets[cost.bucket]?.owner;
    const whole = amountsOf(cost);
    if (owner?.shared === undefined) return [part(cost, owner?.team ?? '', owner?.by ?? '', whole)];
    const weights = [...weightsOf(owner.shared, own.get(`${cost.day} ${cost.currency}`) ?? new Map(), (name) => metric(name, cost.day))].filter(([, weight]) => !weight.isZero && !weight.isNegative).sort(([a], [b]) => (a < b ? -1 : 1));
    if (weights.length === 0) return [part(cost, '', owner.by, whole)];
    const shares = divided(whole, weights.map(([, weight]) => weight));
    return weights.map(([team], index) => part(cost, team, owner.by, shares[index] ?? whole));
  });
}

function amountsOf(cost: BillAmounts): AllocatedCost['amounts'] {
  const of = (text: string): Decimal | undefined => (text === '' ? undefined : decimal(text));
  return { billed: of(cost.billed), effective: of(cost.effective), list: of(cost.list), contracted: of(cost.contracted) };
}

function part(cost: DayCost, team: string, by: string, amounts: AllocatedCost['amounts']): AllocatedCost {
  return { day: cost.day, currency: cost.currency, bucket: cost.bucket, team, by, amounts, rows: cost.rows };
}

/** What teams are billed of their own, by day and currency. */
function ownCosts(costs: readonly DayCost[], buckets: readonly { owner: Owner }[]): Map<string, Map<string, Decimal>> {
  const own = new Map<string, Map<string, Decimal>>();
  for (const cost of costs) {
    const owner = buckets[cost.bucket]?.owner;
    if (owner === undefined || owner.shared !== undefined || owner.team === '') continue;
    const place = `${cost.day} ${cost.currency}`;
    const teams = own.get(place) ?? new Map<string, Decimal>();
    own.set(place, teams.set(owner.team, (teams.get(owner.team) ?? Decimal.zero).plus(decimal(cost.billed === '' ? '0' : cost.billed))));
  }
  return own;
}

function weightsOf(rule: AllocationRule, own: ReadonlyMap<string, Decimal>, metric: (name: string) => ReadonlyMap<string, Decimal> | undefined): ReadonlyMap<string, Decimal> {
  const { way, among, metric: name } = rule.split ?? { way: 'even' };
  if (way === 'even') return new Map((among ?? [...own.keys()]).map((team) => [team, Decimal.one]));
  const weights = way === 'metric' ? (metric(name ?? '') ?? new Map<string, Decimal>()) : own;
  return among === undefined ? weights : new Map([...weights].filter(([team]) => among.includes(team)));
}

/** One set of amounts for each weight; a credit is divided as a charge is. */
function divided(whole: AllocatedCost['amounts'], weights: readonly Decimal[]): AllocatedCost['amounts'][] {
  const byMeasure = BILL_MEASURES.map((measure) => {
    const amount = whole[measure];
    if (amount === undefined) return weights.map(() => undefined);
    return amount.isNegative ? apportion(amount.negated(), weights).map((share) => share.negated()) : apportion(amount, weights);
  });
  return weights.map((_, index) => ({ billed: byMeasure[0]?.[index], effective: byMeasure[1]?.[index], list: byMeasure[2]?.[index], contracted: byMeasure[3]?.[index] }));
}
