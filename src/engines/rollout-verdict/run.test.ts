import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histogramCell } from '../../domain/histogram.ts';
import type { CheckStatus, MetricCheck } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { advanceRun, runPhase, type RunAdvance, type RunInput } from './run.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const CANARY = 'checkout.prod.bbbbbbbbbbbb';
const STABLE = 'checkout.prod.aaaaaaaaaaaa';
const SUCCESS: MetricCheck = { name: 'success', metric: 'successRate', min: 0.99, interval: '1s', count: 3, noData: 'wait', minSamples: 20 };
const LATENCY: MetricCheck = { name: 'latency', metric: 'latency', quantile: 0.99, max: 500, interval: '1s', count: 3, noData: 'inconclusive', minSamples: 20 };

function sample(second: number, revision: string, requests: number, errors: number, milliseconds = 20): TrafficSample {
  return {
    service: 'checkout', environment: 'prod', revision, at: new Date(START + second * 1_000).toISOString(),
    requests, classes: [0, requests - errors, 0, 0, errors], errors, firstByte: [[histogramCell(milliseconds * 1_000), requests]],
  };
}

function run(checks: MetricCheck[], samples: TrafficSample[], second: number, history: CheckStatus[] = [], more: Partial<RunInput> = {}): RunAdvance {
  const startedAt = new Date(START).toISOString();
  return advanceRun({ checks, step: 1, history, startedAt, attemptStartedAt: startedAt, samples, canary: CANARY, stable: STABLE, now: START + second * 1_000, ...more });
}

describe('success rate', () => {
  test('failures above the limit fail the run at once, with the evidence', () => {
    const advance = run([SUCCESS], [sample(0, CANARY, 120, 14), sample(1, CANARY, 120, 14), sample(1, STABLE, 900, 0)], 2);
    expect(advance).toMatchObject({ phase: 'Failed', done: true, decisive: { name: 'success', phase: 'Failed' } });
    const [taken] = advance.measured;
    expect(taken?.measurement).toMatchObject({ phase: 'Failed', samples: 240, at: '2026-01-01T00:00:02.000Z', query: `successRate of ${CANARY} from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:02.000Z` });
    expect(taken?.measurement.value).toBeCloseTo(212 / 240);
  });

  test('exactly on the limit passes', () => {
    expect(run([{ ...SUCCESS, count: 1 }], [sample(0, CANARY, 100, 1)], 1).phase).toBe('Successful');
  });

  test('three good measurements succeed', () => {
    let history: CheckStatus[] = [];
    for (const second of [1, 2, 3]) {
      const advance = run([SUCCESS], [0, 1, 2].map((at) => sample(at, CANARY, 30, 0)), second, history);
      history = advance.checks;
      expect(advance.phase).toBe(second === 3 ? 'Successful' : 'Running');
      expect(advance.nextMeasurementAt).toBe(second === 3 ? undefined : new Date(START + (second + 1) * 1_000).toISOString());
    }
  });

  test('samples of an earlier attempt with the same release do not count', () => {
    const advance = run([SUCCESS], [sample(-5, CANARY, 500, 500), sample(0, CANARY, 30, 0)], 1);
    expect(advance.measured[0]?.measurement).toMatchObject({ samples: 30, value: 1 });
  });

  test('samples outside the window do not count', () => {
    const advance = run([{ ...SUCCESS, window: '5s' }], [sample(0, CANARY, 500, 500), sample(8, CANARY, 30, 0)], 10);
    expect(advance.measured[0]?.measurement).toMatchObject({ samples: 30, value: 1 });
  });
});

describe('latency and queries', () => {
  test('a slow quantile fails', () => {
    const advance = run([LATENCY], [sample(0, CANARY, 98, 0), sample(0, CANARY, 10, 0, 900)], 1);
    expect(advance.phase).toBe('Failed');
    const value = advance.decisive?.measurements[0]?.value ?? 0;
    expect(value > 840 && value < 960).toBe(true);
  });

  test('a query compares the canary with the stable revision', () => {
    const query: MetricCheck = { name: 'slower', metric: 'query', query: 'canary.p99 / stable.p99', max: 1.5, noData: 'inconclusive', minSamples: 20 };
    const samples = [sample(0, CANARY, 40, 0, 80), sample(0, STABLE, 400, 0, 20)];
    const advance = run([query], samples, 1);
    expect(advance.decisive?.measurements[0]).toMatchObject({ phase: 'Failed', samples: 40, query: `canary.p99 / stable.p99 with canary=${CANARY}, stable=${STABLE} from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:01.000Z` });
    expect(advance.decisive?.measurements[0]?.value).toBeCloseTo(4, 0);
  });

  test('a query that cannot be read is an error and is tried again after 10 s', () => {
    const advance = run([{ name: 'broken', metric: 'query', query: 'canary.p99 /', max: 1, noData: 'fail', minSamples: 1 }], [sample(0, CANARY, 40, 0)], 1);
    expect(advance).toMatchObject({ phase: 'Running', done: false, nextMeasurementAt: '2026-01-01T00:00:11.000Z' });
    expect(advance.measured[0]?.measurement).toMatchObject({ phase: 'Error', message: 'query, column 13: the query ends where a value was expected' });
  });

  test('a ratio is as well founded as its poorer half', () => {
    const query: MetricCheck = { name: 'slower', metric: 'query', query: 'canary.p99 / stable.p99', max: 1.5, noData: 'fail', minSamples: 20 };
    expect(run([query], [sample(0, CANARY, 400, 0), sample(0, STABLE, 3, 0)], 1).decisive?.measurements[0]).toMatchObject({ phase: 'NoData', samples: 3 });
  });
});

