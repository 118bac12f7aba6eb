/**
 * What the decision about a rollout sees, and what it may answer: two plain values.
 *
 * The view is everything that was observed in one pass; the plan is an ordered list of actions, each of
 * which may be done twice without harm. A pass that finds nothing to do plans nothing. Types of ports
 * are not imported here (engines stand below them); the shapes are the parts of them that matter.
 */
import type { NewEvent } from '../../domain/event.ts';
import type { EnvironmentSpec } from '../../domain/kinds/environment.ts';
import type { HoldSpec } from '../../domain/kinds/hold.ts';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import type { NamedHold } from '../holds/holds.ts';

export interface ReplicaState {
  index: number;
  state: 'starting' | 'ready' | 'unready' | 'backing-off' | 'stopping' | 'failed';
  ports: Record<string, number>;
  restarts: number;
  lastExit?: { reason: string; at: string; logTail: string[] };
}

export interface RevisionState {
  id: string;
  replicas: readonly ReplicaState[];
}

export interface RevisionWeight {
  revision: string;
  weight: number;
}

/** Whether what the attempt's release needs is there; `refused` when it is no resource that failed, and the message says all. */
export type Resources = { state: 'bound' } | { state: 'waiting'; message: string } | { state: 'failed'; message: string; refused?: true };

export interface KnownRelease {
  spec: ReleaseSpec;
  verified: readonly { environment: string; at: string }[];
  /** Chain id of the change that it was made from. */
  chain?: string;
}

export interface RolloutView {
  /** Milliseconds since the epoch; may be less than in the pass before. */
  now: number;
  namespace: string;
  name: string;
  generation: number;
  spec: RolloutSpec;
  status: RolloutStatus | undefined;
  /** The object is being deleted: bring it to nothing. */
  deleting: boolean;
  environment: EnvironmentSpec | undefined;
  /** Releases that spec and status name, those of them that exist. */
  releases: Readonly<Record<string, KnownRelease>>;
  /** All holds of the service in the environment, lifted ones too. */
  holds: readonly NamedHold[];
  /** Namespace that already owns the service's name in the environment, when it is another one. */
  ownedBy: string | undefined;
  /** Revisions of this service in this environment that the runtime knows. */
  revisions: readonly RevisionState[];
  /** Weights of the table in force; undefined while no route of the service is in it. */
  inForce: readonly RevisionWeight[] | undefined;
  /** Endpoints in the table in force, by revision: 127.0.0.1 ports. */
  endpointsInForce: Readonly<Record<string, readonly number[]>>;
  /** Milliseconds since leaving endpoints were last seen in the table; undefined: not withdrawn yet. */
  withdrawnForMs: number | undefined;
  inFlight: Readonly<Record<string, number>>;
  /** Of the attempt's release; undefined without an attempt. */
  resources: Resources | undefined;
  /** The desired-state entry and its commit; read while an attempt returns. */
  desired: { release: string; commit: string } | undefined;
  /** Samples since the attempt began. */
  samples: readonly TrafficSample[];
  /** Public address of the service. */
  url: string | undefined;
}

export interface PlacedHold {
  name: string;
  spec: HoldSpec;
}

export type Action =
  | { kind: 'applyRevision'; revision: string; release: string; replicas: number }
  | { kind: 'removeRevision'; revision: string }
  /** Brings the table in force in line with the stored status, in one apply. */
  | { kind: 'routeTraffic'; weights: RevisionWeight[] }
  /** Only if the entry still names `replacing`. */
  | { kind: 'commitDesired'; release: string; hash: string; replicas: number; replacing: string; message: string }
  /** Status, events, hold and verification in one transaction. */
  | { kind: 'writeStatus'; status: RolloutStatus; events: NewEvent[]; hold?: PlacedHold; verify?: string; why: string }
  /** Nothing is left: the object may go. */
  | { kind: 'releaseObject' };

export interface Plan {
  actions: Action[];
  /** Look again after this time, also when nothing changes. */
  againInMs?: number;
}
