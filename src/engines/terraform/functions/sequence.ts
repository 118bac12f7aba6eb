/** Functions on lists, sets and tuples. Elements keep their origins on the way. */
import { boolValue, listValue, nullValue, numberValue, tupleValue, unknownValue } from '../value/construct.ts';
import { ConversionError, convert } from '../value/convert.ts';
import { compareEqual, firstUnknown } from '../value/equality.ts';
import { elementsOf, mergeMarks, originsOnly, secrecyOnly, withMarks } from '../value/marks.ts';
import { exactText } from '../value/order.ts';
import { BOOL, DYNAMIC, NUMBER, STRING, compareText, hasDynamic, isCollection, listOf, typeName, typeOf } from '../value/type.ts';
import { unify } from '../value/unify.ts';
import type { Marks, Type, Value } from '../value/value.ts';
import { FunctionError, boundedCount, itemsOf, textOf, unknownResult, type FunctionDefinition, type Parameter } from './definition.ts';
import { wholeNumber } from './numeric.ts';
import { graphemes } from './text.ts';

type Sequence = Extract<Value, { elements: readonly Value[] }>;

const any = (name: string): Parameter => ({ name, type: DYNAMIC });
const within = (name: string, type: Type = DYNAMIC): Parameter => ({ name, type, unknown: 'inside' });

function sequence(value: Value | undefined, what: string, argument = 0): Sequence {
  if (value?.kind === 'list' || value?.kind === 'set' || value?.kind === 'tuple') return value;
  throw new FunctionError(`${what}, not ${value === undefined ? 'nothing' : typeName(typeOf(value))}`, argument);
}

function elementType(value: Value | undefined): Type {
  return value !== undefined && (value.kind === 'list' || value.kind === 'set' || value.kind === 'map') ? value.element : DYNAMIC;
}

/** `length`: of an unknown tuple or object it is known, of a set with unknown elements it is not. */
function length(args: readonly Value[]): Value {
  const [value] = args;
  if (value === undefined) throw new FunctionError('argument must be a string, a collection type, or a structural type', 0);
  if (value.kind === 'string') return numberValue(graphemes(value.value).length);
  if (value.kind === 'map' || value.kind === 'object') return numberValue(value.entries.size);
  if (value.kind === 'list' || value.kind === 'tuple') return numberValue(value.elements.length);
  if (value.kind === 'set') return value.elements.length > 1 && value.elements.some((item) => firstUnknown(item) !== undefined) ? unknownResult(NUMBER, args) : numberValue(value.elements.length);
  if (value.kind === 'unknown') {
    const { type } = value;
    if (type.kind === 'tuple') return numberValue(type.elements.length);
    if (type.kind === 'object') return numberValue(type.attributes.size);
    if (isCollection(type) || type.kind === 'string' || type.kind === 'dynamic') return unknownValue(NUMBER, value.reason);
  }
  throw new FunctionError('argument must be a string, a collection type, or a structural type', 0);
}

/** `alltrue` and `anytrue`: the first element that decides; unknown ones only count when none does. */
function quantified(name: 'alltrue' | 'anytrue', decisive: boolean): FunctionDefinition {
  return {
    name,
    parameters: [within('list', listOf(BOOL))],
    returns: BOOL,
    call: (args) => {
      let unknown = false;
      for (const item of itemsOf(args[0])) {
        if (item.kind === 'unknown') unknown = true;
        else if (item.kind === 'bool' ? item.value === decisive : !decisive) return boolValue(decisive);
      }
      return unknown ? unknownResult(BOOL, args) : boolValue(!decisive);
    },
  };
}

function chunkList(args: readonly Value[]): Value {
  const items = itemsOf(args[0]);
  const size = wholeNumber(args[1], 1);
  if (size < 0) throw new FunctionError('the size argument must be positive', 1);
  const element = elementType(args[0]);
  const chunks: Value[] = [];
  if (size === 0 && items.length > 0) chunks.push(listValue(element, items));
  for (let at = 0; size > 0 && at < items.length; at += size) chunks.push(listValue(element, items.slice(at, at + size)));
  return listValue(listOf(element), chunks);
}

