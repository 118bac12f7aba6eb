/**
 * One file, one transaction.
 *
 * Rows come in batches and go through COPY while the next batch is read. At the end the days are summed up by the
 * database, the sums are held against those of the reader, to the last digit, and only then is anything visible. A
 * process that dies at any row takes its connection with it, and the database forgets the rows.
 */
import pg from 'pg';
import { detailOf, type BillCharge, type BillFileFacts, type BillTotal } from '../../../domain/bill.ts';
import { PlatformError } from '../../../domain/error.ts';
import { decimal } from '../../../domain/money.ts';
import type { BillImportRequest } from '../../../ports/bills.ts';
import { LOCKS, LOCK_SPACE } from '../lock-space.ts';
import { columnsOfTheirOwn, ContentIds } from './content.ts';
import { copyArray, copyIn } from './copy-in.ts';
import { FileSlices, refuseOthers } from './slices.ts';
import { contentSql, daysSql, repeatedSql } from './statements.ts';

const ROWS_TO_JUDGE = 2_000;
const ROWS_OF_A_COPY = 5_000;
/** Rows may be long: pieces of the file that wait are bounded, too. */
const BATCHES_OF_A_COPY = 64;
const COPY = 'copy roadbed.bill_charge (import, "row", slice, item, starts, ends, billed, effective, list, contracted, own) from stdin';

export interface FileImport {
  id: number;
  known: boolean;
  replaced: number[];
}

/** Throws what the reader throws, ROADBED-8730 to -8734, and errors of the database; then nothing was imported. */
export async function importFile(client: pg.Client, request: BillImportRequest, batches: AsyncIterable<readonly BillCharge[]>, facts: () => BillFileFacts): Promise<FileImport> {
  await client.query('begin');
  try {
    const done = await withinTransaction(client, request, batches, facts);
    await client.query('commit');
    return done;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function withinTransaction(client: pg.Client, request: BillImportRequest, batches: AsyncIterable<readonly BillCharge[]>, facts: () => BillFileFacts): Promise<FileImport> {
  await lock(client);
  const known = await client.query<{ id: number }>(
    'select id from roadbed.bill_import m where namespace = $1 and sha256 = $2 and exists (select from roadbed.bill_slice s where s.import = m.id and s.replaced_by is null) limit 1',
    [request.namespace ?? '', request.sha256],
  );
  const [before] = known.rows;
  if (before !== undefined) return { id: before.id, known: true, replaced: request.overlap === 'replace' ? await adopt(client, before.id, request) : [] };
  const id = await begin(client, request);
  const slices = new FileSlices(client, request);
  const own = await load(client, id, slices, batches);
  const learnt = facts();
  if (learnt.rows === 0) throw new PlatformError({ code: 'ROADBED-8730', class: 'invalid', message: `${request.file} has no charges`, next: 'nothing was imported; check the period of the export' });
  await plan(client);
  await client.query(daysSql, [id]);
  await compare(client, id, request.file, learnt);
  const replaced = request.overlap === 'replace' ? await replace(client, id, slices.earlier) : [];
  await client.query('update roadbed.bill_import set own_columns = $2 where id = $1', [id, own]);
  const alreadyThere = request.overlap === 'add' && slices.earlier.length > 0 ? await leaveOut(client, id, slices) : 0;
  await finish(client, id, slices, learnt, alreadyThere);
  return { id, known: false, replaced };
}

/** The planner knows nothing of rows that were not there when it last looked, and would look up a million items one by one. A small sample tells it enough. */
async function plan(client: pg.Client): Promise<void> {
  await client.query('set local enable_nestloop = off; set local default_statistics_target = 20');
  for (const table of ['bill_charge', 'bill_item', 'bill_day']) await client.query(`analyze roadbed.${table}`);
}

async function lock(client: pg.Client): Promise<void> {
  await client.query("set local lock_timeout = '60s'");
  try {
    await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.bills]);
  } catch (cause) {
    throw new PlatformError({ code: 'ROADBED-8732', class: 'unavailable', message: 'another bill is being imported', why: 'imports run one after the other, and this one waited for a minute', next: 'try again when it is done: roadbed bills list', retry: 'backoff', cause });
  }
}

