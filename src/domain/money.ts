/**
 * Money and quantities as exact decimals.
 *
 * Prices go down to 8·10⁻⁷ of a dollar and sums run over many thousand rows, so nothing here is a
 * binary fraction: a decimal is an integer and a number of digits behind the point. Addition,
 * subtraction and multiplication are exact; only `dividedBy` and `rounded` lose digits, and both are
 * told how many to keep. Halves go away from zero, as on an invoice.
 */
const FORM = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** More digits than any price list writes; bounds what a hostile file can make us multiply. */
const MOST_DIGITS = 60;

const powers: bigint[] = [1n];

function tenTo(exponent: number): bigint {
  for (let at = powers.length; at <= exponent; at += 1) powers.push((powers[at - 1] ?? 1n) * 10n);
  return powers[exponent] ?? 1n;
}

export class Decimal {
  /** The value times 10 to the power of `scale`. */
  readonly coefficient: bigint;
  readonly scale: number;

  constructor(coefficient: bigint, scale: number) {
    this.coefficient = coefficient;
    this.scale = scale;
  }

  static readonly zero = new Decimal(0n, 0);
  static readonly one = new Decimal(1n, 0);

  /** `12`, `-0.5`, `1.6e-7`; undefined for anything else, also for texts of more than 60 digits. */
  static parse(text: string): Decimal | undefined {
    const match = FORM.exec(text.trim());
    if (match === null) return undefined;
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
    const scale = fraction.length - Number(exponent);
    if (whole.length + fraction.length > MOST_DIGITS || Math.abs(scale) > MOST_DIGITS) return undefined;
    const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
    return scale >= 0 ? new Decimal(digits, scale) : new Decimal(digits * tenTo(-scale), 0);
  }

  /** The shortest decimal that reads as the same number; undefined for NaN and the infinities. */
  static of(value: number | bigint): Decimal | undefined {
    return typeof value === 'bigint' ? new Decimal(value, 0) : Decimal.parse(String(value));
  }

  plus(other: Decimal): Decimal {
    if (other.coefficient === 0n && other.scale <= this.scale) return this;
    if (this.coefficient === 0n && this.scale <= other.scale) return other;
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#at(scale) + other.#at(scale), scale);
  }

  minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  negated(): Decimal {
    return new Decimal(-this.coefficient, this.scale);
  }

  times(other: Decimal): Decimal {
    if (other.scale === 0 && other.coefficient === 1n) return this;
    return new Decimal(this.coefficient * other.coefficient, this.scale + other.scale);
  }

  /** The quotient, rounded to `digits` behind the point. `other` must not be zero. */
  dividedBy(other: Decimal, digits: number): Decimal {
    const up = this.coefficient * tenTo(Math.max(0, digits + 1 + other.scale - this.scale));
    const scale = this.scale + Math.max(0, digits + 1 + other.scale - this.scale) - other.scale;
    return new Decimal(up / other.coefficient, scale).rounded(digits);
  }

  /** Halves away from zero. */
  rounded(digits: number): Decimal {
    if (this.scale <= digits) return this;
    const step = tenTo(this.scale - digits);
    const negative = this.coefficient < 0n;
    const size = negative ? -this.coefficient : this.coefficient;
    const kept = (size + step / 2n) / step;
    return new Decimal(negative ? -kept : kept, digits);
  }

  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const difference = this.#at(scale) - other.#at(scale);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  get isZero(): boolean {
    return this.coefficient === 0n;
  }

  get isNegative(): boolean {
    return this.coefficient < 0n;
  }

  /** No exponent, no trailing zeros: `0.045`, `-12`. */
  toString(): string {
    const text = this.toFixed(Math.max(0, this.scale));
    return text.endsWith('0') && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  }

  /** Exactly `digits` behind the point, rounded: `32.85`. */
  toFixed(digits: number): string {
    const rounded = this.rounded(digits);
    const coefficient = rounded.#at(digits);
    const negative = coefficient < 0n;
    const text = String(negative ? -coefficient : coefficient).padStart(digits + 1, '0');
    const body = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
    return negative ? `-${body}` : body;
  }

  /** For ratios and bars only, never for sums. */
  toNumber(): number {
    return Number(this.toString());
  }

  toJSON(): string {
    return this.toString();
  }

  #at(scale: number): bigint {
    return scale === this.scale ? this.coefficient : this.coefficient * tenTo(scale - this.scale);
  }
}

export function sumOf(values: Iterable<Decimal>): Decimal {
  let sum = Decimal.zero;
  for (const value of values) sum = sum.plus(value);
  return sum;
}

/** A decimal that stands in our own code; throws on a text that is none. */
export function decimal(text: string | number): Decimal {
  const value = Decimal.parse(String(text));
  if (value === undefined) throw new Error(`${text} is no decimal`);
  return value;
}
