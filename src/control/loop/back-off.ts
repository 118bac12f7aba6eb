/** How long to wait after a failure, and whether trying again can help at all. */
import { PlatformError } from '../../domain/error.ts';

const FIRST_MS = 250;
const LONGEST_MS = 300_000;
const PASSING_CLASSES = new Set(['conflict', 'unavailable', 'timed-out']);

/** Milliseconds before try number `failures` + 1: 0.25 s, doubling, at most 5 min. `failures` >= 1. */
export function backOffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
}

/** False when only a change of the object can help. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return true;
  return error.retry === 'backoff' || PASSING_CLASSES.has(error.class);
}
