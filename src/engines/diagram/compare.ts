/**
 * The difference of two inputs, and the actions of a plan, as changes by address.
 *
 * Code does not know ids and a state does not know expressions: an attribute counts as different only
 * where both sides know its value. What moved keeps its identity through `previousAddress`.
 */
import type { AttributeValue, InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import type { DiagramChange } from './diagram.ts';
import { byAddress } from './order.ts';

interface ModelDifference {
  /** The later model with what was removed, so that it can be drawn. */
  model: InfrastructureModel;
  changes: ReadonlyMap<string, DiagramChange>;
}

/** Equal as far as both are known. */
function alike(left: AttributeValue | undefined, right: AttributeValue | undefined, depth = 0): boolean {
  if (left === undefined || right === undefined || left instanceof UnknownAttribute || right instanceof UnknownAttribute) return true;
  if (left instanceof SensitiveAttribute || right instanceof SensitiveAttribute) {
    const inner = (value: AttributeValue): AttributeValue => (value instanceof SensitiveAttribute ? value.reveal() : value);
    return alike(inner(left), inner(right), depth);
  }
  if (left === right || depth > 40) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return (left === null || right === null ? left === right : String(left) === String(right));
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((item: AttributeValue, number) => alike(item, (right as readonly AttributeValue[])[number], depth + 1));
  }
  const one = left as { readonly [name: string]: AttributeValue };
  const other = right as { readonly [name: string]: AttributeValue };
  return Object.keys(one).every((name) => !Object.hasOwn(other, name) || alike(one[name], other[name], depth + 1));
}

/** Actions of a plan as a change. */
function plannedChange(resource: ResourceInstance): DiagramChange | undefined {
  const actions = resource.change?.actions ?? [];
  if (actions.includes('replace') || (actions.includes('create') && actions.includes('delete'))) return 'replaced';
  if (actions.includes('create') || actions.includes('import')) return 'added';
  if (actions.includes('delete') || actions.includes('forget')) return 'removed';
  if (actions.includes('update') || actions.includes('move')) return 'changed';
  return actions.length === 0 ? undefined : 'unchanged';
}

/** Changes that a plan tells; undefined when the model is no plan. */
export function plannedChanges(model: InfrastructureModel): ReadonlyMap<string, DiagramChange> | undefined {
  const changes = new Map(model.resources.flatMap((resource) => {
    const change = plannedChange(resource);
    return change === undefined ? [] : [[resource.address, change] as const];
  }));
  return changes.size === 0 ? undefined : changes;
}

export function compareModels(before: InfrastructureModel, after: InfrastructureModel): ModelDifference {
  const earlier = new Map(before.resources.map((resource) => [resource.address, resource]));
  const changes = new Map<string, DiagramChange>();
  const followed = new Set<string>();
  for (const resource of after.resources) {
    const previous = earlier.get(resource.address) ?? (resource.change?.previousAddress === undefined ? undefined : earlier.get(resource.change.previousAddress));
    if (previous !== undefined) followed.add(previous.address);
    const same = previous !== undefined && previous.address === resource.address && alike(previous.attributes, resource.attributes);
    changes.set(resource.address, previous === undefined ? 'added' : same ? 'unchanged' : 'changed');
  }
  const removed = before.resources.filter((resource) => !followed.has(resource.address));
  for (const resource of removed) changes.set(resource.address, 'removed');
  const known = new Set(after.modules.map((module) => module.address));
  const model: InfrastructureModel = {
    ...after,
    modules: [...after.modules, ...before.modules.filter((module) => !known.has(module.address))].sort((left, right) => byAddress(left.address, right.address)),
    resources: [...after.resources, ...removed].sort((left, right) => byAddress(left.address, right.address)),
  };
  return { model, changes };
}
