import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, decimal, sumOf } from './money.ts';

const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.integer({ min: 0, max: 12 })).map(([coefficient, scale]) => new Decimal(coefficient, scale));

test('what is printed reads as the same value', () => {
  fc.assert(fc.property(decimals, (value) => {
    expect(decimal(value.toString()).compare(value)).toBe(0);
  }));
});

test('sums do not depend on the order, and lose nothing', () => {
  fc.assert(
    fc.property(fc.array(decimals), (values) => {
      expect(sumOf(values).compare(sumOf([...values].reverse()))).toBe(0);
      expect(sumOf([...values, ...values.map((value) => value.negated())]).isZero).toBe(true);
    }),
  );
  expect(sumOf(Array.from({ length: 10 }, () => decimal('0.1'))).toString()).toBe('1');
});

test('multiplication distributes over addition', () => {
  fc.assert(fc.property(decimals, decimals, decimals, (a, b, c) => {
    expect(a.times(b.plus(c)).compare(a.times(b).plus(a.times(c)))).toBe(0);
  }));
});

test('division is right to half of the last digit', () => {
  fc.assert(
    fc.property(decimals, decimals.filter((value) => !value.isZero), fc.integer({ min: 0, max: 12 }), (a, b, digits) => {
      const rest = a.minus(a.dividedBy(b, digits).times(b));
      const size = (value: Decimal): Decimal => (value.isNegative ? value.negated() : value);
      // A tenth above the half: the quotient is cut one digit further before it is rounded.
      expect(size(rest).compare(size(b).times(new Decimal(6n, digits + 1)))).not.toBe(1);
    }),
  );
});

test('halves are rounded away from zero, and a fixed form has its digits', () => {
  expect([decimal('0.005').toFixed(2), decimal('-0.005').toFixed(2), decimal('32.85').toFixed(0), decimal('1.5').toFixed(3)]).toEqual(['0.01', '-0.01', '33', '1.500']);
});

test.each([['0.0000000309', '0.0000000309'], ['1.6e-7', '0.00000016'], ['2E3', '2000'], ['-0', '0'], ['007.50', '7.5']])('%s is read as %s', (text, printed) => {
  expect(Decimal.parse(text)?.toString()).toBe(printed);
});

test.each(['', 'NaN', '1,5', '0x10', '1e999', '--1', '1.', '.5', '9'.repeat(100)])('%j is no decimal', (text) => {
  expect(Decimal.parse(text)).toBeUndefined();
});
