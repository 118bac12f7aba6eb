import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ObjectEvent } from '../../ports/objects.ts';
import { claim, testWorld } from './testing/world.ts';

const KIND = 'roadbed.dev/ResourceClaim';
const MANY = 1_200;

async function filled(): Promise<Awaited<ReturnType<typeof testWorld>>> {
  const world = await testWorld();
  for (let index = 0; index < MANY; index++) await world.platform.create(claim(`c-${String(index).padStart(4, '0')}`));
  return world;
}

test('a watch of many objects lets others work in between, and shows what changed meanwhile after what was there', async () => {
  const { platform } = await filled();
  const seen: ObjectEvent[] = [];
  const watch = platform.watch(KIND, (event) => seen.push(event));
  expect(seen.length).toBeLessThan(MANY);
  await platform.patch(KIND, 'payments', `c-${MANY - 1}`, { spec: { params: { size: 2 } } });
  await platform.delete(KIND, 'payments', 'c-0000');
  while (seen.length < MANY + 2) await nextTurn();
  expect(seen.slice(0, MANY).every((event) => event.type === 'ADDED')).toBe(true);
  expect(new Set(seen.slice(0, MANY).map((event) => event.object.metadata.name)).size).toBe(MANY);
  expect(seen.slice(MANY).map((event) => `${event.type} ${event.object.metadata.name}`)).toEqual([`MODIFIED c-${MANY - 1}`, 'DELETED c-0000']);
  watch.stop();
});

test('a watch that is stopped while it still shows what is there ends', async () => {
  const { platform } = await filled();
  const seen: ObjectEvent[] = [];
  platform.watch(KIND, (event) => seen.push(event)).stop();
  const shown = seen.length;
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  expect(seen).toHaveLength(shown);
});

test('who may read one team watches that team, and no other', async () => {
  const { platform, as } = await testWorld();
  await platform.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name: 'vera', namespace: 'payments' }, spec: { role: 'viewer', subjects: ['user:vera'] } });
  const vera = as('user:vera');
  expect(() => vera.watch(KIND, () => undefined)).toThrow(/cannot watch/);
  expect(() => vera.watch(KIND, () => undefined, { namespace: 'orders' })).toThrow(/cannot watch/);
  const seen: string[] = [];
  const watch = vera.watch(KIND, ({ object }) => seen.push(`${object.metadata.namespace}/${object.metadata.name}`), { namespace: 'payments' });
  await platform.create({ ...claim('foreign'), metadata: { name: 'foreign', namespace: 'orders' } });
  await platform.create(claim('own'));
  expect(seen).toEqual(['payments/own']);
  watch.stop();
});
