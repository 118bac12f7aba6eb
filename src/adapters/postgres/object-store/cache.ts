/**
 * The objects and the newest changes in memory, fed strictly in resourceVersion order.
 *
 * Reads never touch the database. Whoever follows is called while a change is applied, so what a follower
 * sees and what a list shows at that moment agree.
 */
import type { ObjectKey, StoreChange, StoredObject } from '../../../ports/object-store.ts';
import type { PostgresLog } from '../log.ts';
import { ChangeRing } from './change-ring.ts';
import type { Entry, EntryPool } from './entry.ts';
import { KindIndex } from './kind-index.ts';

interface Reaching {
  version: bigint;
  resolve(reached: boolean): void;
}

type Follower = (change: StoreChange) => void;

export class ObjectCache {
  readonly pool: EntryPool;
  readonly #log: PostgresLog;
  readonly #followers = new Set<Follower>();
  readonly #reaching = new Set<Reaching>();
  #kinds = new Map<string, KindIndex>();
  #ring: ChangeRing;
  #position: bigint;

  constructor(pool: EntryPool, log: PostgresLog) {
    this.pool = pool;
    this.#log = log;
    this.#ring = new ChangeRing(0n);
    this.#position = 0n;
  }

  get position(): bigint {
    return this.#position;
  }

  get(key: ObjectKey): Entry | undefined {
    return this.#kinds.get(kindText(key.group, key.plural))?.get(key.namespace, key.name);
  }

  list(group: string, plural: string, namespace: string | undefined): StoredObject[] {
    return this.#kinds.get(kindText(group, plural))?.list(namespace) ?? [];
  }

  /** The state at `position` and the changes that led to it, from `floor` on; nobody follows yet. */
  fill(entries: readonly Entry[], position: bigint, history: readonly StoreChange[], floor: bigint): void {
    this.#kinds = new Map();
    for (const entry of entries) this.#kind(entry.key).set(entry);
    this.#ring = new ChangeRing(floor);
    for (const change of history) this.#ring.push(change);
    this.#position = position;
  }

  /** Everything that is stored, for a comparison with a fresh load. */
  all(): Entry[] {
    return [...this.#kinds.values()].flatMap((kind) => kind.list(undefined));
  }

  /** Applies one change if it is newer than the position; the previous object is the cache's own. */
  apply(type: StoreChange['type'], entry: Entry): void {
    if (entry.resourceVersion <= this.#position) return;
    const kind = this.#kind(entry.key);
    const previous = type === 'DELETED' ? kind.delete(entry.key.namespace, entry.key.name) : kind.set(entry);
    this.#position = entry.resourceVersion;
    const change: StoreChange = previous === undefined ? { type, stored: entry } : { type, stored: entry, previous };
    this.#ring.push(change);
    for (const follower of [...this.#followers]) if (this.#followers.has(follower)) this.#tell(follower, change);
    if (previous !== undefined) this.pool.drop(previous);
    this.#arrive();
  }

  /** Forgets the changes before the position: after a gap, watches from before it must begin again. */
  forgetHistory(position: bigint): void {
    this.#ring = new ChangeRing(position);
    if (position > this.#position) this.#position = position;
    this.#arrive();
  }

  follow(from: bigint, onChange: Follower): { stop(): void } | 'expired' {
    const missed = this.#ring.since(from);
    if (missed === undefined) return 'expired';
    const follower: Follower = (change) => {
      if (change.stored.resourceVersion > from) onChange(change);
    };
    for (const change of missed) this.#tell(follower, change);
    this.#followers.add(follower);
    return { stop: () => void this.#followers.delete(follower) };
  }

  reached(version: bigint, timeoutMs: number): Promise<boolean> {
    if (this.#position >= version) return Promise.resolve(true);
    return new Promise((resolve) => {
      const reaching: Reaching = {
        version,
        resolve: (reached) => {
          clearTimeout(timer);
          this.#reaching.delete(reaching);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => reaching.resolve(false), timeoutMs);
      this.#reaching.add(reaching);
    });
  }

  #kind(key: ObjectKey): KindIndex {
    const text = kindText(key.group, key.plural);
    const known = this.#kinds.get(text);
    if (known !== undefined) return known;
    const kind = new KindIndex();
    this.#kinds.set(text, kind);
    return kind;
  }

  #tell(follower: Follower, change: StoreChange): void {
    try {
      follower(change);
    } catch (error) {
      this.#log.error({ error: String(error) }, 'a follower of the object store failed');
    }
  }

  #arrive(): void {
    for (const reaching of this.#reaching) if (this.#position >= reaching.version) reaching.resolve(true);
  }
}

function kindText(group: string, plural: string): string {
  return `${group}/${plural}`;
}
