import { expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import { checkTable } from './table-rules.ts';
import { revision, table } from './testing/tables.ts';

const good = table(3, [revision('r1', 1, 8_080)], { sticky: { kind: 'cookie', name: 'roadbed-user' } });

test('a good table passes unchanged, without fields that are not known', () => {
  expect(checkTable(good)).toEqual(good);
  expect(checkTable({ ...good, more: 1 })).toEqual(good);
});

test.each([
  ['the top', null],
  ['version', { ...good, version: 1.5 }],
  ['routes', { ...good, routes: {} }],
  ['routes[0].host', table(1, [], { host: 'A.dev' })],
  ['routes[0].host', table(1, [], { host: 'a\r\nX: 1' })],
  ['routes[0].pathPrefix', table(1, [], { pathPrefix: 'x' })],
  ['routes[0].revisions[0].revision', table(1, [revision('a\r\nb', 1, 1)])],
  ['routes[0].revisions[0].weight', table(1, [revision('a', -1, 1)])],
  ['routes[0].revisions[0].weight', table(1, [revision('a', NaN, 1)])],
  ['routes[0].revisions[0].endpoints[0].port', table(1, [revision('a', 1, 70_000)])],
  ['routes[0].revisions', table(1, [revision('a', 1, 1), revision('a', 1, 2)])],
  ['routes[0].sticky.name', table(1, [], { sticky: { kind: 'header', name: 'a b' } })],
  ['routes[1]', { version: 1, routes: [...good.routes, ...good.routes] }],
])('a bad table is refused, naming the place: %s', (place, bad) => {
  let error: unknown;
  try {
    checkTable(bad);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(PlatformError);
  expect(error).toMatchObject({ code: 'ROADBED-1202', message: expect.stringContaining(`at ${place}.`) });
});
