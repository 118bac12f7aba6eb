import { beforeEach, expect, test } from 'vitest';
import type { RolloutStatus } from '../../domain/kinds/rollout.ts';
import { fixedPortConflict } from './fixed-ports.ts';
import { memoryObjects, type MemoryObjects } from './testing/memory-objects.ts';
import { makeSpec } from './testing/simulated-world.ts';
import type { ReleaseObject } from './world.ts';

let objects: MemoryObjects;
beforeEach(() => {
  objects = memoryObjects(() => 0);
});

/** A release whose program listens on `port` and nowhere else; on any port for `undefined`. */
async function release(namespace: string, service: string, number: number, port: number | undefined): Promise<ReleaseObject> {
  const spec = makeSpec(service, number);
  const workload = { ...spec.workload, service: { ports: { web: { port: 80, ...(port === undefined ? {} : { targetPort: port }) } } } };
  return await objects.create<ReleaseObject>({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Release', metadata: { name: `${service}-${number}`, namespace }, spec: { ...spec, workload } });
}

async function rollout(namespace: string, service: string, environment: string, status: Partial<RolloutStatus>): Promise<void> {
  const made = await objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Rollout', metadata: { name: `${service}.${environment}`, namespace }, spec: { service, environment, replicas: 1 } });
  await objects.updateStatus({ ...made, status });
}
const attempt = (of: string, startedAt: string, finishedAt?: string) => ({ attempt: { number: 1, release: of, startedAt, phase: 'Preparing', ...(finishedAt === undefined ? {} : { finishedAt }) } }) as unknown as Partial<RolloutStatus>;
const stable = (of: string) => ({ stable: { release: of } }) as unknown as Partial<RolloutStatus>;

test('prod of a service whose dev has the port is refused, naming the owner', async () => {
  const one = await release('shop', 'legacy', 1, 9000);
  await rollout('shop', 'legacy', 'dev', { ...stable('legacy-1'), ...attempt('legacy-1', '2025-01-01T00:00:00Z') });
  await rollout('shop', 'legacy', 'prod', attempt('legacy-1', '2026-01-01T00:00:00Z'));
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: one })).toMatch(/^ROADBED-3303: legacy insists on port 9000 \(web\), which legacy in dev \(team shop, release legacy-1\) has already\. .*\$PORT/);
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'dev', release: one })).toBeUndefined();
});

test('another service of another team is named with its team', async () => {
  await release('billing', 'ledger', 1, 9000);
  await rollout('billing', 'ledger', 'prod', stable('ledger-1'));
  const mine = await release('shop', 'legacy', 1, 9000);
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: mine })).toContain('ledger in prod (team billing, release ledger-1)');
  const other = await release('shop', 'legacy', 2, 9001);
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: other })).toBeUndefined();
});

test('a new release of the same service cannot have the port while the old one serves', async () => {
  await release('shop', 'legacy', 1, 9000);
  const next = await release('shop', 'legacy', 2, 9000);
  await rollout('shop', 'legacy', 'prod', { ...stable('legacy-1'), ...attempt('legacy-2', '2026-01-01T00:00:00Z') });
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: next })).toContain('its own release legacy-1 has while it serves');
});

test('of two that begin together exactly one is refused; one that ended stands in nobody\'s way', async () => {
  const [first, second] = [await release('shop', 'aaa', 1, 9000), await release('shop', 'bbb', 1, 9000)];
  for (const name of ['aaa', 'bbb']) await rollout('shop', name, 'prod', attempt(`${name}-1`, '2026-01-01T00:00:00Z'));
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: first })).toBeUndefined();
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: second })).toContain('aaa in prod');
  await rollout('shop', 'ccc', 'prod', attempt('aaa-1', '2025-01-01T00:00:00Z', '2025-01-01T00:01:00Z'));
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: first })).toBeUndefined();
});

test('a program that takes the port it is given is in nobody\'s way', async () => {
  const free = await release('shop', 'modern', 1, undefined);
  await rollout('shop', 'modern', 'dev', stable('modern-1'));
  expect(await fixedPortConflict(objects, { namespace: 'shop', environment: 'prod', release: free })).toBeUndefined();
});
