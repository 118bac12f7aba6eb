/**
 * The checks of an attempt in one pass: those of its analysis step and those in the background.
 *
 * Both runs are advanced by engines/rollout-verdict; here only the worse of the two is picked, and the
 * statuses are kept where the next pass finds them.
 */
import type { Attempt, CheckStatus, MetricCheck } from '../../domain/kinds/rollout.ts';
import { advanceRun, type RunAdvance } from '../rollout-verdict/run.ts';
import { revisionOf } from './revision-id.ts';
import type { RolloutView } from './view.ts';

const BACKGROUND = -1;

export interface CheckPass {
  attempt: Attempt;
  /** Failed and Error are a reason to return, Inconclusive one to wait for a person. */
  bad?: { phase: 'Failed' | 'Error' | 'Inconclusive'; check: MetricCheck; status: CheckStatus };
  /** The step's own analysis is complete and successful; true for steps without one. */
  stepDone: boolean;
  nextAt?: number;
}

/** Advances what is due. The same pass again takes no second measurement. */
export function passChecks(view: RolloutView, attempt: Attempt): CheckPass {
  const step = attempt.strategy.steps[attempt.step];
  const background = attempt.strategy.background;
  const own = step !== undefined && 'analysis' in step ? { checks: step.analysis.checks, step: attempt.step } : undefined;
  const beside = background !== undefined && background.checks.length > 0 && attempt.step >= background.startingStep ? { checks: background.checks, step: BACKGROUND } : undefined;
  const runs = [beside, own].flatMap((run) => (run === undefined ? [] : [{ run, advance: advance(view, attempt, run.checks, run.step) }]));
  const advanced = runs.flatMap(({ advance: one }) => one.checks);
  const bad = runs.flatMap(({ run, advance: one }) => badOf(run.checks, one)).sort((a, b) => rank(b.phase) - rank(a.phase))[0];
  const times = runs.flatMap(({ advance: one }) => (one.nextMeasurementAt === undefined ? [] : [Date.parse(one.nextMeasurementAt)]));
  return {
    attempt: { ...attempt, checks: mergeChecks(attempt.checks, advanced) },
    ...(bad === undefined ? {} : { bad }),
    stepDone: own === undefined || runs.some(({ run, advance: one }) => run.step === own.step && one.done && one.phase === 'Successful'),
    ...(times.length === 0 ? {} : { nextAt: Math.min(...times) }),
  };
}

function advance(view: RolloutView, attempt: Attempt, checks: readonly MetricCheck[], step: number, terminate = false): RunAdvance {
  const stable = revisionOf(view, attempt.from);
  return advanceRun({
    checks,
    step,
    history: attempt.checks,
    startedAt: new Date(view.now).toISOString(),
    attemptStartedAt: attempt.startedAt,
    samples: view.samples,
    canary: revisionOf(view, attempt.release) ?? '',
    ...(stable === undefined ? {} : { stable }),
    now: view.now,
    terminate,
  });
}

/** Ends the background run at the end of the steps. */
export function endBackground(view: RolloutView, attempt: Attempt): Attempt {
  const checks = attempt.strategy.background?.checks ?? [];
  if (!attempt.checks.some((status) => status.step === BACKGROUND)) return attempt;
  return { ...attempt, checks: mergeChecks(attempt.checks, advance(view, attempt, checks, BACKGROUND, true).checks) };
}

/**
 * A background check that never judged anything: promotion waits for it, because a canary that nobody
 * visited has proved nothing. Its last measurement says what is missing.
 */
export function unjudged(attempt: Attempt): CheckStatus | { name: string; measurements: [] } | undefined {
  const background = attempt.strategy.background;
  if (background === undefined || background.startingStep >= attempt.strategy.steps.length) return undefined;
  for (const check of background.checks) {
    const status = attempt.checks.find((one) => one.step === BACKGROUND && one.name === check.name);
    if (status === undefined) return { name: check.name, measurements: [] };
    if (status.successful + status.failed + status.inconclusive === 0) return status;
  }
  return undefined;
}

/** Without the statuses of bad checks: they are measured anew after a person said to go on. */
export function withoutBadChecks(attempt: Attempt): Attempt {
  return { ...attempt, checks: attempt.checks.filter((status) => rank(status.phase) === 0) };
}

function badOf(checks: readonly MetricCheck[], run: RunAdvance): NonNullable<CheckPass['bad']>[] {
  const { phase, decisive } = run;
  if (decisive === undefined || (phase !== 'Failed' && phase !== 'Error' && phase !== 'Inconclusive')) return [];
  const check = checks.find((one) => one.name === decisive.name);
  return check === undefined ? [] : [{ phase, check, status: decisive }];
}

function rank(phase: CheckStatus['phase']): number {
  return phase === 'Failed' ? 3 : phase === 'Error' ? 2 : phase === 'Inconclusive' ? 1 : 0;
}

function mergeChecks(before: readonly CheckStatus[], advanced: readonly CheckStatus[]): CheckStatus[] {
  const same = (one: CheckStatus, other: CheckStatus): boolean => one.step === other.step && one.name === other.name;
  const kept = before.map((status) => advanced.find((one) => same(one, status)) ?? status);
  return [...kept, ...advanced.filter((status) => !before.some((one) => same(one, status)))];
}
