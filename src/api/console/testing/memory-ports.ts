/** Ports in memory, for the console's own tests: the real interfaces over maps, nothing of the platform's logic. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { PlatformError } from '../../../domain/error.ts';
import type { EventRow, NewEvent } from '../../../domain/event.ts';
import type { ApiObject, NewObject } from '../../../domain/object.ts';
import type { Events, EventQuery } from '../../../ports/events.ts';
import type { Identities, Identity } from '../../../ports/identity.ts';
import type { KindName, ListOptions, ObjectEvent, Objects } from '../../../ports/objects.ts';

export class MemoryObjects implements Objects {
  readonly #objects = new Map<string, ApiObject>();
  readonly #watchers = new Set<{ kind: string; onEvent: (event: ObjectEvent) => void }>();
  #version = 100;

  static kindOf(object: { apiVersion: string; kind: string }): KindName {
    return `${object.apiVersion.split('/')[0] ?? ''}/${object.kind}`;
  }

  #key(kind: string, namespace: string | undefined, name: string): string {
    return `${kind} ${namespace ?? ''} ${name}`;
  }

  #store(type: ObjectEvent['type'], object: ApiObject): ApiObject {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    const kind = MemoryObjects.kindOf(stored);
    const key = this.#key(kind, stored.metadata.namespace, stored.metadata.name);
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, stored);
    for (const watcher of this.#watchers) if (watcher.kind === kind) watcher.onEvent({ type, object: stored });
    return stored;
  }

  /** Puts an object in as it is, status and times included. */
  put(object: ApiObject): void {
    const key = this.#key(MemoryObjects.kindOf(object), object.metadata.namespace, object.metadata.name);
    this.#store(this.#objects.has(key) ? 'MODIFIED' : 'ADDED', object);
  }

  async get<T extends ApiObject>(kind: KindName, namespace: string | undefined, name: string): Promise<T | undefined> {
    return this.#objects.get(this.#key(kind, namespace, name)) as T | undefined;
  }

  async list<T extends ApiObject>(kind: KindName, options: ListOptions = {}): Promise<T[]> {
    return [...this.#objects].filter(([key]) => key.startsWith(`${kind} `)).map(([, object]) => object as T).filter((object) => options.namespace === undefined || object.metadata.namespace === options.namespace);
  }

  async create<T extends ApiObject>(object: NewObject): Promise<T> {
    const metadata = { uid: randomUUID(), generation: 1, creationTimestamp: new Date().toISOString(), resourceVersion: '0', ...object.metadata } as ApiObject['metadata'];
    return this.#store('ADDED', { ...object, metadata }) as T;
  }

  async update<T extends ApiObject>(object: T): Promise<T> {
    return this.#store('MODIFIED', object) as T;
  }

  async updateStatus<T extends ApiObject>(object: T): Promise<T> {
    return this.#store('MODIFIED', object) as T;
  }

  async patch<T extends ApiObject>(kind: KindName, namespace: string | undefined, name: string, patch: Record<string, unknown>): Promise<T> {
    const present = await this.get(kind, namespace, name);
    if (present === undefined) throw new PlatformError({ code: 'ROADBED-5004', class: 'not-found', message: `There is no ${kind} ${name}.` });
    return this.#store('MODIFIED', merged(present, patch) as ApiObject) as T;
  }

  async delete(kind: KindName, namespace: string | undefined, name: string): Promise<void> {
    const present = await this.get(kind, namespace, name);
    if (present !== undefined) this.#store('DELETED', present);
  }

  async transact(): Promise<ApiObject[]> {
    throw new Error('the console writes through operations, never by transact');
  }

  watch(kind: KindName, onEvent: (event: ObjectEvent) => void): { stop(): void } {
    const watcher = { kind, onEvent };
    this.#watchers.add(watcher);
    for (const [key, object] of this.#objects) if (key.startsWith(`${kind} `)) onEvent({ type: 'ADDED', object });
    return { stop: () => this.#watchers.delete(watcher) };
  }
}

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(typeof target === 'object' && target !== null ? (target as Record<string, unknown>) : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

export class MemoryEvents implements Events {
  readonly rows: EventRow[] = [];
  readonly #followers = new Set<(row: EventRow) => void>();

  async append(events: readonly NewEvent[]): Promise<EventRow[]> {
    const now = new Date().toISOString();
    const added = events.map((event, index): EventRow => {
      const id = randomUUID();
      return { ...event, id, sequence: this.rows.length + index + 1, chain: event.chain ?? id, occurredAt: event.occurredAt ?? now, recordedAt: event.occurredAt ?? now };
    });
    this.rows.push(...added);
    for (const row of added) for (const follower of this.#followers) follower(row);
    return added;
  }

  async query(query: EventQuery): Promise<EventRow[]> {
    const rows = this.rows.filter(
      (row) =>
        (query.chain === undefined || row.chain === query.chain) &&
        (query.namespace === undefined || row.namespace === query.namespace) &&
        (query.subject === undefined || row.subject === query.subject) &&
        (query.kinds === undefined || query.kinds.some((kind) => (kind.endsWith('.') ? row.kind.startsWith(kind) : row.kind === kind))) &&
        (query.since === undefined || row.recordedAt >= query.since) &&
        (query.until === undefined || row.recordedAt <= query.until),
    );
    if (query.order === 'descending') rows.reverse();
    return rows.slice(0, query.limit ?? rows.length);
  }

  async get(id: string): Promise<EventRow | undefined> {
    return this.rows.find((row) => row.id === id);
  }

  follow(onEvent: (row: EventRow) => void): { stop(): void } {
    this.#followers.add(onEvent);
    return { stop: () => this.#followers.delete(onEvent) };
  }

  async verify(): ReturnType<Events['verify']> {
    return { ok: true, rows: this.rows.length, segments: Math.floor(this.rows.length / 10), unsealed: this.rows.length % 10 };
  }
}

export class MemoryIdentities implements Identities {
  readonly #tokens = new Map<string, Identity>();
  readonly #codes = new Map<string, string>();

  #hash(token: string): string {
    return createHash('sha256').update(token).digest('hex');
  }

  async authenticate(token: string): Promise<Identity | undefined> {
    const identity = this.#tokens.get(this.#hash(token));
    return identity?.expiresAt !== undefined && identity.expiresAt < new Date().toISOString() ? undefined : identity;
  }

  isLive({ tokenId }: Identity): boolean {
    return tokenId === undefined || [...this.#tokens.values()].some((identity) => identity.tokenId === tokenId);
  }

  async issue(subject: string, options: { expiresAt?: string } = {}): ReturnType<Identities['issue']> {
    const token = `rb_${randomBytes(24).toString('hex')}`;
    const id = randomUUID();
    this.#tokens.set(this.#hash(token), { issuer: 'roadbed', subject, tokenId: id, ...(options.expiresAt === undefined ? {} : { expiresAt: options.expiresAt }) });
    return { id, token, prefix: token.slice(0, 8) };
  }

  async revoke(id: string): Promise<void> {
    for (const [hash, identity] of this.#tokens) if (identity.tokenId === id) this.#tokens.delete(hash);
  }

  async issueLoginCode(subject: string): Promise<string> {
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, subject);
    return code;
  }

  async redeemLoginCode(code: string): Promise<string | undefined> {
    const subject = this.#codes.get(code);
    this.#codes.delete(code);
    return subject;
  }
}
