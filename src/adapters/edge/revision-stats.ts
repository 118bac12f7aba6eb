/**
 * What one worker counts for one (service, environment, revision, route): numbers in typed arrays, no object per request.
 *
 * A worker holds what happened since its last report; reports are added up in the primary, which
 * outlives workers. `requests` and the status class are counted together, when the head of the final
 * answer goes to the client (the edge's own 502 and 504 count as 5xx of the revision). A client that
 * goes away before that is a client abort and no request. `upstreamResets` are answers cut after
 * their head: a failure that its status class does not show. `failedOver` are requests that no process of
 * the revision accepted and that another revision took: the other one counts them as requests.
 */
import { addToHistogram, emptyHistogram, histogramCell, toSparse } from '../../domain/histogram.ts';
import type { RevisionCounters } from '../../ports/traffic.ts';

export const COUNT = {
  requests: 0,
  /** Five status classes follow: 1xx is at `classes`. */
  classes: 1,
  connectErrors: 6,
  upstreamResets: 7,
  clientAborts: 8,
  retries: 9,
  bytesIn: 10,
  bytesOut: 11,
  failedOver: 12,
} as const;
const COUNTS = 13;

export interface StatsKey {
  service: string;
  environment: string;
  revision: string;
  route: string;
}

/** Counts since the last report, and the requests in flight now. */
export interface StatsReport extends StatsKey {
  counts: number[];
  firstByte: [number, number][];
  total: [number, number][];
  inFlight: number;
}

export function statsName(key: StatsKey): string {
  return `${key.service}\n${key.environment}\n${key.revision}\n${key.route}`;
}

export class RevisionStats {
  readonly key: StatsKey;
  readonly counts = new Float64Array(COUNTS);
  readonly firstByte = emptyHistogram();
  readonly total = emptyHistogram();
  inFlight = 0;
  #reportedInFlight = 0;

  constructor(key: StatsKey) {
    this.key = key;
  }

  add(count: number, amount: number): void {
    this.counts[count] = (this.counts[count] ?? 0) + amount;
  }

  answered(status: number): void {
    this.add(COUNT.requests, 1);
    this.add(COUNT.classes + ((status / 100) | 0) - 1, 1);
  }

  tookFirstByte(microseconds: number): void {
    const cell = histogramCell(microseconds);
    this.firstByte[cell] = (this.firstByte[cell] ?? 0) + 1;
  }

  tookTotal(microseconds: number): void {
    const cell = histogramCell(microseconds);
    this.total[cell] = (this.total[cell] ?? 0) + 1;
  }

  /** The counts since the last report, or undefined when nothing moved; sets them back to zero. */
  report(): StatsReport | undefined {
    const idle = this.inFlight === this.#reportedInFlight && this.counts.every((count) => count === 0);
    if (idle) return undefined;
    const report = { ...this.key, counts: [...this.counts], firstByte: toSparse(this.firstByte), total: toSparse(this.total), inFlight: this.inFlight };
    this.#reportedInFlight = this.inFlight;
    this.counts.fill(0);
    this.firstByte.fill(0);
    this.total.fill(0);
    return report;
  }
}

/** The sum of all reports for one key; in-flight is kept for each worker, because a dead one takes its requests along. */
export class RevisionTotals {
  readonly key: StatsKey;
  readonly #counts = new Float64Array(COUNTS);
  readonly #firstByte = emptyHistogram();
  readonly #total = emptyHistogram();
  readonly #inFlight = new Map<number, number>();

  constructor(key: StatsKey) {
    this.key = key;
  }

  add(worker: number, report: StatsReport): void {
    for (let index = 0; index < COUNTS; index += 1) this.#counts[index] = (this.#counts[index] ?? 0) + (report.counts[index] ?? 0);
    addToHistogram(this.#firstByte, report.firstByte);
    addToHistogram(this.#total, report.total);
    this.#inFlight.set(worker, report.inFlight);
  }

  forget(worker: number): void {
    this.#inFlight.delete(worker);
  }

  get inFlight(): number {
    return [...this.#inFlight.values()].reduce((sum, count) => sum + count, 0);
  }

  counters(): RevisionCounters {
    const count = (index: number): number => this.#counts[index] ?? 0;
    return {
      ...this.key,
      requests: count(COUNT.requests),
      classes: [count(COUNT.classes), count(COUNT.classes + 1), count(COUNT.classes + 2), count(COUNT.classes + 3), count(COUNT.classes + 4)],
      connectErrors: count(COUNT.connectErrors),
      upstreamResets: count(COUNT.upstreamResets),
      clientAborts: count(COUNT.clientAborts),
      retries: count(COUNT.retries),
      failedOver: count(COUNT.failedOver),
      inFlight: this.inFlight,
      bytesIn: count(COUNT.bytesIn),
      bytesOut: count(COUNT.bytesOut),
      firstByte: toSparse(this.#firstByte),
      total: toSparse(this.#total),
    };
  }
}
