/**
 * Finds out what became of a group whose connection broke before the answer came.
 *
 * A group is one transaction. Under the write lock, which a transaction of ours that is still running would
 * hold, the log is asked for the group's events (their ids are ours) and the feed for the group's bodies
 * (their uid or expected version makes them ours). What is found was committed and is answered as such;
 * what is not was not, and may be sent again: should the lost statement run after all, the second one loses
 * against it by the expected version or the event's id, and nothing is stored twice.
 */
import { LOCKS, LOCK_SPACE } from '../lock-space.ts';
import type { Session } from '../session.ts';
import { recordedEvent } from './put-group.ts';
import type { GroupOutcome, GroupRequest, PreparedWrite, RequestOutcome, WrittenChange } from './request.ts';

const TYPE_OF = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' } as const;

export interface Settled {
  outcomes: (RequestOutcome | 'not committed')[];
  /** For the feed: its previous numbers match nothing, so the feed reads what it misses. */
  group: GroupOutcome;
}

interface Found {
  events: Map<string, { sequence: number; recordedAt: string }>;
  versions: Map<PreparedWrite, bigint>;
}

/** `after`: the newest version that was known before the group. Rejects when the database stays away. */
export async function settleAfterLoss(session: Session, group: readonly GroupRequest[], after: bigint, patienceMs: number): Promise<Settled> {
  const found = await search(session, group, after, patienceMs);
  const outcomes = group.map((request): RequestOutcome | 'not committed' => {
    const changes: WrittenChange[] = [];
    for (const write of request.writes) {
      const version = found.versions.get(write);
      if (version === undefined) return 'not committed';
      changes.push({ write, version });
    }
    const events = [];
    for (const event of request.events) {
      const place = found.events.get(event.id);
      if (place === undefined) return 'not committed';
      events.push(recordedEvent(event, place.sequence, place.recordedAt));
    }
    return { ok: true, changes, events };
  });
  const committed = outcomes.filter((outcome) => outcome !== 'not committed' && outcome.ok);
  return {
    outcomes,
    group: {
      previousVersion: -1n,
      previousSequence: -1,
      changes: committed.flatMap((outcome) => (outcome.ok ? outcome.changes : [])),
      events: committed.flatMap((outcome) => (outcome.ok ? outcome.events : [])),
    },
  };
}

async function search(session: Session, group: readonly GroupRequest[], after: bigint, patienceMs: number): Promise<Found> {
  const client = await session.client(patienceMs);
  const ids = group.flatMap((request) => request.events.map((event) => event.id));
  const writes = group.flatMap((request) => request.writes);
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.write]);
    const events = await client.query<{ id: string; sequence: string; recorded_at: Date }>('select id, sequence, recorded_at from roadbed.event where id = any ($1::uuid[])', [ids]);
    const changes = await client.query<{ position: string; version: string }>(
      `select w.position, c.version
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[])
         with ordinality as w (type, api_group, plural, namespace, name, expected, head, tail, position)
       join roadbed.change c on c.version > $9 and c.type = w.type and c.api_group = w.api_group and c.plural = w.plural
         and c.namespace = w.namespace and c.name = w.name and c.previous_version is not distinct from w.expected
         and c.body = w.head || c.version || w.tail`,
      [
        writes.map((write) => TYPE_OF[write.action]),
        writes.map((write) => write.key.group),
        writes.map((write) => write.key.plural),
        writes.map((write) => write.key.namespace),
        writes.map((write) => write.key.name),
        writes.map((write) => write.expected?.toString() ?? null),
        writes.map((write) => write.text.head),
        writes.map((write) => write.text.tail),
        after.toString(),
      ],
    );
    const versions = new Map<PreparedWrite, bigint>();
    for (const row of changes.rows) {
      const write = writes[Number(row.position) - 1];
      if (write !== undefined) versions.set(write, BigInt(row.version));
    }
    return {
      events: new Map(events.rows.map((row) => [row.id, { sequence: Number(row.sequence), recordedAt: row.recorded_at.toISOString() }])),
      versions,
    };
  } finally {
    await client.query('rollback').catch(() => {});
  }
}
