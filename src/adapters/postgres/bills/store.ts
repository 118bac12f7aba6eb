/**
 * Bills in PostgreSQL. Questions are answered from the sums by day; charges are read only when somebody opens a number.
 *
 * An import and an export have connections of their own: they last longer than a statement of the pool may.
 */
import pg from 'pg';
import type { BillCharge, BillFileFacts } from '../../../domain/bill.ts';
import { PlatformError } from '../../../domain/error.ts';
import type { BillCoverage, BillDayCost, BillEvidence, BillImport, BillImportRequest, BillMonth, BillRange, Bills, BillSubjectCost } from '../../../ports/bills.ts';
import type { Database } from '../connect.ts';
import { reading, writing } from '../failure.ts';
import { importFile } from './import-file.ts';
import { amountsOf, CHARGE_COLUMNS, CHARGE_TABLES, chargeOf, IMPORT_COLUMNS, importOf, SUMS, type AmountsRow, type ChargeRow, type ImportRow } from './rows.ts';

const ROWS_OF_A_FETCH = 2_000;
/** More subjects than a page or a table can show; the remainder is refused, not cut. */
const MOST_SUBJECTS = 1_000_000;
const SEPARATOR = ' ';

type TotalRow = AmountsRow & { currency: string; rows: number };

export class PostgresBills implements Bills {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async import(request: BillImportRequest, rows: AsyncIterable<readonly BillCharge[]>, facts: () => BillFileFacts): Promise<{ import: BillImport; known: boolean; replaced: readonly BillImport[] }> {
    const done = await this.#withClient((client) => importFile(client, request, rows, facts));
    const { rows: found } = await reading(this.#database.pool.query<ImportRow>(`select ${IMPORT_COLUMNS} from roadbed.bill_import m where m.id = any($1)`, [[done.id, ...done.replaced]]));
    const imports = found.map(importOf);
    const made = imports.find((each) => each.id === String(done.id));
    if (made === undefined) throw new PlatformError({ code: 'ROADBED-8735', class: 'conflict', message: `the import of ${request.file} was removed while it was told`, next: 'roadbed bills list' });
    return { import: made, known: done.known, replaced: imports.filter((each) => each.id !== made.id) };
  }

