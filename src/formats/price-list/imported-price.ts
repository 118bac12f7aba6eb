/**
 * What every price list becomes: rows of the price book's own form.
 *
 * A list is taken as a whole or not at all: a negative price, mixed currencies, missing columns, or one row
 * of the vendor with two prices refuse it, by the number of the row. What is merely not usable (a price of
 * zero, which in every vendor's list means a free tier or a gap; a unit that the book does not know) is left
 * out, counted by its reason, and the first rows are named.
 */
import { PlatformError } from '../../domain/error.ts';
import { Decimal, decimal } from '../../domain/money.ts';

export const BOOK_COLUMNS = ['provider', 'service_or_type', 'region', 'dimension', 'unit', 'usd', 'as_of', 'source', 'method', 'confidence'] as const;

export interface ImportedPrice {
  provider: string;
  service: string;
  region: string;
  dimension: string;
  unit: string;
  amount: Decimal;
  /** `2026-11-20`. */
  asOf: string;
  source: string;
}

/** One row of a list before it is judged. */
export interface ListedPrice extends Omit<ImportedPrice, 'amount' | 'unit'> {
  /** As the list writes it. */
  amount: string;
  unit: string;
  currency: string;
  /** For messages. */
  place: string;
  /** The vendor's own name of the row: two rows of one name and day with two prices are a fault of the list. */
  identity?: string;
}

export interface PriceImport {
  prices: ImportedPrice[];
  currency: string;
  /** What was not taken, with the places of the first rows. */
  leftOut: { reason: string; count: number; places: string[] }[];
}

/** The lists' names for units, in small letters, with how many of the book's unit one of theirs is. */
const UNITS: Readonly<Record<string, readonly [unit: string, of: string]>> = {
  hrs: ['hour', '1'], hr: ['hour', '1'], hour: ['hour', '1'], hours: ['hour', '1'], '1 hour': ['hour', '1'], h: ['hour', '1'], '10 hours': ['hour', '10'], '100 hours': ['hour', '100'],
  month: ['month', '1'], '1/month': ['month', '1'], mo: ['month', '1'], '1 month': ['month', '1'], day: ['day', '1'], '1/day': ['day', '1'], '1 year': ['year', '1'],
  'gb-mo': ['GB-month', '1'], 'gb-month': ['GB-month', '1'], '1 gb/month': ['GB-month', '1'], 'gby.mo': ['GB-month', '1'], 'giby.mo': ['GB-month', '1'], 'gb-months': ['GB-month', '1'],
  gb: ['GB', '1'], '1 gb': ['GB', '1'], gby: ['GB', '1'], giby: ['GB', '1'], 'gb-hours': ['GB-hour', '1'], 'gb-hour': ['GB-hour', '1'], 'giby.h': ['GB-hour', '1'], '1 gb hour': ['GB-hour', '1'], 'gb-second': ['GB-second', '1'], 'lambda-gb-second': ['GB-second', '1'], '1 gb second': ['GB-second', '1'], 'giby.s': ['GB-second', '1'],
  'vcpu-hours': ['vCPU-hour', '1'], 'vcpu-hour': ['vCPU-hour', '1'], 'iops-mo': ['IOPS-month', '1'], 'mibps-mo': ['MBps-month', '1'], 'gibps-mo': ['MBps-month', '1024'], 'lcu-hrs': ['LCU-hour', '1'], 'acu-hr': ['ACU-hour', '1'], 'acu-hrs': ['ACU-hour', '1'], 'dpu-hour': ['DPU-hour', '1'],
  'readcapacityunit-hrs': ['hour', '1'], 'writecapacityunit-hrs': ['hour', '1'], readrequestunits: ['1M requests', '0.000001'], writerequestunits: ['1M requests', '0.000001'], ios: ['1M requests', '0.000001'], statetransitions: ['1M requests', '0.000001'], putpayloadunits: ['1M requests', '0.000001'], payloadunits: ['1M requests', '0.000001'], queries: ['1M requests', '0.000001'], request_count: ['1M requests', '0.000001'],
  'shardhour': ['hour', '1'], 'shard-hours': ['hour', '1'], shardhours: ['hour', '1'], hosthrs: ['hour', '1'], alarms: ['month', '1'], secrets: ['month', '1'], 'per secret per month': ['month', '1'], 'hosted zone': ['month', '1'], hostedzone: ['month', '1'], minutes: ['minute', '1'], 'web acl': ['month', '1'], rule: ['month', '1'], s: ['second', '1'], 'gib.s': ['GB-second', '1'], 'dpu-hr': ['DPU-hour', '1'],
  requests: ['1M requests', '0.000001'], request: ['1M requests', '0.000001'], 'api requests': ['1M requests', '0.000001'], '1m': ['1M requests', '1'], '10k': ['1M requests', '0.01'], '1k': ['1M requests', '0.001'], '100k': ['1M requests', '0.1'], messages: ['1M units', '0.000001'], events: ['1M units', '0.000001'], keys: ['month', '1'], tb: ['TB', '1'], '1 tb': ['TB', '1'], tiby: ['TB', '1'],
};

