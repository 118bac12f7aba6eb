import { expect, test } from 'vitest';
import type { MetricCheck } from '../../domain/kinds/rollout.ts';
import { act } from './act.ts';
import { observe } from './observe.ts';
import { reconcileRollout } from './reconciler.ts';
import { KEY, production, scene, successRate, weightsInForce, type Scene } from './testing/scene.ts';

async function withStable(environment = production): Promise<Scene & { stable: string }> {
  const play = await scene(environment);
  const stable = await play.release(1);
  await play.want(stable);
  await play.settle();
  return Object.assign(play, { stable });
}

test('the first release goes straight to all traffic once every replica is ready', async () => {
  const play = await withStable();
  const { status } = await play.rollout();
  expect(status).toMatchObject({ phase: 'Healthy', stable: { release: play.stable }, readyReplicas: 2, url: 'http://checkout.prod.localhost:8080' });
  expect(weightsInForce(play)).toEqual({ [play.stable]: 100 });
  expect(play.objects.events.map((event) => event.kind)).toEqual(['rollout.started', 'service.deployed', 'rollout.finished']);
  expect(play.lost).toEqual([]);
});

test('a good release climbs the steps, is promoted and verified, and the old one is gone', async () => {
  const play = await withStable();
  const next = await play.release(2);
  await play.want(next);
  const seen = new Set<number>();
  await play.until((rollout) => {
    seen.add(weightsInForce(play)[next] ?? 0);
    return rollout.status?.attempt?.phase === 'Promoted';
  });
  await play.settle();
  expect([...seen]).toEqual(expect.arrayContaining([0, 10, 50, 100]));
  expect((await play.rollout()).status).toMatchObject({ phase: 'Healthy', stable: { release: next } });
  expect([...play.runtime.revisions.values()].map((revision) => revision.spec.release)).toEqual([next]);
  expect((await play.objects.get('roadbed.dev/Release', 'shop', next))?.status).toMatchObject({ verified: [{ environment: 'prod' }] });
  expect(play.objects.events.slice(-5).map((event) => event.kind)).toEqual(['rollout.stepped', 'rollout.stepped', 'rollout.stepped', 'service.upgraded', 'rollout.finished']);
  expect(play.lost).toEqual([]);
});

test('a bad release is returned within two seconds of the failed check, held, undone in the desired state, and told in one sentence', async () => {
  const play = await withStable();
  const bad = await play.release(2, { kind: 'good', errorShare: 0.12 });
  await play.want(bad);
  await play.until((rollout) => rollout.status?.attempt?.phase === 'RollingBack' || rollout.status?.attempt?.phase === 'RolledBack');
  await play.settle();
  const { status, spec } = await play.rollout();
  expect(status).toMatchObject({ phase: 'RolledBack', stable: { release: play.stable } });
  const attempt = status?.attempt;
  expect(attempt?.verdict?.sentence).toMatch(/^checkout-0{0}[0-9a-f]{12} was rolled back: 1\d(\.\d)? % of \d+ requests failed, limit 1 %; commit 0202020 "change 2" by Ada; \d+ user requests affected$/);
  expect(Date.parse(attempt?.rollback?.trafficAt ?? '') - Date.parse(attempt?.verdict?.measurement?.at ?? '')).toBeLessThan(2_000);
  expect(spec.release).toBe(play.stable);
  expect(play.desired.commits.at(-1)).toMatchObject({ entry: { release: play.stable } });
  expect(await play.holds()).toMatchObject([{ spec: { release: bad, by: 'service:rollout-controller' } }]);
  expect([...play.runtime.revisions.values()].map((revision) => revision.spec.release)).toEqual([play.stable]);
  const kinds = play.objects.events.map((event) => event.kind);
  expect(kinds.slice(kinds.indexOf('incident.detected'))).toEqual(['incident.detected', 'service.rolledback', 'incident.resolved', 'rollout.finished']);
  expect(play.lost).toEqual([]);
});

test('failures that only a custom query calls so are counted by its definition', async () => {
  const missing: MetricCheck = { name: 'missing', metric: 'query', query: '100 * canary.class4xx / max(canary.requests, 1)', max: 5, interval: '2s', window: '10s', initialDelay: '2s', noData: 'wait', minSamples: 20 };
  const play = await scene({ ...production, strategy: { ...production.strategy, background: { startingStep: 0, checks: [missing] } } });
  await play.want(await play.release(1));
  await play.settle();
  await play.want(await play.release(2, { kind: 'good', missingShare: 0.2 }));
  await play.until((rollout) => rollout.status?.attempt?.phase === 'RolledBack');
  const verdict = (await play.rollout()).status?.attempt?.verdict;
  expect(verdict).toMatchObject({ outcome: 'RolledBack', check: 'missing' });
  const missed = play.samples.reduce((sum, sample) => sum + sample.classes[3], 0);
  expect(missed).toBeGreaterThan(0);
  expect(verdict?.affectedRequests).toBe(missed);
  expect(verdict?.sentence).toContain(`; ${verdict?.affectedRequests} user requests affected`);
});

