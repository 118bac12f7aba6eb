/**
 * Allocated costs summed by what somebody asks for: team, service, environment, provider, its service, account, region,
 * resource, address in Terraform, a tag, or the rule that gave them.
 *
 * What has no team has the row `(unallocated)`, which is there even when it is nothing. Rows carry the subjects under
 * them, so that every number can be opened.
 */
import { BILL_MEASURES, type BillMeasure, type BillSubject } from '../../domain/bill.ts';
import { Decimal } from '../../domain/money.ts';
import { PlatformError } from '../../domain/error.ts';
import type { AllocatedCost } from './allocate.ts';
import type { Owner } from './owner.ts';

export const GROUP_WORDS = ['team', 'service', 'environment', 'provider', 'provider-service', 'category', 'account', 'region', 'resource', 'address', 'rule'] as const;
export type GroupWord = (typeof GROUP_WORDS)[number] | `tag:${string}`;

export const UNALLOCATED = '(unallocated)';
export const NONE = '(none)';

/** One kind of cost: subjects that one owner has and that nothing asked for tells apart. */
export interface BillBucket {
  /** For the evidence. */
  subjectKeys: string[];
  /** One of them. */
  subject: BillSubject;
  owner: Owner;
}

export interface GroupedCost {
  name: string;
  /** YYYY-MM-DD; absent in sums over the whole range. */
  day?: string;
  currency: string;
  amounts: Readonly<Record<BillMeasure, Decimal>>;
  rows: number;
  /** Indexes of the buckets under it. */
  buckets: ReadonlySet<number>;
}

export interface GroupFilter {
  word: GroupWord;
  /** As in `GroupedCost.name`. */
  name: string;
}

/** Throws ROADBED-8741 for a word that is none. */
export function groupWord(text: string): GroupWord {
  if ((GROUP_WORDS as readonly string[]).includes(text) || /^tag:.+/.test(text)) return text as GroupWord;
  throw new PlatformError({ code: 'ROADBED-8741', class: 'usage', message: `${JSON.stringify(text)} is nothing that costs are summed by`, next: `one of ${GROUP_WORDS.join(', ')}, tag:KEY` });
}

/** The name of the group that a part of a cost is in. */
export function groupName(word: GroupWord, cost: Pick<AllocatedCost, 'team' | 'by'>, bucket: BillBucket): string {
  const { subject, owner } = bucket;
  if (word.startsWith('tag:')) {
    const key = word.slice(4).toLowerCase();
    return Object.entries(subject.tags).find(([name]) => name.toLowerCase() === key)?.[1] || NONE;
  }
  switch (word) {
    case 'team':
      return cost.team || UNALLOCATED;
    case 'service':
      return owner.shared === undefined ? owner.service || NONE : `(shared) ${owner.shared.name}`;
    case 'environment':
      return owner.environment || NONE;
    case 'provider':
      return subject.provider;
    case 'provider-service':
      return subject.service;
    case 'category':
      return subject.serviceCategory || NONE;
    case 'account':
      return subject.subAccountName || subject.subAccount || subject.billingAccount;
    case 'region':
      return subject.region || NONE;
    case 'resource':
      return subject.resource || NONE;
    case 'address':
      return owner.resource === undefined ? NONE : `${owner.resource.root}#${owner.resource.address}`;
    default:
      return cost.by || UNALLOCATED;
  }
}

/** Charges by currency within the filters, each once, however many teams share it. */
export function rowsByCurrency(costs: readonly AllocatedCost[], buckets: readonly BillBucket[], filters: readonly GroupFilter[] = []): Map<string, number> {
  const seen = new Set<string>();
  const rows = new Map<string, number>();
  for (const cost of costs) {
    const bucket = buckets[cost.bucket];
    const key = `${cost.day} ${cost.bucket} ${cost.currency}`;
    if (bucket === undefined || seen.has(key) || filters.some((filter) => groupName(filter.word, cost, bucket) !== filter.name)) continue;
    seen.add(key);
    rows.set(cost.currency, (rows.get(cost.currency) ?? 0) + cost.rows);
  }
  return rows;
}

/** Sums by group and currency, over the range or by day; the largest billed amounts first, days in order. */
export function groupCosts(costs: readonly AllocatedCost[], buckets: readonly BillBucket[], by: GroupWord, options: { byDay?: boolean; filters?: readonly GroupFilter[] } = {}): GroupedCost[] {
  const groups = new Map<string, { name: string; day?: string; currency: string; amounts: Record<BillMeasure, Decimal>; rows: number; buckets: Set<number> }>();
  const groupOf = (name: string, day: string, currency: string): NonNullable<ReturnType<typeof groups.get>> => {
    const key = JSON.stringify([options.byDay === true ? day : '', currency, name]);
    let group = groups.get(key);
    if (group === undefined) {
      group = { name, ...(options.byDay === true ? { day } : {}), currency, amounts: { billed: Decimal.zero, effective: Decimal.zero, list: Decimal.zero, contracted: Decimal.zero }, rows: 0, buckets: new Set() };
      groups.set(key, group);
    }
    return group;
  };
  for (const cost of costs) {
    const bucket = buckets[cost.bucket];
    if (bucket === undefined || options.filters?.some((filter) => groupName(filter.word, cost, bucket) !== filter.name) === true) continue;
    const group = groupOf(groupName(by, cost, bucket), cost.day, cost.currency);
    for (const measure of BILL_MEASURES) group.amounts[measure] = group.amounts[measure].plus(cost.amounts[measure] ?? Decimal.zero);
    group.rows += cost.rows;
    group.buckets.add(cost.bucket);
  }
  if (by === 'team' && options.byDay !== true && options.filters === undefined) for (const currency of new Set(costs.map((cost) => cost.currency))) groupOf(UNALLOCATED, '', currency);
  return [...groups.values()].sort((a, b) => (a.day ?? '').localeCompare(b.day ?? '') || b.amounts.billed.compare(a.amounts.billed) || (`${a.name} ${a.currency}` < `${b.name} ${b.currency}` ? -1 : 1));
}
