import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckStatus, MetricCheck } from '../../domain/kinds/rollout.ts';
import { advanceCheck, isComplete, newCheck, stopCheck, type Counted } from './check.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const BASE: MetricCheck = { name: 'errors', metric: 'successRate', min: 0.99, interval: '1s', noData: 'inconclusive', minSamples: 1 };
const LETTERS: Record<string, Counted> = { s: 'Successful', f: 'Failed', i: 'Inconclusive', e: 'Error', w: 'Ignored' };

/** Feeds outcomes ("ssfe") to a check, each as soon as it is due; stops when the check is complete. */
function feed(limits: Partial<MetricCheck>, outcomes: string): { status: CheckStatus; taken: number } {
  const check = { ...BASE, ...limits };
  let status = newCheck(check, 0, new Date(START).toISOString());
  let now = START;
  let taken = 0;
  for (const letter of outcomes) {
    const counted = LETTERS[letter] as Counted;
    const advance = advanceCheck(check, status, now, () => ({
      counted,
      measurement: { at: new Date(now).toISOString(), phase: counted === 'Ignored' ? 'NoData' : counted, query: 'q', samples: 1, ...(counted === 'Ignored' ? { message: 'no data' } : {}) },
    }));
    if (advance.measured === undefined) break;
    taken += 1;
    status = advance.status;
    if (advance.nextMeasurementAt === undefined) break;
    now = Date.parse(advance.nextMeasurementAt);
  }
  return { status, taken };
}

test.each<[string, Partial<MetricCheck>, string, CheckStatus['phase']]>([
  ['one failure is over the default limit of 0', { count: 5 }, 'f', 'Failed'],
  ['failureLimit 3 bears three failures', { count: 5, failureLimit: 3 }, 'fff', 'Running'],
  ['failureLimit 3 needs the fourth (the code, not the documentation)', { count: 5, failureLimit: 3 }, 'ffff', 'Failed'],
  ['failures need not be in a row', { count: 9, failureLimit: 1 }, 'fssf', 'Failed'],
  ['failureLimit -1 disables it', { count: 3, failureLimit: -1, consecutiveSuccessLimit: 2 }, 'ff', 'Running'],
  ['one inconclusive is over the default limit of 0', { count: 5 }, 'i', 'Inconclusive'],
  ['inconclusiveLimit 1 needs the second', { count: 5, inconclusiveLimit: 1 }, 'isi', 'Inconclusive'],
  ['four errors in a row are borne', { count: 5 }, 'eeee', 'Running'],
  ['the fifth error in a row ends it', { count: 5 }, 'eeeee', 'Error'],
  ['a success between errors starts the row anew', { count: 5 }, 'eeeeseeee', 'Running'],
  ['a failure between errors starts the row anew', { count: 5, failureLimit: 3 }, 'eeeefeeee', 'Running'],
  ['errors never consume count', { count: 2 }, 'eesee', 'Running'],
  ['count is reached by what is not an error', { count: 2 }, 'eeses', 'Successful'],
  ['no count with an interval runs until it is stopped', {}, 'ssssssssss', 'Running'],
  ['count 0 is no count', { count: 0 }, 'sssss', 'Running'],
  ['enough successes in a row end it early', { count: 9, consecutiveSuccessLimit: 3 }, 'sss', 'Successful'],
  ['an error breaks the row of successes', { count: 9, consecutiveSuccessLimit: 3 }, 'sses', 'Running'],
  ['both limits apply and neither is hit at count: inconclusive', { count: 4, failureLimit: 2, consecutiveSuccessLimit: 2 }, 'sfsf', 'Inconclusive'],
  ['only the success limit applies and is not hit at count: failed', { count: 3, failureLimit: -1, consecutiveSuccessLimit: 2 }, 'sfs', 'Failed'],
  ['only the failure limit applies and is not hit at count: successful', { count: 3, failureLimit: 1 }, 'sfs', 'Successful'],
  ['waiting for data consumes nothing', { count: 1 }, 'wwwwwwwwwwwwwww', 'Running'],
  ['waiting ends with the first sample', { count: 1 }, 'wwws', 'Successful'],
  ['waiting does not forgive errors', { count: 1 }, 'eeweew', 'Running'],
  ['waiting between errors does not start the row anew', { count: 1 }, 'eewewee', 'Error'],
])('%s', (_rule, limits, outcomes, phase) => {
  const fed = feed(limits, outcomes);
  expect(fed.status.phase).toBe(phase);
});

test('a check without interval and count measures once', () => {
  const check: MetricCheck = { ...BASE };
  delete check.interval;
  const advance = advanceCheck(check, newCheck(check, 0, new Date(START).toISOString()), START, () => ({ counted: 'Successful', measurement: { at: new Date(START).toISOString(), phase: 'Successful', query: 'q', samples: 1 } }));
  expect(advance.status.phase).toBe('Successful');
  expect(advance.nextMeasurementAt).toBeUndefined();
});

