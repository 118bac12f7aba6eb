/**
 * The one writer of the route table.
 *
 * The table is derived as a whole from all rollouts' statuses, the replicas that are ready and the claimed
 * hosts, and applied when it differs from the table in force. Nobody sets a weight anywhere else, so there
 * is nothing to keep in step: who wants another split writes it into a rollout's status and calls `sync`.
 * A replica that came or went moves the table within milliseconds, through the runtime's own notice.
 */
import type { ApiObject } from '../../domain/object.ts';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import type { ResourceClaimSpec, ResourceClaimStatus } from '../../domain/kinds/resource-claim.ts';
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import { claimantOf, ownerOf } from '../../engines/rollout-plan/ownership.ts';
import { revisionId } from '../../engines/release/identity.ts';
import { internalHost, planListeners, planRoutes, type ClaimedHost, type ClaimedPort, type PlannedRoute, type ServiceTraffic } from '../../engines/rollout-plan/route-table.ts';
import { splitOf } from '../../engines/rollout-plan/weights.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../../ports/objects.ts';
import type { RevisionObservation, Runtime } from '../../ports/runtime.ts';
import type { RouteTable, ServiceListener, Traffic } from '../../ports/traffic.ts';

type Rollout = ApiObject<RolloutSpec, RolloutStatus>;
type Release = ApiObject<ReleaseSpec>;
type Claim = ApiObject<ResourceClaimSpec, ResourceClaimStatus>;

export interface TrafficControlDeps {
  objects: Objects;
  runtime: Runtime;
  traffic: Traffic;
  clock: Clock;
  log: { warn(fields: Record<string, unknown>, message: string): void };
  /** Milliseconds between looks that nobody asked for; default 1000. */
  everyMs?: number;
}

export interface TrafficControl {
  /** Brings the table in force in line; callers that come while one runs share the next run. Throws when the edge is away. */
  sync(): Promise<RouteTable>;
  /** Milliseconds for which none of these local ports has been in the table, as far as this process knows. */
  withdrawnForMs(ports: readonly number[]): number;
  /** Follows rollouts, claims and replicas; `onReplicaChange` gets the revision id after the table was brought in line. */
  start(onReplicaChange?: (revision: string) => void): void;
  stop(): Promise<void>;
}

