import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RouteRevision } from '../../ports/traffic.ts';
import type { CompiledRoute } from './routes.ts';
import { chooseEndpoint, chooseNext, chooseByIdentifier, matchesPrefix, RouteBook } from './routes.ts';
import { cookieValue } from './sticky.ts';
import { HOST, revision, table } from './testing/tables.ts';

function compiled(revisions: RouteRevision[], offset = 0): CompiledRoute {
  const book = new RouteBook();
  book.swap(table(1, revisions), offset);
  const route = book.find(HOST, '/');
  if (route === undefined) throw new Error('not routed');
  return route;
}

const shares = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }).filter((weights) => weights.some((weight) => weight > 0));

describe('the choice of a revision', () => {
  test('gives each its exact share in every full turn, also from a random start', () => {
    fc.assert(
      fc.property(shares, fc.double({ min: 0, max: 0.999, noNaN: true }), (weights, offset) => {
        const route = compiled(weights.map((weight, index) => revision(`r${index}`, weight, 1_000 + index)), offset);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const seen = weights.map(() => 0);
        for (let turn = 0; turn < total * 2; turn += 1) {
          const index = Number(chooseNext(route)?.revision.slice(1));
          seen[index] = (seen[index] ?? 0) + 1;
        }
        expect(seen).toEqual(weights.map((weight) => weight * 2));
      }),
    );
  });

  test('spreads a small share evenly: one in ten, never two in a row', () => {
    const route = compiled([revision('stable', 90, 1), revision('canary', 10, 2)]);
    const turns = Array.from({ length: 200 }, () => chooseNext(route)?.revision);
    const places = turns.flatMap((name, index) => (name === 'canary' ? [index] : []));
    expect(places).toHaveLength(20);
    expect(places.slice(1).every((place, index) => place - (places[index] ?? 0) === 10)).toBe(true);
  });

  test('never takes weight 0 or a revision without endpoints', () => {
    expect(chooseNext(compiled([revision('off', 0, 1)]))).toBeUndefined();
    expect(chooseNext(compiled([revision('empty', 5)]))).toBeUndefined();
    const route = compiled([revision('empty', 50), revision('off', 0, 1), revision('on', 1, 2)]);
    for (let turn = 0; turn < 20; turn += 1) expect(chooseNext(route)?.revision).toBe('on');
  });

  test('by identifier: stable, about its share, and a rising canary only gains people', () => {
    const people = Array.from({ length: 2_000 }, (_, index) => `user-${index}`);
    let before = new Set<string>();
    for (const weight of [0, 5, 10, 25, 50, 100]) {
      const route = compiled([revision('stable', 100 - weight, 1), revision('canary', weight, 2)]);
      const canary = new Set(people.filter((person) => chooseByIdentifier(route, person)?.revision === 'canary'));
      expect(Math.abs(canary.size / people.length - weight / 100)).toBeLessThan(0.03);
      expect([...before].every((person) => canary.has(person))).toBe(true);
      before = canary;
    }
  });
});

describe('the route book', () => {
  test('finds the longest prefix by whole segments', () => {
    expect(matchesPrefix('/api/x', '/api')).toBe(true);
    expect(matchesPrefix('/api?x', '/api')).toBe(true);
    expect(matchesPrefix('/apix', '/api')).toBe(false);
    const book = new RouteBook();
    const [route] = table(1, [revision('r', 1, 1)]).routes;
    if (route === undefined) throw new Error('no route');
    book.swap({ version: 1, routes: [route, { ...route, pathPrefix: '/api/v2' }, { ...route, pathPrefix: '/api' }] }, 0);
    expect(['/', '/api', '/api/v1', '/api/v2/x'].map((path) => book.find(HOST, path)?.prefix)).toEqual(['/', '/api', '/api', '/api/v2']);
    expect(book.find('other', '/')).toBeUndefined();
  });

  test('keeps the place in the turn when shares stay, and the counts of a revision when they change', () => {
    const book = new RouteBook();
    book.swap(table(1, [revision('a', 1, 1), revision('b', 1, 2)]), 0);
    const first = book.find(HOST, '/');
    expect(first && chooseNext(first)?.revision).toBe('a');
    book.swap(table(2, [revision('a', 1, 1), revision('b', 1, 2)]), 0);
    const second = book.find(HOST, '/');
    expect(second && chooseNext(second)?.revision).toBe('b');
    book.swap(table(3, [revision('a', 1, 1)]), 0);
    expect(book.find(HOST, '/')?.targets[0]?.stats).toBe(first?.targets[0]?.stats);
  });

  test('avoids an endpoint that has just refused while there is another', () => {
    const target = compiled([revision('a', 1, 1, 2)]).targets[0];
    if (target === undefined) throw new Error('no target');
    const [first, second] = target.endpoints;
    if (first !== undefined) first.avoidUntil = 100;
    expect(chooseEndpoint(target, [], 50)).toBe(second);
    expect(chooseEndpoint(target, second === undefined ? [] : [second], 50)).toBe(first);
    expect(chooseEndpoint(target, target.endpoints, 50)).toBeUndefined();
  });

  test('reads one cookie among several', () => {
    expect(cookieValue('a=1; session=x=y; b=2', 'session')).toBe('x=y');
    expect(cookieValue('xsession=1', 'session')).toBeUndefined();
  });
});
