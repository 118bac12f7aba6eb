/** Laws of every rule, for resources with whatever a person, a provider or an enemy writes into their attributes. */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Decimal, decimal, sumOf } from '../../domain/money.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { UnknownAttribute } from '../infrastructure/model.ts';
import { printCsv } from '../../formats/price-list/csv.ts';
import { BOOK_COLUMNS } from '../../formats/price-list/imported-price.ts';
import { PriceBook } from '../price-book/price-book.ts';
import { PRICE_STEPS } from '../price-book/price.ts';
import { PRICE_UNITS } from '../price-book/units.ts';
import type { ResourceCost } from './cost-line.ts';
import { totalOf } from './difference.ts';
import { estimateCost, RULED_TYPES } from './estimate.ts';
import { modelOf, PRICES_FOLDER, resource, shipped, shippedBook } from './testing/infrastructure.ts';
import { Usage } from './usage.ts';

interface Described {
  price?: { attributes: string[] }[];
}

/** Attributes that decide the price of a type, as the provider catalogue has them. */
const decided = new Map(['aws', 'azurerm', 'google'].flatMap((provider) => Object.entries((JSON.parse(readFileSync(join(PRICES_FOLDER, '..', 'providers', `${provider}.json`), 'utf8')) as { types: Record<string, Described> }).types).map(([type, { price = [] }]) => [type, [...new Set(price.flatMap((one) => one.attributes))]] as const)));

const written: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.constantFrom<AttributeValue>('', 'true', '0', '-1', '1e400', '9'.repeat(80), 'NaN', '../../etc', '__proto__', '💶', 'x'.repeat(5000), true, false, null, 0, -3, 0.1, 2 ** 53, 1e300, Number.NaN, [], [[]], {}, { a: {} }, [null], 'm5.large', 'gp3', 'Standard_D2s_v3', 'n2-standard-4', 'db.t3.medium', 'P1v3', 'GP_Gen5_4', 'Premium_LRS', 'PROVISIONED'),
  fc.integer({ min: 0, max: 5000 }),
  fc.constant(new UnknownAttribute('known only after apply')),
  fc.string({ maxLength: 12 }),
);

function placed(attributes: Record<string, AttributeValue>, path: readonly string[], value: AttributeValue): Record<string, AttributeValue> {
  const [step = '', ...rest] = path;
  const inner = attributes[step];
  const below = Array.isArray(inner) && typeof inner[0] === 'object' && inner[0] !== null ? (inner[0] as Record<string, AttributeValue>) : {};
  return { ...attributes, [step]: rest.length === 0 ? value : [placed(below, rest, value)] };
}

const anyResource = fc.constantFrom(...RULED_TYPES).chain((type) => {
  const paths = ['region', ...(decided.get(type) ?? [])];
  return fc.array(fc.tuple(fc.constantFrom(...paths), written), { maxLength: 8 }).map((given) => resource(`${type}.a`, given.reduce<Record<string, AttributeValue>>((attributes, [path, value]) => placed(attributes, path.split('.'), value), {})));
});

const hold = (check: (cost: ResourceCost) => void): void => {
  fc.assert(
    fc.property(anyResource, fc.constantFrom(new Usage(), new Usage('small'), new Usage('large')), fc.boolean(), (one, usage, freeAllowances) => {
      for (const cost of estimateCost(modelOf([one]), shippedBook, { today: '2026-11-22', usage, freeAllowances }).resources) check(cost);
    }),
    { numRuns: 500 },
  );
};

test('nothing is at 0 without being free: a priced line has an amount above nothing or a quantity of nothing', () => {
  hold((cost) => {
    if (cost.lines.length === 0) expect(['free', 'elsewhere', 'unknown'], cost.type).toContain(cost.status);
    for (const line of cost.lines) {
      expect(line.monthly === undefined, `${cost.type}: ${line.name}`).toBe(line.unknown !== undefined);
      if (line.monthly === undefined) continue;
      expect(line.price?.amount.compare(Decimal.zero), `${cost.type}: ${line.name}`).toBe(1);
      expect(line.monthly.value.isNegative).toBe(false);
      if (line.monthly.value.isZero) expect(line.quantity?.value.isZero, `${cost.type}: ${line.name}`).toBe(true);
    }
    if (cost.status === 'unknown') expect(totalOf(cost).isZero && cost.notes.length + cost.lines.length > 0, cost.type).toBe(true);
  });
});

