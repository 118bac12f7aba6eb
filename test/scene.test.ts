/**
 * The promise of the product, for real: a bad version is released on purpose, traffic goes back, the version is
 * held, Git says so, the receipt explains it, and neither a restart nor a re-push brings it back.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HoldSpec } from '../src/domain/kinds/hold.ts';
import type { ApiObject } from '../src/domain/object.ts';
import { listOwn, ownPath, type RolloutObject } from '../src/cli/resources.ts';
import type { AuditVerification } from '../src/ports/events.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder, type Platform } from './testing/platform.ts';

const SERVICES = ['catalog', 'cart', 'checkout', 'payments', 'storefront', 'traffic'];
const NAMESPACE = 'shop';
const MINUTE = 60_000;

let dataDir: string;
let platform: Platform;

beforeAll(async () => {
  dataDir = temporaryFolder();
  platform = await startPlatform(dataDir, []);
}, 3 * MINUTE);

afterAll(async () => {
  await platform.stop();
  purge(dataDir);
}, 2 * MINUTE);

function rollout(name: string): Promise<RolloutObject> {
  return platform.connection.call<RolloutObject>('GET', ownPath('rollouts', NAMESPACE, name));
}

async function ended(number: number, phase: string): Promise<RolloutObject> {
  return eventually(`attempt ${number} of payments.prod is ${phase}`, 3 * MINUTE, async () => {
    const now = await rollout('payments.prod');
    const attempt = now.status?.attempt;
    return attempt !== undefined && attempt.number >= number && attempt.phase === phase ? now : undefined;
  });
}

let faulty: RolloutObject;

test('the whole fleet goes through its pipelines, dev and prod, and serves', async () => {
  await eventually('all services are healthy in prod', 4 * MINUTE, async () => {
    const rollouts = await listOwn<RolloutObject>(platform.connection, 'rollouts', NAMESPACE);
    const healthy = rollouts.filter((one) => one.spec.environment === 'prod' && one.status?.phase === 'Healthy');
    return healthy.length === SERVICES.length ? healthy : undefined;
  });
  const page = await ask(platform.ready.edgeUrl, 'storefront.prod.localhost', '/');
  expect(page).toMatchObject({ status: 200 });
  expect(page?.body).toContain('Desk lamp');
}, 5 * MINUTE);

test('a faulty version is undone, held, and explained with its evidence', async () => {
  const before = await rollout('payments.prod');
  await platform.connection.call('POST', '/roadbed/v1/operations/demoRelease', { body: { kind: 'faulty' } });
  faulty = await ended((before.status?.attempt?.number ?? 0) + 1, 'RolledBack');
  const verdict = faulty.status?.attempt?.verdict;
  expect(verdict?.sentence).toMatch(/rolled back: [\d.]+ % of \d+ requests failed, limit 1 %/);
  expect(verdict?.measurement?.samples).toBeGreaterThan(0);
  expect(faulty.status?.stable?.release).toBe(before.status?.stable?.release);
  // The commit to the desired state is the last step of the return.
  await eventually('the desired state names the last healthy release', MINUTE, async () => ((await rollout('payments.prod')).spec.release === before.spec.release ? true : undefined));

  const holds = await listOwn<ApiObject<HoldSpec>>(platform.connection, 'holds', NAMESPACE);
  expect(holds.map((hold) => hold.spec.release)).toEqual([faulty.status?.attempt?.release]);

  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => ask(platform.ready.edgeUrl, 'payments.prod.localhost', '/payments', { method: 'POST', body: JSON.stringify({ amount: 1 + n }) })));
  expect(answers.map((answer) => answer?.status)).toEqual(Array.from({ length: 40 }, () => 201));
}, 4 * MINUTE);

test('traffic was back within two seconds of the failed check', () => {
  const attempt = faulty.status?.attempt;
  const decided = Date.parse(attempt?.rollback?.startedAt ?? '');
  const back = Date.parse(attempt?.rollback?.trafficAt ?? '');
  expect(back - decided).toBeLessThan(2_000);
});

test('the receipt has the chain of events and the five delivery metrics', async () => {
  const receipt = await platform.connection.call<{ cdEvents: unknown[]; metrics: { metrics: unknown[] } }>('GET', `/roadbed/v1/rollouts/${NAMESPACE}/payments.prod/receipt`);
  const types = JSON.stringify(receipt);
  for (const type of ['change.merged', 'pipelinerun.finished', 'artifact.packaged', 'incident.detected', 'service.rolledback']) expect(types).toContain(`dev.cdevents.${type}`);
});

test('a restart does not bring the held version back, and what ran is serving again', async () => {
  await platform.kill();
  platform = await startPlatform(dataDir, []);
  await eventually('payments answers', MINUTE, async () => ((await ask(platform.ready.edgeUrl, 'payments.prod.localhost', '/healthz'))?.status === 200 ? true : undefined));
  await new Promise((done) => setTimeout(done, 5_000));
  const now = await rollout('payments.prod');
  expect(now.status?.attempt?.release).toBe(faulty.status?.attempt?.release);
  expect(now.status?.attempt?.phase).toBe('RolledBack');
  expect(now.status?.stable?.release).toBe(faulty.status?.stable?.release);
}, 3 * MINUTE);

test('a newer version passes the hold, gets its share of the traffic, and is promoted when a person says so', async () => {
  const before = await rollout('payments.prod');
  const number = (before.status?.attempt?.number ?? 0) + 1;
  await platform.connection.call('POST', '/roadbed/v1/operations/demoRelease', { body: { kind: 'fixed' } });
  await eventually('the fixed version has a share', MINUTE, async () => {
    const attempt = (await rollout('payments.prod')).status?.attempt;
    return attempt?.number === number && attempt.weight > 0 ? true : undefined;
  });
  await platform.connection.call('POST', '/roadbed/v1/operations/promoteFully', { body: { namespace: NAMESPACE, service: 'payments', environment: 'prod', reason: 'the fix is urgent' } });
  const promoted = await ended(number, 'Promoted');
  expect(promoted.status?.stable?.release).toBe(promoted.status?.attempt?.release);
}, 4 * MINUTE);

test('the audit log of all this is whole', async () => {
  const verification = await platform.connection.call<AuditVerification>('GET', '/roadbed/v1/audit/verification');
  expect(verification).toMatchObject({ ok: true });
  expect(verification.rows).toBeGreaterThan(100);
});
