/** Environments: which exist, how far apart they are, and how carefully releases come in. */
import type { RolloutStrategy } from '../../../domain/kinds/rollout.ts';
import { DESCRIPTION_ANNOTATION } from '../../contract/pages.ts';
import type { EnvironmentsPage, MatrixRow } from '../../contract/pages.ts';
import type { Pulse } from '../../contract/shapes.ts';
import type { Snapshot } from '../snapshot.ts';
import { placement } from './placements.ts';
import { componentOf, lastWrite, ownerName, ReleaseIndex } from './summaries.ts';

/** `5 % → 25 % → all, checked by success-rate`. */
function strategyInWords(strategy: RolloutStrategy): string {
  const weights = strategy.steps.flatMap((step) => ('setWeight' in step && step.setWeight < 100 ? [`${step.setWeight}\u00a0%`] : []));
  const checks = [...strategy.steps.flatMap((step) => ('analysis' in step ? step.analysis.checks : [])), ...(strategy.background?.checks ?? [])];
  const names = [...new Set(checks.map((check) => check.name))];
  const path = weights.length === 0 ? 'all at once' : [...weights, 'all'].join(' → ');
  return names.length === 0 ? path : `${path}, checked by ${names.join(' and ')}`;
}

export async function environmentsPage(snapshot: Snapshot, pulse: (service: string, environment: string) => Promise<Pulse | undefined>): Promise<EnvironmentsPage> {
  const [environments, rollouts, releases, holds, entities] = await Promise.all([
    snapshot.environments(), snapshot.rollouts(), snapshot.releases(), snapshot.holds(), snapshot.entities(),
  ]);
  const index = new ReleaseIndex(releases, holds);
  const keys = [...new Set([...rollouts.map((rollout) => `${rollout.metadata.namespace}/${rollout.spec.service}`), ...releases.map((release) => `${release.metadata.namespace}/${release.spec.service}`)])].toSorted();
  const services = await Promise.all(
    keys.map(async (key): Promise<MatrixRow> => {
      const [namespace = '', service = ''] = key.split('/');
      const own = index.ofService(namespace, service);
      const owner = ownerName(componentOf(entities, namespace, service)?.spec.owner);
      const cells = await Promise.all(
        environments.map(async (environment) =>
          placement({
            namespace, service, environment, holds, releases: own,
            rollout: rollouts.find((rollout) => rollout.metadata.namespace === namespace && rollout.spec.service === service && rollout.spec.environment === environment.metadata.name),
            pulse: await pulse(service, environment.metadata.name),
          }),
        ),
      );
      return { namespace, service, cells, ...(owner === undefined ? {} : { owner }) };
    }),
  );
  return {
    checkedAt: new Date(snapshot.now).toISOString(),
    title: environmentsTitle(services),
    environments: environments.map(({ metadata, spec }) => ({
      name: metadata.name,
      order: spec.order,
      production: spec.production,
      promotesFrom: spec.promotesFrom,
      autoPromote: spec.autoPromote,
      autoRollback: spec.autoRollback,
      strategy: strategyInWords(spec.strategy),
      services: services.filter((row) => row.cells.some((cell) => cell.environment === metadata.name && cell.rollout !== undefined)).length,
      ...(metadata.annotations?.[DESCRIPTION_ANNOTATION] === undefined ? {} : { description: metadata.annotations[DESCRIPTION_ANNOTATION] }),
      spec,
      resourceVersion: metadata.resourceVersion ?? '',
      changedAt: lastWrite({ metadata }),
    })),
    services,
  };
}

function environmentsTitle(rows: readonly MatrixRow[]): string {
  if (rows.length === 0) return 'No service has a place yet';
  const behind = rows.filter((row) => row.cells.some((cell) => cell.production && (cell.behind ?? 0) > 0)).length;
  if (behind === 0) return 'Production runs the newest release of every service';
  return `${behind} of ${rows.length} services ${behind === 1 ? 'is' : 'are'} behind in production`;
}
