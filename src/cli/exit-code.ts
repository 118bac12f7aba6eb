/** Exit codes of docs/reference/cli.md; they never change their meaning. */
import type { ErrorClass } from '../domain/error.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  forbidden: 3,
  notFound: 4,
  refused: 5,
  timedOut: 6,
  changesFound: 7,
  incomplete: 8,
  interrupted: 130,
} as const;

const BY_CLASS: Record<ErrorClass, number> = {
  failed: EXIT.failed,
  usage: EXIT.usage,
  unauthenticated: EXIT.forbidden,
  forbidden: EXIT.forbidden,
  'not-found': EXIT.notFound,
  conflict: EXIT.failed,
  'already-exists': EXIT.failed,
  invalid: EXIT.failed,
  refused: EXIT.refused,
  'timed-out': EXIT.timedOut,
  unavailable: EXIT.failed,
  incomplete: EXIT.incomplete,
};

export function exitCodeOf(errorClass: ErrorClass): number {
  return BY_CLASS[errorClass];
}
