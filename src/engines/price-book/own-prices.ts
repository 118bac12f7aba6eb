/**
 * A platform team's own prices over the list: overrides by exact key, imports, and negotiated discounts.
 *
 * An own price replaces a listed one of the same key. A discount takes a percentage off every list price
 * that its service and region name (`*` for all); where several fit, the one that names more wins, and
 * of two that name as much the later row. Discounts are not taken off own prices: those are what is paid.
 *
 * A file with a fault is refused as a whole, with the numbers of its rows: a price that is silently left out
 * would bring the list price back without a word. Of one key several days may stand side by side; the
 * newest up to the day that is asked for is taken, so that an older report can be made again.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import { PlatformError } from '../../domain/error.ts';
import { BOOK_COLUMNS, isDate } from '../../formats/price-list/imported-price.ts';
import { FactTable } from './fact-table.ts';
import type { Price, PriceConfidence, PriceProvider } from './price.ts';
import { PRICE_UNITS } from './units.ts';

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
  constructor(texts: readonly { name: string; text: string }[], asOf?: string) {
    for (const { name, text } of texts) {
      if (name === 'discounts.csv') this.#discounts.push(...discountsFrom(text));
      else for (const fact of ownFactsFrom(text, name)) if (asOf === undefined || fact.asOf <= asOf) this.#facts.add(fact);
    }
  }

  /** The own price of a key; of several the newest. */
  price(provider: string, service: string, region: string, dimension: string): Price | undefined {
    const fits = this.#facts.of(service, dimension).filter((fact) => fact.provider === provider && (fact.region === region || fact.region === 'any' || fact.region === 'global'));
    return fits.sort((a, b) => Number(b.region === region) - Number(a.region === region) || (a.asOf < b.asOf ? 1 : -1))[0];
  }

  /** A list price less the discount that fits it best. */
  discounted(price: Price): Price {
    const named = (discount: Discount): number => Number(discount.service !== '*') * 2 + Number(discount.region !== '*');
    const fits = this.#discounts.filter((one) => fit(one.provider, price.provider) && fit(one.service, price.service) && fit(one.region, price.region));
    const best = fits.reduce<Discount | undefined>((chosen, one) => (chosen === undefined || named(one) >= named(chosen) ? one : chosen), undefined);
    if (best === undefined) return price;
    const less = (full: Decimal): Decimal => full.times(HUNDRED.minus(best.percent)).times(decimal('0.01'));
    const bounds = price.low === undefined || price.high === undefined ? {} : { low: less(price.low), high: less(price.high) };
    return { ...price, amount: less(price.amount), ...bounds, method: 'own', note: `${price.note === undefined ? '' : `${price.note}; `}list price less ${best.percent.toString()} %${best.note === '' ? '' : ` (${best.note})`}` };
  }

  *all(): Generator<Price> {
    yield* this.#facts.all();
  }
}

function fit(pattern: string, value: string): boolean {
  return pattern === '*' || pattern === value;
}

const SHOWN_FAULTS = 10;
const OWN_PROVIDERS: readonly string[] = ['aws', 'azure', 'gcp', 'oci', 'linode', 'generic'];
const NEEDED = BOOK_COLUMNS.filter((name) => name !== 'method' && name !== 'confidence' && name !== 'source');

function refuse(name: string, faults: readonly string[]): never {
  throw new PlatformError({ code: 'ROADBED-8890', class: 'invalid', message: `${name} is no table of own prices`, why: `${faults.slice(0, SHOWN_FAULTS).join('; ')}${faults.length > SHOWN_FAULTS ? `; and ${faults.length - SHOWN_FAULTS} more` : ''}`, next: 'correct or remove these rows; none of the file is used before. docs/reference/price-book.md has the form' });
}

/** Rows of the book's form. Throws ROADBED-8890 with the number of every faulty row: columns, amounts, units, days, two prices of one key and day. */
function ownFactsFrom(text: string, file: string): Price[] {
  const { header, rows } = readCsv(text);
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) refuse(file, [`it lacks the columns ${missing.join(', ')}`]);
  const places = new Map(header.map((name, index) => [name, index]));
  const faults: string[] = [];
  const seen = new Map<string, { line: number; amount: Decimal }>();
  const facts = rows.flatMap((row, index): Price[] => {
    const line = index + 2;
    const cell = (name: string): string => (row[places.get(name) ?? -1] ?? '').trim();
    const amount = Decimal.parse(cell('usd'));
    const fault = faultOf(row.length, header.length, cell, amount);
    if (fault !== undefined || amount === undefined) {
      faults.push(`row ${line}: ${fault ?? 'no price'}`);
      return [];
    }
    const key = ['provider', 'service_or_type', 'region', 'dimension', 'unit', 'as_of'].map(cell).join('\u0000');
    const before = seen.get(key);
    if (before !== undefined) {
      if (before.amount.compare(amount) !== 0) faults.push(`rows ${before.line} and ${line}: two prices of one key and day`);
      return [];
    }
    seen.set(key, { line, amount });
    return [{ provider: cell('provider') as PriceProvider, service: cell('service_or_type'), region: cell('region'), dimension: cell('dimension'), unit: cell('unit'), amount, asOf: cell('as_of'), source: cell('source') || file, method: 'own', confidence: 'high' as PriceConfidence }];
  });
  if (faults.length > 0) refuse(file, faults);
  return facts;
}

function faultOf(cells: number, columns: number, cell: (name: string) => string, amount: Decimal | undefined): string | undefined {
  if (cells !== columns) return `${cells} cells instead of ${columns}`;
  if (amount === undefined) return `${JSON.stringify(cell('usd'))} is no price`;
  if (amount.isZero || amount.isNegative) return `a price of ${amount.toString()}: leave the row out where nothing is charged, and use discounts.csv for what is less`;
  if (!OWN_PROVIDERS.includes(cell('provider'))) return `${JSON.stringify(cell('provider'))} is no provider of the price book`;
  if (!(PRICE_UNITS as readonly string[]).includes(cell('unit'))) return `${JSON.stringify(cell('unit'))} is no unit of the price book`;
  if (!isDate(cell('as_of'))) return `${JSON.stringify(cell('as_of'))} is no day`;
  if (cell('currency') !== '' && cell('currency') !== 'USD') return `a price in ${cell('currency')}: the column usd has US dollars`;
  return undefined;
}

/** Percentages from 0 to below 100: a price of nothing is never made. Throws ROADBED-8890 for others. */
function discountsFrom(text: string): Discount[] {
  const { header, rows } = readCsv(text);
  if (!header.includes('percent')) refuse('discounts.csv', ['it lacks the column percent']);
  const faults: string[] = [];
  const discounts = rows.flatMap((row, index) => {
    const cell = (name: string): string => row[header.indexOf(name)] ?? '';
    const percent = Decimal.parse(cell('percent'));
    if (percent === undefined || percent.isNegative || percent.compare(HUNDRED) >= 0) {
      faults.push(`row ${index + 2}: ${JSON.stringify(cell('percent'))} is no percentage from 0 to below 100`);
      return [];
    }
    return [{ provider: cell('provider') || '*', service: cell('service_or_type') || '*', region: cell('region') || '*', percent, note: cell('note') }];
  });
  if (faults.length > 0) refuse('discounts.csv', faults);
  return discounts;
}
