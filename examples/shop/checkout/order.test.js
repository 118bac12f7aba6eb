import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOrder } from './order.js';

const pay = (status) => async () => ({ status, json: async () => ({ reference: 'pay-1' }) });

test('an empty cart cannot be ordered', async () => {
  assert.equal((await placeOrder({ total: 0 }, pay(201), async () => 1)).status, 409);
});

test('a paid cart becomes an order with its reference', async () => {
  assert.deepEqual(await placeOrder({ total: 12 }, pay(201), async () => 7), { status: 201, body: { order: 7, reference: 'pay-1' } });
});

test('a failing payment service is told as such and saves nothing', async () => {
  let saved = 0;
  assert.equal((await placeOrder({ total: 12 }, pay(500), async () => (saved += 1))).status, 502);
  assert.equal(saved, 0);
});
