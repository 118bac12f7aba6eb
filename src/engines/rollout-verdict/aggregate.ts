/** Sums the edge's one-second samples of one revision over a window into the numbers that checks are made of. */
import type { TrafficSample } from '../../domain/traffic.ts';
import { addToHistogram, emptyHistogram, histogramCount, histogramQuantile, toSparse } from '../../domain/histogram.ts';
import type { AggregateName } from './query.ts';

export interface Window {
  /** Milliseconds since the epoch, inclusive. */
  from: number;
  /** Exclusive. */
  to: number;
}

export interface Aggregate {
  requests: number;
  errors: number;
  classes: [number, number, number, number, number];
  /** Requests whose latency is known; streams and tunnels have none. */
  timed: number;
  /** Requests a second over the window. */
  rate: number;
  /** Milliseconds to the first answer byte at `quantile` (0..1); undefined without requests. */
  latency(quantile: number): number | undefined;
}

const QUANTILES: Partial<Record<AggregateName, number>> = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 };

/** Samples whose second begins inside the window count; the rest, and other revisions, do not. */
export function aggregate(samples: readonly TrafficSample[], revision: string | undefined, window: Window): Aggregate {
  const cells = emptyHistogram();
  const sum = { requests: 0, errors: 0, classes: [0, 0, 0, 0, 0] as Aggregate['classes'] };
  for (const sample of samples) {
    const at = Date.parse(sample.at);
    if (sample.revision !== revision || !(at >= window.from && at < window.to)) continue;
    sum.requests += sample.requests;
    sum.errors += sample.errors;
    for (const index of [0, 1, 2, 3, 4] as const) sum.classes[index] += sample.classes[index];
    addToHistogram(cells, sample.firstByte);
  }
  const firstByte = toSparse(cells);
  return {
    ...sum,
    timed: histogramCount(firstByte),
    rate: window.to > window.from ? (sum.requests * 1_000) / (window.to - window.from) : 0,
    latency: (quantile) => {
      const micros = histogramQuantile(firstByte, quantile);
      return micros === undefined ? undefined : micros / 1_000;
    },
  };
}

/** One named aggregate; undefined where there is nothing to compute it from. */
export function named(numbers: Aggregate, name: AggregateName): number | undefined {
  const quantile = QUANTILES[name];
  if (quantile !== undefined) return numbers.latency(quantile);
  switch (name) {
    case 'requests':
    case 'errors':
    case 'rate':
      return numbers[name];
    case 'successRate':
      return numbers.requests === 0 ? undefined : 1 - errorShare(numbers);
    case 'errorRate':
      return numbers.requests === 0 ? undefined : errorShare(numbers);
    default:
      return numbers.classes[Number(name.charAt('class'.length)) - 1];
  }
}

/** Connect errors and resets can be counted beside an answer's class, so the share is kept within 0..1. */
function errorShare(numbers: Aggregate): number {
  return Math.min(1, numbers.errors / numbers.requests);
}
