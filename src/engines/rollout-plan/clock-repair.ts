/**
 * What to do about a clock that went back.
 *
 * Durations count from times that were written by an earlier pass. A time in the future would make a pause
 * or deadline last until the clock has caught up, perhaps for hours; it is set to now instead, so the worst
 * effect of a jump is that one duration is waited for once more. Nothing gets shorter by it.
 */
import type { Attempt } from '../../domain/kinds/rollout.ts';

/** Small corrections (NTP) are not worth a write. */
const TOLERANCE_MS = 1_000;

/** The attempt with no time of an unfinished duration in the future; the same value when none was. */
export function repairClock(attempt: Attempt, now: number): Attempt {
  const ahead = (at: string): boolean => Date.parse(at) > now + TOLERANCE_MS;
  const at = new Date(now).toISOString();
  const times = [attempt.startedAt, attempt.stepStartedAt, ...unfinished(attempt), attempt.unreadySince ?? at, ...(attempt.rollback === undefined ? [] : [attempt.rollback.startedAt, attempt.rollback.trafficAt ?? at])];
  if (!times.some(ahead)) return attempt;
  const clamp = (time: string): string => (ahead(time) ? at : time);
  return {
    ...attempt,
    startedAt: clamp(attempt.startedAt),
    stepStartedAt: clamp(attempt.stepStartedAt),
    checks: attempt.checks.map((check) => (check.finishedAt === undefined ? { ...check, startedAt: clamp(check.startedAt) } : check)),
    ...(attempt.unreadySince === undefined ? {} : { unreadySince: clamp(attempt.unreadySince) }),
    ...(attempt.rollback === undefined
      ? {}
      : {
          rollback: {
            ...attempt.rollback,
            startedAt: clamp(attempt.rollback.startedAt),
            ...(attempt.rollback.trafficAt === undefined ? {} : { trafficAt: clamp(attempt.rollback.trafficAt) }),
          },
        }),
  };
}

function unfinished(attempt: Attempt): string[] {
  return attempt.checks.filter((check) => check.finishedAt === undefined).map((check) => check.startedAt);
}

/** Milliseconds since `at`; never negative. */
export function elapsedMs(at: string, now: number): number {
  return Math.max(0, now - Date.parse(at));
}
