import { createHash } from 'node:crypto';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BillCharge } from '../../../domain/bill.ts';
import { decimal, sumOf } from '../../../domain/money.ts';
import { readFocusCsv } from '../../../formats/focus/read-csv.ts';
import { focusCsv, inPieces, ROW } from '../../../formats/focus/testing/rows.ts';
import type { BillImportRequest } from '../../../ports/bills.ts';
import { testDatabase, type TestDatabase } from '../testing/database.ts';
import { PostgresBills } from './store.ts';

let database: TestDatabase;
let bills: PostgresBills;

beforeEach(async () => {
  database = await testDatabase();
  bills = new PostgresBills(database);
});

afterEach(() => database.drop());

type Row = Readonly<Record<string, string>>;
type Outcome = Awaited<ReturnType<PostgresBills['import']>>;

async function take(rows: readonly Row[] | string, options: Partial<BillImportRequest> = {}): Promise<Outcome> {
  const text = typeof rows === 'string' ? rows : focusCsv(rows);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const reading = readFocusCsv(inPieces(text, 4096), { file: options.file ?? 'bill.csv' });
  return bills.import({ file: 'bill.csv', sha256, bytes: text.length, format: 'csv', delivery: sha256, overlap: 'refuse', importedBy: 'roadbed/user:ada', ...options }, reading.batches, reading.facts);
}

const SEPTEMBER = { from: '2026-09-01', to: '2026-09-30' };

async function everything(): Promise<BillCharge[]> {
  const charges: BillCharge[] = [];
  for await (const batch of bills.stream({ from: '2000-01-01', to: '2100-01-01' })) charges.push(...batch);
  return charges;
}

async function billed(): Promise<string> {
  return sumOf((await bills.months()).flatMap((month) => month.totals.map((total) => decimal(total.billed)))).toString();
}

async function tablesAreEmpty(): Promise<void> {
  for (const table of ['bill_import', 'bill_slice', 'bill_subject', 'bill_item', 'bill_charge', 'bill_day']) {
    expect((await database.pool.query(`select count(*)::int as rows from roadbed.${table}`)).rows).toEqual([{ rows: 0 }]);
  }
}

test('what was imported comes out as it was, with exact sums by day and subject', async () => {
  const rows = Array.from({ length: 60 }, (_, index) => ({ BilledCost: `0.0000008${index}`, ResourceId: `r-${index % 3}`, ChargePeriodStart: `2026-09-0${1 + (index % 2)}T0${index % 10}:00:00Z`, ChargePeriodEnd: '2026-09-03T00:00:00Z', x_Line: `line "${index}"\t\\,{}`, Tags: index % 3 === 0 ? '' : '{"team":"payments","Ümlaut":"\\u0000x"}' }));
  const { import: made, known } = await take(rows);
  expect(known).toBe(false);
  expect(made).toMatchObject({ rows: 60, state: 'active', version: '1.0', repeatedRows: 0, alreadyThere: 0, firstDay: '2026-09-01', lastDay: '2026-09-02', importedBy: 'roadbed/user:ada' });
  const reading = readFocusCsv(inPieces(focusCsv(rows)), { file: 'bill.csv' });
  const expected: BillCharge[] = [];
  for await (const batch of reading.batches) expected.push(...batch);
  expect((await everything()).map(({ import: _, file: __, ...charge }: BillCharge & { import?: string; file?: string }) => charge)).toEqual(expected);
  const subjects = await bills.subjects(SEPTEMBER);
  expect(subjects).toHaveLength(3);
  const days = await bills.days(SEPTEMBER, new Map(subjects.map((subject, index) => [subject.id, index])));
  expect(sumOf(days.map((day) => decimal(day.billed))).toString()).toBe(made.totals[0]?.billed);
  expect(sumOf(rows.map((row) => decimal(row.BilledCost))).toString()).toBe(made.totals[0]?.billed);
  expect(days.reduce((sum, day) => sum + day.rows, 0)).toBe(60);
  const evidence = await bills.charges({ from: '2026-09-02', to: '2026-09-02' }, { subjects: [subjects[0]?.id ?? ''], limit: 4 });
  expect(evidence.map((charge) => [charge.starts.slice(0, 10), charge.subject.resource])).toEqual(Array(4).fill(['2026-09-02', subjects[0]?.subject.resource]));
  const [, , third] = evidence;
  expect((await bills.charges({ from: '2026-09-02', to: '2026-09-02' }, { subjects: [subjects[0]?.id ?? ''], limit: 1, after: { import: third?.import ?? '', row: third?.row ?? 0 } }))[0]?.row).toBe(evidence[3]?.row);
});

