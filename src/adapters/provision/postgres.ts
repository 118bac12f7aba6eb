/**
 * Score's `postgres`: a database and a role of its own in the platform's server.
 *
 * The role can reach its own database and no other: CONNECT is taken from PUBLIC on every database that the
 * platform may speak for, and where another one is still open to everybody, the resource is refused, naming
 * it. The password is random, kept in the secret store before the role has it, and never in a statement.
 * A request that is already fulfilled is recognised by logging in; nothing is written then.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { PlatformError } from '../../domain/error.ts';
import { claimSecretScope } from '../../domain/claim-secrets.ts';
import type { Provisioned, Provisioner, ProvisionRequest } from '../../ports/provisioner.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { databaseName } from './name.ts';
import { residue } from './problem.ts';
import { scramVerifier } from './scram.ts';

const DEFAULT_CONNECTIONS = 10;
const LOGIN_TIMEOUT_MS = 5_000;
const PASSWORD = 'password';
const PROVISIONER = 'service:postgres-provisioner';

export interface PostgresProvisionerOptions {
  /** For the administrator: may create roles and databases. */
  connection: pg.ClientConfig;
  /** Where workloads reach the server. */
  address: () => { host: string; port: number };
  secrets: Pick<Secrets, 'set' | 'versions' | 'resolve'>;
  /** Connections that one role may have at a time; default 10. */
  connectionLimit?: number;
}

export function createPostgresProvisioner(options: PostgresProvisionerOptions): Provisioner {
  return { types: ['postgres'], provision: (request) => provision(options, request), release: (request) => release(options, request) };
}

async function provision(options: PostgresProvisionerOptions, request: ProvisionRequest): Promise<Provisioned> {
  const name = databaseName(request);
  const password = await rememberedPassword(options, request);
  if (!(await canLogIn(options, name, password))) {
    await asAdministrator(options, (client) => makeDatabase(client, name, password, options.connectionLimit ?? DEFAULT_CONNECTIONS));
    if (!(await canLogIn(options, name, password))) throw new PlatformError({ code: 'ROADBED-4205', class: 'unavailable', message: `The new database of ${request.uid} does not answer yet.`, retry: 'backoff' });
  }
  const { host, port } = options.address();
  return { outputs: { host, port, name, database: name, username: name }, secrets: { password } };
}

/** Kept before it is used: a crash in between must not leave a role whose password nobody knows. */
async function rememberedPassword(options: PostgresProvisionerOptions, request: ProvisionRequest): Promise<string> {
  const scope = claimSecretScope(request);
  const version = (await options.secrets.versions(scope))[PASSWORD];
  const known = version === undefined ? undefined : (await options.secrets.resolve(scope, { [PASSWORD]: version }))[PASSWORD];
  if (known !== undefined) return known;
  const fresh = randomBytes(24).toString('base64url');
  await options.secrets.set(scope, PASSWORD, fresh, PROVISIONER);
  return fresh;
}

/** The role is a member of nothing; it inherits because before PostgreSQL 16 it would else not own the schema `public` of its own database. */
async function makeDatabase(client: pg.Client, name: string, password: string, connections: number): Promise<void> {
  const quoted = pg.escapeIdentifier(name);
  const { rows: roles } = await client.query('select 1 from pg_roles where rolname = $1', [name]);
  const attributes = `login nosuperuser nocreatedb nocreaterole noreplication nobypassrls inherit connection limit ${connections} password ${pg.escapeLiteral(scramVerifier(password))}`;
  await client.query(roles.length === 0 ? `create role ${quoted} ${attributes}` : `alter role ${quoted} ${attributes}`);
  const { rows } = await client.query<{ superuser: boolean }>('select rolsuper as superuser from pg_roles where rolname = current_user');
  const superuser = rows[0]?.superuser === true;
  if (!superuser) await client.query(`grant ${quoted} to current_user`);
  const { rows: databases } = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (databases.length === 0) await client.query(`create database ${quoted} owner ${quoted} template template0 encoding 'UTF8'`);
  await client.query(`revoke all on database ${quoted} from public`);
  await closeOthers(client, name);
}

/** Takes CONNECT from PUBLIC on databases that are ours to speak for; refuses when the role could still reach another. */
async function closeOthers(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ datname: string; ours: boolean }>(
    `select datname, (pg_get_userbyid(datdba) = current_user or datname in ('template1', 'postgres')) as ours
     from pg_database where datallowconn and datname <> $1 and has_database_privilege($1, oid, 'connect')`,
    [name],
  );
  for (const { datname, ours } of rows) {
    // A refusal, or another provisioner doing the same, shows in what is read back below.
    if (ours) await client.query(`revoke connect, temporary on database ${pg.escapeIdentifier(datname)} from public`).catch(() => undefined);
  }
  const { rows: open } = await client.query<{ datname: string }>("select datname from pg_database where datallowconn and datname <> $1 and has_database_privilege($1, oid, 'connect') order by datname", [name]);
  if (open.length === 0) return;
  const names = open.map((row) => row.datname);
  await client.query(`alter role ${pg.escapeIdentifier(name)} nologin`);
  throw new PlatformError({
    code: 'ROADBED-4204', class: 'refused', message: `The database server lets every role into ${names.join(', ')}, so a workload's role would not be confined to its own database.`,
    next: names.map((one) => `REVOKE CONNECT ON DATABASE ${pg.escapeIdentifier(one)} FROM PUBLIC;`).join(' '),
  });
}

async function release(options: PostgresProvisionerOptions, request: ProvisionRequest): Promise<void> {
  const name = databaseName(request);
  const quoted = pg.escapeIdentifier(name);
  await asAdministrator(options, async (client) => {
    const present = async (): Promise<{ role: boolean; database: boolean }> => {
      const { rows } = await client.query<{ role: boolean; database: boolean }>('select exists (select from pg_roles where rolname = $1) as role, exists (select from pg_database where datname = $1) as database', [name]);
      return rows[0] ?? { role: false, database: false };
    };
    const before = await present();
    // No new connection may come in between the end of the old ones and the end of the database.
    if (before.role) await client.query(`alter role ${quoted} nologin`);
    if (before.database) await client.query(`drop database if exists ${quoted} with (force)`);
    if (before.role) {
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [name]);
      await client.query(`drop role if exists ${quoted}`);
    }
    const after = await present();
    if (after.database) throw residue(request, `the database ${name}`);
    if (after.role) throw residue(request, `the role ${name}`);
  });
}

async function canLogIn(options: PostgresProvisionerOptions, name: string, password: string): Promise<boolean> {
  const { host, port } = options.address();
  const client = new pg.Client({ host, port, user: name, password, database: name, application_name: 'roadbed-provisioner', connectionTimeoutMillis: LOGIN_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    // 53300: the workload itself has all connections that its role may have.
    return (error as { code?: string }).code === '53300';
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function asAdministrator<T>(options: PostgresProvisionerOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...options.connection, application_name: 'roadbed-provisioner', connectionTimeoutMillis: LOGIN_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw error instanceof PlatformError ? error : failure(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The driver's error may quote the statement; only its code goes on. */
function failure(error: unknown): PlatformError {
  const code = (error as { code?: unknown }).code;
  return new PlatformError({ code: 'ROADBED-4205', class: 'unavailable', message: 'The database server did not do what provisioning needs.', why: `It said ${typeof code === 'string' ? code : 'nothing'}.`, next: 'It is tried again; look at the server, and at the rights of the platform\'s role (CREATEDB, CREATEROLE).', retry: 'backoff' });
}
