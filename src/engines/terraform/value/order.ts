/**
 * The canonical order of sets. Primitive elements have their natural order; anything else is ordered
 * by a text that go-cty makes of it, null after values and unknown last, so that a set of objects is
 * listed in the order in which Terraform lists it. Equal elements become one; unknown ones never are.
 */
import { compareDecimals, digitsOf, formatDecimal } from './decimal.ts';
import { rawEquals } from './equality.ts';
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

function orderText(value: Value): string {
  switch (value.kind) {
    case 'unknown':
      return '?';
    case 'null':
      return '~';
    case 'number':
      return tenDigits(value.value);
    case 'bool':
      return value.value ? 'T' : 'F';
    case 'string':
      return quoteText(value.value);
    case 'list':
    case 'set':
      return `[${value.elements.map((element) => `${orderText(element)};`).join('')}]`;
    case 'tuple':
      return `<${value.elements.map((element) => `${orderText(element)};`).join('')}>`;
    case 'map':
      return `{${[...value.entries].map(([name, entry]) => `${quoteText(name)}:${orderText(entry)};`).join('')}}`;
    case 'object':
      return `<${[...value.entries.values()].map((entry) => `${orderText(entry)};`).join('')}>`;
  }
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
    const text = value.kind === 'string' ? value.value : rank > 0 || value.kind === 'number' ? '' : orderText(value);
    return { value, rank, text };
  });
  ranked.sort(compareRanked);
  const result: Value[] = [];
  let start = 0;
  let previous: Ranked | undefined;
  for (const item of ranked) {
    if (previous !== undefined && compareRanked(previous, item) !== 0) start = result.length;
    previous = item;
    const index = item.rank === 2 ? -1 : result.findIndex((known, position) => position >= start && known.kind !== 'unknown' && isEqual(element, known, item.value));
    const known = result[index];
    if (known === undefined) result.push(item.value);
    else if (item.value.marks !== undefined) result[index] = withMarks(known, item.value.marks);
  }
  return result;
}

/** Elements of equal order text are nearly always equal; unknown parts make them differ. */
function isEqual(element: Type, left: Value, right: Value): boolean {
  if (element.kind === 'string' || element.kind === 'bool') return left.kind === right.kind;
  return !containsUnknown(left) && rawEquals(left, right);
}

function containsUnknown(value: Value): boolean {
  if (value.kind === 'unknown') return true;
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') return value.elements.some(containsUnknown);
  if (value.kind === 'map' || value.kind === 'object') return [...value.entries.values()].some(containsUnknown);
  return false;
}

