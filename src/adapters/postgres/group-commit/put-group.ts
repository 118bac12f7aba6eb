/** The one statement of a group: arrays in, arrays out (roadbed.put_group of migration 0001). */
import type pg from 'pg';
import type { EventRow } from '../../../domain/event.ts';
import { ACTIONS } from './request.ts';
import type { GroupOutcome, GroupRequest, LostReason, PreparedEvent, RequestOutcome } from './request.ts';

const TYPES = [
  'integer', 'smallint', 'text', 'text', 'text', 'text', 'bigint', 'text', 'text', 'text',
  'integer', 'uuid', 'text', 'text', 'text', 'text', 'text', 'text', 'timestamptz', 'text', 'integer', 'text',
];
const STATEMENT = `select previous_version, previous_sequence, recorded, reasons, versions, sequences
  from roadbed.put_group(${TYPES.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`;

interface Answer {
  previous_version: string;
  previous_sequence: string;
  recorded: Date;
  reasons: (LostReason | null)[];
  versions: (string | null)[];
  sequences: (string | null)[];
}

/** An array literal of numbers; pg's own escapes each element as text. */
function numbers(values: readonly (number | bigint | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

function parameters(group: readonly GroupRequest[]): unknown[] {
  const writes = group.flatMap((request, index) => request.writes.map((write) => ({ index, write })));
  const events = group.flatMap((request, index) => request.events.map((event) => ({ index, event })));
  return [
    numbers(writes.map(({ index }) => index)),
    numbers(writes.map(({ write }) => ACTIONS.indexOf(write.action))),
    writes.map(({ write }) => write.key.group),
    writes.map(({ write }) => write.key.plural),
    writes.map(({ write }) => write.key.namespace),
    writes.map(({ write }) => write.key.name),
    numbers(writes.map(({ write }) => write.expected)),
    writes.map(({ write }) => write.text.head),
    writes.map(({ write }) => write.text.tail),
    writes.map(({ write }) => write.text.labels),
    numbers(events.map(({ index }) => index)),
    events.map(({ event }) => event.id),
    events.map(({ event }) => event.chain),
    events.map(({ event }) => event.namespace ?? null),
    events.map(({ event }) => event.actor.issuer),
    events.map(({ event }) => event.actor.subject),
    events.map(({ event }) => event.subject),
    events.map(({ event }) => event.cause ?? null),
    events.map(({ event }) => event.occurredAt ?? null),
    events.map(({ event }) => event.kind),
    numbers(events.map(({ event }) => event.schemaVersion)),
    events.map(({ event }) => event.bodyText),
  ];
}

/** The row of the log that a prepared event has become. */
export function recordedEvent(event: PreparedEvent, sequence: number, recordedAt: string): EventRow {
  const { bodyText: _text, occurredAt, ...rest } = event;
  return { ...rest, occurredAt: occurredAt ?? recordedAt, sequence, recordedAt };
}

/** Writes a group in one transaction; the commit is durable when this resolves. */
export async function putGroup(client: pg.ClientBase, group: readonly GroupRequest[]): Promise<{ outcome: GroupOutcome; outcomes: RequestOutcome[] }> {
  const { rows } = await client.query<Answer>({ name: 'put_group', text: STATEMENT, values: parameters(group) });
  const answer = rows[0];
  if (answer === undefined) throw new Error('put_group gave no answer');
  const recordedAt = answer.recorded.toISOString();
  const outcome: GroupOutcome = {
    previousVersion: BigInt(answer.previous_version),
    previousSequence: Number(answer.previous_sequence),
    changes: [],
    events: [],
  };
  let write = 0;
  let event = 0;
  const outcomes = group.map((request): RequestOutcome => {
    const firstWrite = write;
    const firstEvent = event;
    write += request.writes.length;
    event += request.events.length;
    for (const [offset, { key }] of request.writes.entries()) {
      const reason = answer.reasons[firstWrite + offset];
      if (reason != null) return { ok: false, reason, key };
    }
    const changes = request.writes.map((prepared, offset) => ({ write: prepared, version: BigInt(answer.versions[firstWrite + offset] ?? 0) }));
    const events = request.events.map((prepared, offset) => recordedEvent(prepared, Number(answer.sequences[firstEvent + offset]), recordedAt));
    outcome.changes.push(...changes);
    outcome.events.push(...events);
    return { ok: true, changes, events };
  });
  return { outcome, outcomes };
}
