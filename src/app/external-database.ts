/**
 * The PostgreSQL of `DATABASE_URL`, seen from a stopped data directory: what the platform made there, and how it goes.
 *
 * The data directory notes where its state is (never the password), so that `down --purge` and `backup` know of it also
 * in a shell without `DATABASE_URL`. Made by the platform are its schema `roadbed`, and for each claim of type `postgres`
 * a database and a role of the claim's own name, the one owned by the other. Nothing else on the server is touched: the
 * platform's database and role were there before.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { connectionFromUrl } from '../adapters/postgres/connect.ts';
import { databaseName } from '../adapters/provision/name.ts';
import { writePrivateFile } from '../cli/context.ts';
import { PlatformError } from '../domain/error.ts';
import type { ResourceClaimSpec } from '../domain/kinds/resource-claim.ts';
import type { ApiObject } from '../domain/object.ts';

export interface ExternalDatabase {
  host: string;
  port: number;
  database: string;
  user: string;
}

export interface MadeThere {
  /** Of workloads: each with a role of the same name. */
  databases: string[];
  /** Whether the platform's own schema is there. */
  schema: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const OF_A_CLAIM = /^rb_[a-z0-9_]*_[0-9a-f]{12}$/;

function notePath(dataDir: string): string {
  return join(dataDir, 'external-database.json');
}

function described(databaseUrl: string): ExternalDatabase {
  const client = new pg.Client(connectionFromUrl(databaseUrl));
  return { host: client.host, port: client.port, database: client.database ?? '', user: client.user ?? '' };
}

/** `roadbed on db.internal:5432` */
export function placeOf({ database, host, port }: ExternalDatabase): string {
  return `${database} on ${host}:${port}`;
}

/** Called at each start; without `DATABASE_URL` the state is in the embedded database, and the note goes. */
export function noteDatabase(dataDir: string, databaseUrl: string | undefined): void {
  if (databaseUrl === undefined) rmSync(notePath(dataDir), { force: true });
  else writePrivateFile(notePath(dataDir), `${JSON.stringify(described(databaseUrl))}\n`);
}

/** Where the state of a data directory is, when it is not in it. */
export function externalDatabaseOf(dataDir: string): ExternalDatabase | undefined {
  return existsSync(notePath(dataDir)) ? (JSON.parse(readFileSync(notePath(dataDir), 'utf8')) as ExternalDatabase) : undefined;
}

/** The address to purge with. Throws ROADBED-7050 when it is not given, ROADBED-7051 when it names another database. */
export function addressToPurge(external: ExternalDatabase, databaseUrl: string | undefined): string {
  const next = 'DATABASE_URL=... roadbed down --purge, or leave the database as it is: --keep-database';
  if (databaseUrl === undefined) throw new PlatformError({ code: 'ROADBED-7050', class: 'usage', message: `what was made in the database ${placeOf(external)} cannot be removed`, why: 'this data directory keeps its state there, and DATABASE_URL is not set', next });
  const given = described(databaseUrl);
  if (given.host === external.host && given.port === external.port && given.database === external.database) return databaseUrl;
  throw new PlatformError({ code: 'ROADBED-7051', class: 'refused', message: `DATABASE_URL names ${placeOf(given)}, and the state of this data directory is in ${placeOf(external)}`, why: 'nothing is removed from a database that this data directory has not used', next });
}

async function connected<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connectionFromUrl(databaseUrl), application_name: 'roadbed-purge', connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    // The driver's words name host, user or object, never the password.
    throw new PlatformError({ code: 'ROADBED-7052', class: 'unavailable', message: `the database ${placeOf(described(databaseUrl))} did not do what the purge needs`, why: cause instanceof Error ? cause.message : String(cause), next: 'correct it and purge again, or leave the database as it is: --keep-database', cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What the platform made, as far as it is there. Throws ROADBED-7052. */
export async function madeThere(databaseUrl: string): Promise<MadeThere> {
  return await connected(databaseUrl, async (client) => {
    const { rows: schemas } = await client.query("select from pg_namespace where nspname = 'roadbed'");
    const { rows: tables } = await client.query<{ there: boolean }>("select to_regclass('roadbed.object') is not null as there");
    const claims = tables[0]?.there === true ? (await client.query<{ body: string }>("select body from roadbed.object where api_group = 'roadbed.dev' and plural = 'resourceclaims'")).rows : [];
    const names = claims.flatMap(({ body }) => {
      const { metadata, spec } = JSON.parse(body) as ApiObject<ResourceClaimSpec>;
      return spec.type === 'postgres' ? [databaseName({ namespace: metadata.namespace ?? '', environment: spec.environment, uid: spec.uid })] : [];
    });
    const { rows } = await client.query<{ name: string }>(
      `select rolname as name from pg_roles r left join pg_database d on d.datname = r.rolname
       where rolname = any ($1) and not rolsuper and (d.oid is null or d.datdba = r.oid) order by rolname`,
      [names.filter((name) => OF_A_CLAIM.test(name))],
    );
    return { databases: rows.map(({ name }) => name), schema: schemas.length > 0 };
  });
}

/** Removes it, workloads' databases first, so that an interrupted purge still knows them. Answers what is still there. */
export async function removeMade(databaseUrl: string, made: MadeThere): Promise<string[]> {
  await connected(databaseUrl, async (client) => {
    for (const name of made.databases) {
      const quoted = pg.escapeIdentifier(name);
      await client.query(`alter role ${quoted} nologin`);
      await client.query(`drop database if exists ${quoted} with (force)`);
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [name]);
      await client.query(`drop role if exists ${quoted}`);
    }
    await client.query('drop schema if exists roadbed cascade');
  });
  const left = await connected(databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>("select 'database ' || datname as name from pg_database where datname = any ($1) union all select 'role ' || rolname from pg_roles where rolname = any ($1) union all select 'schema ' || nspname from pg_namespace where nspname = 'roadbed'", [made.databases]);
    return rows.map(({ name }) => name);
  });
  return left;
}
