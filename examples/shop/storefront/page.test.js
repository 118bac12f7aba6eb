import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './page.js';

test('products are listed with their price', () => {
  assert.match(page([{ name: 'Desk lamp', price: 39 }]), /Desk lamp<\/b> 39 EUR/);
});

test('names cannot bring markup in', () => {
  assert.doesNotMatch(page([{ name: '<script>', price: 1 }]), /<script>/);
});
