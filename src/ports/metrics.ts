/** What traffic did, by revision and time: the numbers behind verdicts and charts. */
import type { TrafficSample } from '../domain/traffic.ts';

export type { TrafficSample };

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
