/**
 * Gives up old releases and the artifacts that no release needs any more; regularly, in the replica that leads.
 *
 * What runs, is wanted, is being rolled out or is held stays (engines/release/retention decides). Artifacts of
 * releases and of runs that are not over are kept; the store itself spares what is younger than an hour, so a run
 * that is about to make its release loses nothing.
 */
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import { RETENTION, surplusReleases, type RetentionLimits } from '../../engines/release/retention.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { Objects } from '../../ports/objects.ts';
import type { DesiredState } from '../../ports/source.ts';
import { candidate } from '../environment/promotion-reconciler.ts';
import { isFinished } from '../pipeline/clean-up.ts';
import type { PipelineRunObject } from '../repository/names.ts';
import type { HoldObject, ReleaseObject, RolloutObject } from '../rollout/world.ts';

const EVERY_MS = 10 * 60_000;

export interface RetentionDeps {
  objects: Objects;
  desiredState: Pick<DesiredState, 'list'>;
  artifacts: Pick<Artifacts, 'collect'>;
  log: { warn(fields: Record<string, unknown>, message: string): void };
  limits?: RetentionLimits;
}

/** One sweep. Answers how many releases and artifacts went. */
export async function sweepReleases(deps: RetentionDeps): Promise<{ releases: number; artifacts: number }> {
  const { objects } = deps;
  const [releases, rollouts, holds, runs, desired] = await Promise.all([
    objects.list<ReleaseObject>('roadbed.dev/Release'),
    objects.list<RolloutObject>('roadbed.dev/Rollout'),
    objects.list<HoldObject>('roadbed.dev/Hold'),
    objects.list<PipelineRunObject>('roadbed.dev/PipelineRun'),
    deps.desiredState.list(),
  ]);
  const inUse = new Set([
    ...desired.map((entry) => `${entry.namespace}/${entry.release}`),
    ...rollouts.flatMap(({ metadata, spec, status }) => releasesOf(spec, status).map((name) => `${metadata.namespace ?? ''}/${name}`)),
    ...holds.filter(({ spec }) => spec.lifted === undefined).map(({ metadata, spec }) => `${metadata.namespace ?? ''}/${spec.release}`),
  ]);
  const known = releases.map((release) => ({ namespace: release.metadata.namespace ?? '', name: release.metadata.name, service: release.spec.service, sequence: candidate(release).sequence, createdAt: release.metadata.creationTimestamp, verified: release.status?.verified ?? [] }));
  const limits = deps.limits ?? RETENTION;
  const surplus = surplusReleases(known, inUse, limits);
  for (const { namespace, name } of surplus) await objects.delete('roadbed.dev/Release', namespace, name, { reason: `only the newest ${limits.releases} releases of a service are kept, and those in use` });
  const gone = new Set(surplus.map(({ namespace, name }) => `${namespace}/${name}`));
  const kept = releases.filter(({ metadata }) => !gone.has(`${metadata.namespace ?? ''}/${metadata.name}`)).map(({ spec }) => spec.artifact.digest);
  const building = runs.filter(({ status }) => !isFinished(status?.phase)).flatMap(({ status }) => status?.artifact?.digest ?? []);
  return { releases: surplus.length, artifacts: await deps.artifacts.collect(new Set([...kept, ...building])) };
}

function releasesOf(spec: RolloutSpec, status: RolloutStatus | undefined): string[] {
  return [spec.release, status?.stable?.release, status?.attempt?.release, status?.attempt?.from].filter((name) => name !== undefined);
}

/** Sweeps every ten minutes, never twice at a time, until it is stopped; a sweep that fails is made up for by the next. */
export function startRetention(deps: RetentionDeps, everyMs = EVERY_MS): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  const sweep = (): void => {
    running = running.then(() => sweepReleases(deps)).catch((error: unknown) => deps.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'old releases and artifacts could not be removed yet'));
  };
  const timer = setInterval(sweep, everyMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
