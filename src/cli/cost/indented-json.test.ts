import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indentedJson, LongList } from './indented-json.ts';

it('prints any document as JSON.stringify does, long lists among it', () => {
  const entry = fc.jsonValue();
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(undefined))), fc.array(entry, { maxLength: 3 }), fc.string(), (document, entries, name) => {
      const many = Array.from({ length: 300 }, (_, index) => entries[index % Math.max(1, entries.length)] ?? { index });
      for (const list of [entries, many]) {
        const pieces = [...indentedJson({ ...document, [name]: new LongList(list, (one) => one) })];
        expect(pieces.join('')).toBe(`${JSON.stringify({ ...document, [name]: list }, undefined, 2)}\n`);
      }
    }),
  );
});

it('prints a document of nothing', () => {
  expect([...indentedJson({})].join('')).toBe('{}\n');
});

it('makes the entries of a list when they are printed, and not all at once', () => {
  let made = 0;
  const pieces = indentedJson({ resources: new LongList(Array.from({ length: 1000 }, (_, index) => index), (one) => {
    made += 1;
    return one;
  }) });
  pieces.next();
  expect(made).toBeLessThan(1000);
});
