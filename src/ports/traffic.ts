/**
 * Where requests go: hosts, revisions, weights; and what became of them, as counters.
 *
 * Shaped so that the embedded edge, HAProxy's runtime API and Gateway API all fit: a whole table is
 * applied atomically, weights are relative, a weight of 0 means no new request.
 */
export interface RouteRevision {
  /** RevisionSpec.id. */
  revision: string;
  weight: number;
  endpoints: { host: string; port: number }[];
}

export interface Route {
  /** `<service>.<environment>.localhost` or a host from a `route`/`dns` resource; lower case, without port. */
  host: string;
  /** Longest prefix wins; `/` matches all. */
  pathPrefix: string;
  service: string;
  environment: string;
  revisions: RouteRevision[];
  /** Choose by hash of this cookie or header, so that a user stays on one revision. */
  sticky?: { kind: 'cookie' | 'header'; name: string };
}

/** A port of the loopback whose requests are for one host, whatever their Host line says: how services reach each other. */
export interface ServiceListener {
  port: number;
  /** Host of a route of the same table. */
  host: string;
}

export interface RouteTable {
  /** Rises by one with every table; the edge refuses an older one. */
  version: number;
  routes: Route[];
  listeners?: ServiceListener[];
}

/**
 * Cumulative counts since the edge started (`epoch`); a reader takes differences and starts anew when the epoch changes.
 * Latency cells: log-linear, 16 sub-buckets per power of two of microseconds, 512 cells, merged by addition.
 */
export interface RevisionCounters {
  service: string;
  environment: string;
  revision: string;
  /** host + path prefix. */
  route: string;
  requests: number;
  /** By status class: 1xx..5xx. */
  classes: [number, number, number, number, number];
  connectErrors: number;
  upstreamResets: number;
  clientAborts: number;
  retries: number;
  /** Requests that this revision did not accept and another one took (which counts them in `requests`); absent from edges that do not count them. */
  failedOver?: number;
  inFlight: number;
  bytesIn: number;
  bytesOut: number;
  /** Sparse: [cell, count] pairs, time to the first answer byte. */
  firstByte: [number, number][];
  total: [number, number][];
}

export interface TrafficCounters {
  epoch: string;
  at: string;
  /** Version of the table in force. */
  tableVersion: number;
  revisions: RevisionCounters[];
  refusals: Record<string, number>;
}

export interface Traffic {
  apply(table: RouteTable): Promise<void>;
  table(): Promise<RouteTable>;
  counters(): Promise<TrafficCounters>;
  /** Requests in flight on a revision; 0 when it is unknown. */
  inFlight(revision: string): Promise<number>;
}
