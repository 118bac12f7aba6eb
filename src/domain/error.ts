/**
 * Errors carry policy: what the user reads, why, what to do next, and whether trying again can help.
 *
 * One place maps them to an API Status, one to the CLI's exit code, one to a condition. `code` is
 * stable (ROADBED-nnnn, listed in docs/reference/errors.md) and never changes its meaning; `detail`
 * is for the log and may name internals, but never a secret.
 */
export type Retry = 'never' | 'backoff';

/** The classes of docs/reference/cli.md: each has one exit code and one HTTP status. */
export type ErrorClass =
  | 'failed'
  | 'usage'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'already-exists'
  | 'invalid'
  | 'refused'
  | 'timed-out'
  | 'unavailable'
  | 'incomplete';

export interface PlatformErrorOptions {
  code: `ROADBED-${string}`;
  class: ErrorClass;
  /** What happened, one sentence for the user. */
  message: string;
  /** Why: the evidence (file:line, value). */
  why?: string;
  /** What to do next: if possible a command to paste. */
  next?: string;
  retry?: Retry;
  /** For the log only. */
  detail?: string;
  cause?: unknown;
}

export class PlatformError extends Error {
  readonly code: string;
  readonly class: ErrorClass;
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly retry: Retry;
  readonly detail: string | undefined;

  constructor(options: PlatformErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlatformError';
    this.code = options.code;
    this.class = options.class;
    this.why = options.why;
    this.next = options.next;
    this.retry = options.retry ?? 'never';
    this.detail = options.detail;
  }
}
