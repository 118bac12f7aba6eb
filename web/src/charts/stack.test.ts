import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaPath, stackOf } from './stack.ts';

const values = fc.array(fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined }), { minLength: 5, maxLength: 5 });

test('every layer stands on the one below, and the highest ends at the sum of the day', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 6 }), (layers) => {
      const stack = stackOf(layers.map((one, index) => ({ label: String(index), values: one })));
      for (let day = 0; day < 5; day += 1) {
        const known = layers.some((layer) => layer[day] !== undefined);
        const sum = layers.reduce((total, layer) => total + (layer[day] ?? 0), 0);
        expect(stack.at(-1)?.[day]?.high).toBe(known ? sum : undefined);
        stack.forEach((layer, index) => expect(layer[day]?.low).toBe(known ? (stack[index - 1]?.[day]?.high ?? 0) : undefined));
      }
    }),
  );
});

test('a day that nobody recorded is a hole in the picture and not a day that cost nothing', () => {
  const [only = []] = stackOf([{ label: 'a', values: [1, undefined, 2] }]);
  expect(areaPath(only, (place) => place * 10, (value) => value).match(/M/g)).toHaveLength(2);
});
