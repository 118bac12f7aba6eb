/**
 * A platform team's own prices over the list: overrides by exact key, imports, and negotiated discounts.
 *
 * An own price replaces a listed one of the same key. A discount takes a percentage off every list price
 * that its service and region name (`*` for all); where several fit, the one that names more wins, and
 * of two that name as much the later row. Discounts are not taken off own prices: those are what is paid.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import { factsFrom, FactTable } from './fact-table.ts';
import type { Price } from './price.ts';

const HUNDRED = decimal(100);

interface Discount {
  provider: string;
  service: string;
  region: string;
  percent: Decimal;
  note: string;
}

export class OwnPrices {
  readonly #facts = new FactTable();
  readonly #discounts: Discount[] = [];

  /** @param texts Files of the book's form by name; `discounts.csv` has `provider,service_or_type,region,percent,note`. */
  constructor(texts: readonly { name: string; text: string }[]) {
    for (const { name, text } of texts) {
      if (name === 'discounts.csv') this.#discounts.push(...discountsFrom(text));
      else for (const fact of factsFrom(text, undefined)) this.#facts.add({ ...fact, method: 'own', confidence: 'high' });
    }
  }

  /** The own price of a key; of several the newest. */
  price(provider: string, service: string, region: string, dimension: string): Price | undefined {
    const fits = this.#facts.of(service, dimension).filter((fact) => fact.provider === provider && (fact.region === region || fact.region === 'any'));
    return fits.sort((a, b) => Number(b.region === region) - Number(a.region === region) || (a.asOf < b.asOf ? 1 : -1))[0];
  }

  /** A list price less the discount that fits it best. */
  discounted(price: Price): Price {
    const named = (discount: Discount): number => Number(discount.service !== '*') * 2 + Number(discount.region !== '*');
    const fits = this.#discounts.filter((one) => fit(one.provider, price.provider) && fit(one.service, price.service) && fit(one.region, price.region));
    const best = fits.reduce<Discount | undefined>((chosen, one) => (chosen === undefined || named(one) >= named(chosen) ? one : chosen), undefined);
    if (best === undefined) return price;
    const amount = price.amount.times(HUNDRED.minus(best.percent)).times(decimal('0.01'));
    return { ...price, amount, method: 'own', note: `${price.note === undefined ? '' : `${price.note}; `}list price less ${best.percent.toString()} %${best.note === '' ? '' : ` (${best.note})`}` };
  }

  *all(): Generator<Price> {
    yield* this.#facts.all();
  }
}

function fit(pattern: string, value: string): boolean {
  return pattern === '*' || pattern === value;
}

/** Rows with a percentage from 0 to below 100; a price of nothing is never made. */
function discountsFrom(text: string): Discount[] {
  const { header, rows } = readCsv(text);
  return rows.flatMap((row) => {
    const cell = (name: string): string => row[header.indexOf(name)] ?? '';
    const percent = Decimal.parse(cell('percent'));
    if (percent === undefined || percent.isNegative || percent.compare(HUNDRED) >= 0) return [];
    return [{ provider: cell('provider') || '*', service: cell('service_or_type') || '*', region: cell('region') || '*', percent, note: cell('note') }];
  });
}
