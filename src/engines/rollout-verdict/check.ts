/**
 * One metric check, advanced: history and samples in, next history out; no clock, no I/O.
 *
 * The semantics are those of Argo Rollouts' code (which differs from its documentation in two places,
 * see docs/explanation/analysis.md), with the `noData` policy added:
 * - `failed > failureLimit` fails the check, so a limit of 3 needs the fourth failure; -1 disables it.
 * - An error (the metric could not be read) never consumes `count`; the fifth in a row ends the check
 *   with `Error`. It is tried again after 10 s, whatever the interval.
 * - `noData: wait` consumes nothing either: the check goes on until there are samples.
 * Advancing twice with the same `now` changes nothing, so a reconciler may call it as often as it likes.
 */
import { parseDuration } from '../../domain/duration.ts';
import type { CheckStatus, Measurement, MetricCheck } from '../../domain/kinds/rollout.ts';

const ERROR_RETRY_MS = 10_000;
const DEFAULT_ERROR_LIMIT = 4;
const KEPT_MEASUREMENTS = 10;

/** How a measurement counts; `Ignored` is no data under the policy `wait`. */
export type Counted = 'Successful' | 'Failed' | 'Inconclusive' | 'Error' | 'Ignored';

export interface Measured {
  measurement: Measurement;
  counted: Counted;
}

export interface CheckAdvance {
  status: CheckStatus;
  /** The measurement taken by this call, if it was time for one. */
  measured?: Measurement;
  /** RFC 3339; absent when the check is complete. */
  nextMeasurementAt?: string;
}

/** A check that has not begun. `startedAt` is the run's start: `initialDelay` counts from it. */
export function newCheck(check: MetricCheck, step: number, startedAt: string): CheckStatus {
  return {
    name: check.name, step, phase: 'Pending', successful: 0, failed: 0, inconclusive: 0, error: 0,
    consecutiveSuccess: 0, consecutiveError: 0, startedAt, measurements: [],
  };
}

export function isComplete(status: CheckStatus): boolean {
  return status.phase !== 'Pending' && status.phase !== 'Running';
}

/** Milliseconds since the epoch of the next measurement; undefined when the check is complete. */
function nextMeasurement(check: MetricCheck, status: CheckStatus, now: number): number | undefined {
  if (isComplete(status)) return undefined;
  const last = status.measurements.at(-1);
  if (last === undefined) return Date.parse(status.startedAt) + (parseDuration(check.initialDelay ?? '0s') ?? 0);
  const lastAt = Date.parse(last.at);
  const interval = last.phase === 'Error' ? undefined : parseDuration(check.interval ?? '');
  // A clock that went back would otherwise silence the check until it had caught up.
  return lastAt > now ? now : lastAt + (interval ?? ERROR_RETRY_MS);
}

/** Takes a measurement through `measure` when one is due and says where the check stands then. */
export function advanceCheck(check: MetricCheck, status: CheckStatus, now: number, measure: () => Measured): CheckAdvance {
  const due = nextMeasurement(check, status, now);
  if (due === undefined) return { status };
  if (due > now) return { status, nextMeasurementAt: new Date(due).toISOString() };
  const measured = measure();
  const counted = count(status, measured);
  const next = assess(check, counted, now);
  const following = nextMeasurement(check, next, now);
  return {
    status: next,
    measured: measured.measurement,
    ...(following === undefined ? {} : { nextMeasurementAt: new Date(following).toISOString() }),
  };
}

/** Ends a check because its run ends: Successful unless a limit was already violated (then it is complete anyway). */
export function stopCheck(status: CheckStatus, now: number): CheckStatus {
  if (isComplete(status)) return status;
  return { ...status, phase: 'Successful', finishedAt: new Date(now).toISOString(), message: status.measurements.length === 0 ? 'stopped before its first measurement' : 'stopped with its run; no limit was violated' };
}

function count(status: CheckStatus, { measurement, counted }: Measured): CheckStatus {
  const last = status.measurements.at(-1);
  // Waiting for data would push real measurements out of the ten that are kept, so only its newest row stays.
  const folds = counted === 'Ignored' && last?.phase === 'NoData' && last.message === measurement.message;
  const earlier = folds ? status.measurements.slice(0, -1) : status.measurements;
  const base = { ...status, phase: 'Running' as const, measurements: [...earlier, measurement].slice(-KEPT_MEASUREMENTS) };
  switch (counted) {
    case 'Successful':
      return { ...base, successful: status.successful + 1, consecutiveSuccess: status.consecutiveSuccess + 1, consecutiveError: 0 };
    case 'Failed':
      return { ...base, failed: status.failed + 1, consecutiveSuccess: 0, consecutiveError: 0 };
    case 'Inconclusive':
      return { ...base, inconclusive: status.inconclusive + 1, consecutiveSuccess: 0, consecutiveError: 0 };
    case 'Error':
      return { ...base, error: status.error + 1, consecutiveError: status.consecutiveError + 1, consecutiveSuccess: 0 };
    case 'Ignored':
      return base;
  }
}

/** How many measurements the check takes; undefined: until it is stopped. */
function effectiveCount(check: MetricCheck): number | undefined {
  if (check.count !== undefined && check.count > 0) return check.count;
  return check.interval === undefined ? 1 : undefined;
}

function assess(check: MetricCheck, status: CheckStatus, now: number): CheckStatus {
  const verdict = overLimit(check, status) ?? finished(check, status);
  return verdict === undefined ? status : { ...status, phase: verdict.phase, message: verdict.message, finishedAt: new Date(now).toISOString() };
}

interface Ending {
  phase: CheckStatus['phase'];
  message: string;
}

/** The later rule overrides: Error over Inconclusive over Failed. */
function overLimit(check: MetricCheck, status: CheckStatus): Ending | undefined {
  const failureLimit = check.failureLimit ?? 0;
  const inconclusiveLimit = check.inconclusiveLimit ?? 0;
  const errorLimit = check.consecutiveErrorLimit ?? DEFAULT_ERROR_LIMIT;
  let ending: Ending | undefined;
  if (failureLimit >= 0 && status.failed > failureLimit) ending = { phase: 'Failed', message: `${status.failed} failed, limit ${failureLimit}` };
  if (status.inconclusive > inconclusiveLimit) ending = { phase: 'Inconclusive', message: `${status.inconclusive} inconclusive, limit ${inconclusiveLimit}` };
  if (status.consecutiveError > errorLimit) ending = { phase: 'Error', message: `${status.consecutiveError} errors in a row, limit ${errorLimit}` };
  return ending;
}

function finished(check: MetricCheck, status: CheckStatus): Ending | undefined {
  const wanted = check.consecutiveSuccessLimit ?? 0;
  if (wanted > 0 && status.consecutiveSuccess >= wanted) return { phase: 'Successful', message: `${status.consecutiveSuccess} successes in a row` };
  const limit = effectiveCount(check);
  const taken = status.successful + status.failed + status.inconclusive;
  if (limit === undefined || taken < limit) return undefined;
  const failureCounts = (check.failureLimit ?? 0) >= 0;
  if (wanted > 0 && failureCounts) return { phase: 'Inconclusive', message: `${taken} measurements reached neither the failure limit nor ${wanted} successes in a row` };
  if (wanted > 0) return { phase: 'Failed', message: `${taken} measurements without ${wanted} successes in a row` };
  return { phase: 'Successful', message: `${taken} of ${taken} measurements taken, no limit violated` };
}