  async findByHash(sha256: string, namespace: string | undefined): Promise<BillImport | undefined> {
    const { rows } = await reading(this.#database.pool.query<ImportRow>(`select ${IMPORT_COLUMNS} from roadbed.bill_import m where sha256 = $1 and namespace = $2 order by id desc`, [sha256, namespace ?? '']));
    return rows.map(importOf).find((each) => each.state !== 'replaced');
  }

  async imports(namespace?: string): Promise<BillImport[]> {
    const { rows } = await reading(this.#database.pool.query<ImportRow>(`select ${IMPORT_COLUMNS} from roadbed.bill_import m where $1::text is null or namespace = $1 order by id desc limit 10000`, [namespace ?? null]));
    return rows.map(importOf);
  }

  async get(id: string): Promise<BillImport | undefined> {
    if (!/^\d{1,9}$/.test(id)) return undefined;
    const { rows } = await reading(this.#database.pool.query<ImportRow>(`select ${IMPORT_COLUMNS} from roadbed.bill_import m where id = $1`, [id]));
    return rows.map(importOf)[0];
  }

  async remove(id: string): Promise<boolean> {
    if (!/^\d{1,9}$/.test(id)) return false;
    return (await this.#removeWhere('id = $1', [id])) > 0;
  }

  removeBefore(day: string): Promise<number> {
    return this.#removeWhere('last_day < $1::date', [day]);
  }

  async months(namespace?: string): Promise<BillMonth[]> {
    const { rows } = await reading(
      this.#database.pool.query<TotalRow & { month: string }>(
        `select to_char(day, 'YYYY-MM') as month, currency, ${SUMS.replaceAll('(rows)', '(d.rows)')} from roadbed.bill_day d join roadbed.bill_import m on m.id = d.import where $1::text is null or m.namespace = $1 group by 1, 2 order by 1, 2`,
        [namespace ?? null],
      ),
    );
    const months = new Map<string, BillMonth & { totals: TotalOf[] }>();
    for (const row of rows) {
      const month = months.get(row.month) ?? { month: row.month, totals: [] };
      months.set(row.month, month);
      month.totals.push(totalOf(row));
    }
    return [...months.values()];
  }

  async coverage(namespace?: string): Promise<BillCoverage> {
    const { rows } = await reading(
      this.#database.pool.query<{ first: string | null; last: string | null; version: string }>(
        `select min(d.day)::text as first, coalesce(max(d.day) filter (where m.namespace = coalesce($1, '')), max(d.day))::text as last,
           (select md5(coalesce(string_agg(s.import || ':' || s.number || ':' || coalesce(s.replaced_by, 0), ',' order by s.import, s.number), '')) from roadbed.bill_slice s) as version
         from roadbed.bill_day d join roadbed.bill_import m on m.id = d.import where $1::text is null or m.namespace = $1`,
        [namespace ?? null],
      ),
    );
    const { first = null, last = null, version = '' } = rows[0] ?? {};
    return { ...(first === null ? {} : { firstDay: first }), ...(last === null ? {} : { lastDay: last }), version };
  }

  async subjects(range: BillRange): Promise<BillSubjectCost[]> {
    const { rows } = await reading(
      this.#database.pool.query<TotalRow & { id: string; namespace: string; subject: BillSubjectCost['subject'] }>(
        `with costs as (
           select d.subject as id, m.namespace, d.currency, max(d.import) as import, ${SUMS.replaceAll('(rows)', '(d.rows)')}
           from roadbed.bill_day d join roadbed.bill_import m on m.id = d.import
           where d.day between $1 and $2 and ($3::text is null or m.namespace = $3) group by 1, 2, 3 limit ${MOST_SUBJECTS + 1}
         ) select c.*, b.subject from costs c join roadbed.bill_subject b on b.import = c.import and b.id = c.id order by c.billed::numeric desc, c.id`,
        [range.from, range.to, range.namespace ?? null],
      ),
    );
    if (rows.length > MOST_SUBJECTS) throw new PlatformError({ code: 'ROADBED-8736', class: 'invalid', message: `more than ${MOST_SUBJECTS} different things were charged from ${range.from} to ${range.to}`, next: 'ask for fewer days' });
    const subjects = new Map<string, BillSubjectCost & { totals: TotalOf[] }>();
    for (const row of rows) {
      const key = `${row.id}${SEPARATOR}${row.namespace}`;
      const cost = subjects.get(key) ?? { id: row.id, subject: row.subject, ...(row.namespace === '' ? {} : { namespace: row.namespace }), totals: [] };
      subjects.set(key, cost);
      cost.totals.push(totalOf(row));
    }
    return [...subjects.values()];
  }

  async days(range: BillRange, bucketOf: ReadonlyMap<string, number>, categories?: readonly string[]): Promise<BillDayCost[]> {
    const keys = [...bucketOf.keys()].map((key) => key.split(SEPARATOR));
    const { rows } = await reading(
      this.#database.pool.query<TotalRow & { day: string; bucket: number }>(
        `select d.day::text, b.bucket, d.currency, ${SUMS.replaceAll('(rows)', '(d.rows)')}
         from roadbed.bill_day d join roadbed.bill_import m on m.id = d.import
         join unnest($4::uuid[], $5::text[], $6::integer[]) as b (subject, namespace, bucket) on b.subject = d.subject and b.namespace = m.namespace
         where d.day between $1 and $2 and ($3::text is null or m.namespace = $3) and ($7::text[] is null or d.category = any($7))
         group by 1, 2, 3 order by 1, 2, 3`,
        [range.from, range.to, range.namespace ?? null, keys.map(([id]) => id), keys.map(([, namespace]) => namespace ?? ''), [...bucketOf.values()], categories ?? null],
      ),
    );
    return rows.map((row) => ({ day: row.day, bucket: row.bucket, ...totalOf(row) }));
  }

