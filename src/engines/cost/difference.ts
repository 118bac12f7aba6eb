/**
 * What a change costs: two estimates compared by address.
 *
 * Amounts are of a month, after less before, so that difference(a, b) is the negative of difference(b, a).
 * A resource whose amount is not known on one side is named as such: its difference is not a number.
 */
import { Decimal, sumOf } from '../../domain/money.ts';
import type { CostEstimate, ResourceCost } from './cost-line.ts';

export interface CostChange {
  address: string;
  type: string;
  kind: 'added' | 'removed' | 'changed';
  before: Decimal;
  after: Decimal;
  difference: Decimal;
  /** An amount of it is unknown on one side, so that the difference is not the whole one. */
  incomplete: boolean;
}

export interface CostDifference {
  before: Decimal;
  after: Decimal;
  difference: Decimal;
  /** Largest first, by size; only resources that differ or are incomplete. */
  changes: readonly CostChange[];
  incomplete: number;
}

export function totalOf(of: Pick<ResourceCost, 'fixed' | 'usage'>): Decimal {
  return of.fixed.value.plus(of.usage.value);
}

export function differenceOf(before: CostEstimate, after: CostEstimate): CostDifference {
  const [old, now] = [before, after].map((estimate) => new Map(estimate.resources.map((resource) => [resource.address, resource])));
  const addresses = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort();
  const changes = addresses.flatMap((address) => changeOf(address, old?.get(address), now?.get(address)));
  const size = (change: CostChange): Decimal => (change.difference.isNegative ? change.difference.negated() : change.difference);
  changes.sort((a, b) => size(b).compare(size(a)) || (a.address < b.address ? -1 : 1));
  return {
    before: totalOf(before),
    after: totalOf(after),
    difference: totalOf(after).minus(totalOf(before)),
    changes,
    incomplete: changes.filter((change) => change.incomplete).length,
  };
}

function changeOf(address: string, before: ResourceCost | undefined, after: ResourceCost | undefined): CostChange[] {
  const one = after ?? before;
  if (one === undefined) return [];
  const [old, now] = [before, after].map((resource) => (resource === undefined ? Decimal.zero : totalOf(resource)));
  if (old === undefined || now === undefined) return [];
  const difference = now.minus(old);
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const vague = (resource: ResourceCost | undefined): boolean => resource !== undefined && (resource.status === 'unknown' || resource.status === 'partly');
  const incomplete = vague(before) !== vague(after) || (kind !== 'changed' && vague(one));
  return difference.isZero && !incomplete ? [] : [{ address, type: one.type, kind, before: old, after: now, difference, incomplete }];
}

/** `this change adds 312.40 USD a month: +2 NAT gateway, -1 EC2 instance, 3 changed`. */
export function differenceSentence(difference: CostDifference, labelOf: (type: string) => string, amount: (value: Decimal) => string): string {
  const { difference: by } = difference;
  const verb = by.isZero ? 'changes nothing' : by.isNegative ? `saves ${amount(by.negated())} a month` : `adds ${amount(by)} a month`;
  const counts = new Map<string, { added: number; removed: number; changed: number; weight: Decimal }>();
  for (const change of difference.changes) {
    const count = counts.get(change.type) ?? { added: 0, removed: 0, changed: 0, weight: Decimal.zero };
    counts.set(change.type, { ...count, [change.kind]: count[change.kind] + 1, weight: sumOf([count.weight, change.difference.isNegative ? change.difference.negated() : change.difference]) });
  }
  const parts = [...counts]
    .sort(([a, x], [b, y]) => y.weight.compare(x.weight) || (a < b ? -1 : 1))
    .flatMap(([type, { added, removed, changed }]) => [...(added > 0 ? [`+${added} ${labelOf(type)}`] : []), ...(removed > 0 ? [`-${removed} ${labelOf(type)}`] : []), ...(changed > 0 ? [`${changed} ${labelOf(type)} changed`] : [])]);
  const shown = parts.length > 6 ? [...parts.slice(0, 6), `${parts.length - 6} more`] : parts;
  const vague = difference.incomplete === 0 ? '' : `; ${difference.incomplete} of unknown cost`;
  return `this change ${verb}${shown.length === 0 ? '' : `: ${shown.join(', ')}`}${vague}`;
}
