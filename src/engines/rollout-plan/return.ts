/**
 * The way back: one resumable operation (the heart of the product).
 *
 * 1. Intent, hold, and events in one transaction together with the status that says so.
 * 2. Traffic back to the stable revision, in one table apply; this comes before everything slow.
 * 3. The desired-state commit that restores the last healthy release, only where the entry still names the bad one.
 * 4. The bad revision is drained and removed.
 * 5. Verdict and receipt: `rollout.finished` with all measurements.
 *
 * Each step is recorded in `attempt.rollback` once it was seen to be done, so a process killed at any line
 * finds its place again from what is there, not from what it remembers.
 */
import type { Attempt, CheckStatus, MetricCheck, RolloutStatus, Verdict } from '../../domain/kinds/rollout.ts';
import { affectedRequests } from '../rollout-verdict/affected.ts';
import { decisiveMeasurement, sentence } from '../rollout-verdict/sentence.ts';
import { attemptEvent, incidentId, ROLLOUT_CONTROLLER } from './attempt-events.ts';
import { holdName } from '../holds/holds.ts';
import { elapsedMs } from './clock-repair.ts';
import { revisionOf } from './revision-id.ts';
import { isDrained, isLeaving, targetWeights } from './upkeep.ts';
import type { PlacedHold, Plan, RolloutView } from './view.ts';
import { sameWeights } from './weights.ts';
import { withAttempt, writeStatus } from './write.ts';

/**
 * failed: users were served by it and a check or the program failed; unready: it never served;
 * aborted: a person said so; superseded: another release is wanted; held: a hold was placed meanwhile.
 */
export type ReturnIntent = 'failed' | 'unready' | 'aborted' | 'superseded' | 'held';

export interface ReturnReason {
  intent: ReturnIntent;
  /** What happened, when no check decided: `replica 0 ended 3 times: exit code 1`. */
  finding?: string;
  /** The check that decided. */
  decisive?: { check: MetricCheck; status: CheckStatus };
  by?: string;
}

const LOOK_AGAIN_MS = 100;
/** The counts of the last second before the traffic was back must have been collected when they are told. */
const COUNTED_AFTER_MS = 2_000;

/** Step 1: the decision, written with everything that must never be separated from it. */
export function beginReturn(view: RolloutView, status: RolloutStatus, attempt: Attempt, reason: ReturnReason): Plan {
  const at = new Date(view.now).toISOString();
  const totals = totalsOf(view, attempt, reason.decisive?.check);
  const holding = reason.intent === 'failed' || reason.intent === 'unready' || reason.intent === 'aborted';
  const outcome = reason.intent === 'failed' || reason.intent === 'unready' ? 'RolledBack' : 'Aborted';
  const words = verdictSentence(view, attempt, outcome, reason);
  const hold = holding ? holdFor(view, attempt, words, reason.by) : undefined;
  const measurement = reason.decisive === undefined ? undefined : decisiveMeasurement(reason.decisive.status);
  const verdict: Verdict = {
    outcome,
    at,
    sentence: words,
    ...(reason.decisive === undefined ? {} : { check: reason.decisive.check.name }),
    ...(measurement === undefined ? {} : { measurement }),
    ...(served(attempt) ? { affectedRequests: totals.errors, canaryRequests: totals.requests } : {}),
  };
  const next: Attempt = {
    ...attempt,
    phase: 'RollingBack',
    weight: 0,
    verdict,
    rollback: { startedAt: at, intent: reason.intent, ...(hold === undefined ? {} : { hold: hold.name }) },
    ...(view.spec.instruction?.attempt === attempt.number && view.spec.instruction.at !== undefined ? { obeyed: view.spec.instruction.at } : {}),
  };
  const body = { intent: reason.intent, sentence: verdict.sentence, ...(hold === undefined ? {} : { hold: hold.name }), ...(reason.by === undefined ? {} : { by: reason.by }) };
  const events = served(attempt)
    ? [
        ...(reason.intent === 'failed'
          ? [attemptEvent(view, attempt, 'incident.detected', { incident: incidentId(view, attempt), automatic: true, ...body, ...(measurement === undefined ? {} : { check: reason.decisive?.check.name, measurement }) })]
          : []),
        attemptEvent(view, attempt, 'service.rolledback', { ...body, automatic: reason.by === undefined, to: attempt.from ?? null, incident: reason.intent === 'failed' ? incidentId(view, attempt) : null }),
      ]
    : [attemptEvent(view, attempt, 'rollout.returning', body)];
  return {
    actions: [writeStatus(view, withAttempt(status, next, verdict.sentence), { events, ...(hold === undefined ? {} : { hold }), why: verdict.sentence })],
    againInMs: 1,
  };
}

