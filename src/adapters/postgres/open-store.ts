/** Opens the object store and the event log of this process on a migrated database. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from './connect.ts';
import { EventLog } from './events/log.ts';
import type { SealKey } from './events/seal.ts';
import { Feed } from './feed.ts';
import { WriteQueue } from './group-commit/write-queue.ts';
import { ObjectCache } from './object-store/cache.ts';
import { EntryPool } from './object-store/entry.ts';
import { keepPruning } from './object-store/prune.ts';
import { PostgresObjectStore } from './object-store/store.ts';
import { Session } from './session.ts';

const WRITE_TIMEOUT_MS = 15_000;
/** A database that is away must not keep the control plane from stopping. */
const CLOSE_LIMIT_MS = 4_000;

export interface Store {
  objects: PostgresObjectStore;
  events: EventLog;
  /** Stops taking writes, commits those that wait, seals the log, closes the dedicated connections. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Keys of the audit chain: the first seals, all verify. */
  sealKeys: readonly [SealKey, ...SealKey[]];
}

/** Resolves when all objects are in memory and changes of other processes are heard. */
export async function openStore(database: Database, options: StoreOptions): Promise<Store> {
  const { connection, log } = database;
  const writer = new Session({
    connection: { ...connection, statement_timeout: WRITE_TIMEOUT_MS, query_timeout: WRITE_TIMEOUT_MS + 5_000 },
    log,
  });
  const cache = new ObjectCache(new EntryPool(), log);
  const feed = new Feed({ connection, cache, log, ownBackend: () => writer.backend() });
  try {
    await feed.start();
  } catch (error) {
    await feed.close();
    throw error;
  }
  const queue = new WriteQueue(writer, cache.position, (group) => feed.ownGroup(group), log);
  const events = new EventLog({ database, queue, feed, sealKeys: options.sealKeys });
  const pruning = keepPruning(database);
  return {
    objects: new PostgresObjectStore(cache, queue),
    events,
    close: async () => {
      const orderly = async (): Promise<void> => {
        await pruning.stop();
        await events.close().catch((error: unknown) => log.warn({ error: String(error) }, 'the event log could not be sealed at the end'));
        await queue.close();
      };
      await Promise.race([orderly(), delay(CLOSE_LIMIT_MS, undefined, { ref: false })]);
      await Promise.all([writer.close(), feed.close()]);
      await queue.close();
    },
  };
}