test('the last healthy release keeps running until the new one is promoted', async () => {
  const play = await withStable();
  await play.want(await play.release(2));
  await play.until((rollout) => {
    if (rollout.status?.attempt?.phase !== 'Promoted') expect([...play.runtime.revisions.values()].some((revision) => revision.spec.release === play.stable)).toBe(true);
    return rollout.status?.attempt?.phase === 'Promoted';
  });
});

test('a release that ends again and again fails fast, with exit code and log lines, and never gets traffic', async () => {
  const play = await withStable();
  const bad = await play.release(2, { kind: 'crashes' });
  await play.want(bad);
  await play.settle();
  expect((await play.rollout()).status?.attempt).toMatchObject({ phase: 'RolledBack', weight: 0, verdict: { sentence: expect.stringContaining('exit code 1: Error: no such table') as string } });
  expect(play.traffic.tables.every((table) => table.routes.every((route) => route.revisions.every((entry) => entry.weight === 0 || entry.weight === 100)))).toBe(true);
  expect(play.objects.events.some((event) => event.kind === 'incident.detected')).toBe(false);
});

test('a release that never gets ready is given up at the progress deadline', async () => {
  const play = await withStable();
  await play.want(await play.release(2, { kind: 'never-ready' }));
  await play.settle();
  expect((await play.rollout()).status?.attempt?.verdict?.sentence).toContain('not ready within 30 s: replica 0 is starting and never passed its readiness probe');
});

test('a newer release in the middle of an attempt goes back to stable first, then starts its own', async () => {
  const play = await withStable();
  const second = await play.release(2);
  const third = await play.release(3);
  await play.want(second);
  await play.until(() => weightsInForce(play)[second] === 10);
  await play.want(third);
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ stable: { release: third }, attempt: { number: 3, release: third } });
  expect(await play.holds()).toEqual([]);
  expect(play.objects.events.filter((event) => event.kind === 'rollout.finished').map((event) => event.body['outcome'])).toEqual(['Promoted', 'Aborted', 'Promoted']);
  expect(play.lost).toEqual([]);
});

test('an environment without steps replaces: new ready, weights swapped, old drained', async () => {
  const play = await withStable({ ...production, strategy: { steps: [] } });
  const next = await play.release(2);
  await play.want(next);
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ phase: 'Healthy', stable: { release: next } });
  expect(new Set(play.traffic.tables.flatMap((table) => table.routes.flatMap((route) => route.revisions.map((entry) => entry.weight))))).toEqual(new Set([100, 0]));
  expect(play.lost).toEqual([]);
});

test('the old revision is not removed before its requests are answered, or its drain time is over', async () => {
  const play = await withStable();
  const next = await play.release(2);
  play.traffic.inFlightOf.set([...play.runtime.revisions.keys()][0] ?? '', 1);
  await play.want(next);
  await play.until((rollout) => rollout.status?.attempt?.phase === 'Promoted');
  const promotedAt = play.clock.monotonic();
  await play.until(() => play.runtime.revisions.size === 1);
  expect(play.clock.monotonic() - promotedAt).toBeGreaterThanOrEqual(28_000);
});

test('scaling changes the revision that runs, without an attempt; leaving replicas lose their place in the table first', async () => {
  const play = await withStable();
  await play.want(play.stable, 4);
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ readyReplicas: 4, attempt: { number: 1 } });
  const tables = play.traffic.tables.length;
  await play.want(play.stable, 1);
  await play.until(() => play.traffic.tables.length > tables);
  expect([...play.runtime.revisions.values()][0]?.replicas).toHaveLength(4);
  await play.settle();
  expect([...play.runtime.revisions.values()][0]?.replicas).toHaveLength(1);
  expect(play.lost).toEqual([]);
});

test('a wish that came between deciding and acting is not overwritten', async () => {
  const play = await withStable();
  const bad = await play.release(2);
  const newer = await play.release(3);
  await play.want(bad);
  await play.settle();
  await play.want(newer);
  const seen = await observe(play.world, KEY.namespace, KEY.name);
  if (seen === undefined) throw new Error('no rollout');
  await act(play.world, seen, { kind: 'commitDesired', release: play.stable, hash: 'x', replicas: 1, replacing: bad, message: 'return' });
  expect(await play.desired.read('prod', 'shop', 'checkout')).toMatchObject({ release: newer });
});

test('a pass over a settled rollout writes nothing', async () => {
  const play = await withStable();
  const before = [play.objects.writes, play.traffic.tables.length];
  for (let pass = 0; pass < 5; pass += 1) {
    expect(await reconcileRollout(play.restarted(), KEY)).toBeUndefined();
    play.clock.advance(60_000);
  }
  expect([play.objects.writes, play.traffic.tables.length]).toEqual(before);
});

test('a canary without traffic waits where its checks say so, and a person may promote it fully', async () => {
  const play = await withStable();
  play.requestsPerSecond = 0;
  const next = await play.release(2);
  await play.want(next);
  await play.until((rollout) => rollout.status?.message?.startsWith('waiting for check success') === true);
  const rollout = await play.rollout();
  await play.objects.patch('roadbed.dev/Rollout', 'shop', KEY.name, { spec: { instruction: { attempt: rollout.status?.attempt?.number, action: 'promoteFully', by: 'user:ada', reason: 'nobody visits at night', at: '2026-01-05T10:10:00Z' } } });
  await play.settle();
  expect((await play.rollout()).status?.stable?.release).toBe(next);
});

