/** Traffic samples as the charts want them: one series a revision, one point a step, quantiles from merged histograms. Pure. */
import type { TrafficSample } from '../../domain/traffic.ts';
import { histogramQuantile, mergeHistograms } from '../../domain/histogram.ts';
import type { Pulse } from '../contract/shapes.ts';
import type { Traffic, TrafficPoint } from '../contract/rollout-page.ts';

export interface SeriesRoles {
  stable?: string | undefined;
  canary?: string | undefined;
}

/** `<service>.<environment>.<hash12>` is a revision of release `<service>-<hash12>`. */
export function releaseOfRevision(service: string, revision: string): string {
  return `${service}-${revision.slice(revision.lastIndexOf('.') + 1)}`;
}

/** The other way round. */
export function revisionOfRelease(service: string, environment: string, release: string): string {
  return `${service}.${environment}.${release.slice(service.length + 1)}`;
}

export interface SeriesWindow {
  /** Milliseconds since the epoch. */
  since: number;
  until: number;
  stepSeconds: number;
}

/** Every step of the window has a point in every series, so that a gap is a visible zero. */
export function trafficSeries(service: string, samples: readonly TrafficSample[], window: SeriesWindow, roles: SeriesRoles): Traffic {
  const step = window.stepSeconds * 1000;
  const first = Math.floor(window.since / step) * step;
  const count = Math.max(1, Math.ceil((window.until - first) / step));
  const byRevision = Map.groupBy(samples, (sample) => sample.revision);
  const series = [...byRevision].map(([revision, own]) => {
    const buckets = Map.groupBy(own, (sample) => Math.floor((Date.parse(sample.at) - first) / step));
    const points = Array.from({ length: count }, (_, index) => point(new Date(first + index * step).toISOString(), buckets.get(index) ?? []));
    const release = releaseOfRevision(service, revision);
    return { revision, release, role: role(release, roles), requests: total(own, 'requests'), errors: total(own, 'errors'), points };
  });
  const order = ['stable', 'canary', 'earlier'];
  series.sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || (a.revision < b.revision ? -1 : 1));
  return { since: new Date(first).toISOString(), until: new Date(window.until).toISOString(), stepSeconds: window.stepSeconds, series };
}

/** Last minute in numbers, last five in a spark line; undefined without samples. */
export function pulse(samples: readonly TrafficSample[], now: number): Pulse | undefined {
  if (samples.length === 0) return undefined;
  const minute = samples.filter((sample) => Date.parse(sample.at) >= now - 60_000);
  const requests = total(minute, 'requests');
  const spark = Array.from({ length: 30 }, () => 0);
  for (const sample of samples) {
    const cell = 29 - Math.floor((now - Date.parse(sample.at)) / 10_000);
    if (cell >= 0 && cell < 30) spark[cell] = (spark[cell] ?? 0) + sample.requests;
  }
  const p95 = quantile(minute.flatMap((sample) => sample.firstByte), 0.95);
  return { rate: requests / 60, ...(requests === 0 ? {} : { errorShare: total(minute, 'errors') / requests }), ...(p95 === undefined ? {} : { p95 }), spark };
}

function role(release: string, roles: SeriesRoles): 'stable' | 'canary' | 'earlier' {
  if (release === roles.canary) return 'canary';
  return release === roles.stable ? 'stable' : 'earlier';
}

function point(at: string, samples: readonly TrafficSample[]): TrafficPoint {
  const cells = samples.flatMap((sample) => sample.firstByte);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => quantile(cells, q));
  return {
    at,
    requests: total(samples, 'requests'),
    errors: total(samples, 'errors'),
    ...(p50 === undefined ? {} : { p50 }),
    ...(p95 === undefined ? {} : { p95 }),
    ...(p99 === undefined ? {} : { p99 }),
  };
}

function total(samples: readonly TrafficSample[], key: 'requests' | 'errors'): number {
  return samples.reduce((sum, sample) => sum + sample[key], 0);
}

/** Milliseconds; cells of several samples may repeat. */
function quantile(cells: [number, number][], q: number): number | undefined {
  const microseconds = histogramQuantile(mergeHistograms(cells), q);
  return microseconds === undefined ? undefined : Math.round(microseconds / 10) / 100;
}
