import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BILL_MEASURES, type BillSubject } from '../../domain/bill.ts';
import { decimal, sumOf } from '../../domain/money.ts';
import { allocate, type AllocatedCost, type DayCost } from './allocate.ts';
import { GROUP_WORDS, groupCosts, groupName, groupWord, UNALLOCATED, type BillBucket } from './group.ts';
import { ownerOf, type ResourceLookup } from './owner.ts';
import { DEFAULT_RULES, readAllocationRules } from './rules.ts';
import { unmanagedSpend } from './unmanaged.ts';

const SUBJECT: BillSubject = { provider: 'AWS', billingAccount: '1', subAccount: '22', subAccountName: 'prod', service: 'Elastic Compute', serviceCategory: 'Compute', region: 'eu-west-1', resource: 'arn:i-1', resourceName: 'web', resourceType: 'Instance', tags: {} };

const RULES = readAllocationRules(
  `version: 1
keys:
  team: [cost-center, Team]
values:
  team: {"4711": payments, Suche: search}
metrics:
  egress: {payments: 3, search: 1.5}
rules:
  - name: audit
    override: true
    match: {account: "audit*"}
    to: {team: security, service: audit}
  - name: network
    match: {service: "Virtual Network"}
    split: metric
    metric: egress
  - name: support
    match: {service: [Support, "Premium *"]}
    split: proportional
  - name: licences
    match: {service: Licences}
    split: even
    among: [payments, search, mobile]
  - name: shared-tag
    match: {service: "*", tag: {Shared: "yes"}}
    to: {team: platform}
`,
  'allocation.yaml',
);

function owner(subject: Partial<BillSubject>, namespace?: string, lookup?: ResourceLookup): ReturnType<typeof ownerOf> {
  return ownerOf({ ...SUBJECT, ...subject }, namespace, RULES, lookup);
}

test('the state is asked first, then tags in the order of the keys, then rules; a team\'s own bill is its own whatever stands in it', () => {
  const lookup: ResourceLookup = (id) => (id === 'arn:i-1' ? { address: 'aws_instance.web', root: 'shop', team: 'mobile' } : undefined);
  expect(owner({ tags: { team: 'search' } }, undefined, lookup)).toMatchObject({ team: 'mobile', by: 'state', resource: { address: 'aws_instance.web' } });
  expect(owner({ resource: 'arn:i-2', tags: { TEAM: ' Suche ', 'Cost-Center': '4711', app: 'Web', env: 'Prod' } }, undefined, lookup)).toMatchObject({ team: 'payments', by: 'tag:cost-center', service: 'web', environment: 'prod' });
  expect(owner({ tags: { TEAM: 'SUCHE' } })).toMatchObject({ team: 'search', by: 'tag:team' });
  expect(owner({ tags: { shared: 'yes', team: '  ' } })).toMatchObject({ team: 'platform', by: 'rule:shared-tag' });
  expect(owner({}, 'payments')).toMatchObject({ team: 'payments', by: 'import' });
  const foreign = owner({ resource: 'arn:i-1', subAccountName: 'audit-eu', tags: { team: 'search', shared: 'yes', app: 'Web' } }, 'payments', lookup);
  expect(foreign).toMatchObject({ team: 'payments', by: 'import' });
  expect(foreign.shared).toBeUndefined();
  expect(owner({})).toMatchObject({ team: '', by: '' });
});

test('a rule with override is before the state and the tags, and leaves them what it does not say', () => {
  expect(owner({ subAccountName: 'audit-eu', tags: { team: 'search', env: 'prod' } })).toMatchObject({ team: 'security', service: 'audit', environment: 'prod', by: 'rule:audit' });
});

const cost = (day: number, bucket: number, billed: string, currency = 'USD'): DayCost => ({ day: `2026-09-0${day}`, bucket, currency, billed, effective: billed, list: '', contracted: billed, rows: 1 });

function buckets(...subjects: Partial<BillSubject>[]): BillBucket[] {
  return subjects.map((subject, index) => ({ subjectKeys: [String(index)], subject: { ...SUBJECT, ...subject }, owner: owner(subject) }));
}

