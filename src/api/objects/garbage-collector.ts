/**
 * Removes what belongs to vanished owners, carries out foreground and orphan deletions, and empties
 * namespaces that are being deleted.
 *
 * Level-triggered: a change only names keys to look at; each look decides from the present state, so it
 * may be killed at any line and run again. It writes through the object API like everybody else.
 */
import type { ApiObject } from '../../domain/object.ts';
import type { ObjectKey, StoreChange, StoredObject } from '../../ports/object-store.ts';
import type { Identity } from '../../ports/identity.ts';
import { PlatformError } from '../../domain/error.ts';
import { dependentsIndex } from './dependents.ts';
import { keyOf } from './plan.ts';
import type { DeleteOptions } from './plan.ts';
import type { WriteContext } from './context.ts';
import type { ServedKind } from './served-kinds.ts';
import type { ObjectService, Target } from './service.ts';

const IDENTITY: Identity = { issuer: 'roadbed', subject: 'service:garbage-collector' };
const RETRY_MS = 250;
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

export interface GarbageCollector {
  /** Resolves when nothing is left to look at. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export function startGarbageCollector(service: ObjectService, onError: (error: unknown) => void): GarbageCollector {
  const { store } = service.foundation;
  const kinds = service.kinds.all.filter((kind) => !kind.isView);
  const index = dependentsIndex();
  const queue = new Map<string, ObjectKey>();
  let running: Promise<void> | undefined;
  const delayed = new Map<string, ObjectKey>();
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  const from = store.position();
  for (const kind of kinds) {
    for (const stored of store.list(kind.definition.group, kind.definition.plural)) {
      if (!index.mayHaveWork(stored.json)) continue;
      index.put(stored);
      queue.set(textOf(stored.key), stored.key);
    }
  }
  const following = store.follow(from, look);
  if (following === 'expired') throw new Error('the store cannot follow from its own position');
  start();

  function look({ type, stored, previous }: StoreChange): void {
    const { key } = stored;
    if (type === 'DELETED') {
      const { uid } = stored.object.metadata;
      index.remove(key);
      for (const dependent of index.of(uid)) queue.set(textOf(dependent), dependent);
      for (const owner of (previous ?? stored).object.metadata.ownerReferences ?? []) enqueueOwner(owner, key.namespace);
      if (key.namespace !== '') enqueueNamespace(key.namespace);
    } else if (index.mayHaveWork(stored.json) || (previous !== undefined && index.mayHaveWork(previous.json))) {
      index.put(stored);
      queue.set(textOf(key), key);
    }
    if (queue.size > 0) start();
  }

  function enqueueOwner(owner: { apiVersion: string; kind: string; name: string }, namespace: string): void {
    const kind = service.kinds.byKind(owner.apiVersion, owner.kind);
    if (kind === undefined) return;
    const key = keyOf(kind, namespace, owner.name);
    queue.set(textOf(key), key);
  }

  function enqueueNamespace(name: string): void {
    const kind = service.kinds.byName('/Namespace');
    if (kind === undefined) return;
    const key = keyOf(kind, undefined, name);
    if (store.get(key)?.object.metadata.deletionTimestamp !== undefined) queue.set(textOf(key), key);
  }

  function start(): void {
    if (running !== undefined || stopped || queue.size === 0) return;
    running = drain().finally(() => {
      running = undefined;
      start();
    });
  }

  async function drain(): Promise<void> {
    await Promise.resolve();
    for (let next = queue.entries().next(); !next.done && !stopped; next = queue.entries().next()) {
      const [text, key] = next.value;
      queue.delete(text);
      try {
        await collect(key);
      } catch (error) {
        if (!(error instanceof PlatformError && (error.class === 'not-found' || error.class === 'conflict'))) onError(error);
        later(key);
      }
    }
  }

  function later(key: ObjectKey): void {
    delayed.set(textOf(key), key);
    retry ??= setTimeout(() => {
      retry = undefined;
      for (const [text, waiting] of delayed) queue.set(text, waiting);
      delayed.clear();
      start();
    }, RETRY_MS);
  }

  async function collect(key: ObjectKey): Promise<void> {
    const stored = store.get(key);
    const kind = kinds.find(({ definition }) => definition.group === key.group && definition.plural === key.plural);
    if (stored === undefined || kind === undefined) return;
    const target: Target = { kind, namespace: key.namespace === '' ? undefined : key.namespace, name: key.name };
    if (stored.object.metadata.deletionTimestamp === undefined) await releaseFromOwners(target, stored);
    else if (kind.definition.group === '' && kind.definition.kind === 'Namespace') await emptyNamespace(target, stored);
    else await finishDeletion(target, stored);
  }

  /** Deletes an object whose owners are all gone; drops references to those that are. */
  async function releaseFromOwners(target: Target, stored: StoredObject): Promise<void> {
    const references = stored.object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const present = references.filter((reference) => ownerExists(reference, target.namespace));
    if (present.length === references.length) return;
    if (present.length === 0) await service.remove(target, deletion(stored), contextOf('its owner is gone'));
    else await patchMetadata(target, 'one of its owners is gone', (metadata) => ({ ...metadata, ownerReferences: present }));
  }

