/** Home: what needs me now, the week, the fleet. */
import type { EventRow } from '../../../domain/event.ts';
import type { DemoStatus } from '../../contract/operations.ts';
import type { FleetRow, Home, InboxItem, PipelineRunObject } from '../../contract/pages.ts';
import type { Pulse } from '../../contract/shapes.ts';
import type { Snapshot } from '../snapshot.ts';
import { inbox } from './inbox.ts';
import { presentRelease } from './placements.ts';
import { componentOf, outcomeOf, ownerName, ReleaseIndex } from './summaries.ts';

const DAY = 86_400_000;

export interface HomeInput {
  snapshot: Snapshot;
  demo: DemoStatus;
  /** Rows of the deploy kinds of the last seven days. */
  deployRows: readonly EventRow[];
  pulse: (service: string, environment: string) => Promise<Pulse | undefined>;
}

export async function homePage({ snapshot, demo, deployRows, pulse }: HomeInput): Promise<Home> {
  const [rollouts, holds, runs, environments, claims, repositories, releases, entities] = await Promise.all([
    snapshot.rollouts(), snapshot.holds(), snapshot.runs(), snapshot.environments(), snapshot.claims(), snapshot.repositories(), snapshot.releases(), snapshot.entities(),
  ]);
  const index = new ReleaseIndex(releases, holds);
  const items = inbox({ rollouts, holds, runs, environments, claims, repositories, releases: index });
  const order = new Map(environments.map((environment) => [environment.metadata.name, environment.spec]));
  const fleet = await Promise.all(
    rollouts
      .toSorted((a, b) => a.spec.service.localeCompare(b.spec.service) || (order.get(b.spec.environment)?.order ?? 0) - (order.get(a.spec.environment)?.order ?? 0))
      .map(async (rollout): Promise<FleetRow> => {
        const { namespace = '' } = rollout.metadata;
        const { service, environment } = rollout.spec;
        const owner = ownerName(componentOf(entities, namespace, service)?.spec.owner);
        const release = index.find(namespace, presentRelease(rollout));
        const beat = await pulse(service, environment);
        return {
          namespace, service, environment, rollout,
          production: order.get(environment)?.production ?? false,
          ...(owner === undefined ? {} : { owner }),
          ...(release === undefined ? {} : { release }),
          ...(beat === undefined ? {} : { pulse: beat }),
        };
      }),
  );
  return {
    checkedAt: new Date(snapshot.now).toISOString(),
    title: homeTitle(items, fleet),
    inbox: items,
    week: weekStrip(deployRows, runs, snapshot.now),
    fleet,
    repositories: repositories.length,
    demo,
  };
}

/** The page's answer in one sentence. */
function homeTitle(items: readonly InboxItem[], fleet: readonly FleetRow[]): string {
  const services = new Set(fleet.map((row) => `${row.namespace}/${row.service}`)).size;
  if (services === 0) return 'Nothing runs here yet';
  const urgent = items.filter((item) => item.tone === 'bad').length;
  const waiting = items.filter((item) => item.tone === 'warn' || item.tone === 'hold').length;
  const moving = items.filter((item) => item.tone === 'run').length;
  if (urgent > 0) return `${urgent === 1 ? 'One thing needs' : `${urgent} things need`} you now`;
  if (waiting > 0) return `${waiting === 1 ? 'One thing waits' : `${waiting} things wait`} for a decision`;
  if (moving > 0) return `${moving === 1 ? 'One rollout is' : `${moving} rollouts are`} on the way, all services are healthy`;
  return services === 1 ? 'Your service is healthy' : `All ${services} services are healthy`;
}

/** Seven days up to today (UTC): deployments, returns and failed pipeline runs of each. */
function weekStrip(rows: readonly EventRow[], runs: readonly PipelineRunObject[], now: number): Home['week'] {
  return Array.from({ length: 7 }, (_, index) => {
    const date = new Date(now - (6 - index) * DAY).toISOString().slice(0, 10);
    const own = rows.filter((row) => row.occurredAt.startsWith(date));
    return {
      date,
      deployed: own.filter((row) => outcomeOf(row) === 'deployed').length,
      returned: own.filter((row) => outcomeOf(row) === 'returned').length,
      failedRuns: runs.filter((run) => run.status?.phase === 'Failed' && (run.status.finishedAt ?? '').startsWith(date)).length,
    };
  });
}