describe('no data', () => {
  const few = [sample(0, CANARY, 3, 3)];
  test.each([
    ['fail', 'Failed', 'no data: 3 of 20 samples; counts as failed'],
    ['pass', 'Running', 'no data: 3 of 20 samples; counts as successful'],
    ['inconclusive', 'Inconclusive', 'no data: 3 of 20 samples; counts as inconclusive'],
    ['wait', 'Running', 'no data: 3 of 20 samples; waiting for more'],
  ] as const)('policy %s leads to %s, and says so', (noData, phase, message) => {
    const advance = run([{ ...SUCCESS, noData }], few, 1);
    expect(advance.phase).toBe(phase);
    expect(advance.measured[0]?.measurement).toMatchObject({ phase: 'NoData', samples: 3, message });
  });

  test('pass consumes count, wait does not', () => {
    for (const [noData, done] of [['pass', true], ['wait', false]] as const) {
      let history: CheckStatus[] = [];
      for (const second of [1, 2, 3]) history = run([{ ...SUCCESS, noData }], few, second, history).checks;
      expect(history[0]?.phase === 'Successful').toBe(done);
    }
  });

  test('no traffic at all is no data, also for a latency', () => {
    expect(run([LATENCY], [], 1).phase).toBe('Inconclusive');
  });
});

describe('several checks', () => {
  test('one bad check ends the run; the others are stopped', () => {
    const advance = run([SUCCESS, LATENCY], [sample(0, CANARY, 100, 50)], 1);
    expect(advance.checks.map((check) => check.phase)).toEqual(['Failed', 'Successful']);
    expect(advance.decisive?.name).toBe('success');
  });

  test('statuses of other steps are not touched or used', () => {
    const other = run([SUCCESS], [sample(0, CANARY, 100, 50)], 1, [], { step: 0 }).checks;
    expect(run([SUCCESS], [sample(0, CANARY, 100, 0)], 1, other).phase).toBe('Running');
  });

  test('a terminated run is successful unless a limit was violated', () => {
    expect(run([SUCCESS], [], 1, [], { terminate: true })).toMatchObject({ phase: 'Successful', done: true });
    const failed = run([SUCCESS], [sample(0, CANARY, 100, 50)], 1).checks;
    expect(run([SUCCESS], [], 2, failed, { terminate: true })).toMatchObject({ phase: 'Failed', done: true, decisive: { name: 'success' } });
  });

  test('a run without checks has judged nothing', () => {
    expect(run([], [], 1)).toMatchObject({ phase: 'Inconclusive', done: true });
  });

  test('the worst phase wins', () => {
    const order: CheckStatus['phase'][] = ['Successful', 'Running', 'Pending', 'Inconclusive', 'Error', 'Failed'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), (phases) => {
        const checks = phases.map((phase) => ({ phase }) as CheckStatus);
        return runPhase(checks) === order[Math.max(...phases.map((phase) => order.indexOf(phase)))];
      }),
    );
  });
});

describe('laws', () => {
  const traffic = fc.array(
    fc.record({ second: fc.nat(20), requests: fc.integer({ min: 1, max: 200 }), share: fc.double({ min: 0, max: 1, noNaN: true }), milliseconds: fc.integer({ min: 1, max: 2_000 }) }).map((one) => sample(one.second, CANARY, one.requests, Math.floor(one.requests * one.share), one.milliseconds)),
    { maxLength: 30 },
  );
  const steps = (checks: MetricCheck[], samples: TrafficSample[]): RunAdvance[] => {
    const advances: RunAdvance[] = [];
    for (let second = 1; second <= 20; second += 1) advances.push(run(checks, samples, second, advances.at(-1)?.checks ?? []));
    return advances;
  };

  test('the same now twice measures once and answers the same', () => {
    fc.assert(
      fc.property(traffic, fc.integer({ min: 1, max: 20 }), (samples, second) => {
        const first = run([SUCCESS, LATENCY], samples, second);
        const again = run([SUCCESS, LATENCY], samples, second, first.checks);
        expect(again.measured).toEqual([]);
        expect(again.checks).toEqual(first.checks);
        expect(again.phase).toBe(first.phase);
      }),
    );
  });

  test('a finished run stays finished with the same phase', () => {
    fc.assert(
      fc.property(traffic, (samples) => {
        const advances = steps([SUCCESS, LATENCY], samples);
        const end = advances.findIndex((advance) => advance.done);
        if (end >= 0) for (const later of advances.slice(end)) expect([later.done, later.phase]).toEqual([true, advances[end]?.phase]);
      }),
    );
  });

  test('a stricter limit never passes where a milder one fails', () => {
    fc.assert(
      fc.property(traffic, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (samples, a, b) => {
        const mild = steps([{ ...SUCCESS, min: Math.min(a, b) }], samples).at(-1);
        const strict = steps([{ ...SUCCESS, min: Math.max(a, b) }], samples).at(-1);
        if (mild?.phase === 'Failed') expect(strict?.phase).toBe('Failed');
        if (strict?.phase === 'Successful') expect(mild?.phase).toBe('Successful');
      }),
    );
  });
});
