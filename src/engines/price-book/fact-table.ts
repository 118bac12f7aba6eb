/** The facts of one provider: by service, dimension and region. */
import { Decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import type { Price, PriceConfidence, PriceMethod, PriceProvider } from './price.ts';

export class FactTable {
  /** Service, then dimension, then region; a few dimensions have a price in each of two units. */
  readonly #facts = new Map<string, Map<string, Price[]>>();

  add(fact: Price): void {
    let dimensions = this.#facts.get(fact.service);
    if (dimensions === undefined) this.#facts.set(fact.service, (dimensions = new Map()));
    const facts = dimensions.get(fact.dimension);
    if (facts === undefined) dimensions.set(fact.dimension, [fact]);
    else facts.push(fact);
  }

  /** Every region's price of a dimension. */
  of(service: string, dimension: string, unit?: string): readonly Price[] {
    const facts = this.#facts.get(service)?.get(dimension) ?? [];
    return unit === undefined ? facts : facts.filter((fact) => fact.unit === unit);
  }

  /** The dimensions of a service, in the order of its rows. */
  dimensions(service: string): Iterable<string> {
    return this.#facts.get(service)?.keys() ?? [];
  }

  hasService(service: string): boolean {
    return this.#facts.has(service);
  }

  *all(): Generator<Price> {
    for (const dimensions of this.#facts.values()) for (const facts of dimensions.values()) yield* facts;
  }
}

/** Rows of the book's own form; a row whose amount is not positive is no price and is left out. */
export function factsFrom(text: string, provider: PriceProvider | undefined): Price[] {
  const { header, rows } = readCsv(text);
  const place = new Map(header.map((name, index) => [name, index]));
  return rows.flatMap((row) => {
    const cell = (name: string): string => row[place.get(name) ?? -1] ?? '';
    const amount = Decimal.parse(cell('usd'));
    if (amount === undefined || amount.isZero || amount.isNegative) return [];
    return [{
      provider: provider ?? (cell('provider') as PriceProvider),
      service: cell('service_or_type'),
      region: cell('region'),
      dimension: cell('dimension'),
      unit: cell('unit'),
      amount,
      asOf: cell('as_of'),
      source: cell('source'),
      method: cell('method') as PriceMethod,
      confidence: cell('confidence') as PriceConfidence,
    }];
  });
}
