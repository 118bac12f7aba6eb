import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { PipelineRunObject, RepositoryObject } from '../repository/names.ts';
import { cancelPipeline, rerunPipeline, runPipeline } from './operations.ts';
import { openTestPlatform, PUSHER, type TestPlatform } from './testing/pipeline-world.ts';

const SCORE = 'apiVersion: score.dev/v1b1\nmetadata:\n  name: web\ncontainers:\n  main:\n    image: .\n';
const SERVICE = {
  'package.json': JSON.stringify({ name: 'web', version: '1.0.0', scripts: { start: 'node server.js', test: 'node --test' } }),
  'server.js': 'console.log("serving")',
  'server.test.js': 'import test from "node:test"; test("x", () => {});',
  'score.yaml': SCORE,
};
const steps = (...lines: string[]): string => `version: 1\npipeline:\n  steps:\n${lines.map((line) => `    - ${line}\n`).join('')}`;
const script = (code: string): string => `[node, -e, ${JSON.stringify(code)}]`;

let platform: TestPlatform;
afterEach(async () => await platform.close());

const kinds = (): string[] => platform.objects.events.map((event) => event.kind);

test('a push is tested, packed and released, and its events stand on one chain', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit, lines } = await platform.push('web', SERVICE);
  expect(lines).toEqual([`Roadbed: pipeline run web-${commit.slice(0, 7)}-1 started: http://console.test/team/web-${commit.slice(0, 7)}-1`]);
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status).toMatchObject({ phase: 'Succeeded', isolation: 'none', artifact: { digest: platform.packed[0]?.digest } });
  expect(run.status?.release).toMatch(/^web-[0-9a-f]{12}$/);
  expect(run.status?.steps?.map((step) => [step.name, step.phase])).toEqual([['test', 'Succeeded']]);
  expect(platform.packed[0]?.files).toContain('.roadbed/start.json');
  expect(platform.orders[0]).toMatchObject({ service: 'web', workload: { metadata: { name: 'web' } }, commit: { commit, sequence: 1, author: { name: 'Alice' } } });
  expect(kinds()).toEqual(['change.merged', 'pipelinerun.queued', 'build.queued', 'pipelinerun.started', 'build.started', 'taskrun.started', 'taskrun.finished', 'build.finished', 'artifact.packaged', 'pipelinerun.finished']);
  expect(platform.objects.events.find((event) => event.kind === 'artifact.packaged')?.body).toMatchObject({ sbom: `/roadbed/v1/artifacts/${platform.packed[0]?.digest}/sbom`, commit, sequence: 1 });
  expect(new Set(platform.objects.events.map((event) => event.chain))).toEqual(new Set([run.spec.chain]));
  const repository = await platform.objects.get<RepositoryObject>('roadbed.dev/Repository', 'team', 'web');
  expect(repository?.status).toMatchObject({ head: commit, cloneUrl: 'http://git.test/team/web.git' });
  expect(existsSync(join(platform.folder, 'work/runs/team', run.metadata.name))).toBe(false);
});

test('a repository makes no release of a workload that another repository declared', async () => {
  platform = await openTestPlatform();
  platform.start();
  await platform.objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Workload', metadata: { name: 'web', namespace: 'team', annotations: { 'roadbed.dev/source-repository': 'team/first' } }, spec: {} });
  const { commit } = await platform.push('web', SERVICE);
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect([run.status?.release, platform.orders]).toEqual([undefined, []]);
  expect(run.status?.message).toContain('the workload web belongs to the repository team/first');
});

test('a resource that nothing here provides fails the run before its first step, and the pusher reads it at once', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit, lines } = await platform.push('web', { ...SERVICE, 'score.yaml': `${SCORE}resources:\n  cache:\n    type: redis\n` });
  const sentence = /score\.yaml:9:11: resources\.cache\.type: no provisioner makes resources of type "redis": a Redis server needs .*Provided here: .*postgres/;
  expect(lines.at(-1)).toMatch(sentence);
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status?.phase).toBe('Failed');
  expect(run.status?.message).toMatch(sentence);
  expect(run.status?.steps ?? []).toEqual([]);
});

test('a settled system changes nothing in a full pass', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', SERVICE);
  await platform.finished(`web-${commit.slice(0, 7)}-1`);
  const { writes } = platform.objects;
  await platform.kill();
  platform.start();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(platform.objects.writes).toBe(writes);
});

