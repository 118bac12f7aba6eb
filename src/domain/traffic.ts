/** What traffic did to one revision in one second: the sample that verdicts, charts and receipts are made of. */
export interface TrafficSample {
  service: string;
  environment: string;
  /** RevisionSpec.id. */
  revision: string;
  /** Start of the second, RFC 3339. */
  at: string;
  requests: number;
  /** By status class: 1xx..5xx. */
  classes: [number, number, number, number, number];
  /** What is the revision's fault: 5xx, requests that it refused, resets. */
  errors: number;
  /** Those of `requests` and `errors` that it refused and another revision answered: its fault, but no user saw it. Absent: none. */
  refused?: number;
  /** Sparse [cell, count] pairs, cells as in domain/histogram; time to the first answer byte. */
  firstByte: [number, number][];
}
