/**
 * Which types can become which, and the type that several types can all become, by go-cty's rules.
 *
 * Safe conversions never fail (number to text, tuple to list); unsafe ones may fail on the value (text to
 * number, list to set). Unification prefers a type that the others reach; objects of different shape
 * meet in a map, tuples of different length in a list, and a part whose type is not known yet makes the
 * whole unknown.
 */
import { DYNAMIC, hasDynamic, isCollection, isPrimitive, listOf, mapOf, objectOf, sameType, tupleOf, withoutOptional } from './type.ts';
import type { Type } from './value.ts';

type ObjectType = Extract<Type, { kind: 'object' }>;
type TupleType = Extract<Type, { kind: 'tuple' }>;

/** Whether a conversion exists. `unsafe` ones may still fail on the value. */
export function canConvert(from: Type, to: Type, unsafe: boolean): boolean {
  if (to.kind === 'dynamic') return true;
  if (from.kind === 'dynamic') return unsafe;
  if (isPrimitive(from) && isPrimitive(to)) return from.kind === to.kind || to.kind === 'string' || (unsafe && from.kind === 'string');
  switch (to.kind) {
    case 'object':
      return from.kind === 'object' ? objectBecomesObject(from, to, unsafe) : from.kind === 'map' && unsafe && mapBecomesObject(from.element, to);
    case 'tuple':
      return from.kind === 'tuple' && from.elements.length === to.elements.length && from.elements.every((element, index) => same(element, to.elements[index] ?? DYNAMIC, unsafe));
    case 'list':
    case 'set':
      if (from.kind === 'tuple') return membersBecome(from.elements, to.element, unsafe);
      if (from.kind !== 'list' && from.kind !== 'set') return false;
      return (to.kind === 'list' || from.kind === 'set' || unsafe) && same(from.element, to.element, unsafe);
    case 'map':
      if (from.kind === 'object') return membersBecome([...from.attributes.values()], to.element, unsafe);
      return from.kind === 'map' && same(from.element, to.element, unsafe);
    default:
      return false;
  }
}

const same = (from: Type, to: Type, unsafe: boolean): boolean => sameType(from, to) || canConvert(from, to, unsafe);

function objectBecomesObject(from: ObjectType, to: ObjectType, unsafe: boolean): boolean {
  if (!unsafe) for (const name of from.attributes.keys()) if (!to.attributes.has(name)) return false;
  for (const [name, type] of to.attributes) {
    const given = from.attributes.get(name);
    if (given === undefined ? !to.optional.has(name) : !same(given, type, unsafe)) return false;
  }
  return true;
}

const mapBecomesObject = (element: Type, to: ObjectType): boolean => [...to.attributes].every(([name, type]) => to.optional.has(name) || same(element, type, true));

function membersBecome(members: readonly Type[], element: Type, unsafe: boolean): boolean {
  if (members.length === 0) return true;
  const wanted = element.kind === 'dynamic' ? unify(members, unsafe) : element;
  if (wanted === undefined) return false;
  if (element.kind === 'dynamic' && wanted.kind === 'dynamic') return members.every((member) => member.kind === 'dynamic');
  return members.every((member) => same(member, wanted, unsafe));
}

/** The one type that all of these can become; undefined when there is none or no type was given. */
export function unify(types: readonly Type[], unsafe: boolean): Type | undefined {
  const [first] = types;
  if (first === undefined) return undefined;
  if (types.every((type) => sameType(type, first))) return first;
  const count = { string: 0, number: 0, bool: 0, dynamic: 0, list: 0, set: 0, map: 0, tuple: 0, object: 0 };
  for (const type of types) count[type.kind] += 1;
  const only = (...kinds: (keyof typeof count)[]): boolean => count[kinds[0] ?? 'dynamic'] > 0 && kinds.reduce((sum, kind) => sum + count[kind], count.dynamic) === types.length;
  for (const kind of ['map', 'list', 'set'] as const) {
    if (only(kind)) return count.dynamic > 0 ? DYNAMIC : unifyCollections(kind, types, unsafe);
    if (kind === 'map' && only('map', 'object')) {
      const unified = unifyAsCollections(types, 'object', unsafe);
      if (unified?.kind === 'map' && types.every((type) => same(type, unified, unsafe))) return unified;
    }
    if (kind === 'list' && only('list', 'tuple')) {
      const unified = unifyAsCollections(types, 'tuple', unsafe);
      if (unified?.kind === 'list' && types.every((type) => same(type, unified, unsafe))) return unified;
    }
  }
  if (only('object')) return count.dynamic > 0 ? DYNAMIC : unifyObjects(types as readonly ObjectType[], unsafe);
  if (only('tuple')) return count.dynamic > 0 ? DYNAMIC : unifyTuples(types as readonly TupleType[], unsafe);
  if (count.object > 0 && count.tuple > 0) return undefined;
  return [...types].sort(byPreference).find((wanted) => types.every((type) => same(type, wanted, unsafe)));
}

