/** The rules of `metadata`: who sets what, what is valid. */
import type { FieldProblem } from '../../domain/kinds/definition.ts';
import { ORDER_OF_CREATION, type ApiObject, type ManagedFieldsEntry, type ObjectMeta } from '../../domain/object.ts';
import { parseFieldSet } from '../../engines/field-sets/set.ts';
import { isLabelKey, isLabelValue } from '../../engines/selectors/labels.ts';
import { badRequest } from './failure.ts';
import { isObjectName, storedName } from './names.ts';
import type { ServedKind } from './served-kinds.ts';

const MAX_ANNOTATION_BYTES = 256 * 1024;
const MAX_FINALIZERS = 100;

/** Time as metadata writes it: RFC 3339, whole seconds. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** The metadata of an update: what the server sets stays as it was. Absent labels and annotations are gone. */
export function keptMetadata(kind: ServedKind, old: ObjectMeta, given: Partial<ObjectMeta>): ObjectMeta {
  const { name, uid, namespace } = given;
  if (name !== undefined && storedName(kind, name) !== old.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${old.name})`);
  if (namespace !== undefined && namespace !== '' && namespace !== old.namespace) throw badRequest(`the namespace of the object (${namespace}) does not match the namespace on the URL (${old.namespace ?? ''})`);
  const fixed: ObjectMeta = {
    ...(given as ObjectMeta),
    name: old.name,
    uid: uid ?? old.uid,
    resourceVersion: old.resourceVersion,
    generation: old.generation,
    creationTimestamp: old.creationTimestamp,
  };
  restore(fixed, old, 'namespace');
  restore(fixed, old, 'deletionTimestamp');
  restore(fixed, old, 'deletionGracePeriodSeconds');
  restore(fixed, old, 'generateName');
  if (kind.definition.ordered === true) keepOrder(fixed, old);
  delete (fixed as unknown as Record<string, unknown>)['selfLink'];
  return fixed;
}

function keepOrder(fixed: ObjectMeta, old: ObjectMeta): void {
  const order = old.annotations?.[ORDER_OF_CREATION];
  if (fixed.annotations?.[ORDER_OF_CREATION] === order) return;
  const { [ORDER_OF_CREATION]: _given, ...annotations } = fixed.annotations ?? {};
  fixed.annotations = order === undefined ? annotations : { ...annotations, [ORDER_OF_CREATION]: order };
}

function restore<Key extends keyof ObjectMeta>(target: ObjectMeta, old: ObjectMeta, key: Key): void {
  if (old[key] === undefined) delete target[key];
  else target[key] = old[key];
}

/** The entries that a writer gave: absent means keep, an empty list or entry means reset. */
export function givenManagedFields(given: unknown, old: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  if (given === undefined || given === null || given === old) return old;
  if (!Array.isArray(given)) throw badRequest('metadata.managedFields is not a list');
  const entries = given.filter((entry: unknown) => typeof entry === 'object' && entry !== null && Object.keys(entry).length > 0) as ManagedFieldsEntry[];
  return entries.map((entry) => {
    const fields = parseFieldSet(entry.fieldsV1 ?? {});
    const known = typeof entry.manager === 'string' && (entry.operation === 'Apply' || entry.operation === 'Update') && typeof entry.apiVersion === 'string';
    if (fields === undefined || !known) throw badRequest('metadata.managedFields holds an entry that cannot be read');
    return { ...entry, fieldsV1: fields };
  });
}

export function metadataProblems(kind: ServedKind, object: ApiObject, old: ApiObject | undefined): FieldProblem[] {
  const { metadata } = object;
  const before = old?.metadata;
  const problems: FieldProblem[] = [];
  const add = (field: string, reason: FieldProblem['reason'], message: string): void => void problems.push({ field: `metadata.${field}`, reason, message });
  if (metadata.name === '') {
    add('name', 'FieldValueRequired', 'Required value: name or generateName is required');
  } else if (old === undefined && !isObjectName(kind, metadata.name)) {
    add('name', 'FieldValueInvalid', `Invalid value: ${JSON.stringify(metadata.name)}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`);
  }
  if (metadata.labels !== before?.labels) {
    for (const [key, value] of Object.entries(metadata.labels ?? {})) {
      if (!isLabelKey(key)) add('labels', 'FieldValueInvalid', `Invalid value: ${JSON.stringify(key)}: not a label key`);
      if (!isLabelValue(value)) add('labels', 'FieldValueInvalid', `Invalid value: ${JSON.stringify(value)}: a label value is empty or at most 63 letters, digits, '-', '_' or '.', and begins and ends with a letter or digit`);
    }
  }
  if (metadata.annotations !== before?.annotations) {
    const entries = Object.entries(metadata.annotations ?? {});
    if (entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0) > MAX_ANNOTATION_BYTES) add('annotations', 'FieldValueInvalid', `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`);
    for (const [key] of entries) if (!isLabelKey(key)) add('annotations', 'FieldValueInvalid', `Invalid value: ${JSON.stringify(key)}: not an annotation key`);
  }
  if (metadata.finalizers !== before?.finalizers) finalizerProblems(metadata, before, add);
  if ((metadata.ownerReferences ?? []).filter((reference) => reference.controller === true).length > 1) {
    add('ownerReferences', 'FieldValueInvalid', 'Invalid value: only one reference can have controller set to true');
  }
  return problems;
}

function finalizerProblems(metadata: ObjectMeta, before: ObjectMeta | undefined, add: (field: string, reason: FieldProblem['reason'], message: string) => void): void {
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.length > MAX_FINALIZERS) add('finalizers', 'FieldValueInvalid', `Too many: at most ${MAX_FINALIZERS}`);
  for (const name of finalizers) {
    if (name !== 'foregroundDeletion' && name !== 'orphan' && !isLabelKey(name)) add('finalizers', 'FieldValueInvalid', `Invalid value: ${JSON.stringify(name)}: not a qualified name`);
  }
  if (before?.deletionTimestamp === undefined) return;
  const added = finalizers.filter((name) => before.finalizers?.includes(name) !== true);
  if (added.length > 0) add('finalizers', 'FieldValueForbidden', `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`);
}
