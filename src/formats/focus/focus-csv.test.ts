import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detailOf, type BillCharge, type BillFileFacts } from '../../domain/bill.ts';
import { decimal } from '../../domain/money.ts';
import { timeText } from './cell-values.ts';
import { CsvRows, csvLine } from './csv-rows.ts';
import { exportColumns, focusHeaderLine, focusLine } from './print-csv.ts';
import { readFocusCsv } from './read-csv.ts';
import { focusCsv, inPieces, ROW } from './testing/rows.ts';

async function read(text: string | Uint8Array, options: { size?: number; provider?: string; lenient?: boolean; apart?: boolean } = {}): Promise<{ charges: BillCharge[]; facts: BillFileFacts }> {
  const reading = readFocusCsv(inPieces(text, options.size ?? 64), { file: 'bill.csv', ...(options.provider === undefined ? {} : { provider: options.provider }), ...(options.lenient === undefined ? {} : { lenient: options.lenient }), ...(options.apart === undefined ? {} : { apart: options.apart }) });
  const charges: BillCharge[] = [];
  for await (const batch of reading.batches) charges.push(...batch);
  return { charges, facts: reading.facts() };
}

test('cells of every form come out as they went in, wherever the pieces end', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', ' ', '漢', 'NULL') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (rows, size) => {
      const bytes = Buffer.from(rows.map((row) => csvLine(row)).join(''));
      const csv = new CsvRows();
      const out: string[][] = [];
      for (let at = 0; at < bytes.length; at += size) out.push(...csv.push(bytes.subarray(at, at + size)).map((row) => row.cells));
      out.push(...csv.end().map((row) => row.cells));
      expect(out).toEqual(rows);
    }),
    { numRuns: 300 },
  );
});

test('a byte order mark, CRLF, gzip, a last row without its end, NULL, spaces in times and quoted numbers are read', async () => {
  const text = `\ufeff${focusCsv([{ BilledCost: '0.00000080000', ChargePeriodStart: '2026-09-01 22:00:00', ChargeClass: 'NULL', Tags: 'NULL' }, { BilledCost: '-3' }]).replaceAll('\n', '\r\n')}`.replace(',0.0625,', ',"0.0625",').slice(0, -2);
  for (const bytes of [Buffer.from(text), gzipSync(text)]) {
    const { charges, facts } = await read(bytes);
    expect(charges.map((charge) => [charge.row, charge.billed, charge.starts])).toEqual([[2, '0.00000080000', '2026-09-01T22:00:00Z'], [3, '-3', '2026-09-01T00:00:00Z']]);
    expect(charges[0]?.subject.tags).toEqual({});
    expect(charges[0]?.detail['ChargeClass']).toBeUndefined();
    expect(charges[0]?.detail['ListUnitPrice']).toBe('0.0625');
    expect(facts.totals).toEqual([{ currency: 'USD', rows: 2, billed: '-2.9999992', effective: '2', list: '3', contracted: '2.5' }]);
  }
});

test('columns may stand in any order; vendor and unknown columns are kept, unknown ones told', async () => {
  const columns = [...Object.keys(ROW).reverse(), 'x_Operation', 'Surprise'];
  const { charges, facts } = await read(focusCsv([{ x_Operation: 'Run', Surprise: 'yes' }], columns));
  expect(charges[0]).toMatchObject({ billed: '1.25', subject: { provider: 'AWS', tags: { team: 'payments' } }, detail: { x_Operation: 'Run', Surprise: 'yes' } });
  expect(facts.warnings.map((warning) => warning.column)).toEqual(['Surprise']);
});

test('the version is that of the newest column; 1.3 names the provider anew', async () => {
  expect((await read(focusCsv([{}]))).facts.version).toBe('1.0');
  expect((await read(focusCsv([{ ServiceSubcategory: 'Virtual Machines', CapacityReservationId: 'cr-1' }]))).facts.version).toBe('1.1');
  expect((await read(focusCsv([{ InvoiceId: '7', CapacityReservationId: '' }]))).facts.version).toBe('1.2');
  const renamed = focusCsv([{}]).replace('ProviderName', 'ServiceProviderName').replace(',PublisherName', ',x_Publisher');
  expect((await read(renamed)).facts.version).toBe('1.3');
});