const KIND_PREFERENCE: Record<Type['kind'], number> = { string: 0, list: 0, map: 0, set: 1, number: 1, bool: 1, tuple: 2, object: 2, dynamic: 9 };

function byPreference(left: Type, right: Type): number {
  if (isCollection(left) && left.kind === right.kind) return byPreference(left.element, (right as typeof left).element);
  return KIND_PREFERENCE[left.kind] - KIND_PREFERENCE[right.kind];
}

function unifyCollections(kind: 'list' | 'set' | 'map', types: readonly Type[], unsafe: boolean): Type | undefined {
  const element = unify(types.map((type) => (isCollection(type) ? type.element : DYNAMIC)), unsafe);
  if (element === undefined) return undefined;
  const result: Type = { kind, element };
  return types.every((type) => same(type, result, unsafe)) ? result : undefined;
}

function unifyAsCollections(types: readonly Type[], kind: 'object' | 'tuple', unsafe: boolean): Type | undefined {
  const structures = types.filter((type) => type.kind === kind);
  const collection = kind === 'object' ? asMap(structures as ObjectType[], unsafe) : asList(structures as TupleType[], unsafe);
  if (collection === undefined) return undefined;
  return unify(types.map((type) => (type.kind === kind ? collection : type)), unsafe);
}

function asMap(types: readonly ObjectType[], unsafe: boolean): Type | undefined {
  const element = unify(types.flatMap((type) => [...type.attributes.values()]), unsafe);
  const result = element && mapOf(element);
  return result !== undefined && types.every((type) => same(type, result, unsafe)) ? result : undefined;
}

function asList(types: readonly TupleType[], unsafe: boolean): Type | undefined {
  const element = unify(types.flatMap((type) => type.elements), unsafe);
  const result = element && listOf(element);
  return result !== undefined && types.every((type) => same(type, result, unsafe)) ? result : undefined;
}

function unifyObjects(types: readonly ObjectType[], unsafe: boolean): Type | undefined {
  const [first] = types;
  if (first === undefined) return undefined;
  const sameNames = types.every((type) => type.attributes.size === first.attributes.size && [...type.attributes.keys()].every((name) => first.attributes.has(name)));
  if (!sameNames) return asMap(types, unsafe);
  const attributes = new Map<string, Type>();
  for (const name of first.attributes.keys()) {
    const unified = unify(types.map((type) => type.attributes.get(name) ?? DYNAMIC), unsafe);
    if (unified === undefined) return undefined;
    attributes.set(name, unified);
  }
  const result = objectOf(attributes);
  return types.every((type) => same(type, result, unsafe)) ? result : asMap(types, unsafe);
}

function unifyTuples(types: readonly TupleType[], unsafe: boolean): Type | undefined {
  const [first] = types;
  if (first === undefined) return undefined;
  if (types.some((type) => type.elements.length !== first.elements.length)) return asList(types, unsafe);
  const elements: Type[] = [];
  for (const index of first.elements.keys()) {
    const unified = unify(types.map((type) => type.elements[index] ?? DYNAMIC), unsafe);
    if (unified === undefined) return undefined;
    elements.push(unified);
  }
  const result = tupleOf(elements);
  return types.every((type) => same(type, result, unsafe)) ? result : asList(types, unsafe);
}

/** `to` with its `any` parts replaced by what `from` has there: the type of an unknown or null value after a conversion. */
export function replaceDynamic(from: Type, to: Type): Type {
  if (to.kind === 'dynamic') return from;
  if (!hasDynamic(to) || from.kind === 'dynamic') return withoutOptional(to);
  if (isCollection(to)) {
    if (isCollection(from)) return { kind: to.kind, element: replaceDynamic(from.element, to.element) };
    const members = from.kind === 'tuple' ? from.elements : from.kind === 'object' ? [...from.attributes.values()] : [];
    const element = unify(members, true);
    return { kind: to.kind, element: element === undefined ? to.element : replaceDynamic(element, to.element) };
  }
  if (to.kind === 'tuple') return tupleOf(to.elements.map((element, index) => replaceDynamic(from.kind === 'tuple' ? (from.elements[index] ?? DYNAMIC) : DYNAMIC, element)));
  if (to.kind !== 'object') return to;
  const known = (name: string): Type => (from.kind === 'object' ? (from.attributes.get(name) ?? DYNAMIC) : from.kind === 'map' ? from.element : DYNAMIC);
  return objectOf(new Map([...to.attributes].map(([name, type]) => [name, replaceDynamic(known(name), type)])));
}
