/** Two replicas of the object API on one PostgreSQL: what every watcher of either may rely on. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../adapters/postgres/connect.ts';
import { openIdentities } from '../../adapters/postgres/identities.ts';
import { openStore } from '../../adapters/postgres/open-store.ts';
import { testDatabase } from '../../adapters/postgres/testing/database.ts';
import type { TestDatabase } from '../../adapters/postgres/testing/database.ts';
import { KINDS } from '../../domain/kinds/registry.ts';
import type { Objects } from '../../ports/objects.ts';
import { objectClient } from './client.ts';
import { serveKinds } from './served-kinds.ts';
import { createObjectService } from './service.ts';
import type { ObjectService } from './service.ts';
import { httpWorld } from './testing/http.ts';
import type { HttpWorld } from './testing/http.ts';
import { PLATFORM, claim } from './testing/world.ts';

interface Replica {
  service: ObjectService;
  platform: Objects;
  http: HttpWorld;
  stop(): Promise<void>;
}

const KIND = 'roadbed.dev/ResourceClaim';
const CLAIMS = '/apis/roadbed.dev/v1alpha1/namespaces/payments/resourceclaims';
const sealKeys = [{ id: 'test', secret: randomBytes(32) }] as const;
let database: TestDatabase;
let replicas: [Replica, Replica];

async function openReplica(connection: Database): Promise<Replica> {
  const store = await openStore(connection, { sealKeys });
  const identities = await openIdentities(connection);
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const service = createObjectService({ kinds: serveKinds(KINDS), store: store.objects, events: store.events, identities, clock });
  const http = await httpWorld(service, PLATFORM);
  return {
    service,
    http,
    platform: objectClient(service, PLATFORM),
    async stop() {
      await http.stop();
      service.stop();
      await store.close();
      await identities.close();
      if (connection !== database) await connection.close();
    },
  };
}

beforeAll(async () => {
  database = await testDatabase();
  replicas = [await openReplica(database), await openReplica(await database.reopen())];
  await replicas[0].platform.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' }, spec: {} });
  await replicas[1].service.foundation.store.reached(replicas[0].service.foundation.store.position(), 5_000);
}, 60_000);

afterAll(async () => {
  for (const replica of replicas ?? []) await replica.stop();
  await database?.drop();
});

const tolerated = (error: unknown): void => {
  const known = ['already-exists', 'not-found', 'conflict'];
  if (!known.includes((error as { class?: string }).class ?? '')) throw error;
};

test('every watcher sees each change once and in order, whoever made it, and ends equal to a list', async () => {
  const step = fc.record({ replica: fc.nat(1), name: fc.constantFrom('a', 'b', 'c'), act: fc.constantFrom('create', 'patch', 'delete'), value: fc.nat(100) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const from = replicas[0].service.foundation.store.position();
      await replicas[1].service.foundation.store.reached(from, 5_000);
      const before = new Map((await replicas[0].platform.list(KIND, { namespace: 'payments' })).map((object) => [object.metadata.name, object.metadata.resourceVersion]));
      const watches = replicas.map((replica) => replica.http.watch(`${CLAIMS}?watch=true&resourceVersion=${from}`));
      await Promise.all(
        steps.map(async ({ replica, name, act, value }) => {
          const { platform } = replicas[replica as 0 | 1];
          if (act === 'create') await platform.create(claim(name)).catch(tolerated);
          else if (act === 'delete') await platform.delete(KIND, 'payments', name).catch(tolerated);
          else await platform.patch(KIND, 'payments', name, { spec: { params: { value } } }).catch(tolerated);
        }),
      );
      const positions = replicas.map(({ service }) => service.foundation.store.position());
      const end = positions.reduce((a, b) => (a > b ? a : b));
      for (const { service } of replicas) await service.foundation.store.reached(end, 5_000);
      const lists = await Promise.all(replicas.map(async ({ platform }) => (await platform.list(KIND, { namespace: 'payments' })).map((object) => `${object.metadata.name}@${object.metadata.resourceVersion}`)));
      expect(lists[0]).toEqual(lists[1]);
      for (const watch of watches) {
        await expect.poll(() => String(watch.events.at(-1)?.object.metadata.resourceVersion ?? from)).toBe(String(end));
        const versions = watch.events.map(({ object }) => Number(object.metadata.resourceVersion));
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
        const seen = new Map(before);
        for (const { type, object } of watch.events) {
          if (type === 'DELETED') seen.delete(object.metadata.name);
          else seen.set(object.metadata.name, object.metadata.resourceVersion);
        }
        expect([...seen].map(([name, version]) => `${name}@${version}`).sort()).toEqual([...(lists[0] ?? [])].sort());
        watch.stop();
      }
      expect(watches[0]?.events).toEqual(watches[1]?.events);
    }),
    { numRuns: 12 },
  );
});

test('two replicas that count up the same field lose no count', async () => {
  await replicas[0].platform.create(claim('counter', { params: { count: 0 } }));
  const target = { kind: replicas[0].service.kinds.byName(KIND) as NonNullable<ReturnType<ObjectService['kinds']['byName']>>, namespace: 'payments', name: 'counter' };
  const context = { identity: PLATFORM, manager: 'counter', dryRun: false, fieldValidation: 'Strict' as const, duplicates: [], warnings: [] };
  const countUp = async (replica: Replica): Promise<void> => {
    for (;;) {
      try {
        await replica.service.update('patch', target, context, true, (old) => ({ candidate: { ...old, spec: { ...(old.spec as object), params: { count: (old.spec as { params: { count: number } }).params.count + 1 } } } }));
        return;
      } catch (error) {
        tolerated(error);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };
  await replicas[1].service.foundation.store.reached(replicas[0].service.foundation.store.position(), 5_000);
  await Promise.all(replicas.flatMap((replica) => Array.from({ length: 10 }, () => countUp(replica))));
  await expect.poll(async () => ((await replicas[1].platform.get(KIND, 'payments', 'counter'))?.spec as { params: { count: number } }).params.count).toBe(20);
});
