import { expect, test } from 'vitest';
import type { CheckStatus, Measurement, MetricCheck } from '../../domain/kinds/rollout.ts';
import { sentence, type SentenceInput } from './sentence.ts';

const SOURCE = { commit: '9f3ab12cafe0', subject: 'faster totals', author: { name: 'Ada Lovelace' } };
const SUCCESS: MetricCheck = { name: 'success', metric: 'successRate', min: 0.99, noData: 'wait', minSamples: 20 };

function check(definition: Partial<MetricCheck>, measurement: Partial<Measurement>, phase: CheckStatus['phase'] = 'Failed'): NonNullable<SentenceInput['check']> {
  const taken = { at: '2026-01-01T00:00:00Z', phase: phase as Measurement['phase'], query: 'q', samples: 240, ...measurement };
  const status: CheckStatus = { name: 'success', step: 0, phase, successful: 0, failed: 1, inconclusive: 0, error: 0, consecutiveSuccess: 0, consecutiveError: 0, startedAt: '', measurements: [taken] };
  return { definition: { ...SUCCESS, ...definition }, status };
}

function say(more: Partial<SentenceInput>): string {
  return sentence({ outcome: 'RolledBack', release: 'checkout-1a2b3c4d5e6f', ...more });
}

test('a rolled back release is told with number, limit, commit, author and affected users', () => {
  expect(say({ label: 'v2', source: SOURCE, affectedRequests: 14, check: check({}, { value: 1 - 0.118 }) })).toBe(
    'v2 (checkout-1a2b3c4d5e6f) was rolled back: 11.8 % of 240 requests failed, limit 1 %; commit 9f3ab12 "faster totals" by Ada Lovelace; 14 user requests affected',
  );
});

test.each<[string, Partial<SentenceInput>, string]>([
  ['a latency', { check: check({ metric: 'latency', quantile: 0.99, max: 500 }, { value: 812.4, samples: 1 }) }, 'was rolled back: p99 latency was 812 ms over 1 request, limit 500 ms'],
  ['a tail latency', { check: check({ metric: 'latency', quantile: 0.999, max: 500 }, { value: 1812.4, samples: 1240 }) }, 'was rolled back: p99.9 latency was 1812 ms over 1,240 requests, limit 500 ms'],
  ['a query', { check: check({ name: 'slower', metric: 'query', query: 'canary.p99 / stable.p99', max: 1.5 }, { value: 4.04 }) }, 'was rolled back: slower (canary.p99 / stable.p99) was 4 over 240 requests, limit 1.5'],
  ['no data', { check: check({}, { phase: 'NoData', message: 'no data: 3 of 20 samples; counts as failed' }) }, 'was rolled back: success: no data: 3 of 20 samples; counts as failed'],
  ['an error', { check: check({}, { phase: 'Error', message: 'query, column 2: unexpected' }, 'Error') }, 'was rolled back: success could not be measured: query, column 2: unexpected'],
  ['a deadline', { reason: 'it was not ready within 600 s' }, 'was rolled back: it was not ready within 600 s'],
  ['a person', { outcome: 'Aborted', reason: 'user:ada asked: wrong prices', affectedRequests: 1 }, 'was aborted: user:ada asked: wrong prices; 1 user request affected'],
  ['a promotion', { outcome: 'Promoted', affectedRequests: 3, check: check({}, { value: 0.99953, samples: 2140 }, 'Successful') }, 'was promoted: 99.953 % of 2,140 requests succeeded, limit 99 %'],
  ['a pause', { outcome: 'Paused', check: check({}, { phase: 'NoData', message: 'no data: 0 of 20 samples; counts as inconclusive' }, 'Inconclusive') }, 'waits for a decision: success: no data: 0 of 20 samples; counts as inconclusive'],
])('%s is told', (_what, more, expected) => {
  expect(say(more)).toBe(`checkout-1a2b3c4d5e6f ${expected}`);
});

test('other people\'s text cannot break the line or turn its direction, and is bounded', () => {
  const hostile = say({ source: { commit: 'abcdef0123', subject: `one\ntwo\u202e\u001b[31m${'x'.repeat(500)}`, author: { name: 'Eve\r\nAdmin' } } });
  expect(hostile).not.toMatch(/[\u0000-\u001f\u202e]/);
  expect(hostile.length).toBeLessThan(220);
});
