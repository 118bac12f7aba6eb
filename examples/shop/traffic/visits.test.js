import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './visits.js';

test('every service of the shop is visited', () => {
  const services = new Set(Array.from({ length: 100 }, (_, n) => visit(n).service));
  assert.deepEqual([...services].sort(), ['cart', 'checkout', 'payments', 'storefront']);
});

test('payments stay within 1 to 53', () => {
  const amounts = Array.from({ length: 500 }, (_, n) => visit(n).body?.amount).filter((amount) => amount !== undefined);
  assert.equal(Math.min(...amounts), 1);
  assert.equal(Math.max(...amounts), 53);
});
