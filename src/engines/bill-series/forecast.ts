/**
 * What a cost will be until the end of a month, with a band.
 *
 * The last eight weeks are taken for a level for each weekday and one trend (least squares); days far off, as anomalies
 * are, are moved to the edge of what is usual before the fit is made again. The band is the prediction interval of that
 * fit for the sum of the days ahead: it grows with their number and with how little is known of the trend. Errors of
 * neighbouring days that go together (an idle cluster is idle for days) widen it by (1 + r) / (1 - r). Three weeks of
 * history are the least; below, there is no forecast.
 */
import { dayAfter, median, weekday, type DailySeries } from './series.ts';
import { inverse, product, studentQuantile } from './least-squares.ts';

const LOOK_BACK = 56;
export const FEWEST_FORECAST_DAYS = 21;
const FAR_OFF = 4;
const NORMAL_WIDTH = 1.4826;
const MOST_CORRELATED = 0.8;

export interface ForecastDay {
  day: string;
  point: number;
  low: number;
  high: number;
  /** Sums from the first forecast day to this one. */
  sum: { point: number; low: number; high: number };
}

export type Forecast = { verdict: 'forecast'; days: ForecastDay[]; /** Of history that the fit rests on. */ history: number; confidence: number } | { verdict: 'noData'; reason: string };

/** `days` days behind the last of the series; `confidence` is the share of outcomes that should lie within the band, 0.8 by default. */
export function forecast(series: DailySeries, days: number, confidence = 0.8): Forecast {
  const values = series.values.slice(-LOOK_BACK);
  if (values.length < FEWEST_FORECAST_DAYS) return { verdict: 'noData', reason: `${values.length} days of cost; a forecast needs ${FEWEST_FORECAST_DAYS}` };
  const first = dayAfter(series.first, series.values.length - values.length);
  const rows = values.map((_, index) => regressors(dayAfter(first, index), index, values.length));
  const fitted = fit(rows, values);
  const mayBeNegative = values.some((value) => value < 0);
  const quantile = studentQuantile(0.5 + confidence / 2, fitted.degrees);
  const result: ForecastDay[] = [];
  const sum = { at: new Array<number>(8).fill(0), point: 0, half: 0 };
  for (let ahead = 1; ahead <= days; ahead += 1) {
    const day = dayAfter(first, values.length - 1 + ahead);
    const at = regressors(day, values.length - 1 + ahead, values.length);
    const level = product(at, fitted.coefficients);
    const point = mayBeNegative ? level : Math.max(0, level);
    sum.at = sum.at.map((value, index) => value + (at[index] ?? 0));
    sum.point += point;
    // Never narrower than for a day less, whatever the shape of the month.
    sum.half = Math.max(sum.half, quantile * fitted.sigma * Math.sqrt(fitted.inflation * (ahead + spread(sum.at, fitted.covariance))));
    const half = quantile * fitted.sigma * Math.sqrt(1 + spread(at, fitted.covariance));
    const floor = (value: number): number => (mayBeNegative ? value : Math.max(0, value));
    result.push({ day, point, low: floor(point - half), high: point + half, sum: { point: sum.point, low: floor(sum.point - sum.half), high: sum.point + sum.half } });
  }
  return { verdict: 'forecast', days: result, history: values.length, confidence };
}

/** One column a weekday, one for the trend, centred so that the numbers stay small. */
function regressors(day: string, index: number, length: number): number[] {
  const row = new Array<number>(8).fill(0);
  row[weekday(day)] = 1;
  row[7] = (index - length / 2) / length;
  return row;
}

interface Fit {
  coefficients: number[];
  /** Inverse of the normal equations. */
  covariance: number[][];
  sigma: number;
  degrees: number;
  inflation: number;
}

function fit(rows: readonly number[][], values: readonly number[]): Fit {
  const covariance = inverse(rows[0]?.map((_, a) => (rows[0] ?? []).map((__, b) => rows.reduce((sum, row) => sum + (row[a] ?? 0) * (row[b] ?? 0), 0))) ?? []);
  const solve = (ys: readonly number[]): number[] => covariance.map((row) => row.reduce((sum, weight, b) => sum + weight * rows.reduce((total, at, index) => total + (at[b] ?? 0) * (ys[index] ?? 0), 0), 0));
  const firstGuess = solve(values);
  const errors = values.map((value, index) => value - product(rows[index] ?? [], firstGuess));
  const edge = FAR_OFF * NORMAL_WIDTH * median(errors.map(Math.abs));
  const usual = values.map((value, index) => value - (errors[index] ?? 0) + Math.max(-edge, Math.min(edge, errors[index] ?? 0)));
  const coefficients = solve(usual);
  const left = usual.map((value, index) => value - product(rows[index] ?? [], coefficients));
  const degrees = values.length - 8;
  const squares = left.reduce((sum, value) => sum + value * value, 0);
  const neighbours = left.slice(1).reduce((sum, value, index) => sum + value * (left[index] ?? 0), 0);
  const measured = squares === 0 ? 0 : neighbours / squares;
  // A fit to few days hides part of it (Kendall's correction).
  const correlation = Math.max(0, Math.min(MOST_CORRELATED, measured + (1 + 4 * measured) / values.length));
  return { coefficients, covariance, sigma: Math.sqrt(squares / degrees), degrees, inflation: (1 + correlation) / (1 - correlation) };
}

function spread(at: readonly number[], covariance: readonly number[][]): number {
  return Math.max(0, product(at, covariance.map((row) => product(row, at))));
}
