import { expect, test } from 'vitest';
import type { Secrets } from '../../ports/secrets.ts';
import { memoryObjects } from '../rollout/testing/memory-objects.ts';
import { makeSpec } from '../rollout/testing/simulated-world.ts';
import { makeRelease, releaseWithNewSecrets, type ReleaseRequest } from './make-release.ts';

function rig(): { objects: ReturnType<typeof memoryObjects>; secrets: Secrets; versions: Record<string, Record<string, number>> } {
  const versions: Record<string, Record<string, number>> = { prod: { API_KEY: 1 } };
  const secrets = { versions: async ({ environment }: { environment: string }) => ({ ...versions[environment] }) } as unknown as Secrets;
  return { objects: memoryObjects(() => 0), secrets, versions };
}

function request(number: number, change: Partial<ReleaseRequest> = {}): ReleaseRequest {
  const { service, artifact, workload, configuration, source } = makeSpec('cart', number);
  return { namespace: 'shop', chain: `chain-${number}`, by: 'service:pipeline-controller', service, artifact, workload, configuration, source, environments: ['dev', 'prod'], ...change };
}

test('a release is made with its event, pins the secret versions of each environment, and is found again by its content', async () => {
  const { objects, secrets } = rig();
  const first = await makeRelease({ objects, secrets }, request(1));
  expect(first.spec.secrets).toEqual({ prod: { API_KEY: 1 } });
  expect(first.metadata).toMatchObject({ name: expect.stringMatching(/^cart-[0-9a-f]{12}$/) as string, annotations: { 'roadbed.dev/chain': 'chain-1' } });
  expect((await makeRelease({ objects, secrets }, request(1))).metadata.uid).toBe(first.metadata.uid);
  expect(objects.events.map((event) => event.kind)).toEqual(['release.created']);
});

test('new secret versions make a new release of the same artifact; without a change it is the same', async () => {
  const { objects, secrets, versions } = rig();
  const first = await makeRelease({ objects, secrets }, request(1));
  const again = { namespace: 'shop', release: first.metadata.name, environment: 'prod', chain: 'rotation', by: 'user:ada' };
  expect((await releaseWithNewSecrets({ objects, secrets }, again)).metadata.name).toBe(first.metadata.name);
  versions['prod'] = { API_KEY: 2 };
  const rotated = await releaseWithNewSecrets({ objects, secrets }, again);
  expect(rotated.metadata.name).not.toBe(first.metadata.name);
  expect(rotated.spec).toMatchObject({ artifact: first.spec.artifact, source: first.spec.source, secrets: { prod: { API_KEY: 2 } } });
  await expect(releaseWithNewSecrets({ objects, secrets }, { ...again, release: 'nobody' })).rejects.toMatchObject({ code: 'ROADBED-3310' });
});

test('an environment without secrets is not part of the content', async () => {
  const { objects, secrets } = rig();
  const one = await makeRelease({ objects, secrets }, request(1, { environments: ['prod'] }));
  expect((await makeRelease({ objects, secrets }, request(1, { environments: ['dev', 'prod', 'live'] }))).metadata.name).toBe(one.metadata.name);
});

test('two at once make one', async () => {
  const { objects, secrets } = rig();
  const both = await Promise.all([makeRelease({ objects, secrets }, request(1)), makeRelease({ objects, secrets }, request(1))]);
  expect(new Set(both.map((release) => release.metadata.uid)).size).toBe(1);
});