async function begin(client: pg.Client, request: BillImportRequest): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into roadbed.bill_import (namespace, file, sha256, bytes, format, delivery, imported_by, focus_version, columns, own_columns, rows, totals, warnings, repeated_rows, already_there)
     values ($1, $2, $3, $4, $5, $6, $7, '', '{}', '{}', 0, '[]', '[]', 0, 0) returning id`,
    [request.namespace ?? '', request.file, request.sha256, request.bytes, request.format, request.delivery, request.importedBy],
  );
  return rows[0]?.id ?? 0;
}

/** Sends all rows; answers the columns that are stored with each of them. A charge becomes a line at once, so that none waits while others are sent. */
async function load(client: pg.Client, id: number, slices: FileSlices, batches: AsyncIterable<readonly BillCharge[]>): Promise<string[]> {
  let own: string[] | undefined;
  let ids = new ContentIds([]);
  let first: BillCharge[] = [];
  let lines: Buffer[] = [];
  let rows = 0;
  let batchesWaiting = 0;
  let sending: Promise<void> = Promise.resolve();
  const add = async (charges: readonly BillCharge[]): Promise<void> => {
    own ??= judge(charges, (columns) => (ids = new ContentIds(columns)));
    const text: string[] = [];
    for (const charge of charges) text.push(lineOf(id, charge, slices.known(charge.slice) ?? (await slices.numberOf(charge.slice)), slices, ids, own));
    lines.push(Buffer.from(text.join('')));
    rows += charges.length;
  };
  const send = async (): Promise<void> => {
    if (first.length > 0) await add(first);
    first = [];
    await sending;
    sending = write(client, id, ids, lines);
    sending.catch(() => {});
    lines = [];
    rows = 0;
    batchesWaiting = 0;
  };
  try {
    for await (const batch of batches) {
      if (own === undefined) for (const charge of batch) first.push(charge);
      else await add(batch);
      batchesWaiting += 1;
      if (batchesWaiting >= BATCHES_OF_A_COPY || first.length >= ROWS_TO_JUDGE || rows >= ROWS_OF_A_COPY) await send();
    }
    if (first.length > 0 || rows > 0) await send();
  } finally {
    await sending;
  }
  return own ?? [];
}

function judge(charges: readonly BillCharge[], use: (columns: string[]) => void): string[] {
  const columns = columnsOfTheirOwn(charges);
  use(columns);
  return columns;
}

function lineOf(id: number, charge: BillCharge, slice: number, slices: FileSlices, ids: ContentIds, own: readonly string[]): string {
  const place = slices.slices[slice];
  if (place !== undefined) place.rows += 1;
  const amount = (text: string): string => (text === '' ? '\\N' : text);
  const values = own.length === 0 ? '\\N' : copyArray(ownValues(charge, own));
  return `${id}\t${charge.row}\t${slice}\t${ids.itemOf(charge)}\t${charge.starts}\t${charge.ends}\t${charge.billed}\t${amount(charge.effective)}\t${amount(charge.list)}\t${amount(charge.contracted)}\t${values}\n`;
}

/** The columns that are stored with the row; an empty text or none for null. */
function ownValues(charge: BillCharge, own: readonly string[]): readonly (string | undefined)[] {
  if (charge.apart !== undefined && charge.apart.columns.length === own.length && charge.apart.columns.every((name, index) => name === own[index])) return charge.apart.values;
  const detail = detailOf(charge);
  return own.map((name) => detail[name]);
}

async function write(client: pg.Client, id: number, ids: ContentIds, lines: readonly Buffer[]): Promise<void> {
  const { subjects, items } = ids.takeNew();
  if (subjects.size > 0) {
    await client.query('insert into roadbed.bill_subject (import, id, subject) select $1, * from unnest($2::uuid[], $3::jsonb[]) on conflict do nothing', [id, [...subjects.keys()], [...subjects.values()]]);
  }
  if (items.size > 0) {
    const values = [...items.values()];
    await client.query('insert into roadbed.bill_item (import, id, subject, category, currency, detail) select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[]) on conflict do nothing', [
      id, [...items.keys()], values.map((item) => item.subject), values.map((item) => item.category), values.map((item) => item.currency), values.map((item) => item.detail),
    ]);
  }
  await copyIn(client, COPY, lines);
}

/** What the database has summed up must be what the reader has, by currency and to the last digit. */
async function compare(client: pg.Client, id: number, file: string, learnt: BillFileFacts): Promise<void> {
  const { rows } = await client.query<Record<'currency' | 'billed' | 'effective' | 'list' | 'contracted' | 'rows', string>>(
    "select currency, sum(billed)::text as billed, coalesce(sum(effective), 0)::text as effective, coalesce(sum(list), 0)::text as list, coalesce(sum(contracted), 0)::text as contracted, sum(rows)::text as rows from roadbed.bill_day where import = $1 group by currency",
    [id],
  );
  const stored = new Map(rows.map((row) => [row.currency, row]));
  const same = (total: BillTotal): boolean => {
    const row = stored.get(total.currency);
    return row !== undefined && Number(row.rows) === total.rows && (['billed', 'effective', 'list', 'contracted'] as const).every((measure) => decimal(row[measure]).compare(decimal(total[measure])) === 0);
  };
  const wrong = learnt.totals.find((total) => !same(total));
  if (wrong === undefined && rows.length === learnt.totals.length) return;
  throw new PlatformError({ code: 'ROADBED-8733', class: 'failed', message: `the sums of ${file} are not those of the database`, why: wrong === undefined ? 'the currencies differ' : `${wrong.currency}: ${wrong.billed} in ${wrong.rows} rows of the file, ${stored.get(wrong.currency)?.billed ?? 'none'} stored`, next: 'nothing was imported; report it with the file\'s header' });
}

/** A file that came unchanged with a corrected delivery belongs to that one from now on: its other files must not take its rows away. */
async function adopt(client: pg.Client, id: number, request: BillImportRequest): Promise<number[]> {
  const { delivery, namespace = '' } = request;
  await client.query('update roadbed.bill_import set delivery = $2 where id = $1', [id, delivery]);
  const { rows } = await client.query<{ import: number; number: number; namespace: string }>(
    `select other.import, other.number, m.namespace from roadbed.bill_slice own
     join roadbed.bill_slice other on other.provider = own.provider and other.billing_account = own.billing_account and other.period_start = own.period_start and other.replaced_by is null
     join roadbed.bill_import m on m.id = other.import and (m.delivery <> $2 or m.namespace <> $3)
     where own.import = $1 and own.replaced_by is null`,
    [id, delivery, namespace],
  );
  refuseOthers(rows, request);
  return replace(client, id, rows);
}

/** Takes the charges of earlier deliveries away and leaves the word of who replaced them. */
async function replace(client: pg.Client, id: number, slices: readonly { import: number; number: number }[]): Promise<number[]> {
  for (const earlier of slices) {
    await client.query('delete from roadbed.bill_charge where import = $1 and slice = $2', [earlier.import, earlier.number]);
    await client.query('delete from roadbed.bill_day where import = $1 and slice = $2', [earlier.import, earlier.number]);
    await client.query('update roadbed.bill_slice set replaced_by = $3 where import = $1 and number = $2', [earlier.import, earlier.number, id]);
  }
  const touched = [...new Set(slices.map((earlier) => earlier.import))];
  for (const kind of ['bill_item', 'bill_subject']) {
    await client.query(`delete from roadbed.${kind} where import = any($1) and not exists (select from roadbed.bill_slice s where s.import = ${kind}.import and s.replaced_by is null)`, [touched]);
  }
  return touched;
}

/** With `add`, a row that is there already is not counted a second time; one that is there once and comes twice is added once. */
async function leaveOut(client: pg.Client, id: number, slices: FileSlices): Promise<number> {
  const { rowCount } = await client.query(contentSql, [id, slices.earlier.map((earlier) => earlier.import), slices.earlier.map((earlier) => earlier.number), slices.slices.map((_, number) => number), slices.slices.map((slice) => slice.periodStart)]);
  const gone = rowCount ?? 0;
  if (gone === 0) return 0;
  await client.query('delete from roadbed.bill_day where import = $1', [id]);
  await client.query(daysSql, [id]);
  const { rows } = await client.query<{ slice: number; rows: string }>('select slice, count(*)::text as rows from roadbed.bill_charge where import = $1 group by slice', [id]);
  const left = new Map(rows.map((row) => [row.slice, Number(row.rows)]));
  slices.slices.forEach((slice, number) => (slice.rows = left.get(number) ?? 0));
  return gone;
}

async function finish(client: pg.Client, id: number, slices: FileSlices, learnt: BillFileFacts, alreadyThere: number): Promise<void> {
  const { rows } = await client.query<{ repeated: string }>(repeatedSql, [id]);
  await client.query('insert into roadbed.bill_slice (import, number, provider, billing_account, period_start, period_end, rows) select $1, * from unnest($2::smallint[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::integer[])', [
    id, slices.slices.map((_, number) => number), slices.slices.map((slice) => slice.provider), slices.slices.map((slice) => slice.billingAccount), slices.slices.map((slice) => slice.periodStart), slices.slices.map((slice) => slice.periodEnd), slices.slices.map((slice) => slice.rows),
  ]);
  await client.query(
    `update roadbed.bill_import set focus_version = $2, columns = $3, rows = $4, totals = $5, warnings = $6, repeated_rows = $7, already_there = $8,
       first_day = (select min(day) from roadbed.bill_day where import = $1), last_day = (select max(day) from roadbed.bill_day where import = $1) where id = $1`,
    [id, learnt.version, learnt.columns, learnt.rows, JSON.stringify(learnt.totals), JSON.stringify(learnt.warnings), Number(rows[0]?.repeated ?? 0), alreadyThere],
  );
}
