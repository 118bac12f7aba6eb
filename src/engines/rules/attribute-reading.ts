/**
 * Reading attributes by dotted paths: `root_block_device.volume_type` means the attribute of every
 * element of every list on the way; a number picks one. What is unknown or sensitive is as if absent.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';

const MAX_VALUES = 1000;

/** Plain values at `path`, lists taken apart, at most 1,000; objects as they are. */
export function valuesAt(attributes: { readonly [name: string]: AttributeValue }, path: string): AttributeValue[] {
  if (!path.includes('.')) return collect(attributes[path], []);
  let at: AttributeValue[] = [attributes];
  for (const step of path.split('.')) {
    const next: AttributeValue[] = [];
    for (const value of at) descend(value, step, next);
    at = next;
  }
  return at.length === 1 ? collect(at[0], []) : at.flatMap((value) => collect(value, [])).slice(0, MAX_VALUES);
}

function descend(value: AttributeValue, step: string, into: AttributeValue[]): void {
  if (into.length >= MAX_VALUES) return;
  if (Array.isArray(value)) {
    if (/^\d+$/.test(step)) into.push((value as readonly AttributeValue[])[Number(step)] ?? null);
    else for (const item of value as readonly AttributeValue[]) descend(item, step, into);
  } else if (isPlainObject(value) && Object.hasOwn(value, step)) into.push(value[step] ?? null);
}

function collect(value: AttributeValue | undefined, into: AttributeValue[]): AttributeValue[] {
  if (value === undefined || value === null || into.length >= MAX_VALUES) return into;
  if (value instanceof SensitiveAttribute || value instanceof UnknownAttribute) return into;
  if (Array.isArray(value)) for (const item of value as readonly AttributeValue[]) collect(item, into);
  else into.push(value);
  return into;
}

/** Of a scalar; empty for anything else. */
export function asText(value: AttributeValue | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : '';
}
