import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entity } from '../../formats/backstage/kinds.ts';
import { RelationIndex } from './relation-index.ts';
import { declaredRelations, inverse, referenceOf, relate } from './relations.ts';

function entity(kind: string, name: string, spec: Record<string, unknown>, namespace?: string): Entity {
  return { apiVersion: 'backstage.io/v1alpha1', kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec };
}

const SET = [
  entity('Component', 'Checkout', { owner: 'payments', system: 'shop', providesApis: ['orders'], consumesApis: ['api:other/stock'], dependsOn: ['resource:db', 'checkout'], subcomponentOf: 'frontend' }),
  entity('API', 'orders', { owner: 'user:ada', system: 'shop' }),
  entity('Resource', 'db', { owner: 'payments' }),
  entity('System', 'shop', { owner: 'payments', domain: 'retail' }),
  entity('Domain', 'retail', { owner: 'payments', subdomainOf: 'company' }),
  entity('Group', 'payments', { type: 'team', children: [], parent: 'everyone', members: ['ada'] }),
  entity('User', 'ada', { memberOf: ['payments'] }),
];

test('every declared reference gives a pair, with the default kind of its field', () => {
  const { bySource } = relate(SET);
  expect(bySource.get('component:default/checkout')).toEqual([
    { type: 'consumesApi', targetRef: 'api:other/stock' },
    { type: 'dependsOn', targetRef: 'resource:default/db' },
    { type: 'ownedBy', targetRef: 'group:default/payments' },
    { type: 'partOf', targetRef: 'component:default/frontend' },
    { type: 'partOf', targetRef: 'system:default/shop' },
    { type: 'providesApi', targetRef: 'api:default/orders' },
  ]);
  expect(bySource.get('group:default/payments')).toEqual([
    { type: 'childOf', targetRef: 'group:default/everyone' },
    { type: 'hasMember', targetRef: 'user:default/ada' },
    { type: 'ownerOf', targetRef: 'component:default/checkout' },
    { type: 'ownerOf', targetRef: 'domain:default/retail' },
    { type: 'ownerOf', targetRef: 'resource:default/db' },
    { type: 'ownerOf', targetRef: 'system:default/shop' },
  ]);
  expect(bySource.get('domain:default/company')).toEqual([{ type: 'hasPart', targetRef: 'domain:default/retail' }]);
});

test('what is not there is listed as dangling, and what cannot be read as malformed', () => {
  const { dangling, malformed } = relate(SET);
  expect(dangling.map(({ field, target }) => `${field} ${target}`)).toEqual([
    'spec.subcomponentOf component:default/frontend', 'spec.consumesApis api:other/stock', 'spec.subdomainOf domain:default/company', 'spec.parent group:default/everyone',
  ]);
  expect(malformed).toEqual([{ source: 'component:default/checkout', field: 'spec.dependsOn', message: expect.stringContaining('names no kind') }]);
});

test('a reference without namespace stays in the namespace of its entity', () => {
  expect(relate([entity('Component', 'web', { owner: 'ops' }, 'shop')]).bySource.get('component:shop/web')).toEqual([{ type: 'ownedBy', targetRef: 'group:shop/ops' }]);
});

const names = fc.constantFrom('a', 'b', 'C');
const anyEntity = fc.tuple(fc.constantFrom('Component', 'API', 'Group', 'System', 'User', 'Resource'), names, fc.dictionary(fc.constantFrom('owner', 'system', 'parent', 'subcomponentOf'), names), fc.dictionary(fc.constantFrom('dependsOn', 'dependencyOf', 'children', 'members', 'memberOf', 'providesApis'), fc.array(fc.constantFrom('a', 'component:b', 'resource:x/c'))))
  .map(([kind, name, one, many]) => entity(kind, name, { ...one, ...many }));

test('every edge has its inverse, and no edge stands twice', () => {
  fc.assert(
    fc.property(fc.array(anyEntity, { maxLength: 8 }), (set) => {
      const { bySource, dangling } = relate(set);
      for (const [source, relations] of bySource) {
        expect(new Set(relations.map((relation) => `${relation.type} ${relation.targetRef}`)).size).toBe(relations.length);
        for (const { type, targetRef } of relations) expect(bySource.get(targetRef)).toContainEqual({ type: inverse(type), targetRef: source });
      }
      const known = new Set(set.map(referenceOf));
      expect(dangling.every(({ target }) => !known.has(target))).toBe(true);
    }),
  );
});

test('the order of entities does not matter', () => {
  fc.assert(fc.property(fc.array(anyEntity, { maxLength: 6 }), (set) => {
    expect(new Map([...relate(set).bySource].sort())).toEqual(new Map([...relate(set.toReversed()).bySource].sort()));
  }));
});

test('an index that follows changes answers as a look over everything, and names whoever changed', () => {
  const step = fc.record({ entity: anyEntity, removed: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
    const index = new RelationIndex();
    const present = new Map<string, Entity>();
    const seen = new Map<string, string>();
    const text = (reference: string): string => JSON.stringify(index.of(reference));
    for (const { entity: one, removed } of steps) {
      const reference = referenceOf(one);
      if (removed) present.delete(reference);
      else present.set(reference, one);
      const changed = removed ? index.remove(reference) : index.put(reference, declaredRelations(one));
      const { bySource } = relate([...present.values()]);
      for (const known of new Set([...seen.keys(), ...bySource.keys()])) {
        expect(index.of(known)).toEqual(bySource.get(known) ?? []);
        if ((seen.get(known) ?? '[]') !== text(known) && known !== reference) expect(changed).toContain(known);
        seen.set(known, text(known));
      }
    }
  }));
});
