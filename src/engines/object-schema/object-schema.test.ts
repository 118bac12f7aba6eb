import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Schema } from '../../domain/kinds/definition.ts';
import { KINDS } from '../../domain/kinds/registry.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { normalise } from './normalise.ts';
import { rootSchema } from './root.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1, pattern: '^[a-z]+$' },
        size: { type: 'integer', default: 1, minimum: 0, maximum: 10 },
        mode: { type: 'string', enum: ['fast', 'safe'] },
        at: { type: 'string', format: 'date-time' },
        ports: { type: 'array', maxItems: 2, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port'], items: { type: 'object', properties: { port: { type: 'integer' } }, required: ['port'] } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
};

const problems = (spec: unknown): string[] => normalise(SCHEMA, { spec }).problems.map((problem) => `${problem.field} ${problem.reason} ${problem.message}`);

test('defaults are put in, unknown fields taken out and named, open objects kept', () => {
  const result = normalise(SCHEMA, { spec: { name: 'a', bogus: 1, ports: [{ port: 1, extra: 2 }], open: { any: { thing: 1 } } } });
  expect(result).toEqual({ value: { spec: { name: 'a', size: 1, ports: [{ port: 1 }], open: { any: { thing: 1 } } } }, unknown: ['spec.bogus', 'spec.ports[0].extra'], problems: [] });
});

test.each([
  [{}, 'spec.name FieldValueRequired Required value'],
  [{ name: 5 }, 'spec.name FieldValueTypeInvalid Invalid value: "integer": spec.name in body must be of type string: "integer"'],
  [{ name: true }, 'spec.name FieldValueTypeInvalid Invalid value: "boolean": spec.name in body must be of type string: "boolean" (unquoted y, n, yes, no, on and off are booleans in YAML 1.1: put the value in quotes)'],
  [{ name: 'A' }, `spec.name FieldValueInvalid Invalid value: "A": spec.name in body should match '^[a-z]+$'`],
  [{ name: 'a', size: 11 }, 'spec.size FieldValueInvalid Invalid value: 11: spec.size in body should be less than or equal to 10'],
  [{ name: 'a', size: 1.5 }, 'spec.size FieldValueTypeInvalid Invalid value: "number": spec.size in body must be of type integer: "number"'],
  [{ name: 'a', mode: 'x' }, 'spec.mode FieldValueNotSupported Unsupported value: "x": supported values: "fast", "safe"'],
  [{ name: 'a', at: 'yesterday' }, 'spec.at FieldValueInvalid Invalid value: "yesterday": spec.at in body must be of type date-time (RFC 3339)'],
  [{ name: 'a', ports: [{ port: 1 }, { port: 1 }] }, 'spec.ports[1] FieldValueDuplicate Duplicate value: {"port":1}'],
  [{ name: 'a', labels: { x: 1 } }, 'spec.labels.x FieldValueTypeInvalid Invalid value: "integer": spec.labels.x in body must be of type string: "integer"'],
  [{ name: null }, 'spec.name FieldValueTypeInvalid Invalid value: "null": spec.name in body must be of type string: "null"'],
])('%j is refused with its path', (spec, message) => {
  expect(problems(spec)).toEqual([message]);
});

test('what is normal stays the very same object, and what is stored is not looked at again', () => {
  const value = { spec: { name: 'a', size: 2, ports: [{ port: 1 }] } };
  expect(normalise(SCHEMA, value).value).toBe(value);
  const wrong = { spec: { name: 5 } };
  expect(normalise(SCHEMA, { ...wrong }, wrong).problems).toEqual([]);
});

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(fc.object({ key: fc.constantFrom('name', 'size', 'ports', 'x'), maxDepth: 3 }), (spec) => {
      const once = normalise(SCHEMA, { spec });
      const twice = normalise(SCHEMA, once.value);
      expect(twice.value).toEqual(once.value);
      expect(twice.unknown).toEqual([]);
    }),
  );
});

test('a hostile depth is refused, not followed', () => {
  const schema: Schema = { type: 'object', properties: {} };
  (schema.properties as Record<string, Schema>)['a'] = schema;
  let value: Record<string, unknown> = {};
  for (let depth = 0; depth < 5_000; depth++) value = { a: value };
  expect(normalise(schema, value).problems[0]?.message).toContain('nested deeper than');
});

test('fields given twice are named with their path', () => {
  expect(duplicateFields('{"a":1,"b":{"c":1,"c":2},"d":[{"e":1},{"e":1,"\\u0065":2}],"a":"x\\"},{\\"a\\":"}')).toEqual(['b.c', 'd[1].e', 'a']);
  fc.assert(fc.property(fc.jsonValue(), (value) => void expect(duplicateFields(JSON.stringify(value))).toEqual([])));
});

test('every kind has a description on every field, and columns and selectors that exist', () => {
  const undescribed: string[] = [];
  const walk = (schema: Schema, path: string): void => {
    if (schema.description === undefined || schema.description === '') undescribed.push(path);
    for (const [key, child] of Object.entries(schema.properties ?? {})) walk(child, `${path}.${key}`);
    if (schema.items !== undefined) walk(schema.items, `${path}[]`);
    if (schema.additionalProperties !== undefined) walk(schema.additionalProperties, `${path}.*`);
  };
  const has = (schema: Schema | undefined, path: string[]): boolean => {
    if (schema === undefined) return false;
    const [head, ...rest] = path;
    if (head === undefined) return true;
    if (schema['x-kubernetes-preserve-unknown-fields'] === true) return true;
    const [key = '', filter] = head.split('[');
    const next = schema.properties?.[key] ?? schema.additionalProperties;
    return has(filter === undefined ? next : next?.items, rest);
  };
  for (const definition of KINDS) {
    const root = rootSchema(definition);
    walk(root, definition.kind);
    const named = [...definition.columns.map((entry) => entry.path.replace(/^\./, '')), ...definition.selectableFields];
    for (const path of named) expect(has(root, path.split('.')), `${definition.kind} ${path}`).toBe(true);
  }
  expect(undescribed).toEqual([]);
});