test('the sum after the import is that of the file, for any amounts', async () => {
  const amount = fc.tuple(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), fc.nat(14)).map(([whole, scale]) => decimal(String(whole)).times(decimal(`1e-${scale}`)).toString());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ BilledCost: amount, BillingCurrency: fc.constantFrom('USD', 'EUR') }), { minLength: 1, maxLength: 40 }), fc.nat(), async (rows, account) => {
      const { import: made } = await take(rows.map((row) => ({ ...row, BillingAccountId: `a${account}` })), { delivery: 'one', file: `${account}.csv` });
      for (const currency of ['USD', 'EUR']) {
        const expected = sumOf(rows.filter((row) => row.BillingCurrency === currency).map((row) => decimal(row.BilledCost)));
        expect(decimal(made.totals.find((total) => total.currency === currency)?.billed ?? '0').compare(expected)).toBe(0);
      }
      await bills.remove(made.id);
    }),
    { numRuns: 12 },
  );
  await tablesAreEmpty();
});

test('the same file again changes nothing', async () => {
  const first = await take([{}]);
  const again = await take([{}]);
  expect(again).toMatchObject({ known: true, import: { id: first.import.id } });
  expect(await bills.imports()).toHaveLength(1);
  expect(await bills.findByHash(first.import.sha256, undefined)).toMatchObject({ id: first.import.id });
  expect(await bills.findByHash(first.import.sha256, 'payments')).toBeUndefined();
});

test('a second delivery of an account and period is refused until it is said what it is', async () => {
  await take([{ BilledCost: '10' }]);
  await expect(take([{ BilledCost: '11' }])).rejects.toMatchObject({ code: 'ROADBED-8731', message: expect.stringContaining('account 1111') as string, next: expect.stringContaining('--replace') as string });
  expect(await billed()).toBe('10');
  expect((await take([{ BilledCost: '5', BillingAccountId: '2222' }])).known).toBe(false);
  expect(await billed()).toBe('15');
});

test('a corrected delivery takes the place of the older one, account by account and period by period', async () => {
  const first = await take([{ BilledCost: '10' }, { BilledCost: '7', BillingAccountId: '2222' }]);
  const second = await take([{ BilledCost: '11' }, { BilledCost: '0.5' }], { overlap: 'replace' });
  expect(second.replaced).toMatchObject([{ id: first.import.id, state: 'partly-replaced' }]);
  expect(await billed()).toBe('18.5');
  await take([{ BilledCost: '8', BillingAccountId: '2222' }], { overlap: 'replace' });
  expect(await bills.get(first.import.id)).toMatchObject({ state: 'replaced', slices: [{ replacedBy: second.import.id }, {}] });
  expect(await billed()).toBe('19.5');
  expect((await everything()).every((charge) => charge.billed !== '10' && charge.billed !== '7')).toBe(true);
});

test('the parts of one delivery stand beside each other, and replace together', async () => {
  await take([{ BilledCost: '100' }]);
  await take([{ BilledCost: '1' }], { delivery: 'october', overlap: 'replace' });
  await take([{ BilledCost: '2' }], { delivery: 'october', overlap: 'replace' });
  expect(await billed()).toBe('3');
});

test('a part that comes again unchanged with a corrected delivery keeps its rows, whatever the order', async () => {
  const part = (cost: string): Row[] => [{ BilledCost: cost, SkuId: cost }];
  for (const turned of [false, true]) {
    const account = turned ? 'b' : 'a';
    const of = (cost: string): Row[] => part(cost).map((row) => ({ ...row, BillingAccountId: account }));
    await take(of('1'), { delivery: `${account} first` });
    await take(of('2'), { delivery: `${account} first` });
    const corrected = turned ? [of('3'), of('1')] : [of('1'), of('3')];
    for (const rows of corrected) await take(rows, { delivery: `${account} second`, overlap: 'replace' });
    expect((await everything()).filter((charge) => charge.subject.billingAccount === account).map((charge) => charge.billed).sort()).toEqual(['1', '3']);
  }
  const alone = await take(part('1').map((row) => ({ ...row, BillingAccountId: 'a' })), { delivery: 'a third', overlap: 'replace' });
  expect(alone).toMatchObject({ known: true, replaced: [{ state: 'replaced' }] });
  expect(await billed()).toBe('5');
});

test('with add, only rows that are not there yet are added, however often a row stands in the file', async () => {
  const line = (index: number, cost = '1'): Row => ({ BilledCost: cost, SkuId: `s${index}`, x_Line: String(index) });
  await take([...Array.from({ length: 30 }, (_, index) => line(index)), line(1), { BilledCost: '4' }, { BilledCost: '4' }]);
  const cumulative = [...Array.from({ length: 40 }, (_, index) => line(index, '1.00')), line(1), line(1), { BilledCost: '4' }];
  const { import: added } = await take(cumulative, { overlap: 'add' });
  expect(added).toMatchObject({ rows: 43, alreadyThere: 32 });
  expect(await everything()).toHaveLength(33 + 11);
  expect(await billed()).toBe(String(31 + 8 + 11));
});

