import { beforeEach, expect, test } from 'vitest';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { promoteService } from '../environment/promotion-reconciler.ts';
import { makeRelease, releaseWithNewSecrets, type ReleaseRequest } from '../release/make-release.ts';
import { rolloutOperations } from '../rollout/operations.ts';
import { reconcileRollout } from '../rollout/reconciler.ts';
import { KEY, NAMESPACE, production, scene, SERVICE, type Scene } from '../rollout/testing/scene.ts';
import { makeSpec } from '../rollout/testing/simulated-world.ts';

const ADA = { issuer: 'roadbed', subject: 'user:ada' };
const PLACE = { namespace: NAMESPACE, service: SERVICE, environment: 'prod' };
const secretsWithout: Secrets = { versions: async () => ({}), set: never, list: never, resolve: never, remove: never };
async function never(): Promise<never> {
  throw new Error('not asked for here');
}

let play: Scene;
let good: string;
let bad: string;

/** What the pipeline does at the end of a run. */
async function build(number: number, change: Partial<ReleaseRequest> = {}): Promise<string> {
  const { service, artifact, workload, configuration, source } = makeSpec(SERVICE, number);
  const release = await makeRelease({ objects: play.objects, secrets: secretsWithout }, { namespace: NAMESPACE, chain: `chain-${number}`, by: 'service:pipeline-controller', service, artifact, workload, configuration, source, environments: ['prod'], ...change });
  return release.metadata.name;
}

async function automate(): Promise<string[]> {
  const written = await promoteService({ objects: play.objects, desiredState: play.desired, clock: play.clock }, NAMESPACE, SERVICE);
  await play.settle(play.restarted());
  return written;
}

const operations = (): ReturnType<typeof rolloutOperations> => rolloutOperations({ desiredState: play.desired, clock: play.clock, objectsFor: () => play.objects, onDesiredChange: () => undefined });
const serving = async (): Promise<string | undefined> => (await play.rollout()).status?.stable?.release;

beforeEach(async () => {
  const { promotesFrom: _any, ...open } = production;
  play = await scene(open);
  good = await build(1);
  await automate();
  bad = await build(2);
  play.behaviours.set(bad, { kind: 'good', errorShare: 0.3 });
  await automate();
  expect((await play.rollout()).status).toMatchObject({ phase: 'RolledBack', stable: { release: good } });
});

test('a restart does not bring it back', async () => {
  for (let pass = 0; pass < 3; pass += 1) {
    await play.settle(play.restarted(), 30_000);
    expect(await serving()).toBe(good);
  }
  expect((await play.rollout()).status?.attempt?.number).toBe(2);
});

test('automation does not bring it back, nor anything that is not newer', async () => {
  expect(await automate()).toEqual([]);
  await build(2, { source: { ...makeSpec(SERVICE, 2).source, commit: 'ff'.repeat(20) }, configuration: { prod: { FLAG: '1' } } });
  expect(await automate()).toEqual([]);
  expect(await serving()).toBe(good);
});

test('a re-push of the same commit, built to the same or to other content, does not bring it back', async () => {
  expect(await build(2)).toBe(bad);
  const other = await build(2, { artifact: { digest: `sha256:${'ab'.repeat(32)}`, size: 1, mediaType: 'application/x-tar' } });
  expect(other).not.toBe(bad);
  expect(await automate()).toEqual([]);
  expect(await serving()).toBe(good);
});

test('a person who names it is refused too, and is told what would pass', async () => {
  await expect(operations().promote(ADA, { ...PLACE, release: bad })).rejects.toMatchObject({ code: 'ROADBED-3322', why: expect.stringContaining('a release from a newer commit passes, or lift the hold with a reason') as string });
});

test('a commit to the desired state that names it starts no attempt', async () => {
  await play.want(bad);
  await play.settle(play.world, 30_000);
  const { status } = await play.rollout();
  expect(status?.attempt?.number).toBe(2);
  expect(status?.message).toContain(`release ${bad} is held in prod`);
  expect(await serving()).toBe(good);
});

test('a direct patch of the rollout is undone and starts nothing', async () => {
  await play.objects.patch('roadbed.dev/Rollout', NAMESPACE, KEY.name, { spec: { release: bad } });
  await reconcileRollout(play.world, KEY);
  await play.settle();
  expect((await play.rollout()).spec.release).toBe(good);
  expect((await play.rollout()).status?.attempt?.number).toBe(2);
});

