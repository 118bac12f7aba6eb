/**
 * One measurement of one check: samples in, a value with its evidence out.
 *
 * Too few samples are never a verdict: the check's own `noData` policy says how the absence counts.
 */
import { parseDuration } from '../../domain/duration.ts';
import type { Measurement, MetricCheck } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { aggregate, named, type Aggregate, type Window } from './aggregate.ts';
import type { Counted, Measured } from './check.ts';
import { evaluateQuery, parseQuery, type Side } from './query.ts';

const DEFAULT_WINDOW_MS = 60_000;

export interface MeasureInput {
  check: MetricCheck;
  samples: readonly TrafficSample[];
  /** Revision ids; `stable` is absent on the first release of a service. */
  canary: string;
  stable: string | undefined;
  /** Samples before this time (milliseconds) belong to an earlier attempt and are left out. */
  notBefore: number;
  now: number;
}

type Reading = { value: number | undefined; samples: number; query: string; error?: string };

const COUNTED_AS = { fail: 'Failed', pass: 'Successful', inconclusive: 'Inconclusive', wait: 'Ignored' } as const satisfies Record<string, Counted>;
const POLICY_WORDS = { fail: 'counts as failed', pass: 'counts as successful', inconclusive: 'counts as inconclusive', wait: 'waiting for more' } as const;

export function measure(input: MeasureInput): Measured {
  const { check, now } = input;
  const reading = read(input);
  const evidence = { at: new Date(now).toISOString(), query: reading.query, samples: reading.samples };
  if (reading.error !== undefined) return { counted: 'Error', measurement: { ...evidence, phase: 'Error', message: reading.error } };
  if (reading.value === undefined || reading.samples < check.minSamples) return noData(check, evidence, reading);
  const counted: Counted = violated(check, reading.value) ? 'Failed' : 'Successful';
  return { counted, measurement: { ...evidence, phase: counted, value: reading.value } };
}

function violated(check: MetricCheck, value: number): boolean {
  return (check.min !== undefined && value < check.min) || (check.max !== undefined && value > check.max);
}

function noData(check: MetricCheck, evidence: Pick<Measurement, 'at' | 'query' | 'samples'>, reading: Reading): Measured {
  const what = reading.samples < check.minSamples ? `${reading.samples} of ${check.minSamples} samples` : 'no value (nothing to divide by, or no latencies)';
  const message = `no data: ${what}; ${POLICY_WORDS[check.noData]}`;
  return { counted: COUNTED_AS[check.noData], measurement: { ...evidence, phase: 'NoData', message, ...(reading.value === undefined ? {} : { value: reading.value }) } };
}

function read(input: MeasureInput): Reading {
  const { check, samples, now } = input;
  const length = parseDuration(check.window ?? '') ?? DEFAULT_WINDOW_MS;
  const window: Window = { from: Math.max(now - length, input.notBefore), to: now };
  const canary = aggregate(samples, input.canary, window);
  const over = `from ${new Date(window.from).toISOString()} to ${new Date(window.to).toISOString()}`;
  if (check.metric === 'query') return readQuery(input, canary, window, over);
  if (check.metric === 'successRate') {
    return { value: named(canary, 'successRate'), samples: canary.requests, query: `successRate of ${input.canary} ${over}` };
  }
  const quantile = check.quantile ?? 0.99;
  const percentile = Number((quantile * 100).toFixed(6));
  return { value: canary.latency(quantile), samples: canary.timed, query: `latency p${percentile} in ms of ${input.canary} ${over}` };
}

/** Samples of a query are the requests of the poorest revision that it names: a ratio is as good as its worse half. */
function readQuery(input: MeasureInput, canary: Aggregate, window: Window, over: string): Reading {
  const text = input.check.query ?? '';
  const parsed = parseQuery(text);
  const sent = `${text} with canary=${input.canary}, stable=${input.stable ?? 'none'} ${over}`;
  if (!parsed.ok) return { value: undefined, samples: 0, query: sent, error: `query, column ${parsed.column}: ${parsed.message}` };
  const stable = aggregate(input.samples, input.stable, window);
  const sideOf = (side: Side): Aggregate => (side === 'canary' ? canary : stable);
  const sides = parsed.sides.size === 0 ? ['canary' as const] : [...parsed.sides];
  return {
    value: evaluateQuery(parsed.expression, (side, name) => named(sideOf(side), name)),
    samples: Math.min(...sides.map((side) => sideOf(side).requests)),
    query: sent,
  };
}
