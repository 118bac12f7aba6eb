/** The whole way with real parts: object API, loop, supervisor and processes, edge, git; requests by the thousand. */
import { spawnSync } from 'node:child_process';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EdgeTraffic } from '../../src/adapters/edge/client.ts';
import { ensureEdge, type RunningEdge } from '../../src/adapters/edge/launch.ts';
import { startSteadyLoad } from '../../src/adapters/edge/testing/steady-load.ts';
import { openDesiredState } from '../../src/adapters/git/desired-state.ts';
import { openGitSource } from '../../src/adapters/git/source.ts';
import { makeTestBed, type TestBed } from '../../src/adapters/process/testing/supervised.ts';
import { fileJournal } from '../../src/adapters/traffic-collector/collector-journal.ts';
import { createTrafficCollector, type TrafficCollector } from '../../src/adapters/traffic-collector/traffic-collector.ts';
import { objectClient } from '../../src/api/objects/client.ts';
import { grant, testWorld, type World } from '../../src/api/objects/testing/world.ts';
import type { EnvironmentSpec } from '../../src/domain/kinds/environment.ts';
import type { ScoreContainer } from '../../src/domain/kinds/workload.ts';
import type { TrafficSample } from '../../src/domain/traffic.ts';
import { defaultEnvironments, ensureEnvironments } from '../../src/control/environment/default-environments.ts';
import { startLoop, type Loop } from '../../src/control/loop/loop.ts';
import { makeRelease } from '../../src/control/release/make-release.ts';
import { receiptOf } from '../../src/control/receipt/receipt.ts';
import { createDelivery, type Delivery } from '../../src/control/rollout/delivery.ts';
import { createWorkloads } from '../../src/control/rollout/workloads.ts';
import type { RolloutObject } from '../../src/control/rollout/world.ts';

const READY = process.platform === 'linux' && spawnSync('git', ['--version']).status === 0;
if (!READY) console.log('the real-world delivery test is skipped: it needs Linux and git (apt-get install git)');

const NAMESPACE = 'payments';
const SERVICE = 'quote';
const ADA = { issuer: 'roadbed', subject: 'user:ada' };
const SERVER = `
const share = Number(process.env.FAILS ?? 0);
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  setTimeout(() => { response.statusCode = Math.random() < share ? 500 : 200; response.end(process.env.RELEASE); }, 5);
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => server.close(() => process.exit(0)));
`;
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const log = { warn: () => undefined };

function fastEnvironments(): { name: string; spec: EnvironmentSpec }[] {
  return defaultEnvironments(true).map(({ name, spec }) => {
    const timing = { interval: '500ms', window: '5s', initialDelay: '500ms', minSamples: 20, noData: 'wait' as const };
    const pause = { pause: { duration: '1500ms' } };
    const strategy = { steps: [{ setWeight: 10 }, pause, { setWeight: 50 }, pause], background: { startingStep: 0, checks: [{ name: 'success-rate', metric: 'successRate' as const, min: 0.99, ...timing }] }, progressDeadlineSeconds: 30 };
    return { name, spec: spec.production ? { ...spec, strategy } : spec };
  });
}

