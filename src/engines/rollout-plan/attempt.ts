/**
 * One attempt, from the first replica to all traffic: Preparing, the steps, Promoting.
 *
 * The order in each phase is the order of urgency: a reason to return comes first, then the table in
 * force, then the checks' bookkeeping, then progress. Nothing advances while the table in force is not
 * what the status asks for, so weights and evidence always belong together.
 */
import { parseDuration } from '../../domain/duration.ts';
import type { Attempt, RolloutStatus } from '../../domain/kinds/rollout.ts';
import { heldBy, isActive, releaseFacts } from '../holds/holds.ts';
import { attemptEvent } from './attempt-events.ts';
import { endBackground, passChecks, unjudged, withoutBadChecks, type CheckPass } from './checks.ts';
import { elapsedMs } from './clock-repair.ts';
import { readinessOf, waitingCause } from './readiness.ts';
import { beginReturn, finishedEvent, verdictSentence, type ReturnReason } from './return.ts';
import { revisionOf } from './revision-id.ts';
import { decisiveMeasurement } from '../rollout-verdict/sentence.ts';
import { keepRunning, targetWeights } from './upkeep.ts';
import type { Plan, RolloutView } from './view.ts';
import { sameWeights, weightsOf } from './weights.ts';
import { withAttempt, writeIfChanged, writeStatus } from './write.ts';

const DEFAULT_PROGRESS_DEADLINE_SECONDS = 600;
const POLL_MS = 500;
const SLOW_POLL_MS = 1_000;

export function planAttempt(view: RolloutView, status: RolloutStatus, attempt: Attempt): Plan {
  const reason = outsideReason(view, attempt);
  if (reason !== undefined && attempt.phase !== 'Promoting') return beginReturn(view, status, attempt, reason);
  switch (attempt.phase) {
    case 'Preparing':
      return planPreparing(view, status, attempt);
    case 'Promoting':
      return planPromoting(view, status, attempt);
    default:
      return planSteps(view, status, attempt);
  }
}

/** Reasons that do not come from the revision itself: another wish, a person, a hold. */
function outsideReason(view: RolloutView, attempt: Attempt): ReturnReason | undefined {
  const instruction = freshInstruction(view, attempt);
  if (instruction?.action === 'abort') return { intent: 'aborted', finding: `aborted by ${instruction.by}: ${instruction.reason}`, by: instruction.by };
  if (view.deleting) return { intent: 'superseded', finding: 'the service is being removed' };
  if (view.spec.release !== attempt.release) return { intent: 'superseded', finding: view.spec.release === undefined ? 'nothing is wanted here any more' : `${view.spec.release} is wanted instead` };
  const known = view.releases[attempt.release];
  if (known === undefined) return { intent: 'superseded', finding: 'the release object is gone' };
  const held = heldBy(releaseFacts(attempt.release, known.spec, known.verified), view.spec.environment, view.holds);
  return held === undefined ? undefined : { intent: 'held', finding: held.sentence };
}

function freshInstruction(view: RolloutView, attempt: Attempt): RolloutView['spec']['instruction'] {
  const instruction = view.spec.instruction;
  if (instruction === undefined || instruction.attempt !== attempt.number) return undefined;
  return attempt.obeyed === (instruction.at ?? '-') ? undefined : instruction;
}

function planPreparing(view: RolloutView, status: RolloutStatus, attempt: Attempt): Plan {
  const revision = view.revisions.find((one) => one.id === revisionOf(view, attempt.release));
  const readiness = readinessOf(revision, view.spec.replicas);
  const late = elapsedMs(attempt.stepStartedAt, view.now) >= deadlineMs(attempt);
  const unready = (finding: string): Plan => beginReturn(view, status, attempt, { intent: 'unready', finding });
  if (view.resources?.state === 'failed') return unready(view.resources.refused === true ? view.resources.message : `its resources could not be had: ${view.resources.message}`);
  if (view.resources?.state === 'waiting') {
    if (late) return unready(`its resources were not there within ${deadlineMs(attempt) / 1_000} s: ${view.resources.message}`);
    return waiting(view, status, attempt, `waiting for resources: ${view.resources.message}`);
  }
  if (readiness.failing !== undefined) return unready(readiness.failing);
  if (!readiness.allReady) {
    if (late) return unready(`not ready within ${deadlineMs(attempt) / 1_000} s: ${waitingCause(revision)}`);
    const wait = waiting(view, status, attempt, `${readiness.ready} of ${readiness.wanted} replicas of ${attempt.release} are ready`);
    return { ...wait, actions: [...keepRunning(view, attempt.release).actions, ...wait.actions] };
  }
  const first = attempt.from === undefined;
  const returning = holdOfLeft(view, attempt) !== undefined;
  return enterStep(view, status, attempt, 0, [attemptEvent(view, attempt, 'service.deployed', { first, returning })]);
}

