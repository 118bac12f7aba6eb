import { expect, test } from 'vitest';
import type { ApiObject } from '../../domain/object.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { claim, testWorld } from './testing/world.ts';

const KIND = 'roadbed.dev/ResourceClaim';
const ownedBy = (name: string, owner: ApiObject, blocks = true): ReturnType<typeof claim> => {
  const ownerReferences = [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, blockOwnerDeletion: blocks }];
  return { ...claim(name), metadata: { name, namespace: 'payments', ownerReferences } as never };
};

test('what belongs to a vanished owner goes, down the whole line, also when the collector was not there', async () => {
  const { platform, service } = await testWorld();
  const owner = await platform.create(claim('owner'));
  const child = await platform.create(ownedBy('child', owner));
  await platform.create(ownedBy('grandchild', child));
  await platform.delete(KIND, 'payments', 'owner');
  const collector = startGarbageCollector(service, (error) => expect.fail(String(error)));
  await expect.poll(() => platform.list(KIND, { namespace: 'payments' })).toEqual([]);
  await collector.stop();
});

test('an object with another owner left stays, without the reference to the one that is gone', async () => {
  const { platform, service } = await testWorld();
  const collector = startGarbageCollector(service, (error) => expect.fail(String(error)));
  const [one, two] = [await platform.create(claim('one')), await platform.create(claim('two'))];
  const both = [one, two].map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name, uid: metadata.uid }));
  await platform.create({ ...claim('child'), metadata: { name: 'child', namespace: 'payments', ownerReferences: both } });
  await platform.delete(KIND, 'payments', 'one');
  await expect.poll(async () => (await platform.get(KIND, 'payments', 'child'))?.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['two']);
  await collector.stop();
});

test('a new object under an old owner\'s name is not the owner', async () => {
  const { platform, service } = await testWorld();
  const owner = await platform.create(claim('owner'));
  await platform.create(ownedBy('child', owner));
  await platform.delete(KIND, 'payments', 'owner');
  await platform.create(claim('owner'));
  const collector = startGarbageCollector(service, (error) => expect.fail(String(error)));
  await expect.poll(async () => (await platform.list(KIND, { namespace: 'payments' })).map(({ metadata }) => metadata.name)).toEqual(['owner']);
  await collector.stop();
});

test('a full pass over a settled system changes nothing', async () => {
  const { platform, service, store } = await testWorld();
  const owner = await platform.create(claim('owner'));
  await platform.create(ownedBy('child', owner));
  const before = store.position();
  const collector = startGarbageCollector(service, (error) => expect.fail(String(error)));
  await collector.settled();
  expect(store.position()).toBe(before);
  await collector.stop();
});

test('a namespace is emptied before it goes, and takes nothing new meanwhile', async () => {
  const { platform, service } = await testWorld();
  await platform.create({ ...claim('held'), metadata: { name: 'held', namespace: 'payments', finalizers: ['roadbed.dev/slow'] } });
  await platform.create(claim('free'));
  const collector = startGarbageCollector(service, (error) => expect.fail(String(error)));
  await platform.delete('/Namespace', undefined, 'payments');
  await expect.poll(async () => (await platform.list(KIND, { namespace: 'payments' })).length).toBe(1);
  await expect(platform.create(claim('late'))).rejects.toThrow(/because it is being terminated/);
  await platform.patch(KIND, 'payments', 'held', { metadata: { finalizers: null } });
  await expect.poll(() => platform.get('/Namespace', undefined, 'payments')).toBeUndefined();
  await expect(platform.delete('/Namespace', undefined, 'roadbed-system')).rejects.toMatchObject({ class: 'refused' });
  await collector.stop();
});

test('an object of another team that names an owner here does not keep it from going', async () => {
  const { platform, service } = await testWorld();
  const collector = startGarbageCollector(service, (error) => expect.fail(String(error)));
  const owner = await platform.create(claim('owner'));
  const stranger = ownedBy('stranger', owner);
  await platform.create({ ...stranger, metadata: { ...stranger.metadata, namespace: 'orders', finalizers: ['example.test/stays'] } });
  await platform.update({ ...owner, metadata: { ...owner.metadata, finalizers: ['foregroundDeletion'] } });
  await platform.delete(KIND, 'payments', 'owner');
  await expect.poll(() => platform.get(KIND, 'payments', 'owner')).toBeUndefined();
  await collector.stop();
});
