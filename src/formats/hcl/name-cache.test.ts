import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameAt } from './name-cache.ts';

test('a cached name is always the one that is written there', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '_', '-', '1', 'é'), minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 40 }), (names) => {
      const text = names.join(' ');
      let at = 0;
      for (const each of names) {
        expect(nameAt(text, at, at + each.length)).toBe(each);
        at += each.length + 1;
      }
    }),
    { numRuns: 200 },
  );
});
