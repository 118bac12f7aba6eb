/** A process that imports a bill into the database of the environment and says how many rows it has read, to be killed. */
import { createReadStream } from 'node:fs';
import type { BillCharge } from '../../../domain/bill.ts';
import { readFocusCsv } from '../../../formats/focus/read-csv.ts';
import { PostgresBills } from '../bills/store.ts';
import { openDatabase } from '../connect.ts';
import { silentLog } from '../log.ts';

const [file = ''] = process.argv.slice(2);
const database = await openDatabase(JSON.parse(process.env['ROADBED_TEST_CONNECTION'] ?? '{}') as Record<string, string>, { log: silentLog });
const reading = readFocusCsv(createReadStream(file), { file });

async function* told(): AsyncGenerator<readonly BillCharge[]> {
  let rows = 0;
  for await (const batch of reading.batches) {
    yield batch;
    rows += batch.length;
    process.send?.(rows);
  }
}

await new PostgresBills(database).import({ file, sha256: 'killed', bytes: 1, format: 'csv', delivery: 'killed', overlap: 'refuse', importedBy: 'test' }, told(), reading.facts);
