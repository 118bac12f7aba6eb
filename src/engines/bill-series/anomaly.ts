/**
 * Days on which something cost much more, or much less, than such a day does.
 *
 * What is expected of a day is the median of the same weekday over eight weeks, moved by the median of how far the last
 * seven days lay off theirs, so that growth is no anomaly and a new level is one only while it is new. How far off is
 * unusual is measured by the errors that this very expectation made before: the width of the normal distribution that has
 * their median or, where that is wider, their ninth decile. Neither is moved by the few anomalies of the past. A day is an anomaly when it is four widths
 * off, and by an amount and a share that are worth a look. With fewer than three weeks there is no verdict, because a
 * Saturday cannot be told from a saving.
 */
import { dayAfter, median, weekday, type DailySeries } from './series.ts';

const LOOK_BACK = 56;
const WEEK = 7;
const FEWEST_DAYS = 21;
const NORMAL_WIDTH = 1.4826;
const NINTH_DECILE = 1.645;
/** A series without any noise is still not exact to the cent. */
const LEAST_WIDTH = 0.02;

export interface AnomalyOptions {
  /** In the series' currency a day: less is not worth a look. Default 10. */
  minimum?: number;
  /** Widths. Default 4. */
  threshold?: number;
  /** Of what is expected. Default 0.2. */
  share?: number;
  /** First day that is judged, YYYY-MM-DD; earlier ones are history only. */
  from?: string;
  /** Days after it may still grow: they can rise, but are no drop yet. */
  settled?: string;
}

export interface CostAnomaly {
  name: string;
  currency: string;
  kind: 'rise' | 'drop';
  /** First and last day, YYYY-MM-DD. */
  from: string;
  to: string;
  /** Sums over these days. */
  actual: number;
  expected: number;
  /** Largest of the days, in widths. */
  score: number;
  /** Days of history before the first. */
  history: number;
}

export type AnomalyResult = { verdict: 'judged'; judgedDays: number; anomalies: CostAnomaly[] } | { verdict: 'noData'; reason: string };

/** Days next to each other are one anomaly. */
export function findAnomalies(series: DailySeries, options: AnomalyOptions = {}): AnomalyResult {
  const { values, first } = series;
  const anomalies: CostAnomaly[] = [];
  let judgedDays = 0;
  for (let at = FEWEST_DAYS; at < values.length; at += 1) {
    const day = dayAfter(first, at);
    if (options.from !== undefined && day < options.from) continue;
    judgedDays += 1;
    const found = judge(series, at, day, options);
    if (found === undefined) continue;
    const last = anomalies.at(-1);
    if (last !== undefined && last.kind === found.kind && last.to === dayAfter(day, -1)) {
      Object.assign(last, { to: day, actual: last.actual + found.actual, expected: last.expected + found.expected, score: Math.max(last.score, found.score) });
    } else anomalies.push(found);
  }
  if (judgedDays === 0) return { verdict: 'noData', reason: `${values.length} days of cost; ${FEWEST_DAYS} must lie before the first that is judged` };
  return { verdict: 'judged', judgedDays, anomalies };
}

function judge({ name, currency, values, first }: DailySeries, at: number, day: string, options: AnomalyOptions): CostAnomaly | undefined {
  const { minimum = 10, threshold = 4, share = 0.2, settled } = options;
  const history = values.slice(Math.max(0, at - LOOK_BACK), at);
  const actual = values[at] ?? 0;
  const { expected, width } = expectation(history, weekday(dayAfter(first, at - history.length)), weekday(day));
  const difference = actual - expected;
  if (difference < 0 && settled !== undefined && day > settled) return undefined;
  const score = Math.abs(difference) / Math.max(width, LEAST_WIDTH * Math.abs(expected), minimum / 100);
  if (Math.abs(difference) < minimum || Math.abs(difference) < share * Math.abs(expected) || score < threshold) return undefined;
  return { name, currency, kind: difference > 0 ? 'rise' : 'drop', from: day, to: day, actual, expected, score, history: history.length };
}

/** `firstWeekday`: of the first value of the history. */
function expectation(history: readonly number[], firstWeekday: number, ofWeekday: number): { expected: number; width: number } {
  const byWeekday = Array.from({ length: WEEK }, (_, day) => median(history.filter((__, index) => (firstWeekday + index) % WEEK === day)));
  const off = history.map((value, index) => value - (byWeekday[(firstWeekday + index) % WEEK] ?? 0));
  const errors = off.slice(WEEK).map((value, index) => Math.abs(value - median(off.slice(index, index + WEEK))));
  // A median of three weeks lies close to each of them: the fewer they are, the more these errors flatter.
  const flattery = 1 + (2 * WEEK) / history.length;
  return { expected: (byWeekday[ofWeekday] ?? 0) + median(off.slice(-WEEK)), width: flattery * Math.max(NORMAL_WIDTH * median(errors), ninthDecile(errors) / NINTH_DECILE) };
}

function ninthDecile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? 0;
}
