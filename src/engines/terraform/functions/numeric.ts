/** Functions on numbers. `log` and `pow` work on double precision, as Terraform's do; the rest is exact. */
import { ZERO, addDecimals, compareDecimals, decimalFromBigInt, decimalFromNumber, decimalToBigInt, decimalToNumber, negateDecimal, roundToInteger, signOf } from '../value/decimal.ts';
import type { Decimal } from '../value/decimal.ts';
import { listValue, numberValue } from '../value/construct.ts';
import { ConversionError, convert } from '../value/convert.ts';
import { DYNAMIC, NUMBER, listOf, typeName, typeOf } from '../value/type.ts';
import type { Value } from '../value/value.ts';
import { FunctionError, itemsOf, type FunctionDefinition, type Parameter } from './definition.ts';

const number = (name: string): Parameter => ({ name, type: NUMBER });

function decimalOf(value: Value | undefined): Decimal {
  return value?.kind === 'number' ? value.value : ZERO;
}

/** A number argument that must be a whole number of JavaScript's size. */
export function wholeNumber(value: Value | undefined, argument: number): number {
  const decimal = decimalOf(value);
  if (decimal.safe === undefined || !Number.isFinite(decimal.safe)) throw new FunctionError('a whole number is required', argument);
  return decimal.safe;
}

function fromFloat(value: number): Value {
  if (Number.isNaN(value)) throw new FunctionError('the result is not a number');
  return numberValue(decimalFromNumber(value, 53));
}

function extreme(args: readonly Value[], better: (order: number) => boolean): Value {
  if (args.length === 0) throw new FunctionError('must pass at least one number');
  let best = args[0] as Value;
  for (const candidate of args) if (better(compareDecimals(decimalOf(candidate), decimalOf(best)))) best = candidate;
  return best;
}

const MAX_RANGE = 1024;

function rangeOf(args: readonly Value[]): Value {
  if (args.length < 1 || args.length > 3) throw new FunctionError('must have one, two, or three arguments');
  const start = args.length === 1 ? decimalFromNumber(0) : decimalOf(args[0]);
  const end = args.length === 1 ? decimalOf(args[0]) : decimalOf(args[1]);
  const upwards = compareDecimals(start, end) <= 0;
  const step = args.length === 3 ? decimalOf(args[2]) : decimalFromNumber(upwards ? 1 : -1);
  const direction = signOf(step);
  if (direction === 0 && compareDecimals(start, end) === 0) return listValue(NUMBER, []);
  if (direction === 0) throw new FunctionError('step must not be zero', 2);
  if (args.length === 3 && compareDecimals(start, end) !== 0 && direction > 0 !== upwards) throw new FunctionError(upwards ? 'start must be less than end when step is negative' : 'end must be greater than start when step is positive', 2);
  const values: Value[] = [];
  for (let at = start; direction > 0 ? compareDecimals(at, end) < 0 : compareDecimals(at, end) > 0; ) {
    if (values.length >= MAX_RANGE) throw new FunctionError('more than 1024 values were generated; either decrease the difference between start and end or use a smaller step');
    values.push(numberValue(at));
    const next = addDecimals(at, step);
    if (next === undefined) break;
    at = next;
  }
  return listValue(NUMBER, values);
}

function parseInteger(args: readonly Value[]): Value {
  const [given] = args;
  if (given?.kind !== 'string') throw new FunctionError(`first argument must be a string, not ${given === undefined ? 'nothing' : typeName(typeOf(given))}`, 0);
  const base = wholeNumber(args[1], 1);
  if (base < 2 || base > 62) throw new FunctionError('base must be a whole number between 2 and 62 inclusive', 1);
  const value = digitsInBase(given.value, base);
  if (value === undefined) throw new FunctionError(`cannot parse ${JSON.stringify(given.value)} as a base ${base} integer`, 0);
  return numberValue(decimalFromBigInt(value));
}

function digitsInBase(text: string, base: number): bigint | undefined {
  const match = /^([+-]?)([0-9A-Za-z]+)$/.exec(text);
  if (match === null || text.length > 5000) return undefined;
  let value = 0n;
  const radix = BigInt(base);
  for (const character of match[2] ?? '') {
    const digit = digitOf(character, base);
    if (digit >= base) return undefined;
    value = value * radix + BigInt(digit);
  }
  return match[1] === '-' ? -value : value;
}

/** Letters have no case up to base 36; above, capitals come after small letters. */
function digitOf(character: string, base: number): number {
  const code = character.charCodeAt(0);
  if (code <= 57) return code - 48;
  if (code >= 97) return code - 87;
  return base <= 36 ? code - 55 : code - 29;
}

