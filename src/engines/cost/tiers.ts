/**
 * Prices that fall with quantity: "first 10TB", "next 40TB", "over 150TB".
 *
 * Each tier is a row of the book with its own price; which rows belong together is told by their names,
 * which differ in the parenthesis only. A quantity is split among the tiers that it reaches. The tiers of
 * vendors hold for a whole account: several resources of one type each start at the first tier here, so an
 * amount is never too low for that reason.
 */
import type { Decimal } from '../../domain/money.ts';
import { decimal } from '../../domain/money.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { Price } from '../price-book/price.ts';
import { isPrice } from '../price-book/price.ts';

const TIER = /^(.*)\((first|next|over) ([\d.,]+) ?([KMBTGP]B?)?\)(.*)$/;
const THOUSANDS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, GB: 1, TB: 1024, PB: 1024 * 1024 };

interface Name {
  start: string;
  word: string;
  /** In the price's own units. */
  size: Decimal;
  end: string;
}

function nameOf(dimension: string, unit: string): Name | undefined {
  const found = TIER.exec(dimension);
  if (found === null) return undefined;
  const [, start = '', word = '', number = '', scale = '', end = ''] = found;
  const thousands = THOUSANDS[scale];
  if (thousands === undefined) return undefined;
  const size = decimal(number.replaceAll(',', '')).times(decimal(thousands));
  return { start, word, size: unit.startsWith('1M ') ? size.times(decimal('0.000001')) : unit.startsWith('TB') ? size.dividedBy(decimal(1024), 9) : size, end };
}

export interface Tier {
  /** The words in the parenthesis: `first 10TB`. */
  label: string;
  price: Price;
  /** Of the price's units. */
  quantity: Decimal;
}

function label(dimension: string): string {
  return /\(((?:first|next|over) [^)]*)\)/.exec(dimension)?.[1] ?? dimension;
}

/**
 * A quantity in its tiers; undefined for a price without any. A tier whose row is missing in the book is
 * charged like the one before it.
 *
 * @param first The price of the first tier, as the book answered it for a region.
 */
export function inTiers(book: PriceBook, first: Price, quantity: Decimal): Tier[] | undefined {
  const own = nameOf(first.dimension, first.unit);
  if (own?.word !== 'first') return undefined;
  const rows = [...book.facts(first.provider).dimensions(first.service)].flatMap((dimension) => {
    const name = nameOf(dimension, first.unit);
    return name !== undefined && name.start === own.start && name.end === own.end && name.word !== 'first' ? [{ dimension, ...name }] : [];
  });
  // Larger steps come later: 10 TB, 40 TB, 100 TB, 350 TB; what lies over a limit comes last.
  rows.sort((a, b) => Number(a.word === 'over') - Number(b.word === 'over') || a.size.compare(b.size));
  const tiers: Tier[] = [];
  let price = first;
  let left = quantity;
  const take = (most: Decimal | undefined, dimension: string): void => {
    const part = most !== undefined && left.compare(most) > 0 ? most : left;
    if (tiers.length === 0 || !part.isZero) tiers.push({ label: label(dimension), price, quantity: part });
    left = left.minus(part);
  };
  take(rows.length === 0 ? undefined : own.size, first.dimension);
  for (const [index, row] of rows.entries()) {
    const found = book.fact(first.provider, first.service, first.region, row.dimension, first.unit);
    if (isPrice(found)) price = found;
    const last = index === rows.length - 1;
    take(last || row.word === 'over' ? undefined : row.size, row.dimension);
  }
  return tiers;
}
