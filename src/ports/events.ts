/** The event log: append-only, sealed; audit, receipts and metrics are views of it. */
import type { EventRow, NewEvent } from '../domain/event.ts';

export interface EventQuery {
  chain?: string;
  namespace?: string;
  subject?: string;
  /** Exact kinds, or prefixes that end in `.`. */
  kinds?: string[];
  /** RFC 3339. */
  since?: string;
  until?: string;
  afterSequence?: number;
  limit?: number;
  order?: 'ascending' | 'descending';
}

export interface AuditVerification {
  ok: boolean;
  rows: number;
  segments: number;
  /** Rows that are not sealed yet. */
  unsealed: number;
  problem?: { sequence: number; message: string };
}

export interface Events {
  append(events: readonly NewEvent[]): Promise<EventRow[]>;
  query(query: EventQuery): Promise<EventRow[]>;
  get(id: string): Promise<EventRow | undefined>;
  /** Called for each new row after its commit, in order, also for rows of other replicas. */
  follow(onEvent: (row: EventRow) => void): { stop(): void };
  verify(): Promise<AuditVerification>;
}
