/** The data behind a claim, with real PostgreSQL: it outlives the rollout and goes with the claim. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../adapters/postgres/testing/database.ts';
import { createPostgresProvisioner } from '../../adapters/provision/postgres.ts';
import { openSecretStore, type SecretStore } from '../../adapters/secrets/secret-store.ts';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import { MemoryObjects } from '../loop/testing/memory-objects.ts';
import { claimResources, releaseClaims } from '../rollout/resource-claims.ts';
import { claimOutputs, resourceClaimReconciler, type ResourceClaim } from './reconciler.ts';

const KIND = 'roadbed.dev/ResourceClaim';
const PLACE = { namespace: 'shop', environment: 'prod' };
const CART: ScoreDocument = { apiVersion: 'score.dev/v1b1', metadata: { name: 'cart' }, containers: { main: { image: '.' } }, resources: { db: { type: 'postgres' } } };

let database: TestDatabase;
let secrets: SecretStore;
let folder: string;
const objects = new MemoryObjects();

beforeAll(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'roadbed-kept-data-'));
  ({ secrets } = await openSecretStore(database, join(folder, 'master-key.json')));
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function settle(): Promise<void> {
  const { rows } = await database.pool.query<{ port: string }>('show port');
  const address = database.server?.tcp ?? { host: '127.0.0.1', port: Number(rows[0]?.port) };
  const provisioner = createPostgresProvisioner({ connection: database.connection, address: () => address, secrets });
  const reconciler = resourceClaimReconciler({ objects, secrets, clock: { now: () => Date.now(), monotonic: () => 0 }, provisioners: [provisioner] });
  for (const { metadata } of await objects.list<ResourceClaim>(KIND)) await reconciler.reconcile({ namespace: 'shop', name: metadata.name });
}

async function ask(statement: string): Promise<unknown[]> {
  const [claim] = await objects.list<ResourceClaim>(KIND);
  if (claim === undefined) throw new Error('there is no claim');
  const { host, port, database: name, username, password } = (await claimOutputs(secrets)(claim)) as Record<string, string>;
  const client = new pg.Client({ host, port: Number(port), database: name, user: username, password });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

test('what a service stored is there again after its rollout was deleted, and gone once the claim is', async () => {
  await claimResources(objects, PLACE, CART);
  await settle();
  await ask("create table orders as select 'one' as item");

  await releaseClaims(objects, PLACE, 'cart');
  await settle();
  expect((await objects.list<ResourceClaim>(KIND))[0]?.status).toMatchObject({ phase: 'Bound', message: expect.stringContaining('used by no service; its data is kept') as string });

  expect((await claimResources(objects, PLACE, CART)).resources).toEqual({ state: 'bound' });
  expect(await ask('select item from orders')).toEqual([{ item: 'one' }]);

  const [claim] = await objects.list<ResourceClaim>(KIND);
  const name = claim?.status?.outputs?.['database'];
  await objects.delete(KIND, 'shop', claim?.metadata.name ?? '');
  await settle();
  expect((await database.pool.query('select 1 from pg_database where datname = $1', [name])).rows).toEqual([]);
});