function waiting(view: RolloutView, status: RolloutStatus, attempt: Attempt, message: string): Plan {
  return { actions: writeIfChanged(view, withAttempt(status, attempt, message), message), againInMs: POLL_MS };
}

function planSteps(view: RolloutView, status: RolloutStatus, before: Attempt): Plan {
  const revision = view.revisions.find((one) => one.id === revisionOf(view, before.release));
  const readiness = readinessOf(revision, view.spec.replicas);
  const instruction = freshInstruction(view, before);
  if (instruction?.action === 'promoteFully') return enterPromoting(view, status, obeyed(before, instruction.at), []);
  const judging = before.verdict?.outcome !== 'Paused';
  const pass: CheckPass = judging ? passChecks(view, before) : { attempt: before, stepDone: false };
  const attempt = withReadiness(pass.attempt, readiness.allReady, view.now);
  if (judging && pass.bad !== undefined) return onBadCheck(view, status, attempt, pass.bad);
  if (judging) {
    const broken = readiness.failing ?? stuck(view, attempt, readiness.allReady);
    if (broken !== undefined) return onFinding(view, status, attempt, { intent: 'failed', finding: broken });
  }
  const weights = targetWeights(view);
  if (!sameWeights(weights, view.inForce ?? [])) {
    return { actions: [{ kind: 'routeTraffic', weights }, ...keepRunning(view, attempt.release).actions, ...record(view, status, attempt)], againInMs: 100 };
  }
  if (!readiness.allReady) {
    return { actions: [...keepRunning(view, attempt.release).actions, ...record(view, status, attempt, `${readiness.ready} of ${readiness.wanted} replicas of ${attempt.release} are ready`)], againInMs: POLL_MS };
  }
  if (instruction?.action === 'resume') {
    const next = obeyed(attempt, instruction.at);
    return attempt.phase === 'Paused' ? resume(view, status, next) : { actions: record(view, status, next), againInMs: 1 };
  }
  return progress(view, status, attempt, pass);
}

/** Status write of measurements that were taken, when nothing else changes. */
function record(view: RolloutView, status: RolloutStatus, attempt: Attempt, message = status.message): Plan['actions'] {
  return writeIfChanged(view, withAttempt(status, attempt, message), 'measurements');
}

function progress(view: RolloutView, status: RolloutStatus, attempt: Attempt, pass: CheckPass): Plan {
  const step = attempt.strategy.steps[attempt.step];
  const elapsed = elapsedMs(attempt.stepStartedAt, view.now);
  const nextCheck = pass.nextAt === undefined ? POLL_MS : Math.max(1, pass.nextAt - view.now);
  const wait = (message: string, dueInMs = SLOW_POLL_MS): Plan => ({ actions: record(view, status, attempt, message), againInMs: Math.min(dueInMs, nextCheck, SLOW_POLL_MS) });
  if (attempt.verdict?.outcome === 'Paused') return wait(attempt.verdict.sentence);
  if (view.spec.paused === true) return wait('paused: spec.paused is set');
  if (step === undefined) return endOfSteps(view, status, attempt, wait);
  if ('pause' in step) {
    if (step.pause.duration === undefined) return wait(`paused at ${attempt.weight} % until a person resumes`);
    const rest = (parseDuration(step.pause.duration) ?? 0) - elapsed;
    if (rest > 0) return wait(`${attempt.weight} % of the traffic goes to ${attempt.release}`, rest);
  }
  if ('analysis' in step && !pass.stepDone) return wait(`analysing ${attempt.release} at ${attempt.weight} %`);
  return attempt.step + 1 < attempt.strategy.steps.length ? enterStep(view, status, attempt, attempt.step + 1, []) : endOfSteps(view, status, attempt, wait);
}

function endOfSteps(view: RolloutView, status: RolloutStatus, attempt: Attempt, wait: (message: string) => Plan): Plan {
  const missing = unjudged(attempt);
  if (missing === undefined) return enterPromoting(view, status, attempt, []);
  return wait(`waiting for check ${missing.name} to see traffic: ${missing.measurements.at(-1)?.message ?? 'not measured yet'}; promote fully to go on without it`);
}

