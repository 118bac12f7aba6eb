/** Laws of numbers, conversion, sets and defaults. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NULL, boolValue, listValue, literalNumber, nullValue, numberValue, objectValue, setValue, stringValue, tupleValue, unknownValue } from './construct.ts';
import { ConversionError, convert, tryConvert } from './convert.ts';
import { addDecimals, compareDecimals, divideDecimals, formatDecimal, multiplyDecimals, parseDecimal, subtractDecimals } from './decimal.ts';
import { applyDefaults } from './defaults.ts';
import { compareEqual, rawEquals } from './equality.ts';
import { ORIGINS_OMITTED, mergeMarks } from './marks.ts';
import { BOOL, NUMBER, STRING, listOf, mapOf, objectOf, sameType, setOf, tupleOf, typeOf } from './type.ts';
import { canConvert, unify } from './unify.ts';
import type { Type, Value } from './value.ts';

const primitive = fc.oneof(fc.string().map(stringValue), fc.integer().map((value) => literalNumber(value)), fc.boolean().map(boolValue), fc.constant(nullValue(STRING)));
const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, primitive, fc.array(tie('value'), { maxLength: 4 }).map((items) => tupleValue(items)), fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4 }).map((entries) => objectValue(new Map(Object.entries(entries))))),
})).value;
const anyType: fc.Arbitrary<Type> = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof({ maxDepth: 2 }, fc.constantFrom<Type>(STRING, NUMBER, BOOL), tie('type').map(listOf), tie('type').map(setOf), tie('type').map(mapOf), fc.array(tie('type'), { maxLength: 3 }).map(tupleOf)),
})).type;
const decimalText = fc.tuple(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.integer({ min: -30, max: 30 })).map(([digits, exponent]) => `${digits}e${exponent}`);

function decimal(text: string) {
  const parsed = parseDecimal(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

test('a number survives being written and read', () => {
  fc.assert(fc.property(decimalText, (text) => compareDecimals(decimal(formatDecimal(decimal(text))), decimal(text)) === 0));
});

test('whole numbers of any size are exact', () => {
  const whole = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n });
  fc.assert(fc.property(whole, whole, (a, b) => {
    const [x, y] = [decimal(String(a)), decimal(String(b))];
    expect(formatDecimal(addDecimals(x, y) ?? x)).toBe(String(a + b));
    expect(formatDecimal(subtractDecimals(x, y) ?? x)).toBe(String(a - b));
    expect(formatDecimal(multiplyDecimals(x, y) ?? x).replace(/^-0$/, '0')).toBe(String(a * b));
    expect(Math.sign(compareDecimals(x, y))).toBe(a < b ? -1 : a > b ? 1 : 0);
  }));
});

test('a third has the digits of 512 bits, and nothing is divided by zero into nothing', () => {
  expect(formatDecimal(divideDecimals(decimal('1'), decimal('3')) ?? decimal('0'))).toMatch(/^0\.3{153,}5$/);
  expect(formatDecimal(divideDecimals(decimal('1'), decimal('0')) ?? decimal('0'))).toBe('+Inf');
  expect(divideDecimals(decimal('0'), decimal('0'))).toBeUndefined();
  expect(parseDecimal('1e999999999')).toBeUndefined();
});

test('a converted value has the type that was asked for, and converting it again changes nothing', () => {
  fc.assert(fc.property(anyValue, anyType, (value, type) => {
    const once = tryConvert(value, type);
    if (once instanceof ConversionError) return;
    expect(sameType(typeOf(once), type)).toBe(true);
    expect(rawEquals(convert(once, type), once)).toBe(true);
  }), { numRuns: 1000 });
});

test('a value converts only where its type does', () => {
  fc.assert(fc.property(anyValue, anyType, (value, type) => {
    if (!(tryConvert(value, type) instanceof ConversionError)) expect(canConvert(typeOf(value), type, true) || sameType(typeOf(value), type)).toBe(true);
  }), { numRuns: 1000 });
});

test('the type of several is a type that each becomes', () => {
  fc.assert(fc.property(fc.array(anyType, { minLength: 1, maxLength: 4 }), (types) => {
    const unified = unify(types, true);
    if (unified !== undefined) for (const type of types) expect(sameType(type, unified) || canConvert(type, unified, true)).toBe(true);
  }), { numRuns: 1000 });
});

test('a set has no order and no duplicates', () => {
  const element = objectOf(new Map([['a', STRING], ['b', NUMBER]]));
  const item = fc.tuple(fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 3 })).map(([a, b]) => objectValue(new Map<string, Value>([['a', stringValue(a)], ['b', literalNumber(b)]])));
  fc.assert(fc.property(fc.array(item, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }), (values, picks) => {
    const shuffled = [...values].reverse().concat(picks.map((pick) => values[pick % Math.max(1, values.length)] ?? objectValue(new Map())).filter(() => values.length > 0));
    const [left, right] = [setValue(element, values), setValue(element, shuffled)];
    expect(rawEquals(left, right)).toBe(true);
    expect(rawEquals(setValue(element, left.kind === 'set' ? left.elements : []), left)).toBe(true);
  }));
});

test('unknown elements of a set are never taken for each other', () => {
  const unknown = unknownValue(STRING, { kind: 'computed', message: 'later' });
  const set = setValue(STRING, [unknown, stringValue('a'), unknown]);
  expect(set.kind === 'set' && set.elements.length).toBe(3);
});

test('equality is what it is for known values, and unknown where an unknown part decides', () => {
  fc.assert(fc.property(anyValue, (value) => compareEqual(value, value) === true));
  const unknown = unknownValue(NUMBER, { kind: 'computed', message: 'later' });
  expect(compareEqual(tupleValue([unknown, stringValue('a')]), tupleValue([numberValue(1), stringValue('b')]))).toBe(false);
  expect(compareEqual(tupleValue([unknown]), tupleValue([numberValue(1)]))).toMatchObject({ kind: 'computed' });
});

test('secrecy of an element of a set stands on the set', () => {
  const set = setValue(STRING, [{ ...stringValue('a'), marks: { sensitive: true } }, stringValue('b')]);
  expect(set.marks).toEqual({ sensitive: true });
});

test('origins are bounded, and what was dropped is said', () => {
  const marks = Array.from({ length: 100 }, (_, index) => ({ origins: [{ address: `a.b${index}`, attribute: '' }] })).reduce<ReturnType<typeof mergeMarks>>((sum, next) => mergeMarks(sum, next), undefined);
  expect(marks?.origins).toHaveLength(65);
  expect(marks?.origins?.at(-1)).toEqual(ORIGINS_OMITTED);
});

test('defaults reach objects in collections and stand in for null', () => {
  const inner = { type: objectOf(new Map([['engine', STRING]]), new Set(['engine'])), values: new Map([['engine', stringValue('postgres')]]), children: new Map() };
  const defaults = { type: mapOf(inner.type), values: new Map(), children: new Map([['', inner]]) };
  const filled = applyDefaults(objectValue(new Map<string, Value>([['a', objectValue(new Map())], ['b', objectValue(new Map([['engine', NULL]]))], ['c', NULL]])), defaults);
  expect(filled.kind === 'object' && filled.entries.get('a')).toEqual(objectValue(new Map([['engine', stringValue('postgres')]])));
  expect(filled.kind === 'object' && filled.entries.get('b')).toEqual(objectValue(new Map([['engine', stringValue('postgres')]])));
  expect(filled.kind === 'object' && filled.entries.get('c')).toEqual(NULL);
});

test('a refusal names the place inside the value', () => {
  const refusal = tryConvert(tupleValue([objectValue(new Map([['port', stringValue('x')]]))]), listOf(objectOf(new Map([['port', NUMBER]]))));
  expect(refusal).toMatchObject({ path: '[0].port', reason: 'a number is required' });
  expect(listValue(STRING, []).kind).toBe('list');
});
