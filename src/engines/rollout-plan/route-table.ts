/**
 * The whole route table as a function of all rollouts, the replicas that are ready, and the claimed hosts.
 *
 * A route names every revision that may still have requests, also those at weight 0, so that the edge can
 * drain them. Endpoints are replicas that are ready and that are to stay. A host is given to one service
 * only: the service's own name beats a claimed host, and of two claims the first (by name) has it.
 */
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import { readyReplicas } from './readiness.ts';
import type { RevisionState } from './view.ts';
import { weightsOf, type Split } from './weights.ts';

export interface ServiceTraffic {
  service: string;
  environment: string;
  split: Split;
  /** Replicas with a larger index are about to leave. */
  replicas: number;
  revisions: readonly RevisionState[];
  /** Workloads by revision, to find ports in. */
  releases: Readonly<Record<string, ReleaseSpec>>;
  /** Hosts from `route` resources. */
  hosts: readonly ClaimedHost[];
}

export interface ClaimedHost {
  host: string;
  pathPrefix: string;
  /** Name or number of the service port; absent: the first. */
  port?: string | number;
}

export interface PlannedRoute {
  host: string;
  pathPrefix: string;
  service: string;
  environment: string;
  revisions: { revision: string; weight: number; endpoints: { host: string; port: number }[] }[];
}

const LOOPBACK = '127.0.0.1';

/** `<service>.<environment>.localhost`, which browsers and curl resolve. */
export function serviceHost(service: string, environment: string): string {
  return `${service}.${environment}.localhost`;
}

/** A port of the loopback that stands for one port of a service, as a `service-port` resource gave it out. */
export interface ClaimedPort {
  service: string;
  environment: string;
  /** Name or number of the service port. */
  port: string | number;
  listen: number;
}

/** Host of a route that only other services reach, by a port of the loopback. */
export function internalHost(claim: Pick<ClaimedPort, 'service' | 'environment' | 'port'>): string {
  return `${String(claim.port).toLowerCase()}.${claim.service}.${claim.environment}.internal`;
}

/** Listeners in order of port; a port is given to one host only. */
export function planListeners(claims: readonly ClaimedPort[]): { port: number; host: string }[] {
  const ports = new Map(claims.map((claim) => [claim.listen, internalHost(claim)]));
  return [...ports].map(([port, host]) => ({ port, host })).sort((a, b) => a.port - b.port);
}

/** Routes in order of host and path; the same input gives the same table. */
export function planRoutes(services: readonly ServiceTraffic[]): PlannedRoute[] {
  const routes = new Map<string, PlannedRoute>();
  const own = services.flatMap((service) => routesOf(service, [{ host: serviceHost(service.service, service.environment), pathPrefix: '/' }]));
  const claimed = [...services].sort((a, b) => (a.service < b.service ? -1 : 1)).flatMap((service) => routesOf(service, service.hosts));
  for (const route of [...own, ...claimed]) {
    const key = `${route.host}${route.pathPrefix}`;
    if (!routes.has(key)) routes.set(key, route);
  }
  return [...routes.values()].sort((a, b) => (`${a.host} ${a.pathPrefix}` < `${b.host} ${b.pathPrefix}` ? -1 : 1));
}

function routesOf(service: ServiceTraffic, hosts: readonly ClaimedHost[]): PlannedRoute[] {
  return hosts.flatMap((host) => {
    const endpoints = new Map<string, { host: string; port: number }[]>();
    const ported = [service.split.stable, service.split.canary].filter((id) => id !== undefined && portName(service.releases[id], host.port) !== undefined);
    if (ported.length === 0) return [];
    for (const id of ported as string[]) endpoints.set(id, endpointsOf(service, id, host));
    const weights = weightsOf(service.split, (id) => (endpoints.get(id)?.length ?? 0) > 0);
    const revisions = [...endpoints].map(([revision, list]) => ({ revision, weight: weights.find((entry) => entry.revision === revision)?.weight ?? 0, endpoints: list }));
    return [{ host: host.host.toLowerCase(), pathPrefix: host.pathPrefix, service: service.service, environment: service.environment, revisions }];
  });
}

function endpointsOf(service: ServiceTraffic, id: string, host: Pick<ClaimedHost, 'port'>): { host: string; port: number }[] {
  const name = portName(service.releases[id], host.port);
  const revision = service.revisions.find((one) => one.id === id);
  return readyReplicas(revision, service.replicas).flatMap((replica) => {
    const port = name === undefined ? undefined : replica.ports[name];
    return port === undefined ? [] : [{ host: LOOPBACK, port }];
  });
}

/** The workload's port of that name or number, or its first; undefined for programs that listen nowhere. */
export function portName(release: ReleaseSpec | undefined, wanted: string | number | undefined): string | undefined {
  const ports = Object.entries(release?.workload.service?.ports ?? {});
  if (wanted === undefined || wanted === '') return ports[0]?.[0];
  return ports.find(([name, port]) => name === String(wanted) || String(port.port) === String(wanted))?.[0];
}
