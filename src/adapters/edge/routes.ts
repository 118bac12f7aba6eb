/**
 * The route table as requests use it: compiled once, swapped as a whole, read once a request.
 *
 * Host, then the longest path prefix; then a revision by smooth weighted round robin, which gives
 * exact shares at small counts (10 % is one in ten), or by a seeded hash of a cookie or header. For
 * the hash the revisions stand in the order of the table, so the last one (the canary) has the upper end: a rising weight only moves users towards it.
 * Endpoints, their connections and the counts of a revision survive the swap.
 */
import type { Route, RouteTable } from '../../ports/traffic.ts';
import { RevisionStats, statsName } from './revision-stats.ts';
import { Endpoint } from './upstream.ts';

export interface Target {
  revision: string;
  weight: number;
  /** State of the smooth weighted round robin. */
  current: number;
  endpoints: Endpoint[];
  next: number;
  stats: RevisionStats;
  /** The line that makes the split visible in each answer. */
  revisionLine: string;
}

export interface CompiledRoute {
  prefix: string;
  targets: Target[];
  /** Sum of the weights of targets that have an endpoint. */
  total: number;
  sticky: Route['sticky'];
  seed: number;
}

export interface CompiledTable {
  version: number;
  hosts: Map<string, CompiledRoute[]>;
}

const SHARES = 10_000;
/** Several workers begin up to so many choices apart, or all of them would send their first requests to one revision. */
const STAGGER = 100;

export class RouteBook {
  table: CompiledTable = { version: 0, hosts: new Map() };
  readonly endpoints = new Map<string, Endpoint>();
  readonly stats = new Map<string, RevisionStats>();

  /** Puts a table in force, all at once. `offset` (0..1) staggers the round robins of several workers. */
  swap(source: RouteTable, offset: number): void {
    const before = this.table.hosts;
    const hosts = new Map<string, CompiledRoute[]>();
    const used = new Set<string>();
    for (const route of source.routes) {
      const compiled = this.#compile(route, before.get(route.host)?.find((old) => old.prefix === route.pathPrefix), used, offset);
      hosts.set(route.host, [...(hosts.get(route.host) ?? []), compiled]);
    }
    for (const routes of hosts.values()) routes.sort((one, other) => other.prefix.length - one.prefix.length);
    this.table = { version: source.version, hosts };
    this.#retire(used);
  }

  #compile(route: Route, before: CompiledRoute | undefined, used: Set<string>, offset: number): CompiledRoute {
    const name = route.host + route.pathPrefix;
    const targets = route.revisions.map((revision): Target => {
      const endpoints = revision.endpoints.map(({ host, port }) => this.#endpoint(revision.revision, host, port, revision.weight > 0, used));
      const stats = this.#stats({ service: route.service, environment: route.environment, revision: revision.revision, route: name });
      const next = before?.targets.find((target) => target.revision === revision.revision)?.next ?? 0;
      return { revision: revision.revision, weight: revision.weight, current: 0, endpoints, next, stats, revisionLine: `X-Roadbed-Revision: ${revision.revision}\r\n` };
    });
    const total = targets.reduce((weights, target) => weights + (target.endpoints.length > 0 ? target.weight : 0), 0);
    const compiled = { prefix: route.pathPrefix, targets, total, sticky: route.sticky, seed: fnv1a(name, 0x811c9dc5) };
    if (before !== undefined && sameShares(before, compiled)) targets.forEach((target, index) => (target.current = before.targets[index]?.current ?? 0));
    else for (let turn = Math.floor(offset * STAGGER); turn > 0; turn -= 1) chooseNext(compiled);
    return compiled;
  }

