/**
 * Types of the Terraform language: the constants, comparisons and the names that messages use for them.
 */
import type { Type, Value } from './value.ts';

export const STRING: Type = { kind: 'string' };
export const NUMBER: Type = { kind: 'number' };
export const BOOL: Type = { kind: 'bool' };
export const DYNAMIC: Type = { kind: 'dynamic' };
const NO_OPTIONAL: ReadonlySet<string> = new Set();

export const listOf = (element: Type): Type => ({ kind: 'list', element });
export const setOf = (element: Type): Type => ({ kind: 'set', element });
export const mapOf = (element: Type): Type => ({ kind: 'map', element });
export const tupleOf = (elements: readonly Type[]): Type => ({ kind: 'tuple', elements });
export const objectOf = (attributes: ReadonlyMap<string, Type>, optional: ReadonlySet<string> = NO_OPTIONAL): Type => ({ kind: 'object', attributes, optional });

export const isPrimitive = (type: Type): boolean => type.kind === 'string' || type.kind === 'number' || type.kind === 'bool';
export const isCollection = (type: Type): type is Extract<Type, { element: Type }> => type.kind === 'list' || type.kind === 'set' || type.kind === 'map';

/** The type of a value; of a structure it is worked out from its elements. */
export function typeOf(value: Value): Type {
  switch (value.kind) {
    case 'string':
      return STRING;
    case 'number':
      return NUMBER;
    case 'bool':
      return BOOL;
    case 'null':
    case 'unknown':
      return value.type;
    case 'list':
    case 'set':
    case 'map':
      return { kind: value.kind, element: value.element };
    case 'tuple':
      return tupleOf(value.elements.map(typeOf));
    case 'object':
      return objectOf(new Map([...value.entries].map(([name, entry]) => [name, typeOf(entry)])));
  }
}

/** Whether two types are the same; which attributes are optional counts too. */
export function sameType(left: Type, right: Type): boolean {
  if (left === right) return true;
  if (left.kind !== right.kind) return false;
  if (isCollection(left)) return sameType(left.element, (right as typeof left).element);
  if (left.kind === 'tuple') {
    const others = (right as typeof left).elements;
    return left.elements.length === others.length && left.elements.every((element, index) => sameType(element, others[index] ?? DYNAMIC));
  }
  if (left.kind === 'object') {
    const other = right as typeof left;
    if (left.attributes.size !== other.attributes.size || left.optional.size !== other.optional.size) return false;
    for (const name of left.optional) if (!other.optional.has(name)) return false;
    for (const [name, type] of left.attributes) {
      const match = other.attributes.get(name);
      if (match === undefined || !sameType(type, match)) return false;
    }
  }
  return true;
}

/** Whether `any` stands somewhere in the type. */
export function hasDynamic(type: Type): boolean {
  if (type.kind === 'dynamic') return true;
  if (isCollection(type)) return hasDynamic(type.element);
  if (type.kind === 'tuple') return type.elements.some(hasDynamic);
  if (type.kind === 'object') return [...type.attributes.values()].some(hasDynamic);
  return false;
}

/** The type that values converted to `type` have: optional attributes are there, if only as null. */
export function withoutOptional(type: Type): Type {
  if (isCollection(type)) return { kind: type.kind, element: withoutOptional(type.element) };
  if (type.kind === 'tuple') return tupleOf(type.elements.map(withoutOptional));
  if (type.kind === 'object') return objectOf(new Map([...type.attributes].map(([name, attribute]) => [name, withoutOptional(attribute)])));
  return type;
}

/** The short name that messages use: `string`, `list of string`, `object`. */
export function typeName(type: Type): string {
  return isCollection(type) ? `${type.kind} of ${typeName(type.element)}` : type.kind;
}

/** The type as its constraint is written: `list(object({ a = string }))` on one line. */
export function typeExpression(type: Type): string {
  if (type.kind === 'dynamic') return 'any';
  if (isCollection(type)) return `${type.kind}(${typeExpression(type.element)})`;
  if (type.kind === 'tuple') return `tuple([${type.elements.map(typeExpression).join(', ')}])`;
  if (type.kind !== 'object') return type.kind;
  const { attributes, optional } = type;
  const names = [...attributes.keys()].sort(compareText);
  const texts = names.map((name) => {
    const text = typeExpression(attributes.get(name) ?? DYNAMIC);
    return `${name} = ${optional.has(name) ? `optional(${text})` : text}`;
  });
  return texts.length === 0 ? 'object({})' : `object({ ${texts.join(', ')} })`;
}

/** Order of texts by code point, which is the order of their UTF-8 bytes. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    // Surrogates stand for code points above every other UTF-16 unit.
    const highA = a >= 0xd800 && a <= 0xdfff;
    const highB = b >= 0xd800 && b <= 0xdfff;
    if (highA !== highB) return highA ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}