export function createTrafficControl(deps: TrafficControlDeps): TrafficControl {
  const bornAt = deps.clock.monotonic();
  const lastRouted = new Map<number, number>();
  const stops: (() => void)[] = [];
  let running: Promise<RouteTable> | undefined;
  let next: Promise<RouteTable> | undefined;

  const once = async (): Promise<RouteTable> => {
    const [wanted, inForce] = await Promise.all([deriveTable(deps), deps.traffic.table()]);
    for (const port of portsOf(inForce)) lastRouted.set(port, deps.clock.monotonic());
    if (sameTable(wanted, inForce)) return inForce;
    const table: RouteTable = { version: inForce.version + 1, ...wanted };
    await deps.traffic.apply(table);
    for (const port of portsOf(table)) lastRouted.set(port, deps.clock.monotonic());
    return table;
  };

  const run = (): Promise<RouteTable> => {
    running = once().finally(() => (running = undefined));
    return running;
  };

  const sync = (): Promise<RouteTable> => {
    if (running === undefined) return run();
    // What runs may have read the world before the caller changed it: the caller gets the run after it.
    next ??= running.then(() => undefined, () => undefined).then(() => {
      next = undefined;
      return run();
    });
    return next;
  };

  const kick = (): void => {
    sync().catch((error: unknown) => deps.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the route table could not be brought in line'));
  };

  return {
    sync,
    withdrawnForMs: (ports) => deps.clock.monotonic() - Math.max(bornAt, ...ports.map((port) => lastRouted.get(port) ?? bornAt)),
    start: (onReplicaChange) => {
      const change = deps.runtime.onChange((revision) => {
        sync().then(() => onReplicaChange?.(revision), () => onReplicaChange?.(revision));
      });
      const watches = (['roadbed.dev/Rollout', 'roadbed.dev/ResourceClaim'] as const).map((kind) => deps.objects.watch(kind, kick));
      const timer = setInterval(kick, deps.everyMs ?? 1_000);
      stops.push(() => change.stop(), ...watches.map((watch) => () => watch.stop()), () => clearInterval(timer));
    },
    stop: async () => {
      for (const stop of stops.splice(0)) stop();
      await Promise.allSettled([running, next]);
    },
  };
}

interface PlannedTable {
  routes: PlannedRoute[];
  listeners?: ServiceListener[];
}

async function deriveTable(deps: TrafficControlDeps): Promise<PlannedTable> {
  const [rollouts, claims, revisions] = await Promise.all([
    deps.objects.list<Rollout>('roadbed.dev/Rollout'),
    deps.objects.list<Claim>('roadbed.dev/ResourceClaim'),
    deps.runtime.observe(),
  ]);
  const claimants = rollouts.map(claimantOf);
  const owned = rollouts.filter((rollout) => rollout.metadata.deletionTimestamp === undefined && ownerOf(rollout.spec.service, rollout.spec.environment, claimants) === rollout.metadata.namespace);
  const ports = claims.flatMap(claimedPort);
  const routes = planRoutes(await Promise.all(owned.map((rollout) => serviceTraffic(deps, rollout, claims, ports, revisions))));
  // A port is opened when there is somebody to serve it: until then a caller is refused at once and may try again.
  const listeners = planListeners(ports).filter((listener) => routes.some((route) => route.host === listener.host));
  return { routes, ...(listeners.length === 0 ? {} : { listeners }) };
}

/** The port of a bound `service-port` claim. */
function claimedPort(claim: Claim): ClaimedPort[] {
  if (claim.spec.type !== 'service-port' || claim.status?.phase !== 'Bound') return [];
  const { workload, port } = claim.spec.params;
  const listen = claim.status.outputs?.['port'];
  if (typeof workload !== 'string' || (typeof port !== 'string' && typeof port !== 'number') || typeof listen !== 'number') return [];
  return [{ service: workload, environment: claim.spec.environment, port, listen }];
}

async function serviceTraffic(deps: TrafficControlDeps, rollout: Rollout, claims: readonly Claim[], ports: readonly ClaimedPort[], observed: readonly RevisionObservation[]): Promise<ServiceTraffic> {
  const { service, environment } = rollout.spec;
  const namespace = rollout.metadata.namespace;
  const names = [rollout.status?.stable?.release, rollout.status?.attempt?.release].filter((name) => name !== undefined);
  const releases = (await Promise.all([...new Set(names)].map((name) => deps.objects.get<Release>('roadbed.dev/Release', namespace, name)))).filter((release) => release !== undefined);
  const idOf = (name: string | undefined): string | undefined => {
    const release = releases.find((one) => one.metadata.name === name);
    return release === undefined ? undefined : revisionId(service, environment, release.spec.hash);
  };
  const byRevision = Object.fromEntries(releases.map((release) => [revisionId(service, environment, release.spec.hash), release.spec]));
  return {
    service,
    environment,
    split: splitOf(rollout.status, idOf),
    replicas: rollout.spec.replicas,
    revisions: observed.filter((revision) => revision.id in byRevision),
    releases: byRevision,
    hosts: [
      ...claims.filter((claim) => claim.metadata.namespace === namespace && claim.spec.environment === environment && claim.spec.workloads.includes(service)).flatMap(claimedHost),
      ...ports.filter((claim) => claim.service === service && claim.environment === environment).map((claim) => ({ host: internalHost(claim), pathPrefix: '/', port: claim.port })),
    ],
  };
}

/** The host of a bound `route` claim: what was provisioned, else what was asked for. */
function claimedHost(claim: Claim): ClaimedHost[] {
  if (claim.spec.type !== 'route' || claim.status?.phase !== 'Bound') return [];
  const value = (name: string): unknown => claim.status?.outputs?.[name] ?? claim.spec.params[name];
  const host = value('host');
  const path = value('path');
  const port = value('port');
  if (typeof host !== 'string' || host === '') return [];
  return [{ host, pathPrefix: typeof path === 'string' && path.startsWith('/') ? path : '/', ...(typeof port === 'string' || typeof port === 'number' ? { port } : {}) }];
}

function portsOf(table: Pick<RouteTable, 'routes'>): number[] {
  return table.routes.flatMap((route) => route.revisions.flatMap((revision) => revision.endpoints.map((endpoint) => endpoint.port)));
}

function sameTable(wanted: PlannedTable, table: RouteTable): boolean {
  const plain = ({ routes, listeners }: PlannedTable): string =>
    JSON.stringify([
      [...routes]
        .sort((a, b) => (`${a.host} ${a.pathPrefix}` < `${b.host} ${b.pathPrefix}` ? -1 : 1))
        .map(({ host, pathPrefix, service, environment, revisions }) => [host, pathPrefix, service, environment, revisions.map(({ revision, weight, endpoints }) => [revision, weight, endpoints.map((one) => [one.host, one.port])])]),
      (listeners ?? []).map(({ port, host }) => [port, host]),
    ]);
  return plain(wanted) === plain(table);
}
