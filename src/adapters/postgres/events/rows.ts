/** The event table's rows, and the queries that read them. */
import type pg from 'pg';
import type { EventRow } from '../../../domain/event.ts';
import type { EventQuery } from '../../../ports/events.ts';

const COLUMNS = `sequence, id, chain, namespace, actor_issuer, actor_subject, subject, cause, occurred_at, recorded_at, kind, schema_version, body`;
const DEFAULT_LIMIT = 1_000;
const LARGEST_LIMIT = 10_000;

interface Row {
  sequence: string;
  id: string;
  chain: string;
  namespace: string | null;
  actor_issuer: string;
  actor_subject: string;
  subject: string;
  cause: string | null;
  occurred_at: Date;
  recorded_at: Date;
  kind: string;
  schema_version: 1;
  body: Record<string, unknown>;
}

type Queryable = Pick<pg.ClientBase, 'query'> | Pick<pg.Pool, 'query'>;

function eventOf(row: Row): EventRow {
  return {
    id: row.id,
    sequence: Number(row.sequence),
    chain: row.chain,
    ...(row.namespace === null ? {} : { namespace: row.namespace }),
    actor: { issuer: row.actor_issuer, subject: row.actor_subject },
    subject: row.subject,
    ...(row.cause === null ? {} : { cause: row.cause }),
    occurredAt: row.occurred_at.toISOString(),
    recordedAt: row.recorded_at.toISOString(),
    kind: row.kind,
    schemaVersion: row.schema_version,
    body: row.body,
  };
}

export async function newestSequence(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ newest: string }>('select coalesce(max(sequence), 0) as newest from roadbed.event');
  return Number(rows[0]?.newest ?? 0);
}

export async function readEventsAfter(client: Queryable, sequence: number, limit: number): Promise<EventRow[]> {
  const { rows } = await client.query<Row>(`select ${COLUMNS} from roadbed.event where sequence > $1 order by sequence limit ${limit}`, [sequence]);
  return rows.map(eventOf);
}

export async function readEvent(client: Queryable, id: string): Promise<EventRow | undefined> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined;
  const { rows } = await client.query<Row>(`select ${COLUMNS} from roadbed.event where id = $1`, [id]);
  return rows[0] === undefined ? undefined : eventOf(rows[0]);
}

/** Times select by when it occurred; the order is that of the log. */
export async function queryEvents(client: Queryable, query: EventQuery): Promise<EventRow[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (condition: (place: string) => string, value: unknown): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (query.chain !== undefined) where((place) => `chain = ${place}`, query.chain);
  if (query.namespace !== undefined) where((place) => `namespace = ${place}`, query.namespace);
  if (query.subject !== undefined) where((place) => `subject = ${place}`, query.subject);
  if (query.since !== undefined) where((place) => `occurred_at >= ${place}`, query.since);
  if (query.until !== undefined) where((place) => `occurred_at < ${place}`, query.until);
  if (query.afterSequence !== undefined) where((place) => `sequence > ${place}`, query.afterSequence);
  if (query.kinds !== undefined) {
    where((place) => `exists (select from unnest(${place}::text[]) wanted where kind = wanted or (wanted like '%.' and starts_with(kind, wanted)))`, query.kinds);
  }
  const filter = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const order = query.order === 'descending' ? 'desc' : 'asc';
  const limit = Math.max(0, Math.min(Math.trunc(query.limit ?? DEFAULT_LIMIT), LARGEST_LIMIT));
  const { rows } = await client.query<Row>(`select ${COLUMNS} from roadbed.event ${filter} order by sequence ${order} limit ${limit}`, values);
  return rows.map(eventOf);
}
