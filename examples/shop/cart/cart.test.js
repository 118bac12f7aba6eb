import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Carts } from './cart.js';

test('a cart adds up', () => {
  const carts = new Carts();
  carts.add('ann', { id: 1, price: 39 });
  carts.add('ann', { id: 4, price: 12 });
  assert.equal(carts.read('ann').total, 51);
});

test('the oldest cart is forgotten first', () => {
  const carts = new Carts(1);
  carts.add('ann', { id: 1, price: 39 });
  carts.add('bob', { id: 4, price: 12 });
  assert.equal(carts.read('ann').items.length, 0);
});
