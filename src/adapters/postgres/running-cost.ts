/**
 * Running cost in PostgreSQL: one transaction a look, and only the first of a slot of five minutes adds to the day.
 *
 * Two replicas that believe to lead, a control plane that is killed and starts again, a clock that goes back: each
 * inserts the slot's row, and only who inserted it adds. The other waits for the first to commit or to vanish.
 */
import type pg from 'pg';
import type { RunningCostCategory, RunningCostLine } from '../../domain/running-cost.ts';
import type { CurrentCost, DailyCost, DailyRequests, DayRange, RecordingGap, RunningCost, RunningCostDimension, RunningCostQuery } from '../../ports/running-cost.ts';
import { RUNNING_COST_DIMENSIONS, SLOT_MINUTES } from '../../ports/running-cost.ts';
import type { Database } from './connect.ts';
import { reading, writing } from './failure.ts';

const KEPT_DAYS = 760;
const MOST_GAPS = 1000;
/** Samples reach the database within seconds; after an outage, with the collector's first round. */
const SAMPLES_LATE = '10 minutes';
const SLOT_MS = SLOT_MINUTES * 60_000;
const SLOTS_AN_HOUR = 60 / SLOT_MINUTES;

interface DayRow {
  day: string;
  namespace?: string;
  service?: string;
  environment?: string;
  category?: RunningCostCategory;
  currency: string;
  amount: string | null;
  slots: number;
  incomplete: number;
  estimated: boolean;
}

export class RunningCosts implements RunningCost {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(at: string, lines: readonly RunningCostLine[]): Promise<boolean> {
    const slot = new Date(Math.floor(Date.parse(at) / SLOT_MS) * SLOT_MS).toISOString();
    return await writing(this.#transaction(async (client) => {
      const { rowCount } = await client.query('insert into roadbed.running_cost_slot (slot, seen_at) values ($1, $2) on conflict do nothing', [slot, at]);
      await this.#putCurrent(client, at, lines);
      if (rowCount !== 1) return false;
      await addToDay(client, slot, lines);
      await countRequests(client, at);
      await prune(client, slot);
      return true;
    }));
  }

  async #putCurrent(client: pg.PoolClient, at: string, lines: readonly RunningCostLine[]): Promise<void> {
    // A look that is older than the last one says nothing new; one that is much older says that the clock was put back.
    const { rowCount } = await client.query("update roadbed.running_cost_state set seen_at = $1 where seen_at is null or seen_at <= $1 or seen_at > $1::timestamptz + interval '1 hour'", [at]);
    if (rowCount !== 1) return;
    const teams = new Map<string, RunningCostLine[]>();
    for (const line of lines) teams.set(line.namespace, [...(teams.get(line.namespace) ?? []), line]);
    await client.query('delete from roadbed.running_cost_current where namespace <> all ($1::text[])', [[...teams.keys()]]);
    await client.query(
      `insert into roadbed.running_cost_current (namespace, seen_at, lines) select namespace, $1, lines::json from unnest($2::text[], $3::text[]) as l (namespace, lines)
        on conflict (namespace) do update set seen_at = excluded.seen_at, lines = excluded.lines`,
      [at, [...teams.keys()], [...teams.values()].map((own) => JSON.stringify(own))],
    );
  }

  async current(namespaces?: readonly string[]): Promise<CurrentCost> {
    const { rows } = await reading(this.#database.pool.query<{ at: Date | null; lines: RunningCostLine[] | null }>(
      `select s.seen_at as at, c.lines from roadbed.running_cost_state s
        left join roadbed.running_cost_current c on $1::text[] is null or c.namespace = any ($1::text[]) order by c.namespace`,
      [namespaces ?? null],
    ));
    const at = rows[0]?.at ?? undefined;
    return { ...(at === undefined ? {} : { at: at.toISOString() }), lines: rows.flatMap((row) => row.lines ?? []) };
  }

  async days(query: RunningCostQuery): Promise<DailyCost[]> {
    const by = RUNNING_COST_DIMENSIONS.filter((dimension) => query.by.includes(dimension));
    const names = by.map((dimension) => `, ${dimension}`).join('');
    const { rows } = await reading(this.#database.pool.query<DayRow>(
      `select to_char(day, 'YYYY-MM-DD') as day, currency${names}, trim_scale(round(sum(hourly_sum) / ${SLOTS_AN_HOUR}, 10))::text as amount,
          max(slots) as slots, max(incomplete_slots) as incomplete, bool_or(estimated) as estimated
        from roadbed.running_cost_day
        where day >= $1::date and day < $2::date and ($3::text[] is null or namespace = any ($3::text[])) and service = coalesce($4::text, service) and environment = coalesce($5::text, environment)
        group by day, currency${names} order by day, currency${names}`,
      [query.from, query.until, query.namespaces ?? null, query.service ?? null, query.environment ?? null],
    ));
    return rows.map((row) => dailyCost(row, by));
  }

  async requests(query: DayRange & { service?: string; environment?: string }): Promise<DailyRequests[]> {
    const { rows } = await reading(this.#database.pool.query<Omit<DailyRequests, 'requests'> & { requests: string }>(
      `select to_char(day, 'YYYY-MM-DD') as day, service, environment, requests from roadbed.running_cost_requests
        where day >= $1::date and day < $2::date and service = coalesce($3::text, service) and environment = coalesce($4::text, environment) order by day, service, environment`,
      [query.from, query.until, query.service ?? null, query.environment ?? null],
    ));
    return rows.map((row) => ({ ...row, requests: Number(row.requests) }));
  }

  async recorded(range: DayRange): Promise<{ since?: string; until?: string; gaps: RecordingGap[] }> {
    const ends = await reading(this.#database.pool.query<{ since: Date | null; until: Date | null }>('select min(slot) as since, max(slot) as until from roadbed.running_cost_slot'));
    const { since, until } = ends.rows[0] ?? { since: null, until: null };
    // One slot before the range, so that a gap over its beginning is seen.
    const { rows } = await reading(this.#database.pool.query<{ from: Date; until: Date }>(
      `select before + make_interval(mins => ${SLOT_MINUTES}) as from, slot as until
        from (select slot, lag(slot) over (order by slot) as before from roadbed.running_cost_slot
          where slot >= coalesce((select max(slot) from roadbed.running_cost_slot where slot < ($1::date)::timestamp at time zone 'UTC'), '-infinity') and slot <= coalesce((select min(slot) from roadbed.running_cost_slot where slot >= ($2::date)::timestamp at time zone 'UTC'), 'infinity')) s
        where slot - before > make_interval(mins => ${SLOT_MINUTES}) order by slot desc limit ${MOST_GAPS}`,
      [range.from, range.until],
    ));
    return {
      ...(since === null ? {} : { since: since.toISOString() }),
      ...(until === null ? {} : { until: new Date(until.getTime() + SLOT_MS).toISOString() }),
      gaps: rows.map((row) => ({ from: row.from.toISOString(), until: row.until.toISOString() })).reverse(),
    };
  }

  async #transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#database.pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // Whatever was begun ends with the connection.
      client.release(true);
      throw error;
    }
  }
}

