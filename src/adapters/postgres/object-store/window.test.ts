import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../../../domain/object.ts';
import type { ObjectKey } from '../../../ports/object-store.ts';
import { openDatabase } from '../connect.ts';
import { silentLog } from '../log.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../open-store.ts';
import { testDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { ChangeRing } from './change-ring.ts';
import { Entry, EntryPool } from './entry.ts';
import { pruneChanges } from './prune.ts';

const sealKeys = [{ id: 'test', secret: Buffer.from('seal') }] as const;
let database: TestDatabase;
let store: Store;

beforeEach(async () => {
  database = await testDatabase();
  store = await openStore(database, { sealKeys });
});

afterEach(async () => {
  await store.close();
  await database.drop();
});

const keyOf = (name: string): ObjectKey => ({ group: 'g', plural: 'p', namespace: 'n', name });

function thing(name: string, turn = 0): ApiObject {
  return { apiVersion: 'g/v1', kind: 'K', metadata: { name, uid: name, resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { turn } };
}

async function create(name: string): Promise<bigint> {
  const result = await store.objects.write([{ action: 'create', key: keyOf(name), object: thing(name) }], []);
  return result.ok ? (result.written[0]?.resourceVersion ?? 0n) : 0n;
}

test('the feed keeps its newest rows and its youngest minutes, whichever is more', async () => {
  const versions: bigint[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) versions.push(await create(name));
  expect(await pruneChanges(database, 2)).toBe(0);
  await database.pool.query("update roadbed.change set changed_at = now() - interval '1 hour' where version <= $1", [versions[3]]);
  expect(await pruneChanges(database, 2)).toBe(3);
  const later = await openStore(database, { sealKeys });
  expect(later.objects.position()).toBe(versions[4]);
  expect(later.objects.follow((versions[2] ?? 0n) - 1n, () => {})).toBe('expired');
  const seen: string[] = [];
  later.objects.follow(versions[2] ?? 0n, (change) => seen.push(change.stored.key.name));
  expect(seen).toEqual(['d', 'e']);
  await later.close();
});

test('a store whose feed is all pruned goes on counting', async () => {
  const version = await create('a');
  await database.pool.query("update roadbed.change set changed_at = now() - interval '1 hour'");
  expect(await pruneChanges(database, 0)).toBe(1);
  const later = await openStore(database, { sealKeys });
  expect(later.objects.position()).toBe(version);
  expect(await create('b')).toBeGreaterThan(version);
  expect(await later.objects.reached(store.objects.position(), 5_000)).toBe(true);
  expect(later.objects.list('g', 'p').map((stored) => stored.key.name)).toEqual(['a', 'b']);
  await later.close();
});

test('a replica that slept beyond the window gets the difference, in order, and ends with the truth', async () => {
  for (const name of ['kept', 'changed', 'removed', 'gone']) await create(name);
  const role = `sleeper_${process.pid}`;
  await database.pool.query(`create role ${role} login password 'asleep'; grant usage on schema roadbed to ${role}; grant all on all tables in schema roadbed to ${role}`);
  const theirs = await openDatabase({ ...database.connection, user: role, password: 'asleep' }, { log: silentLog });
  const sleeper = await openStore(theirs, { sealKeys });
  const seen: string[] = [];
  const versions: bigint[] = [];
  sleeper.objects.follow(sleeper.objects.position(), (change) => {
    seen.push(`${change.type} ${change.stored.key.name}`);
    versions.push(change.stored.resourceVersion);
  });
  await database.pool.query(`revoke select on roadbed.change_horizon from ${role}`);
  const versionOf = (name: string): bigint => store.objects.get(keyOf(name))?.resourceVersion ?? 0n;
  await store.objects.write([{ action: 'update', key: keyOf('changed'), object: thing('changed', 1), expected: versionOf('changed') }], []);
  for (const name of ['removed', 'gone']) await store.objects.write([{ action: 'delete', key: keyOf(name), object: thing(name), expected: versionOf(name) }], []);
  await create('added');
  await database.pool.query(`delete from roadbed.change where version < ${store.objects.position()}; update roadbed.change_horizon set version = ${store.objects.position() - 1n}`);
  expect(seen).toEqual([]);
  await database.pool.query(`grant select on roadbed.change_horizon to ${role}`);
  expect(await sleeper.objects.reached(store.objects.position(), 10_000)).toBe(true);
  expect(seen.sort()).toEqual(['ADDED added', 'DELETED gone', 'DELETED removed', 'MODIFIED changed']);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => (a < b ? -1 : 1)));
  expect(sleeper.objects.list('g', 'p').map((stored) => stored.json)).toEqual(store.objects.list('g', 'p').map((stored) => stored.json));
  expect(sleeper.objects.follow(1n, () => {})).toBe('expired');
  await sleeper.close();
  await theirs.close();
  await database.pool.query(`drop owned by ${role}; drop role ${role}`);
});

test('a ring forgets its oldest changes and says so', () => {
  const pool = new EntryPool();
  const ring = new ChangeRing(5n, 3);
  const versionsSince = (from: bigint): bigint[] | undefined => ring.since(from)?.map((change) => change.stored.resourceVersion);
  expect([versionsSince(5n), versionsSince(4n)]).toEqual([[], undefined]);
  for (let version = 10n; version <= 30n; version += 1n) ring.push({ type: 'ADDED', stored: new Entry(keyOf('a'), version, '{}', {}, pool) });
  expect(versionsSince(26n)).toBeUndefined();
  expect(versionsSince(27n)).toEqual([28n, 29n, 30n]);
  expect(versionsSince(99n)).toEqual([]);
});
