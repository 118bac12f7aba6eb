/**
 * `value.name` and `value[key]`, with HCL's messages. Marks of what is taken from go on, and the origins
 * of a resource grow by the step (see `marksBelow`). What is not there is refused with the nearest names.
 */
import { formatDecimal, isInteger, signOf } from '../value/decimal.ts';
import { numberValue, stringValue, unknownValue } from '../value/construct.ts';
import { tryConvert, ConversionError } from '../value/convert.ts';
import { deepMarks, marksBelow, marksOfElement, mergeMarks, secrecyOnly, withMarks } from '../value/marks.ts';
import { DYNAMIC, NUMBER, STRING, isCollection, typeName, typeOf } from '../value/type.ts';
import type { Marks, Type, Value } from '../value/value.ts';
import { didYouMean } from './suggestion.ts';

/** A refusal: what `fail` needs. */
export interface AccessProblem {
  summary: string;
  detail: string;
}

export const isAccessProblem = (result: Value | AccessProblem): result is AccessProblem => 'summary' in result;

const UNSUPPORTED = 'Unsupported attribute';
const INVALID_INDEX = 'Invalid index';
const NOT_THERE = 'The given key does not identify an element in this collection value';

/** `value.name`. */
export function getAttribute(value: Value, name: string): Value | AccessProblem {
  if (value.kind === 'null') return { summary: 'Attempt to get attribute from null value', detail: 'This value is null, so it does not have any attributes.' };
  if (value.kind === 'object' || value.kind === 'map') {
    const entry = value.entries.get(name);
    if (entry !== undefined) return withMarks(entry, value.marks === undefined ? undefined : inheritedMarks(marksBelow(value.marks, name), entry));
    if (value.kind === 'map') return { summary: 'Missing map element', detail: `This map does not have an element with the key "${name}".${nearest(name, value)}` };
    return { summary: UNSUPPORTED, detail: `This object does not have an attribute named "${name}".${nearest(name, value)}` };
  }
  const type = typeOf(value);
  if (value.kind === 'unknown') {
    const known = value.attributes?.(name);
    if (known !== undefined) return withMarks(known, secrecyOnly(value.marks));
    const below = attributeType(type, name);
    if (below !== undefined) return unknownValue(below, value.reason, marksBelow(value.marks, name));
  }
  return { summary: UNSUPPORTED, detail: unsupported(type, name) };
}

/** Names of a secret value are as secret as it is. */
function nearest(name: string, value: Value): string {
  if (value.marks?.sensitive || value.marks?.ephemeral || (value.kind !== 'map' && value.kind !== 'object')) return '';
  return didYouMean(name, value.entries.keys());
}

/** A known entry with origins of its own keeps them: those of the whole say less. */
function inheritedMarks(marks: Marks | undefined, entry: Value): Marks | undefined {
  if (marks?.origins === undefined || entry.marks?.origins === undefined) return marks;
  const { origins: _origins, ...rest } = marks;
  return rest;
}

function attributeType(type: Type, name: string): Type | undefined {
  if (type.kind === 'dynamic') return DYNAMIC;
  if (type.kind === 'map') return type.element;
  return type.kind === 'object' ? type.attributes.get(name) : undefined;
}

function unsupported(type: Type, name: string): string {
  if ((type.kind === 'list' || type.kind === 'set') && type.element.kind === 'object') {
    const which = type.element.attributes.has(name) ? `attribute "${name}"` : 'an attribute';
    return `Can't access attributes on a ${type.kind} of objects. Did you mean to access ${which} ${type.kind === 'list' ? 'for a specific element of the list, or ' : ''}across all elements of the ${type.kind}?`;
  }
  if (type.kind === 'string' || type.kind === 'number' || type.kind === 'bool') return `Can't access attributes on a primitive-typed value (${typeName(type)}).`;
  if (type.kind === 'object') return `This object does not have an attribute named "${name}".${didYouMean(name, type.attributes.keys())}`;
  return 'This value does not have any attributes.';
}

