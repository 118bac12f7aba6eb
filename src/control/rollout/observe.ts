/** Observe: reads everything that the decision about one rollout may depend on, and nothing else. */
import { parseDuration } from '../../domain/duration.ts';
import type { Attempt, MetricCheck } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { claimantOf, ownerOf } from '../../engines/rollout-plan/ownership.ts';
import { portName, serviceHost } from '../../engines/rollout-plan/route-table.ts';
import type { KnownRelease, Resources, RolloutView } from '../../engines/rollout-plan/view.ts';
import { CHAIN_ANNOTATION, type EnvironmentObject, type HoldObject, type ReleaseObject, type RolloutObject, type RolloutWorld } from './world.ts';

const DEFAULT_WINDOW_MS = 60_000;
const MARGIN_MS = 5_000;

export interface Observation {
  rollout: RolloutObject;
  releases: Record<string, ReleaseObject>;
  view: RolloutView;
}

/** Undefined when the object is gone. */
export async function observe(world: RolloutWorld, namespace: string, name: string): Promise<Observation | undefined> {
  const rollout = await world.objects.get<RolloutObject>('roadbed.dev/Rollout', namespace, name);
  if (rollout === undefined) return undefined;
  const { service, environment } = rollout.spec;
  const selector = `spec.service=${service},spec.environment=${environment}`;
  const [environmentObject, holds, claimants, releases, observed, table] = await Promise.all([
    world.objects.get<EnvironmentObject>('roadbed.dev/Environment', undefined, environment),
    world.objects.list<HoldObject>('roadbed.dev/Hold', { namespace, fieldSelector: selector }),
    world.objects.list<RolloutObject>('roadbed.dev/Rollout', { fieldSelector: selector }),
    namedReleases(world, rollout),
    world.runtime.observe(),
    world.traffic.table(),
  ]);
  const owner = ownerOf(service, environment, claimants.map(claimantOf));
  const revisions = observed.filter((revision) => belongsTo(revision.id, service, environment));
  // Its own host: a claimed host may lead to a port that only some revisions have.
  const route = table.routes.find((one) => one.host === serviceHost(service, environment));
  const carrying = new Set((route?.revisions ?? []).filter((entry) => entry.weight > 0).map((entry) => entry.revision));
  const draining = revisions.filter((revision) => !carrying.has(revision.id)).map((revision) => revision.id);
  const attempt = active(rollout);
  const now = world.clock.now();
  const leaving = revisions.flatMap((revision) => revision.replicas.filter((replica) => replica.index >= rollout.spec.replicas).flatMap((replica) => Object.values(replica.ports)));
  const view: RolloutView = {
    now,
    namespace,
    name,
    generation: rollout.metadata.generation,
    spec: rollout.spec,
    status: rollout.status,
    deleting: rollout.metadata.deletionTimestamp !== undefined,
    environment: environmentObject?.spec,
    releases: Object.fromEntries(Object.entries(releases).map(([key, release]) => [key, known(release)])),
    holds: holds.map((hold) => ({ name: hold.metadata.name, spec: hold.spec })),
    ownedBy: owner === undefined || owner === namespace ? undefined : owner,
    revisions,
    inForce: route?.revisions.map(({ revision, weight }) => ({ revision, weight })),
    endpointsInForce: Object.fromEntries((route?.revisions ?? []).map((entry) => [entry.revision, entry.endpoints.map((endpoint) => endpoint.port)])),
    withdrawnForMs: leaving.length === 0 ? undefined : world.trafficControl.withdrawnForMs(leaving),
    inFlight: Object.fromEntries(await Promise.all(draining.map(async (id) => [id, await world.traffic.inFlight(id)] as const))),
    resources: await resourcesOf(world, rollout, releases, attempt),
    desired: attempt?.phase === 'RollingBack' && attempt.rollback?.trafficAt !== undefined ? await desiredOf(world, rollout) : undefined,
    samples: await samplesOf(world, rollout, attempt, now),
    url: Object.values(releases).some((release) => portName(release.spec, undefined) !== undefined) ? world.urlOf(serviceHost(service, environment)) : undefined,
  };
  return { rollout, releases, view };
}

function active(rollout: RolloutObject): Attempt | undefined {
  const attempt = rollout.status?.attempt;
  return attempt === undefined || attempt.finishedAt !== undefined ? undefined : attempt;
}

async function namedReleases(world: RolloutWorld, rollout: RolloutObject): Promise<Record<string, ReleaseObject>> {
  const { status, spec, metadata } = rollout;
  const names = new Set([spec.release, status?.stable?.release, status?.attempt?.release, status?.attempt?.from].filter((name) => name !== undefined));
  const found = await Promise.all([...names].map((name) => world.objects.get<ReleaseObject>('roadbed.dev/Release', metadata.namespace, name)));
  return Object.fromEntries(found.filter((release) => release !== undefined).map((release) => [release.metadata.name, release]));
}

function known(release: ReleaseObject): KnownRelease {
  const chain = release.metadata.annotations?.[CHAIN_ANNOTATION];
  return { spec: release.spec, verified: release.status?.verified ?? [], ...(chain === undefined ? {} : { chain }) };
}

/** `<service>.<environment>.<12 hex digits>`; a service called `a` must not take the revisions of `a.b`. */
function belongsTo(revision: string, service: string, environment: string): boolean {
  const prefix = `${service}.${environment}.`;
  return revision.startsWith(prefix) && /^[0-9a-f]{12}$/.test(revision.slice(prefix.length));
}

async function resourcesOf(world: RolloutWorld, rollout: RolloutObject, releases: Record<string, ReleaseObject>, attempt: Attempt | undefined): Promise<Resources | undefined> {
  const release = attempt === undefined ? undefined : releases[attempt.release];
  if (attempt?.phase !== 'Preparing' || release === undefined) return undefined;
  return world.workloads.resources({ namespace: rollout.metadata.namespace ?? '', environment: rollout.spec.environment, release });
}

async function desiredOf(world: RolloutWorld, rollout: RolloutObject): Promise<RolloutView['desired']> {
  const place = [rollout.spec.environment, rollout.metadata.namespace ?? '', rollout.spec.service] as const;
  const entry = await world.desiredState.read(...place);
  if (entry === undefined) return undefined;
  const [newest] = await world.desiredState.history(...place, 1);
  return { release: entry.release, commit: newest?.commit ?? 'unknown' };
}

/** While checks run their longest window is enough; the counts of the verdict need the whole attempt. */
async function samplesOf(world: RolloutWorld, rollout: RolloutObject, attempt: Attempt | undefined, now: number): Promise<TrafficSample[]> {
  if (attempt === undefined || attempt.phase === 'Preparing') return [];
  const since = attempt.phase === 'RollingBack' ? Date.parse(attempt.startedAt) : Math.max(Date.parse(attempt.startedAt), now - longestWindow(attempt) - MARGIN_MS);
  return world.metrics.samples({ service: rollout.spec.service, environment: rollout.spec.environment, since: new Date(since).toISOString() });
}

function longestWindow(attempt: Attempt): number {
  const checks: MetricCheck[] = [...(attempt.strategy.background?.checks ?? []), ...attempt.strategy.steps.flatMap((step) => ('analysis' in step ? step.analysis.checks : []))];
  return Math.max(DEFAULT_WINDOW_MS, ...checks.map((check) => parseDuration(check.window ?? '') ?? DEFAULT_WINDOW_MS));
}
