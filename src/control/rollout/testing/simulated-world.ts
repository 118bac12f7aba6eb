/**
 * A small world in memory that behaves: replicas that take time to get ready, crash or never come; an edge
 * that sends requests by the weights in force and counts what became of them; a desired-state repository
 * with history; a clock that is moved by hand, also backwards.
 *
 * Its laws are checked while it runs: a request that meets no ready replica is lost and remembered, a table
 * whose weights do not sum to 100 is remembered too.
 */
import type { ReleaseSpec } from '../../../domain/kinds/release.ts';
import type { TrafficSample } from '../../../domain/traffic.ts';
import { serviceHost } from '../../../engines/rollout-plan/route-table.ts';
import { revisionId } from '../../../engines/release/identity.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ReplicaObservation, RevisionSpec, Runtime } from '../../../ports/runtime.ts';
import type { DesiredEntry, DesiredState } from '../../../ports/source.ts';
import type { RouteTable, Traffic } from '../../../ports/traffic.ts';
import { createTrafficControl } from '../../traffic/traffic-control.ts';
import type { RolloutWorld, Workloads } from '../world.ts';
import { memoryObjects, type MemoryObjects } from './memory-objects.ts';

export type Behaviour = { kind: 'good' | 'crashes' | 'never-ready'; errorShare?: number; missingShare?: number; readyAfterMs?: number };

export interface SimulatedWorld {
  world: RolloutWorld;
  objects: MemoryObjects;
  clock: Clock & { advance(ms: number): void; jump(ms: number): void };
  behaviours: Map<string, Behaviour>;
  traffic: Traffic & { tables: RouteTable[]; inFlightOf: Map<string, number> };
  runtime: Runtime & { revisions: Map<string, { spec: RevisionSpec; replicas: { index: number; bornAt: number; stopping: boolean }[] }> };
  desired: DesiredState & { commits: { message: string; entry: DesiredEntry }[] };
  samples: TrafficSample[];
  /** Requests a second of every service; 0 for none. */
  requestsPerSecond: number;
  lost: string[];
  /** Lets time and traffic flow. */
  flow(ms: number): void;
  /** A fresh process on the same world: nothing in memory survives. */
  restarted(): RolloutWorld;
}

export function simulatedWorld(): SimulatedWorld {
  let wall = Date.parse('2026-01-05T10:00:00Z');
  let ticks = 0;
  const clock = {
    now: () => wall,
    monotonic: () => ticks,
    advance: (ms: number) => void ((wall += ms), (ticks += ms)),
    jump: (ms: number) => void (wall += ms),
  };
  const objects = memoryObjects(() => wall);
  const behaviours = new Map<string, Behaviour>();
  const runtime = simulatedRuntime(clock, behaviours);
  const traffic = simulatedTraffic();
  const desired = simulatedDesiredState(clock);
  const samples: TrafficSample[] = [];
  const workloads: Workloads = {
    resources: async () => ({ state: 'bound' }),
    release: async () => undefined,
    revision: async ({ environment, release }, replicas) => ({
      id: revisionId(release.spec.service, environment, release.spec.hash),
      service: release.spec.service,
      environment,
      release: release.metadata.name,
      replicas,
      ports: [{ name: 'web' }],
      containers: [],
      drainSeconds: 30,
    }),
  };
  const restarted = (): RolloutWorld => {
    const log = { warn: () => undefined };
    const trafficControl = createTrafficControl({ objects, runtime, traffic, clock, log });
    return { objects, runtime, traffic, trafficControl, desiredState: desired, metrics: { samples: async ({ service, environment, since }) => samples.filter((one) => one.service === service && one.environment === environment && one.at >= since) }, workloads, clock, log, urlOf: (host) => `http://${host}:8080` };
  };
  const lost: string[] = [];
  const self: SimulatedWorld = {
    world: restarted(),
    objects,
    clock,
    behaviours,
    traffic,
    runtime,
    desired,
    samples,
    requestsPerSecond: 100,
    lost,
    restarted,
    flow: (ms) => {
      for (let rest = ms; rest > 0; rest -= 1_000) {
        for (const route of traffic.tables.at(-1)?.routes ?? []) samples.push(...serve(self, route));
        clock.advance(Math.min(rest, 1_000));
      }
    },
  };
  return self;
}

function serve(self: SimulatedWorld, route: RouteTable['routes'][number]): TrafficSample[] {
  const sum = route.revisions.reduce((total, revision) => total + revision.weight, 0);
  if (sum === 0) {
    if (self.requestsPerSecond > 0 && route.revisions.length > 0) self.lost.push(`${route.host}: no revision has weight`);
    return [];
  }
  return route.revisions.filter((revision) => revision.weight > 0).map((entry) => {
    const requests = Math.round((self.requestsPerSecond * entry.weight) / sum);
    const living = self.runtime.revisions.get(entry.revision)?.replicas.filter((replica) => !replica.stopping) ?? [];
    if (requests > 0 && living.length === 0) self.lost.push(`${route.host}: ${entry.revision} has no replica`);
    const release = self.runtime.revisions.get(entry.revision)?.spec.release ?? '';
    const errors = Math.round(requests * (self.behaviours.get(release)?.errorShare ?? 0));
    const missing = Math.round(requests * (self.behaviours.get(release)?.missingShare ?? 0));
    return { service: route.service, environment: route.environment, revision: entry.revision, at: new Date(self.clock.now()).toISOString(), requests, classes: [0, requests - errors - missing, 0, missing, errors], errors, firstByte: requests === 0 ? [] : [[100, requests]] };
  });
}