/** `value[key]`; also the old `value.0`. */
export function getIndex(value: Value, key: Value): Value | AccessProblem {
  if (value.kind === 'null') return { summary: 'Attempt to index null value', detail: 'This value is null, so it does not have any indices.' };
  if (key.kind === 'null') return { summary: INVALID_INDEX, detail: "Can't use a null value as an indexing key." };
  const kind = value.kind === 'unknown' ? value.type.kind : value.kind;
  if (kind === 'set') return { summary: INVALID_INDEX, detail: "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set." };
  if (kind === 'string' || kind === 'number' || kind === 'bool') return { summary: INVALID_INDEX, detail: 'This value does not have any indices.' };
  if (value.kind === 'unknown' && kind === 'dynamic') return unknownValue(DYNAMIC, value.reason, mergeMarks(elementMarks(value, key), key.marks));
  const converted = tryConvert(key, kind === 'list' || kind === 'tuple' ? NUMBER : STRING);
  if (converted instanceof ConversionError) return { summary: INVALID_INDEX, detail: `${NOT_THERE}: ${converted.message}.` };
  if (value.kind === 'unknown') return unknownElement(value, value.type, converted);
  if (converted.kind === 'unknown') return unknownValue(value.kind === 'list' || value.kind === 'map' ? value.element : DYNAMIC, converted.reason, mergeMarks(deepMarks(value), converted.marks));
  if (value.kind === 'list' || value.kind === 'tuple') return elementAt(value, converted);
  const name = converted.kind === 'string' ? converted.value : '';
  const entry = value.kind === 'map' || value.kind === 'object' ? value.entries.get(name) : undefined;
  if (entry === undefined) {
    const numeric = key.kind === 'number' && value.kind === 'object' ? ' An object only supports looking up attributes by name, not by numeric index.' : '';
    return { summary: INVALID_INDEX, detail: `${NOT_THERE}.${numeric}${nearest(name, value)}` };
  }
  return withMarks(entry, mergeMarks(inheritedMarks(elementMarks(value, converted), entry), converted.marks));
}

function elementMarks(value: Value, key: Value): Marks | undefined {
  if (key.kind === 'string') return marksOfElement(value.marks, key.value);
  return key.kind === 'number' && key.value.safe !== undefined ? marksOfElement(value.marks, key.value.safe) : value.marks;
}

function unknownElement(value: Value & { kind: 'unknown' }, type: Type, key: Value): Value | AccessProblem {
  const marks = mergeMarks(elementMarks(value, key), key.marks);
  if (isCollection(type)) return unknownValue(type.element, value.reason, marks);
  if (type.kind === 'tuple' && key.kind === 'number') {
    const element = key.value.safe === undefined ? undefined : type.elements[key.value.safe];
    return element === undefined ? { summary: INVALID_INDEX, detail: `${NOT_THERE}.` } : unknownValue(element, value.reason, marks);
  }
  const element = type.kind === 'object' && key.kind === 'string' ? type.attributes.get(key.value) : undefined;
  return unknownValue(element ?? DYNAMIC, value.reason, marks);
}

function elementAt(value: Extract<Value, { elements: readonly Value[] }>, key: Value): Value | AccessProblem {
  if (key.kind !== 'number') return { summary: INVALID_INDEX, detail: `${NOT_THERE}.` };
  const index = key.value.safe;
  const element = index === undefined ? undefined : value.elements[index];
  if (element !== undefined) return withMarks(element, mergeMarks(inheritedMarks(elementMarks(value, key), element), key.marks));
  if (!isInteger(key.value)) return { summary: INVALID_INDEX, detail: `${NOT_THERE}: indexing a sequence requires a whole number, but the given index has a fractional part.` };
  if (signOf(key.value) < 0) return { summary: INVALID_INDEX, detail: `${NOT_THERE}: a negative number is not a valid index for a sequence.` };
  if (value.elements.length === 0) return { summary: INVALID_INDEX, detail: `${NOT_THERE}: the collection has no elements.` };
  if (key.marks?.sensitive || key.marks?.ephemeral) return { summary: INVALID_INDEX, detail: `${NOT_THERE}.` };
  return { summary: INVALID_INDEX, detail: `${NOT_THERE}: the given index (${formatDecimal(key.value)}) is greater than or equal to the length of the collection (${value.elements.length}).` };
}

/** Keys and values as a `for` expression sees them; undefined when the value cannot be iterated. */
export function iterate(value: Value): readonly (readonly [Value, Value])[] | undefined {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.elements.map((element, index) => [numberValue(index), element] as const);
    case 'set':
      return value.elements.map((element) => [element, element] as const);
    case 'map':
    case 'object':
      return [...value.entries].map(([name, entry]) => [stringValue(name), entry] as const);
    default:
      return undefined;
  }
}
