/** A cost day by day, without gaps. Numbers here are for statistics; sums are made from decimals elsewhere. */
import type { Decimal } from '../../domain/money.ts';

const DAY_MS = 86_400_000;

export interface DailySeries {
  /** What it is of: a team, `payments / Elastic Compute`, a resource. */
  name: string;
  currency: string;
  /** YYYY-MM-DD of the first value. */
  first: string;
  /** One a day; a day without a charge is 0. */
  values: readonly number[];
}

export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from `from` to `to`, the last not counted. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** 0 for Sunday. */
export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

export function lastDayOfMonth(day: string): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** Series by name and currency, each from its first charge to `to`. */
export function dailySeries(costs: Iterable<{ name: string; currency: string; day: string; amount: Decimal }>, to: string): DailySeries[] {
  const byKey = new Map<string, { name: string; currency: string; days: Map<string, number> }>();
  for (const { name, currency, day, amount } of costs) {
    const key = JSON.stringify([name, currency]);
    const one = byKey.get(key) ?? { name, currency, days: new Map<string, number>() };
    byKey.set(key, one);
    one.days.set(day, (one.days.get(day) ?? 0) + amount.toNumber());
  }
  return [...byKey.values()].flatMap(({ name, currency, days }) => {
    const charged = [...days].filter(([day, value]) => value !== 0 && day <= to).map(([day]) => day).sort();
    const [first] = charged;
    if (first === undefined) return [];
    return [{ name, currency, first, values: Array.from({ length: daysBetween(first, to) + 1 }, (_, index) => days.get(dayAfter(first, index)) ?? 0) }];
  });
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
