/**
 * The raw store under the object API: grouped, ordered, durable writes and one change feed.
 *
 * It knows nothing of schemas, rights or managed fields; `api/objects` stands above it and is the only
 * user. Reads come from the process's cache, which is fed strictly in resourceVersion order.
 */
import type { ApiObject } from '../domain/object.ts';
import type { NewEvent } from '../domain/event.ts';

export interface ObjectKey {
  group: string;
  plural: string;
  /** Empty for cluster-scoped kinds. */
  namespace: string;
  name: string;
}

/** An object with its serialised form; both immutable, shared by all readers: never changed, never spread. */
export interface StoredObject {
  key: ObjectKey;
  resourceVersion: bigint;
  /** Of `metadata.labels`, reachable without parsing the object; empty when it has none. */
  labels: Readonly<Record<string, string>>;
  /** Parsed when first asked for: filter by key and labels before touching it. */
  object: Readonly<ApiObject>;
  /** The object's JSON text including resourceVersion. */
  json: string;
}

export type StoreWrite =
  | { action: 'create'; key: ObjectKey; object: ApiObject }
  | { action: 'update'; key: ObjectKey; object: ApiObject; expected: bigint }
  | { action: 'delete'; key: ObjectKey; object: ApiObject; expected: bigint };

export type StoreResult =
  | { ok: true; written: StoredObject[] }
  /** Somebody else was first: `exists` on create, `conflict` on update or delete; nothing was written. */
  | { ok: false; reason: 'exists' | 'conflict' | 'gone'; key: ObjectKey };

export interface StoreChange {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  stored: StoredObject;
  /** The object before the change; absent on ADDED. */
  previous?: StoredObject;
}

export interface ObjectStore {
  get(key: ObjectKey): StoredObject | undefined;
  /** All of one kind, of one namespace if given; order by namespace, then name. */
  list(group: string, plural: string, namespace?: string): StoredObject[];
  /** The newest resourceVersion this process has applied. */
  position(): bigint;
  /** Resolves when the cache has reached `version`; false after `timeoutMs`. */
  reached(version: bigint, timeoutMs: number): Promise<boolean>;
  /**
   * Writes all or nothing, with the events, in one transaction; several calls share a group commit.
   * Resolves after the commit is durable and this process's cache shows it.
   */
  write(writes: readonly StoreWrite[], events: readonly NewEvent[]): Promise<StoreResult>;
  /**
   * Calls `onChange` for every change after `from`, in order, each once, synchronously as the cache applies it.
   * Answers `expired` when the window no longer reaches back to `from`.
   */
  follow(from: bigint, onChange: (change: StoreChange) => void): { stop(): void } | 'expired';
}
