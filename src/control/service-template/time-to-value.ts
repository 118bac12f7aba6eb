/**
 * How long a golden path takes: from the request to the first production deployment, stored once and for ever.
 */
import type { EnvironmentObject, ReleaseObject, RolloutObject } from '../rollout/world.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Reconciler } from '../loop/reconciler.ts';
import type { RepositoryObject } from './new-service.ts';

export function timeToValueReconciler(objects: Objects): Reconciler {
  return { name: 'time-to-value', kind: 'roadbed.dev/Rollout', reconcile: ({ namespace, name }) => storeTimeToValue(objects, namespace, name) };
}

/** Writes `Repository.status.timeToValueSeconds` when the rollout's environment is production and it was not known. */
export async function storeTimeToValue(objects: Objects, namespace: string | undefined, rolloutName: string): Promise<void> {
  const rollout = await objects.get<RolloutObject>('roadbed.dev/Rollout', namespace, rolloutName);
  const stable = rollout?.status?.stable;
  if (rollout === undefined || stable === undefined) return;
  const environment = await objects.get<EnvironmentObject>('roadbed.dev/Environment', undefined, rollout.spec.environment);
  const release = await objects.get<ReleaseObject>('roadbed.dev/Release', namespace, stable.release);
  if (environment?.spec.production !== true || release === undefined) return;
  const repository = await objects.get<RepositoryObject>('roadbed.dev/Repository', namespace, release.spec.source.repository);
  if (repository?.spec.template === undefined || repository.status?.timeToValueSeconds !== undefined) return;
  const seconds = Math.max(0, Math.round((Date.parse(stable.since) - Date.parse(repository.spec.template.requestedAt)) / 1_000));
  await objects.updateStatus({ ...repository, status: { ...repository.status, timeToValueSeconds: seconds } }, { reason: `first production deployment: ${stable.release}` });
}
