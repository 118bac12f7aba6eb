/** What the rollout reconciler needs of the world; all of it ports, so that tests can put real behaviour in memory. */
import type { ApiObject } from '../../domain/object.ts';
import type { EnvironmentSpec, EnvironmentStatus } from '../../domain/kinds/environment.ts';
import type { HoldSpec, HoldStatus } from '../../domain/kinds/hold.ts';
import type { ReleaseSpec, ReleaseStatus } from '../../domain/kinds/release.ts';
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import type { Resources } from '../../engines/rollout-plan/view.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Objects } from '../../ports/objects.ts';
import type { RevisionSpec, Runtime } from '../../ports/runtime.ts';
import type { DesiredState } from '../../ports/source.ts';
import type { Traffic } from '../../ports/traffic.ts';
import type { TrafficControl } from '../traffic/traffic-control.ts';

export type RolloutObject = ApiObject<RolloutSpec, RolloutStatus>;
export type ReleaseObject = ApiObject<ReleaseSpec, ReleaseStatus>;
export type HoldObject = ApiObject<HoldSpec, HoldStatus>;
export type EnvironmentObject = ApiObject<EnvironmentSpec, EnvironmentStatus>;

/** Annotation of a Release: chain id of the change that it was made from. */
export const CHAIN_ANNOTATION = 'roadbed.dev/chain';
/** Annotation of a Release: newest position on the branch that built the same content; a revert makes an old release new again. */
export const SEQUENCE_ANNOTATION = 'roadbed.dev/newest-sequence';
/** Finalizer of a Rollout: nothing of it runs any more when it goes. */
export const WORKLOAD_FINALIZER = 'roadbed.dev/workload';

export interface WorkloadRequest {
  namespace: string;
  environment: string;
  release: ReleaseObject;
}

/** Turns a release into something that can run: resources claimed, placeholders and secrets resolved. */
export interface Workloads {
  /** Claims what the release needs, idempotently, and says whether it is there. */
  resources(request: WorkloadRequest): Promise<Resources>;
  /** Throws a PlatformError when a resource is not bound or a secret is missing. */
  revision(request: WorkloadRequest, replicas: number): Promise<RevisionSpec>;
  /** Gives up what a service had claimed in an environment; idempotent. */
  release(place: { namespace: string; environment: string }, service: string): Promise<void>;
}

export interface RolloutWorld {
  objects: Objects;
  runtime: Runtime;
  traffic: Traffic;
  trafficControl: Pick<TrafficControl, 'sync' | 'withdrawnForMs'>;
  desiredState: DesiredState;
  metrics: Metrics;
  workloads: Workloads;
  clock: Clock;
  log: { warn(fields: Record<string, unknown>, message: string): void };
  /** Address of a host behind the edge: `http://checkout.prod.localhost:8080`. */
  urlOf(host: string): string;
}
