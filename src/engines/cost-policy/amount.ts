/**
 * An amount that may be known in part: what it is at least, and what it is at most.
 *
 * A price that is not known leaves an end open, so that a comparison has three answers: true, false, or that it
 * cannot be told, which is thrown as `Undecided`. CEL's `&&` and `||` let an error pass where the other side settles
 * the question, so three-valued logic follows by itself. Nothing unknown is ever taken for zero.
 */
import { Decimal } from '../../domain/money.ts';

/** Digits behind the point of a quotient. */
const DIGITS = 12;

/** Thrown where an unknown price could turn the answer. CEL lets only errors pass through `&&`, `||` and `all`. */
export class Undecided extends Error {
  constructor(message: string) {
    // It is an answer and no fault, and there may be one for each resource: no stack is gathered.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export class Amount {
  /** The least it is; undefined for no limit. */
  readonly low: Decimal | undefined;
  /** The most it is; undefined for no limit. */
  readonly high: Decimal | undefined;
  /** Why an end is open. */
  readonly why: string;
  readonly unit: 'money' | 'percent' | 'count' | 'number';

  constructor(low: Decimal | undefined, high: Decimal | undefined, why = '', unit: Amount['unit'] = 'number') {
    this.low = low;
    this.high = high;
    this.why = why;
    this.unit = unit;
  }

  static exactly(value: Decimal, unit: Amount['unit'] = 'number'): Amount {
    return new Amount(value, value, '', unit);
  }

  /** For numbers of an expression. */
  static from(value: Amount | number | bigint): Amount {
    if (value instanceof Amount) return value;
    const number = Decimal.of(value);
    if (number === undefined) throw new Undecided(`${String(value)} is no number that can be compared`);
    return Amount.exactly(number);
  }

  plus(other: Amount): Amount {
    return new Amount(sum(this.low, other.low), sum(this.high, other.high), this.why || other.why, this.unit);
  }

  minus(other: Amount): Amount {
    return this.plus(new Amount(other.high?.negated(), other.low?.negated(), other.why, other.unit));
  }

  /** One of the two must be a number that is known. */
  times(other: Amount): Amount {
    const [factor, open] = other.exact === undefined ? [this.exact, other] : [other.exact, this];
    if (factor === undefined) throw new Undecided(this.why || other.why);
    if (factor.isZero) return Amount.exactly(Decimal.zero, open.unit);
    const ends = [open.low?.times(factor), open.high?.times(factor)] as const;
    const unit = this.unit === 'number' ? other.unit : this.unit;
    return factor.isNegative ? new Amount(ends[1], ends[0], open.why, unit) : new Amount(ends[0], ends[1], open.why, unit);
  }

  /** Throws `Undecided` for a divisor that is nothing or not known. */
  dividedBy(other: Amount): Amount {
    const divisor = other.exact;
    if (divisor === undefined) throw new Undecided(other.why);
    if (divisor.isZero) throw new Undecided('it would be divided by nothing');
    const ends = [this.low?.dividedBy(divisor, DIGITS), this.high?.dividedBy(divisor, DIGITS)] as const;
    const unit = other.unit === this.unit ? 'number' : this.unit;
    return divisor.isNegative ? new Amount(ends[1], ends[0], this.why, unit) : new Amount(ends[0], ends[1], this.why, unit);
  }

  /** Throws `Undecided` where the open ends could turn the answer. */
  isLess(other: Amount): boolean {
    if (this.high !== undefined && other.low !== undefined && this.high.compare(other.low) < 0) return true;
    if (this.low !== undefined && other.high !== undefined && this.low.compare(other.high) >= 0) return false;
    throw new Undecided(this.why || other.why);
  }

  isSame(other: Amount): boolean {
    if (this.exact !== undefined && other.exact !== undefined) return this.exact.compare(other.exact) === 0;
    const apart = (a: Amount, b: Amount): boolean => a.high !== undefined && b.low !== undefined && a.high.compare(b.low) < 0;
    if (apart(this, other) || apart(other, this)) return false;
    throw new Undecided(this.why || other.why);
  }

  get exact(): Decimal | undefined {
    return this.low !== undefined && this.high !== undefined && this.low.compare(this.high) === 0 ? this.low : undefined;
  }

  /** `1204.11`, `1204.11 and an unknown part`, `unknown`. */
  toString(): string {
    const text = (value: Decimal): string => (this.unit === 'money' ? value.toFixed(2) : this.unit === 'percent' ? value.toFixed(1) : value.toString());
    if (this.exact !== undefined) return text(this.exact);
    const known = this.low ?? this.high;
    return known === undefined || known.isZero ? 'unknown' : `${text(known)} ${this.low === undefined ? 'less' : 'and'} an unknown part`;
  }
}

function sum(a: Decimal | undefined, b: Decimal | undefined): Decimal | undefined {
  return a === undefined || b === undefined ? undefined : a.plus(b);
}
