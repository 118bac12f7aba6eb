import { expect, test } from 'vitest';
import type { AccessTokenStatus } from '../../domain/kinds/access.ts';
import type { ApiObject } from '../../domain/object.ts';
import { claim, grant, testWorld } from './testing/world.ts';

const KIND = 'roadbed.dev/ResourceClaim';

test('an object gets uid, generation, time, defaults and an owner of its fields', async () => {
  const { platform } = await testWorld();
  const made = await platform.create(claim('db'));
  expect(made.metadata).toMatchObject({ name: 'db', namespace: 'payments', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' });
  expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(made.metadata.resourceVersion).toMatch(/^[1-9][0-9]*$/);
  expect(made.spec).toMatchObject({ class: 'default', params: {}, workloads: [] });
  expect(made.metadata.managedFields?.[0]).toMatchObject({ manager: 'platform', operation: 'Update' });
});

test('a second creation under the same name is refused', async () => {
  const { platform } = await testWorld();
  await platform.create(claim('db'));
  await expect(platform.create(claim('db'))).rejects.toMatchObject({ class: 'already-exists' });
});

test('generation moves with spec only, and a write that changes nothing keeps the resourceVersion', async () => {
  const { platform } = await testWorld();
  const made = await platform.create(claim('db'));
  const labelled = await platform.patch(KIND, 'payments', 'db', { metadata: { labels: { team: 'a' } } });
  expect(labelled.metadata.generation).toBe(1);
  const withStatus = await platform.updateStatus({ ...labelled, spec: { bogus: 1 }, status: { phase: 'Bound' } } as ApiObject);
  expect(withStatus).toMatchObject({ spec: made.spec, status: { phase: 'Bound' }, metadata: { generation: 1 } });
  const changed = await platform.patch(KIND, 'payments', 'db', { spec: { params: { size: 1 } } });
  expect(changed.metadata.generation).toBe(2);
  expect(changed.status).toEqual({ phase: 'Bound' });
  const same = await platform.patch(KIND, 'payments', 'db', { spec: { params: { size: 1 } } });
  expect(same.metadata.resourceVersion).toBe(changed.metadata.resourceVersion);
});

test('an update with an old resourceVersion is a conflict', async () => {
  const { platform } = await testWorld();
  const made = await platform.create(claim('db'));
  await platform.patch(KIND, 'payments', 'db', { spec: { params: { a: 1 } } });
  await expect(platform.update(made)).rejects.toMatchObject({ class: 'conflict' });
});

test('a schema violation names field, reason and value, and leaves a row of refusal', async () => {
  const { platform, rows } = await testWorld();
  await expect(platform.create(claim('db', { type: 5 }))).rejects.toMatchObject({
    class: 'invalid',
    status: { code: 422, reason: 'Invalid', details: { kind: 'ResourceClaim', causes: [{ field: 'spec.type', reason: 'FieldValueTypeInvalid' }] } },
  });
  expect(rows.at(-1)).toMatchObject({ kind: 'request.refused', body: { code: 422, verb: 'create' } });
});

test('an unknown field is named by strict validation', async () => {
  const { platform } = await testWorld();
  await expect(platform.create(claim('db', { bogus: 1 }))).rejects.toThrow('strict decoding error: unknown field "spec.bogus"');
});

test('every accepted write leaves one row that says who, what, before and after', async () => {
  const { platform, rows } = await testWorld();
  await platform.create(claim('db'));
  await platform.patch(KIND, 'payments', 'db', { spec: { environment: 'prod' } }, { reason: 'because', chain: 'chain-1' });
  expect(rows.at(-1)).toMatchObject({
    kind: 'object.updated',
    chain: 'chain-1',
    namespace: 'payments',
    actor: { issuer: 'roadbed', subject: 'service:platform' },
    subject: 'v1:object:roadbed.dev/ResourceClaim/payments/db',
    body: { reason: 'because', before: { spec: { environment: 'dev' } }, after: { spec: { environment: 'prod' } } },
  });
  expect(rows.filter((row) => row.subject.endsWith('/payments/db'))).toHaveLength(2);
});

test('a finalizer holds a deleted object until it is removed, and none may be added then', async () => {
  const { platform } = await testWorld();
  await platform.create({ ...claim('db'), metadata: { name: 'db', namespace: 'payments', finalizers: ['roadbed.dev/drop'] } });
  await platform.delete(KIND, 'payments', 'db');
  const held = (await platform.get(KIND, 'payments', 'db')) as ApiObject;
  expect(held.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:00Z', generation: 2 });
  await expect(platform.patch(KIND, 'payments', 'db', { metadata: { finalizers: ['roadbed.dev/drop', 'roadbed.dev/more'] } })).rejects.toMatchObject({ class: 'invalid' });
  await platform.patch(KIND, 'payments', 'db', { metadata: { finalizers: [] } });
  expect(await platform.get(KIND, 'payments', 'db')).toBeUndefined();
});

test('a team-member writes in the own team, a viewer reads there, and nobody does anything elsewhere', async () => {
  const { platform, as, rows } = await testWorld();
  await platform.create(grant('payments', 'team-member', ['user:alice']));
  await platform.create(grant('payments', 'viewer', ['user:bob']));
  const workload = { apiVersion: 'roadbed.dev/v1alpha1', kind: 'Workload', metadata: { name: 'w', namespace: 'payments' }, spec: {} };
  await as('user:alice').create(workload);
  expect(await as('user:bob').list('roadbed.dev/Workload', { namespace: 'payments' })).toHaveLength(1);
  await expect(as('user:bob').delete('roadbed.dev/Workload', 'payments', 'w')).rejects.toThrow(/needs team-member in payments; granted: viewer in payments/);
  expect(rows.at(-1)).toMatchObject({ kind: 'request.refused', actor: { subject: 'user:bob' }, body: { code: 403 } });
  await expect(as('user:alice').list('roadbed.dev/Workload', { namespace: 'orders' })).rejects.toMatchObject({ class: 'forbidden' });
  await expect(as('user:nobody').get('roadbed.dev/Environment', undefined, 'dev')).rejects.toMatchObject({ class: 'forbidden' });
});

test('a team\'s service account has no more of the platform\'s rights than a person: no trusted repository, no name but its own', async () => {
  const { platform, as } = await testWorld();
  await platform.create(grant('payments', 'team-member', ['service:ci']));
  const ci = as('service:ci');
  await expect(ci.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name: 'shop', namespace: 'payments' }, spec: { trusted: true } })).rejects.toMatchObject({ class: 'refused' });
  const run = { repository: 'shop', ref: 'refs/heads/main', commit: 'a'.repeat(40), trigger: { kind: 'manual', by: 'user:alice' }, chain: 'c', cancel: { by: 'user:alice', reason: 'not me' } };
  expect(await ci.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'PipelineRun', metadata: { name: 'shop-1', namespace: 'payments' }, spec: run })).toMatchObject({ spec: { trigger: { by: 'service:ci' }, cancel: { by: 'service:ci' } } });
});