  #endpoint(revision: string, host: string, port: number, live: boolean, used: Set<string>): Endpoint {
    const key = `${revision}\n${host}\n${port}`;
    const endpoint = this.endpoints.get(key) ?? new Endpoint(host, port);
    this.endpoints.set(key, endpoint);
    if (live) used.add(key);
    return endpoint;
  }

  #stats(key: RevisionStats['key']): RevisionStats {
    const name = statsName(key);
    const stats = this.stats.get(name) ?? new RevisionStats(key);
    this.stats.set(name, stats);
    return stats;
  }

  /** Idle connections of what gets no new request are closed at once, running ones when they are done. */
  #retire(used: Set<string>): void {
    for (const [key, endpoint] of this.endpoints) {
      endpoint.retired = !used.has(key);
      if (!endpoint.retired) continue;
      endpoint.closeIdle();
      if (endpoint.open.size === 0) this.endpoints.delete(key);
    }
  }

  /** Forgets what is out of the table, has nothing in flight and was reported. */
  prune(): void {
    for (const [key, endpoint] of this.endpoints) if (endpoint.retired && endpoint.open.size === 0) this.endpoints.delete(key);
    const live = new Set([...this.table.hosts.values()].flat().flatMap((route) => route.targets.map((target) => target.stats)));
    for (const [name, stats] of this.stats) if (stats.inFlight === 0 && !live.has(stats)) this.stats.delete(name);
  }

  find(host: string, target: string): CompiledRoute | undefined {
    const routes = this.table.hosts.get(host);
    if (routes === undefined) return undefined;
    for (const route of routes) if (matchesPrefix(target, route.prefix)) return route;
    return undefined;
  }
}

function sameShares(one: CompiledRoute, other: CompiledRoute): boolean {
  const share = ({ revision, weight, endpoints }: Target): string => `${revision} ${endpoints.length > 0 ? weight : 0}`;
  return one.targets.map(share).join() === other.targets.map(share).join();
}

/** By whole path segments: `/api` takes `/api`, `/api/x` and `/api?x`, not `/apix`. */
export function matchesPrefix(target: string, prefix: string): boolean {
  if (prefix === '/') return true;
  if (!target.startsWith(prefix)) return false;
  if (prefix.endsWith('/') || target.length === prefix.length) return true;
  const next = target.charCodeAt(prefix.length);
  return next === 0x2f || next === 0x3f;
}

/** Smooth weighted round robin; undefined when nobody has a weight and an endpoint. */
export function chooseNext(route: CompiledRoute): Target | undefined {
  const { targets } = route;
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) return only.weight > 0 && only.endpoints.length > 0 ? only : undefined;
  let best: Target | undefined;
  for (let index = 0; index < targets.length; index += 1) {
    const target = targets[index];
    if (target === undefined || target.weight <= 0 || target.endpoints.length === 0) continue;
    target.current += target.weight;
    if (best === undefined || target.current > best.current) best = target;
  }
  if (best !== undefined) best.current -= route.total;
  return best;
}

/** The revision of a person: the same identifier goes to the same place until the weights pass over it. */
export function chooseByIdentifier(route: CompiledRoute, identifier: string): Target | undefined {
  if (route.total <= 0) return undefined;
  const place = ((avalanche(fnv1a(identifier, route.seed)) % SHARES) / SHARES) * route.total;
  let below = 0;
  let last: Target | undefined;
  for (const target of route.targets) {
    if (target.weight <= 0 || target.endpoints.length === 0) continue;
    below += target.weight;
    last = target;
    if (place < below) return target;
  }
  return last;
}

/** The next endpoint in turn that was not tried; one that has just refused only when there is no other. */
export function chooseEndpoint(target: Target, tried: readonly Endpoint[], now: number): Endpoint | undefined {
  const { endpoints } = target;
  let avoided: Endpoint | undefined;
  for (let step = 0; step < endpoints.length; step += 1) {
    const place = (target.next + step) % endpoints.length;
    const endpoint = endpoints[place];
    if (endpoint === undefined || (tried.length > 0 && tried.includes(endpoint))) continue;
    if (endpoint.avoidUntil > now) {
      avoided ??= endpoint;
      continue;
    }
    target.next = (place + 1) % endpoints.length;
    return endpoint;
  }
  return avoided;
}

function fnv1a(text: string, seed: number): number {
  let hash = seed >>> 0;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

/** The finisher of murmur3: FNV alone leaves short identifiers unevenly spread. */
function avalanche(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
