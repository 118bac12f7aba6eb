/** Rules on fields that do not change once they are set. */
import type { FieldProblem } from './definition.ts';

/** Deep equality of JSON values; key order does not matter. */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameValue(item, b[index]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]));
}

/** A problem when `value` is no longer what it was. */
export function immutable(field: string, value: unknown, old: unknown): FieldProblem[] {
  if (sameValue(value, old)) return [];
  return [{ field, reason: 'FieldValueForbidden', message: 'is immutable: create a new object instead' }];
}
