/** The Cost page's numbers in sentences. Pure. */
import type { CostPage } from '../../../src/api/contract/cost-page.ts';
import { money, percent } from '../data/wording.ts';

/** `November 2026`, of `2026-11`. */
export function monthName(month: string): string {
  return new Date(`${month}-01T00:00:00Z`).toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** Days of the forecast that the picture has no amounts for. */
export function daysToCome(data: Pick<CostPage, 'forecast' | 'days'>): { day: string; value: string; low: string; high: string }[] {
  const last = data.days.at(-1) ?? '';
  return data.forecast.state === 'ready' ? data.forecast.days.filter(({ day }) => day > last) : [];
}

/** What the picture says: who costs most, and whether it is much of the whole. */
export function sentenceOf(data: Pick<CostPage, 'groups' | 'currency' | 'days'>): string {
  const sum = data.groups.reduce((total, group) => total + Number(group.total ?? 0), 0);
  const [largest] = data.groups;
  if (largest?.total === undefined || sum === 0) return `Nothing in the ${data.days.length} days shown.`;
  const whole = `${money(String(sum), data.currency)} in ${data.days.length} days`;
  return data.groups.length === 1 ? `${whole}, all of it ${largest.label}.` : `${whole}; ${largest.label} is ${percent(Number(largest.total) / sum)} of it.`;
}

/** `12.0 % more`, `as much`, against an amount before; undefined where there is nothing to compare with. */
export function changeWords(now: string | undefined, before: string | undefined): string | undefined {
  if (now === undefined || before === undefined || Number(before) === 0) return undefined;
  const share = Number(now) / Number(before) - 1;
  if (Math.abs(share) < 0.005) return 'as much';
  return `${percent(Math.abs(share))} ${share > 0 ? 'more' : 'less'}`;
}

/** What all of it costs a month at the rates of now; undefined where nothing of it has an amount. */
export function rateOf(groups: readonly { monthly?: string | undefined }[]): string | undefined {
  const known = groups.flatMap(({ monthly }) => (monthly === undefined ? [] : [Number(monthly)]));
  return known.length === 0 ? undefined : String(known.reduce((sum, one) => sum + one, 0));
}