async function addToDay(client: pg.PoolClient, slot: string, lines: readonly RunningCostLine[]): Promise<void> {
  await client.query(
    `insert into roadbed.running_cost_day as d (day, namespace, service, environment, category, currency, hourly_sum, slots, incomplete_slots, estimated)
      select ($1::timestamptz at time zone 'UTC')::date, namespace, service, environment, category, currency, sum(hourly), 1, max(incomplete::int), bool_or(estimated)
      from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::boolean[], $9::boolean[]) as l (namespace, service, environment, category, currency, hourly, incomplete, estimated)
      group by namespace, service, environment, category, currency
      on conflict (day, namespace, service, environment, category, currency) do update set
        hourly_sum = case when d.hourly_sum is null then excluded.hourly_sum else d.hourly_sum + coalesce(excluded.hourly_sum, 0) end,
        slots = d.slots + 1, incomplete_slots = d.incomplete_slots + excluded.incomplete_slots, estimated = d.estimated or excluded.estimated`,
    [
      slot,
      lines.map((line) => line.namespace),
      lines.map((line) => line.service),
      lines.map((line) => line.environment),
      lines.map((line) => line.category),
      lines.map((line) => line.currency),
      lines.map((line) => line.hourly ?? null),
      lines.map((line) => line.incomplete),
      lines.map((line) => line.estimated),
    ],
  );
}

/** Samples from where the last count ended; what a revision refused and another one answered is one request. */
async function countRequests(client: pg.PoolClient, at: string): Promise<void> {
  const { rows } = await client.query<{ from: string; until: string }>(
    `select coalesce(requests_until, '-infinity')::text as from, greatest(requests_until, date_trunc('second', $1::timestamptz - interval '${SAMPLES_LATE}'))::text as until from roadbed.running_cost_state for update`,
    [at],
  );
  const [range] = rows;
  if (range === undefined) return;
  await client.query(
    `insert into roadbed.running_cost_requests as r (day, service, environment, requests)
      select (at at time zone 'UTC')::date, service, environment, sum(requests - refused) from roadbed.traffic_sample where at >= $1::timestamptz and at < $2::timestamptz group by 1, 2, 3
      on conflict (day, service, environment) do update set requests = r.requests + excluded.requests`,
    [range.from, range.until],
  );
  await client.query('update roadbed.running_cost_state set requests_until = $1::timestamptz', [range.until]);
}

async function prune(client: pg.PoolClient, slot: string): Promise<void> {
  await client.query(`delete from roadbed.running_cost_slot where slot < $1::timestamptz - make_interval(days => ${KEPT_DAYS})`, [slot]);
  for (const table of ['running_cost_day', 'running_cost_requests']) await client.query(`delete from roadbed.${table} where day < ($1::timestamptz at time zone 'UTC')::date - ${KEPT_DAYS}`, [slot]);
}

function dailyCost(row: DayRow, by: readonly RunningCostDimension[]): DailyCost {
  const words = Object.fromEntries(by.map((dimension) => [dimension, row[dimension]]));
  return { day: row.day, ...words, currency: row.currency, ...(row.amount === null ? {} : { amount: row.amount }), minutes: row.slots * SLOT_MINUTES, incompleteMinutes: row.incomplete * SLOT_MINUTES, estimated: row.estimated };
}
