/** The beginning of an attempt, and the reasons for which one is not begun. */
import type { Attempt, RolloutStatus, RolloutStrategy } from '../../domain/kinds/rollout.ts';
import { heldBy, isActive, releaseFacts } from '../holds/holds.ts';
import { attemptEvent, derivedChain } from './attempt-events.ts';
import type { Plan, RolloutView } from './view.ts';
import { withAttempt, writeIfChanged, writeStatus } from './write.ts';

const WAIT_MS = 5_000;

/** Begins the attempt towards `spec.release`, or says in the status why not. */
export function planStart(view: RolloutView, status: RolloutStatus, wanted: string): Plan {
  const refusal = whyNot(view, wanted);
  if (refusal !== undefined) {
    const { message: _old, ...rest } = status;
    return { actions: writeIfChanged(view, { ...rest, message: refusal }, refusal), againInMs: WAIT_MS };
  }
  const at = new Date(view.now).toISOString();
  const number = (status.attempt?.number ?? 0) + 1;
  const { strategy, skipped } = strategyFor(view, status, wanted);
  const attempt: Attempt = {
    number,
    chain: view.releases[wanted]?.chain ?? derivedChain(`${view.namespace}/${view.name}#${number}#${wanted}`),
    release: wanted,
    ...(status.stable === undefined ? {} : { from: status.stable.release }),
    phase: 'Preparing',
    startedAt: at,
    step: 0,
    stepStartedAt: at,
    weight: 0,
    strategy,
    checks: [],
  };
  const why = `attempt ${number}: ${status.stable === undefined ? '' : `from ${status.stable.release} `}to ${wanted}`;
  const events = [attemptEvent(view, attempt, 'rollout.started', { strategy, ...(skipped === undefined ? {} : { stepsSkipped: skipped }) })];
  return { actions: [writeStatus(view, withAttempt(status, attempt, `preparing ${wanted}`), { events, why })], againInMs: 1 };
}

function whyNot(view: RolloutView, wanted: string): string | undefined {
  const known = view.releases[wanted];
  if (known === undefined) return `release ${wanted} does not exist in ${view.namespace}`;
  if (known.spec.service !== view.spec.service) return `release ${wanted} is one of service ${known.spec.service}, not of ${view.spec.service}`;
  if (view.spec.paused === true) return 'paused: spec.paused is set, so no new attempt begins';
  if (view.environment === undefined) return `environment ${view.spec.environment} does not exist`;
  return heldBy(releaseFacts(wanted, known.spec, known.verified), view.spec.environment, view.holds)?.sentence;
}

/**
 * The release's own strategy for the environment, else the environment's.
 *
 * A first release has nothing to be compared with, a service without ports has no traffic to split, and the
 * way back from a held release to one that is known to be healthy here must not be slow: all three go to
 * 100 % as soon as they are ready.
 */
function strategyFor(view: RolloutView, status: RolloutStatus, wanted: string): { strategy: RolloutStrategy; skipped?: string } {
  const strategy = view.releases[wanted]?.spec.strategies?.[view.spec.environment] ?? view.environment?.strategy ?? { steps: [] };
  const straight: RolloutStrategy = { steps: [], ...(strategy.progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds: strategy.progressDeadlineSeconds }) };
  if (status.stable === undefined) return { strategy: straight, skipped: 'first release of the service here' };
  const stableHash = view.releases[status.stable.release]?.spec.hash;
  const stableHeld = view.holds.some((hold) => isActive(hold) && hold.spec.environment === view.spec.environment && hold.spec.hash === stableHash);
  const verifiedHere = view.releases[wanted]?.verified.some((entry) => entry.environment === view.spec.environment) === true;
  const listens = [wanted, status.stable.release].some((name) => Object.keys(view.releases[name]?.spec.workload.service?.ports ?? {}).length > 0);
  if (!listens) return { strategy: straight, skipped: 'the service has no port, so no traffic can judge it' };
  if (stableHeld && verifiedHere) return { strategy: straight, skipped: `return from ${status.stable.release}, which is held` };
  return { strategy };
}
