/**
 * What was estimated against what was billed, and where the difference comes from.
 *
 * An estimate is a month at list prices; a bill covers some days at prices with discounts. So the difference is told in
 * parts that sum to it exactly:
 *
 *     actual - estimate = days + usage + discount
 *
 * days: the estimate for the days that were charged less the whole; usage: what the list cost of the charges is above the
 * estimate for these days (more hours, sizes, transfers; prices of another date); discount: what was paid below list.
 */
import { Decimal } from '../../domain/money.ts';

export interface EstimatedCost {
  /** Address of the resource, or name of the team. */
  name: string;
  /** A month, at list prices; undefined where the estimate does not know it. */
  monthly: Decimal | undefined;
}

export interface ActualCost {
  name: string;
  effective: Decimal;
  list: Decimal;
  /** Days of the month on which it was charged. */
  days: number;
}

export interface CostVariance {
  name: string;
  estimate: Decimal | undefined;
  actual: Decimal | undefined;
  /** Undefined where one of both is unknown. */
  difference?: Decimal;
  parts?: { days: Decimal; usage: Decimal; discount: Decimal };
  why: 'compared' | 'not-billed' | 'not-estimated' | 'estimate-unknown';
  sentence: string;
}

/** Digits of a quotient; the rest is in `usage`, so that the parts still sum exactly. */
const DIGITS = 10;

/** @param monthDays Days of the month. Largest difference first, then what could not be compared. */
export function compareCosts(estimates: readonly EstimatedCost[], actuals: readonly ActualCost[], monthDays: number): CostVariance[] {
  const billed = new Map(actuals.map((actual) => [actual.name, actual]));
  const estimated = new Map(estimates.map((estimate) => [estimate.name, estimate]));
  const names = [...new Set([...estimated.keys(), ...billed.keys()])];
  return names
    .map((name) => variance(name, estimated.get(name), billed.get(name), monthDays))
    .sort((a, b) => size(b).compare(size(a)) || (a.name < b.name ? -1 : 1));
}

function size({ difference }: CostVariance): Decimal {
  return difference === undefined ? Decimal.zero : difference.isNegative ? difference.negated() : difference;
}

function variance(name: string, estimate: EstimatedCost | undefined, actual: ActualCost | undefined, monthDays: number): CostVariance {
  const monthly = estimate?.monthly;
  if (actual === undefined) return { name, estimate: monthly, actual: undefined, why: 'not-billed', sentence: `${name} was estimated and is on no bill: it is not there, free, or billed under an id that no state has` };
  if (estimate === undefined) return { name, estimate: undefined, actual: actual.effective, why: 'not-estimated', sentence: `${name} was billed ${actual.effective.toFixed(2)} and is in no estimate` };
  if (monthly === undefined) return { name, estimate: undefined, actual: actual.effective, why: 'estimate-unknown', sentence: `${name} was billed ${actual.effective.toFixed(2)}; the estimate does not know its price or usage` };
  const part = actual.days >= monthDays ? monthly : monthly.times(new Decimal(BigInt(actual.days), 0)).dividedBy(new Decimal(BigInt(monthDays), 0), DIGITS);
  const parts = { days: part.minus(monthly), usage: actual.list.minus(part), discount: actual.effective.minus(actual.list) };
  const difference = actual.effective.minus(monthly);
  return { name, estimate: monthly, actual: actual.effective, difference, parts, why: 'compared', sentence: sentenceOf(name, difference, parts, actual.days, monthDays) };
}

function sentenceOf(name: string, difference: Decimal, parts: NonNullable<CostVariance['parts']>, days: number, monthDays: number): string {
  const signed = (value: Decimal): string => `${value.isNegative ? '' : '+'}${value.toFixed(2)}`;
  const causes = [
    ...(parts.days.isZero ? [] : [`${signed(parts.days)} because it was charged on ${days} of ${monthDays} days`]),
    ...(parts.usage.isZero ? [] : [`${signed(parts.usage)} from usage and prices`]),
    ...(parts.discount.isZero ? [] : [`${signed(parts.discount)} from discounts`]),
  ];
  return `${name}: ${signed(difference)}${causes.length === 0 ? '' : `: ${causes.join(', ')}`}`;
}
