import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResourceInstance } from './model.ts';
import { referenceCircles } from './reference-circles.ts';

function resources(edges: readonly (readonly [number, number])[], count: number): ResourceInstance[] {
  return Array.from({ length: count }, (_, at) => ({
    address: `a_a.r${at}`, resource: `a_a.r${at}`, module: '', mode: 'managed', type: 'a_a', name: `r${at}`, provider: { localName: 'a' }, attributes: {},
    references: edges.filter(([from]) => from === at).map(([, to]) => ({ attribute: 'x', target: `a_a.r${to}`, targetAttribute: 'id', via: 'expression' as const })),
    location: { file: 'main.tf', line: at + 1, column: 1 },
  }));
}

test('a circle is told exactly where one is, and each is one', () => {
  const node = fc.nat({ max: 7 });
  fc.assert(fc.property(fc.array(fc.tuple(node, node), { maxLength: 14 }), (edges) => {
    const problems = referenceCircles(resources(edges, 8));
    const reach = (from: number): Set<number> => {
      const seen = new Set<number>();
      const open = [from];
      for (const at of open) for (const [, to] of edges.filter(([start]) => start === at)) if (!seen.has(to)) { seen.add(to); open.push(to); }
      return seen;
    };
    const inCircles = Array.from({ length: 8 }, (_, at) => at).filter((at) => reach(at).has(at));
    expect(problems.length > 0).toBe(inCircles.length > 0);
    for (const { message } of problems) {
      const path = message.replace('depends on itself: ', '').split(' -> ').map((address) => Number(address.slice('a_a.r'.length)));
      expect(path.at(0)).toBe(path.at(-1));
      for (const [at, to] of path.slice(1).entries()) expect(edges.some(([from, target]) => from === path[at] && target === to)).toBe(true);
    }
  }));
});

test('ten thousand resources between two circles are looked at once', () => {
  const count = 10_000;
  const edges = Array.from({ length: count - 1 }, (_, at) => [at, at + 1] as const);
  const chain = resources([], count).map((resource, at) => ({ ...resource, references: edges[at] === undefined ? [] : [{ attribute: 'x', target: `a_a.r${at + 1}`, targetAttribute: 'id', via: 'expression' as const }] }));
  const closing = (at: number, target: number): void => { chain[at] = { ...chain[at]!, references: [...chain[at]!.references, { attribute: 'y', target: `a_a.r${target}`, targetAttribute: 'id', via: 'expression' }] }; };
  closing(1, 0);
  closing(count - 1, count - 2);
  expect(referenceCircles(chain).map((problem) => problem.message)).toEqual(['depends on itself: a_a.r0 -> a_a.r1 -> a_a.r0', `depends on itself: a_a.r${count - 2} -> a_a.r${count - 1} -> a_a.r${count - 2}`]);
});