function sumOf(list: Value | undefined): Value {
  const given = itemsOf(list);
  if (list === undefined || (list.kind !== 'list' && list.kind !== 'set' && list.kind !== 'tuple')) throw new FunctionError(`argument must be list, set, or tuple. Received ${list === undefined ? 'nothing' : typeName(typeOf(list))}`, 0);
  if (given.length === 0) throw new FunctionError('cannot sum an empty list', 0);
  let total: Decimal | undefined;
  for (const item of given) {
    if (item.kind === 'null') throw new FunctionError('argument must be list, set, or tuple of number values', 0);
    const converted = toNumber(item);
    total = total === undefined ? converted : addDecimals(total, converted);
    if (total === undefined) throw new FunctionError("can't compute the sum of opposing infinities", 0);
  }
  return numberValue(total ?? ZERO);
}

function toNumber(item: Value): Decimal {
  try {
    return decimalOf(convert(item, NUMBER));
  } catch (error) {
    if (error instanceof ConversionError) throw new FunctionError('argument must be list, set, or tuple of number values', 0);
    throw error;
  }
}

/** Mantissa in [0.5, 1) and exponent of a finite number. */
function splitFloat(value: number): [number, number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  let mantissa = value;
  let exponent = 0;
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent += 1;
  }
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent -= 1;
  }
  return [mantissa, exponent];
}

/** Powers in Go's way, whose last digit is not always that of JavaScript: the fraction by logarithm, the rest by squaring. */
function goPower(base: number, power: number): number {
  const plain = base ** power;
  const size = Math.abs(power);
  if (!Number.isFinite(plain) || plain === 0 || size === 0 || size === 1 || size > 2 ** 31) return plain;
  if (size === 0.5) return power > 0 ? Math.sqrt(base) : 1 / Math.sqrt(base);
  let whole = Math.trunc(size);
  let fraction = size - whole;
  if (fraction > 0.5) {
    fraction -= 1;
    whole += 1;
  }
  let result = fraction === 0 ? 1 : Math.exp(fraction * Math.log(base));
  let resultExponent = 0;
  let [mantissa, exponent] = splitFloat(base);
  for (let rest = whole; rest !== 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      result *= mantissa;
      resultExponent += exponent;
    }
    mantissa *= mantissa;
    exponent *= 2;
    if (Math.abs(mantissa) < 0.5) {
      mantissa += mantissa;
      exponent -= 1;
    }
  }
  return power < 0 ? (1 / result) * 2 ** -resultExponent : result * 2 ** resultExponent;
}

export const NUMERIC_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'abs', parameters: [number('num')], returns: NUMBER, call: ([value]) => numberValue(signOf(decimalOf(value)) < 0 ? negateDecimal(decimalOf(value)) : decimalOf(value)) },
  { name: 'ceil', parameters: [number('num')], returns: NUMBER, call: ([value]) => numberValue(roundToInteger(decimalOf(value), 'ceil')) },
  { name: 'floor', parameters: [number('num')], returns: NUMBER, call: ([value]) => numberValue(roundToInteger(decimalOf(value), 'floor')) },
  { name: 'log', parameters: [number('num'), number('base')], returns: NUMBER, call: ([value, base]) => fromFloat(Math.log(decimalToNumber(decimalOf(value))) / Math.log(decimalToNumber(decimalOf(base)))) },
  { name: 'pow', parameters: [number('num'), number('power')], returns: NUMBER, call: ([value, power]) => fromFloat(goPower(decimalToNumber(decimalOf(value)), decimalToNumber(decimalOf(power)))) },
  { name: 'signum', parameters: [number('num')], returns: NUMBER, call: ([value]) => signum(decimalOf(value)) },
  { name: 'max', parameters: [], variadic: number('numbers'), returns: NUMBER, call: (args) => extreme(args, (order) => order > 0) },
  { name: 'min', parameters: [], variadic: number('numbers'), returns: NUMBER, call: (args) => extreme(args, (order) => order < 0) },
  { name: 'parseint', parameters: [{ name: 'number', type: DYNAMIC }, number('base')], returns: NUMBER, call: parseInteger },
  { name: 'sum', parameters: [{ name: 'list', type: DYNAMIC }], returns: NUMBER, call: ([list]) => sumOf(list) },
  { name: 'range', parameters: [], variadic: number('params'), returns: listOf(NUMBER), call: rangeOf },
];

function signum(value: Decimal): Value {
  const integer = decimalToBigInt(value);
  if (integer !== undefined && BigInt.asIntN(64, integer) === integer) return numberValue(signOf(value));
  throw new FunctionError('value must be a whole number, between -9223372036854775808 and 9223372036854775807 inclusive', 0);
}
