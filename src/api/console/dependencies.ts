/** What the console needs from the rest of the house; app gives it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EventRow } from '../../domain/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Events } from '../../ports/events.ts';
import type { Findings } from '../../ports/findings.ts';
import type { Identities, Identity } from '../../ports/identity.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { TerraformStates } from '../../ports/terraform-states.ts';
import type { DeliveryMetrics, DeliveryMetricsScope } from '../contract/delivery-metrics.ts';
import type { CostReads } from './cost-reads.ts';
import type { Readable } from './readable.ts';
import type { InfrastructureReads } from './infrastructure-reads.ts';
import type { GoldenPath } from '../contract/golden-path.ts';
import type { NewServiceArguments, Operations } from '../contract/operations.ts';

export interface OperationsApiDependencies {
  objects: (identity: Identity) => Objects;
  readable: (identity: Identity) => Promise<Readable>;
  /** Identities.isLive: streams ask again, for they outlive the moment at which they were allowed. */
  signedIn: (identity: Identity) => boolean;
  events: Events;
  metrics: Metrics;
  runtime: Pick<Runtime, 'logs'>;
  operations: Operations;
  clock: Clock;
  /** engines/dora over the event log. */
  deliveryMetrics: (scope: DeliveryMetricsScope) => Promise<DeliveryMetrics>;
  /** formats/cdevents: the rows that have a CDEvents form, in that form. */
  cdEvents: (rows: readonly EventRow[]) => unknown[];
  goldenPaths: {
    list(): GoldenPath[];
    /** The files that `newService` would commit; throws PlatformError for a name or template that it would refuse. */
    preview(args: NewServiceArguments): { path: string; content: string }[];
  };
  /** Absent: the pages of infrastructure answer that there is none. */
  infrastructure?: InfrastructureReads;
  /** Absent: the page of cost answers that there is none. */
  cost?: CostReads;
  /** Absent: there are no findings and no states. */
  findings?: { store: Findings; states: TerraformStates; /** Undefined where the identity may accept findings of the team, else why not. */ mayAccept: (identity: Identity, namespace: string) => string | undefined };
  /** Identities.issueLoginCode, for `POST /login-links`; absent: there are none. */
  issueLoginCode?: (subject: string) => Promise<string>;
  about: { version: string; consoleUrl?: string; apiUrl?: string; gitUrl?: string; isolation?: string };
}

/** Answers true when it took the request. */
export type IdentifiedHandler = (request: IncomingMessage, response: ServerResponse, identity: Identity) => Promise<boolean>;

export interface ConsoleDependencies extends OperationsApiDependencies {
  identities: Identities;
  /** The object API's handler, for `/apis`, `/api`, `/openapi` and `/version` on the console's own origin. */
  objectApi: IdentifiedHandler;
  /** Folder of the built pages (`web/dist`). */
  webRoot: string;
  /** Origins (`https://roadbed.example.com`) under which people reach the console besides addresses and `localhost`. */
  publicOrigins?: readonly string[];
}

/** What every route of `/roadbed/v1` gets with its request. */
export interface AskedBy {
  Bindings: { identity: Identity };
}
