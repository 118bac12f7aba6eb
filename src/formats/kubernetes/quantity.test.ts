import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuantity } from './quantity.ts';

test.each([
  ['100m', '0.1'], ['1Gi', '1073741824'], ['1e3', '1000'], ['1E3', '1000'], ['1E', '1000000000000000000'], ['1Ki', '1024'], ['0.5Gi', '536870912'], ['.5', '0.5'], ['5.', '5'], ['12e-1', '1.2'], ['128974848', '128974848'], ['129M', '129000000'], ['1k', '1000'], ['250u', '0.00025'], ['1n', '0.000000001'], ['-1', '-1'], ['+2', '2'], ['1Ei', '1152921504606846976'], ['0', '0'],
])('%s is %s', (text, value) => {
  expect(parseQuantity(text)?.toString()).toBe(value);
});

test.each(['', 'm', '1K', '1gi', '1 Gi', '1,5', '1.2.3', '0x10', '1mi', '1Gii', 'Infinity', 'NaN', '1e', '1e999', '9'.repeat(41)])('%s is no quantity', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

test('numbers are what YAML makes of them; other things are none', () => {
  expect([parseQuantity(2), parseQuantity(0.5), parseQuantity(1e3)].map(String)).toEqual(['2', '0.5', '1000']);
  expect([parseQuantity(null), parseQuantity(true), parseQuantity({}), parseQuantity(Number.NaN)]).toEqual([undefined, undefined, undefined, undefined]);
});

test('a suffix is a factor, exactly', () => {
  fc.assert(fc.property(fc.bigInt(0n, 10n ** 15n), fc.constantFrom<[string, bigint]>(['Ki', 1024n], ['Mi', 1024n ** 2n], ['Gi', 1024n ** 3n], ['Ti', 1024n ** 4n], ['k', 1000n], ['M', 10n ** 6n], ['G', 10n ** 9n]), (count, [suffix, factor]) => parseQuantity(`${count}${suffix}`)?.toString() === String(count * factor)));
});
