/** The object store of this process: writes through the group commit, reads from the cache. */
import { PlatformError } from '../../../domain/error.ts';
import type { NewEvent } from '../../../domain/event.ts';
import type { ObjectKey, ObjectStore, StoreChange, StoreResult, StoreWrite, StoredObject } from '../../../ports/object-store.ts';
import { keyText, prepareEvent } from '../group-commit/request.ts';
import type { PreparedWrite, WrittenChange } from '../group-commit/request.ts';
import type { WriteQueue } from '../group-commit/write-queue.ts';
import type { ObjectCache } from './cache.ts';
import { Entry, serialise } from './entry.ts';

export class PostgresObjectStore implements ObjectStore {
  readonly #cache: ObjectCache;
  readonly #queue: WriteQueue;

  constructor(cache: ObjectCache, queue: WriteQueue) {
    this.#cache = cache;
    this.#queue = queue;
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#cache.get(key);
  }

  list(group: string, plural: string, namespace?: string): StoredObject[] {
    return this.#cache.list(group, plural, namespace);
  }

  position(): bigint {
    return this.#cache.position;
  }

  reached(version: bigint, timeoutMs: number): Promise<boolean> {
    return this.#cache.reached(version, timeoutMs);
  }

  follow(from: bigint, onChange: (change: StoreChange) => void): { stop(): void } | 'expired' {
    return this.#cache.follow(from, onChange);
  }

  async write(writes: readonly StoreWrite[], events: readonly NewEvent[]): Promise<StoreResult> {
    if (writes.length === 0 && events.length === 0) return { ok: true, written: [] };
    const now = Date.now();
    const prepared = writes.map(prepareWrite);
    refuseDoubles(prepared);
    const outcome = await this.#queue.submit({ writes: prepared, events: events.map((event) => prepareEvent(event, now)) });
    if (!outcome.ok) return { ok: false, reason: outcome.reason, key: outcome.key };
    return { ok: true, written: outcome.changes.map((change) => this.#written(change)) };
  }

  /** The cache's own entry when it is still the newest, so that no text is held twice. */
  #written(change: WrittenChange): StoredObject {
    const cached = this.#cache.get(change.write.key);
    return cached?.resourceVersion === change.version ? cached : entryOfWrite(change, this.#cache);
  }
}

function prepareWrite(write: StoreWrite): PreparedWrite {
  return {
    action: write.action,
    key: write.key,
    keyText: keyText(write.key),
    expected: write.action === 'create' ? null : write.expected,
    text: serialise(write.object),
  };
}

function refuseDoubles(writes: readonly PreparedWrite[]): void {
  if (new Set(writes.map((write) => write.keyText)).size === writes.length) return;
  throw new PlatformError({
    code: 'ROADBED-1016',
    class: 'invalid',
    message: 'One request may write an object only once.',
    why: writes.map((write) => write.keyText).join(', '),
    next: 'Join the writes of the same object into one.',
  });
}

/** What a write has become, as the database and every other replica have it. */
export function entryOfWrite({ write, version }: WrittenChange, cache: ObjectCache): Entry {
  const { head, tail, labels } = write.text;
  return new Entry(write.key, version, `${head}${version}${tail}`, cache.pool.labels(labels), cache.pool);
}
