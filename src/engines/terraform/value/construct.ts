/**
 * Makers of values. Collections made here are canonical: maps and objects are in the order of their
 * names, sets are sorted and free of duplicates, and secrecy inside a set stands on the set, because
 * whether an element is there at all would tell it.
 */
import { LITERAL_PRECISION, decimalFromNumber, type Decimal } from './decimal.ts';
import { deepMarks, mapMarks, originsOnly, secrecyOnly, withMarks } from './marks.ts';
import { canonicalSetElements } from './order.ts';
import { BOOL, DYNAMIC, NUMBER, STRING, compareText } from './type.ts';
import type { Marks, Type, UnknownReason, Value } from './value.ts';

export const TRUE: Value = { kind: 'bool', value: true };
export const FALSE: Value = { kind: 'bool', value: false };
export const NULL: Value = { kind: 'null', type: DYNAMIC };
export const EMPTY_TUPLE: Value = { kind: 'tuple', elements: [] };
export const EMPTY_OBJECT: Value = { kind: 'object', entries: new Map() };

/** Text in Unicode normal form C, as every string of the language. */
export function stringValue(text: string): Value & { kind: 'string' } {
  return { kind: 'string', value: isPlain(text) ? text : text.normalize('NFC') };
}

function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x2ff) return false;
  return true;
}

export const boolValue = (value: boolean): Value => (value ? TRUE : FALSE);
export const numberValue = (value: Decimal | number): Value => ({ kind: 'number', value: typeof value === 'number' ? decimalFromNumber(value) : value });
/** A number as if it had been written: integers get the precision of literals. */
export const literalNumber = (value: number): Value => ({ kind: 'number', value: decimalFromNumber(value, LITERAL_PRECISION) });
export const nullValue = (type: Type): Value => ({ kind: 'null', type });

export function unknownValue(type: Type, reason: UnknownReason, marks?: Marks): Value {
  return { kind: 'unknown', type, reason, ...(marks === undefined ? {} : { marks }) };
}

/** A list of elements that already have the type `element`. */
export const listValue = (element: Type, elements: readonly Value[]): Value => ({ kind: 'list', element, elements });
export const tupleValue = (elements: readonly Value[]): Value => ({ kind: 'tuple', elements });

/** A set of elements that already have the type `element`; equal ones become one. */
export function setValue(element: Type, elements: readonly Value[]): Value {
  let secrecy: Marks | undefined;
  const bare = elements.map((item) => {
    const marks = deepMarks(item);
    if (marks === undefined) return item;
    const hidden = secrecyOnly(marks);
    if (hidden === undefined) return item;
    secrecy = { ...secrecy, ...hidden };
    return mapMarks(item, originsOnly);
  });
  return withMarks({ kind: 'set', element, elements: canonicalSetElements(element, bare) }, secrecy);
}

function inNameOrder(entries: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  let last: string | undefined;
  let ordered = true;
  for (const name of entries.keys()) {
    if (last !== undefined && compareText(last, name) > 0) ordered = false;
    last = name;
  }
  if (ordered) return entries;
  return new Map([...entries].sort((left, right) => compareText(left[0], right[0])));
}

/** A map of entries that already have the type `element`. */
export const mapValue = (element: Type, entries: ReadonlyMap<string, Value>): Value => ({ kind: 'map', element, entries: inNameOrder(entries) });
export const objectValue = (entries: ReadonlyMap<string, Value>): Value => ({ kind: 'object', entries: inNameOrder(entries) });

/** Plain data (JSON, a state file's attributes) as a value: arrays become tuples, objects objects, as `jsondecode` does. */
export function valueFromData(data: unknown): Value {
  if (data === null || data === undefined) return NULL;
  if (typeof data === 'string') return stringValue(data);
  if (typeof data === 'boolean') return boolValue(data);
  if (typeof data === 'number') return literalNumber(data);
  if (Array.isArray(data)) return tupleValue(data.map(valueFromData));
  return objectValue(new Map(Object.entries(data).map(([name, entry]) => [name, valueFromData(entry)])));
}

export const TYPE_OF_KIND = { string: STRING, number: NUMBER, bool: BOOL } as const;