function coalesce(args: readonly Value[]): Value {
  if (args.length === 0) throw new FunctionError('at least one argument is required');
  const type = args.some((value) => value.kind === 'unknown' && value.type.kind === 'dynamic') ? DYNAMIC : unify(args.map(typeOf), true);
  if (type === undefined) throw new FunctionError('all arguments must have the same type');
  let marks: Marks | undefined;
  for (const value of args) {
    marks = mergeMarks(marks, value.marks?.sensitive || value.marks?.ephemeral ? { ...value.marks } : undefined);
    if (value.kind === 'unknown') return unknownResult(type, args);
    if (value.kind === 'null') continue;
    const converted = convertTo(value, type);
    if (converted.kind === 'string' && converted.value === '') continue;
    return withMarks(converted, marks);
  }
  throw new FunctionError('no non-null, non-empty-string arguments');
}

function convertTo(value: Value, type: Type): Value {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof ConversionError) throw new FunctionError(error.message);
    throw error;
  }
}

function coalesceList(args: readonly Value[]): Value {
  if (args.length === 0) throw new FunctionError('at least one argument is required');
  for (const [index, value] of args.entries()) {
    const { kind } = typeOf(value);
    if (kind !== 'list' && kind !== 'tuple' && (value.kind !== 'unknown' || kind !== 'dynamic')) throw new FunctionError('coalescelist arguments must be lists or tuples', index);
  }
  for (const value of args) {
    if (value.kind === 'unknown') return unknownResult(DYNAMIC, args);
    if (itemsOf(value).length > 0) return value;
  }
  throw new FunctionError('no non-null arguments');
}

function concat(args: readonly Value[]): Value {
  if (args.length === 0) throw new FunctionError('at least one argument is required');
  const lists = args.map((value, index) => {
    const list = sequence(value, 'all arguments must be lists or tuples; got', index);
    if (list.kind === 'set') throw new FunctionError('all arguments must be lists or tuples; got set', index);
    return list;
  });
  const elements = lists.flatMap((list) => list.elements);
  boundedCount(elements.length);
  if (lists.every((list) => list.kind === 'list')) {
    const type = unify(lists.map(typeOf), true);
    if (type?.kind === 'list' && (!hasDynamic(type) || elements.length === 0)) return listValue(type.element, elements.map((element) => convertTo(element, type.element)));
  }
  return tupleValue(elements);
}

function contains(args: readonly Value[]): Value {
  const items = sequence(args[0], 'argument must be list, tuple, or set').elements;
  const wanted = args[1] as Value;
  let undecided = false;
  for (const item of items) {
    const equal = compareEqual(item, wanted);
    if (equal === true) return boolValue(true);
    if (equal !== false) undecided = true;
  }
  return undecided ? unknownResult(BOOL, args) : boolValue(false);
}

function distinct(args: readonly Value[]): Value {
  const known = new Set<string>();
  const result = itemsOf(args[0]).filter((item) => {
    const key = exactText(item);
    return !known.has(key) && known.add(key);
  });
  return listValue(elementType(args[0]), result);
}

/** `element` goes round: index 5 of three elements is the third. */
function element(args: readonly Value[]): Value {
  const list = sequence(args[0], 'cannot read elements from');
  if (list.kind === 'set') throw new FunctionError('cannot read elements from set', 0);
  if (args[1]?.kind !== 'number') return unknownResult(elementType(list), args);
  const index = wholeNumber(args[1], 1);
  if (list.elements.length === 0) throw new FunctionError('cannot use element function with an empty list', 0);
  const count = list.elements.length;
  // Only lists count backwards from the end; of a tuple Terraform wants the type of the element beforehand.
  const found = list.elements[list.kind === 'list' ? ((index % count) + count) % count : index % count];
  if (found === undefined) throw new FunctionError('cannot use element function with a negative index', 1);
  return found;
}

