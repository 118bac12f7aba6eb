/**
 * Equality as `==` has it. Values of different types are different without an error; unknown parts make
 * the answer unknown unless something known already differs; null equals only null.
 */
import { compareDecimals } from './decimal.ts';
import { typeOf } from './type.ts';
import type { Type, UnknownReason, Value } from './value.ts';

/** True or false, or the reason why it cannot be said. */
export type Equality = boolean | UnknownReason;

function bothAll(pairs: Iterable<readonly [Value, Value]>): Equality {
  let undecided: UnknownReason | undefined;
  for (const [left, right] of pairs) {
    const equality = compareEqual(left, right);
    if (equality === false) return false;
    if (equality !== true) undecided ??= equality;
  }
  return undecided ?? true;
}

function* pairsOf(left: readonly Value[], right: readonly Value[]): Iterable<readonly [Value, Value]> {
  for (const [index, value] of left.entries()) yield [value, right[index] as Value];
}

function compareEntries(left: ReadonlyMap<string, Value>, right: ReadonlyMap<string, Value>): Equality {
  if (left.size !== right.size) return false;
  const pairs: (readonly [Value, Value])[] = [];
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined) return false;
    pairs.push([value, other]);
  }
  return bothAll(pairs);
}

/** Compares two values as `==` does; marks do not count. */
export function compareEqual(left: Value, right: Value): Equality {
  if (left.kind === 'unknown') return right.kind !== 'unknown' && neverEqual(left.type, typeOf(right), right) ? false : left.reason;
  if (right.kind === 'unknown') return neverEqual(right.type, typeOf(left), left) ? false : right.reason;
  if (left.kind === 'null' || right.kind === 'null') return left.kind === right.kind;
  if (left.kind !== right.kind) return false;
  switch (left.kind) {
    case 'string':
    case 'bool':
      return left.value === (right as typeof left).value;
    case 'number':
      return compareDecimals(left.value, (right as typeof left).value) === 0;
    case 'tuple': {
      const others = (right as typeof left).elements;
      return left.elements.length === others.length && bothAll(pairsOf(left.elements, others));
    }
    case 'list':
    case 'set': {
      const other = right as typeof left;
      if (!comparableTypes(left.element, other.element)) return false;
      if (left.kind === 'set') return compareSets(left.elements, other.elements);
      return left.elements.length === other.elements.length && bothAll(pairsOf(left.elements, other.elements));
    }
    case 'map': {
      const other = right as typeof left;
      return comparableTypes(left.element, other.element) && compareEntries(left.entries, other.entries);
    }
    case 'object':
      return compareEntries(left.entries, (right as typeof left).entries);
  }
}

function compareSets(left: readonly Value[], right: readonly Value[]): Equality {
  const unknown = [...left, ...right].map(firstUnknown).find((reason) => reason !== undefined);
  if (unknown !== undefined) return unknown;
  return left.length === right.length && left.every((value, index) => rawEquals(value, right[index] as Value));
}

/** The reason of the first unknown part of a value. */
export function firstUnknown(value: Value): UnknownReason | undefined {
  if (value.kind === 'unknown') return value.reason;
  const elements = value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple' ? value.elements : value.kind === 'map' || value.kind === 'object' ? value.entries.values() : [];
  for (const element of elements) {
    const reason = firstUnknown(element);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function comparableTypes(left: Type, right: Type): boolean {
  if (left.kind === 'dynamic' || right.kind === 'dynamic') return true;
  if (left.kind !== right.kind) return false;
  if ('element' in left && 'element' in right) return comparableTypes(left.element, right.element);
  if (left.kind === 'tuple' && right.kind === 'tuple') return left.elements.length === right.elements.length && left.elements.every((type, index) => comparableTypes(type, right.elements[index] as Type));
  if (left.kind === 'object' && right.kind === 'object') {
    return left.attributes.size === right.attributes.size && [...left.attributes].every(([name, type]) => comparableTypes(type, right.attributes.get(name) ?? { kind: 'tuple', elements: [] }));
  }
  return true;
}

/** Whether an unknown of one type can never equal a known, non-null value of another. */
function neverEqual(unknown: Type, known: Type, value: Value): boolean {
  return value.kind !== 'null' && !comparableTypes(unknown, known);
}

/** Whether two values are the same in every respect but marks; an unknown value is the same as another unknown of its type. */
export function rawEquals(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left.kind !== right.kind) return false;
  switch (left.kind) {
    case 'unknown':
    case 'null':
      return comparableTypes(left.type, (right as typeof left).type);
    case 'list':
    case 'set':
    case 'tuple': {
      const others = (right as typeof left).elements;
      return left.elements.length === others.length && left.elements.every((value, index) => rawEquals(value, others[index] as Value));
    }
    case 'map':
    case 'object': {
      const others = (right as typeof left).entries;
      if (left.entries.size !== others.size) return false;
      for (const [name, value] of left.entries) {
        const other = others.get(name);
        if (other === undefined || !rawEquals(value, other)) return false;
      }
      return true;
    }
    case 'string':
    case 'bool':
      return left.value === (right as typeof left).value;
    case 'number':
      return compareDecimals(left.value, (right as typeof left).value) === 0;
  }
}
