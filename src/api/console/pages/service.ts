/** Service: is it healthy, what changed, who owns it. */
import type { EventRow } from '../../../domain/event.ts';
import type { ServicePage } from '../../contract/pages.ts';
import type { Pulse } from '../../contract/shapes.ts';
import { notFound } from '../problems.ts';
import type { Snapshot } from '../snapshot.ts';
import { isMoving, placement } from './placements.ts';
import { componentOf, deploysOf, ownerName, ReleaseIndex } from './summaries.ts';

export interface ServiceInput {
  snapshot: Snapshot;
  namespace: string;
  service: string;
  deployRows: readonly EventRow[];
  pulse: (service: string, environment: string) => Promise<Pulse | undefined>;
}

export async function servicePage({ snapshot, namespace, service, deployRows, pulse }: ServiceInput): Promise<ServicePage> {
  const [allRollouts, holds, releases, environments, repositories, runs, claims, entities] = await Promise.all([
    snapshot.rollouts(), snapshot.holds(), snapshot.releases(), snapshot.environments(), snapshot.repositories(), snapshot.runs(), snapshot.claims(), snapshot.entities(),
  ]);
  const rollouts = allRollouts.filter((rollout) => rollout.metadata.namespace === namespace && rollout.spec.service === service);
  const own = new ReleaseIndex(releases, holds).ofService(namespace, service);
  const source = releases.find((release) => release.metadata.namespace === namespace && release.spec.service === service)?.spec.source.repository ?? service;
  const repository = repositories.find((candidate) => candidate.metadata.namespace === namespace && candidate.metadata.name === source);
  const component = componentOf(entities, namespace, service);
  if (rollouts.length === 0 && own.length === 0 && repository === undefined) throw notFound(`service ${service} in ${namespace}`, 'roadbed status');

  const placements = await Promise.all(
    environments.map(async (environment) =>
      placement({
        namespace, service, environment, holds,
        rollout: rollouts.find((rollout) => rollout.spec.environment === environment.metadata.name),
        releases: own,
        pulse: await pulse(service, environment.metadata.name),
      }),
    ),
  );
  const owner = ownerName(component?.spec.owner);
  return {
    namespace, service, placements,
    title: serviceTitle(service, placements),
    ...(component?.metadata.description === undefined ? {} : { description: component.metadata.description }),
    ...(owner === undefined ? {} : { owner }),
    ...(component === undefined ? {} : { entity: { kind: component.kind, namespace: component.metadata.namespace ?? 'default', name: component.metadata.name } }),
    ...(repository === undefined ? {} : { repository: repositoryView(repository) }),
    releases: own.slice(0, 20),
    runs: runs.filter((run) => run.metadata.namespace === namespace && run.spec.repository === source).slice(0, 10),
    claims: claims.filter((claim) => claim.metadata.namespace === namespace && claim.spec.workloads.includes(service)),
    deploys: deploysOf(deployRows),
  };
}

function repositoryView(repository: Awaited<ReturnType<Snapshot['repositories']>>[number]): NonNullable<ServicePage['repository']> {
  const { spec, status } = repository;
  return {
    name: repository.metadata.name,
    branch: spec.branch,
    external: spec.url !== undefined,
    cloneUrl: status?.cloneUrl ?? spec.url,
    head: status?.head,
    timeToValueSeconds: status?.timeToValueSeconds,
    template: spec.template?.name,
  };
}

/** Production speaks first; a service without one is judged by all its places. */
function serviceTitle(service: string, placements: ServicePage['placements']): string {
  const served = placements.filter((candidate) => candidate.rollout !== undefined);
  const judged = served.some((candidate) => candidate.production) ? served.filter((candidate) => candidate.production) : served;
  if (judged.length === 0) return `${service} runs nowhere yet`;
  const [worst] = judged.toSorted((a, b) => severity(b.rollout?.status?.phase) - severity(a.rollout?.status?.phase));
  const place = worst?.environment ?? '';
  const phase = worst?.rollout?.status?.phase;
  if (phase === 'Degraded') return `${service} is degraded in ${place}`;
  if (phase === 'RolledBack') return `${service} is healthy in ${place}, its last release was returned`;
  if (phase === 'Empty') return `${service} runs nothing in ${place} yet`;
  if (isMoving(worst?.rollout)) return `${service} is rolling out in ${place}`;
  return `${service} is healthy in ${place}`;
}

function severity(phase: string | undefined): number {
  return ['Healthy', 'Empty', 'Progressing', 'Paused', 'RolledBack', 'RollingBack', 'Degraded'].indexOf(phase ?? 'Empty');
}
