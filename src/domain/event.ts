/**
 * The one event log: everything that happens is one append-only row.
 *
 * Audit, receipts, delivery metrics and timelines are views of it; none keeps a log of its own.
 * A chain id joins all rows that follow from one cause (a push, and all it led to).
 */
export interface Actor {
  /** Who vouches for the subject: `roadbed` for tokens and service identities, `git` for commit authors. */
  issuer: string;
  /** For example `user:alice`, `service:rollout-controller`, `anonymous`. */
  subject: string;
}

export interface NewEvent {
  /** Joins cause and effects; absent: the row starts a chain of its own. */
  chain?: string;
  /** The team (namespace) the event belongs to; absent for the platform itself. */
  namespace?: string;
  actor: Actor;
  /** Canonical reference of what it happened to (domain/reference). */
  subject: string;
  /** Id of the event that led to this one. */
  cause?: string;
  /** RFC 3339 UTC; absent: the time of recording. */
  occurredAt?: string;
  /** Dotted, past tense: `object.updated`, `request.refused`, `change.merged`, `service.rolledback`. */
  kind: string;
  schemaVersion: 1;
  body: Record<string, unknown>;
}

export interface EventRow extends Required<Omit<NewEvent, 'namespace' | 'cause'>> {
  id: string;
  /** Position in the log, strictly rising in commit order. */
  sequence: number;
  recordedAt: string;
  namespace?: string;
  cause?: string;
}
