/**
 * Prices of families that are priced in proportion to a size (vCores, GB), where the book has some sizes only.
 *
 * The exact size wins; otherwise the nearest one is scaled, and the price says that it is an estimate.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import type { Price, UnknownPrice } from '../price-book/price.ts';
import { isPrice, timesPrice } from '../price-book/price.ts';
import type { Costing } from './costing.ts';

/** @param sizes Sizes that may be in the book. @param dimensionOf The dimension of one. @param weightOf What a size counts for, where prices are not in plain proportion. */
export function bySize(c: Costing, services: string | readonly string[], size: number, sizes: readonly number[], dimensionOf: (size: number) => string, weightOf: (size: number) => number = (its) => its): Price | UnknownPrice {
  const exact = c.fact(dimensionOf(size), services);
  if (isPrice(exact)) return exact;
  const nearest = [...sizes].sort((a, b) => Math.abs(Math.log(a / size)) - Math.abs(Math.log(b / size)));
  for (const other of nearest) {
    const found = c.fact(dimensionOf(other), services);
    if (isPrice(found)) return { ...timesPrice(found, (amount) => amount.times(decimal(weightOf(size))).dividedBy(decimal(weightOf(other)), 8)), dimension: dimensionOf(size), method: 'estimated', confidence: 'low', step: 'sibling', note: `${dimensionOf(other)} by size, ${size} / ${other}${found.note === undefined ? '' : `; ${found.note}`}` };
  }
  return exact;
}

export const POWERS: readonly number[] = [1, 2, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96];

/** A price with a part taken off; the reason stands in its note. */
export function reduced(found: Price | UnknownPrice, factor: Decimal, reason: string): Price | UnknownPrice {
  return isPrice(found) ? { ...timesPrice(found, (amount) => amount.times(factor)), method: found.method === 'listed' ? 'derived' : found.method, note: found.note === undefined ? reason : `${found.note}; ${reason}` } : found;
}

type Found = Price | UnknownPrice;

/**
 * A price that the book lacks, by its fixed relation to one that it has: the provider's step of the look-up.
 *
 * @param range What the relation was seen to be, for the note: `1.15 to 1.4`.
 */
export function orRelated(exact: Found, like: () => Found, factor: string, range: string, about: { service: string; dimension: string }): Found {
  if (isPrice(exact)) return exact;
  const other = like();
  if (!isPrice(other)) return exact;
  return { ...other, ...about, amount: other.amount.times(decimal(factor)), method: 'estimated', confidence: 'low', step: 'provider', note: `${factor} x ${other.dimension} (${range})${other.note === undefined ? '' : `; ${other.note}`}` };
}

/** Sizes of the machine types of AWS, in units of `large`. */
const SIZES: Readonly<Record<string, number>> = { medium: 0.5, large: 1, xlarge: 2, '2xlarge': 4, '4xlarge': 8, '8xlarge': 16, '12xlarge': 24, '16xlarge': 32, '24xlarge': 48 };

/** `kafka.m5.large` from `kafka.m5.24xlarge`: families are priced in proportion from `large` on. */
export function byInstanceSize(c: Costing, services: string | readonly string[], type: string, dimensionOf: (type: string) => string): Price | UnknownPrice {
  const at = type.lastIndexOf('.');
  const size = SIZES[type.slice(at + 1)];
  // Burstable families are not in proportion below and above `large` alike.
  if (size === undefined || /(^|\.)t\d/.test(type)) return c.fact(dimensionOf(type), services);
  const names = new Map(Object.entries(SIZES).map(([name, number]) => [number, name]));
  return bySize(c, services, size, [...names.keys()], (number) => dimensionOf(`${type.slice(0, at)}.${names.get(number) ?? ''}`));
}
