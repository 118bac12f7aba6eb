import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer, schemaFromColumnData } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import type { BillCharge, BillFileFacts } from '../../domain/bill.ts';
import { Decimal, decimal, sumOf } from '../../domain/money.ts';
import { isParquet, readFocusParquet } from './read-parquet.ts';
import { ROW } from './testing/rows.ts';

type Column = { name: string; data: unknown[]; type?: string };

/** A file whose costs are decimals of 38 digits, 18 behind the point, stored in 16 bytes each. */
function parquet(costs: readonly bigint[], more: readonly Column[] = [], rowGroupSize = 7, zstd?: (page: Uint8Array) => Uint8Array): Uint8Array {
  const replaced = new Set(['BilledCost', ...more.map((column) => column.name)]);
  const columnData = [...Object.keys(ROW).filter((name) => !replaced.has(name)).map((name) => ({ name, data: costs.map(() => ROW[name] || null), type: 'STRING' })), ...more, { name: 'BilledCost', data: [...costs] }];
  const schema = schemaFromColumnData({ columnData: columnData.map((column) => (column.name === 'BilledCost' ? { ...column, data: [1] } : column)) as never }).map((element) =>
    element.name === 'BilledCost' ? { name: 'BilledCost', type: 'FIXED_LEN_BYTE_ARRAY' as const, type_length: 16, repetition_type: 'REQUIRED' as const, converted_type: 'DECIMAL' as const, precision: 38, scale: 18 } : element,
  );
  return new Uint8Array(parquetWriteBuffer({ columnData: columnData.map(({ name, data }) => ({ name, data })) as never, schema, rowGroupSize, ...(zstd === undefined ? {} : { codec: 'ZSTD' as const, compressors: { ZSTD: zstd } }) }));
}

async function read(bytes: Uint8Array): Promise<{ charges: BillCharge[]; facts: BillFileFacts; slices: number }> {
  let slices = 0;
  const reading = readFocusParquet({ byteLength: bytes.length, slice: (start, end) => ((slices += 1), bytes.slice(start, end).buffer) }, { file: 'bill.parquet' });
  const charges: BillCharge[] = [];
  for await (const batch of reading.batches) charges.push(...batch);
  return { charges, facts: reading.facts(), slices };
}

test('decimals are what the file stores, to the last of 38 digits', async () => {
  const digits = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n });
  await fc.assert(
    fc.asyncProperty(fc.array(digits, { minLength: 1, maxLength: 30 }), async (costs) => {
      const { charges, facts } = await read(parquet(costs));
      const expected = costs.map((cost) => new Decimal(cost, 18));
      expect(charges.map((charge) => charge.billed)).toEqual(expected.map(String));
      expect(facts.totals[0]?.billed).toBe(sumOf(expected).toString());
      expect(charges.map((charge) => charge.row)).toEqual(costs.map((_, index) => index + 1));
    }),
    { numRuns: 40 },
  );
});

test('binary fractions are the shortest decimal, times are UTC, maps are tags, null is null', async () => {
  const { charges } = await read(parquet([1n, 2n], [
    { name: 'ListCost', data: [0.1, 8e-7], type: 'DOUBLE' },
    { name: 'ChargePeriodStart', data: [new Date('2026-09-01T05:00:00Z'), new Date('2026-09-01T06:00:00Z')], type: 'TIMESTAMP' },
    { name: 'Tags', data: [{ team: 'payments', env: 'a' }, null], type: 'JSON' },
    { name: 'ResourceName', data: ['null\u0000byte', null], type: 'STRING' },
  ]));
  expect(charges.map((charge) => [charge.list, charge.starts, charge.subject.tags, charge.subject.resourceName])).toEqual([
    ['0.1', '2026-09-01T05:00:00Z', { team: 'payments', env: 'a' }, 'null\ufffdbyte'],
    ['8e-7', '2026-09-01T06:00:00Z', {}, ''],
  ]);
  expect(decimal(charges[1]?.list ?? '').toString()).toBe('0.0000008');
});

test('row groups are read one after the other', async () => {
  const small = await read(parquet(Array.from({ length: 40 }, () => 1n), [], 10));
  const large = await read(parquet(Array.from({ length: 40 }, () => 1n), [], 40));
  expect(small.charges).toHaveLength(40);
  expect(small.slices).toBeGreaterThan(large.slices);
});

test('a page unpacks to what its header says and to nothing more', async () => {
  expect((await read(parquet([1n, 2n], [], 7, (page) => new Uint8Array(zstdCompressSync(page))))).charges).toHaveLength(2);
  const bomb = new Uint8Array(zstdCompressSync(Buffer.alloc(64 * 1024 * 1024)));
  await expect(read(parquet([1n, 2n], [], 7, () => bomb))).rejects.toMatchObject({ code: 'ROADBED-8706', why: expect.stringContaining('Cannot create a Buffer larger') as string });
});

test('damaged files and other tables are refused by name', async () => {
  const whole = parquet([1n, 2n]);
  expect(isParquet(whole)).toBe(true);
  for (const bytes of [whole.slice(0, whole.length - 60), new Uint8Array(0), new Uint8Array([...whole.slice(0, 30), ...whole.slice(400)])]) await expect(read(bytes)).rejects.toMatchObject({ code: 'ROADBED-8706' });
  const other = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'a', data: ['x'], type: 'STRING' }] }));
  await expect(read(other)).rejects.toMatchObject({ code: 'ROADBED-8701' });
  await expect(read(parquet([1n], [{ name: 'ChargeCategory', data: ['Gift'], type: 'STRING' }]))).rejects.toMatchObject({ code: 'ROADBED-8704', message: expect.stringContaining('row 1 of bill.parquet') as string });
});
