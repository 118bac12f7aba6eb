/** An ObjectStore in memory for unit tests: the same promises as the PostgreSQL one, but for durability. */
import type { ApiObject } from '../../../domain/object.ts';
import type { NewEvent } from '../../../domain/event.ts';
import type { ObjectKey, ObjectStore, StoreChange, StoreResult, StoreWrite, StoredObject } from '../../../ports/object-store.ts';

const text = (key: ObjectKey): string => [key.group, key.plural, key.namespace, key.name].join('\u0000');

export interface MemoryStore extends ObjectStore {
  /** All events of accepted writes, in order. */
  events: NewEvent[];
  /** Forgets the history up to here: an older watch is expired. */
  forget(): void;
}

/** `yields`: writes take a turn of the event loop first, so that races can happen. */
export function memoryStore(options: { window?: number; yields?: boolean; onEvents?: (events: readonly NewEvent[]) => void } = {}): MemoryStore {
  const objects = new Map<string, StoredObject>();
  const followers = new Set<(change: StoreChange) => void>();
  const waiting = new Set<() => void>();
  const events: NewEvent[] = [];
  let history: StoreChange[] = [];
  let oldest = 0n;
  let version = 0n;

  function refused(write: StoreWrite): 'exists' | 'conflict' | 'gone' | undefined {
    const current = objects.get(text(write.key));
    if (write.action === 'create') return current === undefined ? undefined : 'exists';
    if (current === undefined) return 'gone';
    return current.resourceVersion === write.expected ? undefined : 'conflict';
  }

  function accept(write: StoreWrite): StoredObject {
    const resourceVersion = ++version;
    const object: ApiObject = { ...write.object, metadata: { ...write.object.metadata, resourceVersion: String(resourceVersion) } };
    const stored: StoredObject = { key: write.key, resourceVersion, labels: object.metadata.labels ?? {}, object, json: JSON.stringify(object) };
    const previous = objects.get(text(write.key));
    if (write.action === 'delete') objects.delete(text(write.key));
    else objects.set(text(write.key), stored);
    const type = write.action === 'create' ? 'ADDED' : write.action === 'update' ? 'MODIFIED' : 'DELETED';
    const change: StoreChange = { type, stored, ...(previous === undefined ? {} : { previous }) };
    history.push(change);
    if (history.length > (options.window ?? 10_000)) oldest = history.shift()?.stored.resourceVersion ?? oldest;
    for (const follower of [...followers]) follower(change);
    for (const wake of [...waiting]) wake();
    return stored;
  }

  return {
    events,
    forget() {
      history = [];
      oldest = version;
    },
    get: (key) => objects.get(text(key)),
    list: (group, plural, namespace) =>
      [...objects.values()]
        .filter(({ key }) => key.group === group && key.plural === plural && (namespace === undefined || key.namespace === namespace))
        .sort((a, b) => (a.key.namespace === b.key.namespace ? (a.key.name < b.key.name ? -1 : 1) : a.key.namespace < b.key.namespace ? -1 : 1)),
    position: () => version,
    reached: (wanted, timeoutMs) =>
      new Promise((resolve) => {
        const settle = (value: boolean): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve(value);
        };
        const wake = (): void => {
          if (version >= wanted) settle(true);
        };
        const timer = setTimeout(() => settle(false), timeoutMs);
        waiting.add(wake);
        wake();
      }),
    async write(writes, newEvents): Promise<StoreResult> {
      if (options.yields === true) await new Promise((resolve) => setImmediate(resolve));
      for (const write of writes) {
        const reason = refused(write);
        if (reason !== undefined) return { ok: false, reason, key: write.key };
      }
      events.push(...newEvents);
      options.onEvents?.(newEvents);
      return { ok: true, written: writes.map(accept) };
    },
    follow(from, onChange) {
      if (from < oldest) return 'expired';
      for (const change of history) if (change.stored.resourceVersion > from) onChange(change);
      followers.add(onChange);
      return { stop: () => followers.delete(onChange) };
    },
  };
}
