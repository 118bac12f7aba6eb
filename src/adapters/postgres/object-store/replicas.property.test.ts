/**
 * The law of the feed: whatever two replicas write at the same time, every follower sees each key's versions
 * strictly rising, nothing twice, nothing left out, and what it has at the end is what a list shows.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiObject } from '../../../domain/object.ts';
import type { ObjectKey, StoreChange, StoreWrite } from '../../../ports/object-store.ts';
import type { Database } from '../connect.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../open-store.ts';
import { testDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';

const sealKeys = [{ id: 'test', secret: Buffer.from('seal') }] as const;
let first: TestDatabase;
let second: Database;
let stores: [Store, Store];
let run = 0;

beforeAll(async () => {
  first = await testDatabase();
  second = await first.reopen();
  stores = [await openStore(first, { sealKeys }), await openStore(second, { sealKeys })];
});

afterAll(async () => {
  for (const store of stores) await store.close();
  await second.close();
  await first.drop();
});

interface Step {
  replica: 0 | 1;
  /** Several writes are one request, all or nothing. */
  writes: { action: 'create' | 'update' | 'delete'; name: string }[];
  pause: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  replica: fc.constantFrom(0, 1),
  writes: fc.uniqueArray(fc.record({ action: fc.constantFrom('create', 'update', 'delete'), name: fc.constantFrom('a', 'b', 'c', 'd', 'e') }), { minLength: 1, maxLength: 3, selector: (write) => write.name }),
  pause: fc.boolean(),
});

function objectNamed(name: string, turn: number): ApiObject {
  return { apiVersion: 'g/v1', kind: 'K', metadata: { name, uid: `${name}-${turn}`, resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { turn } };
}

interface Picture {
  seen: string[];
  state: Map<string, string>;
  /** What broke the law; collected, because the store keeps a follower's exception to itself. */
  problems: string[];
  stop(): void;
}

/** A follower's own picture of the kind, checked as it is built. */
function picture(store: Store, plural: string): Picture {
  const seen: string[] = [];
  const problems: string[] = [];
  const state = new Map<string, string>();
  const newest = new Map<string, bigint>();
  let position = store.objects.position();
  const watch = store.objects.follow(position, (change: StoreChange) => {
    if (change.stored.key.plural !== plural) return;
    const { name } = change.stored.key;
    const version = change.stored.resourceVersion;
    if (version <= position) problems.push(`${version} came after ${position}`);
    if (version <= (newest.get(name) ?? 0n)) problems.push(`${name} went back to ${version}`);
    if ((change.type === 'ADDED') === state.has(name)) problems.push(`${change.type} of ${name} does not fit`);
    if (change.previous?.json !== state.get(name)) problems.push(`previous of ${name} at ${version} is not what was seen`);
    position = version;
    newest.set(name, version);
    if (change.type === 'DELETED') state.delete(name);
    else state.set(name, change.stored.json);
    seen.push(`${change.type} ${change.stored.json}`);
  });
  return { seen, state, problems, stop: () => (watch === 'expired' ? undefined : watch.stop()) };
}

function listed(store: Store, plural: string): string[] {
  return store.objects.list('g', plural).map((stored) => stored.json);
}

test('followers of two replicas see the same changes in the same order, and end equal to a list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      const plural = `things${++run}`;
      const pictures = stores.map((store) => picture(store, plural));
      const running: Promise<{ ok: boolean }>[] = [];
      for (const [turn, { replica, writes, pause }] of steps.entries()) {
        const { objects } = stores[replica];
        const requests = writes.map(({ action, name }): StoreWrite => {
          const key: ObjectKey = { group: 'g', plural, namespace: 'n', name };
          const object = objectNamed(name, turn);
          const expected = objects.get(key)?.resourceVersion ?? 1n;
          return action === 'create' ? { action, key, object } : { action, key, object, expected };
        });
        running.push(objects.write(requests, []));
        if (pause) await running.at(-1);
      }
      const results = await Promise.all(running);
      const newest = stores.map((store) => store.objects.position()).sort((a, b) => (a < b ? 1 : -1))[0] ?? 0n;
      for (const store of stores) expect(await store.objects.reached(newest, 10_000)).toBe(true);
      const accepted = steps.filter((_, index) => results[index]?.ok).reduce((sum, { writes }) => sum + writes.length, 0);
      const [here, there] = pictures;
      expect(pictures.flatMap(({ problems }) => problems)).toEqual([]);
      expect(here?.seen).toHaveLength(accepted);
      expect(there?.seen).toEqual(here?.seen);
      for (const [index, store] of stores.entries()) expect(listed(store, plural)).toEqual([...(pictures[index]?.state ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, json]) => json));
      const { rows } = await first.pool.query<{ body: string }>('select body from roadbed.object where plural = $1 order by name', [plural]);
      expect(rows.map(({ body }) => body)).toEqual(listed(stores[0], plural));
      for (const { stop } of pictures) stop();
    }),
    { numRuns: 40, endOnFailure: true },
  );
});
