/**
 * The whole decision about one rollout in one pass: a view in, a plan out.
 *
 * Pure: what is shown by a dry run, stored with the audit row and tested by properties is this value. A
 * plan holds at most one status write, and nothing after it; the reconciler observes again before the next.
 */
import type { RolloutStatus } from '../../domain/kinds/rollout.ts';
import { planAttempt } from './attempt.ts';
import { repairClock } from './clock-repair.ts';
import { readinessOf, waitingCause } from './readiness.ts';
import { planReturn } from './return.ts';
import { revisionOf } from './revision-id.ts';
import { planStart } from './start-attempt.ts';
import { isLeaving, joined, keepRunning, removeStrays, targetWeights } from './upkeep.ts';
import type { Plan, RolloutView } from './view.ts';
import { sameWeights } from './weights.ts';
import { withAttempt, writeIfChanged, writeStatus } from './write.ts';

const EMPTY: RolloutStatus = { phase: 'Empty' };

export function decide(view: RolloutView): Plan {
  const status = view.status ?? EMPTY;
  // What runs under the name is the owner's: one that was refused has nothing to take down when it goes.
  if (view.ownedBy !== undefined) return view.deleting ? { actions: [{ kind: 'releaseObject' }] } : refuseName(view, status, view.ownedBy);
  const attempt = status.attempt;
  if (attempt === undefined || attempt.finishedAt !== undefined) return planSettled(view, status);
  const repaired = repairClock(attempt, view.now);
  if (repaired !== attempt) {
    const why = 'the clock went back; running durations begin anew';
    return { actions: [writeStatus(view, withAttempt(status, repaired, status.message), { why })], againInMs: 1 };
  }
  const main = attempt.phase === 'RollingBack' ? planReturn(view, status, attempt) : planAttempt(view, status, attempt);
  const upkeep = status.stable === undefined ? { actions: [] } : keepRunning(view, status.stable.release);
  const keep = [revisionOf(view, status.stable?.release), revisionOf(view, attempt.release)];
  const strays = removeStrays(view, keep, status.stable?.since);
  // The status write ends a plan, so upkeep goes before it.
  const writes = main.actions.filter((action) => action.kind === 'writeStatus');
  const acts = main.actions.filter((action) => action.kind !== 'writeStatus');
  return joined({ ...main, actions: acts }, writes.length > 0 ? { actions: [] } : upkeep, writes.length > 0 ? { actions: [] } : strays, { actions: writes });
}

function refuseName(view: RolloutView, status: RolloutStatus, owner: string): Plan {
  const message = `the name ${view.spec.service} is taken in ${view.spec.environment} by team ${owner}; choose another name or ask them`;
  const { message: _old, ...rest } = status;
  return { actions: writeIfChanged(view, { ...rest, message }, message), againInMs: 30_000 };
}

/** No attempt is running: stay as is, or begin one, or come to an end. */
function planSettled(view: RolloutView, status: RolloutStatus): Plan {
  const wanted = view.spec.release;
  if (view.deleting || wanted === undefined) return planEmpty(view, status);
  const stable = status.stable?.release;
  const upkeep = joined(route(view), stable === undefined ? { actions: [] } : keepRunning(view, stable), removeStrays(view, [revisionOf(view, stable)], status.stable?.since ?? status.attempt?.finishedAt));
  if (wanted !== stable) {
    if (upkeep.actions.some((action) => action.kind === 'routeTraffic')) return upkeep;
    return joined(upkeep, planStart(view, status, wanted));
  }
  return joined(upkeep, { actions: writeIfChanged(view, settledStatus(view, status), 'observed') });
}

function route(view: RolloutView): Plan {
  const weights = targetWeights(view);
  return sameWeights(weights, view.inForce ?? []) ? { actions: [] } : { actions: [{ kind: 'routeTraffic', weights }], againInMs: 500 };
}

function settledStatus(view: RolloutView, status: RolloutStatus): RolloutStatus {
  const { message: _old, ...rest } = status;
  const revision = view.revisions.find((one) => one.id === revisionOf(view, status.stable?.release));
  const readiness = readinessOf(revision, view.spec.replicas);
  if (!readiness.allReady) return { ...rest, phase: 'Degraded', message: readiness.failing ?? waitingCause(revision) };
  const returned = status.attempt?.phase === 'RolledBack';
  return { ...rest, phase: returned ? 'RolledBack' : 'Healthy', ...(returned && status.attempt?.verdict !== undefined ? { message: status.attempt.verdict.sentence } : {}) };
}

/** Nothing is to run here: routes go first, then, drained, the revisions; then the object may go. */
function planEmpty(view: RolloutView, status: RolloutStatus): Plan {
  if (status.stable !== undefined || status.phase !== 'Empty') {
    const { stable: _gone, message: _old, ...rest } = status;
    return { actions: [writeStatus(view, { ...rest, phase: 'Empty' }, { why: 'nothing is to run here' })], againInMs: 1 };
  }
  const since = status.conditions?.find((condition) => condition.type === 'Available')?.lastTransitionTime;
  const strays = joined(route(view), removeStrays(view, [], since));
  const gone = view.revisions.every(isLeaving) && (view.inForce ?? []).every((entry) => entry.weight === 0);
  if (view.deleting && gone && strays.actions.length === 0) return { actions: [{ kind: 'releaseObject' }] };
  return joined(strays, view.deleting ? { actions: [], againInMs: 250 } : { actions: writeIfChanged(view, { ...status, phase: 'Empty' }, 'observed') });
}