function flatten(args: readonly Value[]): Value {
  const list = sequence(args[0], 'can only flatten lists, sets and tuples');
  const result: Value[] = [];
  let whole: Marks | undefined;
  const visit = (items: Iterable<Value>, origins: Marks | undefined): boolean => {
    for (const item of items) {
      if (item.kind === 'list' || item.kind === 'set' || item.kind === 'tuple') {
        // Secrecy of a nested list goes to the whole, its origins to its elements.
        whole = mergeMarks(whole, secrecyOnly(item.marks));
        if (!visit(item.elements, mergeMarks(origins, item.marks === undefined ? undefined : originsOnly(item.marks)))) return false;
      } else if (item.kind === 'unknown' && (item.type.kind === 'dynamic' || item.type.kind === 'list' || item.type.kind === 'set' || item.type.kind === 'tuple')) {
        return false;
      } else {
        boundedCount(result.length);
        result.push(withMarks(item, origins));
      }
    }
    return true;
  };
  return visit(list.elements, undefined) ? withMarks(tupleValue(result), whole) : unknownResult(DYNAMIC, args);
}

function indexOf(args: readonly Value[]): Value {
  const list = sequence(args[0], 'argument must be a list or tuple');
  if (list.kind === 'set') throw new FunctionError('argument must be a list or tuple', 0);
  if (list.elements.length === 0) throw new FunctionError('cannot search an empty list', 0);
  const found = list.elements.findIndex((item) => compareEqual(item, args[1] as Value) === true);
  if (found < 0) throw new FunctionError('item not found');
  return numberValue(found);
}

function matchKeys(args: readonly Value[]): Value {
  const [values, keys, wanted] = args.map(itemsOf) as [readonly Value[], readonly Value[], readonly Value[]];
  if (values.length !== keys.length) throw new FunctionError('length of keys and values should be equal');
  const type = unify([elementType(args[1]), elementType(args[2])], true);
  if (keys.length > 0 && wanted.length > 0 && type === undefined) throw new FunctionError('keys and searchset must be of the same type');
  const keyText = (value: Value): string => exactText(type === undefined ? value : convertTo(value, type));
  const searched = new Set(wanted.map(keyText));
  const matches = values.filter((_, index) => searched.has(keyText(keys[index] as Value)));
  return listValue(elementType(args[0]), matches);
}

function one(args: readonly Value[]): Value {
  const list = sequence(args[0], 'must be a list, set, or tuple value with either zero or one elements');
  if (list.elements.length > 1) throw new FunctionError('must be a list, set, or tuple value with either zero or one elements', 0);
  return list.elements[0] ?? nullValue(elementType(list));
}

function reverse(args: readonly Value[]): Value {
  const list = sequence(args[0], 'can only reverse list or tuple values');
  const reversed = [...list.elements].reverse();
  return list.kind === 'tuple' ? tupleValue(reversed) : listValue(elementType(list), reversed);
}

function slice(args: readonly Value[]): Value {
  if (args[0]?.kind === 'unknown') return sliceOfUnknown(args[0], args);
  const list = sequence(args[0], 'cannot slice');
  if (list.kind === 'set') throw new FunctionError('cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering of the result is not important', 0);
  const [start, end] = [wholeNumber(args[1], 1), wholeNumber(args[2], 2)];
  if (start < 0) throw new FunctionError('start index must not be less than zero', 1);
  if (end > list.elements.length) throw new FunctionError('end index must not be greater than the length of the list', 2);
  if (start > end) throw new FunctionError('start index must not be greater than end index', 1);
  const part = list.elements.slice(start, end);
  return list.kind === 'tuple' ? tupleValue(part) : listValue(elementType(list), part);
}

/** However long the list turns out, so many elements are taken from it, or none at all with an error. */
function sliceOfUnknown(list: Value & { kind: 'unknown' }, args: readonly Value[]): Value {
  const count = wholeNumber(args[2], 2) - wholeNumber(args[1], 1);
  if (list.type.kind !== 'dynamic' && list.type.kind !== 'list') return unknownResult(DYNAMIC, args);
  if (count < 0) throw new FunctionError('start index must not be greater than end index', 1);
  boundedCount(count);
  const element = list.type.kind === 'list' ? list.type.element : DYNAMIC;
  return tupleValue(Array.from({ length: count }, () => unknownValue(element, list.reason, list.marks)));
}

