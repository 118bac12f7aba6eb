import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiObject } from '../../../domain/object.ts';
import type { ObjectKey } from '../../../ports/object-store.ts';
import { Entry, EntryPool, serialise } from './entry.ts';
import { KindIndex } from './kind-index.ts';

const dictionary = fc.dictionary(fc.string(), fc.jsonValue());

test('any object comes back as it was, with the new resourceVersion and no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), dictionary, dictionary, fc.jsonValue(), fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), (apiVersion, kind, metadata, rest, spec, version) => {
      const object = { ...rest, apiVersion, kind, metadata: { ...metadata, resourceVersion: 'old' }, spec } as unknown as ApiObject;
      const { head, tail } = serialise(object);
      const expected = JSON.parse(JSON.stringify({ ...object, metadata: { ...metadata, resourceVersion: String(version) } })) as unknown;
      expect(JSON.parse(`${head}${version}${tail}`)).toEqual(expected);
      expect(head.endsWith('"metadata":{"resourceVersion":"')).toBe(true);
    }),
  );
});

test('labels are one frozen record for all objects that have the same ones', () => {
  const pool = new EntryPool();
  expect(pool.labels('{"a":"b"}')).toBe(pool.labels('{"a":"b"}'));
  expect(Object.isFrozen(pool.labels('{"a":"b"}'))).toBe(true);
  expect(pool.labels(null)).toEqual({});
});

test('the parsed form is dropped when there are too many, and parsed again when asked for', () => {
  const pool = new EntryPool();
  const entries = Array.from({ length: 6_000 }, (_, index) => new Entry({ group: 'g', plural: 'p', namespace: 'n', name: `${index}` }, BigInt(index), `{"index":${index}}`, {}, pool));
  const first = entries[0]?.object;
  for (const entry of entries) expect(entry.object).toBeDefined();
  expect(entries.at(-1)?.object).toBe(entries.at(-1)?.object);
  expect(entries[0]?.object).not.toBe(first);
  expect(entries[0]?.object).toEqual(first);
});

test('the index of a kind is what a sorted map would be', () => {
  const names = fc.constantFrom('a', 'a-b', 'b', 'ab', 'c0', 'c-1', 'z');
  const command = fc.record({ put: fc.boolean(), namespace: fc.constantFrom('', 'a', 'a-a', 'b'), name: names });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
      const pool = new EntryPool();
      const index = new KindIndex();
      const model = new Map<string, Entry>();
      for (const [turn, { put, namespace, name }] of commands.entries()) {
        const key: ObjectKey = { group: 'g', plural: 'p', namespace, name };
        const entry = new Entry(key, BigInt(turn), '{}', {}, pool);
        const text = `${namespace}\n${name}`;
        expect(put ? index.set(entry) : index.delete(namespace, name)).toBe(model.get(text));
        if (put) model.set(text, entry);
        else model.delete(text);
        expect(index.get(namespace, name)).toBe(model.get(text));
      }
      const ordered = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
      expect(index.list(undefined)).toEqual(ordered);
      expect(index.list('a')).toEqual(ordered.filter((entry) => entry.key.namespace === 'a'));
    }),
  );
});
