/**
 * Shares of an amount that sum to it exactly.
 *
 * Every share is cut down to ten digits behind the point (or as many as the amount has), and what that leaves goes
 * to those who lost most by it, the earlier one first. So no share is ever negative or above its due by more than
 * one unit of the last digit, and the parts are the whole.
 */
import { Decimal } from '../../domain/money.ts';

const DIGITS = 10;

/** @param amount Not negative. @param weights Not negative; when all are zero nothing can be shared out and every share is zero. */
export function apportion(amount: Decimal, weights: readonly Decimal[]): Decimal[] {
  const scale = Math.max(DIGITS, amount.scale);
  const units = amount.coefficient * 10n ** BigInt(scale - amount.scale);
  const finest = weights.reduce((most, weight) => Math.max(most, weight.scale), 0);
  const sizes = weights.map((weight) => weight.coefficient * 10n ** BigInt(finest - weight.scale));
  const sum = sizes.reduce((all, size) => all + size, 0n);
  if (sum === 0n) return weights.map(() => Decimal.zero);
  const shares = sizes.map((size, index) => ({ index, whole: (units * size) / sum, rest: (units * size) % sum }));
  let left = units - shares.reduce((all, share) => all + share.whole, 0n);
  for (const share of [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))) {
    if (left === 0n) break;
    share.whole += 1n;
    left -= 1n;
  }
  return shares.map(({ whole }) => new Decimal(whole, scale));
}
