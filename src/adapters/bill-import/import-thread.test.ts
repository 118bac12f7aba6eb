import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { focusCsv } from '../../formats/focus/testing/rows.ts';
import type { LoadBill } from '../../ports/bills.ts';
import { PostgresBills } from '../postgres/bills/store.ts';
import { testDatabase, type TestDatabase } from '../postgres/testing/database.ts';
import { openImportThreads, type ImportThreads } from './import-thread.ts';

let database: TestDatabase;
let threads: ImportThreads;
let folder: string;

beforeEach(async () => {
  database = await testDatabase();
  threads = openImportThreads(database.connection);
  folder = mkdtempSync(join(tmpdir(), 'roadbed-import-thread-'));
});

afterEach(async () => {
  await threads.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

function load(text: string): ReturnType<LoadBill> {
  const path = join(folder, 'bill.csv');
  writeFileSync(path, text);
  return threads.load({ path, bytes: text.length, format: 'csv' }, { file: 'bill.csv', sha256: 'x', bytes: text.length, format: 'csv', delivery: 'x', overlap: 'refuse', importedBy: 'x' }, {});
}

test('a bill is imported in a thread, and an error comes out of it as it was', async () => {
  expect(await load(focusCsv([{ BilledCost: '0.1' }, { BilledCost: '0.2' }]))).toMatchObject({ known: false, import: { rows: 2, totals: [{ billed: '0.3' }] } });
  expect(await load(focusCsv([{}]))).toMatchObject({ known: true });
  await new PostgresBills(database).remove('1');
  await expect(load(focusCsv([{ BilledCost: 'x' }]))).rejects.toMatchObject({ code: 'ROADBED-8704', class: 'invalid', message: expect.stringContaining('row 2 of bill.csv: BilledCost') as string });
});

test('stopping ends an import, and nothing is left of it', async () => {
  const started = load(focusCsv(Array.from({ length: 60_000 }, (_, index) => ({ SkuId: `s${index}` }))));
  const refused = expect(started).rejects.toMatchObject({ code: 'ROADBED-8738', retry: 'backoff' });
  const begun = async (): Promise<boolean> => (await database.pool.query("select 1 from pg_stat_activity where datname = current_database() and (query like 'copy roadbed%' or query like 'insert into roadbed%')")).rowCount !== 0;
  for (let turn = 0; turn < 400 && !(await begun()); turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  await threads.stop();
  await refused;
  expect(await new PostgresBills(database).imports()).toEqual([]);
});
