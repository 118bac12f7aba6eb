/**
 * What a resource type's rule works with: readers of attributes and makers of lines.
 *
 * A reader that meets a value that only applying tells throws `Undetermined`, and the line that needed it
 * becomes an unknown with that reason; lines that did not need it keep their amounts. So a rule reads like
 * the vendor's price page, and still nothing unknown ever counts as nothing.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { Price, PriceProvider, UnknownPrice } from '../price-book/price.ts';
import { isPrice } from '../price-book/price.ts';
import { unitsAMonth } from '../price-book/units.ts';
import type { CostLine, Span } from './cost-line.ts';
import { exactly, times } from './span.ts';
import { inTiers } from './tiers.ts';
import type { ResourceUsage } from './usage.ts';

/** No Error: a stack would be made for each of the thousands of attributes that only applying tells. */
export class Undetermined {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export type Coster = (costing: Costing) => void;
export type CosterTable = Readonly<Record<string, Coster>>;

type Found = Price | UnknownPrice;
type Count = number | Decimal | Span;

const MILLION = decimal('0.000001');
const KIBI = Decimal.one.dividedBy(decimal(1024), 12);

export interface CostingWorld {
  book: PriceBook;
  /** The resource that an attribute leads to. */
  follow(resource: ResourceInstance, attribute: string, types: readonly string[]): ResourceInstance | undefined;
  /** Resources of the types that lead to this one. */
  leadingTo(resource: ResourceInstance, types: readonly string[]): readonly ResourceInstance[];
  /** How many managed resources of the types there are, whatever they lead to. */
  count(types: readonly string[]): number;
  /** The day of the estimate: `2026-11-22`. */
  today: string;
}

export class Costing {
  readonly world: CostingWorld;
  readonly resource: ResourceInstance;
  readonly provider: PriceProvider;
  readonly region: string;
  readonly usage: ResourceUsage;
  readonly lines: CostLine[] = [];
  readonly notes: string[] = [];
  /** Set by a rule whose resource is priced where it is used. */
  elsewhere: string | undefined;
  /** Set by a rule that knows a variant of the type to be without charge. */
  free: string | undefined;

  constructor(world: CostingWorld, resource: ResourceInstance, where: { provider: PriceProvider; region: string }, usage: ResourceUsage) {
    this.world = world;
    this.resource = resource;
    this.provider = where.provider;
    this.region = where.region;
    this.usage = usage;
  }

  get book(): PriceBook {
    return this.world.book;
  }

  /** The value at a dotted path; a step into a list of blocks takes the first. Throws `Undetermined`. */
  value(path: string, from: AttributeValue = this.resource.attributes): AttributeValue | undefined {
    let at: AttributeValue | undefined = from;
    for (const step of path.split('.')) {
      if (Array.isArray(at) && !/^\d+$/.test(step)) at = (at as readonly AttributeValue[])[0];
      at = settled(at, path);
      at = Array.isArray(at) ? (at as readonly AttributeValue[])[Number(step)] : isPlainObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
      if (at === undefined || at === null) return undefined;
    }
    return settled(at, path);
  }

  text(path: string, from?: AttributeValue): string | undefined {
    const value = this.value(path, from);
    // The rules look words up in tables; `constructor` must not find what every table of the language has.
    if (typeof value === 'string' && value in Object.prototype) throw new Undetermined(`${path} is no known word`);
    return typeof value === 'string' ? (value === '' ? undefined : value) : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
  }

  /** Throws `Undetermined` when it is not there. */
  needed(path: string): string {
    const text = this.text(path);
    if (text === undefined) throw new Undetermined(`${path} is not given`);
    return text;
  }

  number(path: string, from?: AttributeValue): Decimal | undefined {
    const text = this.text(path, from);
    return text === undefined ? undefined : Decimal.parse(text);
  }

  flag(path: string, from?: AttributeValue): boolean {
    return this.text(path, from) === 'true';
  }

  /** Nested blocks, and lists of things; empty when there are none. */
  list(path: string, from?: AttributeValue): readonly AttributeValue[] {
    const value = this.value(path, from);
    return value === undefined ? [] : Array.isArray(value) ? (value as readonly AttributeValue[]) : [value];
  }

  follow(attribute: string, ...types: readonly string[]): ResourceInstance | undefined {
    return this.world.follow(this.resource, attribute, types);
  }

  /** The same tools on another resource: a launch template of a group. Its lines are of this one. */
  on(resource: ResourceInstance): Costing {
    const other = new Costing(this.world, resource, this, this.usage);
    (other as { lines: CostLine[] }).lines = this.lines;
    return other;
  }

  /** A fact of this resource's type, or of the services given. */
  fact(dimension: string, services: string | readonly string[] = this.resource.type, unit?: string): Found {
    return this.book.fact(this.provider, services, this.region, dimension, unit);
  }

