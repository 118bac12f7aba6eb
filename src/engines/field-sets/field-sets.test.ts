import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../../domain/kinds/definition.ts';
import type { ManagedFieldsEntry } from '../../domain/object.ts';
import { fieldsOf } from './compare.ts';
import { apply, trackUpdate } from './managed-fields.ts';
import { difference, equalSets, intersection, isEmpty, parseFieldSet, pathsOf, union, withoutSubtrees } from './set.ts';
import type { FieldSet } from './set.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: {
        ports: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port'], items: { type: 'object' } },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      },
    },
  },
};

const jsonOf = (minKeys: number): fc.Arbitrary<Record<string, unknown>> => fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 3 }), fc.array(fc.integer({ max: 3 }), { maxLength: 2 }), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { minKeys, maxKeys: 3 }),
})).object as fc.Arbitrary<Record<string, unknown>>;
const json = jsonOf(0);
const set: fc.Arbitrary<FieldSet> = json.map((value) => fieldsOf(value, undefined)).filter((fields) => !isEmpty(fields));
const spec = fc.record({
  ports: fc.uniqueArray(fc.record({ port: fc.integer({ min: 1, max: 4 }), name: fc.constantFrom('x', 'y') }), { selector: (item) => item.port, maxLength: 3 }),
  tags: fc.uniqueArray(fc.constantFrom('red', 'green', 'blue'), { maxLength: 3 }),
  rest: json,
});

const by = (manager: string, time = '2026-01-01T00:00:00Z'): { manager: string; apiVersion: string; time: string } => ({ manager, apiVersion: 'v1', time });

interface State {
  object: Record<string, unknown>;
  entries: ManagedFieldsEntry[];
}

function applied(state: State, manager: string, configuration: Record<string, unknown>, force = false): State | string[] {
  const result = apply({ live: state.object, applied: configuration, entries: state.entries, writer: by(manager), force, schema: SCHEMA });
  return 'conflicts' in result ? result.conflicts.map((conflict) => `${conflict.manager} ${conflict.field}`) : result;
}

const EMPTY: State = { object: {}, entries: [] };

describe('sets of fields', () => {
  test('obey the laws of sets', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(equalSets(union(a, b), union(b, a))).toBe(true);
        expect(equalSets(union(a, a), a)).toBe(true);
        expect(isEmpty(difference(a, union(a, b)))).toBe(true);
        expect(equalSets(union(difference(a, b), intersection(a, b)), a)).toBe(true);
        expect(isEmpty(intersection(difference(a, b), b))).toBe(true);
        expect(isEmpty(withoutSubtrees(a, a))).toBe(true);
      }),
    );
  });

  test('name lists by their keys and sets by their values', () => {
    const fields = fieldsOf({ spec: { ports: [{ port: 80, name: 'web' }], tags: ['red'], plain: [1, 2] } }, SCHEMA);
    expect(fields).toEqual({ 'f:spec': { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:port': {}, 'f:name': {} } }, 'f:tags': { 'v:"red"': {} }, 'f:plain': {} } });
    expect(pathsOf(fields)).toEqual(['.spec.ports[port=80]', '.spec.ports[port=80].port', '.spec.ports[port=80].name', '.spec.tags[="red"]', '.spec.plain']);
  });

  test('are read from clients only in their form', () => {
    expect(parseFieldSet({ 'f:spec': { 'k:{"port":80}': {} } })).toBeDefined();
    for (const bad of [{ spec: {} }, { 'f:spec': 1 }, { 'k:nonsense': {} }, []]) expect(parseFieldSet(bad)).toBeUndefined();
  });
});

describe('server-side apply', () => {
  test('of the same configuration a second time changes nothing', () => {
    fc.assert(
      fc.property(json, spec, (base, configuration) => {
        const start: State = { object: { spec: base }, entries: trackUpdate([], undefined, { spec: base }, by('base'), SCHEMA) };
        const once = applied(start, 'one', { spec: configuration }, true) as State;
        const twice = applied(once, 'one', { spec: configuration }) as State;
        expect(twice.object).toBe(once.object);
        expect(twice.entries).toEqual(once.entries);
      }),
    );
  });

  test('by two managers of different fields never conflicts, in either order, and ends the same', () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        const [a, b] = [{ spec: { left } }, { spec: { right } }];
        const ab = applied(applied(EMPTY, 'a', a) as State, 'b', b) as State;
        const ba = applied(applied(EMPTY, 'b', b) as State, 'a', a) as State;
        expect(ab.object).toEqual(ba.object);
        expect(ab.entries.map((entry) => entry.fieldsV1)).toEqual(ba.entries.map((entry) => entry.fieldsV1));
      }),
    );
  });

  test('takes out what the manager no longer gives, and leaves what others own', () => {
    let state = applied(EMPTY, 'a', { spec: { mine: 1, both: 2, limits: { cpu: 1 } } }) as State;
    state = applied(state, 'b', { spec: { both: 2, theirs: 3 } }) as State;
    state = applied(state, 'a', { spec: { other: 4 } }) as State;
    expect(state.object).toEqual({ spec: { other: 4, both: 2, theirs: 3 } });
  });

  test('reports who owns a field that would change, and shares one that would not', () => {
    const state = applied(EMPTY, 'a', { spec: { x: 1, ports: [{ port: 80, name: 'web' }] } }) as State;
    expect(applied(state, 'b', { spec: { x: 2, ports: [{ port: 80, name: 'http' }] } })).toEqual(['"a" .spec.x', '"a" .spec.ports[port=80].name']);
    const forced = applied(state, 'b', { spec: { x: 2 } }, true) as State;
    expect(forced.object).toMatchObject({ spec: { x: 2 } });
    expect(applied(forced, 'a', { spec: { x: 1 } })).toEqual(['"b" .spec.x']);
    expect(applied(forced, 'a', { spec: { x: 2 } })).toMatchObject({ object: { spec: { x: 2 } } });
  });

  test('merges list items by key and set members by value', () => {
    let state = applied(EMPTY, 'a', { spec: { ports: [{ port: 80, name: 'web' }], tags: ['red'] } }) as State;
    state = applied(state, 'b', { spec: { ports: [{ port: 443, name: 'tls' }], tags: ['blue'] } }) as State;
    expect(state.object).toEqual({ spec: { ports: [{ port: 80, name: 'web' }, { port: 443, name: 'tls' }], tags: ['red', 'blue'] } });
    state = applied(state, 'a', { spec: {} }) as State;
    expect(state.object).toEqual({ spec: { ports: [{ port: 443, name: 'tls' }], tags: ['blue'] } });
  });

  test('by kubectl forgives conflicts in the fields of its own annotation only', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { x: 1 } }) };
    const object = { metadata: { annotations }, spec: { x: 1, y: 1 } };
    const state: State = { object, entries: trackUpdate([], undefined, object, by('kubectl-client-side-apply'), SCHEMA) };
    expect(applied(state, 'kubectl', { spec: { x: 2 } })).toMatchObject({ object: { spec: { x: 2 } } });
    expect(applied(state, 'kubectl', { spec: { y: 2 } })).toEqual(['"kubectl-client-side-apply" using v1 .spec.y']);
    expect(applied(state, 'flux', { spec: { x: 2 } })).toEqual(['"kubectl-client-side-apply" using v1 .spec.x']);
  });
});

