import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fingerprintOf, terraformReference, type Finding } from '../../../domain/finding.ts';
import type { FindingRun } from '../../../ports/findings.ts';
import { openStore, type Store } from '../open-store.ts';
import { testDatabase, type TestDatabase } from '../testing/database.ts';
import { PostgresFindings } from './store.ts';

let database: TestDatabase;
let store: Store;
let findings: PostgresFindings;
/** Rows of the log before the test. */
let before = 0;
const actor = { issuer: 'roadbed', subject: 'service:analysis' };
const ada = { issuer: 'roadbed', subject: 'user:ada' };
const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  database = await testDatabase();
  store = await openStore(database, { sealKeys: [{ id: 'k', secret: Buffer.from('k') }] });
  findings = new PostgresFindings(database);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query('truncate roadbed.finding cascade');
  before = (await store.events.query({ order: 'descending', limit: 1 }))[0]?.sequence ?? 0;
});

function finding(name: string, more: Partial<Finding> = {}): Finding {
  const reference = terraformReference('shop', 'default', name);
  return {
    rule: 'waste.aws.volume', area: 'waste', title: 'Volume that nothing has', severity: 'medium', confidence: 'likely', basis: 'inputs-given', subject: { reference, name, type: 'aws_ebs_volume', source: 'shop' },
    sentence: `${name} is attached to nothing`, evidence: [], fix: { text: 'delete it' }, controls: [], fingerprint: fingerprintOf('waste.aws.volume', reference), saving: { known: true, monthly: '8.50', currency: 'USD', priceDate: '2026-10-01', confidence: 'certain' }, ...more,
  };
}

function run(names: readonly (string | Finding)[], more: Partial<FindingRun> = {}): FindingRun {
  return { namespace: 'shop', scope: 'terraform:1/waste', analysis: 'waste rules', source: 'infrastructure/shop', at: new Date().toISOString(), actor, findings: names.map((one) => (typeof one === 'string' ? finding(one) : one)), ...more };
}

const kinds = async (): Promise<string[]> => (await store.events.query({ kinds: ['finding.'], afterSequence: before })).map(({ kind, body }) => `${kind} ${String(body['subject'] ?? body['count'])}`);

test('a run takes the place of the last one: what is new and what went are events, what stays is none', async () => {
  expect(await findings.record(run(['a', 'b']))).toEqual({ opened: 2, resolved: 0, unchanged: 0 });
  expect(await findings.record(run(['a', 'b']))).toEqual({ opened: 0, resolved: 0, unchanged: 2 });
  expect(await findings.record(run(['b', 'c']))).toEqual({ opened: 1, resolved: 1, unchanged: 1 });
  expect(await kinds()).toEqual(['finding.opened a', 'finding.opened b', 'finding.opened c', 'finding.resolved a']);
  expect((await findings.list({})).map((one) => one.finding.subject.name)).toEqual(['b', 'c']);
  expect((await findings.list({ states: ['resolved'] })).map((one) => [one.finding.subject.name, one.seenBy])).toEqual([['a', []]]);
  expect((await store.events.verify()).ok).toBe(true);
});

test('what comes back is open again, with a new beginning', async () => {
  await findings.record(run(['a'], { at: '2026-01-01T00:00:00.000Z' }));
  await findings.record(run([]));
  await findings.record(run(['a'], { at: '2026-03-01T00:00:00.000Z' }));
  expect(await findings.list({})).toMatchObject([{ occurrence: 2, firstSeen: '2026-03-01T00:00:00.000Z', state: 'open' }]);
});

test('a fault that two scopes see is one finding, and gone when neither sees it; teams do not share', async () => {
  await findings.record(run(['a']));
  await findings.record(run(['a'], { scope: 'cluster:x', analysis: 'cluster', source: 'x' }));
  await findings.record(run(['a'], { namespace: 'bank' }));
  expect((await findings.get('shop', finding('a').fingerprint))?.seenBy.map(({ scope }) => scope)).toEqual(['cluster:x', 'terraform:1/waste']);
  expect(await findings.record(run([]))).toMatchObject({ resolved: 0 });
  expect(await findings.record(run([], { scope: 'cluster:x' }))).toMatchObject({ resolved: 1 });
  expect((await findings.list({})).map((one) => one.namespace)).toEqual(['bank']);
});

test('many new ones are one event with their number and the worst', async () => {
  await findings.record(run([...Array.from({ length: 40 }, (_, index) => `v${index}`), finding('worst', { severity: 'critical' })]));
  const [row, ...rest] = await store.events.query({ kinds: ['finding.'], afterSequence: before });
  expect(rest).toEqual([]);
  expect(row?.body).toMatchObject({ count: 41, severities: { critical: 1, medium: 40 }, worst: expect.arrayContaining([expect.objectContaining({ subject: 'worst' })]) });
});

