import { expect, test } from 'vitest';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import { claimName, claimResources, releaseClaims, type ClaimObject } from './resource-claims.ts';
import { memoryObjects, type MemoryObjects } from './testing/memory-objects.ts';
import { createWorkloads } from './workloads.ts';
import { makeSpec } from './testing/simulated-world.ts';
import type { ReleaseObject } from './world.ts';

const PLACE = { namespace: 'shop', environment: 'prod' };
const KIND = 'roadbed.dev/ResourceClaim';

function workload(name: string, resources: NonNullable<ScoreDocument['resources']>): ScoreDocument {
  return { apiVersion: 'score.dev/v1b1', metadata: { name }, containers: { main: { image: '.', command: ['node', 'a.js'], variables: { URL: '${resources.db.host}' } } }, resources };
}

/** What the claims' own controller does. */
async function bind(objects: MemoryObjects, type: string, outputs: Record<string, unknown>, phase: 'Bound' | 'Failed' = 'Bound'): Promise<void> {
  for (const claim of await objects.list<ClaimObject>(KIND)) {
    if (claim.spec.type === type) await objects.updateStatus({ ...claim, status: { phase, outputs, ...(phase === 'Failed' ? { message: 'the disk is full' } : {}) } });
  }
}

test('resources are claimed, waited for by name, and found again', async () => {
  const objects = memoryObjects(() => 0);
  const document = workload('cart', { db: { type: 'postgres' } });
  expect((await claimResources(objects, PLACE, document)).resources).toEqual({ state: 'waiting', message: 'db (postgres) is Pending' });
  await bind(objects, 'postgres', { host: '127.0.0.1' });
  const writes = objects.writes;
  expect(await claimResources(objects, PLACE, document)).toMatchObject({ resources: { state: 'bound' }, claims: { db: { spec: { uid: 'postgres.default#cart.db', workloads: ['cart'] } } } });
  expect(objects.writes).toBe(writes);
});

test('a parameter that uses another resource waits for it', async () => {
  const objects = memoryObjects(() => 0);
  const document = workload('cart', { way: { type: 'route', params: { host: '${resources.name.host}', path: '/', port: 80 } }, name: { type: 'dns' } });
  expect((await claimResources(objects, PLACE, document)).resources).toEqual({ state: 'waiting', message: 'way (route) needs other resources first; name (dns) is Pending' });
  await bind(objects, 'dns', { host: 'cart.test' });
  await claimResources(objects, PLACE, document);
  expect((await objects.list<ClaimObject>(KIND)).find((claim) => claim.spec.type === 'route')?.spec.params).toEqual({ host: 'cart.test', path: '/', port: 80 });
});

test('what cannot be provisioned fails with its reason', async () => {
  const objects = memoryObjects(() => 0);
  const document = workload('cart', { db: { type: 'postgres' } });
  await claimResources(objects, PLACE, document);
  await bind(objects, 'postgres', {}, 'Failed');
  expect((await claimResources(objects, PLACE, document)).resources).toEqual({ state: 'failed', message: 'db (postgres): the disk is full' });
});

test('one identity is one claim for two workloads, and stays while one of them uses it', async () => {
  const objects = memoryObjects(() => 0);
  for (const name of ['cart', 'checkout']) await claimResources(objects, PLACE, workload(name, { db: { type: 'postgres', id: 'shared' } }));
  const name = claimName('prod', 'postgres', 'postgres.default#shared');
  expect((await objects.get<ClaimObject>(KIND, 'shop', name))?.spec.workloads).toEqual(['cart', 'checkout']);
  await releaseClaims(objects, PLACE, 'cart');
  expect((await objects.get<ClaimObject>(KIND, 'shop', name))?.spec.workloads).toEqual(['checkout']);
  await releaseClaims(objects, PLACE, 'checkout');
  expect(await objects.list(KIND), 'nothing was made for it').toEqual([]);
});

