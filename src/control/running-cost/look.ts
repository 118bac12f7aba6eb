/**
 * Looks at what runs: replicas with what they use, and claims with what they hold. No state but the last look, which
 * only turns counters of CPU time into averages; after a restart the averages begin anew.
 */
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import type { RunningCostLine } from '../../domain/running-cost.ts';
import { revisionId } from '../../engines/release/identity.ts';
import type { RunningRates } from '../../engines/running-cost/rates.ts';
import { runningCost } from '../../engines/running-cost/running-cost.ts';
import type { ReplicaUsage, RunningClaim, RunningRevision } from '../../engines/running-cost/running-cost.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../../ports/objects.ts';
import type { ReplicaObservation, Runtime } from '../../ports/runtime.ts';
import type { ClaimObject } from '../rollout/resource-claims.ts';
import type { ReleaseObject, RolloutObject } from '../rollout/world.ts';

/** Below this an average says more about the clock than about the program. */
const SHORTEST_SECONDS = 5;

export interface LookDeps {
  objects: Pick<Objects, 'get' | 'list'>;
  runtime: Pick<Runtime, 'observe'>;
  clock: Clock;
  rates: RunningRates;
  /** Bytes by name of database; what is not in it was not measured. */
  databaseSizes(): Promise<ReadonlyMap<string, number>>;
}

interface Counter {
  cpuSeconds: number;
  at: number;
}

export class RunningCostLook {
  readonly #deps: LookDeps;
  #counters = new Map<string, Counter>();

  constructor(deps: LookDeps) {
    this.#deps = deps;
  }

  /** What everything costs now. Throws when the runtime cannot be asked: what is not seen is not called nothing. */
  async lines(): Promise<RunningCostLine[]> {
    const { objects, runtime, rates } = this.#deps;
    const [rollouts, claims, observed, sizes] = await Promise.all([objects.list<RolloutObject>('roadbed.dev/Rollout'), objects.list<ClaimObject>('roadbed.dev/ResourceClaim'), runtime.observe(), this.#deps.databaseSizes()]);
    const running = new Map(observed.map((revision) => [revision.id, revision.replicas.filter((replica) => replica.state !== 'failed')]));
    const usage = this.#usageOf([...running.values()].flat());
    const revisions = await Promise.all(rollouts.map((rollout) => this.#revisions(rollout, running, usage)));
    return runningCost(revisions.flat(), claims.filter(({ status }) => status?.phase === 'Bound' || status?.phase === 'Releasing').map((claim) => claimOf(claim, sizes)), rates);
  }

  async #revisions(rollout: RolloutObject, running: ReadonlyMap<string, readonly ReplicaObservation[]>, usage: ReadonlyMap<string, ReplicaUsage>): Promise<RunningRevision[]> {
    const namespace = rollout.metadata.namespace ?? '';
    const { service, environment } = rollout.spec;
    const found = await Promise.all([...releasesOf(rollout.spec, rollout.status)].map((name) => this.#deps.objects.get<ReleaseObject>('roadbed.dev/Release', namespace, name)));
    return found.flatMap((release) => {
      if (release === undefined) return [];
      const spec: ReleaseSpec = release.spec;
      const replicas = running.get(revisionId(service, environment, spec.hash)) ?? [];
      return [{ namespace, service, environment, release: release.metadata.name, workload: spec.workload, replicas: replicas.map((replica) => usage.get(replica.id) ?? {}) }];
    });
  }

  /** CPU time since the last look, or since a first start; memory as it is now. */
  #usageOf(replicas: readonly ReplicaObservation[]): Map<string, ReplicaUsage> {
    const [now, monotonic] = [this.#deps.clock.now(), this.#deps.clock.monotonic()];
    const next = new Map<string, Counter>();
    const usage = new Map<string, ReplicaUsage>();
    for (const replica of replicas) {
      next.set(replica.id, { cpuSeconds: replica.cpuSeconds, at: monotonic });
      const before = this.#counters.get(replica.id);
      const fresh = replica.restarts === 0 && replica.startedAt !== undefined ? (now - Date.parse(replica.startedAt)) / 1000 : 0;
      const seconds = before === undefined ? fresh : (monotonic - before.at) / 1000;
      const spent = replica.cpuSeconds - (before?.cpuSeconds ?? 0);
      const cores = seconds >= SHORTEST_SECONDS && spent >= 0 ? Math.round((spent / seconds) * 1e6) / 1e6 : undefined;
      usage.set(replica.id, { ...(cores === undefined ? {} : { cores }), ...(replica.memoryBytes > 0 ? { memoryBytes: replica.memoryBytes } : {}) });
    }
    this.#counters = next;
    return usage;
  }
}

function releasesOf(spec: RolloutSpec, status: RolloutStatus | undefined): Set<string> {
  return new Set([spec.release, status?.stable?.release, status?.attempt?.release, status?.attempt?.from].filter((name) => name !== undefined));
}

function claimOf({ metadata, spec, status }: ClaimObject, sizes: ReadonlyMap<string, number>): RunningClaim {
  const database = status?.outputs?.['database'];
  const stored = typeof database === 'string' ? sizes.get(database) : undefined;
  return { namespace: metadata.namespace ?? '', environment: spec.environment, name: metadata.name, type: spec.type, params: spec.params, workloads: [...spec.workloads].sort(), ...(stored === undefined ? {} : { storedBytes: stored }) };
}
