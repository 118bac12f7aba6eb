/**
 * A port that a program insists on, and who has it already: told before anything is started.
 *
 * Processes of one machine share its ports, so dev and prod of one service, two services, and even two releases of
 * one service (the old one serves until the new one is ready) cannot have the same number. Of two attempts that begin
 * together the earlier one has it.
 */
import { workloadPorts } from '../../engines/desired-workload/desired-workload.ts';
import type { Objects } from '../../ports/objects.ts';
import type { ReleaseObject, RolloutObject, WorkloadRequest } from './world.ts';

/** One sentence that names the owner; undefined when nobody stands in the way. */
export async function fixedPortConflict(objects: Objects, { namespace, environment, release }: WorkloadRequest): Promise<string | undefined> {
  const wanted = new Map(workloadPorts(release.spec.workload).flatMap((port) => (port.fixed === undefined ? [] : [[port.fixed, port.name] as const])));
  if (wanted.size === 0) return undefined;
  const { service } = release.spec;
  const rollouts = await objects.list<RolloutObject>('roadbed.dev/Rollout');
  const isOwn = (rollout: RolloutObject): boolean => rollout.metadata.namespace === namespace && rollout.spec.service === service && rollout.spec.environment === environment;
  const began = placeInLine(rollouts.find(isOwn));
  for (const rollout of rollouts) {
    for (const held of heldReleases(rollout, isOwn(rollout) ? release.metadata.name : undefined, began)) {
      const holder = await objects.get<ReleaseObject>('roadbed.dev/Release', rollout.metadata.namespace, held);
      const taken = holder === undefined ? undefined : workloadPorts(holder.spec.workload).find((port) => port.fixed !== undefined && wanted.has(port.fixed));
      if (taken?.fixed === undefined) continue;
      const owner = isOwn(rollout)
        ? `its own release ${held} has while it serves; the old release serves until the new one is ready`
        : `${rollout.spec.service} in ${rollout.spec.environment} (team ${rollout.metadata.namespace ?? ''}, release ${held}) has already`;
      return `ROADBED-3303: ${service} insists on port ${taken.fixed} (${wanted.get(taken.fixed) ?? ''}), which ${owner}. Processes of one machine share its ports: let the program listen on the port in $PORT, or on another number`;
    }
  }
  return undefined;
}

/** What serves there, and what is on its way and came before us. */
function heldReleases(rollout: RolloutObject, own: string | undefined, began: string): string[] {
  const { stable, attempt } = rollout.status ?? {};
  const coming = attempt !== undefined && attempt.finishedAt === undefined && placeInLine(rollout) < began ? attempt.release : undefined;
  return [...new Set([stable?.release, coming])].filter((name): name is string => name !== undefined && name !== own);
}

/** Sorts by the time of the attempt, then by name, so that of two exactly one comes first. */
function placeInLine(rollout: RolloutObject | undefined): string {
  return rollout === undefined ? '~' : `${rollout.status?.attempt?.startedAt ?? '~'} ${rollout.metadata.namespace ?? ''}/${rollout.metadata.name}`;
}