describe('a wrong file is refused by what is wrong', () => {
  const cases: [string, string | Uint8Array, string, string][] = [
    ['empty', '', 'ROADBED-8701', 'bill.csv is empty'],
    ['another table', 'a,b\n1,2\n', 'ROADBED-8701', 'no FOCUS bill'],
    ['UTF-16', Buffer.from(focusCsv([{}]), 'utf16le'), 'ROADBED-8701', 'UTF-8'],
    ['a column is missing', focusCsv([{}]).replace('BilledCost', 'x_Cost'), 'ROADBED-8703', 'BilledCost'],
    ['a column is there twice', focusCsv([{}]).replace('RegionName', 'RegionId'), 'ROADBED-8703', 'RegionId twice'],
    ['a row is short', `${focusCsv([{}])}1,2\n`, 'ROADBED-8704', 'row 3 of bill.csv has 2 cells'],
    ['a cost is empty', focusCsv([{}, { BilledCost: 'NULL' }]), 'ROADBED-8704', 'row 3 of bill.csv: BilledCost may not be null'],
    ['a cost has a comma', focusCsv([{ BilledCost: '1,234.5' }]), 'ROADBED-8704', 'row 2 of bill.csv: BilledCost must be a decimal'],
    ['a cost is not finite', focusCsv([{ ListCost: 'Infinity' }]), 'ROADBED-8704', 'ListCost'],
    ['a time is none', focusCsv([{ ChargePeriodStart: '2026-02-30' }]), 'ROADBED-8704', 'ChargePeriodStart must be a time'],
    ['a charge ends before it starts', focusCsv([{ ChargePeriodEnd: '2026-08-01' }]), 'ROADBED-8704', 'ChargePeriodEnd lies before'],
    ['a category is new', focusCsv([{ ChargeCategory: 'Gift' }]), 'ROADBED-8704', 'ChargeCategory must be one of'],
    ['the end is cut off', focusCsv([{}]).trimEnd().slice(0, -4), 'ROADBED-8702', 'does not end'],
    ['a quote stands in the middle', `${focusCsv([{}])}"a"b,c\n`, 'ROADBED-8702', 'row 3 has text behind a closing quote'],
    ['a gzip is cut off', gzipSync(focusCsv(Array.from({ length: 200 }, (_, index) => ({ SkuId: String(index * 7919) })))).subarray(0, 500), 'ROADBED-8705', 'cannot be unpacked'],
  ];
  test.each(cases)('%s', async (_, bytes, code, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

test('rules that do not touch the sum are told with their first row, and the rows are kept', async () => {
  const { charges, facts } = await read(focusCsv([{}, { ChargeFrequency: 'Usage-based', Tags: '{broken', ListCost: '' }, { ChargeFrequency: 'Usage-based' }]));
  expect(charges).toHaveLength(3);
  expect(charges[1]?.list).toBe('');
  expect(facts.warnings).toEqual([
    expect.objectContaining({ column: 'Tags', rows: 1, firstRow: 3 }),
    expect.objectContaining({ column: 'ListCost', rows: 1, firstRow: 3 }),
    expect.objectContaining({ column: 'ChargeFrequency', rows: 2, firstRow: 3, example: 'Usage-based' }),
  ]);
});

test('a report goes on behind rows that cannot be read', async () => {
  const { charges, facts } = await read(focusCsv([{ BilledCost: 'x' }, {}]), { lenient: true });
  expect(charges).toHaveLength(1);
  expect(facts.warnings).toEqual([expect.objectContaining({ column: 'BilledCost', firstRow: 2, rule: expect.stringContaining('cannot be imported') as string })]);
});

test('a provider may be given for a file that names none', async () => {
  await expect(read(focusCsv([{ ProviderName: '' }]))).rejects.toMatchObject({ code: 'ROADBED-8704' });
  expect((await read(focusCsv([{ ProviderName: '' }]), { provider: 'Hetzner' })).charges[0]?.subject.provider).toBe('Hetzner');
});

test.each([
  ['2026-09-01 00:00:00', '2026-09-01T00:00:00Z'],
  ['2026-09-01T00:00:00.000Z', '2026-09-01T00:00:00Z'],
  ['2026-09-01 00:00:00 UTC', '2026-09-01T00:00:00Z'],
  ['2026-09-01T02:00:00+02:00', '2026-09-01T00:00:00Z'],
  ['2026-09-01', '2026-09-01T00:00:00Z'],
  ['01/09/2026', undefined],
  ['2026-13-01', undefined],
])('the time %s is %s', (cell, time) => expect(timeText(cell)).toBe(time));

test('what is exported reads as the same charges', async () => {
  const money = fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 12 })).map(([whole, scale]) => decimal(whole).times(decimal(`1e-${scale}`)).toString());
  const words = fc.string({ unit: fc.constantFrom('a', 'B', '"', ',', '\n', 'ü', ' '), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ BilledCost: money, EffectiveCost: money, ResourceName: words, ChargeDescription: words, x_Note: words, Tags: fc.dictionary(words, words).map((tags) => (Object.keys(tags).length === 0 ? '' : JSON.stringify(tags))), InvoiceId: words }), { minLength: 1, maxLength: 5 }), async (rows) => {
      const before = await read(focusCsv(rows));
      const columns = exportColumns(before.facts.columns);
      const after = await read(focusHeaderLine(columns) + before.charges.map((charge) => focusLine(columns, charge)).join(''));
      expect(after.charges).toEqual(before.charges);
      expect(after.facts.totals).toEqual(before.facts.totals);
    }),
    { numRuns: 60 },
  );
});

test('columns of their own stand apart without a difference to what the charges, sums and warnings say', async () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => ({
    SkuId: `sku-${index}`, x_LineItem: index % 5 === 0 ? '' : `line-${index}`, ChargeFrequency: index % 7 === 0 ? 'Sometimes' : 'Usage-Based', ResourceId: `r${index % 40}`, Tags: index % 3 === 0 ? '{"team":"a"}' : 'NULL',
    BilledCost: `${index % 2 === 0 ? '-' : ''}0.${index}`, ListCost: index % 11 === 0 ? 'NULL' : '3', BillingCurrency: index % 13 === 0 ? 'CREDITS' : 'USD', ConsumedQuantity: index % 500 === 499 ? 'many' : '1',
  }));
  const columns = [...Object.keys(ROW), 'x_LineItem'];
  const [whole, apart] = [await read(focusCsv(rows, columns), { size: 9_000 }), await read(focusCsv(rows, columns), { size: 9_000, apart: true })];
  expect(apart.charges.map(({ apart: _, ...charge }, index) => ({ ...charge, detail: detailOf(apart.charges[index] ?? charge) }))).toEqual(whole.charges);
  expect(apart.facts).toEqual(whole.facts);
  expect(apart.charges.at(-1)?.apart?.columns.toSorted()).toEqual(['SkuId', 'x_LineItem']);
  expect(new Set(apart.charges.slice(1_000).map((charge) => charge.detail)).size).toBeLessThan(1_100);
});
