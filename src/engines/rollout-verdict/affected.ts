/**
 * How many requests of users the bad revision failed: what the decisive check itself calls a failure, and every error.
 *
 * An error (5xx, a reset) is a failure whatever was measured. A custom query may mean others, 4xx for instance, and
 * says so only by its arithmetic: answers of a class are failures by its definition when the value would have stood
 * further from the limit it broke had they not been given. A query of latencies names no class and adds none.
 */
import type { MetricCheck } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { aggregate, named, type Aggregate, type Window } from './aggregate.ts';
import { evaluateQuery, parseQuery, type Expression } from './query.ts';

export interface AffectedInput {
  samples: readonly TrafficSample[];
  /** Revision ids. */
  canary: string | undefined;
  stable: string | undefined;
  /** The check that decided; absent when a person or the program's end did. */
  check: MetricCheck | undefined;
}

const ALWAYS: Window = { from: -Infinity, to: Infinity };
/** 1xx to 4xx; what answers 5xx is an error anyway. */
const CLASSES = [0, 1, 2, 3] as const;

/** Requests that the canary received over all samples, and those of them that failed users: what another revision answered in its place did not. */
export function affectedRequests({ samples, canary, stable, check }: AffectedInput): { requests: number; errors: number } {
  const own = aggregate(samples, canary, ALWAYS);
  const refused = samples.reduce((sum, sample) => sum + (sample.revision === canary ? (sample.refused ?? 0) : 0), 0);
  const seen = own.errors - refused;
  const parsed = check?.metric === 'query' ? parseQuery(check.query ?? '') : undefined;
  if (check === undefined || parsed === undefined || !parsed.ok) return { requests: own.requests, errors: seen };
  const more = failingClasses(parsed.expression, check, own, aggregate(samples, stable, ALWAYS)).reduce<number>((sum, index) => sum + own.classes[index], 0);
  return { requests: own.requests, errors: Math.min(Math.max(seen, own.requests - refused), seen + more) };
}

function failingClasses(expression: Expression, check: MetricCheck, canary: Aggregate, stable: Aggregate): (typeof CLASSES)[number][] {
  const valueWith = (numbers: Aggregate): number | undefined => evaluateQuery(expression, (side, name) => named(side === 'canary' ? numbers : stable, name));
  const value = valueWith(canary);
  if (value === undefined) return [];
  const tooHigh = check.max !== undefined && value > check.max;
  const tooLow = check.min !== undefined && value < check.min;
  if (!tooHigh && !tooLow) return [];
  return CLASSES.filter((index) => {
    const count = canary.classes[index];
    if (count === 0) return false;
    const without = valueWith(withoutClass(canary, index));
    // Nothing is left to compute it from: every answer was of this class, and the check failed.
    if (without === undefined) return true;
    return tooHigh ? without < value : without > value;
  });
}

function withoutClass(numbers: Aggregate, index: (typeof CLASSES)[number]): Aggregate {
  const classes: Aggregate['classes'] = [...numbers.classes];
  classes[index] = 0;
  const requests = numbers.requests - numbers.classes[index];
  return { ...numbers, classes, requests, rate: numbers.requests === 0 ? 0 : (numbers.rate * requests) / numbers.requests };
}
