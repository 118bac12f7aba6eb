/**
 * A fresh, migrated database for each test, on one embedded server for each test worker.
 *
 *     const database = await testDatabase();      // in beforeEach, or in the test
 *     ...
 *     await database.drop();
 *
 * The server starts with the first call and is destroyed when the worker ends its file; a new database is a
 * copy of a migrated template, some 50 ms. ROADBED_TEST_DATABASE_URL (superuser, maintenance database)
 * takes another server instead of the embedded one.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll } from 'vitest';
import { connectionFromUrl, openDatabase } from '../connect.ts';
import type { Database } from '../connect.ts';
import { startEmbeddedPostgres } from '../embedded.ts';
import type { EmbeddedPostgres } from '../embedded.ts';
import { silentLog } from '../log.ts';
import { migrate } from '../migrate.ts';

const TEMPLATE = `roadbed_template_${process.pid}`;

export interface TestDatabase extends Database {
  /** The server it lies on; undefined when ROADBED_TEST_DATABASE_URL gave another. */
  server: EmbeddedPostgres | undefined;
  name: string;
  /** Opens the same database once more, as a second replica would. */
  reopen(): Promise<Database>;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

interface Server {
  embedded: EmbeddedPostgres | undefined;
  connection: pg.ClientConfig;
  folder: string | undefined;
}

let starting: Promise<Server> | undefined;
let count = 0;

/** Starts this worker's server if need be; it is destroyed when the worker's test file ends. */
export async function testServer(): Promise<Server> {
  starting ??= start().then(async (server) => {
    await makeTemplate(server);
    return server;
  });
  return starting;
}

afterAll(async () => {
  const server = await starting?.catch(() => undefined);
  starting = undefined;
  if (server !== undefined && server.embedded === undefined) await asAdministrator(server, `drop database if exists ${TEMPLATE}`);
  await server?.embedded?.destroy();
  if (server?.folder !== undefined) rmSync(server.folder, { recursive: true, force: true });
}, 30_000);

async function start(): Promise<Server> {
  const url = process.env['ROADBED_TEST_DATABASE_URL'];
  if (url !== undefined && url !== '') return { embedded: undefined, connection: connectionFromUrl(url), folder: undefined };
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-test-'));
  chmodSync(folder, 0o755);
  const embedded = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), sharedDir: join(folder, 'shared'), log: silentLog });
  return { embedded, connection: embedded.connection, folder };
}

async function asAdministrator(server: Server, statement: string): Promise<void> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function connectionTo(server: Server, database: string): pg.ClientConfig {
  const { connectionString } = server.connection;
  if (connectionString === undefined) return { ...server.connection, database };
  const url = new URL(connectionString);
  url.pathname = `/${database}`;
  return { connectionString: url.href };
}

async function makeTemplate(server: Server): Promise<void> {
  await asAdministrator(server, `drop database if exists ${TEMPLATE}`);
  await asAdministrator(server, `create database ${TEMPLATE}`);
  const database = await openDatabase(connectionTo(server, TEMPLATE), { log: silentLog });
  await migrate(database.pool, silentLog);
  await database.close();
}

/** A database with this version's schema and nothing in it. */
export async function testDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = await testServer();
  const name = `roadbed_test_${process.pid}_${++count}`;
  await asAdministrator(server, `create database ${name}${options.migrated === false ? '' : ` template ${TEMPLATE}`}`);
  const reopen = (): Promise<Database> => openDatabase(connectionTo(server, name), { log: silentLog });
  const database = await reopen();
  return {
    ...database,
    server: server.embedded,
    name,
    reopen,
    drop: async () => {
      await database.close();
      await asAdministrator(server, `drop database if exists ${name} with (force)`);
    },
  };
}
