import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '../../domain/money.ts';
import { compareCosts } from './compare.ts';

test('the difference is told by days, usage and discounts', () => {
  const [one] = compareCosts([{ name: 'aws_instance.web', monthly: decimal('30') }], [{ name: 'aws_instance.web', effective: decimal('12'), list: decimal('16'), days: 15 }], 30);
  expect(one).toMatchObject({ why: 'compared', sentence: 'aws_instance.web: -18.00: -15.00 because it was charged on 15 of 30 days, +1.00 from usage and prices, -4.00 from discounts' });
});

test('what is only on one side is said to be, and has no difference', () => {
  const result = compareCosts([{ name: 'a', monthly: decimal('5') }, { name: 'u', monthly: undefined }], [{ name: 'b', effective: decimal('7'), list: decimal('7'), days: 30 }, { name: 'u', effective: decimal('1'), list: decimal('1'), days: 30 }], 30);
  expect(result.map((each) => [each.name, each.why, each.difference])).toEqual([['a', 'not-billed', undefined], ['b', 'not-estimated', undefined], ['u', 'estimate-unknown', undefined]]);
});

test('the parts sum to the difference, to the last digit', () => {
  const money = fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.nat(9)).map(([whole, scale]) => decimal(whole).times(decimal(`1e-${scale}`)));
  fc.assert(
    fc.property(money, money, money, fc.integer({ min: 0, max: 31 }), (monthly, effective, list, days) => {
      const [one] = compareCosts([{ name: 'x', monthly }], [{ name: 'x', effective, list, days }], 31);
      const parts = one?.parts;
      expect(parts?.days.plus(parts.usage).plus(parts.discount).compare(one?.difference ?? decimal('1e9'))).toBe(0);
    }),
  );
});
