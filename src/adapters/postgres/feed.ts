/**
 * Feeds this process's cache and event followers in commit order, from its own groups and from others'.
 *
 * A group of our own that follows directly on what we have is applied at once. When something came in
 * between, or a notification says that another process has written, the rows after our position are read;
 * since numbers rise in commit order, "greater than the position" is complete. A notification is only a
 * nudge, and a poll once a second stands in for a lost one.
 */
import type pg from 'pg';
import type { EventRow } from '../../domain/event.ts';
import type { StoreChange } from '../../ports/object-store.ts';
import { readEventsAfter, newestSequence } from './events/rows.ts';
import type { GroupOutcome } from './group-commit/request.ts';
import type { PostgresLog } from './log.ts';
import type { ObjectCache } from './object-store/cache.ts';
import { Entry, serialise } from './object-store/entry.ts';
import { difference, loadAll, readFeed, READ_LIMIT } from './object-store/load.ts';
import { entryOfWrite } from './object-store/store.ts';
import { Session } from './session.ts';

const CHANNEL = 'roadbed';
const POLL_MS = 1_000;
const PATIENCE_MS = 5_000;
const CHANGE_TYPES = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' } as const satisfies Record<string, StoreChange['type']>;

export interface FeedOptions {
  connection: pg.ClientConfig;
  cache: ObjectCache;
  log: PostgresLog;
  /** The write queue's backend: its notifications are our own groups, which we know already. */
  ownBackend: () => number | undefined;
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #session: Session;
  readonly #eventFollowers = new Set<(row: EventRow) => void>();
  #sequence = 0;
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#session = new Session({
      connection: options.connection,
      log: options.log,
      prepare: async (client) => {
        client.on('notification', (message) => {
          if (message.processId !== options.ownBackend()) this.#nudge();
        });
        await client.query(`listen ${CHANNEL}`);
      },
      onLost: () => this.#nudge(),
    });
  }

  /** Loads everything, then listens. Listening comes first, so that nothing falls between. */
  async start(): Promise<void> {
    const client = await this.#session.client(PATIENCE_MS);
    const loaded = await loadAll(client, this.#options.cache.pool);
    this.#options.cache.fill(loaded.entries, loaded.position, loaded.history, loaded.floor);
    this.#sequence = await newestSequence(client);
    this.#timer = setInterval(() => this.#nudge(), POLL_MS);
    this.#timer.unref();
  }

  /** Shows a committed group of our own; resolves when cache and followers have it. */
  ownGroup(group: GroupOutcome): Promise<void> | void {
    const { cache } = this.#options;
    const inOrder = group.changes.length === 0 || group.previousVersion === cache.position;
    if (inOrder) for (const change of group.changes) cache.apply(CHANGE_TYPES[change.write.action], entryOfWrite(change, cache));
    const eventsInOrder = group.events.length === 0 || group.previousSequence === this.#sequence;
    if (eventsInOrder) for (const row of group.events) this.#tell(row);
    if (!inOrder || !eventsInOrder) return this.catchUp();
  }

  /** The newest event that this process knows of. */
  get sequence(): number {
    return this.#sequence;
  }

  followEvents(onEvent: (row: EventRow) => void): { stop(): void } {
    this.#eventFollowers.add(onEvent);
    return { stop: () => void this.#eventFollowers.delete(onEvent) };
  }

  /** Reads all that was committed before this call. Calls in the meantime share one further read. */
  catchUp(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#read().finally(() => (this.#reading = undefined));
      return this.#reading;
    }
    this.#next ??= this.#reading.then(
      () => this.#following(),
      () => this.#following(),
    );
    return this.#next;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#session.close();
    await this.#next?.catch(() => {});
    await this.#reading?.catch(() => {});
  }

  #following(): Promise<void> {
    this.#next = undefined;
    return this.catchUp();
  }

  #nudge(): void {
    if (this.#closed) return;
    this.catchUp().catch((error: unknown) => {
      if (!this.#closed) this.#options.log.warn({ error: String(error) }, 'the change feed could not be read');
    });
  }

  async #read(): Promise<void> {
    const client = await this.#session.client(PATIENCE_MS);
    try {
      await this.#readChanges(client);
      await this.#readEvents(client);
    } catch (error) {
      if (!this.#closed) this.#session.discard(client);
      throw error;
    }
  }

  async #readChanges(client: pg.Client): Promise<void> {
    const { cache } = this.#options;
    for (;;) {
      const from = cache.position;
      const { horizon, changes } = await readFeed(client, cache.pool, from);
      if (horizon > from && horizon > cache.position) return this.#startOver(client);
      for (const { type, entry } of changes) cache.apply(type, entry);
      if (changes.length < READ_LIMIT) return;
    }
  }

  /** The feed was pruned beyond our position (this process slept): followers get the difference. */
  async #startOver(client: pg.Client): Promise<void> {
    const { cache, log } = this.#options;
    log.warn({ position: cache.position.toString() }, 'the change feed was pruned beyond this process; everything is loaded again');
    const loaded = await loadAll(client, cache.pool);
    const deletion = (entry: Entry, version: bigint): Entry => {
      const { head, tail } = serialise(entry.object);
      return new Entry(entry.key, version, `${head}${version}${tail}`, entry.labels, cache.pool);
    };
    for (const { type, entry } of difference(cache.all(), cache.position, loaded, deletion)) cache.apply(type, entry);
    cache.forgetHistory(loaded.position);
  }

  async #readEvents(client: pg.Client): Promise<void> {
    if (this.#eventFollowers.size === 0) {
      this.#sequence = Math.max(this.#sequence, await newestSequence(client));
      return;
    }
    for (;;) {
      const rows = await readEventsAfter(client, this.#sequence, READ_LIMIT);
      for (const row of rows) this.#tell(row);
      if (rows.length < READ_LIMIT) return;
    }
  }

  #tell(row: EventRow): void {
    if (row.sequence <= this.#sequence) return;
    this.#sequence = row.sequence;
    for (const follower of [...this.#eventFollowers]) {
      try {
        follower(row);
      } catch (error) {
        this.#options.log.error({ error: String(error) }, 'a follower of the event log failed');
      }
    }
  }
}