test('a release from a newer commit passes by itself', async () => {
  const fixed = await build(3);
  expect(await automate()).toEqual(['prod']);
  expect(await serving()).toBe(fixed);
});

test('a revert that builds the old content again is the old release at a newer place, and counts as one', async () => {
  const { service, artifact, workload, configuration } = makeSpec(SERVICE, 1);
  expect(await build(3, { service, artifact, workload, configuration })).toBe(good);
  expect((await play.objects.get('roadbed.dev/Release', NAMESPACE, good))?.metadata.annotations).toMatchObject({ 'roadbed.dev/newest-sequence': '3' });
  expect(await automate()).toEqual([]);
  expect(await serving()).toBe(good);
});

test('a person lifts the hold with a reason, and only then it may come; a second lifting is refused', async () => {
  const [hold] = await play.holds();
  const name = hold?.metadata.name ?? '';
  await expect(operations().liftHold(ADA, { namespace: NAMESPACE, hold: name, reason: ' ' })).rejects.toMatchObject({ code: 'ROADBED-3332' });
  await operations().liftHold(ADA, { namespace: NAMESPACE, hold: name, reason: 'it was the database' });
  expect((await play.holds())[0]?.spec.lifted).toMatchObject({ by: 'user:ada', reason: 'it was the database' });
  await expect(operations().liftHold(ADA, { namespace: NAMESPACE, hold: name, reason: 'again' })).rejects.toMatchObject({ code: 'ROADBED-3331' });
  play.behaviours.set(bad, { kind: 'good' });
  expect(await automate()).toEqual(['prod']);
  expect(await serving()).toBe(bad);
});

test('a manual rollback holds what it leaves, goes straight to the last healthy release, and sticks', async () => {
  const third = await build(3);
  await automate();
  expect(await serving()).toBe(third);
  const dry = await operations().rollback(ADA, { ...PLACE, reason: 'prices are wrong', dryRun: true });
  expect(dry.plan).toEqual([expect.stringContaining('note the request'), `hold ${third}`, expect.stringContaining(`commit to the desired state: Return checkout in prod to ${good}`)]);
  expect(await serving()).toBe(third);
  await operations().rollback(ADA, { ...PLACE, reason: 'prices are wrong' });
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ phase: 'Healthy', stable: { release: good }, attempt: { strategy: { steps: [] } } });
  expect(await automate()).toEqual([]);
  expect(play.desired.commits.at(-1)?.message).toContain('By: user:ada');
  const kinds = play.objects.events.map((event) => event.kind);
  expect(kinds.slice(kinds.lastIndexOf('incident.detected'))).toEqual(['incident.detected', 'rollout.started', 'service.deployed', 'service.rolledback', 'incident.resolved', 'rollout.finished']);
  expect(play.lost).toEqual([]);
});

test('a manual rollback in the middle of an attempt aborts it', async () => {
  const third = await build(3);
  await promoteService({ objects: play.objects, desiredState: play.desired, clock: play.clock }, NAMESPACE, SERVICE);
  await play.until((rollout) => rollout.status?.attempt?.phase === 'Progressing' && rollout.status.attempt.release === third);
  await operations().rollback(ADA, { ...PLACE, reason: 'not today' });
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ stable: { release: good }, attempt: { phase: 'Aborted' } });
  expect((await play.rollout()).spec.release).toBe(good);
  expect((await play.holds()).map((hold) => hold.spec.release)).toContain(third);
});

test('promotion of what is not verified where it must be is refused, naming what is missing', async () => {
  await play.objects.create({ apiVersion: API_VERSION, kind: 'Environment', metadata: { name: 'live' }, spec: { ...production, promotesFrom: 'prod', autoPromote: false } });
  const third = await build(3, {});
  await expect(operations().promote(ADA, { ...PLACE, environment: 'live', release: third })).rejects.toMatchObject({ code: 'ROADBED-3323', why: expect.stringContaining('is not verified in prod, which live takes its releases from: it is verified nowhere yet') as string });
  await operations().promote(ADA, { ...PLACE, environment: 'live' });
  expect(await play.desired.read('live', NAMESPACE, SERVICE)).toMatchObject({ release: good });
});

test('promoting something older is refused with the way to do it, and scaling is a commit', async () => {
  await automate();
  const third = await build(3);
  await automate();
  expect(await serving()).toBe(third);
  await expect(operations().promote(ADA, { ...PLACE, release: good })).rejects.toMatchObject({ code: 'ROADBED-3324' });
  await operations().scale(ADA, { ...PLACE, replicas: 3 });
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ readyReplicas: 3 });
});

