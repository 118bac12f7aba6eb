/** What `roadbed prices` does: list what the book has, show what one thing costs, take in a vendor's list. */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import { parseCurrency } from '../../engines/cost/currency.ts';
import { dimensionsOf } from '../../engines/cost/estimate.ts';
import { azureMachinePrice, ec2Price, googleMachinePrice, nodePrice, rdsPrice, SYSTEM_NAMES } from '../../engines/price-book/machine-prices.ts';
import type { PriceBook } from '../../engines/price-book/price-book.ts';
import type { Price, UnknownPrice } from '../../engines/price-book/price.ts';
import { isPrice } from '../../engines/price-book/price.ts';
import { printCsv, readCsv } from '../../formats/price-list/csv.ts';
import { BOOK_COLUMNS, isDate } from '../../formats/price-list/imported-price.ts';
import { readPriceList } from '../../formats/price-list/read-price-list.ts';
import { presentText, writeWhole } from '../docs/write-file.ts';
import type { Session } from '../session.ts';
import { gatheredOn, openBook } from './open-book.ts';

const LARGEST_LIST = 500 * 1024 * 1024;
const RDS_ENGINES = ['MySQL', 'PostgreSQL', 'MariaDB', 'Aurora MySQL', 'Aurora PostgreSQL', 'Aurora I/O-Optimized', 'SQL Server Standard', 'SQL Server Enterprise', 'Oracle Standard Two LI'];

export interface PricesFlags {
  provider?: string;
  service?: string;
  region?: string;
  limit?: string;
  prices?: string;
  pricesAsOf?: string;
  to?: string;
  currency?: string;
}

function table(session: Session, prices: readonly Price[]): void {
  session.output.table<Price>(prices, [
    { title: 'Provider', value: (price) => price.provider },
    { title: 'Service', value: (price) => price.service, clip: true },
    { title: 'Region', value: (price) => price.region },
    { title: 'Dimension', value: (price) => price.dimension, clip: true },
    { title: 'USD', value: (price) => price.amount.toString(), style: () => 'bold' },
    { title: 'Unit', value: (price) => price.unit },
    { title: 'As of', value: (price) => price.asOf },
    { title: 'Method', value: (price) => price.method },
    { title: 'Confidence', value: (price) => price.confidence },
    { title: 'Source', value: (price) => `${price.source}${price.note === undefined ? '' : `; ${price.note}`}`, clip: true },
  ]);
}

export async function listPrices(session: Session, words: readonly string[], flags: PricesFlags): Promise<number> {
  const book = await openBook(session, flags);
  const wanted = words.flatMap((word) => word.toLowerCase().split(/\s+/));
  const limit = Number(flags.limit ?? 50);
  const fits = (price: Price): boolean => (flags.provider === undefined || price.provider === flags.provider) && (flags.service === undefined || price.service === flags.service) && (flags.region === undefined || price.region === flags.region) && wanted.every((word) => `${price.service} ${price.region} ${price.dimension}`.toLowerCase().includes(word));
  const all = [...book.everyFact()].filter(fits);
  if (all.length === 0) throw new PlatformError({ code: 'ROADBED-8308', class: 'not-found', message: 'the price book has no such price', next: 'ask with fewer words; machine types are shown with: roadbed prices show m5.large' });
  table(session, all.slice(0, limit));
  if (all.length > limit) session.output.say(`${all.length - limit} more: --limit ${all.length}`);
  return 0;
}

/** Machine types of every provider, otherwise the facts of a Terraform type. */
export async function showPrice(session: Session, name: string, flags: PricesFlags): Promise<number> {
  const book = await openBook(session, flags);
  const found = machinePrices(book, name, flags.region).filter(isPrice);
  const facts = found.length > 0 ? found : [...book.everyFact()].filter((price) => (price.service === name || price.dimension === name) && (flags.region === undefined || price.region === flags.region));
  const dimensions = dimensionsOf(name, book);
  for (const { name: line, kind, attributes } of dimensions ?? []) session.output.say(`${kind === 'fixed' ? 'by configuration' : 'by usage'}: ${line}, decided by ${attributes.join(', ')}`);
  if (facts.length === 0 && dimensions !== undefined) return 0;
  if (facts.length === 0) throw new PlatformError({ code: 'ROADBED-8308', class: 'not-found', message: `the price book has no price of ${name}${flags.region === undefined ? '' : ` in ${flags.region}`}`, next: 'roadbed prices list WORDS searches; roadbed prices import FILE --to FOLDER takes in a list' });
  table(session, facts);
  return 0;
}

function machinePrices(book: PriceBook, name: string, region: string | undefined): (Price | UnknownPrice)[] {
  const [aws, azure, google] = [region ?? 'us-east-1', region ?? 'eastus', region ?? 'us-central1'];
  if (name.startsWith('db.')) return RDS_ENGINES.map((engine) => rdsPrice(book, name, aws, engine));
  if (name.startsWith('cache.')) return ['Redis', 'Valkey', 'Memcached'].map((engine) => nodePrice(book, 'ElastiCache', name, aws, engine));
  if (name.endsWith('.search')) return [nodePrice(book, 'OpenSearch', name, aws)];
  if (/^(standard|basic)_/i.test(name)) return [azureMachinePrice(book, name, azure), azureMachinePrice(book, name, azure, 'windows'), azureMachinePrice(book, name, azure, 'linux', true)];
  if (name.includes('.')) return [...(Object.keys(SYSTEM_NAMES) as (keyof typeof SYSTEM_NAMES)[]).map((system) => ec2Price(book, name, aws, system)), ec2Price(book, name, aws, 'linux', true)];
  return [googleMachinePrice(book, name, google), googleMachinePrice(book, name, google, true)];
}