function onBadCheck(view: RolloutView, status: RolloutStatus, attempt: Attempt, bad: NonNullable<CheckPass['bad']>): Plan {
  const reason: ReturnReason = { intent: 'failed', decisive: { check: bad.check, status: bad.status } };
  return bad.phase === 'Inconclusive' ? pauseForPerson(view, status, attempt, reason) : onFinding(view, status, attempt, reason);
}

/** A failure: back by itself, or a person's decision where the environment says so. */
function onFinding(view: RolloutView, status: RolloutStatus, attempt: Attempt, reason: ReturnReason): Plan {
  if (view.environment?.autoRollback !== false) return beginReturn(view, status, attempt, reason);
  return pauseForPerson(view, status, attempt, reason, `; automatic rollback is off in ${view.spec.environment}`);
}

function pauseForPerson(view: RolloutView, status: RolloutStatus, attempt: Attempt, reason: ReturnReason, addition = ''): Plan {
  const measurement = reason.decisive === undefined ? undefined : decisiveMeasurement(reason.decisive.status);
  const words = `${verdictSentence(view, attempt, 'Paused', reason)}${addition}`;
  const paused: Attempt = {
    ...attempt,
    phase: 'Paused',
    verdict: { outcome: 'Paused', at: new Date(view.now).toISOString(), sentence: words, ...(reason.decisive === undefined ? {} : { check: reason.decisive.check.name }), ...(measurement === undefined ? {} : { measurement }) },
  };
  return { actions: [writeStatus(view, withAttempt(status, paused, words), { events: [attemptEvent(view, paused, 'rollout.paused', { sentence: words })], why: words })], againInMs: SLOW_POLL_MS };
}

/** Goes on after a pause: the next step, or the same one with fresh checks when something beside the step had stopped it. */
function resume(view: RolloutView, status: RolloutStatus, attempt: Attempt): Plan {
  const { verdict, ...open } = attempt;
  const fresh = withoutBadChecks(open);
  const overruled = verdict === undefined || attempt.checks.some((check) => check.step === attempt.step && !fresh.checks.includes(check));
  return enterStep(view, status, fresh, overruled ? attempt.step + 1 : attempt.step, []);
}

function obeyed(attempt: Attempt, at: string | undefined): Attempt {
  return { ...attempt, obeyed: at ?? '-' };
}

function enterStep(view: RolloutView, status: RolloutStatus, attempt: Attempt, index: number, events: ReturnType<typeof attemptEvent>[]): Plan {
  const step = attempt.strategy.steps[index];
  if (step === undefined) return attempt.strategy.steps.length > 0 && unjudged(attempt) !== undefined ? lastStand(view, status, attempt) : enterPromoting(view, status, attempt, events);
  const weight = 'setWeight' in step ? Math.min(100, Math.max(0, step.setWeight)) : attempt.weight;
  const open = 'pause' in step && step.pause.duration === undefined;
  const next: Attempt = { ...attempt, phase: open ? 'Paused' : 'Progressing', step: index, stepStartedAt: new Date(view.now).toISOString(), weight };
  const message = `${weight} % of the traffic goes to ${attempt.release}`;
  return {
    actions: [writeStatus(view, withAttempt(status, next, message), { events: [...events, attemptEvent(view, next, 'rollout.stepped', { step: index, weight, action: step })], why: `step ${index + 1} of ${attempt.strategy.steps.length}: ${message}` })],
    againInMs: 1,
  };
}

/** Resumed past the last step while a background check has not judged: stay there, weights as they are. */
function lastStand(view: RolloutView, status: RolloutStatus, attempt: Attempt): Plan {
  const next: Attempt = { ...attempt, phase: 'Progressing', step: attempt.strategy.steps.length - 1, stepStartedAt: attempt.stepStartedAt };
  return { actions: [writeStatus(view, withAttempt(status, next, 'waiting for checks'), { why: 'waiting for checks' })], againInMs: POLL_MS };
}

function enterPromoting(view: RolloutView, status: RolloutStatus, attempt: Attempt, events: ReturnType<typeof attemptEvent>[]): Plan {
  const { verdict: _paused, ...open } = endBackground(view, attempt);
  const next: Attempt = { ...open, phase: 'Promoting', weight: 100, step: attempt.strategy.steps.length, stepStartedAt: new Date(view.now).toISOString() };
  const message = `all traffic moves to ${attempt.release}`;
  return { actions: [writeStatus(view, withAttempt(status, next, message), { events, why: message })], againInMs: 1 };
}

