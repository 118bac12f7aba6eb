/**
 * The part of a rollout's status that is only observed: counts, address, conditions.
 *
 * It is recomputed in every pass and written only when it differs, so a settled rollout is never written.
 */
import { withCondition, type Condition } from '../../domain/object.ts';
import type { RolloutStatus } from '../../domain/kinds/rollout.ts';
import { readinessOf } from './readiness.ts';
import { revisionOf } from './revision-id.ts';
import type { RolloutView } from './view.ts';

/** Phase, message and attempt as given; counts, url and conditions as observed. */
export function observedStatus(view: RolloutView, next: RolloutStatus): RolloutStatus {
  const serving = next.stable?.release ?? next.attempt?.release;
  const id = revisionOf(view, serving);
  const readiness = readinessOf(view.revisions.find((revision) => revision.id === id), view.spec.replicas);
  const available = next.stable !== undefined && readiness.allReady;
  const active = next.attempt !== undefined && next.attempt.finishedAt === undefined;
  const { message, url: _url, ...rest } = next;
  const at = new Date(view.now).toISOString();
  return {
    ...rest,
    observedGeneration: view.generation,
    ...(message === undefined ? {} : { message }),
    ...(view.url === undefined ? {} : { url: view.url }),
    replicas: view.spec.replicas,
    readyReplicas: readiness.ready,
    restarts: readiness.restarts,
    conditions: conditions(view, next, available, active, at),
  };
}

function conditions(view: RolloutView, next: RolloutStatus, available: boolean, active: boolean, at: string): Condition[] {
  const settled = available && !active;
  // The last release did not come to stay: while nothing else is under way, its verdict is why nothing progresses.
  const undone = !active && (next.attempt?.phase === 'RolledBack' || next.attempt?.phase === 'Aborted') ? next.attempt : undefined;
  const observed = { observedGeneration: view.generation };
  const withAvailable = withCondition(
    next.conditions,
    { type: 'Available', status: available ? 'True' : 'False', reason: available ? 'ReplicasReady' : 'ReplicasNotReady', message: available ? '' : (next.message ?? 'not all replicas are ready'), ...observed },
    at,
  );
  const withProgress = withCondition(
    withAvailable,
    { type: 'Progressing', status: active ? 'True' : 'False', reason: active ? (next.attempt?.phase ?? 'Active') : (undone?.phase ?? 'NoAttempt'), message: active ? (next.message ?? '') : (undone?.verdict?.sentence ?? ''), ...observed },
    at,
  );
  return withCondition(
    withProgress,
    { type: 'Ready', status: settled ? 'True' : 'False', reason: settled ? 'Settled' : next.phase, message: settled ? '' : (next.message ?? ''), ...observed },
    at,
  );
}

/** Deep equality by canonical JSON: key order does not count. */
export function sameStatus(one: RolloutStatus | undefined, other: RolloutStatus): boolean {
  return one !== undefined && canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
