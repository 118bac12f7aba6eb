import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MetricCheck } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { affectedRequests } from './affected.ts';

const sample = (revision: string, classes: TrafficSample['classes'], more: Partial<TrafficSample> = {}): TrafficSample => {
  const requests = classes.reduce((sum, count) => sum + count, 0);
  return { service: 's', environment: 'prod', revision, at: '2026-01-01T00:00:00.000Z', requests, classes, errors: classes[4], firstByte: [[100, requests]], ...more };
};
const query = (text: string, bounds: Pick<MetricCheck, 'min' | 'max'>): MetricCheck => ({ name: 'q', metric: 'query', query: text, interval: '1s', noData: 'wait', minSamples: 1, ...bounds }) as MetricCheck;
const affected = (classes: TrafficSample['classes'], check?: MetricCheck): number => affectedRequests({ samples: [sample('canary', classes), sample('stable', [0, 1000, 0, 3, 0])], canary: 'canary', stable: 'stable', check }).errors;

test.each([
  ['a share of 4xx above a limit', query('100 * canary.class4xx / max(canary.requests, 1)', { max: 5 }), [0, 80, 0, 20, 0], 20],
  ['4xx beside 5xx: both are users', query('canary.class4xx', { max: 5 }), [0, 70, 0, 20, 10], 30],
  ['a share of good answers below a limit', query('canary.class2xx / canary.requests', { min: 0.99 }), [0, 80, 5, 10, 5], 20],
  ['only 4xx at all', query('canary.class4xx / canary.requests', { max: 0.1 }), [0, 0, 0, 40, 0], 40],
  ['compared with the stable revision', query('canary.class4xx / canary.requests - stable.class4xx / stable.requests', { max: 0.1 }), [0, 50, 0, 50, 0], 50],
  ['redirects where there should be none', query('canary.class3xx / canary.requests', { max: 0 }), [0, 50, 7, 3, 0], 7],
  ['a latency names no class', query('canary.p99', { max: 0.0001 }), [0, 50, 0, 30, 2], 2],
  ['errors only', query('canary.errorRate', { max: 0.01 }), [0, 50, 0, 30, 20], 20],
] as const)('%s', (_what, check, classes, count) => {
  expect(affected([...classes], check)).toBe(count);
});

test('without a query it is the errors, without those that another revision answered', () => {
  expect(affected([0, 50, 0, 30, 20])).toBe(20);
  const samples = [sample('canary', [0, 50, 0, 0, 10], { requests: 65, errors: 15, refused: 5 })];
  expect(affectedRequests({ samples, canary: 'canary', stable: undefined, check: undefined })).toEqual({ requests: 65, errors: 10 });
});

test('never fewer than the errors, never more than the requests', () => {
  const classes = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50));
  fc.assert(fc.property(classes, fc.constantFrom('canary.class4xx', 'canary.requests', 'canary.class2xx / canary.requests', 'canary.rate', 'canary.class4xx / canary.class2xx'), fc.constantFrom({ max: 0.2 }, { min: 0.8 }), (counts, text, bounds) => {
    const count = affected(counts, query(text, bounds));
    expect(count).toBeGreaterThanOrEqual(counts[4]);
    expect(count).toBeLessThanOrEqual(counts.reduce((sum, one) => sum + one, 0));
  }));
});
