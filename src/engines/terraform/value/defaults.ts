/**
 * Defaults of optional attributes (`optional(string, "x")`), applied to a value before it is converted: to
 * the object itself, to nested objects, and to every element of a collection of objects. A null attribute
 * gets its default too; a null or unknown object stays what it is.
 */
import { listValue, mapValue, objectValue, setValue, tupleValue } from './construct.ts';
import { convert } from './convert.ts';
import { withMarks } from './marks.ts';
import { DYNAMIC, sameType, typeOf } from './type.ts';
import { unify } from './unify.ts';
import type { Type, Value } from './value.ts';

/** Defaults of a type: `values` by attribute; `children` by attribute, by position in a tuple, or `''` for the elements of a collection. */
export interface Defaults {
  type: Type;
  values: ReadonlyMap<string, Value>;
  children: ReadonlyMap<string, Defaults>;
}

/** The value with defaults filled in. */
export function applyDefaults(value: Value, defaults: Defaults): Value {
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') {
    const elements = value.elements.map((element, index) => applyChild(element, defaults, String(index), defaults.type.kind === 'tuple'));
    return withMarks(sequenceLike(value, elements), value.marks);
  }
  if (value.kind !== 'map' && value.kind !== 'object') return value;
  const isObject = defaults.type.kind === 'object';
  const entries = new Map([...value.entries].map(([name, entry]) => [name, applyChild(entry, defaults, name, isObject)]));
  for (const [name, fallback] of defaults.values) {
    const given = entries.get(name);
    if (given !== undefined && given.kind !== 'null') continue;
    const child = defaults.children.get(name);
    const filled = child === undefined ? fallback : applyDefaults(fallback, child);
    entries.set(name, given === undefined ? filled : withMarks(filled, given.marks));
  }
  if (value.kind === 'object') return withMarks(objectValue(entries), value.marks);
  const [members, element] = asOneType([...entries.values()], value.element);
  const names = [...entries.keys()];
  return withMarks(element === undefined ? objectValue(entries) : mapValue(element, new Map(names.map((name, index) => [name, members[index] ?? value]))), value.marks);
}

function applyChild(value: Value, defaults: Defaults, key: string, byKey: boolean): Value {
  const child = defaults.children.get(byKey ? key : '');
  return child === undefined ? value : applyDefaults(value, child);
}

function sequenceLike(value: Value, elements: readonly Value[]): Value {
  if (value.kind !== 'list' && value.kind !== 'set') return tupleValue(elements);
  const [members, element] = asOneType(elements, value.element);
  if (element === undefined) return tupleValue(elements);
  return value.kind === 'list' ? listValue(element, members) : setValue(element, members);
}

/** All members with the type they have in common; no type when they have none. */
function asOneType(members: readonly Value[], empty: Type): [readonly Value[], Type | undefined] {
  if (members.length === 0) return [members, empty];
  const types = members.map(typeOf);
  const element = unify(types, true);
  if (element === undefined || (element.kind === 'dynamic' && !types.every((type) => sameType(type, DYNAMIC)))) return [members, undefined];
  return [members.map((member) => convert(member, element)), element];
}