describe('when it measures', () => {
  const once = (check: MetricCheck, status: CheckStatus, now: number, counted: Counted): ReturnType<typeof advanceCheck> =>
    advanceCheck(check, status, now, () => ({ counted, measurement: { at: new Date(now).toISOString(), phase: counted === 'Ignored' ? 'NoData' : counted, query: 'q', samples: 1 } }));
  const fresh = (check: MetricCheck): CheckStatus => newCheck(check, 0, new Date(START).toISOString());

  test('initialDelay counts from the start of the run', () => {
    const check = { ...BASE, initialDelay: '30s' };
    const early = once(check, fresh(check), START + 29_999, 'Successful');
    expect(early).toEqual({ status: fresh(check), nextMeasurementAt: '2026-01-01T00:00:30.000Z' });
    expect(once(check, fresh(check), START + 30_000, 'Successful').measured).toBeDefined();
  });

  test('the next measurement is one interval after the last', () => {
    const check = { ...BASE, interval: '5m' };
    expect(once(check, fresh(check), START, 'Successful').nextMeasurementAt).toBe('2026-01-01T00:05:00.000Z');
  });

  test('an error is tried again after 10 s, whatever the interval', () => {
    for (const interval of ['1s', '5m']) {
      const check = { ...BASE, interval };
      expect(once(check, fresh(check), START, 'Error').nextMeasurementAt).toBe('2026-01-01T00:00:10.000Z');
    }
  });

  test('a clock that went back does not silence a check', () => {
    const first = once(BASE, fresh(BASE), START, 'Successful');
    const back = once(BASE, first.status, START - 3_600_000, 'Successful');
    expect(back.measured).toBeDefined();
    expect(back.nextMeasurementAt).toBe('2025-12-31T23:00:01.000Z');
  });

  test('ten measurements are kept, and waiting pushes none of them out', () => {
    const { status } = feed({ count: 40, failureLimit: 9 }, `f${'s'.repeat(11)}`);
    expect(status.measurements).toHaveLength(10);
    expect(feed({ count: 3, failureLimit: 1 }, `f${'w'.repeat(30)}`).status.measurements.map((measurement) => measurement.phase)).toEqual(['Failed', 'NoData']);
  });
});

test('a stopped check is successful unless a limit was violated before', () => {
  expect(stopCheck(feed({ count: 5 }, 'ss').status, START).phase).toBe('Successful');
  expect(stopCheck(feed({ count: 5 }, '').status, START).phase).toBe('Successful');
  expect(stopCheck(feed({ count: 5 }, 'f').status, START).phase).toBe('Failed');
});

describe('laws', () => {
  const outcomes = fc.array(fc.constantFrom(...'sfiew'), { maxLength: 60 }).map((letters) => letters.join(''));
  const limits = fc.record({ count: fc.nat(12), failureLimit: fc.integer({ min: 0, max: 5 }), inconclusiveLimit: fc.nat(5), consecutiveErrorLimit: fc.nat(5), consecutiveSuccessLimit: fc.nat(4) });
  const letters = (text: string, which: string): number => [...text].filter((letter) => letter === which).length;

  test('counters are what was fed, and errors and waiting never consume count', () => {
    fc.assert(
      fc.property(limits, outcomes, (limit, text) => {
        const { status, taken } = feed(limit, text);
        const used = text.slice(0, taken);
        expect([status.successful, status.failed, status.inconclusive, status.error]).toEqual(['s', 'f', 'i', 'e'].map((letter) => letters(used, letter)));
        if (limit.count > 0) expect(status.successful + status.failed + status.inconclusive).toBeLessThanOrEqual(limit.count);
      }),
    );
  });

  test('a higher failure limit never fails earlier', () => {
    fc.assert(
      fc.property(limits, outcomes, (limit, text) => {
        const strict = feed(limit, text);
        const mild = feed({ ...limit, failureLimit: limit.failureLimit + 1 }, text);
        if (mild.status.phase === 'Failed' && limit.consecutiveSuccessLimit === 0) expect(strict.status.phase).toBe('Failed');
        if (mild.status.phase === 'Failed') expect(strict.taken).toBeLessThanOrEqual(mild.taken);
      }),
    );
  });

  test('a complete check stays as it is, and the same now measures once', () => {
    fc.assert(
      fc.property(limits, outcomes, fc.nat(100_000), (limit, text, later) => {
        const check = { ...BASE, ...limit };
        const { status } = feed(limit, text);
        const last = status.measurements.at(-1);
        const unexpected = (): never => {
          throw new Error('measured a second time');
        };
        if (isComplete(status)) expect(advanceCheck(check, status, START + later, unexpected).status).toBe(status);
        else if (last !== undefined) expect(advanceCheck(check, status, Date.parse(last.at), unexpected).status).toBe(status);
      }),
    );
  });
});
