/** Functions on maps, objects and sets. */
import { listValue, mapValue, objectValue, setValue, stringValue, tupleValue, EMPTY_OBJECT } from '../value/construct.ts';
import { ConversionError, convert } from '../value/convert.ts';
import { firstUnknown } from '../value/equality.ts';
import { elementsOf } from '../value/marks.ts';
import { exactText } from '../value/order.ts';
import { DYNAMIC, STRING, hasDynamic, listOf, mapOf, setOf, tupleOf, typeName, typeOf } from '../value/type.ts';
import { unify } from '../value/unify.ts';
import type { Type, Value } from '../value/value.ts';
import { FunctionError, boundedCount, entriesOf, itemsOf, textOf, unknownResult, type FunctionDefinition, type Parameter } from './definition.ts';

const within = (name: string, type: Type = DYNAMIC): Parameter => ({ name, type, unknown: 'inside' });

function isMapping(value: Value | undefined): value is Extract<Value, { entries: ReadonlyMap<string, Value> }> {
  return value?.kind === 'map' || value?.kind === 'object';
}

function converted(value: Value, type: Type): Value {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof ConversionError) throw new FunctionError(error.message);
    throw error;
  }
}

/** Keys are known even of an object whose values are not. */
function keys(args: readonly Value[]): Value {
  const [value] = args;
  if (value?.kind === 'unknown') {
    if (value.type.kind === 'object') return tupleValue([...value.type.attributes.keys()].sort().map(stringValue));
    if (value.type.kind !== 'map' && value.type.kind !== 'dynamic') throw new FunctionError('must have map or object type', 0);
    return unknownResult(listOf(STRING), args);
  }
  if (!isMapping(value)) throw new FunctionError('must have map or object type', 0);
  const names = [...value.entries.keys()].map(stringValue);
  return value.kind === 'map' ? listValue(STRING, names) : tupleValue(names);
}

function values(args: readonly Value[]): Value {
  const [value] = args;
  if (!isMapping(value)) throw new FunctionError('values() requires a map as the first argument', 0);
  const found = [...value.entries.values()];
  return value.kind === 'map' ? listValue(value.element, found) : tupleValue(found);
}

function lookup(args: readonly Value[]): Value {
  const [map, key, fallback] = args;
  if (args.length > 3) throw new FunctionError('lookup() takes two or three arguments, got ' + String(args.length));
  if (map?.kind === 'unknown' && map.type.kind === 'dynamic') return unknownResult(DYNAMIC, args);
  const type = map?.kind === 'unknown' ? map.type : map;
  if (type?.kind !== 'map' && type?.kind !== 'object') throw new FunctionError('lookup() requires a map as the first argument', 0);
  if (map?.kind === 'unknown' || key?.kind === 'unknown') return unknownResult(type.kind === 'map' ? type.element : DYNAMIC, args);
  const found = entriesOf(map).get(textOf(key));
  if (type.kind === 'map' && fallback !== undefined && found === undefined) return sameKind(fallback, type.element);
  if (type.kind === 'map' && fallback !== undefined) sameKind(fallback, type.element);
  if (found !== undefined) return found;
  if (fallback !== undefined) return fallback;
  throw new FunctionError(`lookup failed to find key ${JSON.stringify(textOf(key))}`);
}

function sameKind(fallback: Value, element: Type): Value {
  try {
    return convert(fallback, element);
  } catch (error) {
    if (error instanceof ConversionError) throw new FunctionError(`the default value must have the same type as the map elements`, 2);
    throw error;
  }
}

function merge(args: readonly Value[]): Value {
  if (args.length === 0) return EMPTY_OBJECT;
  const types: Type[] = [];
  const entries = new Map<string, Value>();
  let onlyMaps = true;
  for (const [index, value] of args.entries()) {
    if (value.kind === 'unknown') {
      if (value.type.kind !== 'map' && value.type.kind !== 'object' && value.type.kind !== 'dynamic') throw new FunctionError(`arguments must be maps or objects, got "${typeName(value.type)}"`, index);
      return unknownResult(DYNAMIC, args);
    }
    if (value.kind === 'null') {
      if (value.type.kind !== 'map' && value.type.kind !== 'object' && value.type.kind !== 'dynamic') throw new FunctionError(`arguments must be maps or objects, got "${typeName(value.type)}"`, index);
      if (value.type.kind !== 'map') onlyMaps = false;
      continue;
    }
    if (!isMapping(value)) throw new FunctionError(`arguments must be maps or objects, got "${typeName(typeOf(value))}"`, index);
    if (value.kind !== 'map') onlyMaps = false;
    else types.push(value.element);
    boundedCount(entries.size + value.entries.size);
    for (const [name, entry] of value.entries) entries.set(name, entry);
  }
  const [first] = types;
  if (onlyMaps && first !== undefined) {
    const element = unify(types, true);
    if (element !== undefined && types.every((type) => typeName(type) === typeName(first)) && (!hasDynamic(element) || entries.size === 0)) return mapValue(element, new Map([...entries].map(([name, entry]) => [name, converted(entry, element)])));
  }
  return objectValue(entries);
}

function transpose(args: readonly Value[]): Value {
  const lists = new Map<string, string[]>();
  let count = 0;
  for (const [name, list] of entriesOf(args[0])) {
    if (list.kind === 'null') throw new FunctionError('input map must not contain null lists', 0);
    for (const item of itemsOf(list)) {
      if (item.kind === 'null') throw new FunctionError('input map must not contain null list elements', 0);
      boundedCount((count += 1));
      const names = lists.get(textOf(item));
      if (names === undefined) lists.set(textOf(item), [name]);
      else names.push(name);
    }
  }
  return mapValue(listOf(STRING), new Map([...lists].map(([name, names]) => [name, listValue(STRING, names.sort().map(stringValue))])));
}

