import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOut } from './dependency-layers.ts';

const names = (columns: ReturnType<typeof layOut>['columns']): string[][] => columns.map((column) => column.flatMap((slot) => slot.ref ?? []).toSorted());

test('who needs something stands left of what is needed, and next to it', () => {
  const edges = [{ from: 'storefront', to: 'cart' }, { from: 'cart', to: 'catalog' }, { from: 'api', to: 'catalog' }];
  expect(names(layOut(['api', 'cart', 'catalog', 'storefront'], edges).columns)).toEqual([['storefront'], ['api', 'cart'], ['catalog']]);
});

test('a long line has a slot of its own in every column between', () => {
  const edges = [{ from: 'storefront', to: 'cart' }, { from: 'cart', to: 'catalog' }, { from: 'storefront', to: 'catalog' }];
  const { columns, lines } = layOut(['cart', 'catalog', 'storefront'], edges);
  expect(columns.map((column) => column.length)).toEqual([1, 2, 1]);
  expect(lines[2]).toHaveLength(3);
});

test('every node has exactly one place, and every line ends at its own, also in a cycle', () => {
  const ref = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  fc.assert(
    fc.property(fc.uniqueArray(ref), fc.array(fc.record({ from: ref, to: ref }), { maxLength: 12 }), (refs, all) => {
      const edges = all.filter((edge) => refs.includes(edge.from) && refs.includes(edge.to));
      const { columns, lines } = layOut(refs, edges);
      expect(names(columns).flat().toSorted()).toEqual(refs.toSorted());
      expect(lines.map((line) => [line[0], line.at(-1)])).toEqual(edges.map((edge) => [edge.from, edge.to]));
    }),
  );
});
