/**
 * The exact sum of many decimal texts, quickly.
 *
 * A bill has millions of amounts of a few digits. Digits are gathered as whole numbers, one for each number of digits
 * behind the point, as long as they stay within 2^53; longer texts, exponents and what would overflow go through
 * `Decimal`. The result is the same to the last digit.
 */
import { Decimal } from './money.ts';

const LIMIT = 2 ** 52;
const POINT = 46;
const MINUS = 45;

export class ExactSum {
  /** At index `s`: a whole number of 10^-s. */
  readonly #parts: number[] = [];
  #rest = Decimal.zero;

  /** `text` as Decimal.parse takes it; an empty text adds nothing. Throws for what is no decimal. */
  add(text: string): void {
    if (text === '') return;
    const negative = text.charCodeAt(0) === MINUS;
    let whole = 0;
    let scale = -1;
    for (let at = negative ? 1 : 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === POINT && scale < 0) scale = 0;
      else if (code < 48 || code > 57) return this.#addDecimal(text);
      else {
        whole = whole * 10 + (code - 48);
        if (scale >= 0) scale += 1;
      }
    }
    if (whole > LIMIT || text.length > 40) return this.#addDecimal(text);
    const place = Math.max(0, scale);
    const sum = (this.#parts[place] ?? 0) + (negative ? -whole : whole);
    if (sum > LIMIT || sum < -LIMIT) {
      this.#rest = this.#rest.plus(new Decimal(BigInt(sum), place));
      this.#parts[place] = 0;
    } else this.#parts[place] = sum;
  }

  #addDecimal(text: string): void {
    const value = Decimal.parse(text);
    if (value === undefined) throw new Error(`${text} is no decimal`);
    this.#rest = this.#rest.plus(value);
  }

  get value(): Decimal {
    let sum = this.#rest;
    this.#parts.forEach((part, scale) => {
      if (part !== 0) sum = sum.plus(new Decimal(BigInt(part), scale));
    });
    return sum;
  }
}
