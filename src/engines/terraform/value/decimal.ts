/**
 * Numbers of the Terraform language: binary floating point with 512 bits, as go-cty has them.
 *
 * JavaScript's numbers are not enough: `1/3` prints some 155 digits and a 40-digit account number must
 * stay exact. Safe integers, which is nearly every number in a module, live in `safe` and cost what a
 * JavaScript number costs; anything else is `mantissa * 2^exponent` with a BigInt mantissa rounded half
 * to even at `precision` bits. Precision travels with a number, because Terraform prints the shortest
 * digits that give the same number at its own precision: `log` and `pow` make 53 bits, lengths 64,
 * literals and text 512, and a result has the larger one of its operands.
 */
export interface Decimal {
  /** The value when it is a safe integer or an infinity. */
  readonly safe: number | undefined;
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly precision: number;
}

export const LITERAL_PRECISION = 512;
export const INTEGER_PRECISION = 64;
export const FLOAT_PRECISION = 53;
/** Numbers with more decimal digits or a larger exponent are refused: they only exist to exhaust memory. */
const MAX_DECIMAL_EXPONENT = 20_000;
const MAX_DIGITS = 20_000;

const small = (value: number, precision: number): Decimal => ({ safe: value, mantissa: 0n, exponent: 0, precision });

export const ZERO = small(0, LITERAL_PRECISION);
export const POSITIVE_INFINITY = small(Infinity, FLOAT_PRECISION);
export const NEGATIVE_INFINITY = small(-Infinity, FLOAT_PRECISION);

/** Number of bits of a non-negative BigInt. */
function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)));
}

/** Rounds `mantissa * 2^exponent` (half to even; `sticky` says that nonzero bits were cut off before) and puts it into its canonical form. */
function rounded(mantissa: bigint, exponent: number, precision: number, sticky = false): Decimal {
  const negative = mantissa < 0n;
  let magnitude = negative ? -mantissa : mantissa;
  let scale = exponent;
  const excess = bitLength(magnitude) - precision;
  if (excess > 0) {
    const cut = BigInt(excess);
    const half = 1n << (cut - 1n);
    const rest = magnitude & ((1n << cut) - 1n);
    magnitude >>= cut;
    scale += excess;
    if (rest > half || (rest === half && (sticky || (magnitude & 1n) === 1n))) magnitude += 1n;
  }
  return canonical(negative ? -magnitude : magnitude, scale, precision);
}

function canonical(mantissa: bigint, exponent: number, precision: number): Decimal {
  if (mantissa === 0n) return small(0, precision);
  let value = mantissa;
  let scale = exponent;
  while ((value & 0xffffffffn) === 0n) {
    value >>= 32n;
    scale += 32;
  }
  const low = Number(value & 0xffffffffn);
  const zeros = 31 - Math.clz32(low & -low);
  if (zeros > 0) {
    value >>= BigInt(zeros);
    scale += zeros;
  }
  if (scale >= 0 && scale <= 53) {
    const integer = value << BigInt(scale);
    if (integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER)) return small(Number(integer), precision);
  }
  return { safe: undefined, mantissa: value, exponent: scale, precision };
}

/** A JavaScript number, exactly: integers with the precision of a length, fractions with that of a double. NaN is refused by the caller. */
export function decimalFromNumber(value: number, precision?: number): Decimal {
  if (Number.isSafeInteger(value)) return small(value, precision ?? INTEGER_PRECISION);
  if (!Number.isFinite(value)) return value > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
  let scale = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    scale -= 1;
  }
  return rounded(BigInt(scaled), scale, precision ?? FLOAT_PRECISION);
}

/** An integer of any size, kept exact. */
export function decimalFromBigInt(value: bigint, precision?: number): Decimal {
  return rounded(value, 0, precision ?? Math.max(INTEGER_PRECISION, bitLength(value < 0n ? -value : value)));
}

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Reads `12`, `-1.50`, `1e3`; undefined for anything else and for numbers beyond the limits. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length <= 15 && /^-?\d+$/.test(text)) return small(Number(text), LITERAL_PRECISION);
  if (text.length > MAX_DIGITS) return undefined;
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return undefined;
  const power = Number(match[4] ?? '0') - fraction.length;
  if (Math.abs(power) > MAX_DECIMAL_EXPONENT) return undefined;
  const digits = BigInt(whole + fraction);
  const signed = match[1] === '-' ? -digits : digits;
  if (power >= 0) return rounded(signed * 10n ** BigInt(power), 0, LITERAL_PRECISION);
  return quotient(signed, 10n ** BigInt(-power), 0, LITERAL_PRECISION);
}

/** `numerator / denominator * 2^exponent`, rounded. The denominator is positive. */
function quotient(numerator: bigint, denominator: bigint, exponent: number, precision: number): Decimal {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  const shift = Math.max(0, precision + 2 - (bitLength(magnitude) - bitLength(denominator)));
  const shifted = magnitude << BigInt(shift);
  const whole = shifted / denominator;
  const rest = shifted % denominator;
  // One more bit below carries "and a bit more": it breaks ties the right way.
  const carrying = (whole << 1n) | (rest === 0n ? 0n : 1n);
  return rounded(negative ? -carrying : carrying, exponent - shift - 1, precision);
}