function shares(costs: readonly AllocatedCost[]): Record<string, string> {
  return Object.fromEntries(groupCosts(costs, TEAMS, 'team').map((group) => [group.name, group.amounts.billed.toString()]));
}

const TEAMS = buckets({ tags: { team: 'payments' } }, { tags: { team: 'suche' } }, { service: 'Support' }, { service: 'Licences' }, { service: 'Virtual Network' }, {});
const noMetric = (name: string): ReturnType<typeof RULES.metrics.get> => RULES.metrics.get(name);

test('support is shared in proportion to what teams have of their own on that day', () => {
  expect(shares(allocate([cost(1, 0, '30'), cost(1, 1, '10'), cost(1, 2, '8'), cost(2, 1, '5'), cost(2, 2, '1')], TEAMS, noMetric))).toEqual({ payments: '36', search: '18', [UNALLOCATED]: '0' });
});

test('even shares go to those named, a metric to those who have it, and thirds lose nothing', () => {
  expect(shares(allocate([cost(1, 3, '0.1')], TEAMS, noMetric))).toEqual({ mobile: '0.0333333334', payments: '0.0333333333', search: '0.0333333333', [UNALLOCATED]: '0' });
  expect(shares(allocate([cost(1, 4, '-9')], TEAMS, noMetric))).toEqual({ payments: '-6', search: '-3', [UNALLOCATED]: '0' });
});

test('what nobody owns, and what nobody is there to share, is unallocated', () => {
  expect(shares(allocate([cost(1, 5, '7'), cost(1, 2, '8'), cost(1, 4, '2')], TEAMS, () => undefined))).toEqual({ [UNALLOCATED]: '17' });
  expect(shares(allocate([cost(1, 0, '-3'), cost(1, 2, '8')], TEAMS, noMetric))).toEqual({ [UNALLOCATED]: '8', payments: '-3' });
});

const money = fc.tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.nat(12)).map(([whole, scale]) => decimal(String(whole)).times(decimal(`1e-${scale}`)).toString());
const anyCosts = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: TEAMS.length - 1 }), money, fc.constantFrom('USD', 'EUR')).map(([day, bucket, billed, currency]) => cost(day, bucket, billed, currency)), { maxLength: 30 });

test('the parts are the whole, to the last digit, in every currency', () => {
  fc.assert(
    fc.property(anyCosts, (costs) => {
      const parts = allocate(costs, TEAMS, noMetric);
      for (const currency of ['USD', 'EUR']) {
        const whole = sumOf(costs.filter((each) => each.currency === currency).map((each) => decimal(each.billed)));
        expect(sumOf(parts.filter((each) => each.currency === currency).map((each) => each.amounts.billed ?? decimal(0))).compare(whole)).toBe(0);
      }
    }),
  );
});

test('filter and sum commute: the groups of a filter are the filtered groups', () => {
  fc.assert(
    fc.property(anyCosts, fc.constantFrom(...GROUP_WORDS), fc.constantFrom(...GROUP_WORDS), (costs, by, word) => {
      const parts = allocate(costs, TEAMS, noMetric);
      for (const name of new Set(groupCosts(parts, TEAMS, word).map((group) => group.name))) {
        const filtered = groupCosts(parts, TEAMS, by, { filters: [{ word, name }] });
        const before = groupCosts(parts.filter((part) => groupName(word, part, TEAMS[part.bucket] as BillBucket) === name), TEAMS, by, { filters: [] });
        expect(filtered).toEqual(before);
      }
      const days = groupCosts(parts, TEAMS, by, { byDay: true });
      for (const group of groupCosts(parts, TEAMS, by)) {
        const sum = sumOf(days.filter((day) => day.name === group.name && day.currency === group.currency).map((day) => day.amounts.billed));
        expect(sum.compare(group.amounts.billed)).toBe(0);
      }
    }),
    { numRuns: 60 },
  );
});