test('a row that is sent twice is counted twice and told', async () => {
  const { import: made } = await take([{}, {}, { BilledCost: '2' }]);
  expect(made.repeatedRows).toBe(1);
  expect(await billed()).toBe('4.5');
});

test('currencies are never added, and credits are negative', async () => {
  await take([{ BilledCost: '10' }, { BilledCost: '-4', ChargeCategory: 'Credit' }, { BilledCost: '3', BillingCurrency: 'EUR' }]);
  expect((await bills.months())[0]?.totals.map((total) => [total.currency, total.billed])).toEqual([['EUR', '3'], ['USD', '6']]);
  const [subject] = await bills.subjects(SEPTEMBER);
  expect((await bills.days(SEPTEMBER, new Map([[subject?.id ?? '', 0]]), ['Usage'])).map((day) => [day.currency, day.billed])).toEqual([['EUR', '3'], ['USD', '10']]);
});

test('a file that is wrong in its last row leaves nothing behind', async () => {
  const rows: Row[] = Array.from({ length: 6_000 }, (_, index) => ({ ResourceId: `r-${index}` }));
  await expect(take([...rows, { BilledCost: 'x' }])).rejects.toMatchObject({ code: 'ROADBED-8704', message: expect.stringContaining('row 6002') as string });
  await expect(take(focusCsv([]))).rejects.toMatchObject({ code: 'ROADBED-8730' });
  await tablesAreEmpty();
});

test('sums that the database does not have leave nothing behind', async () => {
  const reading = readFocusCsv(inPieces(focusCsv([{}])), { file: 'bill.csv' });
  const wrong = (): ReturnType<typeof reading.facts> => ({ ...reading.facts(), totals: reading.facts().totals.map((total) => ({ ...total, billed: '1.2500000001' })) });
  await expect(bills.import({ file: 'bill.csv', sha256: 'a', bytes: 1, format: 'csv', delivery: 'a', overlap: 'refuse', importedBy: 'x' }, reading.batches, wrong)).rejects.toMatchObject({ code: 'ROADBED-8733' });
  await tablesAreEmpty();
});

test('a removed import leaves nothing behind; old ones go when they are told to', async () => {
  const { import: made } = await take([{}]);
  await take([{ BillingPeriodStart: '2024-01-01', BillingPeriodEnd: '2024-02-01', ChargePeriodStart: '2024-01-01', ChargePeriodEnd: '2024-01-02' }]);
  expect(await bills.removeBefore('2024-06-01')).toBe(1);
  expect(await bills.remove(made.id)).toBe(true);
  expect(await bills.remove(made.id)).toBe(false);
  expect(await bills.remove('no; drop')).toBe(false);
  await tablesAreEmpty();
  expect(await bills.coverage()).toMatchObject({ version: expect.any(String) as string });
});

test('bills of a team are told apart from those of the organisation', async () => {
  await take([{ BilledCost: '1' }]);
  await take([{ BilledCost: '2', BillingAccountId: '9' }], { namespace: 'payments' });
  expect((await bills.imports('payments')).map((each) => each.namespace)).toEqual(['payments']);
  expect((await bills.months('payments'))[0]?.totals[0]?.billed).toBe('2');
  const subjects = await bills.subjects(SEPTEMBER);
  expect(subjects.map((subject) => subject.namespace)).toEqual(['payments', undefined]);
});

test('the last allocation rules are those that hold', async () => {
  expect(await bills.allocation()).toBeUndefined();
  await bills.setAllocation('a: 1', 'user:ada');
  await bills.setAllocation('a: 2', 'user:bob');
  expect(await bills.allocation()).toMatchObject({ text: 'a: 2', setBy: 'user:bob' });
});

test('a process that is killed while it imports leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-bill-'));
  try {
    const file = join(folder, 'bill.csv');
    writeFileSync(file, focusCsv(Array.from({ length: 40_000 }, (_, index) => ({ ...ROW, SkuId: `s${index}` }))));
    const child = fork(join(import.meta.dirname, '..', 'testing', 'importing-process.ts'), [file], { env: { ...process.env, ROADBED_TEST_CONNECTION: JSON.stringify(database.connection) }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await new Promise<void>((resolve, reject) => {
      child.on('message', (rows) => {
        if (Number(rows) >= 15_000) resolve();
      });
      child.on('exit', () => reject(new Error('the import ended before it could be killed')));
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const again = await take([{}]);
    expect(again.import.rows).toBe(1);
    expect(await everything()).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
