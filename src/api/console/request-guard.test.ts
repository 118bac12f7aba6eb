import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostRefusal, refusal } from './request-guard.ts';

const HOST = '127.0.0.1:4000';

test('a browser on the console itself may read and write', () => {
  const headers = { host: HOST, origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' };
  expect(refusal({ method: 'GET', path: '/', headers }, [])).toBeUndefined();
  expect(refusal({ method: 'POST', path: '/', headers }, [])).toBeUndefined();
});

test('a link from elsewhere may open a page, and only that', () => {
  const headers = { host: HOST, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect(refusal({ method: 'GET', path: '/', headers }, [])).toBeUndefined();
  expect(refusal({ method: 'POST', path: '/', headers: { ...headers, origin: 'http://evil.example' } }, [])).toBeDefined();
});

const PUBLIC = ['https://roadbed.example', 'http://roadbed.internal:4600'];

test('a configured host name passes, another name and another port do not', () => {
  for (const host of ['roadbed.example', 'Roadbed.Example:443', 'roadbed.internal:4600']) expect(hostRefusal(host, PUBLIC)).toBeUndefined();
  for (const host of ['roadbed.example.evil', 'evil.roadbed.example', 'roadbed.example:80', 'roadbed.example:4600', 'roadbed.internal', 'roadbed.example@evil']) expect(hostRefusal(host, PUBLIC)).toBeDefined();
});

test('behind a TLS proxy only the https origin of the same host changes anything', () => {
  const ask = (host: string, origin: string): string | undefined => refusal({ method: 'POST', path: '/', headers: { host, origin } }, PUBLIC);
  expect(ask('roadbed.example', 'https://roadbed.example')).toBeUndefined();
  expect(ask('127.0.0.1:4600', 'http://127.0.0.1:4600')).toBeUndefined();
  for (const [host, origin] of [['roadbed.example', 'http://roadbed.example'], ['roadbed.example', 'http://roadbed.internal:4600'], ['127.0.0.1:4600', 'https://roadbed.example'], ['roadbed.internal:4600', 'https://roadbed.example'], ['roadbed.example', 'null']] as const) expect(ask(host, origin)).toBeDefined();
});

test('programs without an Origin are told by Host alone: an address cannot be rebound, a name can', () => {
  for (const host of [HOST, 'localhost:4000', '[::1]:4000', '192.0.2.7']) expect(hostRefusal(host, [])).toBeUndefined();
  for (const host of [undefined, '', 'rebound.example:4000', 'checkout.prod.localhost', '127.0.0.1.rebound.example']) expect(hostRefusal(host, [])).toBeDefined();
});

test('no origin but the console\'s own ever changes anything', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.constant('null')), fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'), (origin, method) => {
      fc.pre(origin.toLowerCase() !== `http://${HOST}`);
      expect(refusal({ method, path: '/', headers: { host: HOST, origin } }, [])).toBeDefined();
    }),
  );
});
