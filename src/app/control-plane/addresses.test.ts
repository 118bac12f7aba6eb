import { expect, test } from 'vitest';
import { publicOrigins } from './addresses.ts';

test('a public address is an origin and nothing more', () => {
  expect(publicOrigins(['https://Roadbed.Example.com', 'https://roadbed.example.com:8443/', 'http://10.0.0.7:4600'])).toEqual(['https://roadbed.example.com', 'https://roadbed.example.com:8443', 'http://10.0.0.7:4600']);
});

test.each(['roadbed.example.com', 'ftp://roadbed.example.com', 'https://roadbed.example.com/console', 'https://me:word@roadbed.example.com', 'https://roadbed.example.com?x', 'http://shop.prod.localhost:4602', ''])('%j is refused', (url) => {
  expect(() => publicOrigins([url])).toThrow(expect.objectContaining({ code: 'ROADBED-7011' }));
});