test('a resource is the sum of its lines exactly, from its least to its most', () => {
  hold((cost) => {
    for (const end of ['low', 'value', 'high'] as const) {
      const lines = sumOf(cost.lines.flatMap((line) => (line.monthly === undefined ? [] : [line.monthly[end]])));
      expect(lines.toString(), cost.type).toBe(cost.fixed[end].plus(cost.usage[end]).toString());
    }
    expect(cost.fixed.low.compare(cost.fixed.value) <= 0 && cost.fixed.value.compare(cost.fixed.high) <= 0, cost.type).toBe(true);
  });
});

test('every price has a unit of the list, a day, a source, a method, a confidence and the step that found it', () => {
  hold((cost) => {
    for (const { price, name } of cost.lines) {
      if (price === undefined) continue;
      expect(PRICE_UNITS, `${cost.type}: ${name}`).toContain(price.unit);
      expect(price.asOf, `${cost.type}: ${name}`).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect([price.source !== '', price.dimension !== '', ['listed', 'derived', 'estimated', 'own'].includes(price.method), ['high', 'medium', 'low'].includes(price.confidence)], `${cost.type}: ${name}`).toEqual([true, true, true, true]);
      expect(PRICE_STEPS, `${cost.type}: ${name}`).toContain(price.step);
      if (price.method === 'estimated') expect([price.confidence, price.note === undefined], `${cost.type}: ${name}`).toEqual(['low', false]);
    }
  });
});

/** A part that is there all month is charged in a unit with a time in it, or once for each thing in a month. */
const TIMED = new Set<string>(PRICE_UNITS.filter((unit) => unit === 'month' || /(^|-)(month|hour|day|year|minute|second)$/.test(unit)));

test('what follows from the configuration is charged in a unit with a time in it', () => {
  hold((cost) => {
    for (const line of cost.lines) {
      if (line.kind !== 'fixed' || line.price === undefined) continue;
      expect(TIMED, `${cost.type}: ${line.name}`).toContain(line.price.unit);
    }
  });
});

/** One resource of each type, of a common size. */
const COMMON: Readonly<Record<string, Record<string, AttributeValue>>> = {
  aws: { region: 'eu-west-1', instance_type: 'm5.large', instance_class: 'db.m5.large', node_type: 'cache.m5.large', engine: 'postgres' },
  azurerm: { location: 'westeurope', size: 'Standard_D2s_v5', vm_size: 'Standard_D2s_v5', sku_name: 'Standard', sku: 'Standard' },
  google: { region: 'europe-west1', zone: 'europe-west1-b', machine_type: 'n2-standard-4', tier: 'db-custom-2-7680' },
};
const everyType = modelOf(RULED_TYPES.map((type) => resource(`${type}.a`, COMMON[type.split('_', 1)[0] ?? ''] ?? {})));
const priced = (book: PriceBook): readonly ResourceCost[] => estimateCost(everyType, book, { today: '2026-11-22', usage: new Usage('medium') }).resources;

test('an own price of the key that an estimate prints is the price of that line, or what its note makes of it', () => {
  const prices = priced(shippedBook).flatMap((cost) => cost.lines.flatMap(({ price }) => (price === undefined ? [] : [price])));
  const rows = new Map(prices.map(({ provider, service, region, dimension, unit }) => [[provider, service, region, dimension].join(), [provider, service, region, dimension, unit, '7.7', '2026-10-01', 'contract', 'listed', 'high']]));
  expect(rows.size).toBeGreaterThan(250);
  for (const { type, lines } of priced(new PriceBook(shipped, [{ name: 'own.csv', text: printCsv([[...BOOK_COLUMNS], ...rows.values()]) }]))) {
    for (const { name, price } of lines) {
      if (price === undefined) continue;
      expect([price.method, price.step, price.asOf], `${type}: ${name}`).toEqual(['own', 'own', '2026-10-01']);
      if (price.note === undefined) expect(price.amount.compare(decimal('7.7')), `${type}: ${name}`).toBe(0);
    }
  }
});

test('pricing reaches for no network', () => {
  const reached = [vi.spyOn(Socket.prototype, 'connect'), vi.spyOn(globalThis, 'fetch')];
  priced(new PriceBook(shipped));
  for (const one of reached) expect(one).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