/** Steps 2 to 5: the first that is not seen to be done. */
export function planReturn(view: RolloutView, status: RolloutStatus, attempt: Attempt): Plan {
  const at = new Date(view.now).toISOString();
  const rollback = attempt.rollback ?? { startedAt: at };
  const record = (change: Partial<NonNullable<Attempt['rollback']>>, why: string, events: ReturnType<typeof attemptEvent>[] = []): Plan => ({
    actions: [writeStatus(view, withAttempt(status, { ...attempt, rollback: { ...rollback, ...change } }, status.message), { why, events })],
    againInMs: 1,
  });
  const weights = targetWeights(view);
  if (!sameWeights(weights, view.inForce ?? [])) return { actions: [{ kind: 'routeTraffic', weights }], againInMs: LOOK_AGAIN_MS };
  if (rollback.trafficAt === undefined) {
    const restored = weights.length > 0 && rollback.intent === 'failed';
    const events = restored ? [attemptEvent(view, attempt, 'incident.resolved', { incident: incidentId(view, attempt), automatic: true, to: attempt.from ?? null, detectedAt: rollback.startedAt })] : [];
    return record({ trafficAt: at }, `traffic is back on ${status.stable?.release ?? 'nothing'}`, events);
  }
  if (rollback.commit === undefined) return planCommit(view, status, attempt, record);
  if (rollback.drainedAt === undefined) {
    const id = revisionOf(view, attempt.release);
    if (id === undefined || isLeaving(view.revisions.find((revision) => revision.id === id))) return record({ drainedAt: at }, `${attempt.release} is drained and removed`);
    return isDrained(view, id, rollback.trafficAt) ? { actions: [{ kind: 'removeRevision', revision: id }], againInMs: LOOK_AGAIN_MS } : { actions: [], againInMs: LOOK_AGAIN_MS };
  }
  const uncounted = COUNTED_AFTER_MS - elapsedMs(rollback.trafficAt, view.now);
  return uncounted > 0 && attempt.verdict?.canaryRequests !== undefined ? { actions: [], againInMs: uncounted } : finishReturn(view, status, attempt, at);
}

function planCommit(view: RolloutView, status: RolloutStatus, attempt: Attempt, record: (change: { commit: string }, why: string) => Plan): Plan {
  const stable = status.stable === undefined ? undefined : view.releases[status.stable.release];
  const namesBad = view.desired?.release === attempt.release && attempt.rollback?.intent !== 'superseded';
  if (status.stable === undefined || stable === undefined || !namesBad) {
    const commit = view.desired?.commit ?? 'none';
    return record({ commit }, namesBad ? 'there is no healthy release to restore in the desired state' : 'the desired state names no bad release');
  }
  const message = `Return ${view.spec.service} in ${view.spec.environment} to ${status.stable.release}\n\n${attempt.verdict?.sentence ?? ''}\n`;
  return {
    actions: [{ kind: 'commitDesired', release: status.stable.release, hash: stable.spec.hash, replicas: view.spec.replicas, replacing: attempt.release, message }],
    againInMs: 1,
  };
}

