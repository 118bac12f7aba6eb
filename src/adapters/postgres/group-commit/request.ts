/** What the write queue takes and gives: requests of object writes and events that stand or fall together. */
import { createHash, randomUUID } from 'node:crypto';
import type { EventRow, NewEvent } from '../../../domain/event.ts';
import type { ObjectKey } from '../../../ports/object-store.ts';
import type { Serialised } from '../object-store/entry.ts';

export const ACTIONS = ['create', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];
export type LostReason = 'exists' | 'conflict' | 'gone';

export interface PreparedWrite {
  action: Action;
  key: ObjectKey;
  /** `group/plural/namespace/name`: at most once in a group. */
  keyText: string;
  expected: bigint | null;
  text: Serialised;
}

/** An event with everything but its place in the log. */
export type PreparedEvent = Omit<EventRow, 'sequence' | 'recordedAt' | 'occurredAt'> & { occurredAt?: string; bodyText: string };

export interface GroupRequest {
  writes: readonly PreparedWrite[];
  events: readonly PreparedEvent[];
}

export interface WrittenChange {
  write: PreparedWrite;
  version: bigint;
}

export type RequestOutcome =
  | { ok: true; changes: WrittenChange[]; events: EventRow[] }
  | { ok: false; reason: LostReason; key: ObjectKey };

/** What one group did, in order; `previousVersion` and `previousSequence` are the last ones before it. */
export interface GroupOutcome {
  previousVersion: bigint;
  previousSequence: number;
  changes: WrittenChange[];
  events: EventRow[];
}

/** No separator of the key's parts can stand in them: names are DNS names, and a stray one only costs concurrency. */
export function keyText(key: ObjectKey): string {
  return `${key.group}/${key.plural}/${key.namespace}/${key.name}`;
}

const LONGEST_TEXT = 500;

/**
 * What PostgreSQL can hold and index: no NUL, and some 2,700 bytes at most. Hostile requests have both in
 * their paths, and their audit rows must be stored all the same. A shortened text keeps a hash of the whole.
 */
function storable(text: string): string {
  const clean = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
  if (clean.length <= LONGEST_TEXT || Buffer.byteLength(clean) <= 2 * LONGEST_TEXT) return clean;
  return `${clean.slice(0, LONGEST_TEXT)}…${createHash('sha256').update(clean).digest('hex').slice(0, 16)}`;
}

/** Gives an event its id and, if it starts a chain, its chain; `now` in ms since 1970 orders the ids. */
export function prepareEvent(event: NewEvent, now: number): PreparedEvent {
  const id = timeOrderedId(now);
  const occurredAt = event.occurredAt === undefined ? undefined : normalisedTime(event.occurredAt);
  return {
    id,
    chain: storable(event.chain ?? id),
    ...(event.namespace === undefined ? {} : { namespace: storable(event.namespace) }),
    actor: { issuer: storable(event.actor.issuer), subject: storable(event.actor.subject) },
    subject: storable(event.subject),
    ...(event.cause === undefined ? {} : { cause: storable(event.cause) }),
    ...(occurredAt === undefined ? {} : { occurredAt }),
    kind: storable(event.kind),
    schemaVersion: event.schemaVersion,
    body: event.body,
    bodyText: JSON.stringify(event.body),
  };
}

/** An unreadable or absurd time counts as "now": the log takes every row. */
function normalisedTime(text: string): string | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1970 || time.getUTCFullYear() > 9999 ? undefined : time.toISOString();
}

/** UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, then random ones; an index grows at its end. */
function timeOrderedId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  // A version 4 UUID has its random bits where version 7 has them, and Node draws many at a time.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