test.each([
  ['fail', 'RolledBack'],
  ['inconclusive', 'Paused'],
  ['pass', 'Promoted'],
] as const)('a canary without traffic under the policy %s ends as %s', async (noData, phase) => {
  const play = await withStable({ ...production, strategy: { ...production.strategy, background: { startingStep: 0, checks: [{ ...successRate, noData }] } } });
  play.requestsPerSecond = 0;
  await play.want(await play.release(2));
  await play.settle(play.world, 60_000);
  expect((await play.rollout()).status?.attempt?.phase).toBe(phase);
});

test('where automatic rollback is off a failed check waits for a person, who may abort', async () => {
  const play = await withStable({ ...production, autoRollback: false });
  const bad = await play.release(2, { kind: 'good', errorShare: 0.5 });
  await play.want(bad);
  const paused = await play.until((rollout) => rollout.status?.phase === 'Paused');
  expect(paused.status?.message).toContain('automatic rollback is off in prod');
  await play.objects.patch('roadbed.dev/Rollout', 'shop', KEY.name, { spec: { instruction: { attempt: 2, action: 'abort', by: 'user:ada', reason: 'half of it fails', at: '2026-01-05T10:10:00Z' } } });
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ stable: { release: play.stable }, attempt: { phase: 'Aborted' } });
  expect(await play.holds()).toMatchObject([{ spec: { release: bad, by: 'user:ada' } }]);
});

test('a pause without a duration waits for one instruction, and that instruction counts once', async () => {
  const play = await withStable({ ...production, strategy: { steps: [{ setWeight: 10 }, { pause: {} }, { setWeight: 50 }, { pause: {} }] } });
  await play.want(await play.release(2));
  await play.until((rollout) => rollout.status?.phase === 'Paused');
  await play.objects.patch('roadbed.dev/Rollout', 'shop', KEY.name, { spec: { instruction: { attempt: 2, action: 'resume', by: 'user:ada', reason: 'looks good', at: '2026-01-05T10:10:00Z' } } });
  await play.until((rollout) => rollout.status?.phase === 'Paused' && rollout.status.attempt?.step === 3);
  await play.settle(play.world, 30_000);
  expect((await play.rollout()).status?.attempt).toMatchObject({ step: 3, phase: 'Paused', weight: 50 });
});

test('when the clock goes back by an hour the attempt still ends, and its pause is not skipped', async () => {
  const play = await withStable();
  const next = await play.release(2);
  await play.want(next);
  await play.until(() => weightsInForce(play)[next] === 10);
  play.clock.jump(-3_600_000);
  const before = play.clock.monotonic();
  await play.until((rollout) => rollout.status?.attempt?.phase === 'Promoted');
  expect(play.clock.monotonic() - before).toBeGreaterThanOrEqual(12_000);
  expect(play.clock.monotonic() - before).toBeLessThan(60_000);
});

test('when a rollout is deleted its routes go first, then its processes, then the object', async () => {
  const play = await withStable();
  await play.desired.remove('prod', 'shop', 'checkout', 'not needed', { name: 'Ada', email: 'ada@example.test' });
  await play.settle();
  expect(await play.objects.get('roadbed.dev/Rollout', 'shop', KEY.name)).toBeUndefined();
  expect(play.runtime.revisions.size).toBe(0);
});

test('the second team that takes a service name in an environment is refused, naming the owner', async () => {
  const play = await withStable();
  await play.objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Rollout', metadata: { name: KEY.name, namespace: 'rivals' }, spec: { service: 'checkout', environment: 'prod', release: play.stable, replicas: 1 } });
  await reconcileRollout(play.world, { namespace: 'rivals', name: KEY.name });
  const refused = await play.objects.get('roadbed.dev/Rollout', 'rivals', KEY.name);
  expect(refused?.status).toMatchObject({ message: 'the name checkout is taken in prod by team shop; choose another name or ask them' });
});

test('a team that was refused a name takes nothing of the owner down when its rollout goes', async () => {
  const play = await withStable();
  const metadata = { name: KEY.name, namespace: 'rivals', finalizers: ['roadbed.dev/workload'] };
  await play.objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Rollout', metadata, spec: { service: 'checkout', environment: 'prod', replicas: 1 } });
  const before = [...play.runtime.revisions.keys()];
  await play.objects.delete('roadbed.dev/Rollout', 'rivals', KEY.name);
  for (let pass = 0; pass < 5; pass += 1) await reconcileRollout(play.world, { namespace: 'rivals', name: KEY.name });
  expect(await play.objects.get('roadbed.dev/Rollout', 'rivals', KEY.name)).toBeUndefined();
  expect(before.length).toBeGreaterThan(0);
  expect([...play.runtime.revisions.keys()]).toEqual(before);
});