function finishReturn(view: RolloutView, status: RolloutStatus, attempt: Attempt, at: string): Plan {
  const totals = totalsOf(view, attempt, decisiveCheck(attempt));
  const intent = (attempt.rollback?.intent ?? 'aborted') as ReturnIntent;
  const before = attempt.verdict ?? { outcome: 'Aborted' as const, at, sentence: '' };
  const counted = before.canaryRequests !== undefined;
  const verdict: Verdict = {
    ...before,
    sentence: counted && intent === 'failed' ? `${before.sentence}; ${affectedWords(totals.errors)}` : before.sentence,
    ...(counted ? { affectedRequests: totals.errors, canaryRequests: totals.requests } : {}),
  };
  const finished: Attempt = { ...attempt, phase: verdict.outcome === 'RolledBack' ? 'RolledBack' : 'Aborted', finishedAt: at, verdict };
  return {
    actions: [writeStatus(view, withAttempt(status, finished, verdict.sentence), { events: [finishedEvent(view, finished)], why: verdict.sentence })],
    againInMs: 1,
  };
}

/** The receipt's row: verdict, all checks with their measurements, the times of each step of a return. */
export function finishedEvent(view: RolloutView, attempt: Attempt): ReturnType<typeof attemptEvent> {
  return attemptEvent(view, attempt, 'rollout.finished', {
    outcome: attempt.verdict?.outcome ?? attempt.phase,
    verdict: attempt.verdict ?? null,
    checks: attempt.checks,
    steps: attempt.strategy.steps,
    step: attempt.step,
    startedAt: attempt.startedAt,
    finishedAt: attempt.finishedAt ?? null,
    ...(attempt.rollback === undefined ? {} : { rollback: attempt.rollback }),
  });
}

function totalsOf(view: RolloutView, attempt: Attempt, check: MetricCheck | undefined): { requests: number; errors: number } {
  return affectedRequests({ samples: view.samples, canary: revisionOf(view, attempt.release), stable: revisionOf(view, attempt.from), check });
}

/** The check that the verdict names, as the attempt's strategy defines it. */
function decisiveCheck(attempt: Attempt): MetricCheck | undefined {
  const { steps, background } = attempt.strategy;
  const checks = [...(background?.checks ?? []), ...steps.flatMap((step) => ('analysis' in step ? step.analysis.checks : []))];
  return checks.find((check) => check.name === attempt.verdict?.check);
}

function served(attempt: Attempt): boolean {
  return attempt.phase !== 'Preparing';
}

/** The verdict's sentence without the count of affected requests, which is known only when the traffic is back. */
export function verdictSentence(view: RolloutView, attempt: Attempt, outcome: Verdict['outcome'], reason: Pick<ReturnReason, 'finding' | 'decisive'>): string {
  const source = view.releases[attempt.release]?.spec.source;
  return sentence({
    outcome,
    release: attempt.release,
    ...(reason.decisive === undefined ? {} : { check: { definition: reason.decisive.check, status: reason.decisive.status } }),
    ...(reason.finding === undefined ? {} : { reason: reason.finding }),
    ...(source === undefined ? {} : { source }),
  });
}

function affectedWords(affected: number): string {
  return `${affected} user request${affected === 1 ? '' : 's'} affected`;
}

function holdFor(view: RolloutView, attempt: Attempt, words: string, by: string | undefined): PlacedHold | undefined {
  const release = view.releases[attempt.release]?.spec;
  if (release === undefined) return undefined;
  return {
    name: holdName(view.spec.service, view.spec.environment, release.hash, attempt.number),
    spec: {
      service: view.spec.service,
      environment: view.spec.environment,
      release: attempt.release,
      hash: release.hash,
      commit: release.source.commit,
      sequence: release.source.sequence,
      reason: words,
      by: by ?? ROLLOUT_CONTROLLER.subject,
      chain: attempt.chain,
    },
  };
}