  function ownerExists(reference: { apiVersion: string; kind: string; name: string; uid: string }, namespace: string | undefined): boolean {
    const kind = service.kinds.byKind(reference.apiVersion, reference.kind);
    if (kind === undefined) return true;
    return store.get(keyOf(kind, namespace, reference.name))?.object.metadata.uid === reference.uid;
  }

  async function finishDeletion(target: Target, stored: StoredObject): Promise<void> {
    const { uid, finalizers = [] } = stored.object.metadata;
    // Only what stands where the owner stands can belong to it: a reference from another team's object is no claim on this one.
    const dependents = index.of(uid).filter((key) => target.namespace === undefined || key.namespace === target.namespace);
    if (finalizers.includes(ORPHAN)) {
      for (const key of dependents) {
        await patchMetadata(targetOf(key), 'its owner was deleted and leaves it behind', (metadata) => ({ ...metadata, ownerReferences: (metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid) }));
      }
      await removeFinalizer(target, ORPHAN);
    } else if (finalizers.includes(FOREGROUND)) {
      const blocking = dependents.filter((key) => blocks(key, uid));
      for (const key of dependents) await deleteDependent(key);
      if (blocking.every((key) => store.get(key) === undefined)) await removeFinalizer(target, FOREGROUND);
    }
  }

  function blocks(key: ObjectKey, uid: string): boolean {
    return store.get(key)?.object.metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true) === true;
  }

  async function deleteDependent(key: ObjectKey): Promise<void> {
    const stored = store.get(key);
    if (stored === undefined || stored.object.metadata.deletionTimestamp !== undefined) return;
    await service.remove(targetOf(key), { propagationPolicy: 'Foreground', uid: stored.object.metadata.uid }, contextOf('its owner is being deleted'));
  }

  async function emptyNamespace(target: Target, stored: StoredObject): Promise<void> {
    const inside = kinds.filter((kind) => kind.namespaced);
    for (const kind of inside) {
      for (const object of store.list(kind.definition.group, kind.definition.plural, target.name)) {
        if (object.object.metadata.deletionTimestamp === undefined) await service.remove(targetOf(object.key), deletion(object), contextOf('its namespace is being deleted'));
      }
    }
    if (inside.some((kind) => store.list(kind.definition.group, kind.definition.plural, target.name).length > 0)) return;
    if ((stored.object.metadata.finalizers ?? []).length > 0) return;
    await service.update('update', { ...target, subresource: 'finalize' }, contextOf('nothing is left in it'), true, (old) => ({ candidate: { ...old, spec: { finalizers: [] } } }));
  }

  function targetOf(key: ObjectKey): Target {
    const kind = kinds.find(({ definition }) => definition.group === key.group && definition.plural === key.plural) as ServedKind;
    return { kind, namespace: key.namespace === '' ? undefined : key.namespace, name: key.name };
  }

  async function removeFinalizer(target: Target, finalizer: string): Promise<void> {
    await patchMetadata(target, 'its deletion is complete', (metadata) => ({ ...metadata, finalizers: (metadata.finalizers ?? []).filter((name) => name !== finalizer) }));
  }

  async function patchMetadata(target: Target, reason: string, change: (metadata: ApiObject['metadata']) => ApiObject['metadata']): Promise<void> {
    await service.update('patch', target, contextOf(reason), true, (old) => ({ candidate: { ...old, metadata: change(old.metadata) } }));
  }

  return {
    async settled() {
      while (running !== undefined || queue.size > 0) await (running ?? Promise.resolve());
    },
    async stop() {
      stopped = true;
      clearTimeout(retry);
      following.stop();
      await running;
    },
  };
}

function deletion(stored: StoredObject): DeleteOptions {
  return { propagationPolicy: 'Background', uid: stored.object.metadata.uid };
}

function contextOf(reason: string): WriteContext {
  return { identity: IDENTITY, manager: 'garbage-collector', dryRun: false, fieldValidation: 'Ignore', duplicates: [], warnings: [], reason };
}

function textOf(key: ObjectKey): string {
  return `${key.group}/${key.plural}/${key.namespace}/${key.name}`;
}