test('only a platform-admin makes a repository trusted or lets it declare elsewhere', async () => {
  const { platform, as } = await testWorld();
  await platform.create(grant('payments', 'team-member', ['user:alice']));
  await platform.create(grant('roadbed-system', 'platform-admin', ['user:root']));
  const repository = { apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name: 'shop', namespace: 'payments' }, spec: {} };
  await as('user:alice').create(repository);
  await expect(as('user:alice').patch('roadbed.dev/Repository', 'payments', 'shop', { spec: { trusted: true } })).rejects.toMatchObject({ class: 'refused' });
  await expect(as('user:alice').patch('roadbed.dev/Repository', 'payments', 'shop', { spec: { namespaces: ['orders'] } })).rejects.toMatchObject({ class: 'refused' });
  await as('user:root').patch('roadbed.dev/Repository', 'payments', 'shop', { spec: { trusted: true } });
});

test('a transaction is all or nothing, with its events', async () => {
  const { platform, rows } = await testWorld();
  const made = await platform.create(claim('a'));
  const event = { actor: { issuer: 'roadbed', subject: 'service:platform' }, subject: 'v1:object:x', kind: 'thing.done', schemaVersion: 1 as const, body: {} };
  await expect(platform.transact([{ action: 'create', object: claim('b') }, { action: 'create', object: claim('a') }], [event])).rejects.toMatchObject({ class: 'already-exists' });
  expect(await platform.get(KIND, 'payments', 'b')).toBeUndefined();
  expect(rows.some((row) => row.kind === 'thing.done')).toBe(false);
  await platform.transact([{ action: 'create', object: claim('b') }, { action: 'updateStatus', object: { ...made, status: { phase: 'Bound' } } }], [event]);
  expect(rows.slice(-3).map((row) => row.kind)).toEqual(['object.created', 'object.status', 'thing.done']);
});

