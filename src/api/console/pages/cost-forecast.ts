/** The forecast of daily costs in the words and amounts of the Cost page. */
import { Decimal } from '../../../domain/money.ts';
import { forecast } from '../../../engines/bill-series/forecast.ts';
import { dayAfter, daysBetween } from '../../../engines/bill-series/series.ts';
import type { CostForecast } from '../../contract/cost-page.ts';

const DIGITS = 6;

/**
 * From the day after the last one to `until` (not part of it).
 * @param days Whole days without holes, oldest first.
 */
export function costForecast(days: readonly { day: string; amount: string }[], currency: string, until: string): CostForecast {
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  if (first === undefined || last === undefined) return { state: 'noData', reason: 'there is no whole day yet' };
  const ahead = daysBetween(dayAfter(last, 1), until);
  if (ahead <= 0) return { state: 'noData', reason: 'nothing of the month is left' };
  const result = forecast({ name: '', currency, first, values: days.map(({ amount }) => Number(amount)) }, ahead);
  if (result.verdict === 'noData') return { state: 'noData', reason: result.reason };
  return {
    state: 'ready',
    days: result.days.map(({ day, point, low, high, sum }) => ({ day, value: text(point), low: text(low), high: text(high), sum: { value: text(sum.point), low: text(sum.low), high: text(sum.high) } })),
    method: `Forecast by weekday and trend from ${result.history} whole days; ${Math.round(result.confidence * 100)} % of outcomes should lie within the band.`,
  };
}

function text(value: number): string {
  return Decimal.parse(value.toFixed(DIGITS))?.toString() ?? '0';
}
