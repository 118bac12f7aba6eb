/** Puts an applied configuration into an object, and takes disowned fields out of it. Pure; shares what stays. */
import type { Schema } from '../../domain/kinds/definition.ts';
import { isEmpty } from './set.ts';
import type { FieldSet } from './set.ts';
import { equalValues, fieldSchema, structureOf } from './structure.ts';

/** `live` with all values of `applied`: objects and associative lists are merged, everything else is replaced. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  const target = structureOf(live, schema);
  const source = structureOf(applied, schema);
  if (target.kind === 'fields' && source.kind === 'fields') {
    let copy: Record<string, unknown> | undefined;
    for (const key in source.value) {
      const value = source.value[key];
      if (value === undefined) continue;
      const merged = mergeApplied(target.value[key], value, fieldSchema(schema, key));
      if (merged === target.value[key]) continue;
      copy ??= { ...target.value };
      copy[key] = merged;
    }
    return copy ?? live;
  }
  if (target.kind === 'items' && source.kind === 'items') {
    const merged = [...target.items].map(([element, item]) => (source.items.has(element) ? mergeApplied(item, source.items.get(element), target.schema) : item));
    const added = [...source.items].filter(([element]) => !target.items.has(element)).map(([, item]) => item);
    return added.length === 0 && merged.every((item, index) => item === (live as unknown[])[index]) ? live : [...merged, ...added];
  }
  return live !== undefined && equalValues(live, applied) ? live : applied;
}

/**
 * `live` without the members of `disowned`. What other managers own (`kept`) below a disowned field stays,
 * and so does the field then. An object that becomes empty by this goes with its last field,
 * except at the top (metadata, spec, status).
 */
export function removeDisowned(live: unknown, disowned: FieldSet, kept: FieldSet, schema: Schema | undefined, depth = 0): unknown {
  const structure = structureOf(live, schema);
  if (structure.kind === 'fields') {
    let copy: Record<string, unknown> | undefined;
    for (const key in structure.value) {
      const node = disowned[`f:${key}`];
      if (node === undefined) continue;
      const value = structure.value[key];
      const rest = removeNode(value, node, kept[`f:${key}`], fieldSchema(schema, key), depth + 1);
      if (rest === value) continue;
      copy ??= { ...structure.value };
      if (rest === undefined) delete copy[key];
      else copy[key] = rest;
    }
    if (copy === undefined) return live;
    return depth > 1 && isEmptyObject(copy) ? undefined : copy;
  }
  if (structure.kind === 'items') {
    const rest = [...structure.items].map(([element, item]) => {
      const node = disowned[element];
      return node === undefined ? item : removeNode(item, node, kept[element], structure.schema, depth + 1);
    });
    const left = rest.filter((item) => item !== undefined);
    if (left.length === 0 && rest.length > 0) return undefined;
    return left.length === rest.length && left.every((item, index) => item === (live as unknown[])[index]) ? live : left;
  }
  return live;
}

function removeNode(value: unknown, node: FieldSet, kept: FieldSet | undefined, schema: Schema | undefined, depth: number): unknown {
  const isMember = isEmpty(node) || node['.'] !== undefined;
  if (isMember && (kept === undefined || isEmpty(kept))) return undefined;
  const rest = removeDisowned(value, node, kept ?? {}, schema, depth);
  return rest === undefined && kept !== undefined ? {} : rest;
}

function isEmptyObject(value: Record<string, unknown>): boolean {
  for (const _ in value) return false;
  return true;
}
