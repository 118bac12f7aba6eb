import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpWorld } from '../testing/http.ts';
import type { HttpWorld } from '../testing/http.ts';
import { mayReadRow } from './events-view.ts';
import { claim, grant, testWorld } from '../testing/world.ts';
import type { World } from '../testing/world.ts';

let world: World;
let http: HttpWorld;
beforeEach(async () => {
  world = await testWorld();
  http = await httpWorld(world.service);
  await world.platform.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' }, spec: {} });
  await world.platform.create(grant('payments', 'viewer', ['user:vera']));
  await world.platform.create(grant('default', 'viewer', ['user:vera']));
  await world.platform.create(grant('roadbed-system', 'viewer', ['user:owen']));
  await world.platform.create(grant('roadbed-system', 'platform-admin', ['user:ada']));
});
afterEach(async () => {
  await http.stop();
  world.service.stop();
});

async function bearer(subject: string): Promise<{ id: string; headers: { authorization: string } }> {
  const { id, token } = await world.identities.issue(subject, {});
  return { id, headers: { authorization: `Bearer ${token}` } };
}

const CLAIMS = '/apis/roadbed.dev/v1alpha1/namespaces/payments/resourceclaims?watch=true';
const EVENTS = '/api/v1/namespaces/payments/events?watch=true';

test.each([CLAIMS, EVENTS])('a watch of %s ends with 401 once its token is revoked', async (path) => {
  const { id, headers } = await bearer('user:vera');
  const watch = http.watch(path, headers);
  await world.platform.create(claim('a'));
  await expect.poll(() => watch.events.length).toBeGreaterThan(0);
  await world.identities.revoke(id);
  await watch.ended;
  expect(watch.events.at(-1)).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 401 } });
});

test('a watch ends with 403 once its role is taken away, and the refusal is in the log', async () => {
  const { headers } = await bearer('user:vera');
  const watches = [CLAIMS, EVENTS].map((path) => http.watch(path, headers));
  await world.platform.create(claim('a'));
  for (const watch of watches) await expect.poll(() => watch.events.length).toBeGreaterThan(0);
  await world.platform.delete('roadbed.dev/RoleGrant', 'payments', 'viewer');
  for (const watch of watches) {
    await watch.ended;
    expect(watch.events.at(-1)).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 403 } });
  }
  expect(world.rows.filter((row) => row.kind === 'request.refused' && row.actor.subject === 'user:vera')).toHaveLength(2);
});

test('events are told of those objects only that may be read themselves', async () => {
  await world.platform.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'AccessToken', metadata: { name: 'robot' }, spec: { subject: 'user:robot' } });
  await world.platform.create(claim('a'));
  const kinds = async (subject: string, path: string): Promise<string[]> => {
    const { json } = await http.send('GET', path, undefined, (await bearer(subject)).headers);
    return [...new Set((json.items ?? []).map((item) => (item as { involvedObject: { kind: string } }).involvedObject.kind))].sort();
  };
  expect(await kinds('user:vera', '/api/v1/namespaces/default/events')).toEqual(['Namespace', 'RoleGrant']);
  expect(await kinds('user:owen', '/api/v1/namespaces/default/events')).toEqual(['Namespace', 'RoleGrant']);
  expect(await kinds('user:owen', '/api/v1/events')).toEqual(['Namespace', 'ResourceClaim', 'RoleGrant']);
  expect(await kinds('user:ada', '/api/v1/events')).toEqual(['AccessToken', 'Namespace', 'ResourceClaim', 'RoleGrant']);
  const row = world.rows.find(({ subject }) => subject.includes('AccessToken'));
  const single = async (subject: string): Promise<number> => (await http.send('GET', `/api/v1/namespaces/default/events/robot.${row?.id ?? ''}`, undefined, (await bearer(subject)).headers)).status;
  expect([await single('user:vera'), await single('user:ada')]).toEqual([404, 200]);
  const watch = http.watch('/api/v1/namespaces/default/events?watch=true', (await bearer('user:vera')).headers);
  await expect.poll(() => watch.events.length).toBeGreaterThan(0);
  watch.stop();
  expect(watch.events.map(({ object }) => (object as unknown as { involvedObject: { kind: string } }).involvedObject.kind)).not.toContain('AccessToken');
});

test('rows of the log about such objects are told to nobody else, whatever page shows them', async () => {
  await world.platform.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'AccessToken', metadata: { name: 'robot' }, spec: { subject: 'user:robot' } });
  const row = world.rows.find(({ subject }) => subject.includes('AccessToken'));
  if (row === undefined) throw new Error('the creation left no row');
  const may = (subject: string): boolean => mayReadRow(world.service, { issuer: 'roadbed', subject }, row);
  expect(['user:vera', 'user:owen', 'user:ada'].map(may)).toEqual([false, false, true]);
  expect(mayReadRow(world.service, { issuer: 'roadbed', subject: 'user:vera' }, { ...row, subject: 'v1:request:GET /x' })).toBe(true);
});
