/** `DATABASE_URL`: the whole platform on a PostgreSQL server that is not its own, with a role that is no superuser. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';
import { installed, POSTGRESQL_15, startInstalled } from '../../src/adapters/postgres/testing/installed-server.ts';
import { DeliveredService, serverSource } from '../testing/delivered-service.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';

const MINUTE = 60_000;
const SCORE = `apiVersion: score.dev/v1b1
metadata:
  name: books
service:
  ports:
    web: { port: 8080 }
containers:
  main:
    image: .
    variables:
      DATABASE_URL: postgres://\${resources.db.username}:\${resources.db.password}@\${resources.db.host}:\${resources.db.port}/\${resources.db.database}
    readinessProbe:
      httpGet: { path: /healthz, port: 8080 }
resources:
  db:
    type: postgres
`;

let elsewhere: string;
let dataDir: string;
let server: { connection: pg.ClientConfig; destroy(): Promise<void> };
let databaseUrl: string;
let platform: Platform;

async function administer<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  elsewhere = temporaryFolder();
  dataDir = temporaryFolder();
  // The oldest supported version where it is installed, else the embedded one as somebody else's.
  server = installed(POSTGRESQL_15) ? await startInstalled(POSTGRESQL_15) : await startEmbeddedPostgres({ dataDir: join(elsewhere, 'postgres'), sharedDir: join(elsewhere, 'shared'), log: { info: () => undefined, warn: () => undefined, error: () => undefined } });
  const password = randomBytes(12).toString('hex');
  await administer(`create role platform login createdb createrole password '${password}'`);
  await administer('create database roadbed_platform owner platform');
  // As the how-to asks of whoever gives the server.
  for (const open of ['postgres', 'template1', 'roadbed_platform']) await administer(`revoke connect, temporary on database ${open} from public`);
  databaseUrl = `postgres://platform:${password}@127.0.0.1:${server.connection.port ?? 0}/roadbed_platform`;
  platform = await startPlatform(dataDir, ['--empty'], { DATABASE_URL: databaseUrl });
}, 2 * MINUTE);

afterAll(async () => {
  await platform?.stop();
  if (existsSync(dataDir)) purge(dataDir, { DATABASE_URL: databaseUrl });
  await server.destroy();
  rmSync(elsewhere, { recursive: true, force: true });
}, 2 * MINUTE);

test('the platform starts on it, delivers, and gives a workload a database of its own there', async () => {
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
  const service = new DeliveredService(platform, 'books');
  await service.create();
  await service.push({ 'score.yaml': SCORE, 'server.js': serverSource({ version: 'books' }).replace('"books"', 'process.env.DATABASE_URL') }, 'Ask for a database');
  const url = await eventually('the service has its database', 2 * MINUTE, async () => {
    const answer = await ask(platform.ready.edgeUrl, service.host('dev'), '/');
    return answer?.body.startsWith('postgres://') === true ? answer.body : undefined;
  });
  expect(Number(new URL(url).port)).toBe(server.connection.port);
  const workload = new pg.Client(url);
  workload.on('error', () => undefined);
  await workload.connect();
  await workload.query('create table book (title text); insert into book values (\'Middlemarch\')');
  expect((await workload.query('select title from book')).rows).toEqual([{ title: 'Middlemarch' }]);
  await workload.end();
  const roles = await administer<{ rolsuper: boolean; rolcreatedb: boolean }>(`select rolsuper, rolcreatedb from pg_roles where rolname = '${new URL(url).username}'`);
  expect(roles).toEqual([{ rolsuper: false, rolcreatedb: false }]);
  const platformDatabase = new URL(url);
  platformDatabase.pathname = '/roadbed_platform';
  const foreign = new pg.Client(platformDatabase.href);
  await expect(foreign.connect()).rejects.toMatchObject({ code: '42501' });
}, 5 * MINUTE);

test('a start anew finds everything there', async () => {
  expect(await platform.stop()).toBe(0);
  platform = await startPlatform(dataDir, ['--empty'], { DATABASE_URL: databaseUrl });
  const service = new DeliveredService(platform, 'books');
  await service.until('dev', ({ status }) => status?.phase === 'Healthy', 'books is healthy in dev again');
  expect((await ask(platform.ready.edgeUrl, service.host('dev'), '/'))?.status).toBe(200);
}, 3 * MINUTE);

const ROADBED = join(import.meta.dirname, '..', '..', 'bin', 'roadbed');

/** Runs a command of Roadbed on the data directory; answers its exit code and everything that it said. */
function roadbed(args: readonly string[], environment: Record<string, string> = {}): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ROADBED, ...args, '--data-dir', dataDir], { encoding: 'utf8', timeout: MINUTE, env: { ...process.env, DATABASE_URL: '', ...environment } });
  return { code: status, text: `${stdout}${stderr}` };
}

test('a backup says at once what it does not cover, and a purge lists and removes only what the platform made there', async () => {
  const foreign = 'rb_foreign_0123456789ab';
  await administer(`create role ${foreign}`);
  await administer(`create database ${foreign} owner ${foreign}`);
  expect(await platform.stop()).toBe(0);
  const saved = roadbed(['backup', join(elsewhere, 'backup.tar.gz')]);
  expect(saved.code).toBe(0);
  expect(saved.text).toMatch(/NOT:\n {2}the database roadbed_platform on 127\.0\.0\.1:\d+.*pg_dump/);

  expect(roadbed(['down', '--purge', '--yes'])).toMatchObject({ code: 2, text: expect.stringContaining('ROADBED-7050') });
  const other = new URL(databaseUrl);
  other.pathname = '/another';
  expect(roadbed(['down', '--purge', '--yes'], { DATABASE_URL: other.href }).text).toContain('ROADBED-7051');
  const mine = await administer<{ datname: string }>("select datname from pg_database where datname like 'rb\\_%' order by 1");
  const dry = roadbed(['down', '--purge', '--dry-run'], { DATABASE_URL: databaseUrl });
  const tenants = mine.map(({ datname }) => datname).filter((name) => name !== foreign);
  expect(tenants.length).toBeGreaterThan(0);
  for (const tenant of tenants) expect(dry.text).toContain(`database and role ${tenant}`);
  expect(dry.text).not.toContain(foreign);
  expect(existsSync(dataDir)).toBe(true);

  const purged = roadbed(['down', '--purge', '--yes'], { DATABASE_URL: databaseUrl });
  expect(purged).toMatchObject({ code: 0, text: expect.stringContaining('nothing is left') });
  for (const tenant of tenants) expect(purged.text).toContain(`database and role ${tenant}`);
  expect(await administer("select datname from pg_database where datname like 'rb\\_%' or datname = 'roadbed_platform' order by 1")).toEqual([{ datname: foreign }, { datname: 'roadbed_platform' }]);
  expect(await administer("select rolname from pg_roles where rolname like 'rb\\_%'")).toEqual([{ rolname: foreign }]);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  expect((await client.query("select 1 from pg_namespace where nspname = 'roadbed'")).rows).toEqual([]);
  await client.end();
  expect(existsSync(dataDir)).toBe(false);
}, 3 * MINUTE);