test('a token is shown once, kept nowhere, and dies with its object', async () => {
  const { platform, identities, store, rows } = await testWorld();
  const made = await platform.create<ApiObject<unknown, AccessTokenStatus>>({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'AccessToken', metadata: { name: 'ci' }, spec: { subject: 'user:ci' } });
  const token = made.status?.token as string;
  expect(await identities.authenticate(token)).toMatchObject({ subject: 'user:ci' });
  const kept = await platform.get('roadbed.dev/AccessToken', undefined, 'ci');
  expect(kept?.status).toEqual({ id: 'token-1', prefix: 'rbd_toke' });
  expect(JSON.stringify([...store.list('roadbed.dev', 'accesstokens')], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(token);
  expect(JSON.stringify(rows)).not.toContain(token);
  await platform.delete('roadbed.dev/AccessToken', undefined, 'ci');
  expect(await identities.authenticate(token)).toBeUndefined();
});

test('a hook refuses by rule with its sentence', async () => {
  const { platform } = await testWorld({ hooks: [(object) => (object.metadata.name === 'held' ? { rule: 'HoldActive', sentence: 'v2 is held: 11.8 % of 240 requests failed' } : undefined)] });
  await expect(platform.create(claim('held'))).rejects.toMatchObject({ class: 'refused', status: { code: 403, details: { causes: [{ reason: 'HoldActive' }] } } });
});

test('a person signs a lifted hold with the own name', async () => {
  const { platform, as } = await testWorld();
  await platform.create(grant('payments', 'team-member', ['user:alice']));
  const spec = { service: 's', environment: 'prod', release: 'r', hash: 'h', commit: 'c', sequence: 1, reason: 'bad', by: 'service:rollout-controller', chain: 'x' };
  await platform.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Hold', metadata: { name: 'h', namespace: 'payments' }, spec });
  const lifted = await as('user:alice').patch('roadbed.dev/Hold', 'payments', 'h', { spec: { lifted: { by: 'user:mallory', reason: 'fixed', at: '2026-01-01T00:00:00Z' } } });
  expect(lifted.spec).toMatchObject({ lifted: { by: 'user:alice' } });
  await expect(as('user:alice').patch('roadbed.dev/Hold', 'payments', 'h', { spec: { hash: 'other' } })).rejects.toMatchObject({ class: 'invalid' });
});

test('an entity with upper case and underscore is stored under a mapped name and found under its own', async () => {
  const { platform } = await testWorld();
  const made = await platform.create({ apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'My_Service', namespace: 'payments' }, spec: { type: 'service' } });
  expect(made.metadata.name).toMatch(/^my-service-[0-9a-f]{6}$/);
  expect(made.metadata.annotations).toEqual({ 'roadbed.dev/entity-name': 'My_Service' });
  expect((await platform.get('backstage.io/Component', 'payments', 'My_Service'))?.metadata.uid).toBe(made.metadata.uid);
});

test('a watch in process shows what is there and then every change', async () => {
  const { platform } = await testWorld();
  await platform.create(claim('a'));
  const seen: string[] = [];
  const watch = platform.watch(KIND, ({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
  await platform.create(claim('b'));
  await platform.patch(KIND, 'payments', 'a', { spec: { environment: 'prod' } });
  await platform.delete(KIND, 'payments', 'b');
  watch.stop();
  await platform.delete(KIND, 'payments', 'a');
  expect(seen).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b']);
});

test('a rollout keeps its place in the order of creation, whatever the clock says and whoever writes it', async () => {
  const world = await testWorld();
  const kind = 'roadbed.dev/Rollout';
  const rollout = (namespace: string, annotations: Record<string, string> = {}) => ({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Rollout', metadata: { name: 'cart.prod', namespace, annotations }, spec: { service: 'cart', environment: 'prod' } });
  const orderOf = async (namespace: string): Promise<number> => Number((await world.platform.get(kind, namespace, 'cart.prod'))?.metadata.annotations?.['roadbed.dev/order-of-creation']);
  await world.platform.create(rollout('payments'));
  world.time.now -= 86_400_000;
  await world.platform.create(rollout('orders', { 'roadbed.dev/order-of-creation': '0' }));
  const [first, second] = [await orderOf('payments'), await orderOf('orders')];
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first);
  await world.platform.patch(kind, 'orders', 'cart.prod', { metadata: { annotations: { 'roadbed.dev/order-of-creation': '0', note: 'x' } } });
  await world.platform.patch(kind, 'payments', 'cart.prod', { metadata: { annotations: null } });
  expect([await orderOf('payments'), await orderOf('orders')]).toEqual([first, second]);
  expect((await world.platform.get(kind, 'orders', 'cart.prod'))?.metadata.annotations).toMatchObject({ note: 'x' });
});
