import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApiObject } from '../../../domain/object.ts';
import type { NewEvent } from '../../../domain/event.ts';
import type { ObjectKey, StoreChange, StoreWrite } from '../../../ports/object-store.ts';
import type { Database } from '../connect.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../open-store.ts';
import { testDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';

const sealKeys = [{ id: 'test', secret: Buffer.from('seal') }] as const;

function key(name: string, namespace = 'payments'): ObjectKey {
  return { group: 'roadbed.dev', plural: 'releases', namespace, name };
}

function release(name: string, spec: unknown = {}, labels?: Record<string, string>): ApiObject {
  const metadata = { name, namespace: 'payments', uid: `uid-${name}`, resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
  return { apiVersion: 'roadbed.dev/v1alpha1', kind: 'Release', metadata: labels === undefined ? metadata : { ...metadata, labels }, spec };
}

function create(name: string, spec: unknown = {}, labels?: Record<string, string>): StoreWrite {
  return { action: 'create', key: key(name), object: release(name, spec, labels) };
}

function event(subject: string, chain?: string): NewEvent {
  return { ...(chain === undefined ? {} : { chain }), actor: { issuer: 'roadbed', subject: 'user:alice' }, subject, kind: 'object.created', schemaVersion: 1, body: {} };
}

describe('the object store', () => {
  let database: TestDatabase;
  let store: Store;
  const opened: { store: Store; database: Database }[] = [];

  async function replica(): Promise<Store> {
    const other = await database.reopen();
    const second = await openStore(other, { sealKeys });
    opened.push({ store: second, database: other });
    return second;
  }

  beforeEach(async () => {
    database = await testDatabase();
    store = await openStore(database, { sealKeys });
  });

  afterEach(async () => {
    for (const { store: other, database: theirs } of opened.splice(0)) {
      await other.close();
      await theirs.close();
    }
    await store.close();
    await database.drop();
  });

  test('puts the resourceVersion into the object, its JSON and the position', async () => {
    const result = await store.objects.write([create('a', { replicas: 2 }, { team: 'pay' })], []);
    if (!result.ok) throw new Error(result.reason);
    const [written] = result.written;
    expect(written?.object.metadata.resourceVersion).toBe(String(written?.resourceVersion));
    expect(JSON.parse(written?.json ?? '')).toEqual({ ...release('a', { replicas: 2 }, { team: 'pay' }), metadata: { ...release('a', {}, { team: 'pay' }).metadata, resourceVersion: String(written?.resourceVersion) } });
    expect(store.objects.position()).toBe(written?.resourceVersion);
    expect(store.objects.get(key('a'))).toBe(written);
    expect(written?.labels).toEqual({ team: 'pay' });
  });

  test('says exists, conflict and gone, and writes nothing then', async () => {
    const first = await store.objects.write([create('a')], []);
    const version = first.ok ? (first.written[0]?.resourceVersion ?? 0n) : 0n;
    expect(await store.objects.write([create('a')], [event('x')])).toMatchObject({ ok: false, reason: 'exists', key: key('a') });
    expect(await store.objects.write([{ action: 'update', key: key('a'), object: release('a'), expected: version + 7n }], [])).toMatchObject({ ok: false, reason: 'conflict' });
    expect(await store.objects.write([{ action: 'delete', key: key('b'), object: release('b'), expected: 1n }], [])).toMatchObject({ ok: false, reason: 'gone' });
    expect(await store.events.query({})).toEqual([]);
    expect(store.objects.position()).toBe(version);
  });

  test('writes several objects all or nothing, while others of the same group go through', async () => {
    await store.objects.write([create('taken')], []);
    const [losing, winning] = await Promise.all([
      store.objects.write([create('b'), create('taken'), create('c')], [event('lost')]),
      store.objects.write([create('d'), create('e')], [event('won')]),
    ]);
    expect(losing).toMatchObject({ ok: false, reason: 'exists', key: key('taken') });
    expect(winning.ok).toBe(true);
    expect(store.objects.list('roadbed.dev', 'releases').map((stored) => stored.key.name)).toEqual(['d', 'e', 'taken']);
    expect((await store.events.query({})).map((row) => row.subject)).toEqual(['won']);
  });

  test('keeps the order of requests for one key that are sent without waiting', async () => {
    const created = store.objects.write([create('a', { turn: 0 })], []);
    const again = store.objects.write([create('a', { turn: 1 })], []);
    expect((await created).ok).toBe(true);
    expect(await again).toMatchObject({ ok: false, reason: 'exists' });
  });

  test('refuses a request that writes one object twice', async () => {
    await expect(store.objects.write([create('a'), create('a')], [])).rejects.toMatchObject({ code: 'ROADBED-1016' });
  });

  test('lists by namespace, then name', async () => {
    for (const [namespace, name] of [['b', 'x'], ['a', 'z'], ['a-a', 'q'], ['a', 'b'], ['', 'root']] as const) {
      await store.objects.write([{ action: 'create', key: key(name, namespace), object: release(name) }], []);
    }
    expect(store.objects.list('roadbed.dev', 'releases').map((stored) => `${stored.key.namespace}/${stored.key.name}`)).toEqual(['/root', 'a/b', 'a/z', 'a-a/q', 'b/x']);
    expect(store.objects.list('roadbed.dev', 'releases', 'a').map((stored) => stored.key.name)).toEqual(['b', 'z']);
    expect(store.objects.list('roadbed.dev', 'rollouts')).toEqual([]);
  });

  test('follows from a version on, each change once, with the object as it was before', async () => {
    const seen: StoreChange[] = [];
    const start = store.objects.position();
    await store.objects.write([create('a', { turn: 0 })], []);
    const created = store.objects.get(key('a'));
    const watch = store.objects.follow(start, (change) => seen.push(change));
    await store.objects.write([{ action: 'update', key: key('a'), object: release('a', { turn: 1 }), expected: created?.resourceVersion ?? 0n }], []);
    const updated = store.objects.get(key('a'));
    await store.objects.write([{ action: 'delete', key: key('a'), object: release('a', { turn: 1 }), expected: updated?.resourceVersion ?? 0n }], []);
    expect(seen.map((change) => [change.type, (change.previous?.object.spec as { turn: number } | undefined)?.turn])).toEqual([['ADDED', undefined], ['MODIFIED', 0], ['DELETED', 1]]);
    if (watch !== 'expired') watch.stop();
    await store.objects.write([create('b')], []);
    expect(seen).toHaveLength(3);
    expect(store.objects.list('roadbed.dev', 'releases').map((stored) => stored.key.name)).toEqual(['b']);
  });

  test('shows another replica every change, and lets a watch resume there and after a restart', async () => {
    const second = await replica();
    const seen: string[] = [];
    const start = store.objects.position();
    second.objects.follow(start, (change) => seen.push(`${change.type} ${change.stored.key.name} ${JSON.stringify(change.previous?.object.spec)}`));
    await store.objects.write([create('a', { turn: 0 })], []);
    const version = store.objects.get(key('a'))?.resourceVersion ?? 0n;
    expect(await second.objects.reached(version, 5_000)).toBe(true);
    await second.objects.write([{ action: 'update', key: key('a'), object: release('a', { turn: 1 }), expected: version }], []);
    await store.objects.reached(second.objects.position(), 5_000);
    expect(store.objects.get(key('a'))?.json).toBe(second.objects.get(key('a'))?.json);
    expect(seen).toEqual(['ADDED a undefined', 'MODIFIED a {"turn":0}']);
    const third = await replica();
    const resumed: string[] = [];
    third.objects.follow(start, (change) => resumed.push(`${change.type} ${change.stored.key.name} ${JSON.stringify(change.previous?.object.spec)}`));
    expect(resumed).toEqual(seen);
  });

  test('waits for a version, but not for ever', async () => {
    expect(await store.objects.reached(store.objects.position() + 1n, 20)).toBe(false);
  });

  test('writes events in the transaction of the objects, and tells followers in order', async () => {
    const second = await replica();
    const here: string[] = [];
    const there: string[] = [];
    store.events.follow((row) => here.push(row.subject));
    second.events.follow((row) => there.push(row.subject));
    await store.objects.write([create('a')], [event('first', 'chain-1'), event('second', 'chain-1')]);
    const [third] = await second.events.append([event('third', 'chain-1')]);
    await expect.poll(() => [here, there]).toEqual([['first', 'second', 'third'], ['first', 'second', 'third']]);
    expect((await store.events.query({ chain: 'chain-1', order: 'descending' })).map((row) => row.subject)).toEqual(['third', 'second', 'first']);
    expect(await store.events.get(third?.id ?? '')).toEqual(third);
  });

  test('takes hostile text: quotes, backslashes, NUL, lone surrogates, a fake metadata key', async () => {
    const hostile = { text: `"metadata":{"resourceVersion":"1" \\ ' {,} NULL \0 \ud800 é 漢 \u2028`, nested: [null, { '"metadata":{': 1 }] };
    const result = await store.objects.write([create('a', hostile)], [event('v1:request:GET /\0%00')]);
    expect(result.ok).toBe(true);
    expect(store.objects.get(key('a'))?.object.spec).toEqual(hostile);
    const second = await replica();
    expect(second.objects.get(key('a'))?.json).toBe(store.objects.get(key('a'))?.json);
    expect((await store.events.query({}))[0]?.subject).toBe('v1:request:GET /\uFFFD%00');
  });

  test('fails only the request whose row the database cannot hold', async () => {
    const results = await Promise.allSettled([
      store.objects.write([create('good')], []),
      store.objects.write([{ action: 'create', key: key('bad\0name'), object: release('bad') }], []),
      store.objects.write([create('fine')], []),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'ROADBED-1014' } });
    expect(store.objects.list('roadbed.dev', 'releases').map((stored) => stored.key.name)).toEqual(['fine', 'good']);
  });
});
