import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlatformError } from '../../../domain/error.ts';
import { API_VERSION } from '../../../domain/kinds/group.ts';
import { grant, testWorld, type World } from '../testing/world.ts';
import { httpWorld, type HttpWorld } from '../testing/http.ts';
import type { ScaleThrough } from './scale.ts';

const PATH = '/apis/roadbed.dev/v1alpha1/namespaces/payments/rollouts/cart.prod';
const MERGE = { 'content-type': 'application/merge-patch+json' };
let world: World;
let http: HttpWorld;
let through: ScaleThrough;
let commits: unknown[];

beforeEach(async () => {
  world = await testWorld();
  commits = [];
  through = async (identity, object, replicas, reason) => {
    commits.push([identity.subject, object.metadata.name, replicas, reason]);
    // What the operation does first: it notes the request on the object, which gets another version.
    await world.as(identity.subject).patch('roadbed.dev/Rollout', 'payments', 'cart.prod', { metadata: { annotations: { asked: String(replicas) } } });
  };
  await world.platform.create(grant('payments', 'team-member', ['user:ada']));
  await world.platform.create({ apiVersion: API_VERSION, kind: 'Rollout', metadata: { name: 'cart.prod', namespace: 'payments' }, spec: { service: 'cart', environment: 'prod', replicas: 1 } });
  http = await httpWorld(world.service, { issuer: 'roadbed', subject: 'user:ada' }, { scaleThrough: { 'roadbed.dev/Rollout': (...asked) => through(...asked) } });
});
afterEach(() => http.stop());

const replicas = async (): Promise<unknown> => ((await world.platform.get('roadbed.dev/Rollout', 'payments', 'cart.prod'))?.spec as { replicas: number }).replicas;

test('a scale goes through what decides, in the name of who asks, and then stands in the object', async () => {
  expect(await http.send('PATCH', `${PATH}/scale`, { spec: { replicas: 3 } }, { ...MERGE, 'roadbed-reason': 'the sale begins' })).toMatchObject({ status: 200, json: { spec: { replicas: 3 } } });
  expect(commits).toEqual([['user:ada', 'cart.prod', 3, 'the sale begins']]);
  expect(await replicas()).toBe(3);
});

test('the number that is there already, and a dry run, go through nothing', async () => {
  await http.send('PATCH', `${PATH}/scale`, { spec: { replicas: 1 } }, MERGE);
  expect(await http.send('PATCH', `${PATH}/scale?dryRun=All`, { spec: { replicas: 5 } }, MERGE)).toMatchObject({ status: 200, json: { spec: { replicas: 5 } } });
  expect(commits).toEqual([]);
  expect(await replicas()).toBe(1);
});

test('a precondition holds before anything is done', async () => {
  const scale = (await http.send('GET', `${PATH}/scale`)).json as unknown as { metadata: { resourceVersion: string } };
  const put = (version: string): ReturnType<HttpWorld['send']> => http.send('PUT', `${PATH}/scale`, { ...scale, metadata: { ...scale.metadata, resourceVersion: version }, spec: { replicas: 2 } });
  expect((await put('1')).status).toBe(409);
  expect(commits).toEqual([]);
  expect((await put(scale.metadata.resourceVersion)).status).toBe(200);
  expect(await replicas()).toBe(2);
});

test('what the decider refuses leaves the object as it was, and who may not scale reaches nothing', async () => {
  through = async () => {
    throw new PlatformError({ code: 'ROADBED-3320', class: 'not-found', message: 'There is no desired-state entry cart.' });
  };
  expect((await http.send('PATCH', `${PATH}/scale`, { spec: { replicas: 3 } }, MERGE)).status).toBe(404);
  expect((await http.send('PATCH', `${PATH}/scale`, { spec: { replicas: -1 } }, MERGE)).status).toBe(422);
  expect(await replicas()).toBe(1);
  const eve = await httpWorld(world.service, { issuer: 'roadbed', subject: 'user:eve' }, { scaleThrough: { 'roadbed.dev/Rollout': async () => void commits.push('eve') } });
  expect((await eve.send('PATCH', `${PATH}/scale`, { spec: { replicas: 3 } }, MERGE)).status).toBe(403);
  expect(commits).toEqual([]);
  await eve.stop();
});
