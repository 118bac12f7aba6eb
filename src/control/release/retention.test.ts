import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createArtifactStore } from '../../adapters/artifacts/store.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import { memoryObjects, type MemoryObjects } from '../rollout/testing/memory-objects.ts';
import { makeSpec } from '../rollout/testing/simulated-world.ts';
import { sweepReleases, type RetentionDeps } from './retention.ts';

let folder: string;
let objects: MemoryObjects;
let artifacts: ReturnType<typeof createArtifactStore>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roadbed-retention-'));
  objects = memoryObjects(() => 0);
  artifacts = createArtifactStore({ folder: join(folder, 'store'), unpackFolder: join(folder, 'unpacked'), signer: {} as never, clock: { now: () => Date.now(), monotonic: () => 0 } });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = (kind: string, name: string, spec: unknown): Promise<unknown> => objects.create({ apiVersion: API_VERSION, kind, metadata: { name, namespace: 'shop' }, spec });

/** An artifact that was packed two hours ago. */
async function packed(content: string): Promise<string> {
  const source = await mkdtemp(join(folder, 'source-'));
  await writeFile(join(source, 'server.js'), content);
  const { digest } = await artifacts.pack(source, []);
  const hex = digest.slice('sha256:'.length);
  const old = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(folder, 'store', hex.slice(0, 2), `${hex}.tar`), old, old);
  return digest;
}

async function release(number: number): Promise<string> {
  const digest = await packed(`release ${number}`);
  await put('Release', `cart-${number}`, { ...makeSpec('cart', number), artifact: { digest, size: 1, mediaType: '' } });
  return digest;
}

const sweep = (desired: string): ReturnType<typeof sweepReleases> =>
  sweepReleases({ objects, artifacts, log: { warn: () => undefined }, limits: { releases: 2, verified: 1 }, desiredState: { list: async () => [{ namespace: 'shop', service: 'cart', environment: 'dev', release: desired, hash: '', replicas: 1 }] } as RetentionDeps['desiredState'] });

test('old releases go with their artifacts; what runs, is wanted, is held or is being built stays', async () => {
  const digests = [];
  for (let number = 1; number <= 8; number += 1) digests.push(await release(number));
  await put('Rollout', 'cart.prod', { service: 'cart', environment: 'prod', release: 'cart-2', replicas: 1 });
  const rollout = await objects.get('roadbed.dev/Rollout', 'shop', 'cart.prod');
  if (rollout !== undefined) await objects.updateStatus({ ...rollout, status: { phase: 'Progressing', stable: { release: 'cart-1', since: '' }, attempt: { release: 'cart-2', from: 'cart-1' } } });
  const hold = { service: 'cart', environment: 'prod', release: 'cart-3', hash: '', commit: '', sequence: 3, reason: 'r', by: 'b', chain: 'c' };
  await put('Hold', 'held', hold);
  await put('Hold', 'lifted', { ...hold, release: 'cart-5', lifted: { by: 'b', reason: 'r', at: '' } });
  const building = await packed('not released yet');
  await put('PipelineRun', 'run', { repository: 'cart' });
  const run = await objects.get('roadbed.dev/PipelineRun', 'shop', 'run');
  if (run !== undefined) await objects.updateStatus({ ...run, status: { phase: 'Running', artifact: { digest: building, size: 1 } } });
  const loose = await packed('of a branch that is gone');

  expect(await sweep('cart-4')).toEqual({ releases: 2, artifacts: 3 });
  expect((await objects.list('roadbed.dev/Release')).map(({ metadata }) => metadata.name).sort()).toEqual(['cart-1', 'cart-2', 'cart-3', 'cart-4', 'cart-7', 'cart-8']);
  const there = await Promise.all([...digests, building, loose].map((digest) => artifacts.has(digest)));
  expect(there).toEqual([true, true, true, true, false, false, true, true, true, false]);
  expect(await sweep('cart-4')).toEqual({ releases: 0, artifacts: 0 });
});

test('an artifact that was packed just now stays, though nothing names it yet', async () => {
  const source = await mkdtemp(join(folder, 'source-'));
  await writeFile(join(source, 'a'), 'new');
  const { digest } = await artifacts.pack(source, []);
  expect(await sweep('none')).toEqual({ releases: 0, artifacts: 0 });
  expect(await artifacts.has(digest)).toBe(true);
});
