/**
 * The object API as its in-process clients see it: reconcilers, the console, the Git server.
 *
 * The same admission, authorisation and audit as over HTTP; `app` binds it to a service identity.
 * Errors are PlatformError with class `conflict`, `already-exists`, `not-found`, `forbidden`, `invalid`.
 */
import type { ApiObject, NewObject } from '../domain/object.ts';
import type { NewEvent } from '../domain/event.ts';

/** `roadbed.dev/Release`, `backstage.io/Component`, `/Namespace`. */
export type KindName = `${string}/${string}`;

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WriteOptions {
  /** Why, for the audit row. */
  reason?: string;
  chain?: string;
}

export type ObjectWrite =
  | { action: 'create'; object: NewObject }
  /** Whole object with its resourceVersion; only spec and metadata count. */
  | { action: 'update'; object: ApiObject }
  /** Whole object with its resourceVersion; only status counts. */
  | { action: 'updateStatus'; object: ApiObject }
  | { action: 'delete'; kind: KindName; namespace?: string; name: string };

export interface ObjectEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: ApiObject;
}

export interface Objects {
  get<T extends ApiObject = ApiObject>(kind: KindName, namespace: string | undefined, name: string): Promise<T | undefined>;
  list<T extends ApiObject = ApiObject>(kind: KindName, options?: ListOptions): Promise<T[]>;
  create<T extends ApiObject = ApiObject>(object: NewObject, options?: WriteOptions): Promise<T>;
  update<T extends ApiObject = ApiObject>(object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends ApiObject = ApiObject>(object: T, options?: WriteOptions): Promise<T>;
  /** Merge patch (RFC 7386) on the main resource; retries on conflict. */
  patch<T extends ApiObject = ApiObject>(kind: KindName, namespace: string | undefined, name: string, patch: Record<string, unknown>, options?: WriteOptions): Promise<T>;
  delete(kind: KindName, namespace: string | undefined, name: string, options?: WriteOptions): Promise<void>;
  /** All or nothing, in one database transaction together with `events`. */
  transact(writes: readonly ObjectWrite[], events: readonly NewEvent[], options?: WriteOptions): Promise<ApiObject[]>;
  /**
   * First the current objects as ADDED, then every change in order. `onEvent` must not block. With a
   * namespace only its objects, which is all that who may read one team may watch.
   */
  watch(kind: KindName, onEvent: (event: ObjectEvent) => void, options?: { namespace?: string }): { stop(): void };
}