test('a failed step says what it printed, and a re-run begins with exactly what the failed step began with', async () => {
  platform = await openTestPlatform();
  platform.start();
  const weather = join(platform.folder, 'weather');
  const roadbed = steps(
    `{ name: prepare, run: [${script("require('fs').writeFileSync('prepared.txt', 'yes')")}] }`,
    `{ name: check, needs: [prepare], run: [${script(`const fs = require('fs'); if (fs.existsSync('dirt') || fs.existsSync(process.env.HOME + '/dirt') || fs.readFileSync('prepared.txt', 'utf8') !== 'yes') process.exit(9); for (const place of ['dirt', process.env.HOME + '/dirt']) fs.writeFileSync(place, ''); fs.writeFileSync('prepared.txt', 'spoilt'); if (!fs.existsSync(${JSON.stringify(weather)})) { console.error('the sky is green'); process.exit(3) }`)}] }`,
    `{ name: last, needs: [check], run: [[node, --version]] }`,
  );
  const { commit } = await platform.push('web', { 'roadbed.yaml': roadbed });
  const name = `web-${commit.slice(0, 7)}-1`;
  const failed = await platform.finished(name);
  expect(failed.status?.phase).toBe('Failed');
  expect(failed.status?.message).toContain('step "check" failed: node: exit code 3; last lines: the sky is green');
  expect(failed.status?.steps?.map((step) => step.phase)).toEqual(['Succeeded', 'Failed', 'Skipped']);
  await expect.poll(() => readdirSync(join(platform.folder, 'work/runs/team', name))).toEqual(['point']);
  writeFileSync(weather, 'fine');
  const again = await rerunPipeline({ objectsOf: () => platform.objects, source: platform.source }, PUSHER, { namespace: 'team', run: name });
  const passed = await platform.finished(again.object.name);
  expect(passed.status?.steps?.map((step) => step.phase)).toEqual(['Reused', 'Succeeded', 'Succeeded']);
  expect(passed.status?.message).toContain('no release: there is no score.yaml');
  expect(passed.spec.chain).toBe(failed.spec.chain);
  expect(existsSync(join(platform.folder, 'work/runs/team', name))).toBe(false);
  const from = rerunPipeline({ objectsOf: () => platform.objects, source: platform.source }, PUSHER, { namespace: 'team', run: name, fromStep: 'nope' });
  await expect(from).rejects.toMatchObject({ code: 'ROADBED-2111' });
});

test('what ran beside the failed step wrote to the same workspace, so it runs again too', async () => {
  platform = await openTestPlatform();
  platform.start();
  const weather = join(platform.folder, 'weather');
  const roadbed = steps(
    '{ name: prepare, run: [[node, --version]] }',
    `{ name: beside, needs: [prepare], run: [${script("require('fs').writeFileSync('beside.txt', '')")}] }`,
    `{ name: check, needs: [prepare], run: [${script(`setTimeout(() => process.exit(require('fs').existsSync(${JSON.stringify(weather)}) ? 0 : 3), 400)`)}] }`,
  );
  const { commit } = await platform.push('web', { 'roadbed.yaml': roadbed });
  const name = `web-${commit.slice(0, 7)}-1`;
  expect((await platform.finished(name)).status?.steps?.map((step) => step.phase)).toEqual(['Succeeded', 'Succeeded', 'Failed']);
  writeFileSync(weather, 'fine');
  const again = await rerunPipeline({ objectsOf: () => platform.objects, source: platform.source }, PUSHER, { namespace: 'team', run: name });
  expect((await platform.finished(again.object.name)).status?.steps?.map((step) => step.phase)).toEqual(['Reused', 'Succeeded', 'Succeeded']);
});

test('a re-run whose workspace is not kept any more starts from the beginning and says so', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', SERVICE);
  const name = `web-${commit.slice(0, 7)}-1`;
  await platform.finished(name);
  const again = await rerunPipeline({ objectsOf: () => platform.objects, source: platform.source }, PUSHER, { namespace: 'team', run: name });
  expect((await platform.finished(again.object.name)).status?.steps?.map((step) => step.phase)).toEqual(['Succeeded']);
});

