/**
 * A run is all checks of one step (or of the background) together.
 *
 * It ends as soon as one check is bad or all are complete; its phase is the worst of its checks in the
 * order Successful < Running < Pending < Inconclusive < Error < Failed. The rollout aborts on Failed and
 * Error and waits for a person on Inconclusive.
 */
import type { CheckStatus, Measurement, MetricCheck } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { advanceCheck, isComplete, newCheck, stopCheck } from './check.ts';
import { measure } from './measure.ts';

export type RunPhase = CheckStatus['phase'];

const ORDER: readonly RunPhase[] = ['Successful', 'Running', 'Pending', 'Inconclusive', 'Error', 'Failed'];
const BAD: readonly RunPhase[] = ['Inconclusive', 'Error', 'Failed'];

export interface RunInput {
  checks: readonly MetricCheck[];
  /** Index of the step; -1 for the background. */
  step: number;
  /** Statuses of this run so far; others in the list (of other steps) are ignored. */
  history: readonly CheckStatus[];
  /** When this run began; RFC 3339. */
  startedAt: string;
  /** When the attempt began: samples before it are another attempt's. RFC 3339. */
  attemptStartedAt: string;
  samples: readonly TrafficSample[];
  /** Revision ids as in TrafficSample.revision. */
  canary: string;
  stable?: string;
  now: number;
  /** The run is being ended from outside (the steps are done): what is not complete is Successful. */
  terminate?: boolean;
}

export interface RunAdvance {
  phase: RunPhase;
  /** No further call will change anything. */
  done: boolean;
  checks: CheckStatus[];
  /** Taken by this call. */
  measured: { check: string; measurement: Measurement }[];
  /** The check that decided a bad phase. */
  decisive?: CheckStatus;
  /** RFC 3339: call again then. Absent when done. */
  nextMeasurementAt?: string;
}

/** Advances every check that is due. Same input, same answer; the same `now` again takes no second measurement. */
export function advanceRun(input: RunInput): RunAdvance {
  const before = input.checks.map((check) => input.history.find((status) => status.step === input.step && status.name === check.name) ?? newCheck(check, input.step, input.startedAt));
  if (input.terminate === true || settled(before)) return ended(input, before, []);
  const notBefore = Date.parse(input.attemptStartedAt);
  const advances = input.checks.map((check, index) =>
    advanceCheck(check, before[index] as CheckStatus, input.now, () => measure({ check, samples: input.samples, canary: input.canary, stable: input.stable, notBefore, now: input.now })),
  );
  const checks = advances.map((advance) => advance.status);
  const measured = advances.flatMap((advance) => (advance.measured === undefined ? [] : [{ check: advance.status.name, measurement: advance.measured }]));
  if (settled(checks)) return ended(input, checks, measured);
  const next = advances.flatMap((advance) => advance.nextMeasurementAt ?? []).sort()[0];
  return { phase: runPhase(checks), done: false, checks, measured, ...(next === undefined ? {} : { nextMeasurementAt: next }) };
}

/** The worst phase. A run without checks has judged nothing, so it is Inconclusive and never a silent success. */
export function runPhase(checks: readonly CheckStatus[]): RunPhase {
  if (checks.length === 0) return 'Inconclusive';
  return ORDER[Math.max(...checks.map((check) => ORDER.indexOf(check.phase)))] ?? 'Pending';
}

function settled(checks: readonly CheckStatus[]): boolean {
  return checks.every(isComplete) || checks.some((check) => BAD.includes(check.phase));
}

function ended(input: RunInput, checks: readonly CheckStatus[], measured: RunAdvance['measured']): RunAdvance {
  const stopped = checks.map((check) => stopCheck(check, input.now));
  const phase = runPhase(stopped);
  const decisive = BAD.includes(phase) ? stopped.find((check) => check.phase === phase) : undefined;
  return { phase, done: true, checks: stopped, measured, ...(decisive === undefined ? {} : { decisive }) };
}
