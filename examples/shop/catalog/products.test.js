import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRODUCTS, within } from './products.js';

const products = PRODUCTS.map(([id, name, price]) => ({ id, name, price }));

test('every product has a price', () => {
  assert.ok(products.every((product) => product.price > 0));
});

test('bounds are inclusive', () => {
  assert.deepEqual(within(products, { min: 8, max: 12 }).map((product) => product.id), [4, 6]);
});
