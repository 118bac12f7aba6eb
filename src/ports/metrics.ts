/** What traffic did, by revision and time: the numbers behind verdicts and charts. */
export interface TrafficSample {
  service: string;
  environment: string;
  revision: string;
  /** Start of the second, RFC 3339. */
  at: string;
  requests: number;
  classes: [number, number, number, number, number];
  /** Answers that a user saw as the service's fault: 5xx, connect errors, resets. */
  errors: number;
  /** Sparse [cell, count], cells as in ports/traffic. */
  firstByte: [number, number][];
}

export interface MetricsQuery {
  service: string;
  environment: string;
  revision?: string;
  since: string;
  until?: string;
}

export interface Metrics {
  /** One sample per revision and second that saw traffic, oldest first. */
  samples(query: MetricsQuery): Promise<TrafficSample[]>;
}
