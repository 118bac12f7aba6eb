/** What a change of the code does to what the code means: resources that come, go and change, and new faults. */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue, InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';

export interface ModelChanges {
  removed: readonly string[];
  added: readonly string[];
  /** Address to the names of its top-level attributes that differ. */
  changed: ReadonlyMap<string, readonly string[]>;
  /** Faults that were not there before. */
  problems: readonly string[];
}

export function modelChanges(before: InfrastructureModel, after: InfrastructureModel): ModelChanges {
  const [old, now] = [before, after].map((model) => new Map(model.resources.map((resource) => [resource.address, resource])));
  const changed = new Map<string, string[]>();
  for (const [address, resource] of old ?? []) {
    const other = now?.get(address);
    const names = other === undefined ? [] : differing(resource, other);
    if (names.length > 0) changed.set(address, names);
  }
  const known = new Set(before.problems.map((problem) => `${problem.path} ${problem.message}`));
  return {
    removed: [...(old?.keys() ?? [])].filter((address) => now?.has(address) !== true),
    added: [...(now?.keys() ?? [])].filter((address) => old?.has(address) !== true),
    changed,
    problems: after.problems.filter((problem) => !known.has(`${problem.path} ${problem.message}`)).map((problem) => problem.message),
  };
}

function differing(one: ResourceInstance, other: ResourceInstance): string[] {
  const names = new Set([...Object.keys(one.attributes), ...Object.keys(other.attributes)]);
  return [...names].filter((name) => !isSame(one.attributes[name], other.attributes[name])).sort();
}

function isSame(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  if (one === other) return true;
  if (one instanceof SensitiveAttribute) return other instanceof SensitiveAttribute && isSame(one.reveal(), other.reveal());
  if (one instanceof UnknownAttribute) return other instanceof UnknownAttribute && one.reason === other.reason && JSON.stringify(one.origins) === JSON.stringify(other.origins);
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && (one as readonly AttributeValue[]).every((item, at) => isSame(item, (other as readonly AttributeValue[])[at]));
  if (!isPlainObject(one) || !isPlainObject(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}