function zipMap(args: readonly Value[]): Value {
  const names = itemsOf(args[0]);
  const members = args[1];
  if (members?.kind !== 'list' && members?.kind !== 'tuple') throw new FunctionError('values argument must be a list or tuple value', 1);
  if (names.length !== members.elements.length) throw new FunctionError(`number of keys (${names.length}) does not match number of values (${members.elements.length})`, 1);
  const entries = new Map<string, Value>();
  for (const [index, name] of names.entries()) {
    if (name.kind === 'null') throw new FunctionError('keys must not be null', 0);
    entries.set(textOf(name), members.elements[index] as Value);
  }
  return members.kind === 'list' ? mapValue(members.element, entries) : objectValue(entries);
}

/** Sets of different element types meet in one, as `unify` has it. */
function sameSets(args: readonly Value[]): { element: Type; sets: (readonly Value[])[] } {
  const types = args.map((set) => (set.kind === 'set' ? set.element : DYNAMIC)).filter((_, index) => !(args.length > 1 && isEmptyOfAny(args[index])));
  const element = types.length === 0 ? DYNAMIC : unify(types, true);
  if (element === undefined) throw new FunctionError('given sets must all have compatible element types');
  return { element, sets: args.map((set) => itemsOf(set).map((item) => converted(item, element))) };
}

function isEmptyOfAny(value: Value | undefined): boolean {
  return value?.kind === 'set' && value.elements.length === 0 && value.element.kind === 'dynamic';
}

/** A test for elements of a known set. */
function memberOf(items: readonly Value[]): (item: Value) => boolean {
  const texts = new Set(items.map(exactText));
  return (item) => texts.has(exactText(item));
}

function setFunction(name: string, first: string, variadic: boolean, combine: (sets: readonly (readonly Value[])[]) => readonly Value[]): FunctionDefinition {
  const parameter = (label: string): Parameter => ({ name: label, type: setOf(DYNAMIC) });
  return {
    name,
    parameters: variadic ? [parameter(first)] : [parameter(first), parameter('b')],
    ...(variadic ? { variadic: parameter('other_sets') } : {}),
    returns: setOf(DYNAMIC),
    marks: 'origins-inside',
    call: (args) => {
      const { element, sets } = sameSets(args);
      return setValue(element, combine(sets));
    },
  };
}

function setProduct(args: readonly Value[]): Value {
  if (args.length < 2) throw new FunctionError('at least two arguments are required');
  const lists = args.map((value, index) => {
    if (value.kind !== 'list' && value.kind !== 'set' && value.kind !== 'tuple') throw new FunctionError('a set or a list is required', index);
    if (value.kind !== 'tuple') return { element: value.element, elements: value.elements };
    const element = value.elements.length === 0 ? DYNAMIC : unify(value.elements.map(typeOf), true);
    if (element === undefined || (element.kind === 'dynamic' && value.elements.some((item) => typeOf(item).kind !== 'dynamic'))) throw new FunctionError('all elements must be of the same type', index);
    return { element, elements: value.elements.map((item) => converted(item, element)) };
  });
  boundedCount(lists.reduce((product, list) => product * list.elements.length, 1));
  let rows: Value[][] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.elements.map((item) => [...row, item]));
  const type = tupleOf(lists.map((list) => list.element));
  const tuples = rows.map((row) => tupleValue(row));
  return args.some((value) => value.kind === 'set') ? setValue(type, tuples) : listValue(type, tuples);
}

const nestedUnknown = (value: Value | undefined): boolean => value !== undefined && [...elementsOf(value)].some((item) => firstUnknown(item) !== undefined);

export const MAPPING_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'keys', parameters: [{ name: 'inputMap', type: DYNAMIC, unknown: 'whole' }], returns: DYNAMIC, marks: 'inside', call: keys },
  { name: 'values', parameters: [within('mapping')], returns: DYNAMIC, marks: 'inside', call: values },
  { name: 'lookup', parameters: [{ name: 'inputMap', type: DYNAMIC, unknown: 'whole' }, { name: 'key', type: STRING, unknown: 'whole' }], variadic: { name: 'default', type: DYNAMIC, allowNull: true, unknown: 'whole' }, returns: DYNAMIC, marks: 'inside', call: lookup },
  { name: 'merge', parameters: [], variadic: { name: 'maps', type: DYNAMIC, allowNull: true, unknown: 'whole' }, returns: DYNAMIC, marks: 'inside', call: merge },
  { name: 'transpose', parameters: [{ name: 'values', type: mapOf(listOf(STRING)) }], returns: mapOf(listOf(STRING)), call: transpose },
  { name: 'zipmap', parameters: [{ name: 'keys', type: listOf(STRING) }, within('values')], returns: DYNAMIC, marks: 'inside', call: zipMap },
  setFunction('setunion', 'first_set', true, (sets) => sets.flat()),
  setFunction('setintersection', 'first_set', true, (sets) => sets.slice(1).reduce((left, set) => left.filter(memberOf(set)), sets[0] ?? [])),
  setFunction('setsubtract', 'a', false, (sets) => {
    const removed = memberOf(sets[1] ?? []);
    return (sets[0] ?? []).filter((item) => !removed(item));
  }),
  { name: 'setproduct', parameters: [], variadic: within('sets'), returns: DYNAMIC, marks: 'inside', call: (args) => (args.some((value) => value.kind === 'set' && nestedUnknown(value)) ? unknownResult(DYNAMIC, args) : setProduct(args)) },
];
