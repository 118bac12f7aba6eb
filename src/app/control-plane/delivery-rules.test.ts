import { beforeEach, expect, test } from 'vitest';
import { grant, testWorld, type World } from '../../api/objects/testing/world.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { RolloutStrategy } from '../../domain/kinds/rollout.ts';
import { production } from '../../control/rollout/testing/scene.ts';
import { makeSpec } from '../../control/rollout/testing/simulated-world.ts';
import type { Objects } from '../../ports/objects.ts';
import { deliveryRules } from './delivery-rules.ts';

const NAMESPACE = 'payments';
let world: World;
let ada: Objects;

beforeEach(async () => {
  world = await testWorld({ hooks: deliveryRules });
  await world.platform.create(grant(NAMESPACE, 'team-member', ['user:ada']));
  await world.platform.create(grant('roadbed-system', 'platform-admin', ['user:root']));
  ada = world.as('user:ada');
});

const object = (kind: string, name: string, spec: unknown, namespace: string | undefined = NAMESPACE): Parameters<Objects['create']>[0] => ({ apiVersion: API_VERSION, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec });
const rollout = (spec: Record<string, unknown> = {}): ReturnType<typeof object> => object('Rollout', 'cart.prod', { service: 'cart', environment: 'prod', replicas: 1, ...spec });

async function hold(number: number): Promise<void> {
  const { hash, source } = makeSpec('cart', number);
  await world.platform.create(object('Hold', 'held', { service: 'cart', environment: 'prod', release: `cart-${number}`, hash, commit: source.commit, sequence: source.sequence, reason: '12 % of 240 requests failed', by: 'service:rollout-controller', chain: 'c' }));
}

test('a strategy whose checks can never judge is refused in an environment and in a release, with its path', async () => {
  const strategy = { steps: [{ analysis: { checks: [{ name: 'x', metric: 'successRate', noData: 'wait', minSamples: 1 }] } }] };
  const root = world.as('user:root');
  await expect(root.create(object('Environment', 'stage', { ...production, strategy }, undefined))).rejects.toMatchObject({ class: 'invalid', message: expect.stringContaining('spec.strategy.steps[0].analysis.checks[0].min') as string });
  await expect(root.create(object('Release', 'cart-1', { ...makeSpec('cart', 1), strategies: { prod: strategy as RolloutStrategy } }))).rejects.toMatchObject({ message: expect.stringContaining('spec.strategies.prod.steps[0].analysis.checks[0].min') as string });
  await root.create(object('Environment', 'stage', production, undefined));
  await expect(root.patch('roadbed.dev/Environment', undefined, 'stage', { spec: { strategy } })).rejects.toMatchObject({ class: 'invalid' });
});

test('what a release is made of cannot be changed', async () => {
  await world.platform.create(object('Release', 'cart-1', makeSpec('cart', 1)));
  await expect(world.platform.patch('roadbed.dev/Release', NAMESPACE, 'cart-1', { spec: { configuration: { prod: { A: '1' } } } })).rejects.toMatchObject({ class: 'invalid', message: expect.stringContaining('immutable') as string });
  await expect(world.platform.patch('roadbed.dev/Release', NAMESPACE, 'cart-1', { spec: { strategies: { prod: { steps: [] } } } })).rejects.toMatchObject({ class: 'invalid' });
});

test('a person cannot put a held release into a rollout, and is told the reason of the hold', async () => {
  for (const number of [1, 2]) await world.platform.create(object('Release', `cart-${number}`, makeSpec('cart', number)));
  await hold(2);
  const refused = { http: 403, message: expect.stringContaining('12 % of 240 requests failed') as string };
  await expect(ada.create(rollout({ release: 'cart-2' }))).rejects.toMatchObject(refused);
  await ada.create(rollout({ release: 'cart-1' }));
  await expect(ada.patch('roadbed.dev/Rollout', NAMESPACE, 'cart.prod', { spec: { release: 'cart-2' } })).rejects.toMatchObject(refused);
  // Another build of the held commit, and a held name whose release is gone.
  await world.platform.create(object('Release', 'cart-2b', { ...makeSpec('cart', 2), hash: `sha256:${'ef'.repeat(32)}` }));
  await expect(ada.patch('roadbed.dev/Rollout', NAMESPACE, 'cart.prod', { spec: { release: 'cart-2b' } })).rejects.toMatchObject(refused);
  await world.platform.delete('roadbed.dev/Release', NAMESPACE, 'cart-2');
  await expect(ada.patch('roadbed.dev/Rollout', NAMESPACE, 'cart.prod', { spec: { release: 'cart-2' } })).rejects.toMatchObject(refused);
});

