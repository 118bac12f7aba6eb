/** Arithmetic of spans: each of the three numbers on its own, so that low <= value <= high stays true. */
import { Decimal } from '../../domain/money.ts';
import type { Span } from './cost-line.ts';

export const NOTHING: Span = { value: Decimal.zero, low: Decimal.zero, high: Decimal.zero };

export function exactly(value: Decimal): Span {
  return { value, low: value, high: value };
}

/** Whether all three are one number, which most are; such a span is worked out once. */
function isOne(span: Span): boolean {
  return span.low === span.value && span.high === span.value;
}

export function plus(a: Span, b: Span): Span {
  if (isOne(a) && isOne(b)) return exactly(a.value.plus(b.value));
  return { value: a.value.plus(b.value), low: a.low.plus(b.low), high: a.high.plus(b.high) };
}

/** `factor` must not be negative. */
export function times(span: Span, factor: Decimal): Span {
  if (isOne(span)) return exactly(span.value.times(factor));
  return { value: span.value.times(factor), low: span.low.times(factor), high: span.high.times(factor) };
}

export function sumOfSpans(spans: Iterable<Span>): Span {
  let sum = NOTHING;
  for (const span of spans) sum = plus(sum, span);
  return sum;
}

export function isExact(span: Span): boolean {
  return span.low.compare(span.high) === 0;
}
