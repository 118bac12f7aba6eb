/**
 * Makes the rollouts what the desired-state repository says, and nothing else does.
 *
 * The repository is the truth: one entry for each service and environment. A rollout whose spec names
 * another release (somebody patched it by hand) is set back, with the reason in the audit row; an entry
 * without a rollout gets one; a rollout without an entry goes, and its finalizer sees to it that nothing
 * of it stays. Writing an entry is the only way to change what runs: control/rollout/operations does it for
 * people, control/environment for automation, control/rollout for a return.
 */
import { PlatformError } from '../../domain/error.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { Objects } from '../../ports/objects.ts';
import type { DesiredEntry, DesiredState } from '../../ports/source.ts';
import { keyText, type ReconcileKey, type Reconciler } from '../loop/reconciler.ts';
import { rolloutName } from '../rollout/reconciler.ts';
import { WORKLOAD_FINALIZER, type RolloutObject } from '../rollout/world.ts';

export interface DesiredStateDeps {
  objects: Objects;
  desiredState: DesiredState;
  log: { warn(fields: Record<string, unknown>, message: string): void };
}

/**
 * Looks at one rollout: sets a strayed spec back, removes one that nobody wants. A status write leaves the
 * generation as it is and is not worth a look into git; the pass over everything makes up for what is missed.
 */
export function desiredStateReconciler(deps: DesiredStateDeps): Reconciler {
  const aligned = new Map<string, string>();
  return {
    name: 'desired-state',
    kind: 'roadbed.dev/Rollout',
    reconcile: async (key) => {
      const rollout = await deps.objects.get<RolloutObject>('roadbed.dev/Rollout', key.namespace, key.name);
      const seen = rollout === undefined ? '' : `${rollout.metadata.uid}/${rollout.metadata.generation}`;
      if (aligned.get(keyText(key)) === seen) return;
      await alignRollout(deps, key);
      if (rollout === undefined) aligned.delete(keyText(key));
      else aligned.set(keyText(key), seen);
    },
  };
}

async function alignRollout(deps: DesiredStateDeps, key: ReconcileKey): Promise<void> {
  const rollout = await deps.objects.get<RolloutObject>('roadbed.dev/Rollout', key.namespace, key.name);
  if (rollout === undefined || rollout.metadata.deletionTimestamp !== undefined) return;
  const { service, environment } = rollout.spec;
  const entry = await deps.desiredState.read(environment, rollout.metadata.namespace ?? '', service);
  if (entry === undefined) {
    // Without a release it is a first promotion whose commit is not there yet; nothing runs of it.
    if (rollout.spec.release === undefined) return;
    await deps.objects.delete('roadbed.dev/Rollout', key.namespace, key.name, { reason: 'the desired state has no entry for it' });
    return;
  }
  await align(deps, rollout, entry);
}

/** One pass over all entries and all rollouts; a settled system is not written. Run it from time to time and after a commit. */
export async function syncDesiredState(deps: DesiredStateDeps): Promise<void> {
  const [entries, rollouts] = await Promise.all([deps.desiredState.list(), deps.objects.list<RolloutObject>('roadbed.dev/Rollout')]);
  for (const entry of entries) {
    const rollout = rollouts.find((one) => one.metadata.namespace === entry.namespace && one.spec.service === entry.service && one.spec.environment === entry.environment);
    await guarded(deps, entry, () => (rollout === undefined ? createRollout(deps, entry) : align(deps, rollout, entry)));
  }
  for (const rollout of rollouts) {
    const wanted = entries.some((entry) => entry.namespace === rollout.metadata.namespace && entry.service === rollout.spec.service && entry.environment === rollout.spec.environment);
    if (!wanted) await alignRollout(deps, { namespace: rollout.metadata.namespace ?? '', name: rollout.metadata.name });
  }
}

/** Keeps `syncDesiredState` going; `kick` runs it at once, e.g. after a commit. */
export function followDesiredState(deps: DesiredStateDeps, everyMs = 2_000): { kick(): Promise<void>; stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const kick = (): Promise<void> => {
    running = running.then(() => syncDesiredState(deps)).catch((error: unknown) => deps.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the desired state could not be read'));
    return running;
  };
  const timer = setInterval(() => void kick(), everyMs);
  return {
    kick,
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function createRollout(deps: DesiredStateDeps, entry: DesiredEntry): Promise<void> {
  const { namespace, service, environment, release, replicas } = entry;
  const metadata = { name: rolloutName(service, environment), namespace, finalizers: [WORKLOAD_FINALIZER], labels: { 'roadbed.dev/service': service, 'roadbed.dev/environment': environment } };
  await deps.objects.create({ apiVersion: API_VERSION, kind: 'Rollout', metadata, spec: { service, environment, release, replicas } }, { reason: 'the desired state names it' });
}

async function align(deps: DesiredStateDeps, rollout: RolloutObject, entry: DesiredEntry): Promise<void> {
  const { spec, metadata } = rollout;
  if (metadata.deletionTimestamp !== undefined || (spec.release === entry.release && spec.replicas === entry.replicas)) return;
  const change = [
    ...(spec.release === entry.release ? [] : [`release ${spec.release ?? 'none'} -> ${entry.release}`]),
    ...(spec.replicas === entry.replicas ? [] : [`replicas ${spec.replicas} -> ${entry.replicas}`]),
  ].join(', ');
  await deps.objects.patch('roadbed.dev/Rollout', metadata.namespace, metadata.name, { spec: { release: entry.release, replicas: entry.replicas } }, { reason: `the desired state says so (${change})` });
}

/** One entry that cannot be brought about (its team is gone, say) must not keep the others waiting. */
async function guarded(deps: DesiredStateDeps, entry: DesiredEntry, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof PlatformError && (error.class === 'already-exists' || error.class === 'conflict')) return;
    deps.log.warn({ service: entry.service, environment: entry.environment, error: error instanceof Error ? error.message : String(error) }, 'a desired-state entry could not be brought about');
  }
}
