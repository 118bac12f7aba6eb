import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, decimal } from '../../domain/money.ts';
import { Amount, Undecided } from './amount.ts';

const number = fc.integer({ min: -1000, max: 1000 });
/** An amount with a number that it may be. */
const amountAndValue = fc.tuple(number, fc.nat(500), fc.nat(500), fc.boolean(), fc.boolean()).map(([value, below, above, openBelow, openAbove]) => ({ value, amount: new Amount(openBelow ? undefined : decimal(value - below), openAbove ? undefined : decimal(value + above)) }));

function contains({ low, high }: Amount, value: Decimal): boolean {
  return (low === undefined || low.compare(value) <= 0) && (high === undefined || high.compare(value) >= 0);
}

/** The answer, or undefined where it cannot be told. */
function told<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}

test('law: whatever an amount may be, a sum, a difference, a product and a quotient hold what follows from it', () => {
  fc.assert(
    fc.property(amountAndValue, amountAndValue, number, (a, b, factor) => {
      expect(contains(a.amount.plus(b.amount), decimal(a.value + b.value))).toBe(true);
      expect(contains(a.amount.minus(b.amount), decimal(a.value - b.value))).toBe(true);
      expect(contains(a.amount.times(Amount.from(factor)), decimal(a.value * factor))).toBe(true);
      if (factor !== 0) expect(contains(a.amount.dividedBy(Amount.from(factor)), decimal(a.value).dividedBy(decimal(factor), 12))).toBe(true);
    }),
  );
});

test('law: a comparison that is answered is right for everything that the amounts may be', () => {
  fc.assert(
    fc.property(amountAndValue, amountAndValue, (a, b) => {
      const less = told(() => a.amount.isLess(b.amount));
      if (less !== undefined) expect(less).toBe(a.value < b.value);
      const same = told(() => a.amount.isSame(b.amount));
      if (same !== undefined) expect(same).toBe(a.value === b.value);
    }),
  );
});

test('law: known amounts are always compared', () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect([Amount.from(a).isLess(Amount.from(b)), Amount.from(a).isSame(Amount.from(BigInt(b)))]).toEqual([a < b, a === b]);
    }),
  );
});

test('what is not known is never printed as nothing', () => {
  expect(String(new Amount(Decimal.zero, undefined, '', 'money'))).toBe('unknown');
  expect(String(new Amount(decimal('12.5'), undefined, '', 'money'))).toBe('12.50 and an unknown part');
  expect(String(new Amount(undefined, undefined))).toBe('unknown');
  expect(String(Amount.exactly(Decimal.zero, 'money'))).toBe('0.00');
});

test('nothing is divided by nothing, or by what is not known', () => {
  expect(told(() => Amount.from(1).dividedBy(Amount.from(0)))).toBeUndefined();
  expect(told(() => Amount.from(1).dividedBy(new Amount(decimal(1), undefined)))).toBeUndefined();
  expect(told(() => Amount.from(Number.NaN))).toBeUndefined();
});