describe.skipIf(!READY)('delivery with real processes', () => {
  let bed: TestBed;
  let folder: string;
  let edge: RunningEdge;
  let world: World;
  let collector: TrafficCollector;
  let delivery: Delivery;
  let loop: Loop;
  const stored: TrafficSample[] = [];

  async function startControlPlane(): Promise<void> {
    const desiredState = await openDesiredState(openGitSource({ folder: join(folder, 'repositories'), clock }), clock);
    const traffic = new EdgeTraffic(join(folder, 'edge'));
    const store = { store: async (samples: readonly TrafficSample[]) => void stored.push(...samples), samples: async ({ service, environment, since }: { service: string; environment: string; since: string }) => stored.filter((one) => one.service === service && one.environment === environment && one.at >= since) };
    collector = await createTrafficCollector({ traffic, store, journal: fileJournal(join(folder, 'traffic.json')), clock, log, everyMs: 500 });
    collector.start();
    delivery = createDelivery({
      objectsFor: (identity) => objectClient(world.service, identity),
      runtime: bed.handle.runtime, traffic, desiredState, metrics: collector, clock, log, desiredStateEveryMs: 500,
      workloads: (objects) =>
        createWorkloads({
          objects, claimOutputs: async () => ({}), secrets: { resolve: async () => ({}) }, programs: { node: process.execPath, staticServer: '' },
          artifact: async () => ({ folder: join(bed.base, 'app'), tree: { read: async (path) => readFile(join(bed.base, 'app', path)).catch(() => undefined) } }),
        }),
      urlOf: (host) => `http://${host}:${edge.port}`,
    });
    loop = startLoop({ objects: objectClient(world.service, { issuer: 'roadbed', subject: 'service:platform' }), clock, log, reconcilers: delivery.reconcilers });
    delivery.start(loop.enqueue);
  }

  async function stopControlPlane(): Promise<void> {
    await loop.stop();
    await delivery.stop();
    await collector.stop();
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roadbed delivery '));
    bed = await makeTestBed();
    bed.write('app/server.js', SERVER);
    edge = await ensureEdge({ folder: join(folder, 'edge'), port: 0 });
    world = await testWorld();
    await world.platform.create(grant(NAMESPACE, 'team-member', ['user:ada']));
    await ensureEnvironments(world.platform, fastEnvironments());
    await startControlPlane();
  });

  afterEach(async () => {
    await stopControlPlane();
    await edge.stop(500);
    await bed.end();
    await rm(folder, { recursive: true, force: true });
    stored.length = 0;
  });

  async function release(number: number, fails = 0, change: Partial<ScoreContainer> = {}): Promise<string> {
    const digit = number.toString(16).padStart(2, '0');
    const container = { image: '.', command: ['node', 'server.js'], variables: { FAILS: String(fails), RELEASE: `v${number}`, ROADBED_TEST: bed.base }, readinessProbe: { httpGet: { path: '/healthz', port: 8080 } }, ...change };
    const made = await makeRelease(
      { objects: objectClient(world.service, { issuer: 'roadbed', subject: 'service:pipeline-controller' }), secrets: { versions: async () => ({}) } as never },
      {
        namespace: NAMESPACE, chain: `chain-${number}`, by: 'service:pipeline-controller', service: SERVICE, environments: ['dev', 'prod'], configuration: {},
        artifact: { digest: `sha256:${digit.repeat(32)}`, size: 1, mediaType: 'application/x-tar' },
        workload: { apiVersion: 'score.dev/v1b1', metadata: { name: SERVICE }, service: { ports: { web: { port: 8080 } } }, containers: { main: container } },
        source: { repository: SERVICE, commit: digit.repeat(20), branch: 'main', sequence: number, author: { name: 'Ada', email: 'ada@example.test' }, subject: `change ${number}`, committedAt: new Date(Date.now() - 60_000).toISOString(), pipelineRun: `run-${number}` },
      },
    );
    return made.metadata.name;
  }

  async function until(what: (rollout: RolloutObject) => boolean, timeoutMs = 30_000): Promise<RolloutObject> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const rollout = await world.platform.get<RolloutObject>('roadbed.dev/Rollout', NAMESPACE, `${SERVICE}.prod`);
      if (rollout !== undefined && what(rollout)) return rollout;
      if (Date.now() > deadline) throw new Error(`it never came to that: ${JSON.stringify(rollout?.status, null, 1)}`);
      await sleep(20);
    }
  }

  const promoted = (name: string) => (rollout: RolloutObject): boolean => rollout.status?.stable?.release === name && rollout.status.phase === 'Healthy';

  test('v1, a bad v2, v3: under load no request is lost outside the canary, and v2 does not come back', async () => {
    const first = await release(1);
    await until(promoted(first));
    const load = startSteadyLoad(edge.port, `${SERVICE}.prod.localhost`);
    const bad = await release(2, 0.3);
    const returned = await until((rollout) => rollout.status?.attempt?.release === bad && rollout.status.attempt.finishedAt !== undefined);
    const attempt = returned.status?.attempt;
    expect(attempt?.verdict?.sentence).toMatch(/was rolled back: .* requests failed, limit 1 %; commit 0202020 "change 2" by Ada; \d+ user requests affected$/);
    const millis = Date.parse(attempt?.rollback?.trafficAt ?? '') - Date.parse(attempt?.verdict?.measurement?.at ?? '');
    expect(millis).toBeLessThan(2_000);
    const third = await release(3);
    await until(promoted(third));
    await delivery.operations.scale(ADA, { namespace: NAMESPACE, service: SERVICE, environment: 'prod', replicas: 3 });
    await until((rollout) => rollout.status?.readyReplicas === 3);
    await delivery.operations.scale(ADA, { namespace: NAMESPACE, service: SERVICE, environment: 'prod', replicas: 1 });
    await until((rollout) => rollout.status?.readyReplicas === 1 && rollout.spec.replicas === 1);
    await sleep(3_000);
    const count = await load.stop();
    const outside = count.lost.filter((why) => why !== '500 v2');
    console.log(`real world: ${count.answered} answered, ${count.lost.length} failed in the canary, ${outside.length} lost outside it; traffic back ${millis} ms after the failed measurement`);
    expect(outside).toEqual([]);
    expect(count.lost.length).toBeGreaterThan(0);
    expect(attempt?.verdict?.affectedRequests).toBe(count.lost.length);
    expect(await world.platform.list('roadbed.dev/Hold', { namespace: NAMESPACE })).toMatchObject([{ spec: { release: bad } }]);
    const receipt = await receiptOf({ objects: world.platform, events: { query: async ({ chain, kinds }) => world.rows.filter((row) => (chain === undefined || row.chain === chain) && (kinds === undefined || kinds.includes(row.kind))) }, metrics: collector, clock }, NAMESPACE, `${SERVICE}.prod`);
    expect(receipt.outcome).toBe('Promoted');
    expect((await world.platform.get('roadbed.dev/Release', NAMESPACE, third))?.status).toMatchObject({ verified: [{ environment: 'dev' }, { environment: 'prod' }] });
  }, 120_000);

  test('a canary that accepts no connection fails its check, though no user sees a failure', async () => {
    const first = await release(1);
    await until(promoted(first));
    const load = startSteadyLoad(edge.port, `${SERVICE}.prod.localhost`);
    const deaf = await release(2, 0, { command: ['sleep', '1000'], readinessProbe: { exec: { command: ['true'] } } });
    const attempt = (await until((rollout) => rollout.status?.attempt?.release === deaf && rollout.status.attempt.finishedAt !== undefined)).status?.attempt;
    const count = await load.stop();
    expect(attempt).toMatchObject({ phase: 'RolledBack', verdict: { check: 'success-rate', affectedRequests: 0 } });
    expect(attempt?.verdict?.sentence).toMatch(/was rolled back: 100 % of \d+ requests failed, limit 1 %.*; 0 user requests affected$/);
    expect(count.lost).toEqual([]);
  }, 120_000);

  test('a control plane that stops in the middle of a canary leaves it serving, and its successor ends it', async () => {
    await until(promoted(await release(1)));
    const load = startSteadyLoad(edge.port, `${SERVICE}.prod.localhost`);
    const next = await release(2);
    await until((rollout) => rollout.status?.attempt?.release === next && rollout.status.attempt.weight === 10);
    await stopControlPlane();
    await sleep(1_000);
    await startControlPlane();
    await until(promoted(next));
    const count = await load.stop();
    expect(count.lost).toEqual([]);
    // What the edge counted while nobody read is in the samples, once.
    await collector.collect();
    const samples = await collector.samples({ service: SERVICE, environment: 'prod', since: new Date(Date.now() - 600_000).toISOString() });
    expect(samples.reduce((sum, sample) => sum + sample.requests, 0)).toBe(count.answered);
  }, 120_000);
});