test('whoever may not write the rollout changes nothing', async () => {
  const before = play.desired.commits.length;
  const powerless = { ...play.objects, patch: never, create: never };
  const theirs = rolloutOperations({ desiredState: play.desired, clock: play.clock, objectsFor: () => powerless, onDesiredChange: () => undefined });
  await build(3);
  await expect(theirs.promote(ADA, PLACE)).rejects.toThrow();
  await expect(theirs.scale(ADA, { ...PLACE, replicas: 9 })).rejects.toThrow();
  expect(play.desired.commits).toHaveLength(before);
});

test('new secret versions of one commit come by a person, go back with a rollback, and are not let in while the commit is held', async () => {
  const versions = { API_KEY: 1 };
  const secrets: Secrets = { ...secretsWithout, versions: async ({ environment }) => (environment === 'prod' ? { ...versions } : {}) };
  const rotate = async (release: string): Promise<string> => (await releaseWithNewSecrets({ objects: play.objects, secrets }, { namespace: NAMESPACE, release, environment: 'prod', chain: 'rotation', by: 'user:ada' })).metadata.name;
  const first = await rotate(good);
  expect(await automate()).toEqual([]);
  await operations().promote(ADA, { ...PLACE, release: first });
  await play.settle();
  expect(await serving()).toBe(first);
  versions.API_KEY = 2;
  const second = await rotate(first);
  await operations().promote(ADA, { ...PLACE, release: second });
  await play.settle();
  expect(await serving()).toBe(second);
  await operations().rollback(ADA, { ...PLACE, reason: 'the key is wrong' });
  await play.settle();
  expect(await serving()).toBe(first);
  expect((await play.objects.get('roadbed.dev/Release', NAMESPACE, first))?.spec).toMatchObject({ secrets: { prod: { API_KEY: 1 } } });
  expect(await automate()).toEqual([]);
  versions.API_KEY = 3;
  await expect(operations().promote(ADA, { ...PLACE, release: await rotate(first) })).rejects.toMatchObject({ code: 'ROADBED-3322' });
});

/** A release of the good commit whose secret is at `version`, put into prod by a person. */
async function withSecret(version: number): Promise<string> {
  const secrets = { ...secretsWithout, versions: async () => ({ API_KEY: version }) };
  return (await releaseWithNewSecrets({ objects: play.objects, secrets }, { namespace: NAMESPACE, release: good, environment: 'prod', chain: `secret-${version}`, by: 'user:ada' })).metadata.name;
}
const put = (release: string | undefined, reason?: string, identity = ADA) => operations().promote(identity, { ...PLACE, ...(release === undefined ? {} : { release }), ...(reason === undefined ? {} : { reason }) });

test('a corrected secret passes in one step, by a person and with a reason; the wrong one stays out', async () => {
  const fresh = await build(3);
  play.behaviours.set(fresh, { kind: 'good' });
  await automate();
  good = fresh;
  const wrong = await withSecret(2);
  play.behaviours.set(wrong, { kind: 'good', errorShare: 0.5 });
  await put(wrong);
  await play.settle();
  expect(await serving()).toBe(fresh);
  const corrected = await withSecret(3);
  const command = `roadbed deploy checkout -e prod --release ${corrected} --reason "..."`;
  await expect(put(corrected)).rejects.toMatchObject({ code: 'ROADBED-3322', why: expect.stringContaining(`after a corrected secret: ${command}`), next: `${command} -n shop` });
  await expect(put(corrected, 'rotated', { issuer: 'roadbed', subject: 'service:cron' })).rejects.toMatchObject({ code: 'ROADBED-3322' });
  await put(undefined, 'the password had a line break');
  await play.settle();
  expect(await serving()).toBe(corrected);
  const hold = (await play.holds()).find((one) => one.spec.release === wrong);
  expect(hold?.spec).toMatchObject({ passed: { release: corrected, by: 'user:ada', reason: 'the password had a line break' } });
  expect(hold?.spec.lifted).toBeUndefined();
  await expect(put(wrong, 'once more')).rejects.toMatchObject({ code: 'ROADBED-3322' });
});

test('a re-push of the held commit pins the same secrets and never passes, with whatever reason', async () => {
  const again = await build(2, { configuration: { prod: { FLAG: '2' } } });
  expect(again).not.toBe(bad);
  await expect(put(again, 'please')).rejects.toMatchObject({ code: 'ROADBED-3322', next: expect.stringMatching(/^roadbed hold lift /) });
});