test('a newer push to the same branch supersedes, and both pushes are seen', async () => {
  platform = await openTestPlatform();
  platform.start();
  const slow = steps(`{ name: wait, run: [${script('setTimeout(() => {}, 60000)')}] }`);
  const first = await platform.push('web', { 'roadbed.yaml': slow });
  const firstName = `web-${first.commit.slice(0, 7)}-1`;
  await expect.poll(() => platform.started.length).toBe(1);
  const second = await platform.push('web', { 'roadbed.yaml': steps('{ name: quick, run: [[node, --version]] }') });
  const superseded = await platform.finished(firstName);
  expect(superseded.status).toMatchObject({ phase: 'Superseded', message: `overtaken by web-${second.commit.slice(0, 7)}-1, a newer push to the same branch` });
  expect((await platform.finished(`web-${second.commit.slice(0, 7)}-1`)).status?.phase).toBe('Succeeded');
  expect(platform.objects.events.filter((event) => event.kind === 'change.merged').map((event) => event.body['commit'])).toEqual([first.commit, second.commit]);
});

test('two branches pushed at once run side by side, and only the branch that counts makes a release', async () => {
  platform = await openTestPlatform();
  platform.start();
  const [main, feature] = await Promise.all([platform.push('web', SERVICE), platform.push('other', SERVICE).then(() => platform.push('other', { ...SERVICE, 'two.txt': '' }, 'feature'))]);
  const runs = await Promise.all([platform.finished(`web-${main.commit.slice(0, 7)}-1`), platform.finished(`other-${feature.commit.slice(0, 7)}-1`)]);
  expect(runs.map((run) => run.status?.phase)).toEqual(['Succeeded', 'Succeeded']);
  expect(runs[1]?.status?.message).toContain('no release: refs/heads/feature is not the branch that counts (main)');
  expect(runs[1]?.status?.release).toBeUndefined();
});

test('a run that is cancelled stops its processes and says by whom', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', { 'roadbed.yaml': steps(`{ name: wait, run: [${script('setTimeout(() => {}, 60000)')}] }`) });
  const name = `web-${commit.slice(0, 7)}-1`;
  await expect.poll(() => platform.started.length).toBe(1);
  await cancelPipeline({ objectsOf: () => platform.objects, source: platform.source }, PUSHER, { namespace: 'team', run: name, reason: 'wrong branch' });
  const run = await platform.finished(name);
  expect(run.status).toMatchObject({ phase: 'Cancelled', message: 'cancelled by user:alice: wrong branch' });
  expect(await platform.world.runtime.observeTask(`team.${name}.wait`)).toMatchObject({ state: 'cancelled' });
});

test('a step over its time is stopped', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', { 'roadbed.yaml': steps(`{ name: wait, timeout: 1s, run: [${script('setTimeout(() => {}, 60000)')}] }`) });
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status).toMatchObject({ phase: 'Failed', message: expect.stringContaining('step "wait" ran out of time: took longer than 1 s') });
});

test.each([
  ['roadbed.yaml', 'version: 1\npipelin: {}\n', 'roadbed.yaml:2:1: pipelin: "pipelin" is not known here (did you mean "pipeline"?)'],
  ['score.yaml', 'apiVersion: score.dev/v1b1\nmetadata: {}\n', 'score.yaml:'],
  ['main.go', 'package main', 'no pipeline was found for this repository'],
  ['roadbed.yaml', 'version: 1\npipeline: { steps: [{ name: a, run: [x], needs: [b] }, { name: b, run: [x], needs: [a] }] }\n', 'steps wait for each other: a -> b -> a'],
  ['roadbed.yaml', 'version: 1\npipeline: { steps: [], artifact: { path: dist } }\n', 'dist cannot be taken as the artifact; no step made it'],
])('a fault in %s ends the run with its place: %j', async (path, text, says) => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', { [path]: text });
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status?.phase).toBe('Failed');
  expect(run.status?.message).toContain(says);
  expect(kinds().at(-1)).toBe('pipelinerun.finished');
});

test('steps of a repository that is not trusted do not run where nothing confines them', async () => {
  platform = await openTestPlatform({}, false);
  platform.start();
  const { commit } = await platform.push('web', SERVICE);
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status?.message).toContain('ROADBED-2105');
  expect(platform.started).toEqual([]);
});

