import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_NODES, serviceMap } from './service-map.ts';

const SHOP = [
  { ref: 'component:shop/storefront', relations: [{ type: 'dependsOn', targetRef: 'Component:shop/Cart' }, { type: 'ownedBy', targetRef: 'group:shop/web' }] },
  { ref: 'component:shop/cart', relations: [{ type: 'consumesApi', targetRef: 'api:shop/catalog-api' }, { type: 'dependencyOf', targetRef: 'component:shop/storefront' }] },
  { ref: 'component:shop/catalog', relations: [{ type: 'providesApi', targetRef: 'api:shop/catalog-api' }] },
  { ref: 'api:shop/catalog-api', relations: [{ type: 'apiProvidedBy', targetRef: 'component:shop/catalog' }] },
  { ref: 'component:shop/alone', relations: [{ type: 'dependsOn', targetRef: 'component:shop/gone' }] },
];

test('an edge points from who needs to what is needed, once, whichever side declared it', () => {
  expect(serviceMap(SHOP).edges.map((edge) => `${edge.from.split('/')[1]} > ${edge.to.split('/')[1]}`)).toEqual(['storefront > cart', 'cart > catalog-api', 'catalog-api > catalog', 'alone > gone']);
});

test('a target that nothing describes is drawn and marked', () => {
  expect(serviceMap(SHOP).nodes.filter((node) => !node.found)).toEqual([{ ref: 'component:shop/gone', found: false }]);
});

test('around one entity stand all that it needs and all that needs it, and nobody else', () => {
  const { nodes } = serviceMap(SHOP, 'component:shop/cart');
  expect(nodes.map((node) => node.ref)).toEqual(['api:shop/catalog-api', 'component:shop/cart', 'component:shop/catalog', 'component:shop/storefront']);
  expect(nodes.find((node) => node.center === true)?.ref).toBe('component:shop/cart');
  expect(serviceMap(SHOP, 'group:shop/web').nodes).toEqual([]);
});

test('the picture is bounded, and says how much it leaves out', () => {
  const star = (leaves: number): typeof SHOP => [{ ref: 'component:shop/hub', relations: Array.from({ length: leaves }, (_, n) => ({ type: 'dependsOn', targetRef: `component:shop/leaf-${n}` })) }];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.boolean(), (leaves, centred) => {
      const map = serviceMap(star(leaves), centred ? 'component:shop/hub' : undefined);
      expect(map.nodes.length).toBe(Math.min(MOST_NODES, leaves + 1));
      expect(map.omitted).toBe(leaves + 1 - map.nodes.length);
      const refs = new Set(map.nodes.map((node) => node.ref));
      for (const edge of map.edges) expect(refs.has(edge.from) && refs.has(edge.to)).toBe(true);
    }),
  );
});
