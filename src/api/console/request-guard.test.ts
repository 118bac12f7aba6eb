import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostRefusal, refusal } from './request-guard.ts';

const HOST = '127.0.0.1:4000';

test('a browser on the console itself may read and write', () => {
  const headers = { host: HOST, origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' };
  expect(refusal({ method: 'GET', path: '/', headers }, [], false)).toBeUndefined();
  expect(refusal({ method: 'POST', path: '/', headers }, [], false)).toBeUndefined();
});

test('a link from elsewhere may open a page, and only that', () => {
  const headers = { host: HOST, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect(refusal({ method: 'GET', path: '/', headers }, [], false)).toBeUndefined();
  expect(refusal({ method: 'POST', path: '/', headers: { ...headers, origin: 'http://evil.example' } }, [], false)).toBeDefined();
});

test('a configured host name passes, others do not, with or without a port', () => {
  expect(refusal({ method: 'GET', path: '/', headers: { host: 'roadbed.example:4000' } }, ['roadbed.example'], false)).toBeUndefined();
  expect(refusal({ method: 'GET', path: '/', headers: { host: 'roadbed.example.evil' } }, ['roadbed.example'], false)).toBeDefined();
});

test('programs without an Origin are told by Host alone: an address cannot be rebound, a name can', () => {
  for (const host of [HOST, 'localhost:4000', '[::1]:4000', '192.0.2.7']) expect(hostRefusal(host, [])).toBeUndefined();
  for (const host of [undefined, '', 'rebound.example:4000', 'checkout.prod.localhost', '127.0.0.1.rebound.example']) expect(hostRefusal(host, [])).toBeDefined();
});

test('no origin but the console\'s own ever changes anything', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.constant('null')), fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'), (origin, method) => {
      fc.pre(origin.toLowerCase() !== `http://${HOST}`);
      expect(refusal({ method, path: '/', headers: { host: HOST, origin } }, [], false)).toBeDefined();
    }),
  );
});