test('an artifact folder that leads out of the workspace is refused', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', { 'roadbed.yaml': `${steps(`{ name: link, run: [${script("require('fs').symlinkSync('/etc', 'dist')")}] }`)}  artifact: { path: dist }\n` });
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status?.message).toContain('it leads out of the workspace');
  expect(platform.packed).toEqual([]);
});

test('a step that puts a link where the start file goes gets no file written through it', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', { ...SERVICE, 'roadbed.yaml': steps(`{ name: link, run: [${script("require('fs').symlinkSync('..', '.roadbed')")}] }`) });
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status?.phase).toBe('Failed');
  expect(existsSync(join(platform.folder, 'work/runs/team', run.metadata.name, 'start.json'))).toBe(false);
});

test('the environment of a step holds what it is promised and nothing of the platform', async () => {
  process.env['ROADBED_PLANTED'] = 'do-not-leak';
  platform = await openTestPlatform({ environment: { npm_config_registry: 'http://registry.test/' } });
  platform.start();
  const { commit } = await platform.push('web', { 'roadbed.yaml': steps(`{ name: env, run: [${script("require('fs').writeFileSync('env.json', JSON.stringify(process.env))")}], environment: { MINE: yes-it-is } }`, `{ name: show, needs: [env], run: [${script("console.log(require('fs').readFileSync('env.json','utf8')); process.exit(1)")}] }`) });
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  delete process.env['ROADBED_PLANTED'];
  expect(run.status?.message).not.toContain('do-not-leak');
  const tail = (await platform.world.runtime.observeTask(`team.${run.metadata.name}.show`))?.logTail.at(-1) ?? '{}';
  expect(JSON.parse(tail)).toMatchObject({ CI: 'true', MINE: 'yes-it-is', npm_config_registry: 'http://registry.test/', ROADBED_COMMIT: commit, ROADBED_BRANCH: 'main' });
  expect(Object.keys(JSON.parse(tail) as object).filter((name) => /TOKEN|SECRET|PLANTED|DATABASE/.test(name))).toEqual([]);
});

test('a cache is kept between runs, and the least recently used goes when the bound is passed', async () => {
  platform = await openTestPlatform({ cacheBytes: 104_000 });
  platform.start();
  const step = (name: string, bytes: number): string => steps(`{ name: a, caches: [{ name: ${name}, path: ~/.cache/${name} }], run: [${script(`const f = process.env.HOME + '/.cache/${name}/kept'; if (require('fs').existsSync(f)) process.exit(7); require('fs').writeFileSync(f, Buffer.alloc(${bytes}))`)}] }`);
  const first = await platform.push('web', { 'roadbed.yaml': step('one', 1000) });
  await platform.finished(`web-${first.commit.slice(0, 7)}-1`);
  const second = await platform.push('web', { 'roadbed.yaml': step('one', 1001) });
  expect((await platform.finished(`web-${second.commit.slice(0, 7)}-1`)).status?.steps?.[0]?.exitCode).toBe(7);
  const third = await platform.push('web', { 'roadbed.yaml': step('two', 99_000) });
  await platform.finished(`web-${third.commit.slice(0, 7)}-1`);
  expect(existsSync(join(platform.folder, 'work/caches/team/web/one'))).toBe(false);
  expect(existsSync(join(platform.folder, 'work/caches/team/web/two'))).toBe(true);
});

test('a run that a person asks for is not superseded by nothing new, and a deleted run leaves nothing', async () => {
  platform = await openTestPlatform();
  platform.start();
  const { commit } = await platform.push('web', SERVICE);
  await platform.finished(`web-${commit.slice(0, 7)}-1`);
  const asked = await runPipeline({ objectsOf: () => platform.objects, source: platform.source }, PUSHER, { namespace: 'team', repository: 'web' });
  expect(asked.object.name).toBe(`web-${commit.slice(0, 7)}-2`);
  const run = await platform.finished(asked.object.name);
  expect(run.status?.phase).toBe('Succeeded');
  await platform.objects.delete('roadbed.dev/PipelineRun', 'team', asked.object.name);
  await expect.poll(async () => await platform.objects.get<PipelineRunObject>('roadbed.dev/PipelineRun', 'team', asked.object.name)).toBeUndefined();
  expect(await platform.world.runtime.observeTask(`team.${asked.object.name}.test`)).toBeUndefined();
});

