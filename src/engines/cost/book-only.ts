/**
 * Types that no rule describes, but that the price book has prices of.
 *
 * What is charged by time is taken only when there is no doubt which price it is: the type has one such
 * price, or the variant in its parentheses is what an attribute of the resource says (`sku: S2`). What is
 * charged by traffic shows its unit price. Everything else stays unknown with the reason.
 */
import type { Price } from '../price-book/price.ts';
import type { Costing } from './costing.ts';

const TIMES = /(^|-)(hour|month|day|year)$/;
const VARIANT = /\(([^()]+)\)$/;

export function costFromBook(c: Costing): void {
  const { type } = c.resource;
  const dimensions = new Map<string, Price>();
  for (const fact of c.book.facts(c.provider).all()) if (fact.service === type && !dimensions.has(fact.dimension)) dimensions.set(fact.dimension, fact);
  const all = [...dimensions.values()];
  const timed = all.filter((fact) => TIMES.test(fact.unit) && !fact.unit.startsWith('GB') && !fact.unit.startsWith('TB'));
  const said = new Set(Object.values(c.resource.attributes).filter((value): value is string => typeof value === 'string').map((value) => value.toLowerCase()));
  const fitting = timed.filter((fact) => said.has((VARIANT.exec(fact.dimension)?.[1] ?? '').toLowerCase()));
  const [only] = fitting.length > 0 ? fitting : timed;
  if (fitting.length === 1 || (fitting.length === 0 && timed.length === 1 && only !== undefined && !VARIANT.test(only.dimension))) {
    if (only !== undefined) c.fixed(only.dimension, () => c.fact(only.dimension, type, only.unit));
  } else if (timed.length > 0) c.unknown('Time', 'fixed', `the price book has ${timed.length} prices of this type, and no rule says which it is`);
  for (const fact of all) if (!timed.includes(fact)) c.onUsage(fact.dimension, keyOf(fact.dimension), () => c.fact(fact.dimension, type, fact.unit), (usage) => usage);
}

/** `Data processed (first 1PB)` becomes `data_processed_first_1pb`; counted in the price's own unit. */
function keyOf(dimension: string): string {
  return dimension.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_|_$/g, '');
}
