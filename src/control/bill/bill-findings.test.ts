import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresFindings } from '../../adapters/postgres/findings/store.ts';
import { openStore, type Store } from '../../adapters/postgres/open-store.ts';
import { testDatabase, type TestDatabase } from '../../adapters/postgres/testing/database.ts';
import type { ResourceLookup } from '../../engines/bill-allocation/owner.ts';
import { DEFAULT_RULES } from '../../engines/bill-allocation/rules.ts';
import { readFocusCsv } from '../../formats/focus/read-csv.ts';
import { focusCsv, inPieces } from '../../formats/focus/testing/rows.ts';
import { collectBill } from './collect.ts';
import type { BillSource } from './costs.ts';
import { recordOnce } from './finding-recorder.ts';

let database: TestDatabase;
let store: Store;
let findings: PostgresFindings;

beforeAll(async () => {
  database = await testDatabase();
  store = await openStore(database, { sealKeys: [{ id: 'k', secret: Buffer.from('k') }] });
  findings = new PostgresFindings(database);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const clock = { now: () => Date.parse('2026-10-02T00:00:00Z'), monotonic: () => 0 };
/** One resource of the bill is in a state: only then "in no state" says anything. */
const lookup: ResourceLookup = (id) => (id === 'i-known' ? { address: 'aws_instance.web', root: 'shop' } : undefined);

function dayOf(index: number): { ChargePeriodStart: string; ChargePeriodEnd: string } {
  const start = Date.UTC(2026, 7, 20 + index);
  return { ChargePeriodStart: new Date(start).toISOString(), ChargePeriodEnd: new Date(start + 86_400_000).toISOString() };
}

function row(index: number, amount: string, ResourceId: string, team: string): Record<string, string> {
  return { BilledCost: amount, EffectiveCost: amount, ServiceName: 'Compute', ResourceId, ResourceName: ResourceId, Tags: team === '' ? '' : `{"team":"${team}"}`, ...dayOf(index) };
}

async function billOf(rows: readonly Record<string, string>[]): Promise<BillSource> {
  return await collectBill(readFocusCsv(inPieces(focusCsv(rows), 10_000), { file: 'bill.csv' }).batches);
}

async function recorded(bills: BillSource): Promise<string[]> {
  await recordOnce({ bills, view: async () => ({ rules: DEFAULT_RULES, lookup }), changes: async () => [{ at: '2026-09-28T08:00:00Z', kind: 'change.merged', sentence: 'change.merged shop by user:ada', event: 'e1' }], findings, clock });
  return (await findings.list({ rule: 'cost.bill.' })).map(({ namespace, finding }) => `${namespace} ${finding.rule} ${finding.subject.name}`).sort();
}

test('a sudden rise and charges for what no state has become findings of the team that pays, once, and go with the bill', async () => {
  const usual = Array.from({ length: 40 }, (_, index) => row(index, '20', 'i-known', 'payments'));
  const jump = { ...row(39, '380', 'i-stray', 'payments') };
  const nobody = Array.from({ length: 3 }, (_, index) => row(37 + index, '5', 'disk-left', ''));
  const bill = await billOf([...usual, jump, ...nobody]);

  const found = await recorded(bill);
  expect(found).toEqual(['payments cost.bill.anomaly Compute of payments', 'payments cost.bill.unmanaged-resource i-stray', 'roadbed-system cost.bill.unmanaged-resource disk-left']);
  const [anomaly] = await findings.list({ rule: 'cost.bill.anomaly' });
  expect(anomaly?.finding.sentence).toBe('Compute of payments was charged 400.00 USD on 2026-09-28 where 20.00 is usual; new: i-stray.');
  expect(anomaly?.finding.evidence).toContainEqual({ name: 'changed before', value: '2026-09-28T08:00:00Z: change.merged shop by user:ada' });

  expect(await recorded(bill)).toEqual(found);
  const opened = await store.events.query({ kinds: ['finding.opened'] });
  expect(opened).toHaveLength(3);

  expect(await recorded(await billOf(usual))).toEqual([]);
  expect(await store.events.query({ kinds: ['finding.resolved'] })).toHaveLength(3);
});

test('without a bill there is nothing to say', async () => {
  expect(await recorded(await billOf([]))).toEqual([]);
});
