import { expect, test } from 'vitest';
import type { MetricCheck } from '../../domain/kinds/rollout.ts';
import { validateChecks, validateStrategy } from './validate.ts';

const GOOD: MetricCheck = { name: 'success', metric: 'successRate', min: 0.99, interval: '10s', count: 5, noData: 'wait', minSamples: 20 };
const without = (key: keyof MetricCheck): MetricCheck => {
  const rest = { ...GOOD };
  delete rest[key];
  return rest;
};

test('a complete check is accepted', () => {
  expect(validateChecks([GOOD, { ...GOOD, name: 'slow', metric: 'latency', quantile: 0.5, max: 100 }], 'checks')).toEqual([]);
});

test.each<[string, MetricCheck, string, RegExp]>([
  ['noData is mandatory', without('noData'), 'noData', /say what no data means/],
  ['noData is one of four', { ...GOOD, noData: 'maybe' as never }, 'noData', /none of/],
  ['minSamples is mandatory', without('minSamples'), 'minSamples', /how many/],
  ['minSamples is at least 1', { ...GOOD, minSamples: 0 }, 'minSamples', /at least 1/],
  ['a check has a limit', without('min'), 'min', /can never fail/],
  ['min is not above max', { ...GOOD, min: 0.9, max: 0.5 }, 'min', /nothing can pass/],
  ['a success rate is a share', { ...GOOD, min: 99 }, 'min', /0.99 for 99 %/],
  ['a latency has a quantile', { ...GOOD, metric: 'latency', max: 5 }, 'quantile', /needs a quantile/],
  ['a quantile lies between 0 and 1', { ...GOOD, metric: 'latency', quantile: 99, max: 5 }, 'quantile', /between 0 and 1/],
  ['a query metric has a query', { ...GOOD, metric: 'query' }, 'query', /needs a query/],
  ['a query can be read', { ...GOOD, metric: 'query', query: 'canary.p98' }, 'query', /column 1: unknown aggregate/],
  ['count reaches the limits', { ...GOOD, count: 4, failureLimit: 3, consecutiveSuccessLimit: 2 }, 'count', /failureLimit \+ consecutiveSuccessLimit \(5\)/],
  ['more than one measurement needs an interval', without('interval'), 'interval', /needs an interval/],
  ['not both limits are disabled', { ...GOOD, failureLimit: -1 }, 'failureLimit', /both disabled/],
  ['limits are whole numbers', { ...GOOD, failureLimit: 1.5 }, 'failureLimit', /whole number/],
  ['a duration is a duration', { ...GOOD, window: '5 minutes' }, 'window', /not a duration/],
  ['an interval is not nothing', { ...GOOD, interval: '0s' }, 'interval', /longer than 0/],
])('%s', (_rule, check, field, message) => {
  expect(validateChecks([check], 'spec.checks')).toEqual([{ field: `spec.checks[0].${field}`, reason: expect.any(String), message: expect.stringMatching(message) }]);
});

test('names are unique and there is at least one check', () => {
  expect(validateChecks([GOOD, GOOD], 'checks')).toMatchObject([{ field: 'checks[1].name', reason: 'FieldValueDuplicate' }]);
  expect(validateChecks([], 'checks')).toMatchObject([{ field: 'checks', reason: 'FieldValueRequired' }]);
});

test.each<[string, Parameters<typeof validateStrategy>[0], string, RegExp]>([
  ['a step is one thing', { steps: [{ setWeight: 1, pause: {} } as never] }, 's.steps[0]', /one of/],
  ['a step is something', { steps: [{} as never] }, 's.steps[0]', /one of/],
  ['a pause has a duration that can be waited for', { steps: [{ pause: { duration: 'soon' } }] }, 's.steps[0].pause.duration', /not a duration/],
  ['checks of a step are checked', { steps: [{ analysis: { checks: [without('min')] } }] }, 's.steps[0].analysis.checks[0].min', /never fail/],
  ['checks beside the steps are checked', { steps: [{ setWeight: 1 }], background: { startingStep: 0, checks: [] } }, 's.background.checks', /at least one/],
  ['checks beside the steps must be able to begin', { steps: [{ setWeight: 1 }], background: { startingStep: 1, checks: [GOOD] } }, 's.background.startingStep', /never run/],
])('%s', (_rule, strategy, field, message) => {
  expect(validateStrategy(strategy, 's')).toEqual([{ field, reason: expect.any(String), message: expect.stringMatching(message) }]);
});
