/** Spend of resources that no known state has: made by hand, left behind, or kept in a state that was not given. */
import type { BillMeasure } from '../../domain/bill.ts';
import { fingerprintOf, type Finding } from '../../domain/finding.ts';
import { Decimal } from '../../domain/money.ts';
import { cloudReference } from '../../domain/reference.ts';
import type { AllocatedCost } from './allocate.ts';
import type { BillBucket } from './group.ts';

const RULE = 'cost.bill.unmanaged-resource';

export interface UnmanagedOptions {
  /** First and last day of the costs, YYYY-MM-DD. */
  from: string;
  to: string;
  measure: BillMeasure;
  /** Resources that were charged less are summed up by nobody. */
  atLeast: Decimal;
}

/** One finding a resource id; none where no state was looked at (`owner.resource` is unknown for all). Largest first. */
export function unmanagedSpend(costs: readonly AllocatedCost[], buckets: readonly BillBucket[], options: UnmanagedOptions): Finding[] {
  if (!buckets.some((bucket) => bucket.owner.resource !== undefined)) return [];
  const sums = new Map<string, { bucket: BillBucket; currency: string; amount: Decimal; team: string }>();
  for (const cost of costs) {
    const bucket = buckets[cost.bucket];
    if (bucket === undefined || bucket.subject.resource === '' || bucket.owner.resource !== undefined) continue;
    const key = `${bucket.subject.resource} ${cost.currency}`;
    const sum = sums.get(key);
    const amount = cost.amounts[options.measure] ?? Decimal.zero;
    if (sum === undefined) sums.set(key, { bucket, currency: cost.currency, amount, team: cost.team });
    else sum.amount = sum.amount.plus(amount);
  }
  return [...sums.values()]
    .filter(({ amount }) => amount.compare(options.atLeast) > 0)
    .sort((a, b) => b.amount.compare(a.amount) || (a.bucket.subject.resource < b.bucket.subject.resource ? -1 : 1))
    .map(({ bucket, currency, amount, team }) => finding(bucket, currency, amount, team, options));
}

function finding(bucket: BillBucket, currency: string, amount: Decimal, team: string, { from, to, measure }: UnmanagedOptions): Finding {
  const { subject } = bucket;
  const reference = cloudReference(subject.provider, subject.resource);
  return {
    rule: RULE,
    area: 'cost',
    title: 'A resource on the bill is in no known state',
    severity: 'medium',
    confidence: 'likely',
    basis: 'inputs-given',
    subject: { reference, name: subject.resourceName || subject.resource, type: subject.resourceType || subject.service, source: `bill of ${subject.provider}` },
    sentence: `${subject.resourceName || subject.resource} (${subject.service}) was charged ${amount.toFixed(2)} ${currency} from ${from} to ${to} and is in none of the states given.`,
    evidence: [
      { name: 'resource id', value: subject.resource },
      { name: `${measure} cost`, value: `${amount.toString()} ${currency}` },
      { name: 'account', value: subject.subAccountName || subject.subAccount || subject.billingAccount },
      { name: 'team', value: team === '' ? 'unallocated' : team },
    ],
    fix: { text: 'Import it into the state that should have it, give the state that has it, or remove it.' },
    controls: [],
    fingerprint: fingerprintOf(RULE, reference),
  };
}
