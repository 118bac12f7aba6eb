/** Plays scenes in the simulated world: release, wait, crash the control plane at any call, look at what is left. */
import { API_VERSION } from '../../../domain/kinds/group.ts';
import type { EnvironmentSpec } from '../../../domain/kinds/environment.ts';
import type { MetricCheck } from '../../../domain/kinds/rollout.ts';
import { shortHash } from '../../../engines/release/identity.ts';
import { syncDesiredState } from '../../desired-state/desired-state.ts';
import { reconcileRollout } from '../reconciler.ts';
import type { HoldObject, RolloutObject, RolloutWorld } from '../world.ts';
import { makeSpec, simulatedWorld, type Behaviour, type SimulatedWorld } from './simulated-world.ts';

export const NAMESPACE = 'shop';
export const SERVICE = 'checkout';
export const KEY = { namespace: NAMESPACE, name: 'checkout.prod' };

export const successRate: MetricCheck = { name: 'success', metric: 'successRate', min: 0.99, interval: '2s', window: '10s', initialDelay: '2s', noData: 'wait', minSamples: 20 };

export const production: EnvironmentSpec = {
  order: 2, production: true, promotesFrom: 'dev', autoPromote: true, autoRollback: true,
  strategy: { steps: [{ setWeight: 10 }, { pause: { duration: '6s' } }, { setWeight: 50 }, { pause: { duration: '6s' } }], background: { startingStep: 0, checks: [successRate] }, progressDeadlineSeconds: 30 },
};

export class Crash extends Error {}

export interface Scene extends SimulatedWorld {
  release(number: number, behaviour?: Behaviour): Promise<string>;
  want(name: string, replicas?: number): Promise<void>;
  /** Runs reconciler and desired state until nothing moves, at most `maxMs` of simulated time. */
  settle(world?: RolloutWorld, maxMs?: number): Promise<void>;
  /** Until the predicate holds. */
  until(what: (rollout: RolloutObject) => boolean, world?: RolloutWorld, maxMs?: number): Promise<RolloutObject>;
  rollout(): Promise<RolloutObject>;
  holds(): Promise<HoldObject[]>;
}

export async function scene(environment: EnvironmentSpec = production): Promise<Scene> {
  const simulated = simulatedWorld();
  const { objects } = simulated;
  await objects.create({ apiVersion: API_VERSION, kind: 'Environment', metadata: { name: 'prod' }, spec: environment });
  const rollout = async (): Promise<RolloutObject> => {
    const found = await objects.get<RolloutObject>('roadbed.dev/Rollout', NAMESPACE, KEY.name);
    if (found === undefined) throw new Error('no rollout');
    return found;
  };
  const round = async (world: RolloutWorld): Promise<number | undefined> => {
    await syncDesiredState({ objects: world.objects, desiredState: world.desiredState, log: world.log });
    return (await reconcileRollout(world, KEY))?.requeueAfterMs;
  };
  const self: Scene = Object.assign(simulated, {
    release: async (number: number, behaviour: Behaviour = { kind: 'good' }) => {
      const spec = makeSpec(SERVICE, number);
      const name = `${SERVICE}-${shortHash(spec.hash)}`;
      simulated.behaviours.set(name, behaviour);
      await objects.create({ apiVersion: API_VERSION, kind: 'Release', metadata: { name, namespace: NAMESPACE }, spec });
      return name;
    },
    want: async (name: string, replicas = 2) => {
      const release = (await objects.get('roadbed.dev/Release', NAMESPACE, name)) as { spec: { hash: string } } | undefined;
      await simulated.desired.write({ namespace: NAMESPACE, service: SERVICE, environment: 'prod', release: name, hash: release?.spec.hash ?? '', replicas }, `release ${name}`, { name: 'Ada', email: 'ada@example.test' });
    },
    settle: async (world = simulated.world, maxMs = 120_000) => {
      const end = simulated.clock.monotonic() + maxMs;
      for (let quiet = 0; quiet < 2 && simulated.clock.monotonic() < end; ) {
        const before = objects.writes;
        const again = await round(world);
        simulated.flow(Math.max(50, again ?? 1_000));
        quiet = again === undefined && objects.writes === before ? quiet + 1 : 0;
      }
    },
    until: async (what: (found: RolloutObject) => boolean, world = simulated.world, maxMs = 120_000) => {
      const end = simulated.clock.monotonic() + maxMs;
      while (simulated.clock.monotonic() < end) {
        const again = await round(world);
        const found = await rollout();
        if (what(found)) return found;
        simulated.flow(Math.max(50, again ?? 1_000));
      }
      throw new Error(`it never came to that: ${JSON.stringify((await rollout()).status, null, 1)}`);
    },
    rollout,
    holds: () => objects.list<HoldObject>('roadbed.dev/Hold', { namespace: NAMESPACE }),
  });
  return self;
}

/** Ports that die at the `at`-th call of any asynchronous method, just before it does its work or just after. */
export function dying(world: RolloutWorld, at: number, when: 'before' | 'after'): { world: RolloutWorld; calls(): number } {
  let calls = 0;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, property) {
        const value = Reflect.get(target, property) as unknown;
        if (typeof value !== 'function' || property === 'onChange' || property === 'watch' || property === 'withdrawnForMs') return value;
        return async (...args: unknown[]) => {
          calls += 1;
          const dies = calls === at;
          if (calls > at || (dies && when === 'before')) throw new Crash(`at call ${at}`);
          const result = await (value as (...args: unknown[]) => unknown).apply(target, args);
          if (dies) throw new Crash(`after call ${at}`);
          return result;
        };
      },
    });
  return {
    world: { ...world, objects: wrap(world.objects), runtime: wrap(world.runtime), traffic: wrap(world.traffic), trafficControl: wrap(world.trafficControl), desiredState: wrap(world.desiredState), metrics: wrap(world.metrics), workloads: wrap(world.workloads) },
    calls: () => calls,
  };
}

/** Weights of the table in force, by release number's revision suffix. */
export function weightsInForce(self: SimulatedWorld): Record<string, number> {
  const route = self.traffic.tables.at(-1)?.routes.find((one) => one.service === SERVICE);
  return Object.fromEntries((route?.revisions ?? []).filter((entry) => entry.weight > 0).map((entry) => [self.runtime.revisions.get(entry.revision)?.spec.release ?? entry.revision, entry.weight]));
}
