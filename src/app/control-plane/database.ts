/** Opens the database of the platform: embedded or DATABASE_URL, migrated, with store, events and identities. */
import type pg from 'pg';
import type { Logger } from 'pino';
import { connectionFromUrl, openDatabase, type Database } from '../../adapters/postgres/connect.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../adapters/postgres/embedded.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { openStore, type Store } from '../../adapters/postgres/open-store.ts';
import { noteDatabase } from '../external-database.ts';
import type { Folders } from '../folders.ts';
import { platformKey } from './keys.ts';

const PLATFORM_DATABASE = 'roadbed';

export interface PlatformDatabase {
  database: Database;
  store: Store;
  /** Undefined with DATABASE_URL. */
  embedded: EmbeddedPostgres | undefined;
  /** For what may create roles and databases. */
  administration: pg.ClientConfig;
  /** Where workloads reach the server. */
  tenantAddress(): { host: string; port: number };
  /** Ends connections and, where it is ours, the server. */
  close(): Promise<void>;
}

async function ensureDatabase(embedded: EmbeddedPostgres): Promise<void> {
  const administration = await openDatabase(embedded.connection, { log: { info: () => {}, warn: () => {}, error: () => {} } });
  try {
    const { rowCount } = await administration.pool.query('select 1 from pg_database where datname = $1', [PLATFORM_DATABASE]);
    if (rowCount === 0) await administration.pool.query(`create database ${PLATFORM_DATABASE}`);
    // Tenants have databases in the same server and must not even connect to this one.
    await administration.pool.query(`revoke connect, temporary on database ${PLATFORM_DATABASE} from public`);
  } finally {
    await administration.close();
  }
}

function addressOf(databaseUrl: string): { host: string; port: number } {
  const url = new URL(databaseUrl);
  return { host: url.hostname === '' ? '127.0.0.1' : url.hostname, port: Number(url.port === '' ? 5432 : url.port) };
}

export async function openPlatformDatabase(folders: Folders, databaseUrl: string | undefined, log: Logger): Promise<PlatformDatabase> {
  const embedded = databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: folders.postgres, sharedDir: folders.shared, log }) : undefined;
  if (embedded !== undefined) await ensureDatabase(embedded);
  const connection = embedded === undefined ? connectionFromUrl(databaseUrl ?? '') : { ...embedded.connection, database: PLATFORM_DATABASE };
  const database = await openDatabase(connection, { log });
  noteDatabase(folders.dataDir, databaseUrl);
  await migrate(database.pool, log);
  const store = await openStore(database, { sealKeys: [platformKey(folders.keys, 'audit-seal')] });
  return {
    database,
    store,
    embedded,
    administration: embedded?.connection ?? connection,
    tenantAddress: () => embedded?.tcp ?? addressOf(databaseUrl ?? ''),
    close: async () => {
      await store.close();
      await database.close();
      await embedded?.stop();
    },
  };
}
