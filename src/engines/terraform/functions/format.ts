/** `format` and `formatlist`: Go's verbs as go-cty has them, with widths counted in grapheme clusters. */
import { listValue, stringValue, unknownValue } from '../value/construct.ts';
import { ConversionError, convert } from '../value/convert.ts';
import { decimalToBigInt, digitsOf } from '../value/decimal.ts';
import type { Decimal } from '../value/decimal.ts';
import { firstUnknown } from '../value/equality.ts';
import { deepMarks, unmarkDeep } from '../value/marks.ts';
import { quoteText } from '../value/quote.ts';
import { BOOL, DYNAMIC, NUMBER, STRING, listOf } from '../value/type.ts';
import type { Type, Value } from '../value/value.ts';
import { FunctionError, boundedCount, boundedText, textOf, type FunctionDefinition } from './definition.ts';
import { toJson } from './json-text.ts';
import { graphemes } from './text.ts';

interface Verb {
  raw: string;
  offset: number;
  flags: string;
  argument: number;
  width: number | undefined;
  precision: number | undefined;
  mode: string;
}

const VERB = /%([0#\-+ ]*)(\[[1-9][0-9]*\])?([1-9][0-9]*)?(\.[0-9]*)?(\[[1-9][0-9]*\])?([a-zA-Z%])?/gy;

/** The text of a format with its arguments; throws a FunctionError. */
export function formatText(format: string, args: readonly Value[]): string {
  let result = '';
  let at = 0;
  let next = 1;
  let highest = 0;
  while (at < format.length) {
    const start = format.indexOf('%', at);
    if (start === -1) break;
    result += format.slice(at, start);
    VERB.lastIndex = start;
    const match = VERB.exec(format);
    const mode = match?.[6];
    if (match === null || mode === undefined) throw new FunctionError(unfinished(format, start + (match?.[0].length ?? 1)), 0);
    at = start + match[0].length;
    if (mode === '%') {
      if (match[0] !== '%%') throw new FunctionError(`unsupported format verb '%' in ${quoteText(match[0])} at offset ${start}`, 0);
      result += '%';
      continue;
    }
    const index = match[2] ?? match[5];
    const verb: Verb = {
      raw: match[0],
      offset: start,
      flags: match[1] ?? '',
      argument: index === undefined ? next : Number(index.slice(1, -1)),
      width: match[3] === undefined ? undefined : Number(match[3]),
      precision: match[4] === undefined ? undefined : Number(match[4].slice(1)),
      mode,
    };
    if (Math.max(verb.width ?? 0, verb.precision ?? 0) > 1_000_000) throw new FunctionError(`the width of ${quoteText(verb.raw)} is too large`, 0);
    highest = Math.max(highest, verb.argument);
    result += formatVerb(verb, args);
    boundedText(result.length);
    next = verb.argument + 1;
  }
  if (highest < args.length) throw new FunctionError(highest === 0 ? 'too many arguments; no verbs in format string' : `too many arguments; only ${highest} used by format string`, highest + 1);
  return result + format.slice(at);
}

function unfinished(format: string, at: number): string {
  const character = [...format.slice(at)][0];
  return character === undefined ? `invalid format string starting at offset ${at}` : `unrecognized format character ${quoteText(character)} at offset ${at}`;
}

function formatVerb(verb: Verb, args: readonly Value[]): string {
  const value = args[verb.argument - 1];
  if (value === undefined) throw new FunctionError(`not enough arguments for ${quoteText(verb.raw)} at ${verb.offset}: need index ${verb.argument} but have ${args.length} total`, 0);
  if (verb.mode !== 'v' && value.kind === 'null') throw new FunctionError(`unsupported value for ${quoteText(verb.raw)} at ${verb.offset}: null value cannot be formatted`, verb.argument);
  switch (verb.mode) {
    case 'v':
      return pad(verb, asIs(verb, value));
    case 't':
      return String(converted(verb, value, BOOL, 'bool').value);
    case 's':
    case 'q': {
      const text = converted(verb, value, STRING, 'string').value;
      const cut = verb.precision !== undefined && verb.precision > 0 ? graphemes(text).slice(0, verb.precision).join('') : text;
      return pad(verb, verb.mode === 's' ? cut : toJson({ kind: 'string', value: cut }));
    }
    case 'b':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
      return formatInteger(verb, converted(verb, value, NUMBER, 'number').value);
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return formatFloat(verb, converted(verb, value, NUMBER, 'number').value);
    default:
      throw new FunctionError(`unsupported format verb '${verb.mode}' in ${quoteText(verb.raw)} at offset ${verb.offset}`, 0);
  }
}

function converted<Kind extends 'string' | 'number' | 'bool'>(verb: Verb, value: Value, type: Type, kind: Kind): Extract<Value, { kind: Kind }> {
  try {
    const result = convert(value, type);
    if (result.kind === kind) return result as Extract<Value, { kind: Kind }>;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw new FunctionError(`unsupported value for ${quoteText(verb.raw)} at ${verb.offset}: ${error.message}`, verb.argument);
  }
  throw new FunctionError(`unsupported value for ${quoteText(verb.raw)} at ${verb.offset}`, verb.argument);
}

function asIs(verb: Verb, value: Value): string {
  if (!verb.flags.includes('#')) {
    if (value.kind === 'string') return value.value;
    if (value.kind === 'number') return general(value.value, undefined, 'e');
  }
  return toJson(value);
}

function pad(verb: Verb, text: string): string {
  if (verb.width === undefined) return text;
  const missing = verb.width - graphemes(text).length;
  if (missing <= 0) return text;
  const padding = (verb.flags.includes('0') ? '0' : ' ').repeat(missing);
  return verb.flags.includes('-') ? text + padding : padding + text;
}

const RADIX: Record<string, number> = { b: 2, o: 8, d: 10, x: 16, X: 16 };
const PREFIX: Record<string, string> = { b: '0b', o: '0', x: '0x', X: '0X' };

function formatInteger(verb: Verb, value: Decimal): string {
  const integer = decimalToBigInt(value);
  if (integer === undefined) throw new FunctionError(`unsupported value for ${quoteText(verb.raw)} at ${verb.offset}: an integer is required`, verb.argument);
  let digits = (integer < 0n ? -integer : integer).toString(RADIX[verb.mode]);
  if (verb.mode === 'X') digits = digits.toUpperCase();
  const sign = integer < 0n ? '-' : verb.flags.includes('+') ? '+' : verb.flags.includes(' ') ? ' ' : '';
  const prefix = verb.flags.includes('#') ? (PREFIX[verb.mode] ?? '') : '';
  if (verb.precision !== undefined) digits = integer === 0n && verb.precision === 0 ? '' : digits.padStart(verb.precision, '0');
  return padNumber(verb, sign + prefix, digits, verb.precision === undefined);
}

function padNumber(verb: Verb, sign: string, digits: string, zeros: boolean): string {
  const missing = (verb.width ?? 0) - sign.length - digits.length;
  if (missing <= 0) return sign + digits;
  if (verb.flags.includes('-')) return sign + digits + ' '.repeat(missing);
  return zeros && verb.flags.includes('0') ? sign + '0'.repeat(missing) + digits : ' '.repeat(missing) + sign + digits;
}

function formatFloat(verb: Verb, value: Decimal): string {
  const infinite = value.safe === Infinity || value.safe === -Infinity;
  const letter = verb.mode === 'E' || verb.mode === 'G' ? 'E' : 'e';
  let text: string;
  if (infinite) text = value.safe === Infinity ? 'Inf' : '-Inf';
  else if (verb.mode === 'f') text = fixed(value, verb.precision ?? 6);
  else if (verb.mode === 'g' || verb.mode === 'G') text = general(value, verb.precision, letter);
  else text = scientific(value, verb.precision ?? 6, letter);
  const negative = text.startsWith('-');
  const sign = negative ? '-' : verb.flags.includes('+') || infinite ? '+' : verb.flags.includes(' ') ? ' ' : '';
  return padNumber(verb, sign, negative ? text.slice(1) : text, !infinite);
}

function fixed(value: Decimal, decimals: number): string {
  const { negative, digits, point } = digitsOf(value, { decimals });
  return (negative ? '-' : '') + layFixed(digits, point, decimals);
}

function layFixed(digits: string, point: number, decimals: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (decimals <= 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, decimals)) + digits;
  return `${whole}.${fraction.slice(0, decimals).padEnd(decimals, '0')}`;
}

function scientific(value: Decimal, decimals: number, letter: string): string {
  const { negative, digits, point } = digitsOf(value, { significant: decimals + 1 });
  return (negative ? '-' : '') + layScientific(digits, point, decimals, letter);
}

function layScientific(digits: string, point: number, decimals: number, letter: string): string {
  const exponent = digits === '' ? 0 : point - 1;
  const fraction = digits.slice(1).padEnd(decimals, '0');
  return `${digits[0] ?? '0'}${decimals > 0 ? `.${fraction}` : ''}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** `%g`: without a precision the shortest digits, and an exponent from a million on. */
function general(value: Decimal, precision: number | undefined, letter: string): string {
  if (value.safe === Infinity || value.safe === -Infinity) return value.safe > 0 ? '+Inf' : '-Inf';
  const significant = precision === 0 ? 1 : precision;
  const { negative, digits, point } = digitsOf(value, significant === undefined ? 'shortest' : { significant });
  const sign = negative ? '-' : '';
  let limit = significant ?? 6;
  if (significant !== undefined && limit > digits.length && digits.length >= point) limit = digits.length;
  const exponent = digits === '' ? -1 : point - 1;
  if (exponent < -4 || exponent >= limit) return sign + layScientific(digits, point, digits.length - 1, letter);
  return sign + layFixed(digits, point, Math.max(digits.length - point, 0));
}

function formatList(args: readonly Value[]): Value {
  const [format, ...values] = args;
  const sequences = values.map((value) => (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple' ? value.elements : undefined));
  let length: number | undefined;
  let first = 0;
  for (const [index, sequence] of sequences.entries()) {
    if (sequence === undefined) continue;
    if (length === undefined) {
      length = sequence.length;
      first = index;
    } else if (length !== sequence.length) throw new FunctionError(`argument ${index + 1} has length ${sequence.length}, which is inconsistent with argument ${first + 1} of length ${length}`, index + 1);
  }
  const count = length ?? 1;
  boundedCount(count);
  const results: Value[] = [];
  for (let position = 0; position < count; position += 1) {
    const row = values.map((value, index) => sequences[index]?.[position] ?? value);
    const unknown = row.map(firstUnknown).find((reason) => reason !== undefined);
    const marks = row.map(deepMarks).find((found) => found !== undefined);
    if (unknown !== undefined) results.push(unknownValue(STRING, unknown, marks));
    else results.push(stringValue(formatText(textOf(format), row.map(unmarkDeep))));
  }
  return listValue(STRING, results);
}

const isUntypedNull = (value: Value): boolean => value.kind === 'null' && value.type.kind === 'dynamic';

/** Terraform puts off a call with a null of which it does not know the type. */
const untyped = (): Value => unknownValue(DYNAMIC, { kind: 'computed', message: 'an argument is null without a type' });

const ARGS = { name: 'args', type: DYNAMIC, allowNull: true } as const;

export const FORMAT_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'format', parameters: [{ name: 'format', type: STRING }], variadic: ARGS, returns: STRING, call: ([format, ...values]) => (values.some(isUntypedNull) ? untyped() : stringValue(formatText(textOf(format), values))) },
  { name: 'formatlist', parameters: [{ name: 'format', type: STRING }], variadic: { ...ARGS, unknown: 'inside' }, returns: listOf(STRING), call: (args) => (args.slice(1).some(isUntypedNull) ? untyped() : formatList(args)) },
];