  async charges(range: BillRange, where: { subjects?: readonly string[]; after?: { import: string; row: number }; limit: number }): Promise<BillEvidence[]> {
    const keys = where.subjects?.map((key) => key.split(SEPARATOR));
    const { rows } = await reading(
      this.#database.pool.query<ChargeRow>(
        `select ${CHARGE_COLUMNS} from ${CHARGE_TABLES}
         where m.first_day <= $2 and m.last_day >= $1 and c.starts >= ($1::date)::timestamp at time zone 'UTC' and c.starts < ($2::date + 1)::timestamp at time zone 'UTC'
           and ($3::text is null or m.namespace = $3) and ($4::uuid[] is null or (i.subject, m.namespace) in (select * from unnest($4::uuid[], $8::text[]))) and (c.import, c."row") > ($5, $6)
         order by c.import, c."row" limit $7`,
        [range.from, range.to, range.namespace ?? null, keys?.map(([id]) => id) ?? null, Number(where.after?.import ?? 0), where.after?.row ?? 0, where.limit, keys?.map(([, namespace]) => namespace ?? '') ?? null],
      ),
    );
    return rows.map(chargeOf);
  }

  async *stream(range: BillRange): AsyncGenerator<readonly BillEvidence[]> {
    const client = await this.#connect();
    try {
      await client.query('begin isolation level repeatable read read only');
      await client.query(
        `declare charges no scroll cursor for select ${CHARGE_COLUMNS} from ${CHARGE_TABLES}
         where m.first_day <= ${pg.escapeLiteral(range.to)} and m.last_day >= ${pg.escapeLiteral(range.from)}
           and c.starts >= (${pg.escapeLiteral(range.from)}::date)::timestamp at time zone 'UTC' and c.starts < (${pg.escapeLiteral(range.to)}::date + 1)::timestamp at time zone 'UTC'
           and ${range.namespace === undefined ? 'true' : `m.namespace = ${pg.escapeLiteral(range.namespace)}`} order by c.import, c."row"`,
      );
      for (;;) {
        const { rows } = await client.query<ChargeRow>(`fetch ${ROWS_OF_A_FETCH} from charges`);
        if (rows.length > 0) yield rows.map(chargeOf);
        if (rows.length < ROWS_OF_A_FETCH) return;
      }
    } finally {
      await client.end();
    }
  }

  async columns(range: BillRange): Promise<string[]> {
    const { rows } = await reading(this.#database.pool.query<{ name: string }>('select distinct unnest(columns) as name from roadbed.bill_import where first_day <= $2 and last_day >= $1 and ($3::text is null or namespace = $3) order by 1', [range.from, range.to, range.namespace ?? null]));
    return rows.map((row) => row.name);
  }

  async allocation(): Promise<{ text: string; setAt: string; setBy: string } | undefined> {
    const { rows } = await reading(this.#database.pool.query<{ text: string; set_at: Date; set_by: string }>('select text, set_at, set_by from roadbed.bill_allocation order by version desc limit 1'));
    const [row] = rows;
    return row === undefined ? undefined : { text: row.text, setAt: row.set_at.toISOString(), setBy: row.set_by };
  }

  async setAllocation(text: string, by: string): Promise<void> {
    await writing(this.#database.pool.query('insert into roadbed.bill_allocation (text, set_by) values ($1, $2)', [text, by]));
  }

  #removeWhere(condition: string, values: readonly string[]): Promise<number> {
    return this.#withClient(async (client) => {
      await client.query('begin');
      const { rows } = await client.query<{ id: number }>(`select id from roadbed.bill_import where ${condition} for update`, [...values]);
      const ids = rows.map((row) => row.id);
      await client.query('delete from roadbed.bill_charge where import = any($1)', [ids]);
      await client.query('delete from roadbed.bill_import where id = any($1)', [ids]);
      await client.query('commit');
      return ids.length;
    });
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#database.connection);
    client.on('error', (error) => this.#database.log.warn({ error: error.message }, 'the connection of a bill was lost'));
    await writing(client.connect());
    return client;
  }

  async #withClient<Value>(work: (client: pg.Client) => Promise<Value>): Promise<Value> {
    const client = await this.#connect();
    try {
      // What a bill is asked for takes as long as the bill; a reader that stalls must not hold the lock for ever.
      await client.query("set statement_timeout = 0; set idle_in_transaction_session_timeout = '5min'; set work_mem = '64MB'");
      return await writing(work(client));
    } finally {
      await client.end().catch(() => {});
    }
  }
}

type TotalOf = { currency: string; rows: number; billed: string; effective: string; list: string; contracted: string };

function totalOf(row: TotalRow): TotalOf {
  return { currency: row.currency, rows: row.rows, ...amountsOf(row) };
}
