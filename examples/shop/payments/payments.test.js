import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorise } from './payments.js';

test('a small payment is approved', () => {
  assert.equal(authorise({ amount: 20 }, 5000).approved, true);
});

test('a payment over the limit is refused with the reason', () => {
  assert.match(authorise({ amount: 9000 }, 5000).reason, /over the limit of 5000/);
});

test('nonsense is refused', () => {
  assert.equal(authorise({ amount: 'much' }, 5000).approved, false);
});
