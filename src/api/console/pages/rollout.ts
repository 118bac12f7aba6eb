/** Rollout: is the new version safe? And the receipt: everything that the answer rests on. */
import type { AttemptReceipt } from '../../../engines/receipt/receipt.ts';
import type { DeliveryMetrics } from '../../contract/delivery-metrics.ts';
import type { RolloutObject } from '../../contract/pages.ts';
import { cdEventSchema } from '../../contract/rollout-page.ts';
import type { AttemptSummary, Receipt, RolloutPage } from '../../contract/rollout-page.ts';
import { attemptOf, endedAttempts } from '../../../control/receipt/receipt.ts';
import type { Attempt } from '../../../domain/kinds/rollout.ts';
import type { Events } from '../../../ports/events.ts';
import { notFound } from '../problems.ts';
import type { Snapshot } from '../snapshot.ts';
import { isMoving, placement } from './placements.ts';
import { ReleaseIndex, summariseHold } from './summaries.ts';

const MOST_ATTEMPTS = 20;

export async function findRollout(snapshot: Snapshot, namespace: string, name: string): Promise<RolloutObject> {
  const rollout = (await snapshot.rollouts()).find((candidate) => candidate.metadata.namespace === namespace && candidate.metadata.name === name);
  if (rollout === undefined) throw notFound(`rollout ${namespace}/${name}`, `roadbed get rollouts --namespace ${namespace}`);
  return rollout;
}

/** The rollout as it was in an earlier attempt: with that one in its status. The rollout itself without a number. */
export async function asOfAttempt(deps: { events: Events }, rollout: RolloutObject, number: number | undefined): Promise<RolloutObject> {
  if (number === undefined || rollout.status === undefined || rollout.status.attempt?.number === number) return rollout;
  const attempt = await attemptOf(deps, rollout, number);
  if (attempt === undefined) throw notFound(`attempt ${number} of ${rollout.metadata.name}`, `roadbed get rollout ${rollout.metadata.name} --namespace ${rollout.metadata.namespace}`);
  return { ...rollout, status: { ...rollout.status, attempt } };
}

/** `number`: of an earlier attempt to be shown in place of the newest. */
export async function rolloutPage(deps: { events: Events }, snapshot: Snapshot, namespace: string, name: string, number: number | undefined): Promise<RolloutPage> {
  const present = await findRollout(snapshot, namespace, name);
  const rollout = await asOfAttempt(deps, present, number);
  const ended = await endedAttempts(deps, present, MOST_ATTEMPTS);
  const [releases, holds, environments] = await Promise.all([snapshot.releases(), snapshot.holds(), snapshot.environments()]);
  const index = new ReleaseIndex(releases, holds);
  const attempt = rollout.status?.attempt;
  const environment = environments.find((candidate) => candidate.metadata.name === rollout.spec.environment);
  const release = index.find(namespace, attempt?.release ?? rollout.spec.release);
  const from = index.find(namespace, attempt?.from);
  const stable = index.find(namespace, rollout.status?.stable?.release);
  const own = holds.filter((hold) => hold.metadata.namespace === namespace && hold.spec.service === rollout.spec.service && hold.spec.environment === rollout.spec.environment);
  return {
    rollout,
    title: rolloutTitle(rollout),
    production: environment?.spec.production ?? false,
    ...(release === undefined ? {} : { release }),
    ...(from === undefined ? {} : { from }),
    ...(stable === undefined ? {} : { stable }),
    holds: own.map(summariseHold),
    earlier: rollout !== present,
    attempts: attemptSummaries(present, ended, namespace, index),
    actions: {
      ...actions(rollout),
      rollback:
        environment === undefined
          ? { disabledReason: `The environment ${rollout.spec.environment} does not exist.` }
          : placement({ namespace, service: rollout.spec.service, environment, rollout, releases: index.ofService(namespace, rollout.spec.service), holds, pulse: undefined }).rollback,
    },
  };
}

function attemptSummaries(rollout: RolloutObject, ended: readonly Attempt[], namespace: string, index: ReleaseIndex): AttemptSummary[] {
  const newest = rollout.status?.attempt;
  const all = newest === undefined ? ended : [newest, ...ended.filter((attempt) => attempt.number !== newest.number)];
  return all.map(({ number, release, phase, startedAt, finishedAt, verdict }) => {
    const subject = index.find(namespace, release)?.subject;
    return { number, release, phase, startedAt, ...(subject === undefined ? {} : { subject }), ...(finishedAt === undefined ? {} : { finishedAt }), ...(verdict === undefined ? {} : { sentence: verdict.sentence }) };
  });
}

function actions(rollout: RolloutObject): Omit<RolloutPage['actions'], 'rollback'> {
  const phase = rollout.status?.attempt?.phase;
  if (!isMoving(rollout)) {
    const over = { disabledReason: 'No rollout is moving.' };
    return { resume: over, promoteFully: over, abort: over };
  }
  if (phase === 'RollingBack') {
    const returning = { disabledReason: 'The traffic is already returning.' };
    return { resume: returning, promoteFully: returning, abort: returning };
  }
  return { resume: phase === 'Paused' ? {} : { disabledReason: 'The rollout is not paused.' }, promoteFully: phase === 'Promoting' ? { disabledReason: 'It is being promoted.' } : {}, abort: {} };
}

/** The verdict's sentence where there is one, else where the attempt is. */
function rolloutTitle(rollout: RolloutObject): string {
  const { service, environment } = rollout.spec;
  const attempt = rollout.status?.attempt;
  if (attempt === undefined) return rollout.status?.stable === undefined ? `Nothing of ${service} runs in ${environment} yet` : `${service} is steady in ${environment}`;
  if (attempt.verdict !== undefined && attempt.finishedAt !== undefined) return attempt.verdict.sentence;
  switch (attempt.phase) {
    case 'Preparing':
      return `${attempt.release} is starting in ${environment}, no user sees it yet`;
    case 'Paused':
      return attempt.verdict?.sentence ?? `${attempt.release} waits for a person at ${attempt.weight} % of the traffic`;
    case 'RollingBack':
      return attempt.verdict?.sentence ?? `${attempt.release} is being returned, traffic goes back`;
    case 'Promoting':
      return `${attempt.release} passed its checks and takes over all traffic`;
    default:
      return `${attempt.release} has ${attempt.weight} % of the traffic in ${environment}, checks ${failing(rollout) ? 'see failures' : 'pass so far'}`;
  }
}

function failing(rollout: RolloutObject): boolean {
  return (rollout.status?.attempt?.checks ?? []).some((check) => check.failed > 0 || check.error > 0);
}

export interface ReceiptInput {
  rollout: RolloutObject;
  /** The one receipt that there is; engines/receipt. */
  evidence: AttemptReceipt;
  cdEvents: readonly unknown[];
  metrics: DeliveryMetrics;
}

export function receipt({ rollout, evidence, cdEvents, metrics }: ReceiptInput): Receipt {
  const { chain, attempt, audit, measurements, traffic, undone, returnMillis } = evidence;
  return {
    sentence: rolloutTitle(rollout),
    chain,
    attempt,
    audit: audit.filter((row) => row.kind !== 'object.status'),
    cdEvents: cdEvents.flatMap((event) => {
      const parsed = cdEventSchema.safeParse(event);
      return parsed.success ? [parsed.data] : [];
    }),
    metrics,
    measurements,
    traffic,
    undone,
    moved: evidence.metrics.moved,
    ...(returnMillis === undefined ? {} : { returnMillis }),
  };
}