function sort(args: readonly Value[]): Value {
  const items = itemsOf(args[0]);
  if (items.some((item) => item.kind === 'null')) throw new FunctionError('given list element is null; a null string cannot be sorted', 0);
  return listValue(STRING, [...items].sort((left, right) => compareText(textOf(left), textOf(right))));
}

function compact(args: readonly Value[]): Value {
  return listValue(STRING, itemsOf(args[0]).filter((item) => item.kind !== 'null' && textOf(item) !== ''));
}

const unknownIn = (args: readonly Value[]): boolean => args.some((value) => [...elementsOf(value)].some((item) => item.kind === 'unknown'));

export const SEQUENCE_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'length', parameters: [{ name: 'value', type: DYNAMIC, unknown: 'whole' }], returns: NUMBER, marks: 'inside', call: length },
  quantified('alltrue', false),
  quantified('anytrue', true),
  { name: 'chunklist', parameters: [within('list', listOf(DYNAMIC)), { name: 'size', type: NUMBER }], returns: listOf(listOf(DYNAMIC)), marks: 'inside', call: chunkList },
  { name: 'coalesce', parameters: [], variadic: { name: 'vals', type: DYNAMIC, allowNull: true, unknown: 'whole' }, returns: DYNAMIC, marks: 'origins-inside', call: coalesce },
  { name: 'coalescelist', parameters: [], variadic: { name: 'vals', type: DYNAMIC, allowNull: true, unknown: 'whole' }, returns: DYNAMIC, marks: 'origins-inside', call: coalesceList },
  { name: 'compact', parameters: [{ name: 'list', type: listOf(STRING) }], returns: listOf(STRING), marks: 'origins-inside', call: compact },
  { name: 'concat', parameters: [], variadic: within('seqs'), returns: DYNAMIC, marks: 'inside', call: concat },
  { name: 'contains', parameters: [within('list'), within('value')], returns: BOOL, call: contains },
  { name: 'distinct', parameters: [{ name: 'list', type: listOf(DYNAMIC) }], returns: listOf(DYNAMIC), marks: 'origins-inside', call: distinct },
  { name: 'element', parameters: [within('list'), { name: 'index', type: NUMBER, unknown: 'whole' }], returns: DYNAMIC, marks: 'inside', call: element },
  { name: 'flatten', parameters: [within('list')], returns: DYNAMIC, marks: 'inside', call: flatten },
  { name: 'index', parameters: [any('list'), any('value')], returns: NUMBER, call: indexOf },
  { name: 'matchkeys', parameters: [within('values', listOf(DYNAMIC)), { name: 'keys', type: listOf(DYNAMIC) }, { name: 'searchset', type: listOf(DYNAMIC) }], returns: listOf(DYNAMIC), marks: 'origins-inside', call: matchKeys },
  { name: 'one', parameters: [within('list')], returns: DYNAMIC, marks: 'origins-inside', call: (args) => (args[0]?.kind === 'set' && args[0].elements.length > 1 && unknownIn(args) ? unknownResult(DYNAMIC, args) : one(args)) },
  { name: 'reverse', parameters: [within('list')], returns: DYNAMIC, marks: 'inside', call: (args) => (args[0]?.kind === 'set' && unknownIn(args) ? unknownResult(DYNAMIC, args) : reverse(args)) },
  { name: 'slice', parameters: [{ name: 'list', type: DYNAMIC, unknown: 'whole' }, { name: 'start_index', type: NUMBER }, { name: 'end_index', type: NUMBER }], returns: DYNAMIC, marks: 'inside', call: slice },
  { name: 'sort', parameters: [{ name: 'list', type: listOf(STRING) }], returns: listOf(STRING), marks: 'origins-inside', call: sort },
];

