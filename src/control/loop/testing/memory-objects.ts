/**
 * The `Objects` port over a map, for tests of reconcilers that need no database: resourceVersions, 409, watch in order.
 *
 * It is real in what reconcilers rely on (optimistic concurrency, all-or-nothing transactions with their events,
 * status apart from spec, finalizers, selectors of the form `a=b`) and knows no admission, rights or schemas.
 */
import { PlatformError } from '../../../domain/error.ts';
import type { NewEvent } from '../../../domain/event.ts';
import type { ApiObject, NewObject } from '../../../domain/object.ts';
import type { KindName, ListOptions, ObjectEvent, Objects, ObjectWrite } from '../../../ports/objects.ts';

function kindOf(object: { apiVersion: string; kind: string }): KindName {
  const slash = object.apiVersion.indexOf('/');
  return `${slash < 0 ? '' : object.apiVersion.slice(0, slash)}/${object.kind}`;
}

function identity(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}|${namespace ?? ''}|${name}`;
}

function failure(code: 'not-found' | 'conflict' | 'already-exists', message: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-9999', class: code, message });
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete base[name];
    else base[name] = merge(base[name], value);
  }
  return base;
}

/** Top-level fields that belong to the status: a catalog entity's relations. */
function observed(object: ApiObject): Record<string, unknown> {
  const { relations } = object as ApiObject & { relations?: unknown };
  return relations === undefined ? {} : { relations };
}

export class MemoryObjects implements Objects {
  readonly events: NewEvent[] = [];
  /** Called before every write; may throw, as a control plane that is killed there. */
  beforeWrite: (() => void) | undefined;
  readonly #stored = new Map<string, ApiObject>();
  readonly #watchers = new Set<{ kind: KindName; onEvent: (event: ObjectEvent) => void }>();
  #version = 0;

  /** How many writes changed something. */
  get writes(): number {
    return this.#version;
  }

  async get<T extends ApiObject>(kind: KindName, namespace: string | undefined, name: string): Promise<T | undefined> {
    const found = this.#stored.get(identity(kind, namespace, name));
    return found === undefined ? undefined : (structuredClone(found) as T);
  }

  async list<T extends ApiObject>(kind: KindName, options: ListOptions = {}): Promise<T[]> {
    const pairs = (text = ''): string[][] => text.split(',').filter((part) => part !== '').map((part) => part.split('='));
    const wanted = pairs(options.labelSelector);
    const fields = pairs(options.fieldSelector);
    const found = [...this.#stored.values()].filter(
      (object) =>
        kindOf(object) === kind &&
        (options.namespace === undefined || object.metadata.namespace === options.namespace) &&
        wanted.every(([name = '', value]) => object.metadata.labels?.[name] === value) &&
        fields.every(([path = '', value]) => path.split('.').reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], object) === value),
    );
    return structuredClone(found) as T[];
  }

  async create<T extends ApiObject>(object: NewObject): Promise<T> {
    return (await this.transact([{ action: 'create', object }], []))[0] as T;
  }

  async update<T extends ApiObject>(object: T): Promise<T> {
    return (await this.transact([{ action: 'update', object }], []))[0] as T;
  }

  async updateStatus<T extends ApiObject>(object: T): Promise<T> {
    return (await this.transact([{ action: 'updateStatus', object }], []))[0] as T;
  }

  async patch<T extends ApiObject>(kind: KindName, namespace: string | undefined, name: string, patch: Record<string, unknown>): Promise<T> {
    const current = await this.get(kind, namespace, name);
    if (current === undefined) throw failure('not-found', `${kind} ${name} not found`);
    return (await this.update(merge(current, patch) as ApiObject)) as T;
  }

  async delete(kind: KindName, namespace: string | undefined, name: string): Promise<void> {
    await this.transact([{ action: 'delete', kind, ...(namespace === undefined ? {} : { namespace }), name }], []);
  }

  async transact(writes: readonly ObjectWrite[], events: readonly NewEvent[]): Promise<ApiObject[]> {
    this.beforeWrite?.();
    const planned = writes.map((write) => this.#plan(write));
    this.events.push(...structuredClone(events));
    for (const change of planned) if (change !== undefined) this.#commit(change);
    return writes.flatMap((write, index) => {
      const change = planned[index];
      if (change !== undefined) return [structuredClone(change.object)];
      return write.action === 'delete' ? [] : [structuredClone(write.object as ApiObject)];
    });
  }

  watch(kind: KindName, onEvent: (event: ObjectEvent) => void): { stop(): void } {
    const watcher = { kind, onEvent };
    for (const object of this.#stored.values()) if (kindOf(object) === kind) onEvent({ type: 'ADDED', object: structuredClone(object) });
    this.#watchers.add(watcher);
    return { stop: () => this.#watchers.delete(watcher) };
  }

  /** The change a write makes; undefined when it changes nothing. */
  #plan(write: ObjectWrite): ObjectEvent | undefined {
    if (write.action === 'delete') {
      const found = this.#stored.get(identity(write.kind, write.namespace, write.name));
      if (found === undefined) throw failure('not-found', `${write.kind} ${write.name} not found`);
      if ((found.metadata.finalizers ?? []).length === 0) return { type: 'DELETED', object: found };
      if (found.metadata.deletionTimestamp !== undefined) return undefined;
      return { type: 'MODIFIED', object: structuredClone({ ...found, metadata: { ...found.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }) };
    }
    const { object } = write;
    const name = object.metadata.name ?? '';
    const found = this.#stored.get(identity(kindOf(object), object.metadata.namespace, name));
    if (write.action === 'create') {
      if (found !== undefined) throw failure('already-exists', `${object.kind} ${name} exists`);
      const metadata = { ...object.metadata, name, uid: `uid-${this.#version}-${name}`, resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
      return { type: 'ADDED', object: structuredClone({ ...object, metadata }) as ApiObject };
    }
    if (found === undefined) throw failure('not-found', `${object.kind} ${name} not found`);
    if (found.metadata.resourceVersion !== object.metadata.resourceVersion) throw failure('conflict', `${object.kind} ${name} was changed`);
    const next =
      write.action === 'updateStatus'
        ? { ...found, status: write.object.status, ...observed(write.object) }
        : { ...write.object, status: found.status, ...observed(found), metadata: { ...write.object.metadata, generation: found.metadata.generation + (JSON.stringify(found.spec) === JSON.stringify(write.object.spec) ? 0 : 1) } };
    if (JSON.stringify(next) === JSON.stringify(found)) return undefined;
    if (next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0) return { type: 'DELETED', object: found };
    return { type: 'MODIFIED', object: structuredClone(next) as ApiObject };
  }

  #commit(change: ObjectEvent): void {
    this.#version += 1;
    const { object } = change;
    const key = identity(kindOf(object), object.metadata.namespace, object.metadata.name);
    if (change.type === 'DELETED') this.#stored.delete(key);
    else {
      object.metadata.resourceVersion = String(this.#version);
      this.#stored.set(key, object);
    }
    for (const watcher of [...this.#watchers]) {
      if (watcher.kind === kindOf(object)) watcher.onEvent({ type: change.type, object: structuredClone(object) });
    }
  }
}