test('the order of the costs makes no difference to what anybody gets', () => {
  fc.assert(
    fc.property(anyCosts, fc.infiniteStream(fc.nat()), (costs, order) => {
      const shuffled = costs.map((each) => ({ each, place: order.next().value as number })).sort((a, b) => a.place - b.place).map(({ each }) => each);
      expect(shares(allocate(shuffled, TEAMS, noMetric))).toEqual(shares(allocate(costs, TEAMS, noMetric)));
    }),
    { numRuns: 60 },
  );
});

test('the first rule that matches is the one that counts', () => {
  const rules = readAllocationRules('version: 1\nrules:\n  - {name: a, match: {service: "*"}, to: {team: one}}\n  - {name: b, match: {service: "Elastic*"}, to: {team: two}}\n', 'a.yaml');
  expect(ownerOf(SUBJECT, undefined, rules)).toMatchObject({ team: 'one', by: 'rule:a' });
  const turned = { ...rules, rules: [...rules.rules].reverse() };
  expect(ownerOf(SUBJECT, undefined, turned)).toMatchObject({ team: 'two', by: 'rule:b' });
});

test('a list of measures that the bill does not have stays unknown in the parts', () => {
  const [part] = allocate([cost(1, 0, '1')], TEAMS, noMetric);
  expect(BILL_MEASURES.map((measure) => part?.amounts[measure]?.toString())).toEqual(['1', '1', undefined, '1']);
});

test('an empty file is the defaults, and every fault of a wrong one is told with its place', () => {
  expect(readAllocationRules('', 'a.yaml')).toEqual(DEFAULT_RULES);
  const wrong = 'version: 2\nextra: 1\nkeys: {team: []}\nmetrics: {m: {a: -1}}\nrules:\n  - {name: x, match: {}, to: {team: a}, split: even}\n  - {name: x, match: {colour: red}, split: metric}\n  - {name: y, match: {service: 3}, to: {service: b}}\n';
  try {
    readAllocationRules(wrong, 'a.yaml');
    expect.unreachable();
  } catch (error) {
    const { code, why = '' } = error as { code: string; why?: string };
    expect(code).toBe('ROADBED-8740');
    for (const words of ['1:10', 'is not a known field: version, keys', 'must have 1 to', 'must be a number that is not negative', 'must name at least one of', 'either to or split', 'must differ from those before it', 'metric belongs to', 'put it into quotes', 'must be an object with team']) expect(why).toContain(words);
  }
  expect(() => groupWord('colour')).toThrow('nothing that costs are summed by');
  expect(groupWord('tag:owner')).toBe('tag:owner');
});

test('what is on the bill and in no state is a finding; without any state nothing is', () => {
  const lookup: ResourceLookup = (id) => (id === 'arn:known' ? { address: 'a.b', root: 'r' } : undefined);
  const subjects = [{ resource: 'arn:known' }, { resource: 'arn:lost', resourceName: '' }, { resource: 'arn:cheap' }, { resource: '' }];
  const known: BillBucket[] = subjects.map((subject, index) => ({ subjectKeys: [String(index)], subject: { ...SUBJECT, ...subject }, owner: owner(subject, undefined, lookup) }));
  const costs = [cost(1, 0, '100'), cost(1, 1, '20.5'), cost(2, 1, '20'), cost(1, 2, '0.1'), cost(1, 3, '9')];
  const options = { from: '2026-09-01', to: '2026-09-02', measure: 'billed', atLeast: decimal(1) } as const;
  const findings = unmanagedSpend(allocate(costs, known, noMetric), known, options);
  expect(findings.map((finding) => [finding.rule, finding.subject.reference, finding.sentence])).toEqual([['cost.bill.unmanaged-resource', 'v1:cloud:AWS/arn:lost', 'arn:lost (Elastic Compute) was charged 40.50 USD from 2026-09-01 to 2026-09-02 and is in none of the states given.']]);
  const unknown = buckets(...subjects);
  expect(unmanagedSpend(allocate(costs, unknown, noMetric), unknown, options)).toEqual([]);
});
