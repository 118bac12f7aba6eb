import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadBillInto } from '../../adapters/bill-import/load-bill.ts';
import { openBillSpool } from '../../adapters/bill-spool/spool.ts';
import { PostgresBills } from '../../adapters/postgres/bills/store.ts';
import { testDatabase, type TestDatabase } from '../../adapters/postgres/testing/database.ts';
import type { EventRow, NewEvent } from '../../domain/event.ts';
import { decimal, sumOf } from '../../domain/money.ts';
import { focusCsv, ROW } from '../../formats/focus/testing/rows.ts';
import type { Events } from '../../ports/events.ts';
import { createBillApi } from './bills.ts';

let database: TestDatabase;
let server: Server;
let base: string;
let folder: string;
const events: NewEvent[] = [];

beforeEach(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'roadbed-bill-api-'));
  events.length = 0;
  const log = {
    append: async (rows: readonly NewEvent[]) => (events.push(...rows), []),
    query: async ({ namespace, since }: { namespace?: string; since?: string }) => (namespace === 'payments' && since === '2026-09-27T00:00:00Z' ? [{ id: 'e1', kind: 'service.upgraded', occurredAt: '2026-09-28T08:00:00Z', subject: 'v1:service:cart@prod', actor: { issuer: 'roadbed', subject: 'user:bob' }, body: { service: 'cart', environment: 'prod' } } as unknown as EventRow] : []),
  } as unknown as Events;
  const bills = new PostgresBills(database);
  const api = createBillApi(
    {
      bills,
      load: loadBillInto(bills),
      lookup: async () => (id) => (id.endsWith('i-1') ? { address: 'aws_instance.web', root: 'shop' } : undefined),
      spool: openBillSpool(folder),
      events: log,
      mayReadRow: () => true,
      // Ada is everywhere, Paul in payments, Eve nowhere.
      authorise: async (identity, action) => ({ allowed: identity.subject === 'user:ada' || (identity.subject === 'user:paul' && action.namespace === 'payments'), reason: 'no role is granted' }),
    },
    (line) => console.error(line),
  );
  server = createServer((request, response) => void api(request, response, { issuer: 'roadbed', subject: `user:${String(request.headers['x-person'] ?? 'ada')}` }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/roadbed/v1/bills`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  body: Record<string, unknown> & { import?: { id: string; rows: number; totals: { billed: string }[] }; items?: Record<string, unknown>[]; code?: string };
  text: string;
}

async function ask(method: string, path: string, options: { body?: string | Uint8Array<ArrayBuffer>; person?: string } = {}): Promise<Answer> {
  const response = await fetch(`${base}${path}`, { method, headers: { 'x-person': options.person ?? 'ada' }, ...(options.body === undefined ? {} : { body: options.body }) });
  const text = await response.text();
  return { status: response.status, text, body: /json/.test(response.headers.get('content-type') ?? '') ? (JSON.parse(text) as Answer['body']) : {} };
}

type Row = Record<string, string>;
const put = (rows: readonly Row[], query = '', person = 'ada'): Promise<Answer> => ask('PUT', `?file=bill.csv${query}`, { body: focusCsv(rows), person });

test('a bill is imported, packed or not, listed, asked and removed, and leaves audit rows and no file', async () => {
  const rows = [{ BilledCost: '3' }, { BilledCost: '2', Tags: '{"team":"search"}' }, { BilledCost: '0.5', EffectiveCost: '3', Tags: '', ResourceId: 'lost' }];
  const { status, body } = await put(rows);
  expect([status, body.import?.rows, body['known']]).toEqual([200, 3, false]);
  const packed = await ask('PUT', '?file=bill.csv.gz', { body: new Uint8Array(gzipSync(focusCsv(rows))) });
  expect([packed.body['known'], packed.body.import?.id]).toEqual([true, body.import?.id]);
  expect((await ask('GET', '')).body.items).toHaveLength(1);
  const costs = await ask('GET', '/costs?by=team');
  expect(costs.body).toMatchObject({ from: '2026-09-01', to: '2026-09-01', totals: [{ currency: 'USD', rows: 3, billed: '5.5' }], unallocated: [{ billed: '0.5' }], groups: [{ name: 'payments', billed: '3' }, { name: 'search', billed: '2' }, { name: '(unallocated)', billed: '0.5' }] });
  expect((await ask('GET', '/charges?filter=team%3Dsearch')).body.items).toMatchObject([{ billed: '2', file: 'bill.csv', row: 3, subject: { tags: { team: 'search' } } }]);
  expect((await ask('GET', '/charges?filter=team%3D')).body.items).toMatchObject([{ billed: '0.5' }]);
  expect((await ask('GET', '/unmanaged')).body['findings']).toMatchObject([{ rule: 'cost.bill.unmanaged-resource', subject: { reference: 'v1:cloud:AWS/lost' } }]);
  expect((await ask('GET', '/costs?by=address')).body['groups']).toMatchObject([{ name: 'shop#aws_instance.web' }, { name: '(none)' }]);
  expect((await ask('GET', '/months')).body.items).toMatchObject([{ month: '2026-09', totals: [{ billed: '5.5' }] }]);
  expect((await ask('GET', `/${body.import?.id}`)).body.import?.rows).toBe(3);
  expect((await ask('DELETE', `/${body.import?.id}`)).status).toBe(200);
  expect((await ask('DELETE', `/${body.import?.id}`)).body.code).toBe('ROADBED-8723');
  expect(events.map((event) => event.kind)).toEqual(['bill.imported', 'bill.removed']);
  expect(readdirSync(folder)).toEqual([]);
});

test('an upload that breaks off leaves no file and no row', async () => {
  const { hostname, port, pathname } = new URL(base);
  const outgoing = request({ hostname, port, path: `${pathname}?file=bill.csv`, method: 'PUT', headers: { 'content-length': 1_000_000 } });
  outgoing.on('error', () => undefined);
  outgoing.write(focusCsv([{}]));
  const waiting = async (files: number): Promise<void> => {
    for (let turn = 0; turn < 500 && readdirSync(folder).length !== files; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(readdirSync(folder)).toHaveLength(files);
  };
  await waiting(1);
  outgoing.destroy();
  await waiting(0);
  expect((await ask('GET', '')).body.items).toEqual([]);
});

test('a bill in Parquet has exact decimals, times and tags', async () => {
  const amounts = Array.from({ length: 50 }, (_, index) => `0.00000${index}8`);
  const names = Object.keys(ROW).filter((name) => !['BilledCost', 'ListCost', 'ChargePeriodStart', 'Tags'].includes(name));
  const file = parquetWriteBuffer({
    columnData: [
      ...names.map((name) => ({ name, data: amounts.map(() => ROW[name] || null), type: 'STRING' as const })),
      { name: 'BilledCost', data: amounts.map((text) => Number(text)), type: 'DOUBLE' as const },
      { name: 'ListCost', data: amounts.map((_, index) => 0.1 * index), type: 'DOUBLE' as const },
      { name: 'ChargePeriodStart', data: amounts.map(() => new Date('2026-09-01T05:00:00Z')), type: 'TIMESTAMP' as const },
      { name: 'Tags', data: amounts.map(() => ({ team: 'payments' })), type: 'JSON' as const },
    ],
  });
  const { status, body } = await ask('PUT', '?file=bill.parquet', { body: new Uint8Array(file) });
  expect([status, body.import?.totals[0]?.billed]).toEqual([200, sumOf(amounts.map(decimal)).toString()]);
  expect((await ask('GET', '/charges?limit=1')).body.items).toMatchObject([{ starts: '2026-09-01T05:00:00Z', subject: { tags: { team: 'payments' } } }]);
  expect((await ask('PUT', '?file=bill.parquet', { body: new Uint8Array(file.slice(0, 900)) })).body.code).toBe('ROADBED-8706');
});

test('what was exported can be imported, with the same sums', async () => {
  await put([{ BilledCost: '3.00000000001', x_Note: 'a "b",\nc' }, { BilledCost: '-1', BillingCurrency: 'EUR' }]);
  const { text } = await ask('GET', '/export');
  const before = (await ask('GET', '/months')).body.items;
  await ask('DELETE', '/1');
  expect((await ask('PUT', '?file=again.csv', { body: text })).status).toBe(200);
  expect((await ask('GET', '/months')).body.items).toEqual(before);
});

test('currencies stay apart unless a dated rate is given', async () => {
  await put([{ BilledCost: '10' }, { BilledCost: '10', BillingCurrency: 'EUR' }]);
  const totals = async (query: string): Promise<unknown> => (await ask('GET', `/costs?${query}`)).body['totals'];
  expect(await totals('')).toMatchObject([{ currency: 'EUR', billed: '10' }, { currency: 'USD', billed: '10' }]);
  expect(await totals('currency=USD&rate=EUR:1.08@2026-09-30')).toMatchObject([{ currency: 'USD', billed: '20.8' }]);
  expect((await ask('GET', '/costs?currency=USD&rate=EUR:1.08')).body.code).toBe('ROADBED-8742');
});

test('rules of allocation hold for all days, and wrong ones are refused', async () => {
  await put([{ BilledCost: '9', Tags: '' }, { BilledCost: '1' }]);
  expect((await ask('PUT', '/allocation', { body: 'version: 1\nrules:\n  - {name: all, match: {service: "*"}, split: even, among: [a, b]}\n' })).status).toBe(200);
  expect((await ask('GET', '/costs')).body['groups']).toMatchObject([{ name: 'a', billed: '4.5' }, { name: 'b', billed: '4.5' }, { name: 'payments', billed: '1' }, { name: '(unallocated)', billed: '0' }]);
  expect((await ask('PUT', '/allocation', { body: 'version: 3' })).body.code).toBe('ROADBED-8740');
  expect((await ask('GET', '/allocation')).body['setBy']).toBe('user:ada');
});

test('a team reads its part and its own bills, and no more', async () => {
  await put([{ BilledCost: '7', Tags: '{"team":"search"}' }, { BilledCost: '3' }]);
  for (const path of ['', '/costs', '/costs?team=search', '/anomalies', '/forecast', '/charges', '/export', '/months', '/allocation', '/1', '/costs?namespace=payments&team=search']) expect([path, (await ask('GET', path, { person: 'paul' })).status]).toEqual([path, 403]);
  expect((await ask('GET', '/costs?team=payments', { person: 'paul' })).body).toMatchObject({ totals: [{ billed: '3', rows: 1 }] });
  expect((await ask('GET', '/charges?team=payments', { person: 'paul' })).body.items).toMatchObject([{ billed: '3' }]);
  expect((await put([{}], '', 'paul')).body.code).toBe('ROADBED-8722');
  expect((await put([{ BillingAccountId: '77' }], '&namespace=payments', 'paul')).status).toBe(200);
  expect((await ask('GET', '?namespace=payments', { person: 'paul' })).body.items).toHaveLength(1);
  expect((await ask('DELETE', '/1', { person: 'paul' })).status).toBe(403);
  expect((await ask('GET', '?namespace=payments', { person: 'eve' })).status).toBe(403);
  expect(events.filter((event) => event.kind === 'request.refused')).toHaveLength(2);
});

test('a team\'s own bill takes nothing from others, charges nobody else, and opens no row of theirs', async () => {
  await put([{ BilledCost: '7', Tags: '{"team":"search"}', ResourceId: 'theirs' }, { BilledCost: '5', Tags: '' }], '&delivery=september');
  for (const more of ['', '&overlap=replace', '&overlap=add', '&delivery=september', '&delivery=september&overlap=replace']) {
    const answer = await put([{ BilledCost: '0' }], `&namespace=payments${more}`, 'paul');
    expect([more, answer.status, answer.body.code]).toEqual([more, 409, 'ROADBED-8739']);
    expect(answer.text).not.toContain('bill.csv brought');
  }
  expect((await ask('GET', '/months')).body.items).toMatchObject([{ totals: [{ billed: '12' }] }]);
  // The same things in an account of its own, with the words of others in it, and a day that is far away.
  const own = { BillingAccountId: '77', SubAccountId: '', BillingPeriodStart: '2026-09-01' };
  expect((await put([{ ...own, BilledCost: '100', Tags: '{"team":"search"}', ResourceId: 'theirs' }, { ...own, BilledCost: '1', ChargePeriodStart: '9998-01-01', ChargePeriodEnd: '9998-01-02' }], '&namespace=payments', 'paul')).status).toBe(200);
  expect((await ask('GET', '/costs?team=search')).body).toMatchObject({ to: '2026-09-01', totals: [{ billed: '7' }] });
  expect((await ask('GET', '/costs?team=payments', { person: 'paul' })).body).toMatchObject({ totals: [{ billed: '100' }] });
});

test('a subject that stands in two bills opens the rows of one of them', async () => {
  const first = await put([{ BilledCost: '7', Tags: '' }]);
  await ask('DELETE', `/${first.body.import?.id}`);
  expect((await put([{ BilledCost: '2', Tags: '' }], '&namespace=payments', 'paul')).status).toBe(200);
  await put([{ BilledCost: '7', Tags: '', BillingPeriodStart: '2026-09-02' }]);
  expect((await ask('GET', '/charges?team=payments', { person: 'paul' })).body.items).toMatchObject([{ billed: '2' }]);
});

test('bad bodies and questions are refused by name, and nothing is kept of them', async () => {
  expect((await ask('PUT', '?file=a.csv', { body: '' })).body.code).toBe('ROADBED-8721');
  expect((await ask('PUT', '?file=a.csv', { body: 'a,b\n1,2\n' })).body.code).toBe('ROADBED-8701');
  expect((await ask('PUT', '?file=..%2Fa.csv', { body: 'x' })).body.code).toBe('ROADBED-5009');
  await put([{}]);
  expect((await put([{ BilledCost: '2' }])).body).toMatchObject({ code: 'ROADBED-8731', class: 'conflict' });
  expect((await put([{ BilledCost: '2' }], '&overlap=replace')).body['replaced']).toMatchObject([{ state: 'replaced' }]);
  expect((await ask('GET', '/costs?from=2026-10-01&to=2026-09-01')).body.code).toBe('ROADBED-8744');
  expect((await ask('GET', '/costs?by=colour')).body.code).toBe('ROADBED-8741');
  expect((await ask('GET', '/costs?from=now')).body.code).toBe('ROADBED-5009');
  expect((await ask('GET', '/nowhere')).body.code).toBe('ROADBED-5005');
  expect(readdirSync(folder)).toEqual([]);
});

test('a day that stands out is told with its resource and the changes before it; the month is forecast', async () => {
  const days = Array.from({ length: 58 }, (_, index) => new Date(Date.UTC(2026, 7, 2 + index)).toISOString());
  const rows = days.flatMap((day, index) =>
    ['web', 'db'].map((resource, which) => {
      const end = new Date(Date.parse(day) + 86_400_000).toISOString();
      const cost = String(100 + which * 20 + ((index * 7) % 5) + (day.startsWith('2026-09-28') && resource === 'db' ? 400 : 0));
      const month = day.slice(0, 7);
      return { ResourceId: resource, ChargePeriodStart: day, ChargePeriodEnd: end, BilledCost: cost, EffectiveCost: cost, BillingPeriodStart: `${month}-01`, BillingPeriodEnd: month === '2026-08' ? '2026-09-01' : '2026-10-01' };
    }),
  );
  expect((await put(rows)).status).toBe(200);
  const anomalies = (await ask('GET', '/anomalies')).body['anomalies'];
  expect(anomalies).toMatchObject([{ team: 'payments', providerService: 'Elastic Compute', kind: 'rise', from: '2026-09-28', to: '2026-09-28', contributors: [{ resource: 'db', isNew: false }], causes: [{ kind: 'service.upgraded', sentence: 'service.upgraded cart prod by user:bob' }] }]);
  const forecasts = (await ask('GET', '/forecast?by=team')).body['forecasts'] as { verdict: string; point: string; low: string; high: string; actual: string }[];
  expect(forecasts).toMatchObject([{ name: 'payments', month: '2026-09', through: '2026-09-27', verdict: 'forecast' }]);
  const [one] = forecasts;
  expect(Math.abs(Number(one?.point) - Number(one?.actual) - 3 * 224)).toBeLessThan(40);
  expect(Number(one?.low) <= Number(one?.point) && Number(one?.point) <= Number(one?.high)).toBe(true);
  expect((await ask('GET', '/forecast?team=payments', { person: 'paul' })).body['forecasts']).toMatchObject([{ name: 'payments' }]);
});
