/**
 * How a value falls into fields: which lists are associative, which maps are one leaf.
 *
 * Lists are atomic unless the schema says `set` or `map`; an associative list whose items lack their
 * keys or repeat them is treated as atomic, so that no write is lost on bad data.
 */
import type { Schema } from '../../domain/kinds/definition.ts';

export type Structure =
  | { kind: 'leaf' }
  | { kind: 'fields'; value: Record<string, unknown> }
  | { kind: 'items'; items: Map<string, unknown>; schema: Schema | undefined };

const SINGLE_LEAF: Structure = { kind: 'leaf' };

export function structureOf(value: unknown, schema: Schema | undefined): Structure {
  if (typeof value !== 'object' || value === null) return SINGLE_LEAF;
  if (!Array.isArray(value)) {
    return schema?.['x-kubernetes-map-type'] === 'atomic' ? SINGLE_LEAF : { kind: 'fields', value: value as Record<string, unknown> };
  }
  const type = schema?.['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return SINGLE_LEAF;
  const items = new Map<string, unknown>();
  for (const item of value) {
    const element = type === 'set' ? `v:${JSON.stringify(item)}` : itemElement(item, schema?.['x-kubernetes-list-map-keys'] ?? []);
    if (element === undefined || items.has(element)) return SINGLE_LEAF;
    items.set(element, item);
  }
  return { kind: 'items', items, schema: schema?.items };
}

function itemElement(item: unknown, keys: readonly string[]): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const identity: [string, unknown][] = [];
  for (const key of [...keys].sort()) {
    const value = (item as Record<string, unknown>)[key];
    if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
    identity.push([key, value]);
  }
  return `k:${JSON.stringify(Object.fromEntries(identity))}`;
}

export function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const { properties } = schema ?? {};
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : schema?.additionalProperties;
}

/** Deep equality of JSON values; undefined members count as absent. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return a.length === (b as unknown[]).length && a.every((item, index) => equalValues(item, (b as unknown[])[index]));
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!equalValues(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