describe('updates', () => {
  test('move the ownership of changed fields, and drop that of removed ones', () => {
    const first = trackUpdate([], undefined, { spec: { a: 1, b: 1, c: 1 } }, by('one'), SCHEMA);
    const second = trackUpdate(first, { spec: { a: 1, b: 1, c: 1 } }, { spec: { a: 2, b: 1 } }, by('two'), SCHEMA);
    expect(second.map((entry) => [entry.manager, entry.fieldsV1])).toEqual([
      ['one', { 'f:spec': { 'f:b': {} } }],
      ['two', { 'f:spec': { 'f:a': {} } }],
    ]);
  });

  test('every field is owned once after a row of updates, and nothing that is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), jsonOf(1)), { minLength: 1, maxLength: 6 }), (writes) => {
        let object: Record<string, unknown> | undefined;
        let entries: ManagedFieldsEntry[] = [];
        for (const [manager, value] of writes) {
          entries = trackUpdate(entries, object, { spec: value }, by(manager), SCHEMA);
          object = { spec: value };
        }
        const owned = entries.reduce((sum, entry) => union(sum, entry.fieldsV1 as FieldSet), {} as FieldSet);
        expect(isEmpty(difference(fieldsOf(object, SCHEMA), owned))).toBe(true);
        for (const [index, entry] of entries.entries()) {
          for (const other of entries.slice(index + 1)) expect(isEmpty(intersection(entry.fieldsV1 as FieldSet, other.fieldsV1 as FieldSet))).toBe(true);
        }
      }),
    );
  });

  test('by more than ten managers join the oldest', () => {
    let entries: ManagedFieldsEntry[] = [];
    let object: Record<string, unknown> = { spec: {} };
    for (let index = 0; index < 14; index++) {
      const next = { spec: { ...(object['spec'] as object), [`f${index}`]: index } };
      entries = trackUpdate(entries, object, next, by(`manager-${index}`, `2026-01-01T00:00:${String(index).padStart(2, '0')}Z`), SCHEMA);
      object = next;
    }
    expect(entries).toHaveLength(11);
    expect(entries[0]).toMatchObject({ manager: 'ancient-changes', fieldsV1: { 'f:spec': { 'f:f0': {}, 'f:f3': {} } } });
  });
});