function simulatedRuntime(clock: Clock, behaviours: Map<string, Behaviour>): SimulatedWorld['runtime'] {
  const revisions: SimulatedWorld['runtime']['revisions'] = new Map();
  const observeReplica = (spec: RevisionSpec, replica: { index: number; bornAt: number; stopping: boolean }): ReplicaObservation => {
    const behaviour = behaviours.get(spec.release) ?? { kind: 'good' };
    const age = clock.monotonic() - replica.bornAt;
    const ready = behaviour.kind === 'good' && age >= (behaviour.readyAfterMs ?? 500);
    const restarts = behaviour.kind === 'crashes' ? Math.floor(age / 400) : 0;
    const port = 20_000 + (Number.parseInt(spec.id.slice(-4), 16) % 10_000) + replica.index;
    return {
      id: `${spec.id}-${replica.index}`, index: replica.index, pids: [1], restarts, ports: { web: port }, cpuSeconds: 0, memoryBytes: 0,
      state: replica.stopping ? 'stopping' : ready ? 'ready' : behaviour.kind === 'crashes' ? 'backing-off' : 'starting',
      ...(restarts > 0 ? { lastExit: { reason: 'exit code 1', at: new Date(clock.now()).toISOString(), logTail: ['Error: no such table'] } } : {}),
    };
  };
  const unused = (): never => {
    throw new Error('tasks are not simulated');
  };
  return {
    revisions,
    apply: async (spec) => {
      const before = revisions.get(spec.id)?.replicas.filter((replica) => !replica.stopping && replica.index < spec.replicas) ?? [];
      const missing = Array.from({ length: spec.replicas }, (_, index) => index).filter((index) => !before.some((replica) => replica.index === index));
      revisions.set(spec.id, { spec, replicas: [...before, ...missing.map((index) => ({ index, bornAt: clock.monotonic(), stopping: false }))] });
    },
    remove: async (id) => void revisions.delete(id),
    observe: async () => [...revisions.values()].map(({ spec, replicas }) => ({ id: spec.id, replicas: replicas.map((replica) => observeReplica(spec, replica)) })),
    onChange: () => ({ stop: () => undefined }),
    startTask: unused, observeTask: unused, cancelTask: unused, forgetTask: unused, logs: unused, capabilities: unused,
  };
}

function simulatedTraffic(): SimulatedWorld['traffic'] {
  const tables: RouteTable[] = [];
  const inFlightOf = new Map<string, number>();
  return {
    tables,
    inFlightOf,
    apply: async (table) => {
      if (table.version <= (tables.at(-1)?.version ?? 0)) throw new Error('an older table');
      tables.push(structuredClone(table));
    },
    table: async () => structuredClone(tables.at(-1) ?? { version: 0, routes: [] }),
    counters: async () => ({ epoch: 'e', at: '', tableVersion: tables.at(-1)?.version ?? 0, revisions: [], refusals: {} }),
    inFlight: async (revision) => inFlightOf.get(revision) ?? 0,
  };
}

function simulatedDesiredState(clock: Clock): SimulatedWorld['desired'] {
  const entries = new Map<string, DesiredEntry>();
  const commits: { message: string; entry: DesiredEntry; at: string; author: string }[] = [];
  const keyOf = (environment: string, namespace: string, service: string): string => `${environment}/${namespace}/${service}`;
  return {
    commits,
    read: async (environment, namespace, service) => structuredClone(entries.get(keyOf(environment, namespace, service))),
    list: async () => structuredClone([...entries.values()]),
    write: async (entry, message, by) => {
      const key = keyOf(entry.environment, entry.namespace, entry.service);
      if (JSON.stringify(entries.get(key)) !== JSON.stringify(entry)) {
        entries.set(key, structuredClone(entry));
        commits.push({ message, entry: structuredClone(entry), at: new Date(clock.now()).toISOString(), author: by.name });
      }
      return `commit-${commits.length}`;
    },
    remove: async (environment, namespace, service) => {
      entries.delete(keyOf(environment, namespace, service));
      return `commit-${commits.length}`;
    },
    history: async (environment, namespace, service, limit) =>
      commits
        .map((commit, index) => ({ ...commit, commit: `commit-${index + 1}` }))
        .filter(({ entry }) => keyOf(entry.environment, entry.namespace, entry.service) === keyOf(environment, namespace, service))
        .reverse()
        .slice(0, limit)
        .map(({ commit, at, message, author, entry }) => ({ commit, at, message, author, release: entry.release })),
  };
}

/** A release object's spec; content by number: `makeSpec(2)` is built from commit 2. */
export function makeSpec(service: string, number: number, change: Partial<ReleaseSpec['source']> = {}): ReleaseSpec {
  const digit = number.toString(16).padStart(2, '0');
  return {
    service,
    artifact: { digest: `sha256:${digit.repeat(32)}`, size: 1, mediaType: 'application/x-tar' },
    workload: { apiVersion: 'score.dev/v1b1', metadata: { name: service }, service: { ports: { web: { port: 8080 } } }, containers: { main: { image: '.' } } },
    configuration: {},
    secrets: {},
    source: { repository: service, commit: digit.repeat(20), branch: 'main', sequence: number, author: { name: 'Ada', email: 'ada@example.test' }, subject: `change ${number}`, committedAt: '2026-01-05T09:00:00Z', pipelineRun: `run-${number}`, ...change },
    hash: `sha256:${digit.repeat(32)}`,
  };
}

export { serviceHost };
