/**
 * Objects in memory with the rules that reconcilers depend on: conflict on an old resourceVersion, status
 * apart from spec, generation, finalizers, all-or-nothing transactions with events, watch.
 *
 * Admission, rights and audit are those of the API's own tests; nothing here decides who may do what.
 */
import { PlatformError } from '../../../domain/error.ts';
import type { NewEvent } from '../../../domain/event.ts';
import type { ApiObject, NewObject } from '../../../domain/object.ts';
import type { KindName, ObjectEvent, Objects, ObjectWrite } from '../../../ports/objects.ts';

export interface MemoryObjects extends Objects {
  events: NewEvent[];
  writes: number;
}

export function memoryObjects(now: () => number): MemoryObjects {
  let objects = new Map<string, ApiObject>();
  let version = 0;
  const watchers: { kind: string; onEvent: (event: ObjectEvent) => void }[] = [];
  const events: NewEvent[] = [];

  const kindOf = (object: { apiVersion: string; kind: string }): string => `${object.apiVersion.split('/')[0]}/${object.kind}`;
  const keyOf = (kind: string, namespace: string | undefined, name: string): string => `${kind}|${namespace ?? ''}|${name}`;
  const fail = (kind: 'conflict' | 'already-exists' | 'not-found', what: string): never => {
    throw new PlatformError({ code: 'ROADBED-0000', class: kind, message: `${kind}: ${what}` });
  };

  const apply = (draft: Map<string, ApiObject>, write: ObjectWrite, changes: ObjectEvent[]): ApiObject => {
    version += 1;
    const stamp = String(version);
    if (write.action === 'create') {
      const metadata = write.object.metadata as { name: string; namespace?: string };
      const key = keyOf(kindOf(write.object), metadata.namespace, metadata.name);
      if (draft.has(key)) fail('already-exists', key);
      const made = structuredClone({ ...write.object, metadata: { ...metadata, uid: `uid-${version}`, resourceVersion: stamp, generation: 1, creationTimestamp: new Date(now() + version).toISOString() } }) as ApiObject;
      draft.set(key, made);
      changes.push({ type: 'ADDED', object: made });
      return made;
    }
    const key = write.action === 'delete' ? keyOf(write.kind, write.namespace, write.name) : keyOf(kindOf(write.object), write.object.metadata.namespace, write.object.metadata.name);
    const before = draft.get(key) ?? fail('not-found', key);
    if (write.action === 'delete') {
      if ((before.metadata.finalizers ?? []).length > 0) {
        const marked = { ...before, metadata: { ...before.metadata, resourceVersion: stamp, deletionTimestamp: new Date(now()).toISOString() } };
        draft.set(key, marked);
        changes.push({ type: 'MODIFIED', object: marked });
        return marked;
      }
      draft.delete(key);
      changes.push({ type: 'DELETED', object: before });
      return before;
    }
    if (write.object.metadata.resourceVersion !== before.metadata.resourceVersion) fail('conflict', key);
    const given = structuredClone(write.object);
    const sameSpec = JSON.stringify(given.spec) === JSON.stringify(before.spec);
    const after: ApiObject =
      write.action === 'updateStatus'
        ? { ...before, metadata: { ...before.metadata, resourceVersion: stamp }, ...(given.status === undefined ? {} : { status: given.status }) }
        : { ...before, spec: given.spec, metadata: { ...given.metadata, resourceVersion: stamp, generation: before.metadata.generation + (sameSpec ? 0 : 1) } };
    if (after.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0) {
      draft.delete(key);
      changes.push({ type: 'DELETED', object: after });
    } else {
      draft.set(key, after);
      changes.push({ type: 'MODIFIED', object: after });
    }
    return after;
  };

  const transact = (writes: readonly ObjectWrite[], newEvents: readonly NewEvent[]): ApiObject[] => {
    const draft = new Map(objects);
    const changes: ObjectEvent[] = [];
    const results = writes.map((write) => apply(draft, write, changes));
    objects = draft;
    events.push(...structuredClone([...newEvents]));
    self.writes += writes.length;
    for (const change of changes) for (const watcher of watchers) if (watcher.kind === kindOf(change.object)) watcher.onEvent(structuredClone(change));
    return structuredClone(results);
  };

  const selected = (object: ApiObject, selector: string | undefined): boolean =>
    (selector ?? '').split(',').filter((term) => term !== '').every((term) => {
      const [path = '', value] = term.split('=');
      return String(path.split('.').reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], object)) === value;
    });

  const self: MemoryObjects = {
    events,
    writes: 0,
    get: async <T extends ApiObject>(kind: KindName, namespace: string | undefined, name: string) => structuredClone(objects.get(keyOf(kind, namespace, name))) as T | undefined,
    list: async <T extends ApiObject>(kind: KindName, options: { namespace?: string; fieldSelector?: string } = {}) =>
      structuredClone([...objects.values()].filter((object) => kindOf(object) === kind && (options.namespace === undefined || object.metadata.namespace === options.namespace) && selected(object, options.fieldSelector))) as T[],
    create: async <T extends ApiObject>(object: NewObject) => transact([{ action: 'create', object }], [])[0] as T,
    update: async <T extends ApiObject>(object: T) => transact([{ action: 'update', object }], [])[0] as T,
    updateStatus: async <T extends ApiObject>(object: T) => transact([{ action: 'updateStatus', object }], [])[0] as T,
    patch: async <T extends ApiObject>(kind: KindName, namespace: string | undefined, name: string, patch: Record<string, unknown>) => {
      const before = objects.get(keyOf(kind, namespace, name)) ?? fail('not-found', name);
      return transact([{ action: 'update', object: merge(before, patch) as ApiObject }], [])[0] as T;
    },
    delete: async (kind, namespace, name) => void transact([{ action: 'delete', kind, name, ...(namespace === undefined ? {} : { namespace }) }], []),
    transact: async (writes, newEvents) => transact(writes, newEvents),
    watch: (kind, onEvent) => {
      const watcher = { kind, onEvent };
      watchers.push(watcher);
      for (const object of objects.values()) if (kindOf(object) === kind) onEvent({ type: 'ADDED', object: structuredClone(object) });
      return { stop: () => void watchers.splice(watchers.indexOf(watcher), 1) };
    },
  };
  return self;
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...(target as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete base[key];
    else base[key] = merge(base[key], value);
  }
  return base;
}
