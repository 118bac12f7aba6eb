import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionFromUrl, openDatabase, refuseOld } from './connect.ts';
import type { Database } from './connect.ts';
import { silentLog } from './log.ts';
import { migrate, migrationsFolder, readMigrations } from './migrate.ts';
import type { Migration } from './migrate.ts';
import { openStore } from './open-store.ts';
import { testDatabase } from './testing/database.ts';
import { installed, POSTGRESQL_15, startInstalled } from './testing/installed-server.ts';

const known = readMigrations(migrationsFolder());

async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  const database = await testDatabase({ migrated: false });
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

test('migrations run once, in order', () =>
  withDatabase(async ({ pool }) => {
    expect(await migrate(pool, silentLog, known.slice(0, 1))).toEqual([1]);
    expect(await migrate(pool, silentLog)).toEqual(known.slice(1).map((migration) => migration.number));
    expect(await migrate(pool, silentLog)).toEqual([]);
  }));

test('replicas that start together migrate once', () =>
  withDatabase(async ({ pool }) => {
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(pool, silentLog)));
    expect(applied.flat()).toEqual(known.map((migration) => migration.number));
  }));

test('an edited migration is refused, and so is a database from the future', () =>
  withDatabase(async ({ pool }) => {
    await migrate(pool, silentLog);
    const edited = known.map((migration, index): Migration => (index === 0 ? { ...migration, checksum: '0'.repeat(64) } : migration));
    await expect(migrate(pool, silentLog, edited)).rejects.toMatchObject({ code: 'ROADBED-1008', why: expect.stringContaining('000000000000') as string });
    await expect(migrate(pool, silentLog, known.slice(0, 1))).rejects.toMatchObject({ code: 'ROADBED-1009' });
  }));

test('a migration that fails leaves nothing behind', () =>
  withDatabase(async ({ pool }) => {
    const broken: Migration = { number: 1, name: 'broken', checksum: 'x', sql: 'create table roadbed.half (a int); select 1 / 0;' };
    await expect(migrate(pool, silentLog, [broken])).rejects.toMatchObject({ code: 'ROADBED-1010', why: 'division by zero' });
    expect((await pool.query("select to_regclass('roadbed.half') as half")).rows).toEqual([{ half: null }]);
  }));

test('an old or absent server is refused by name, without the password', async () => {
  expect(() => refuseOld(140_011)).toThrow('PostgreSQL 14 is too old');
  expect(() => refuseOld(150_000)).not.toThrow();
  const opening = openDatabase(connectionFromUrl('postgres://roadbed:hidden-word@127.0.0.1:1/none'), { log: silentLog });
  const error: unknown = await opening.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ROADBED-1002', class: 'unavailable', retry: 'backoff' });
  expect(JSON.stringify([error, (error as Error).message])).not.toContain('hidden-word');
});

describe.runIf(installed(POSTGRESQL_15))('on PostgreSQL 15', () => {
  let server: Awaited<ReturnType<typeof startInstalled>>;

  beforeAll(async () => {
    server = await startInstalled(POSTGRESQL_15);
  });

  afterAll(() => server.destroy());

  test('the same migrations pass, and the store works', async () => {
    const database = await openDatabase(server.connection, { log: silentLog });
    expect(Math.floor(database.serverVersion / 10_000)).toBe(15);
    expect(await migrate(database.pool, silentLog)).toEqual(known.map((migration) => migration.number));
    const store = await openStore(database, { sealKeys: [{ id: 'k', secret: Buffer.from('s') }] });
    const key = { group: 'g', plural: 'p', namespace: 'n', name: 'a' };
    const metadata = { name: 'a', uid: 'u', resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', labels: { a: 'b' } };
    const object = { apiVersion: 'g/v1', kind: 'K', metadata, spec: {} };
    const created = await store.objects.write([{ action: 'create', key, object }], [{ actor: { issuer: 'i', subject: 's' }, subject: 'x', kind: 'object.created', schemaVersion: 1, body: {} }]);
    const expected = created.ok ? (created.written[0]?.resourceVersion ?? 0n) : 0n;
    expect((await store.objects.write([{ action: 'update', key, object: { ...object, spec: { a: 1 } }, expected }], [])).ok).toBe(true);
    expect(store.objects.list('g', 'p')[0]?.object.spec).toEqual({ a: 1 });
    expect(await store.events.verify()).toMatchObject({ ok: true, rows: 1 });
    await store.close();
    await database.close();
  });
});