function parts(value: Decimal): { mantissa: bigint; exponent: number } {
  return value.safe === undefined ? value : { mantissa: BigInt(value.safe), exponent: 0 };
}

const isInfinite = (value: Decimal): boolean => value.safe === Infinity || value.safe === -Infinity;

function aligned(left: Decimal, right: Decimal): { left: bigint; right: bigint; exponent: number } {
  const a = parts(left);
  const b = parts(right);
  const exponent = Math.min(a.exponent, b.exponent);
  return { left: a.mantissa << BigInt(a.exponent - exponent), right: b.mantissa << BigInt(b.exponent - exponent), exponent };
}

/** Sum; undefined for an infinity and its opposite. */
export function addDecimals(left: Decimal, right: Decimal): Decimal | undefined {
  const precision = Math.max(left.precision, right.precision);
  if (left.safe !== undefined && right.safe !== undefined) {
    const sum = left.safe + right.safe;
    if (Number.isNaN(sum)) return undefined;
    if (Number.isSafeInteger(sum)) return small(sum, precision);
  }
  if (isInfinite(left)) return left;
  if (isInfinite(right)) return right;
  const both = aligned(left, right);
  return rounded(both.left + both.right, both.exponent, precision);
}

export function negateDecimal(value: Decimal): Decimal {
  if (value.safe !== undefined) return small(-value.safe, value.precision);
  return { ...value, mantissa: -value.mantissa };
}

export function subtractDecimals(left: Decimal, right: Decimal): Decimal | undefined {
  return addDecimals(left, negateDecimal(right));
}

/** Product, exact up to 512 bits; undefined for zero times infinity. */
export function multiplyDecimals(left: Decimal, right: Decimal): Decimal | undefined {
  const precision = Math.max(left.precision, right.precision);
  if (left.safe !== undefined && right.safe !== undefined) {
    const product = left.safe * right.safe;
    if (Number.isNaN(product)) return undefined;
    if (Number.isSafeInteger(product)) return small(product, precision);
  }
  if (isInfinite(left) || isInfinite(right)) return signOf(left) * signOf(right) > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
  const a = parts(left);
  const b = parts(right);
  const product = rounded(a.mantissa * b.mantissa, a.exponent + b.exponent, LITERAL_PRECISION);
  const needed = product.safe === undefined ? bitLength(product.mantissa < 0n ? -product.mantissa : product.mantissa) : 0;
  return { ...product, precision: Math.max(precision, needed) };
}

/** Quotient, an infinity for a division by zero; undefined for 0/0 and for two infinities. */
export function divideDecimals(left: Decimal, right: Decimal): Decimal | undefined {
  const precision = Math.max(left.precision, right.precision);
  if (right.safe === 0) return left.safe === 0 ? undefined : signOf(left) > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
  if (left.safe === 0) return small(left.safe / signOf(right), precision);
  if (isInfinite(right)) return isInfinite(left) ? undefined : small(0, precision);
  if (isInfinite(left)) return signOf(right) > 0 ? left : negateDecimal(left);
  if (left.safe !== undefined && right.safe !== undefined) {
    const whole = left.safe / right.safe;
    if (Number.isSafeInteger(whole) && whole * right.safe === left.safe) return small(whole, precision);
  }
  const a = parts(left);
  const b = parts(right);
  const negative = b.mantissa < 0n;
  return quotient(negative ? -a.mantissa : a.mantissa, negative ? -b.mantissa : b.mantissa, a.exponent - b.exponent, precision);
}

/** Remainder with the sign of the dividend, as `%` of the language: of a division by zero it is the dividend. */
export function remainderOfDecimals(left: Decimal, right: Decimal): Decimal | undefined {
  if (isInfinite(left) || isInfinite(right)) return multiplyDecimals(left, right);
  if (right.safe === 0) return left;
  const precision = Math.max(left.precision, right.precision);
  if (left.safe !== undefined && right.safe !== undefined) return small(left.safe % right.safe || 0, precision);
  // As go-cty: the quotient is rounded before it is cut to a whole number.
  const ratio = divideDecimals(left, right);
  const whole = ratio === undefined ? undefined : roundToInteger(ratio, signOf(ratio) < 0 ? 'ceil' : 'floor');
  const product = whole === undefined ? undefined : multiplyDecimals(right, { ...whole, precision });
  return product === undefined ? undefined : subtractDecimals(left, product);
}

/** -1, 0 or 1. */
export function signOf(value: Decimal): -1 | 0 | 1 {
  if (value.safe !== undefined) return value.safe > 0 ? 1 : value.safe < 0 ? -1 : 0;
  return value.mantissa > 0n ? 1 : -1;
}