test('a run written by hand for a commit that is not on the branch makes no release, and leaves nothing when it is deleted', async () => {
  platform = await openTestPlatform();
  await platform.push('web', SERVICE);
  const { commit } = await platform.push('web', { ...SERVICE, 'evil.txt': '' }, 'side');
  platform.start();
  await platform.objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'PipelineRun', metadata: { name: 'by-hand', namespace: 'team' }, spec: { repository: 'web', ref: 'refs/heads/main', commit, trigger: { kind: 'manual', by: 'user:mallory' }, chain: 'c' } });
  const run = await platform.finished('by-hand');
  expect(run.status?.message).toContain(`no release: commit ${commit.slice(0, 7)} is not on main`);
  expect(platform.orders.map((order) => order.commit.commit)).not.toContain(commit);
  await platform.objects.delete('roadbed.dev/PipelineRun', 'team', 'by-hand');
  await expect.poll(async () => await platform.world.runtime.observeTask('team.by-hand.test')).toBeUndefined();
});

test('more runs than may run at a time wait for their turn', async () => {
  platform = await openTestPlatform({ runsAtOnce: 1 });
  platform.start();
  const pushes = await Promise.all(['a', 'b', 'c'].map((name) => platform.push(name, SERVICE).then(({ commit }) => `${name}-${commit.slice(0, 7)}-1`)));
  let most = 0;
  const look = setInterval(() => {
    void platform.objects.list<PipelineRunObject>('roadbed.dev/PipelineRun', { fieldSelector: 'status.phase=Running' }).then((running) => (most = Math.max(most, running.length)));
  }, 10);
  const runs = await Promise.all(pushes.map((name) => platform.finished(name)));
  clearInterval(look);
  expect(runs.map((run) => run.status?.phase)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
  expect(most).toBe(1);
});

test('a push while the control plane was down is found by comparing heads', async () => {
  platform = await openTestPlatform();
  await platform.objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name: 'web', namespace: 'team' }, spec: { branch: 'main', trusted: true } });
  await platform.source.create('team', 'web', SERVICE);
  const commit = (await platform.source.head('team', 'web', 'main')) ?? '';
  platform.start();
  expect((await platform.finished(`web-${commit.slice(0, 7)}-1`)).status?.phase).toBe('Succeeded');
  expect(kinds().filter((kind) => kind === 'change.merged').length).toBe(1);
});

test('a control plane killed between the word and the deed starts the step it had promised', async () => {
  platform = await openTestPlatform();
  const start = platform.world.runtime.startTask;
  let calls = 0;
  platform.world.runtime.startTask = async (task) => {
    if (++calls === 1) throw new Error('killed');
    await start(task);
  };
  platform.start();
  const { commit } = await platform.push('web', SERVICE);
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status?.phase).toBe('Succeeded');
  expect(kinds().filter((kind) => kind === 'taskrun.started').length).toBe(1);
});

test('a control plane killed at any write goes on where it was: no step runs twice at a time, no event is doubled', async () => {
  platform = await openTestPlatform();
  platform.start();
  const quick = { 'roadbed.yaml': steps('{ name: quick, run: [[node, --version]] }'), 'score.yaml': SCORE };
  const reference = await platform.push('reference', quick);
  await platform.finished(`reference-${reference.commit.slice(0, 7)}-1`);
  const expected = kinds();
  const total = platform.objects.writes;
  for (let death = 1; death <= total; death++) {
    const repository = `web${death}`;
    const eventsBefore = platform.objects.events.length;
    const { commit } = await platform.push(repository, { ...quick, 'n.txt': String(death) });
    let writes = 0;
    let dead = false;
    platform.objects.beforeWrite = () => {
      if (++writes === death) dead = true;
      if (dead) throw new Error('killed');
    };
    await platform.kill();
    platform.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await platform.kill();
    platform.objects.beforeWrite = undefined;
    platform.start();
    const run = await platform.finished(`${repository}-${commit.slice(0, 7)}-1`);
    expect(run.status?.phase).toBe('Succeeded');
    const own = platform.objects.events.slice(eventsBefore).filter((event) => event.chain === run.spec.chain).map((event) => event.kind);
    expect(own).toEqual(expected);
  }
}, 120_000);