/** 100 %: promoted once the table in force says so and every replica is ready; until then the old revision stays. */
function planPromoting(view: RolloutView, status: RolloutStatus, before: Attempt): Plan {
  const id = revisionOf(view, before.release);
  const revision = view.revisions.find((one) => one.id === id);
  const readiness = readinessOf(revision, view.spec.replicas);
  const attempt = withReadiness(before, readiness.allReady, view.now);
  const broken = readiness.failing ?? stuck(view, attempt, readiness.allReady);
  if (broken !== undefined) return beginReturn(view, status, attempt, { intent: 'failed', finding: broken });
  const weights = targetWeights(view);
  if (!sameWeights(weights, view.inForce ?? [])) return { actions: [{ kind: 'routeTraffic', weights }], againInMs: 100 };
  const alone = weightsOf({ ...(id === undefined ? {} : { canary: id }), weight: 100 }, (one) => weights.some((entry) => entry.revision === one));
  if (!readiness.allReady || !sameWeights(alone, weights)) {
    return { actions: [...keepRunning(view, attempt.release).actions, ...record(view, status, attempt)], againInMs: POLL_MS };
  }
  return finish(view, status, attempt);
}

function finish(view: RolloutView, status: RolloutStatus, attempt: Attempt): Plan {
  const at = new Date(view.now).toISOString();
  const judged = attempt.checks.filter((check) => check.phase === 'Successful').length;
  const sentence = `${attempt.release} serves all requests of ${view.spec.service} in ${view.spec.environment}${attempt.strategy.steps.length === 0 ? '; its strategy has no steps, so no check judged it' : `; ${judged} of ${attempt.checks.length} checks passed`}`;
  const promoted: Attempt = { ...attempt, phase: 'Promoted', finishedAt: at, verdict: { outcome: 'Promoted', at, sentence } };
  const next = withAttempt({ ...status, stable: { release: attempt.release, since: at, attempt: attempt.number } }, promoted);
  const events = [...arrivalEvents(view, promoted, status.stable?.attempt), finishedEvent(view, promoted)];
  return { actions: [writeStatus(view, next, { events, verify: attempt.release, why: sentence })], againInMs: 1 };
}

/** An upgrade; or, when the release that was left is held, the end of the incident that a person saw in it. */
function arrivalEvents(view: RolloutView, promoted: Attempt, leftAttempt: number | undefined): ReturnType<typeof attemptEvent>[] {
  if (promoted.from === undefined) return [];
  const hold = holdOfLeft(view, promoted);
  if (hold === undefined) return [attemptEvent(view, promoted, 'service.upgraded')];
  const left: Attempt = { ...promoted, number: leftAttempt ?? promoted.number, chain: hold.spec.chain, release: promoted.from, from: promoted.release };
  const body = { to: promoted.release, incident: hold.name, hold: hold.name, automatic: false, by: hold.spec.by, sentence: `${left.release} was rolled back: ${hold.spec.reason}` };
  return [attemptEvent(view, left, 'service.rolledback', body), attemptEvent(view, left, 'incident.resolved', { ...body, detectedAt: null })];
}

/** The hold of the release that an attempt leaves behind, when it goes back to one that was healthy here before. */
function holdOfLeft(view: RolloutView, attempt: Attempt): RolloutView['holds'][number] | undefined {
  const left = view.releases[attempt.from ?? '']?.spec.hash;
  const returns = view.releases[attempt.release]?.verified.some((entry) => entry.environment === view.spec.environment) === true;
  return returns ? view.holds.find((hold) => isActive(hold) && hold.spec.environment === view.spec.environment && hold.spec.hash === left) : undefined;
}

/** Remembers since when replicas are missing, so that a short gap late in a long step does no harm. */
function withReadiness(attempt: Attempt, allReady: boolean, now: number): Attempt {
  const { unreadySince, ...rest } = attempt;
  if (allReady) return unreadySince === undefined ? attempt : rest;
  return { ...rest, unreadySince: unreadySince ?? new Date(now).toISOString() };
}

function stuck(view: RolloutView, attempt: Attempt, allReady: boolean): string | undefined {
  if (allReady || attempt.unreadySince === undefined || elapsedMs(attempt.unreadySince, view.now) < deadlineMs(attempt)) return undefined;
  const revision = view.revisions.find((one) => one.id === revisionOf(view, attempt.release));
  return `not ready for ${deadlineMs(attempt) / 1_000} s: ${waitingCause(revision)}`;
}

function deadlineMs(attempt: Attempt): number {
  return (attempt.strategy.progressDeadlineSeconds ?? DEFAULT_PROGRESS_DEADLINE_SECONDS) * 1_000;
}
