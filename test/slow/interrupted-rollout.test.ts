/**
 * The control plane is killed in the middle of rollouts, at each of their steps, under constant load: whatever was
 * under way is finished or taken back, no split is left half done, and what was held stays held.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EdgeTraffic } from '../../src/adapters/edge/client.ts';
import type { Attempt } from '../../src/domain/kinds/rollout.ts';
import { revisionId } from '../../src/engines/release/identity.ts';
import { ownPath, type RolloutObject } from '../../src/cli/resources.ts';
import type { ReleaseSpec } from '../../src/domain/kinds/release.ts';
import type { ApiObject } from '../../src/domain/object.ts';
import { startConstantLoad, type ConstantLoad } from '../testing/constant-load.ts';
import { DeliveredService, NAMESPACE } from '../testing/delivered-service.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';

const MINUTE = 60_000;

let dataDir: string;
let platform: Platform;
let service: DeliveredService;
let load: ConstantLoad;
let version = 0;

beforeAll(async () => {
  dataDir = temporaryFolder();
  platform = await startPlatform(dataDir);
  service = new DeliveredService(platform, 'hello');
  await service.create();
  load = startConstantLoad(platform.ready.edgeUrl, [service.host('prod')], 6);
}, 5 * MINUTE);

afterAll(async () => {
  await (load as ConstantLoad | undefined)?.stop();
  await platform.stop();
  purge(dataDir);
}, 2 * MINUTE);

/** Waits, looking as often as it can, until the newest attempt in prod after `after` is as wanted. */
async function caught(after: number, wanted: (attempt: Attempt) => boolean): Promise<Attempt> {
  const deadline = Date.now() + MINUTE;
  let last: Attempt | undefined;
  while (Date.now() < deadline) {
    last = (await service.rollout('prod')).status?.attempt;
    if (last !== undefined && last.number > after && (wanted(last) || last.finishedAt !== undefined)) return last;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`never seen; the attempt is ${JSON.stringify(last)}`);
}

async function killAndStart(): Promise<void> {
  await platform.kill();
  await new Promise((done) => setTimeout(done, 500));
  platform = await startPlatform(dataDir);
  service.platform = platform;
}

/** What the edge splits between, which must be one revision: the stable release's. */
async function expectWhole(rollout: RolloutObject): Promise<void> {
  const release = await platform.connection.call<ApiObject<ReleaseSpec>>('GET', ownPath('releases', NAMESPACE, rollout.status?.stable?.release ?? ''));
  const wanted = { [revisionId(service.name, 'prod', release.spec.hash)]: 100 };
  const deadline = Date.now() + 10_000;
  for (;;) {
    const table = await new EdgeTraffic(join(dataDir, 'edge')).table();
    const route = table.routes.find((one) => one.host === service.host('prod'));
    const split = Object.fromEntries((route?.revisions ?? []).filter((entry) => entry.weight > 0).map((entry) => [entry.revision, entry.weight]));
    if (JSON.stringify(split) === JSON.stringify(wanted)) return;
    if (Date.now() > deadline) expect(split).toEqual(wanted);
    await new Promise((done) => setTimeout(done, 100));
  }
}

const STEPS: readonly [string, (attempt: Attempt) => boolean][] = [
  ['while its replicas start', (attempt) => attempt.phase === 'Preparing'],
  ['as the first weight is set', (attempt) => attempt.phase === 'Progressing'],
  ['at the second weight', (attempt) => attempt.weight === 50],
  ['while it is promoted', (attempt) => attempt.phase === 'Promoting'],
];

test.each(STEPS)('killed %s, a good release is promoted all the same, and no request is lost', async (when, wanted) => {
  load.take();
  const before = await service.attemptNumber('prod');
  version += 1;
  await service.release({ version: `good-${version}` });
  const { phase, weight } = await caught(before, wanted);
  await killAndStart();
  const rollout = await service.ended('prod', before, 'Promoted');
  await expectWhole(rollout);
  expect((await ask(platform.ready.edgeUrl, service.host('prod'), '/'))?.body).toBe(`good-${version}`);
  const { answered, lost } = load.take();
  console.log(`killed ${when} (seen: ${phase}, ${weight} %): promoted; ${answered} answered, ${lost.length} lost`);
  expect(answered).toBeGreaterThan(100);
  expect(lost).toEqual([]);
}, 4 * MINUTE);

const RETURNS: readonly [string, (attempt: Attempt) => boolean][] = [
  ['before its check has failed', (attempt) => attempt.phase === 'Progressing' && attempt.weight === 20],
  ['as the return begins', (attempt) => attempt.phase === 'RollingBack'],
  ['when the traffic is back', (attempt) => attempt.rollback?.trafficAt !== undefined],
];

let held: { release: string; commit: string } | undefined;

test.each(RETURNS)('killed %s, a faulty release is taken back and held, and only its own share was hurt', async (when, wanted) => {
  load.take();
  const before = await service.attemptNumber('prod');
  const stable = (await service.rollout('prod')).status?.stable?.release;
  version += 1;
  const commit = await service.release({ version: `faulty-${version}`, failing: 0.5 });
  const { phase, weight, release } = await caught(before, wanted);
  await killAndStart();
  const rollout = await service.ended('prod', before, 'RolledBack');
  await expectWhole(rollout);
  expect(rollout.status?.stable?.release).toBe(stable);
  // The return ends with the commit; the wish on the rollout follows the repository a moment later.
  await eventually('the wish names the healthy release', MINUTE, async () => ((await service.rollout('prod')).spec.release === stable ? true : undefined));
  expect((await service.holds()).filter((hold) => hold.spec.release === release)).toHaveLength(1);
  held = { release, commit };
  const { answered, lost, revisions } = load.take();
  const canary = Object.keys(revisions).filter((revision) => revision.endsWith(release.slice(-12)));
  const outside = lost.filter(({ why, revision }) => !why.startsWith('500') || canary.includes(revision ?? '') === false);
  console.log(`killed ${when} (seen: ${phase}, ${weight} %): taken back, held; ${answered} answered, ${lost.length} failed in the canary's share, ${outside.length} elsewhere`);
  expect(outside).toEqual([]);
}, 4 * MINUTE);

test('neither a restart nor a push of the same commit brings a held release back', async () => {
  const before = await service.attemptNumber('prod');
  await killAndStart();
  await service.operate('runPipeline', { repository: service.name });
  await new Promise((done) => setTimeout(done, 20_000));
  const rollout = await service.rollout('prod');
  expect(rollout.status?.attempt?.number).toBe(before);
  expect(rollout.spec.release).not.toBe(held?.release);
  await expectWhole(rollout);
}, 2 * MINUTE);