/** Writes one file of the book's form into the folder, as a whole or not at all. */
export async function importPrices(session: Session, file: string, flags: PricesFlags): Promise<number> {
  const folder = flags.to;
  if (folder === undefined) throw new PlatformError({ code: 'ROADBED-8309', class: 'usage', message: 'where the prices go is not said', next: 'give --to FOLDER, and the same folder to roadbed cost --prices' });
  const list = readPriceList(await readList(file), file);
  const rate = list.currency === 'USD' || list.currency === '' ? undefined : currencyOf(list.currency, flags.currency);
  const rows = list.prices.map((price) => [price.provider, price.service, price.region, price.dimension, price.unit, (rate === undefined ? price.amount : price.amount.dividedBy(rate.rate, 14)).toString(), price.asOf, `${price.source}${rate === undefined ? '' : ` (${rate.code} at ${rate.rate.toString()} of ${rate.date ?? ''})`}`, 'listed', 'high']);
  if (rows.length === 0) throw new PlatformError({ code: 'ROADBED-8304', class: 'invalid', message: `${file} has no price that can be used`, why: list.leftOut.map(({ reason, count }) => `${reason}: ${count}`).join('; '), next: 'nothing was imported' });
  const target = join(folder, `${basename(file).replace(/\.(json|csv)$/i, '').replaceAll(/[^\w.-]+/g, '-')}.csv`);
  for (const { reason, count, places } of list.leftOut) session.output.say(`left out: ${count} with ${reason} (${places.join(', ')}${count > places.length ? ', ...' : ''})`);
  if (session.options.dryRun === true) {
    session.output.say(`${list.form}: ${rows.length} prices would be written to ${target}`);
    return 0;
  }
  await mkdir(folder, { recursive: true });
  await keepEarlier(target);
  await writeWhole(target, printCsv([[...BOOK_COLUMNS], ...rows]));
  session.output.say(`${list.form}: ${rows.length} prices in ${target}; use them with: roadbed cost --prices ${folder}`);
  return 0;
}

/** An earlier import of the same name stays beside the new one under its newest day: the rows of each day can be asked for. */
async function keepEarlier(target: string): Promise<void> {
  const before = await presentText(target);
  if (before === undefined) return;
  const { header, rows } = readCsv(before);
  const days = rows.map((row) => row[header.indexOf('as_of')] ?? '').sort();
  const newest = days.at(-1);
  if (newest !== undefined && isDate(newest)) await writeWhole(target.replace(/\.csv$/, `.${newest}.csv`), before);
}

/** Copies the price book that ships to `FOLDER/book/DAY`. A version that is there stays as it is. */
export async function keepPrices(session: Session, flags: PricesFlags): Promise<number> {
  if (flags.to === undefined) throw new PlatformError({ code: 'ROADBED-8309', class: 'usage', message: 'where the prices go is not said', next: 'give --to FOLDER, and the same folder to roadbed cost --prices' });
  const files = await session.platform.infrastructure.priceFiles();
  const day = gatheredOn(files);
  const target = join(flags.to, 'book', day);
  if (await stat(target).catch(() => undefined)) {
    session.output.say(`${target} is there already`);
    return 0;
  }
  const index = files.read('book.json') ?? new Uint8Array();
  const { tables } = JSON.parse(new TextDecoder().decode(index)) as { tables: { file: string }[] };
  if (session.options.dryRun === true) {
    session.output.say(`${tables.length} tables would be written to ${target}`);
    return 0;
  }
  for (const file of [...tables.map((table) => table.file), 'README.md']) await writeWhole(join(target, file), files.read(file) ?? '');
  await writeWhole(join(target, 'book.json'), index);
  session.output.say(`the price book of ${day} is in ${target}; use it with: roadbed cost --prices ${flags.to} --prices-as-of DAY`);
  return 0;
}

function currencyOf(found: string, flag: string | undefined): ReturnType<typeof parseCurrency> {
  const rate = flag === undefined ? undefined : parseCurrency(flag);
  if (rate?.code !== found) throw new PlatformError({ code: 'ROADBED-8313', class: 'usage', message: `the list is in ${found}, the price book in USD`, next: `say what one USD is worth: --currency ${found}:0.92@2026-11-20` });
  return rate;
}

async function readList(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new PlatformError({ code: 'ROADBED-8314', class: 'not-found', message: `${file} cannot be read`, next: 'give a price list that is here' });
  if (found.size > LARGEST_LIST) throw new PlatformError({ code: 'ROADBED-8303', class: 'invalid', message: `${file} is larger than ${LARGEST_LIST / 1024 / 1024} MB`, next: 'split it by region' });
  return await readFile(file, 'utf8');
}
