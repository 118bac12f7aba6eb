/**
 * What the month of the bill's last day will come to: what is billed, and the days ahead with a band.
 *
 * Forecast is usage only. Purchases, taxes and credits fall on days of their own and are counted when they are billed.
 * The last day of a bill is usually delivered in parts: unless it ends the month, it is forecast, too.
 */
import type { BillMeasure } from '../../domain/bill.ts';
import { Decimal } from '../../domain/money.ts';
import { groupCosts, type GroupWord } from '../../engines/bill-allocation/group.ts';
import { forecast, type ForecastDay } from '../../engines/bill-series/forecast.ts';
import { dailySeries, dayAfter, daysBetween, lastDayOfMonth } from '../../engines/bill-series/series.ts';
import { ownedCosts, type BillSource, type BillView, type OwnedCosts } from './costs.ts';

const HISTORY_DAYS = 70;

export interface MonthForecast {
  /** Of the grouping; `(all)` for everything. */
  name: string;
  currency: string;
  /** YYYY-MM. */
  month: string;
  /** Billed so far, exactly, to the day `through`. */
  actual: Decimal;
  through: string;
  /** `actual` and what is ahead; decimals rounded to two digits. */
  total: { verdict: 'forecast'; point: Decimal; low: Decimal; high: Decimal; confidence: number; history: number } | { verdict: 'noData'; reason: string };
  days: readonly ForecastDay[];
}

export interface ForecastQuestion {
  /** Undefined: everything in one. */
  by?: GroupWord;
  measure?: BillMeasure;
  /** Share of outcomes within the band; 0.8 by default. */
  confidence?: number;
  namespace?: string;
}

/** One for each group and currency, the largest first; empty where there is no bill. */
export async function monthForecasts(source: BillSource, view: BillView, question: ForecastQuestion = {}): Promise<MonthForecast[]> {
  const { by, measure = 'effective', confidence = 0.8, namespace } = question;
  const { lastDay } = await source.coverage(namespace);
  if (lastDay === undefined) return [];
  const end = lastDayOfMonth(lastDay);
  const through = lastDay === end ? lastDay : dayAfter(lastDay, -1);
  const month = lastDay.slice(0, 7);
  const range = { from: dayAfter(lastDay, -HISTORY_DAYS), to: lastDay, ...(namespace === undefined ? {} : { namespace }) };
  const words: GroupWord[] = by === undefined ? [] : [by];
  const usage = await ownedCosts(source, range, view, words, ['Usage']);
  const all = await ownedCosts(source, { ...range, from: `${month}-01` }, view, words);
  const daily = groupCosts(usage.costs, usage.buckets, by ?? 'team', { byDay: true }).map((cost) => ({ name: by === undefined ? '(all)' : cost.name, currency: cost.currency, day: cost.day ?? '', amount: cost.amounts[measure] }));
  const series = new Map(dailySeries(daily, through).map((one) => [`${one.name} ${one.currency}`, one]));
  return actuals(all, by, measure, through).map(({ name, currency, actual }) => {
    const one = series.get(`${name} ${currency}`);
    const ahead = daysBetween(through, end);
    const base = { name, currency, month, actual, through };
    if (ahead === 0) return { ...base, total: { verdict: 'forecast' as const, point: actual, low: actual, high: actual, confidence, history: 0 }, days: [] };
    const result = one === undefined ? ({ verdict: 'noData', reason: 'no usage was billed' } as const) : forecast(one, ahead, confidence);
    if (result.verdict === 'noData') return { ...base, total: result, days: [] };
    const sum = result.days.at(-1)?.sum ?? { point: 0, low: 0, high: 0 };
    const plus = (value: number): Decimal => actual.plus(Decimal.of(Math.round(value * 100) / 100) ?? Decimal.zero);
    return { ...base, total: { verdict: 'forecast' as const, point: plus(sum.point), low: plus(sum.low), high: plus(sum.high), confidence, history: result.history }, days: result.days };
  });
}

/** Of every group of the month, also of one that was charged behind `through` only: nothing, so far. */
function actuals(all: OwnedCosts, by: GroupWord | undefined, measure: BillMeasure, through: string): { name: string; currency: string; actual: Decimal }[] {
  const sums = new Map<string, { name: string; currency: string; actual: Decimal }>();
  for (const cost of groupCosts(all.costs, all.buckets, by ?? 'team', { byDay: true })) {
    const name = by === undefined ? '(all)' : cost.name;
    const sum = sums.get(`${name} ${cost.currency}`) ?? { name, currency: cost.currency, actual: Decimal.zero };
    sums.set(`${name} ${cost.currency}`, sum);
    if ((cost.day ?? '') <= through) sum.actual = sum.actual.plus(cost.amounts[measure]);
  }
  return [...sums.values()].sort((a, b) => b.actual.compare(a.actual) || (a.name < b.name ? -1 : 1));
}
