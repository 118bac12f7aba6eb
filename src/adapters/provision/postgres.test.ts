import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Provisioner, ProvisionRequest } from '../../ports/provisioner.ts';
import { testDatabase, type TestDatabase } from '../postgres/testing/database.ts';
import { openSecretStore, type SecretStore } from '../secrets/secret-store.ts';
import { createPostgresProvisioner } from './postgres.ts';
import { scramVerifier } from './scram.ts';

const REQUEST: ProvisionRequest = { namespace: 'shop', environment: 'prod', type: 'postgres', class: 'default', uid: 'postgres.default#checkout.db', params: {}, workload: 'checkout' };
const OTHER: ProvisionRequest = { ...REQUEST, environment: 'dev' };
let database: TestDatabase;
let folder: string;
let secrets: SecretStore;
let provisioner: Provisioner;
let address: { host: string; port: number };

beforeEach(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'roadbed-provision-'));
  ({ secrets } = await openSecretStore(database, join(folder, 'master-key.json')));
  const tcp = await database.pool.query<{ port: string }>('show port');
  address = database.server?.tcp ?? { host: '127.0.0.1', port: Number(tcp.rows[0]?.port) };
  provisioner = createPostgresProvisioner({ connection: database.connection, address: () => address, secrets });
});

afterEach(async () => {
  for (const request of [REQUEST, OTHER]) await provisioner.release(request);
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Login {
  host: string;
  port: number;
  username: string;
  database: string;
  password: string;
}

async function login(request: ProvisionRequest): Promise<Login> {
  const { outputs, secrets: hidden } = await provisioner.provision(request);
  return { ...(outputs as unknown as Login), password: hidden['password'] ?? '' };
}

async function connect(as: Login, to = as.database): Promise<pg.Client> {
  const client = new pg.Client({ host: as.host, port: as.port, user: as.username, password: as.password, database: to });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function ask(as: Login, statement: string, to?: string): Promise<Record<string, unknown>[]> {
  const client = await connect(as, to);
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

test('a database of its own can be used, and the same request gives the same outputs', async () => {
  const given = await login(REQUEST);
  expect(given).toMatchObject({ ...address, name: given.database, database: expect.stringMatching(/^rb_checkout_db_[0-9a-f]{12}$/), username: given.database });
  await ask(given, "create table orders (id int); insert into orders values (7); create schema x; create temporary table t ()");
  expect(await ask(given, 'select id from orders')).toEqual([{ id: 7 }]);
  expect(await login(REQUEST)).toEqual(given);
  expect(await ask(given, 'select id from orders')).toEqual([{ id: 7 }]);
});

test('another environment is another database with another password', async () => {
  const [one, two] = [await login(REQUEST), await login(OTHER)];
  expect(one.database).not.toBe(two.database);
  expect(one.password).not.toBe(two.password);
});

describe('a role', () => {
  test('reaches its own database and no other', async () => {
    const [one, two] = [await login(REQUEST), await login(OTHER)];
    const { rows } = await database.pool.query<{ datname: string }>('select datname from pg_database where datallowconn and datname <> $1', [one.database]);
    const others = rows.map((row) => row.datname);
    expect(others).toEqual(expect.arrayContaining(['postgres', 'template1', database.name, two.database]));
    for (const other of others) await expect(connect(one, other)).rejects.toMatchObject({ code: '42501' });
  });

  test('cannot become more than it is', async () => {
    const one = await login(REQUEST);
    for (const statement of ['create database more', 'create role more', 'alter role current_user superuser', "select pg_read_file('/etc/passwd')", "copy (select 1) to program 'true'", 'select * from pg_authid', `alter database ${one.database} connection limit 1000; set role postgres`]) {
      await expect(ask(one, statement)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|42704|22023)$/) });
    }
  });

  test('has a bound of connections', async () => {
    const bounded = createPostgresProvisioner({ connection: database.connection, address: () => address, secrets, connectionLimit: 2 });
    const { outputs, secrets: hidden } = await bounded.provision(REQUEST);
    const one = { ...(outputs as unknown as Login), password: hidden['password'] ?? '' };
    const held = [await connect(one), await connect(one)];
    await expect(connect(one)).rejects.toMatchObject({ code: '53300' });
    expect((await bounded.provision(REQUEST)).outputs).toEqual(outputs);
    await Promise.all(held.map((client) => client.end()));
  });

  test('gets its password back when it was changed behind the platform', async () => {
    const one = await login(REQUEST);
    await database.pool.query(`alter role ${one.username} password 'other'`);
    expect(await login(REQUEST)).toEqual(one);
    expect(await ask(one, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

test('the password stands in no log of the server and in no catalogue', async () => {
  const { password } = await login(REQUEST);
  const log = database.server === undefined ? '' : readFileSync(database.server.logFile, 'utf8');
  const { rows } = await database.pool.query("select rolpassword from pg_authid where rolname like 'rb_%'");
  expect(password.length).toBeGreaterThan(30);
  expect(log.includes(password)).toBe(false);
  expect(JSON.stringify(rows)).toContain('SCRAM-SHA-256$');
  expect(JSON.stringify(rows)).not.toContain(password);
});

test('what was half made is finished', async () => {
  const one = await login(REQUEST);
  await database.pool.query(`drop database ${one.database}`);
  expect(await login(REQUEST)).toEqual(one);
  expect(await ask(one, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('release ends connections, removes database and role, proves it, and may be repeated', async () => {
  const one = await login(REQUEST);
  const held = await connect(one);
  const ended = new Promise<void>((resolve) => held.on('end', () => resolve()));
  await provisioner.release(REQUEST);
  await ended;
  const { rows } = await database.pool.query('select datname from pg_database where datname = $1 union all select rolname from pg_roles where rolname = $1', [one.database]);
  expect(rows).toEqual([]);
  await provisioner.release(REQUEST);
});

test('a server that lets everybody into a database that is not ours is refused by name', async () => {
  const strangers = `strangers_${process.pid}`;
  await database.pool.query(`create role ${strangers}`);
  await database.pool.query(`create database ${strangers} owner ${strangers}`);
  try {
    await expect(provisioner.provision(REQUEST)).rejects.toMatchObject({ code: 'ROADBED-4204', message: expect.stringContaining(strangers), next: `REVOKE CONNECT ON DATABASE "${strangers}" FROM PUBLIC;` });
    await database.pool.query(`revoke connect on database ${strangers} from public`);
    expect(await ask(await login(REQUEST), 'select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    await database.pool.query(`drop database ${strangers}`);
    await database.pool.query(`drop role ${strangers}`);
  }
});

test('a server that is away is a fault that passes, told without the statement', async () => {
  const away = createPostgresProvisioner({ connection: { ...database.connection, host: '127.0.0.1', port: 1 }, address: () => ({ host: '127.0.0.1', port: 1 }), secrets });
  await expect(away.provision(REQUEST)).rejects.toMatchObject({ code: 'ROADBED-4205', retry: 'backoff', why: 'It said ECONNREFUSED.' });
});

test('the stored form of a password is that of RFC 7677\'s example', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(scramVerifier('pencil', salt)).toBe('SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=');
});