export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

const SHOWN_PLACES = 5;

/** Throws ROADBED-8306 for a negative price or one that is no number, -8307 for more than one currency, -8891 for one row with two prices. */
export function judgePrices(rows: Iterable<ListedPrice>, file: string): PriceImport {
  const leftOut = new Map<string, { count: number; places: string[] }>();
  const skip = (reason: string, place: string): void => {
    const known = leftOut.get(reason) ?? { count: 0, places: [] };
    known.count += 1;
    if (known.places.length < SHOWN_PLACES && !known.places.includes(place)) known.places.push(place);
    leftOut.set(reason, known);
  };
  const found = new Map<string, ImportedPrice>();
  const seen = new Map<string, { amount: Decimal; place: string }>();
  let currency = '';
  for (const row of rows) {
    const amount = Decimal.parse(row.amount);
    if (amount === undefined || amount.isNegative) throw new PlatformError({ code: 'ROADBED-8306', class: 'invalid', message: `${file} has a price that cannot be: ${JSON.stringify(row.amount)}`, why: `${row.place}: ${row.service}, ${row.dimension}`, next: 'correct or remove the row; nothing was imported' });
    if (amount.isZero) {
      skip('price of zero', row.place);
      continue;
    }
    if (currency !== '' && row.currency !== currency) throw new PlatformError({ code: 'ROADBED-8307', class: 'invalid', message: `${file} mixes currencies: ${currency} and ${row.currency}`, why: `${row.place}: ${row.service}, ${row.dimension}`, next: 'split it by currency; nothing was imported' });
    currency = row.currency;
    if (isTwice(seen, row, amount, file)) {
      skip('row that stands twice', row.place);
      continue;
    }
    const [unit, of] = UNITS[row.unit.trim().toLowerCase()] ?? [];
    if (unit === undefined || of === undefined) skip(`unit ${row.unit}`, row.place);
    else keep(found, { provider: row.provider, service: row.service, region: row.region, dimension: row.dimension, unit, amount: amount.dividedBy(decimal(of), 14), asOf: row.asOf, source: row.source });
  }
  return { prices: [...found.values()], currency, leftOut: [...leftOut].map(([reason, { count, places }]) => ({ reason, count, places })).sort((a, b) => b.count - a.count) };
}

/** Whether the vendor's row was there before; two prices of it on one day are an error. */
function isTwice(seen: Map<string, { amount: Decimal; place: string }>, row: ListedPrice, amount: Decimal, file: string): boolean {
  if (row.identity === undefined) return false;
  const key = [row.identity, row.service, row.dimension, row.region, row.asOf].join('\u0000');
  const before = seen.get(key);
  if (before === undefined) {
    seen.set(key, { amount, place: row.place });
    return false;
  }
  if (before.amount.compare(amount) !== 0) throw new PlatformError({ code: 'ROADBED-8891', class: 'invalid', message: `${file} has two prices of one thing`, why: `${before.place} says ${before.amount.toString()}, ${row.place} says ${amount.toString()}: ${row.service}, ${row.dimension}`, next: 'remove one of them; nothing was imported' });
  return true;
}

/** Of two prices with one key the newer stays; of one day, the last. */
function keep(found: Map<string, ImportedPrice>, price: ImportedPrice): void {
  const key = [price.provider, price.service, price.region, price.dimension, price.unit].join('\u0000');
  const before = found.get(key);
  if (before === undefined || before.asOf <= price.asOf) found.set(key, price);
}

export function refuseColumns(file: string, missing: readonly string[]): never {
  throw new PlatformError({ code: 'ROADBED-8305', class: 'invalid', message: `${file} lacks columns: ${missing.join(', ')}`, next: 'export it again with them; nothing was imported' });
}
