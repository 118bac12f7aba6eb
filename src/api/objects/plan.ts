/**
 * What a request would do to the store, decided on the cached state: a value, not yet an act.
 *
 * Creating, changing and deleting are planned here; `commit.ts` writes plans, alone or several in one
 * transaction, and plans again when somebody else was first.
 */
import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../domain/event.ts';
import type { NamespaceSpec } from '../../domain/kinds/core.ts';
import { SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import { ORDER_OF_CREATION, type ApiObject, type ManagedFieldsEntry } from '../../domain/object.ts';
import { trackUpdate } from '../../engines/field-sets/managed-fields.ts';
import type { Writer } from '../../engines/field-sets/managed-fields.ts';
import { equalValues } from '../../engines/field-sets/structure.ts';
import type { ObjectKey, StoreWrite, StoredObject } from '../../ports/object-store.ts';
import { admit, admitDeletion, desiredChanged } from './admission.ts';
import type { Subresource } from './admission.ts';
import { writeEvent } from './audit.ts';
import type { WriteKind } from './audit.ts';
import type { Foundation, WriteContext } from './context.ts';
import { badRequest, conflict, notFound, refusedByRule } from './failure.ts';
import { givenManagedFields, keptMetadata, timestamp } from './metadata-rules.ts';
import { generatedName, originalName, storedName } from './names.ts';
import type { ServedKind } from './served-kinds.ts';
import { stampPerson } from './stamps.ts';

export type Plan =
  | { kind: 'unchanged'; key: ObjectKey; object: ApiObject; stored: StoredObject }
  | { kind: 'write'; key: ObjectKey; object: ApiObject; write: StoreWrite; event: NewEvent };

export function keyOf(kind: ServedKind, namespace: string | undefined, name: string): ObjectKey {
  return { group: kind.definition.group, plural: kind.definition.plural, namespace: kind.namespaced ? (namespace ?? '') : '', name: storedName(kind, name) };
}

export function writerOf(foundation: Foundation, kind: ServedKind, subresource: Subresource, context: WriteContext): Writer {
  return {
    manager: context.manager,
    apiVersion: kind.apiVersion,
    time: timestamp(foundation.clock.now()),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body of a write as an object of the right kind in the right namespace. Throws 400. */
export function checkedBody(kind: ServedKind, namespace: string | undefined, body: unknown): ApiObject {
  if (!isRecord(body)) throw badRequest(`the body of the request is not a ${kind.definition.kind}`);
  const { apiVersion, kind: title, metadata } = body;
  if (apiVersion !== undefined && apiVersion !== kind.apiVersion) throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${kind.apiVersion})`);
  if (title !== undefined && title !== kind.definition.kind) throw badRequest(`the kind in the data (${String(title)}) does not match the expected kind (${kind.definition.kind})`);
  if (metadata !== undefined && !isRecord(metadata)) throw badRequest('metadata is not an object');
  const given = metadata?.['namespace'];
  if (given !== undefined && given !== '' && given !== namespace) throw badRequest(`the namespace of the provided object does not match the namespace sent on the request (${String(given)}, ${namespace ?? 'none'})`);
  return { ...body, apiVersion: kind.apiVersion, kind: kind.definition.kind, metadata: metadata ?? {} } as unknown as ApiObject;
}

function requireNamespace(foundation: Foundation, kind: ServedKind, namespace: string | undefined, name: string): void {
  if (!kind.namespaced) return;
  const namespaces = foundation.kinds.byName('/Namespace');
  if (namespaces === undefined) return;
  const stored = foundation.store.get(keyOf(namespaces, undefined, namespace ?? ''));
  if (stored === undefined) throw notFound(namespaces, namespace ?? '');
  if (stored.object.metadata.deletionTimestamp === undefined) return;
  throw refusedByRule(kind, name, 'NamespaceTerminating', `unable to create new content in namespace ${namespace ?? ''} because it is being terminated`);
}

/** `entries`: who owns what, when server-side apply has decided it already. */
export function planCreate(foundation: Foundation, kind: ServedKind, namespace: string | undefined, body: unknown, context: WriteContext, entries?: ManagedFieldsEntry[]): Plan {
  const given = checkedBody(kind, namespace, body);
  const { metadata } = given;
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') throw badRequest('resourceVersion should not be set on objects to be created');
  const asked = metadata.name ?? (metadata.generateName === undefined ? '' : generatedName(metadata.generateName));
  const key = keyOf(kind, namespace, asked);
  requireNamespace(foundation, kind, namespace, key.name);
  const draft = admit(foundation, kind, stampPerson(draftOf(foundation, kind, given, key), undefined, context), undefined, undefined, context);
  const managedFields = entries ?? trackUpdate([], undefined, draft, writerOf(foundation, kind, undefined, context), kind.schema);
  const observed = kind.definition.observedAtFirst?.(draft as unknown as Record<string, unknown>);
  const order = kind.definition.ordered === true ? { annotations: { ...draft.metadata.annotations, [ORDER_OF_CREATION]: String(foundation.store.position()) } } : {};
  const object: ApiObject = { ...draft, ...observed, metadata: { ...draft.metadata, ...order, ...(managedFields.length === 0 ? {} : { managedFields }) } };
  return { kind: 'write', key, object, write: { action: 'create', key, object }, event: writeEvent('object.created', kind, undefined, object, context) };
}

function draftOf(foundation: Foundation, kind: ServedKind, given: ApiObject, key: ObjectKey): ApiObject {
  const { uid: _uid, resourceVersion: _version, managedFields: _managed, deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, selfLink: _link, ...metadata } = given.metadata as ApiObject['metadata'] & { selfLink?: unknown };
  const { status: _status, ...rest } = given as ApiObject & Record<string, unknown>;
  for (const field of kind.observed) delete rest[field];
  const original = originalName(kind, given.metadata.name ?? key.name);
  const object: ApiObject = {
    ...(rest as unknown as ApiObject),
    metadata: {
      ...metadata,
      name: key.name,
      ...(kind.namespaced ? { namespace: key.namespace } : {}),
      uid: randomUUID(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: timestamp(foundation.clock.now()),
      ...(Object.keys(original).length === 0 ? {} : { annotations: { ...metadata.annotations, ...original } }),
    },
  };
  if (!kind.namespaced) delete object.metadata.namespace;
  return isNamespace(kind) ? { ...object, spec: { finalizers: ['kubernetes'] } satisfies NamespaceSpec, status: { phase: 'Active' } } : object;
}

function isNamespace(kind: ServedKind): boolean {
  return kind.definition.group === '' && kind.definition.kind === 'Namespace';
}

export interface Change {
  candidate: ApiObject;
  /** Decided by server-side apply; absent: the Update rule decides. */
  entries?: ManagedFieldsEntry[];
}

/** Plans the change of a stored object. `change` gets the stored one and must not alter it. */
export function planUpdate(foundation: Foundation, kind: ServedKind, stored: StoredObject, subresource: Subresource, context: WriteContext, change: (old: ApiObject) => Change): Plan {
  const old = stored.object;
  const { candidate, entries } = change(old);
  const expected = candidate.metadata?.resourceVersion;
  if (expected !== undefined && expected !== '' && expected !== old.metadata.resourceVersion) throw conflict(kind, old.metadata.name);
  const limited = limitedTo(kind, subresource, old, candidate);
  if (limited.metadata.uid !== old.metadata.uid) throw conflict(kind, old.metadata.name, `Precondition failed: UID in precondition: ${limited.metadata.uid}, UID in object meta: ${old.metadata.uid}`);
  const given = givenManagedFields(candidate.metadata?.managedFields, old.metadata.managedFields ?? []);
  const { managedFields: _managed, ...metadata } = limited.metadata;
  const admitted = admit(foundation, kind, stampPerson({ ...limited, metadata }, old, context), old, subresource, context);
  const managedFields = entries ?? trackUpdate(given, old, admitted, writerOf(foundation, kind, subresource, context), kind.schema);
  const object = finished(kind, admitted, old, managedFields);
  if (equalValues(object, old)) return { kind: 'unchanged', key: stored.key, object: old, stored };
  const gone = object.metadata.deletionTimestamp !== undefined && !hasFinalizers(kind, object);
  const type: WriteKind = gone ? 'object.deleted' : subresource === 'status' ? 'object.status' : 'object.updated';
  const event = writeEvent(type, kind, old, gone ? undefined : object, context);
  return { kind: 'write', key: stored.key, object, write: { action: gone ? 'delete' : 'update', key: stored.key, object, expected: stored.resourceVersion }, event };
}

/** Only what the path may change: status through /status, everything else through the object itself. */
function limitedTo(kind: ServedKind, subresource: Subresource, old: ApiObject, candidate: ApiObject): ApiObject {
  const source = candidate as ApiObject & Record<string, unknown>;
  const before = old as ApiObject & Record<string, unknown>;
  if (subresource === 'status') {
    const result: Record<string, unknown> = { ...before };
    for (const field of ['status', ...kind.observed]) put(result, field, source[field]);
    return { ...result, metadata: keptMetadata(kind, old.metadata, { ...old.metadata, ...(candidate.metadata?.uid === undefined ? {} : { uid: candidate.metadata.uid }) }) } as unknown as ApiObject;
  }
  const checked = checkedBody(kind, old.metadata.namespace, candidate) as ApiObject & Record<string, unknown>;
  const result: Record<string, unknown> = { ...checked, metadata: keptMetadata(kind, old.metadata, checked.metadata) };
  if (kind.hasStatus) for (const field of ['status', ...kind.observed]) put(result, field, before[field]);
  if (isNamespace(kind) && subresource !== 'finalize') result['spec'] = before['spec'];
  return result as unknown as ApiObject;
}

function put(target: Record<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) delete target[field];
  else target[field] = value;
}

function finished(kind: ServedKind, object: ApiObject, old: ApiObject, managedFields: readonly ManagedFieldsEntry[]): ApiObject {
  const generation = old.metadata.generation + (desiredChanged(kind, object, old) ? 1 : 0);
  return { ...object, metadata: { ...object.metadata, generation, ...(managedFields.length === 0 ? {} : { managedFields: managedFields as ManagedFieldsEntry[] }) } };
}

function hasFinalizers(kind: ServedKind, object: ApiObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return true;
  return isNamespace(kind) && (object.spec as NamespaceSpec).finalizers.length > 0;
}

export interface DeleteOptions {
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan';
  uid?: string;
  resourceVersion?: string;
}

const UNDELETABLE_NAMESPACES = new Set([SYSTEM_NAMESPACE, 'default']);

/** Removes at once, or marks for deletion when finalizers have to run first. */
export function planDelete(foundation: Foundation, kind: ServedKind, stored: StoredObject, options: DeleteOptions, context: WriteContext): Plan {
  const old = stored.object;
  const { metadata } = old;
  if (options.uid !== undefined && options.uid !== metadata.uid) throw conflict(kind, metadata.name, `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${metadata.uid}`);
  if (options.resourceVersion !== undefined && options.resourceVersion !== metadata.resourceVersion) throw conflict(kind, metadata.name, `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`);
  if (isNamespace(kind) && UNDELETABLE_NAMESPACES.has(metadata.name)) throw refusedByRule(kind, metadata.name, 'SystemNamespace', 'this namespace may not be deleted');
  admitDeletion(foundation, kind, old, context);
  if (metadata.deletionTimestamp !== undefined && hasFinalizers(kind, old)) return { kind: 'unchanged', key: stored.key, object: old, stored };
  const finalizer = options.propagationPolicy === 'Foreground' ? ['foregroundDeletion'] : options.propagationPolicy === 'Orphan' ? ['orphan'] : [];
  const finalizers = [...new Set([...(metadata.finalizers ?? []), ...finalizer])];
  if (finalizers.length === 0 && !hasFinalizers(kind, old)) {
    return { kind: 'write', key: stored.key, object: old, write: { action: 'delete', key: stored.key, object: old, expected: stored.resourceVersion }, event: writeEvent('object.deleted', kind, old, undefined, context) };
  }
  const marked: ApiObject = {
    ...old,
    metadata: {
      ...metadata,
      generation: metadata.generation + 1,
      deletionTimestamp: timestamp(foundation.clock.now()),
      deletionGracePeriodSeconds: 0,
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
    ...(isNamespace(kind) ? { status: { ...(old.status as object), phase: 'Terminating' } } : {}),
  };
  return { kind: 'write', key: stored.key, object: marked, write: { action: 'update', key: stored.key, object: marked, expected: stored.resourceVersion }, event: writeEvent('object.updated', kind, old, marked, context) };
}
