/**
 * Work that goes on whatever an attempt does: the stable revision runs with the wanted number of replicas,
 * and what nobody needs any more is drained and removed.
 *
 * A replica that is to go loses its place in the table first and is stopped a moment later; a revision is
 * removed when it has no weight and nothing in flight, or when its drain time is over.
 */
import { elapsedMs } from './clock-repair.ts';
import { readinessOf } from './readiness.ts';
import { revisionOf } from './revision-id.ts';
import type { Action, Plan, RevisionState, RolloutView } from './view.ts';
import { splitOf, weightsOf, type Split } from './weights.ts';

/** Requests that the edge had already read from the table get this long before a scaled-down replica is told to stop. */
const WITHDRAWAL_MS = 2_000;
const DRAIN_MS = 30_000;
const LOOK_AGAIN_MS = 250;
const APPLIED_MS = 500;

/** Weights that the stored status asks for, given the replicas that are ready. */
export function targetWeights(view: RolloutView, status = view.status): ReturnType<typeof weightsOf> {
  return weightsOf(splitOfView(view, status), (revision) => hasEndpoint(view, revision));
}

function splitOfView(view: RolloutView, status = view.status): Split {
  return view.deleting ? { weight: 0 } : splitOf(status, (release) => revisionOf(view, release));
}

/** A ready replica with a port, among those that are to stay. */
function hasEndpoint(view: RolloutView, revision: string): boolean {
  const replicas = view.revisions.find((one) => one.id === revision)?.replicas ?? [];
  return replicas.some((replica) => replica.state === 'ready' && replica.index < view.spec.replicas && Object.keys(replica.ports).length > 0);
}

/** Brings a revision that is to run to the wanted number of replicas. */
export function keepRunning(view: RolloutView, release: string): Plan {
  const id = revisionOf(view, release);
  if (id === undefined) return { actions: [] };
  const revision = view.revisions.find((one) => one.id === id);
  if (readinessOf(revision, view.spec.replicas).present) return { actions: [] };
  const apply: Action = { kind: 'applyRevision', revision: id, release, replicas: view.spec.replicas };
  const leaving = (revision?.replicas ?? []).filter((replica) => replica.state !== 'stopping' && replica.index >= view.spec.replicas);
  if (leaving.length === 0) return { actions: [apply], againInMs: APPLIED_MS };
  const routed = view.endpointsInForce[id] ?? [];
  if (leaving.some((replica) => Object.values(replica.ports).some((port) => routed.includes(port)))) {
    return { actions: [{ kind: 'routeTraffic', weights: targetWeights(view) }], againInMs: LOOK_AGAIN_MS };
  }
  const waited = view.withdrawnForMs ?? 0;
  return waited < WITHDRAWAL_MS ? { actions: [], againInMs: WITHDRAWAL_MS - waited } : { actions: [apply], againInMs: APPLIED_MS };
}

/** Removes revisions other than `keep` once they are drained; `since` is when their weight went to 0. */
export function removeStrays(view: RolloutView, keep: readonly (string | undefined)[], since: string | undefined): Plan {
  const strays = view.revisions.filter((revision) => !keep.includes(revision.id) && !isLeaving(revision));
  const drained = strays.filter((revision) => isDrained(view, revision.id, since));
  return {
    actions: drained.map((revision) => ({ kind: 'removeRevision', revision: revision.id })),
    ...(strays.length > 0 ? { againInMs: LOOK_AGAIN_MS } : {}),
  };
}

/** No weight in the table in force, and nothing in flight or the drain time over. */
export function isDrained(view: RolloutView, revision: string, since: string | undefined): boolean {
  if (view.inForce?.some((entry) => entry.revision === revision && entry.weight > 0) === true) return false;
  return (view.inFlight[revision] ?? 0) === 0 || (since !== undefined && elapsedMs(since, view.now) >= DRAIN_MS);
}

/** Gone, or on its way without anyone's help. */
export function isLeaving(revision: RevisionState | undefined): boolean {
  return revision === undefined || revision.replicas.every((replica) => replica.state === 'stopping');
}

/** Both plans, one after the other. */
export function joined(...plans: readonly Plan[]): Plan {
  const waits = plans.flatMap((plan) => plan.againInMs ?? []);
  return { actions: plans.flatMap((plan) => plan.actions), ...(waits.length === 0 ? {} : { againInMs: Math.min(...waits) }) };
}
