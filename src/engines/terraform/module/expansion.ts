/**
 * count, for_each and enabled: which instances a block has.
 *
 * A collection that is not known gives one instance that stands for an unknown number. So does a sensitive
 * one, because its keys would become part of addresses. The number of instances is bounded: what lies
 * beyond is told and not made, and the collection as a value is unknown then.
 */
import type { Repetition } from '../configuration/declarations.ts';
import { literalNumber, stringValue, unknownValue } from '../value/construct.ts';
import { tryConvert, ConversionError } from '../value/convert.ts';
import { secrecyOnly } from '../value/marks.ts';
import { BOOL, DYNAMIC, NUMBER, STRING, typeName, typeOf } from '../value/type.ts';
import type { UnknownReason, Value } from '../value/value.ts';

export interface ExpandedInstance {
  key?: string | number;
  index?: Value;
  each?: { key: Value; value: Value };
  /** Nobody knows whether there is one. */
  doubtful?: true;
}

export interface Expansion {
  kind: 'single' | 'count' | 'for-each' | 'enabled';
  instances: ExpandedInstance[];
  /** How many there are cannot be told; the only instance stands for all. */
  unknown?: UnknownReason;
  /** More than were made. */
  truncated?: number;
  /** What is wrong, for the user. */
  problem?: { message: string; hint?: string };
}

/** `limit`: how many instances may be made. */
export function expand(repetition: Repetition | undefined, value: Value | undefined, limit: number): Expansion {
  if (repetition === undefined || value === undefined) return { kind: 'single', instances: [{}] };
  if (repetition.kind === 'for-each') return expandEach(value, limit);
  return repetition.kind === 'count' ? expandCount(value, limit) : expandEnabled(value);
}

function expandCount(value: Value, limit: number): Expansion {
  if (value.marks?.sensitive) return unknownCount(SENSITIVE);
  if (value.kind === 'null') return failedCount('count is null', 'set count to a whole number');
  const number = tryConvert(value, NUMBER);
  if (number instanceof ConversionError) return failedCount(`count is no number: ${number.message}`);
  if (number.kind !== 'number') return unknownCount(number.kind === 'unknown' ? number.reason : FAILED);
  const count = Number(number.value.safe ?? Number.NaN);
  if (!Number.isSafeInteger(count) || count < 0) return failedCount('count is not a whole number of zero or more');
  const made = Math.min(count, limit);
  const instances = Array.from({ length: made }, (_, index): ExpandedInstance => ({ key: index, index: literalNumber(index) }));
  return { kind: 'count', instances, ...(made < count ? { truncated: count } : {}) };
}

function expandEach(value: Value, limit: number): Expansion {
  if (value.marks?.sensitive) return unknownEach(SENSITIVE, value);
  switch (value.kind) {
    case 'unknown':
      return unknownEach(value.reason, value);
    case 'null':
      return failedEach('for_each is null', 'use {} for no instances');
    case 'map':
    case 'object':
      return eachOf([...value.entries].map(([key, entry]) => [key, entry]), limit);
    case 'set':
      return expandSet(value, limit);
    default:
      return failedEach(`for_each is a ${typeName(typeOf(value))}, and needs a map or a set of strings`, 'for a list of strings write toset(...)');
  }
}

function expandSet(value: Extract<Value, { elements: readonly Value[] }>, limit: number): Expansion {
  const keys: [string, Value][] = [];
  for (const element of value.elements) {
    if (element.kind === 'unknown') return unknownEach(element.reason, element);
    if (element.kind !== 'string') return failedEach('for_each is a set of something other than strings', 'use a map for anything else');
    keys.push([element.value, element]);
  }
  return eachOf(keys, limit);
}

function eachOf(entries: readonly (readonly [string, Value])[], limit: number): Expansion {
  const instances = entries.slice(0, limit).map(([key, value]): ExpandedInstance => ({ key, each: { key: stringValue(key), value } }));
  return { kind: 'for-each', instances, ...(entries.length > limit ? { truncated: entries.length } : {}) };
}

function expandEnabled(value: Value): Expansion {
  const enabled = tryConvert(value, BOOL);
  if (enabled instanceof ConversionError || enabled.kind === 'null') return { kind: 'enabled', instances: [{}], problem: { message: 'enabled must be true or false' } };
  if (enabled.kind !== 'bool') return { kind: 'enabled', instances: [{ doubtful: true }], unknown: enabled.kind === 'unknown' ? enabled.reason : FAILED };
  return { kind: 'enabled', instances: enabled.value ? [{}] : [] };
}

const FAILED: UnknownReason = { kind: 'failed', message: 'the number of instances could not be worked out' };
const SENSITIVE: UnknownReason = { kind: 'unsupported', message: 'the number of instances depends on a sensitive value' };

function unknownCount(reason: UnknownReason): Expansion {
  return { kind: 'count', instances: [{ index: unknownValue(NUMBER, reason), doubtful: true }], unknown: reason };
}

function unknownEach(reason: UnknownReason, value: Value): Expansion {
  const marks = value.marks;
  return { kind: 'for-each', instances: [{ each: { key: unknownValue(STRING, reason, secrecyOnly(marks)), value: unknownValue(DYNAMIC, reason, marks) }, doubtful: true }], unknown: reason };
}

function failedCount(message: string, hint?: string): Expansion {
  return { ...unknownCount(FAILED), problem: { message, ...(hint === undefined ? {} : { hint }) } };
}

function failedEach(message: string, hint?: string): Expansion {
  return { ...unknownEach(FAILED, unknownValue(DYNAMIC, FAILED)), problem: { message, ...(hint === undefined ? {} : { hint }) } };
}
