/**
 * The canonical order of sets. Primitive elements have their natural order; anything else is ordered
 * by a text that go-cty makes of it, null after values and unknown last, so that a set of objects is
 * listed in the order in which Terraform lists it. Equal elements become one; unknown ones never are.
 */
import { compareDecimals, digitsOf, formatDecimal } from './decimal.ts';
import { withMarks } from './marks.ts';
import { quoteText } from './quote.ts';
import { compareText } from './type.ts';
import type { Decimal } from './decimal.ts';
import type { Type, Value } from './value.ts';

/** Ten significant digits, as Go's `%.10g`: what numbers contribute to the order of a set of structures. */
function tenDigits(value: Decimal): string {
  if (value.safe === 0) return '0';
  if (value.safe === Infinity || value.safe === -Infinity) return formatDecimal(value);
  const { negative, digits, point } = digitsOf(value, { significant: 10 });
  const sign = negative ? '-' : '';
  const exponent = point - 1;
  if (exponent < -4 || exponent >= 10) {
    const rest = digits.slice(1);
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0] ?? '0'}${rest === '' ? '' : `.${rest}`}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return digits.length <= point ? sign + digits.padEnd(point, '0') : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function orderText(value: Value, number: (value: Decimal) => string): string {
  switch (value.kind) {
    case 'unknown':
      return '?';
    case 'null':
      return '~';
    case 'number':
      return number(value.value);
    case 'bool':
      return value.value ? 'T' : 'F';
    case 'string':
      return quoteText(value.value);
    case 'list':
    case 'set':
      return `[${value.elements.map((element) => `${orderText(element, number)};`).join('')}]`;
    case 'tuple':
      return `<${value.elements.map((element) => `${orderText(element, number)};`).join('')}>`;
    case 'map':
      return `{${[...value.entries].map(([name, entry]) => `${quoteText(name)}:${orderText(entry, number)};`).join('')}}`;
    case 'object':
      return `<${[...value.entries.values()].map((entry) => `${orderText(entry, number)};`).join('')}>`;
  }
}

/** A text that two known values of one type share only when they are equal. */
export function exactText(value: Value): string {
  return orderText(value, formatDecimal);
}

interface Ranked {
  value: Value;
  rank: number;
  text: string;
}

function compareRanked(left: Ranked, right: Ranked): number {
  if (left.rank !== right.rank) return left.rank - right.rank;
  if (left.value.kind === 'number' && right.value.kind === 'number') return compareDecimals(left.value.value, right.value.value);
  return compareText(left.text, right.text);
}

/** Sorted and without duplicates; marks of equal elements are joined. */
export function canonicalSetElements(element: Type, elements: readonly Value[]): Value[] {
  const ranked = elements.map((value): Ranked => {
    const rank = value.kind === 'unknown' ? 2 : value.kind === 'null' ? 1 : 0;
    const text = value.kind === 'string' ? value.value : rank > 0 || value.kind === 'number' ? '' : orderText(value, tenDigits);
    return { value, rank, text };
  });
  ranked.sort(compareRanked);
  const result: Value[] = [];
  const places = new Map<string, number>();
  for (const { value } of ranked) {
    if (containsUnknown(value)) {
      result.push(value);
      continue;
    }
    const key = element.kind === 'string' && value.kind === 'string' ? `"${value.value}` : exactText(value);
    const place = places.get(key);
    const known = place === undefined ? undefined : result[place];
    if (known === undefined || place === undefined) places.set(key, result.push(value) - 1);
    else if (value.marks !== undefined) result[place] = withMarks(known, value.marks);
  }
  return result;
}

function containsUnknown(value: Value): boolean {
  if (value.kind === 'unknown') return true;
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') return value.elements.some(containsUnknown);
  if (value.kind === 'map' || value.kind === 'object') return [...value.entries.values()].some(containsUnknown);
  return false;
}