/** Negative, zero or positive, as for `Array.sort`. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  if (left.safe !== undefined && right.safe !== undefined) return left.safe < right.safe ? -1 : left.safe > right.safe ? 1 : 0;
  if (isInfinite(left)) return left.safe === Infinity ? 1 : -1;
  if (isInfinite(right)) return right.safe === Infinity ? -1 : 1;
  const both = aligned(left, right);
  return both.left < both.right ? -1 : both.left > both.right ? 1 : 0;
}

export function isInteger(value: Decimal): boolean {
  return value.safe === undefined ? value.exponent >= 0 : Number.isFinite(value.safe);
}

/** The nearest JavaScript number. */
export function decimalToNumber(value: Decimal): number {
  if (value.safe !== undefined) return value.safe;
  return Number(formatDecimal(rounded(value.mantissa, value.exponent, FLOAT_PRECISION)));
}

/** The integer, exactly; undefined for a fraction or an infinity. */
export function decimalToBigInt(value: Decimal): bigint | undefined {
  if (!isInteger(value)) return undefined;
  return value.safe === undefined ? value.mantissa << BigInt(value.exponent) : BigInt(value.safe);
}

/** Rounds towards negative (`floor`) or positive (`ceil`) infinity. */
export function roundToInteger(value: Decimal, direction: 'floor' | 'ceil'): Decimal {
  if (value.safe !== undefined || value.exponent >= 0) return value;
  const down = value.mantissa >> BigInt(-value.exponent);
  return rounded(direction === 'floor' ? down : down + 1n, 0, value.precision);
}

/** Exact decimal digits of `mantissa * 2^exponent`, without trailing zeros, and where the decimal point is. */
function exactDigits(mantissa: bigint, exponent: number): { digits: string; point: number } {
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const text = scaled.toString();
  return { digits: text.replace(/0+$/, ''), point: text.length - (exponent >= 0 ? 0 : -exponent) };
}

/** Cuts `digits` after `count` of them, rounding half to even on the exact value. */
function roundDigits(digits: string, point: number, count: number, direction: 'nearest' | 'up' | 'down'): { digits: string; point: number } {
  if (count >= digits.length) return { digits, point };
  const next = digits.charCodeAt(count) - 48;
  const exactHalf = next === 5 && count + 1 === digits.length;
  const odd = count > 0 && (digits.charCodeAt(count - 1) - 48) % 2 === 1;
  const up = direction === 'up' || (direction === 'nearest' && (exactHalf ? odd : next >= 5));
  const kept = digits.slice(0, count);
  if (!up) return { digits: kept.replace(/0+$/, ''), point };
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  return { digits: raised.replace(/0+$/, ''), point: point + (raised.length - Math.max(count, kept.length)) };
}

/** The shortest digits that read back as the same number at its precision (the algorithm of Go's math/big). */
function shortestDigits(value: Decimal): { digits: string; point: number } {
  const magnitude = value.mantissa < 0n ? -value.mantissa : value.mantissa;
  const exact = exactDigits(magnitude, value.exponent);
  const shift = value.precision + 1 - bitLength(magnitude);
  const mantissa = magnitude << BigInt(shift);
  const exponent = value.exponent - shift;
  const lower = exactDigits(mantissa - 1n, exponent).digits;
  const upper = exactDigits(mantissa + 1n, exponent).digits;
  const inclusive = (mantissa & 2n) === 0n;
  for (let index = 0; index < exact.digits.length; index += 1) {
    const digit = exact.digits[index] ?? '0';
    const below = lower[index] ?? '0';
    const above = upper[index] ?? '0';
    const canDrop = below !== digit || (inclusive && index + 1 === lower.length);
    const canRaise = digit !== above && (inclusive || Number(digit) + 1 < Number(above) || index + 1 < upper.length);
    if (canDrop || canRaise) return roundDigits(exact.digits, exact.point, index + 1, canDrop && canRaise ? 'nearest' : canDrop ? 'down' : 'up');
  }
  return exact;
}

/** As Terraform prints it: no exponent, the shortest digits at the number's precision. */
export function formatDecimal(value: Decimal): string {
  if (value.safe !== undefined) return value.safe === Infinity ? '+Inf' : value.safe === -Infinity ? '-Inf' : Object.is(value.safe, -0) ? '-0' : String(value.safe);
  const sign = value.mantissa < 0n ? '-' : '';
  const { digits, point } = shortestDigits(value);
  return sign + placePoint(digits, point);
}

function placePoint(digits: string, point: number): string {
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  if (point > 0) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  return `0.${'0'.repeat(-point)}${digits}`;
}

/** Fixed or scientific digits of a number: what `%f`, `%e` and `%g` are made of. */
export function digitsOf(value: Decimal, how: { decimals: number } | { significant: number } | 'shortest'): { negative: boolean; digits: string; point: number } {
  const { mantissa, exponent } = parts(value);
  const negative = mantissa < 0n;
  if (mantissa === 0n) return { negative, digits: '', point: 0 };
  if (how === 'shortest') return { negative, ...(value.safe === undefined ? shortestDigits(value) : exactDigits(negative ? -mantissa : mantissa, exponent)) };
  const exact = exactDigits(negative ? -mantissa : mantissa, exponent);
  const count = 'decimals' in how ? exact.point + how.decimals : how.significant;
  if (count < 0) return { negative, digits: '', point: exact.point };
  return { negative, ...roundDigits(exact.digits, exact.point, count, 'nearest') };
}
