/** The fields of a value, and the fields in which two values differ. Unchanged (shared) subtrees cost nothing. */
import type { Schema } from '../../domain/kinds/definition.ts';
import { LEAF, isEmpty } from './set.ts';
import type { FieldSet } from './set.ts';
import { equalValues, fieldSchema, structureOf } from './structure.ts';

/** The set of all fields of `value`. Members of a list are members themselves, objects are so only when empty. */
export function fieldsOf(value: unknown, schema: Schema | undefined): FieldSet {
  const structure = structureOf(value, schema);
  if (structure.kind === 'leaf') return LEAF;
  const set: FieldSet = {};
  if (structure.kind === 'fields') {
    for (const key in structure.value) {
      if (structure.value[key] !== undefined) set[`f:${key}`] = fieldsOf(structure.value[key], fieldSchema(schema, key));
    }
  } else {
    for (const [element, item] of structure.items) {
      const inner = fieldsOf(item, structure.schema);
      set[element] = isEmpty(inner) ? LEAF : { '.': LEAF, ...inner };
    }
  }
  return set;
}

export interface Changes {
  /** Fields that are new or have another value. */
  changed: FieldSet;
  /** Fields that are gone, each as the root of what is gone with it. */
  removed: FieldSet;
}

export function changesBetween(before: unknown, after: unknown, schema: Schema | undefined): Changes {
  const changes: Changes = { changed: {}, removed: {} };
  if (before === after) return changes;
  const old = structureOf(before, schema);
  const now = structureOf(after, schema);
  if (old.kind === 'fields' && now.kind === 'fields') {
    for (const key of Object.keys({ ...old.value, ...now.value })) {
      collect(changes, `f:${key}`, old.value[key], now.value[key], fieldSchema(schema, key), false);
    }
  } else if (old.kind === 'items' && now.kind === 'items') {
    for (const element of new Set([...old.items.keys(), ...now.items.keys()])) {
      collect(changes, element, old.items.get(element), now.items.get(element), now.schema, true);
    }
  }
  return changes;
}

function collect(changes: Changes, element: string, before: unknown, after: unknown, schema: Schema | undefined, isItem: boolean): void {
  if (before === after) return;
  if (after === undefined) {
    changes.removed[element] = LEAF;
    return;
  }
  if (before !== undefined && comparable(before, after, schema)) {
    const inner = changesBetween(before, after, schema);
    if (!isEmpty(inner.changed)) changes.changed[element] = inner.changed;
    if (!isEmpty(inner.removed)) changes.removed[element] = inner.removed;
    return;
  }
  if (before !== undefined) {
    if (equalValues(before, after)) return;
    changes.removed[element] = LEAF;
  }
  const set = fieldsOf(after, schema);
  changes.changed[element] = isItem && !isEmpty(set) ? { '.': LEAF, ...set } : set;
}

function comparable(before: unknown, after: unknown, schema: Schema | undefined): boolean {
  const kind = structureOf(before, schema).kind;
  return kind !== 'leaf' && kind === structureOf(after, schema).kind;
}
