/** Act: does one action of a plan. Idempotent and dull; every decision was made before. */
import { PlatformError } from '../../domain/error.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { Action } from '../../engines/rollout-plan/view.ts';
import type { ObjectWrite } from '../../ports/objects.ts';
import type { Observation } from './observe.ts';
import { WORKLOAD_FINALIZER, type ReleaseObject, type RolloutWorld } from './world.ts';

/** The platform's own author of desired-state commits. */
export const PLATFORM_AUTHOR = { name: 'Roadbed', email: 'roadbed@localhost' };

export async function act(world: RolloutWorld, seen: Observation, action: Action): Promise<void> {
  switch (action.kind) {
    case 'applyRevision':
      return applyRevision(world, seen, action);
    case 'removeRevision':
      return world.runtime.remove(action.revision);
    case 'routeTraffic':
      await world.trafficControl.sync();
      return;
    case 'commitDesired':
      return commitDesired(world, seen, action);
    case 'writeStatus':
      return writeStatus(world, seen, action);
    case 'releaseObject':
      return releaseObject(world, seen);
  }
}

async function applyRevision(world: RolloutWorld, seen: Observation, action: Extract<Action, { kind: 'applyRevision' }>): Promise<void> {
  const release = seen.releases[action.release];
  if (release === undefined) return;
  const request = { namespace: seen.view.namespace, environment: seen.view.spec.environment, release };
  await world.runtime.apply(await world.workloads.revision(request, action.replicas));
}

/** Restores the last healthy release only where the entry still names the bad one: a newer wish stays. */
async function commitDesired(world: RolloutWorld, seen: Observation, action: Extract<Action, { kind: 'commitDesired' }>): Promise<void> {
  const { namespace, spec } = seen.view;
  const entry = await world.desiredState.read(spec.environment, namespace, spec.service);
  if (entry?.release !== action.replacing) return;
  const next = { ...entry, release: action.release, hash: action.hash };
  await world.desiredState.write(next, action.message, PLATFORM_AUTHOR);
}

/** Status, hold, verification and events: all or nothing. */
async function writeStatus(world: RolloutWorld, seen: Observation, action: Extract<Action, { kind: 'writeStatus' }>): Promise<void> {
  const hold: ObjectWrite[] =
    action.hold === undefined
      ? []
      : [{ action: 'create', object: { apiVersion: API_VERSION, kind: 'Hold', metadata: { name: action.hold.name, namespace: seen.view.namespace }, spec: action.hold.spec } }];
  const writes: ObjectWrite[] = [{ action: 'updateStatus', object: { ...seen.rollout, status: action.status } }, ...verification(seen, action)];
  const chain = action.status.attempt?.chain;
  const options = { reason: action.why, ...(chain === undefined ? {} : { chain }) };
  try {
    await world.objects.transact([...hold, ...writes], action.events, options);
  } catch (error) {
    // A hold of that name can only be there when a person placed it: it holds as well as ours would.
    if (hold.length === 0 || !(error instanceof PlatformError) || error.class !== 'already-exists') throw error;
    await world.objects.transact(writes, action.events, options);
  }
}

function verification(seen: Observation, action: Extract<Action, { kind: 'writeStatus' }>): ObjectWrite[] {
  const release = action.verify === undefined ? undefined : seen.releases[action.verify];
  const environment = seen.view.spec.environment;
  if (release === undefined || release.status?.verified?.some((entry) => entry.environment === environment) === true) return [];
  const verified = [...(release.status?.verified ?? []), { environment, at: new Date(seen.view.now).toISOString() }];
  const object: ReleaseObject = { ...release, status: { ...release.status, verified } };
  return [{ action: 'updateStatus', object }];
}

async function releaseObject(world: RolloutWorld, seen: Observation): Promise<void> {
  const finalizers = (seen.rollout.metadata.finalizers ?? []).filter((name) => name !== WORKLOAD_FINALIZER);
  if (finalizers.length === (seen.rollout.metadata.finalizers ?? []).length) return;
  await world.workloads.release({ namespace: seen.view.namespace, environment: seen.view.spec.environment }, seen.view.spec.service);
  await world.objects.update({ ...seen.rollout, metadata: { ...seen.rollout.metadata, finalizers } }, { reason: 'nothing of it runs any more' });
}