test('an accepted finding is not open until its day is over, and says who and why', async () => {
  await findings.record(run(['a', 'b']));
  const { fingerprint } = finding('a');
  await findings.waive('shop', fingerprint, { reason: 'kept for the audit', until: day(3) }, ada);
  expect((await findings.list({})).map((one) => one.finding.subject.name)).toEqual(['b']);
  expect(await findings.list({ states: ['accepted'] })).toMatchObject([{ state: 'accepted', waiver: { reason: 'kept for the audit', by: 'user:ada', until: day(3) } }]);
  expect(await findings.endExpiredWaivers()).toBe(0);
  await database.pool.query(`update roadbed.finding_waiver set until = '2020-01-01'`);
  expect(await findings.endExpiredWaivers()).toBe(1);
  expect(await findings.list({})).toHaveLength(2);
  expect((await kinds()).slice(2)).toEqual(['finding.accepted a', 'finding.reopened a']);
  await findings.waive('shop', fingerprint, { reason: 'again', until: day(0) }, ada);
  expect(await findings.withdrawWaiver('shop', fingerprint, 'a mistake', ada)).toMatchObject({ state: 'open' });
});

test.each([['2026-13-40'], ['yesterday'], [day(-1)], [day(400)]])('a day such as %s is refused', async (until) => {
  await findings.record(run(['a']));
  await expect(findings.waive('shop', finding('a').fingerprint, { reason: 'why not', until }, ada)).rejects.toMatchObject({ code: 'ROADBED-8502' });
  await expect(findings.waive('shop', 'nothing', { reason: 'why not', until: day(1) }, ada)).rejects.toMatchObject({ code: 'ROADBED-8501' });
});

test('filters, order and totals agree; savings on one subject count once', async () => {
  const saving = (monthly: string): NonNullable<Finding['saving']> => ({ known: true, monthly, currency: 'USD', priceDate: '2026-10-01', confidence: 'certain' });
  const other = fingerprintOf('waste.aws.other', finding('b').subject.reference);
  const drift = finding('d', { area: 'drift', rule: 'drift.attribute', severity: 'high', fingerprint: 'd', saving: { known: false, reason: 'no price' } });
  await findings.record(run([finding('a', { saving: saving('1.50') }), finding('b', { saving: saving('100') }), finding('b', { rule: 'waste.aws.other', fingerprint: other, saving: saving('40') }), drift]));
  expect((await findings.list({ order: 'saving' })).map((one) => one.finding.saving)).toMatchObject([{ monthly: '100' }, { monthly: '40' }, { monthly: '1.50' }, { known: false }]);
  expect(await findings.totals({})).toEqual({ count: 4, byArea: { waste: 3, drift: 1 }, bySeverity: { critical: 0, high: 1, medium: 3, low: 0, info: 0 }, byState: { open: 4, accepted: 0, resolved: 0 }, savings: [{ currency: 'USD', monthly: '101.50' }], unpriced: 1 });
  expect(await findings.list({ areas: ['drift'] })).toHaveLength(1);
  expect(await findings.list({ severities: ['high'] })).toHaveLength(1);
  expect(await findings.list({ rule: 'waste.' })).toHaveLength(3);
  expect(await findings.list({ text: 'B IS attached' })).toHaveLength(2);
  expect(await findings.list({ text: '%' })).toHaveLength(0);
  expect(await findings.list({ source: 'infrastructure/shop', limit: 2, offset: 1 })).toHaveLength(2);
  expect(await findings.list({ namespaces: [] })).toHaveLength(0);
  expect(await findings.facets(['shop'])).toEqual({ rules: ['drift.attribute', 'waste.aws.other', 'waste.aws.volume'], sources: ['infrastructure/shop'] });
});

test('texts of hostile states are stored: NUL, quotes, backslashes', async () => {
  const odd = 'x["\0\\u0000\'; drop table roadbed.finding; --"]';
  await findings.record(run([finding(odd)]));
  expect((await findings.list({ text: 'drop table' }))[0]?.finding.subject.name).toBe(odd.replace('\0', '\uFFFD'));
});

test('runs at the same time leave what the last of them saw, in a log that verifies', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, turn) => findings.record(run(['a', 'b', `t${turn}`].slice(turn % 2), { scope: `s${turn % 3}` }))));
  const sightings = await database.pool.query<{ scope: string; n: string }>('select scope, count(*) as n from roadbed.finding_sighting group by scope');
  expect(sightings.rows.every(({ n }) => Number(n) === 2 || Number(n) === 3)).toBe(true);
  expect(await store.events.verify()).toMatchObject({ ok: true });
});