test('of a service that leaves, what may hold data is kept without a user, and the rest is given up', async () => {
  const objects = memoryObjects(() => 0);
  const document = workload('cart', { db: { type: 'postgres' }, files: { type: 'volume' }, name: { type: 'dns' } });
  await claimResources(objects, PLACE, document);
  for (const claim of await objects.list<ClaimObject>(KIND)) await objects.update({ ...claim, metadata: { ...claim.metadata, finalizers: ['roadbed.dev/resource'] } });
  await releaseClaims(objects, PLACE, 'cart');
  const left = (await objects.list<ClaimObject>(KIND)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  expect(left.map(({ spec }) => [spec.type, spec.workloads]).sort()).toEqual([['postgres', []], ['volume', []]]);
  await claimResources(objects, PLACE, document);
  expect((await objects.get<ClaimObject>(KIND, 'shop', claimName('prod', 'postgres', 'postgres.default#cart.db')))?.spec.workloads).toEqual(['cart']);
});

test('a workload that can never run fails while it is prepared, with its own sentence', async () => {
  const objects = memoryObjects(() => 0);
  const spec = { ...makeSpec('cart', 1), workload: workload('cart', { db: { type: 'postgres' } }) };
  const release = { apiVersion: '', kind: 'Release', metadata: { name: 'cart-1', namespace: 'shop' }, spec } as unknown as ReleaseObject;
  const workloads = createWorkloads({ objects, artifact: async () => ({ folder: '/nowhere', tree: { read: async () => undefined } }), claimOutputs: async (claim) => claim.status?.outputs ?? {}, secrets: { resolve: async () => ({}) }, programs: { node: 'node', staticServer: 's' } });
  const request = { ...PLACE, release };
  await workloads.resources(request);
  await expect(workloads.revision(request, 1)).rejects.toMatchObject({ code: 'ROADBED-3302', retry: 'backoff' });
  await bind(objects, 'postgres', { port: 5432 });
  expect(await workloads.resources(request)).toMatchObject({ state: 'failed', message: expect.stringContaining("key 'host' not found") as string });
  await bind(objects, 'postgres', { host: 'db.local' });
  expect(await workloads.resources(request)).toEqual({ state: 'bound' });
  expect((await workloads.revision(request, 2)).containers[0]?.environment).toEqual({ URL: 'db.local' });
});

test('secrets through an environment resource are those that the release pins, also after newer ones were set', async () => {
  const objects = memoryObjects(() => 0);
  const document: ScoreDocument = { ...workload('cart', { env: { type: 'environment', params: { LEVEL: 'warn', KEY: 'none' } } }), containers: { main: { image: '.', command: ['a'], variables: { URL: '${resources.env.LEVEL}/${resources.env.KEY}' } } } };
  const workloads = createWorkloads({ objects, artifact: async () => ({ folder: '/nowhere', tree: { read: async () => undefined } }), claimOutputs: async (claim) => ({ ...claim.spec.params }), secrets: { resolve: async (_scope, pinned) => Object.fromEntries(Object.entries(pinned).map(([name, version]) => [name, `version-${version}`])) }, programs: { node: 'node', staticServer: 's' } });
  const pinning = (version: number): ReleaseObject => ({ apiVersion: '', kind: 'Release', metadata: { name: `cart-${version}`, namespace: 'shop' }, spec: { ...makeSpec('cart', 1), workload: document, secrets: { prod: { KEY: version } } } }) as unknown as ReleaseObject;
  await workloads.resources({ ...PLACE, release: pinning(1) });
  await bind(objects, 'environment', {});
  for (const version of [2, 1]) expect((await workloads.revision({ ...PLACE, release: pinning(version) }, 1)).containers[0]?.environment).toMatchObject({ URL: `warn/version-${version}` });
});

test('corrected parameters are not refused for what was wrong with the old ones, nor a cause that passes for a refusal', async () => {
  const objects = memoryObjects(() => 0);
  const asking = (host: string): ScoreDocument => workload('cart', { way: { type: 'route', params: { host } } });
  const status = async (claimStatus: Record<string, unknown>): Promise<void> => {
    for (const claim of await objects.list<ClaimObject>(KIND)) await objects.updateStatus({ ...claim, status: { observedGeneration: claim.metadata.generation, ...claimStatus } as ClaimObject['status'] & object });
  };
  await claimResources(objects, PLACE, asking('taken.test'));
  await status({ phase: 'Pending', message: 'the server is starting' });
  expect((await claimResources(objects, PLACE, asking('taken.test'))).resources).toEqual({ state: 'waiting', message: 'way (route) is Pending: the server is starting' });
  await status({ phase: 'Failed', message: 'it belongs to another team' });
  expect((await claimResources(objects, PLACE, asking('taken.test'))).resources).toMatchObject({ state: 'failed' });
  expect((await claimResources(objects, PLACE, asking('own.test'))).resources).toEqual({ state: 'waiting', message: 'way (route) is Pending' });
});
