/** Every type of the provider catalogue with a rule of cost says what that rule does: node tools/build-price-dimensions.mjs writes it anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dimensionsOf } from '../../src/engines/cost/estimate.ts';
import { PriceBook } from '../../src/engines/price-book/price-book.ts';

const root = join(import.meta.dirname, '..', '..');
const book = new PriceBook({ read: (name) => readFileSync(join(root, 'prices', name)) });

test.each(['aws', 'azurerm', 'google'])('%s: the catalogue tells of every type with a rule what decides its price', { timeout: 120_000 }, (provider) => {
  const { types } = JSON.parse(readFileSync(join(root, 'providers', `${provider}.json`), 'utf8')) as { types: Record<string, { price?: unknown }> };
  const wrong = Object.entries(types).filter(([type, { price }]) => {
    const dimensions = dimensionsOf(type, book);
    return dimensions !== undefined && dimensions.length > 0 && JSON.stringify(price) !== JSON.stringify(dimensions);
  });
  expect(wrong.map(([type]) => type)).toEqual([]);
});
