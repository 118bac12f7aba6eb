import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExactSum } from './exact-sum.ts';
import { decimal, sumOf } from './money.ts';

const amount = fc.oneof(
  fc.tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(18)).map(([whole, scale]) => {
    const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
    return `${whole < 0n ? '-' : ''}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`;
  }),
  fc.constantFrom('8e-7', '-1.5E3', '0', '0.00000000000', '4503599627370495', '-4503599627370496', '9007199254740993'),
);

test('the sum is the sum of the decimals, to the last digit', () => {
  fc.assert(
    fc.property(fc.array(amount, { maxLength: 200 }), (texts) => {
      const sum = new ExactSum();
      for (const text of texts) sum.add(text);
      expect(sum.value.toString()).toBe(sumOf(texts.map(decimal)).toString());
    }),
  );
});

test('a million rows of eight ten-millionths are eighty cents', () => {
  const sum = new ExactSum();
  for (let row = 0; row < 1_000_000; row += 1) sum.add('0.00000080000');
  expect(sum.value.toString()).toBe('0.8');
});

test('what is no decimal is refused', () => {
  for (const text of ['1,5', 'x', '1.2.3', '--1']) expect(() => new ExactSum().add(text)).toThrow('no decimal');
});
