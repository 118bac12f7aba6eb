import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../domain/event.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../open-store.ts';
import { testDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';

const key = { id: 'k1', secret: Buffer.from('first') };

function event(subject: string, more: Partial<NewEvent> = {}): NewEvent {
  return { actor: { issuer: 'roadbed', subject: 'user:alice' }, subject, kind: 'object.updated', schemaVersion: 1, body: { subject }, ...more };
}

function refusal(subject: string, code = 'ROADBED-9999', actor = 'user:mallory'): NewEvent {
  return event(subject, { kind: 'request.refused', actor: { issuer: 'roadbed', subject: actor }, body: { code } });
}

describe('the event log', () => {
  let database: TestDatabase;
  let store: Store;

  beforeEach(async () => {
    database = await testDatabase();
    store = await openStore(database, { sealKeys: [key] });
  });

  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  test('is asked by chain, namespace, subject, kind and time, in either order', async () => {
    await store.events.append([
      event('a', { chain: 'c1', namespace: 'pay', occurredAt: '2026-01-01T00:00:00Z', kind: 'change.merged' }),
      event('b', { chain: 'c1', namespace: 'shop', occurredAt: '2026-01-02T00:00:00+01:00', kind: 'service.deployed', cause: 'x' }),
      event('b', { chain: 'c2', namespace: 'pay', occurredAt: '2026-01-03T00:00:00Z', kind: 'service.rolledback' }),
    ]);
    const kinds = async (query: Parameters<typeof store.events.query>[0]): Promise<string[]> => (await store.events.query(query)).map((row) => row.kind);
    expect(await kinds({ chain: 'c1' })).toEqual(['change.merged', 'service.deployed']);
    expect(await kinds({ namespace: 'pay', order: 'descending' })).toEqual(['service.rolledback', 'change.merged']);
    expect(await kinds({ subject: 'b', kinds: ['service.'] })).toEqual(['service.deployed', 'service.rolledback']);
    expect(await kinds({ kinds: ['service.rolledback', 'change.'] })).toEqual(['change.merged', 'service.rolledback']);
    expect(await kinds({ kinds: ['service', 'serv%.'] })).toEqual([]);
    expect(await kinds({ since: '2026-01-01T23:00:00Z', until: '2026-01-03T00:00:00Z' })).toEqual(['service.deployed']);
    expect(await kinds({ afterSequence: 1, limit: 1 })).toEqual(['service.deployed']);
    expect((await store.events.query({ subject: 'b' }))[0]).toMatchObject({ cause: 'x', occurredAt: '2026-01-01T23:00:00.000Z', body: { subject: 'b' } });
  });

  test('takes a subject of any length, and a time that is none', async () => {
    const [row] = await store.events.append([event(`/${'é'.repeat(9_000)}`, { chain: 'c'.repeat(9_000), occurredAt: 'yesterday' })]);
    expect(row?.subject).toMatch(/^\/é+…[0-9a-f]{16}$/);
    expect(await store.events.get(row?.id ?? '')).toEqual(row);
    await expect(store.events.query({ since: 'yesteryear' })).rejects.toMatchObject({ code: 'ROADBED-1021', class: 'invalid' });
  });

  test('starts a chain with a row that has none', async () => {
    const [row] = await store.events.append([event('a')]);
    expect(row?.chain).toBe(row?.id);
    expect(await store.events.get('nonsense')).toBeUndefined();
  });

  test('folds the refusals of a minute into the first row and one with the count', async () => {
    for (let turn = 0; turn < 5; turn += 1) await store.events.append([refusal('x'), refusal('y'), refusal('x', 'ROADBED-1'), refusal('x', 'ROADBED-9999', 'user:eve')]);
    expect(await store.events.query({})).toHaveLength(4);
    await store.close();
    store = await openStore(database, { sealKeys: [key] });
    const rows = await store.events.query({ afterSequence: 4 });
    expect(rows.map((row) => row.body['count'])).toEqual([4, 4, 4, 4]);
    expect((await store.events.verify()).ok).toBe(true);
  });

  test('folds a scanner that is refused for a thousand subjects', async () => {
    for (let turn = 0; turn < 1_000; turn += 1) await store.events.append([refusal(`/path/${turn}`)]);
    expect((await store.events.query({})).length).toBeLessThan(40);
    await store.close();
    store = await openStore(database, { sealKeys: [key] });
    const rows = await store.events.query({ order: 'descending', limit: 1 });
    expect(rows[0]?.body).toMatchObject({ severalSubjects: true });
    const all = await store.events.query({});
    expect(all.reduce((sum, row) => sum + ((row.body['count'] as number | undefined) ?? 1), 0)).toBe(1_000);
  });

  describe('verified', () => {
    beforeEach(async () => {
      for (let segment = 0; segment < 3; segment += 1) {
        await store.events.append(Array.from({ length: 10 }, (_, index) => event(`s${segment}-${index}`, index % 2 === 0 ? { namespace: 'pay' } : {})));
        await store.events.seal();
      }
    });

    test('holds when nobody touched it', async () => {
      expect(await store.events.verify()).toEqual({ ok: true, rows: 30, segments: 3, unsealed: 0 });
    });

    for (const [what, tamper, sequence, message] of [
      ['a changed body', `update roadbed.event set body = '{"subject":"s1-4 "}' where sequence = 15`, 15, /changed/],
      ['a changed time', `update roadbed.event set occurred_at = occurred_at + interval '1 ms' where sequence = 12`, 12, /changed/],
      ['a namespace moved into the chain', `update roadbed.event set chain = chain || namespace, namespace = null where sequence = 11`, 11, /changed/],
      ['a removed row', 'delete from roadbed.event where sequence = 17', 17, /removed/],
      ['the last row removed', 'delete from roadbed.event where sequence = 30', 30, /removed/],
      ['two rows that changed places', 'update roadbed.event set sequence = case sequence when -5 then 6 else 5 end where sequence in (-5, 6)', 5, /changed or put in another place/],
      ['a row pushed in', `insert into roadbed.event select 0, gen_random_uuid(), chain, namespace, actor_issuer, actor_subject, subject, cause, occurred_at, recorded_at, kind, schema_version, body from roadbed.event where sequence = 3`, 0, /inserted/],
      ['a removed segment', 'delete from roadbed.event_seal where number = 2', 21, /missing/],
      ['the newest segment and its rows cut off', 'with gone as (delete from roadbed.event where sequence > 20) delete from roadbed.event_seal where number = 3', 21, /cut off/],
      ['the newest segment cut off and rows sealed anew over the place', 'with gone as (delete from roadbed.event where sequence in (27, 28)) delete from roadbed.event_seal where number = 3', 21, /not the segment/],
      ['a segment signed anew without the key', `update roadbed.event_seal set signature = sha256(hash) where number = 2`, 11, /forged/],
      ['a digest replaced in a segment', `update roadbed.event_seal set rows = overlay(rows placing sha256('x') from 9) where number = 2`, 11, /hash/],
    ] as const) {
      test(`finds ${what}, and names the sequence`, async () => {
        if (what.startsWith('two rows')) await database.pool.query('update roadbed.event set sequence = -5 where sequence = 5');
        if (what.startsWith('two rows')) await database.pool.query('update roadbed.event set sequence = 5 where sequence = 6');
        await database.pool.query(tamper);
        const verification = await store.events.verify();
        expect(verification.ok).toBe(false);
        expect(verification.problem?.sequence).toBe(sequence);
        expect(verification.problem?.message).toMatch(message);
      });
    }
  });

  test('two replicas seal every row once', async () => {
    const theirs = await database.reopen();
    const second = await openStore(theirs, { sealKeys: [key] });
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.all([store.events.append([event('a')]), second.events.append([event('b')]), store.events.seal(), second.events.seal()]);
    }
    expect(await second.events.verify()).toMatchObject({ ok: true, rows: 40, unsealed: 0 });
    await second.close();
    await theirs.close();
  });

  test('is verified after the key was changed, as long as the old one is known', async () => {
    await store.events.append([event('a')]);
    await store.close();
    const next = { id: 'k2', secret: Buffer.from('second') };
    store = await openStore(database, { sealKeys: [next, key] });
    await store.events.append([event('b')]);
    expect(await store.events.verify()).toMatchObject({ ok: true, rows: 2, segments: 2 });
    await store.close();
    store = await openStore(database, { sealKeys: [next] });
    expect((await store.events.verify()).problem).toMatchObject({ sequence: 1, message: expect.stringMatching(/unknown key k1/) as string });
  });
});
