/**
 * The way to a database: a pool for short statements, and what is needed to open dedicated connections.
 *
 * Any PostgreSQL from 15 on will do. The database must be reached directly: LISTEN and session-level
 * advisory locks do not work through a pooler that hands connections around per transaction.
 */
import pg from 'pg';
import { PlatformError } from '../../domain/error.ts';
import type { PostgresLog } from './log.ts';

const OLDEST_VERSION = 15;
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

export interface Database {
  pool: pg.Pool;
  /** For connections of one's own: the write queue, the listener, a lease. */
  connection: pg.ClientConfig;
  /** For example 180004. */
  serverVersion: number;
  log: PostgresLog;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  log: PostgresLog;
  /** Connections of the pool at most; the dedicated ones come on top. */
  poolSize?: number;
}

/** What pg understands of a DATABASE_URL. */
export function connectionFromUrl(url: string): pg.ClientConfig {
  return { connectionString: url };
}

/** Opens the pool and checks the server's version; throws a PlatformError when it cannot be used. */
export async function openDatabase(connection: pg.ClientConfig, options: DatabaseOptions): Promise<Database> {
  const config = { ...connection, application_name: 'roadbed', keepAlive: true, connectionTimeoutMillis: CONNECT_TIMEOUT_MS };
  const pool = new pg.Pool({
    ...config,
    max: options.poolSize ?? 8,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
  });
  // A checked-out connection has no listener of the pool's: without one of ours its loss would end the process.
  pool.on('connect', (client) => client.on('error', (error) => options.log.warn({ error: error.message }, 'a database connection was lost in use')));
  pool.on('error', (error) => options.log.warn({ error: error.message }, 'an idle database connection was lost'));
  try {
    const serverVersion = await readVersion(pool);
    refuseOld(serverVersion);
    return { pool, connection: config, serverVersion, log: options.log, close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function readVersion(pool: pg.Pool): Promise<number> {
  try {
    const { rows } = await pool.query<{ server_version_num: string }>('show server_version_num');
    return Number(rows[0]?.server_version_num);
  } catch (cause) {
    throw new PlatformError({
      code: 'ROADBED-1002',
      class: 'unavailable',
      message: 'The database cannot be reached.',
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'Check DATABASE_URL and that the server accepts connections from here.',
      retry: 'backoff',
      cause,
    });
  }
}

/** PostgreSQL counts 15.3 as 150003. */
export function refuseOld(serverVersion: number): void {
  if (serverVersion >= OLDEST_VERSION * 10_000) return;
  throw new PlatformError({
    code: 'ROADBED-1001',
    class: 'refused',
    message: `PostgreSQL ${Math.floor(serverVersion / 10_000)} is too old.`,
    why: `Roadbed needs PostgreSQL ${OLDEST_VERSION} or newer; the server says ${serverVersion}.`,
    next: 'Upgrade the server, or unset DATABASE_URL to use the embedded one.',
  });
}
