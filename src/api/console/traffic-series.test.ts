import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histogramCell } from '../../domain/histogram.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { pulse, releaseOfRevision, revisionOfRelease, trafficSeries } from './traffic-series.ts';

function sample(revision: string, second: number, requests: number, errors: number): TrafficSample {
  return { service: 'pay', environment: 'prod', revision, at: new Date(second * 1000).toISOString(), requests, classes: [0, requests - errors, 0, 0, errors], errors, firstByte: [[histogramCell(10_000), requests]] };
}

test('a revision and its release name each other', () => {
  expect(releaseOfRevision('pay', 'pay.prod.0123456789ab')).toBe('pay-0123456789ab');
  expect(revisionOfRelease('pay', 'prod', 'pay-0123456789ab')).toBe('pay.prod.0123456789ab');
});

test('roles are told apart, stable first, and a second without traffic is a visible zero', () => {
  const samples = [sample('pay.prod.b', 100, 4, 1), sample('pay.prod.a', 100, 16, 0), sample('pay.prod.a', 102, 16, 0)];
  const traffic = trafficSeries('pay', samples, { since: 100_000, until: 103_000, stepSeconds: 1 }, { stable: 'pay-a', canary: 'pay-b' });
  expect(traffic.series.map((series) => [series.role, series.requests, series.errors])).toEqual([['stable', 32, 0], ['canary', 4, 1]]);
  expect(traffic.series[0]?.points.map((point) => point.requests)).toEqual([16, 0, 16]);
  expect(traffic.series[0]?.points[1]?.p95).toBeUndefined();
  expect(traffic.series[0]?.points[0]?.p95).toBeGreaterThan(9);
});

test('no request is lost or counted twice, whatever the step', () => {
  const seconds = fc.array(fc.record({ second: fc.integer({ min: 1_000, max: 1_299 }), requests: fc.integer({ min: 0, max: 50 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 1, max: 20 }), (entries, stepSeconds) => {
      const samples = entries.map((entry) => sample('pay.prod.a', entry.second, entry.requests, 0));
      const traffic = trafficSeries('pay', samples, { since: 1_000_000, until: 1_300_000, stepSeconds }, {});
      const drawn = traffic.series.flatMap((series) => series.points).reduce((sum, point) => sum + point.requests, 0);
      expect(drawn).toBe(entries.reduce((sum, entry) => sum + entry.requests, 0));
    }),
  );
});

test('a pulse looks at the last minute, and is absent without samples', () => {
  expect(pulse([], 200_000)).toBeUndefined();
  const beat = pulse([sample('a', 30, 100, 50), sample('a', 170, 60, 6)], 200_000);
  expect(beat).toMatchObject({ rate: 1, errorShare: 0.1 });
  expect(beat?.spark.reduce((sum, value) => sum + value, 0)).toBe(160);
});