test('a person who changes the replicas in the spec is told of the command that lasts; other fields stay free', async () => {
  await world.platform.create(rollout());
  await expect(ada.patch('roadbed.dev/Rollout', NAMESPACE, 'cart.prod', { spec: { replicas: 3 } })).rejects.toMatchObject({ http: 403, message: expect.stringContaining('kubectl scale rollout cart.prod -n payments --replicas=3') as string });
  await ada.patch('roadbed.dev/Rollout', NAMESPACE, 'cart.prod', { spec: { paused: true } });
  await world.as('service:desired-state').patch('roadbed.dev/Rollout', NAMESPACE, 'cart.prod', { spec: { replicas: 3 } });
});

test('a hold ends by being lifted with a reason, and in no other way', async () => {
  await hold(2);
  const root = world.as('user:root');
  await expect(root.delete('roadbed.dev/Hold', NAMESPACE, 'held')).rejects.toMatchObject({ http: 403, message: expect.stringContaining('roadbed hold lift held -n payments') as string });
  const lifted = (reason: string): Record<string, unknown> => ({ spec: { lifted: { by: 'user:eve', reason, at: '2026-01-05T10:00:00Z' } } });
  await expect(ada.patch('roadbed.dev/Hold', NAMESPACE, 'held', lifted('  '))).rejects.toMatchObject({ class: 'invalid', message: expect.stringContaining('spec.lifted.reason') as string });
  expect(await ada.patch('roadbed.dev/Hold', NAMESPACE, 'held', lifted('the sensor was wrong'))).toMatchObject({ spec: { lifted: { by: 'user:ada' } } });
  await root.delete('roadbed.dev/Hold', NAMESPACE, 'held');
});

test('only a release that corrects the held one\'s secrets is let past, and whoever lets it signs', async () => {
  const held = makeSpec('cart', 2);
  await world.platform.create(object('Release', 'cart-2', { ...held, secrets: { prod: { KEY: 2 } } }));
  await world.platform.create(object('Release', 'cart-2c', { ...held, hash: `sha256:${'cd'.repeat(32)}`, secrets: { prod: { KEY: 3 } } }));
  await world.platform.create(object('Release', 'cart-2b', { ...held, hash: `sha256:${'ef'.repeat(32)}`, secrets: { prod: { KEY: 2 } } }));
  await hold(2);
  const pass = (release: string, digits: string, reason = 'it had a line break'): Promise<unknown> => ada.patch('roadbed.dev/Hold', NAMESPACE, 'held', { spec: { passed: { release, hash: `sha256:${digits.repeat(32)}`, by: 'user:eve', reason, at: '2026-01-05T10:00:00Z' } } });
  await expect(pass('cart-2b', 'ef')).rejects.toMatchObject({ http: 403, message: expect.stringContaining('does not correct the secrets') as string });
  await expect(pass('cart-2c', 'ef')).rejects.toMatchObject({ http: 403 });
  await expect(pass('cart-2c', 'cd', ' ')).rejects.toMatchObject({ class: 'invalid' });
  expect(await pass('cart-2c', 'cd')).toMatchObject({ spec: { passed: { by: 'user:ada' } } });
  await ada.create(rollout({ release: 'cart-2c' }));
});

test('a team cannot claim the name of another team\'s service, not by a new rollout and not by renaming an old one', async () => {
  await world.platform.create(grant('orders', 'team-member', ['user:eve']));
  const eve = world.as('user:eve');
  const old = object('Rollout', 'stall.prod', { service: 'stall', environment: 'prod', replicas: 1 }, 'orders');
  await eve.create(old);
  await ada.create(rollout());
  await expect(eve.create({ ...rollout(), metadata: { name: 'cart.prod', namespace: 'orders' } })).rejects.toMatchObject({ http: 403, message: expect.stringContaining('taken in prod by team payments') as string });
  await expect(eve.create({ ...rollout(), metadata: { name: 'another', namespace: 'orders' } })).rejects.toMatchObject({ class: 'invalid', message: expect.stringContaining('metadata.name') as string });
  await expect(eve.patch('roadbed.dev/Rollout', 'orders', 'stall.prod', { spec: { service: 'cart' } })).rejects.toMatchObject({ class: 'invalid', message: expect.stringContaining('spec.service') as string });
});