  /** A part that is there all month: the price's hours or months, times `count`. */
  fixed(name: string, find: () => Found, count: () => Count = () => 1): void {
    this.#line({ name, kind: 'fixed' }, find, (price) => times(asSpan(count()), unitsAMonth(price.unit)));
  }

  /**
   * A part that depends on traffic. `key` is read from the usage in people's units: GB, requests, an average count of
   * capacity units; `quantity` makes the price's units of it where that is more than scaling.
   */
  onUsage(name: string, key: string, find: () => Found, quantity?: (usage: Decimal) => Decimal): void {
    const given = this.usage.get(key);
    const at = this.lines.length;
    this.#line({ name, kind: 'usage', usageKey: key, ...(given === undefined ? {} : { usageFrom: given.from }) }, find, (price) => {
      if (given === undefined) throw new Undetermined(`depends on usage: ${key}`);
      return exactly(nonNegative(quantity === undefined ? inUnits(given.value, price.unit) : quantity(given.value)));
    });
    this.#split(at);
  }

  /** The line of a price with tiers becomes one line for each tier that its quantity reaches. */
  #split(at: number): void {
    const line = this.lines[at];
    if (line?.price === undefined || line.quantity === undefined) return;
    const tiers = inTiers(this.book, line.price, line.quantity.value);
    if (tiers === undefined) return;
    this.lines.splice(at, 1, ...tiers.map(({ label, price, quantity }) => ({ ...line, name: tiers.length === 1 ? line.name : `${line.name} (${label})`, price, quantity: exactly(quantity), monthly: times(exactly(quantity), price.amount) })));
  }

  /** A line whose amount cannot be told. */
  unknown(name: string, kind: CostLine['kind'], reason: string): void {
    this.lines.push({ name, kind, unknown: reason });
  }

  #line(line: Pick<CostLine, 'name' | 'kind' | 'usageKey' | 'usageFrom'>, find: () => Found, quantityOf: (price: Price) => Span): void {
    const price = attempt(find);
    if ('undetermined' in price) return void this.lines.push({ ...line, unknown: price.undetermined });
    if (!isPrice(price.value)) return void this.lines.push({ ...line, unknown: price.value.unknown });
    const found = price.value;
    const quantity = attempt(() => quantityOf(found));
    if ('undetermined' in quantity) return void this.lines.push({ ...line, price: found, unknown: quantity.undetermined });
    this.lines.push({ ...line, price: found, quantity: quantity.value, monthly: atPrice(quantity.value, found) });
  }
}

/** The bounds of an estimated price widen those of the quantity. */
function atPrice(quantity: Span, price: Price): Span {
  if (price.low === undefined && price.high === undefined) return times(quantity, price.amount);
  return { value: quantity.value.times(price.amount), low: quantity.low.times(price.low ?? price.amount), high: quantity.high.times(price.high ?? price.amount) };
}

/** The number in a text that a person or a provider wrote. Throws `Undetermined` for another text. */
export function numberIn(text: string, what: string): Decimal {
  const number = Decimal.parse(text);
  if (number === undefined) throw new Undetermined(`${what} is no number`);
  return number;
}

/** Reads what may be undetermined, for a rule that can do without. */
export function attempt<Value>(read: () => Value): { value: Value } | { undetermined: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof Undetermined) return { undetermined: error.message };
    throw error;
  }
}

function settled(value: AttributeValue | undefined, path: string): AttributeValue | undefined {
  if (value instanceof UnknownAttribute) throw new Undetermined(`${path}: ${value.reason}`);
  if (value instanceof SensitiveAttribute) throw new Undetermined(`${path} is sensitive`);
  return value;
}

function asSpan(count: Count): Span {
  if (typeof count === 'number') {
    if (!Number.isFinite(count)) throw new Undetermined('its number cannot be read');
    return exactly(nonNegative(decimal(count)));
  }
  if (count instanceof Decimal) return exactly(nonNegative(count));
  nonNegative(count.value);
  // Limits that contradict what is wanted (a least above it) are no range: what is wanted holds.
  return { value: count.value, low: nonNegative(count.low).compare(count.value) > 0 ? count.value : count.low, high: count.high.compare(count.value) < 0 ? count.value : count.high };
}

/** A negative size is a mistake in the code, not income. */
function nonNegative(count: Decimal): Decimal {
  if (count.isNegative) throw new Undetermined(`${count.toString()} is less than nothing`);
  return count;
}

function inUnits(usage: Decimal, unit: string): Decimal {
  nonNegative(usage);
  if (unit.startsWith('1M ')) return usage.times(MILLION);
  if (unit === 'TB' || unit === 'TB-month') return usage.times(KIBI);
  if (unit === 'MB') return usage.times(decimal(1024));
  return usage.times(unitsAMonth(unit));
}
