/**
 * Safe delivery as one part to wire: its reconcilers, the writer of the route table, the follower of the
 * desired state, and what people may do.
 *
 *     const delivery = createDelivery({ ... });
 *     const loop = startLoop({ reconcilers: [...delivery.reconcilers, ...], ... });
 *     delivery.start(loop.enqueue);
 *     ...
 *     await loop.stop();
 *     await delivery.stop();
 */
import type { Clock } from '../../ports/clock.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { DesiredState } from '../../ports/source.ts';
import type { Traffic } from '../../ports/traffic.ts';
import { desiredStateReconciler, followDesiredState } from '../desired-state/desired-state.ts';
import { promotionReconciler } from '../environment/promotion-reconciler.ts';
import type { ReconcileKey, Reconciler } from '../loop/reconciler.ts';
import { timeToValueReconciler } from '../service-template/time-to-value.ts';
import { createTrafficControl, type TrafficControl } from '../traffic/traffic-control.ts';
import { rolloutOperations } from './operations.ts';
import { rolloutNameOfRevision, rolloutReconciler } from './reconciler.ts';
import type { RolloutObject, Workloads } from './world.ts';

export interface DeliveryDeps {
  /** Objects bound to an identity: `service:rollout-controller`, `service:promotion-controller`, `service:desired-state`, and people. */
  objectsFor(identity: Identity): Objects;
  runtime: Runtime;
  traffic: Traffic;
  desiredState: DesiredState;
  metrics: Metrics;
  /** Gets the rollout controller's Objects. */
  workloads(objects: Objects): Workloads;
  clock: Clock;
  log: { warn(fields: Record<string, unknown>, message: string): void };
  urlOf(host: string): string;
  /** Milliseconds between looks at the desired state that nobody asked for; default 2000. */
  desiredStateEveryMs?: number;
}

export interface Delivery {
  reconcilers: readonly Reconciler[];
  operations: ReturnType<typeof rolloutOperations>;
  trafficControl: TrafficControl;
  /** Begins to follow replicas and the desired state; `enqueue` is the loop's. */
  start(enqueue: (reconciler: string, key: ReconcileKey) => void): void;
  /** An entry of the desired state was written: look at once. */
  desiredStateChanged(): void;
  stop(): Promise<void>;
}

export function createDelivery(deps: DeliveryDeps): Delivery {
  const service = (name: string): Objects => deps.objectsFor({ issuer: 'roadbed', subject: `service:${name}` });
  const { runtime, traffic, desiredState, metrics, clock, log, urlOf } = deps;
  const objects = service('rollout-controller');
  const trafficControl = createTrafficControl({ objects, runtime, traffic, clock, log });
  const desired = { objects: service('desired-state'), desiredState, log };
  let follower: ReturnType<typeof followDesiredState> | undefined;
  const desiredStateChanged = (): void => void follower?.kick();
  return {
    trafficControl,
    desiredStateChanged,
    reconcilers: [
      rolloutReconciler({ objects, runtime, traffic, trafficControl, desiredState, metrics, workloads: deps.workloads(objects), clock, log, urlOf }),
      desiredStateReconciler(desired),
      promotionReconciler({ objects: service('promotion-controller'), desiredState, clock, onDesiredChange: desiredStateChanged }),
      timeToValueReconciler(objects),
    ],
    operations: rolloutOperations({ desiredState, clock, objectsFor: deps.objectsFor, onDesiredChange: desiredStateChanged }),
    start: (enqueue) => {
      follower = followDesiredState(desired, deps.desiredStateEveryMs);
      void follower.kick();
      trafficControl.start((revision) => {
        const name = rolloutNameOfRevision(revision);
        objects
          .list<RolloutObject>('roadbed.dev/Rollout', { fieldSelector: `metadata.name=${name}` })
          .then((rollouts) => rollouts.forEach(({ metadata }) => enqueue('rollout', { ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }), name: metadata.name })))
          .catch((error: unknown) => log.warn({ revision, error: error instanceof Error ? error.message : String(error) }, 'a change of replicas could not be passed on'));
      });
    },
    stop: async () => {
      await follower?.stop();
      await trafficControl.stop();
    },
  };
}
