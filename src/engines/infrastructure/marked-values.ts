/** JSON values with the marks of states and plans put on: sensitive and unknown parts become what they are. */
import type { InstanceKey } from '../../formats/terraform/address.ts';
import type { JsonValue } from '../../formats/terraform/json-document.ts';
import type { AttributeValue } from './model.ts';
import { SensitiveAttribute, UnknownAttribute } from './model.ts';

type Path = readonly InstanceKey[];

/**
 * `value` with the parts at `paths` replaced by `mark(part)`; parts that are not there are added to
 * objects (an unknown attribute is absent from `after`). Values without marks are returned as they are.
 */
export function markValue(value: AttributeValue, paths: readonly Path[], mark: (part: AttributeValue) => AttributeValue): AttributeValue {
  if (paths.length === 0) return value;
  if (paths.some((path) => path.length === 0)) return mark(value);
  const byStep = new Map<InstanceKey, Path[]>();
  for (const [step, ...rest] of paths) if (step !== undefined) byStep.set(step, [...(byStep.get(step) ?? []), rest]);
  if (Array.isArray(value)) {
    return (value as readonly AttributeValue[]).map((item, index) => markValue(item, byStep.get(index) ?? [], mark));
  }
  if (!isPlainObject(value)) return value === null ? mark(value) : value;
  const marked: Record<string, AttributeValue> = { ...value };
  for (const [step, rest] of byStep) {
    if (!Object.hasOwn(marked, step)) Object.defineProperty(marked, step, { value: null, writable: true, enumerable: true, configurable: true });
    marked[step] = markValue(marked[step] ?? null, rest, mark);
  }
  return marked;
}

export function isPlainObject(value: AttributeValue | undefined): value is { readonly [name: string]: AttributeValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof UnknownAttribute) && !(value instanceof SensitiveAttribute);
}

export function markSensitive(value: JsonValue | AttributeValue, paths: readonly Path[]): AttributeValue {
  return markValue(value as AttributeValue, paths, (part) => (part instanceof SensitiveAttribute ? part : new SensitiveAttribute(part)));
}

export function markUnknown(value: AttributeValue, paths: readonly Path[], reason: string): AttributeValue {
  return markValue(value, paths, () => new UnknownAttribute(reason));
}
