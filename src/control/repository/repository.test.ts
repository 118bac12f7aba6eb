import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGitSource, type GitSource } from '../../adapters/git/source.ts';
import { startLoop, type Loop } from '../loop/loop.ts';
import { MemoryObjects } from '../loop/testing/memory-objects.ts';
import { recordMove } from './moves.ts';
import { runOrder, sourceLabel, type PipelineRunObject, type RepositoryObject } from './names.ts';
import { received } from './received.ts';
import { repositoryReconciler } from './reconciler.ts';

const ALICE = { name: 'Alice', email: 'a@example.test' };
const PUSHER = { issuer: 'roadbed', subject: 'user:alice' };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
let folder: string;
let source: GitSource;
let elsewhere: GitSource;
let objects: MemoryObjects;
let loop: Loop;
let reconciler: ReturnType<typeof repositoryReconciler>;
let imported: string[];
let removedImports: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-repository-'));
  source = openGitSource({ folder: join(folder, 'own'), clock, localFolders: [join(folder, 'elsewhere')] });
  elsewhere = openGitSource({ folder: join(folder, 'elsewhere'), clock });
  objects = new MemoryObjects();
  imported = [];
  removedImports = [];
  reconciler = repositoryReconciler({
    objects, source, clock,
    cloneUrl: (namespace, name) => `http://git.test/${namespace}/${name}.git`,
    webhookUrl: (namespace, name) => `http://console.test/hooks/${namespace}/${name}`,
    importCatalog: async (_repository, commit) => {
      imported.push(commit);
      return { ok: true, message: 'nothing' };
    },
    removeImported: async (namespace, name) => void removedImports.push(`${namespace}/${name}`),
  });
  loop = startLoop({ objects, clock, log: { warn: () => undefined }, reconcilers: [reconciler] });
});
afterEach(async () => {
  await loop.stop();
  rmSync(folder, { recursive: true, force: true });
});

const register = async (name: string, spec: object = {}): Promise<RepositoryObject> => await objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name, namespace: 'team' }, spec: { branch: 'main', trusted: false, ...spec } });
const look = async (name: string): Promise<RepositoryObject | undefined> => {
  loop.enqueue('repository', { namespace: 'team', name });
  await loop.settled();
  return await objects.get<RepositoryObject>('roadbed.dev/Repository', 'team', name);
};
const runs = async (): Promise<PipelineRunObject[]> => (await objects.list<PipelineRunObject>('roadbed.dev/PipelineRun')).sort((one, other) => runOrder(one) - runOrder(other));

test('a registered repository is there to push to, and says where', async () => {
  await register('web');
  const repository = await look('web');
  expect(repository?.status).toMatchObject({ cloneUrl: 'http://git.test/team/web.git', conditions: [{ type: 'Ready', status: 'True', reason: 'Empty' }] });
  expect(existsSync(source.gitDir('team', 'web'))).toBe(true);
});

test('an external repository is followed: every poll that finds a new head makes one run and one import', async () => {
  await elsewhere.create('them', 'theirs', { a: '1' }, ALICE);
  await register('followed', { url: `file://${elsewhere.gitDir('them', 'theirs')}`, pollSeconds: 5 });
  await look('followed');
  await look('followed');
  const second = await elsewhere.commitFiles('them', 'theirs', 'main', { a: '2' }, 'Next', ALICE);
  expect((await look('followed'))?.status?.head).toBe(second);
  expect((await runs()).map((run) => [run.spec.trigger.kind, run.metadata.annotations?.['roadbed.dev/subject']])).toEqual([['poll', 'Begin'], ['poll', 'Next']]);
  expect(imported).toHaveLength(2);
});

test('an external repository that cannot be reached says so, without what the address may hide', async () => {
  await register('away', { url: `file://${join(folder, 'elsewhere')}/none.git` });
  expect((await look('away'))?.status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'False', reason: 'Unreachable' });
  await register('forbidden', { url: 'file:///etc' });
  expect((await look('forbidden'))?.status?.conditions?.[0]?.message).toContain('not among those that may be read');
});

test('a move that is told twice, by the push and by the reconciler, is one change and one run', async () => {
  await register('web');
  await look('web');
  const commit = await source.commitFiles('team', 'web', 'main', { a: '1' }, 'One', ALICE);
  const deps = { objects, source, changedFiles: source.changedFiles, runUrl: () => 'url', wake: () => undefined };
  await Promise.all([received(deps, 'team', 'web', [{ ref: 'refs/heads/main', new: commit }], PUSHER), look('web'), received(deps, 'team', 'web', [{ ref: 'refs/heads/main', new: commit }], PUSHER)]);
  expect(await runs()).toHaveLength(1);
  expect(objects.events.filter((event) => event.kind === 'change.merged')).toHaveLength(1);
  expect(objects.events[0]?.body).toMatchObject({ commit, author: 'Alice', subject: 'One', files: 1, default: true });
});

test('pushes that are told in the wrong order are both seen, and the head stays the newest', async () => {
  await register('web');
  await look('web');
  const first = await source.commitFiles('team', 'web', 'main', { a: '1' }, 'One', ALICE);
  const second = await source.commitFiles('team', 'web', 'main', { a: '2' }, 'Two', ALICE);
  const move = (commit: string, old?: string) => recordMove({ objects, source }, 'team', 'web', { ref: 'refs/heads/main', commit, ...(old === undefined ? {} : { old }), trigger: { kind: 'push', by: 'x' }, actor: PUSHER });
  await move(second, first);
  await move(first);
  // The older commit's run stands before the newer one's, which it must not supersede.
  expect((await runs()).map((run) => run.spec.commit)).toEqual([first, second]);
  expect((await objects.get<RepositoryObject>('roadbed.dev/Repository', 'team', 'web'))?.status?.head).toBe(second);
  await move(first, second);
  expect((await runs()).at(-1)?.metadata.name).toBe(`web-${first.slice(0, 7)}-2`);
  expect((await objects.get<RepositoryObject>('roadbed.dev/Repository', 'team', 'web'))?.status?.head).toBe(first);
});

test('a deletion removes the data, also one that nobody looked at; an object that is not there yet removes nothing', async () => {
  await source.create('team', 'early', { a: '1' }, ALICE);
  await look('early');
  expect(existsSync(source.gitDir('team', 'early'))).toBe(true);
  await register('early');
  await look('early');
  await loop.stop();
  await objects.delete('roadbed.dev/Repository', 'team', 'early');
  expect(existsSync(source.gitDir('team', 'early'))).toBe(true);
  loop = startLoop({ objects, clock, log: { warn: () => undefined }, reconcilers: [reconciler] });
  expect(await look('early')).toBeUndefined();
  expect(existsSync(source.gitDir('team', 'early'))).toBe(false);
  expect(removedImports).toEqual(['team/early']);
});

test('whoever pushes reads the faults of the files at once, with line and column', async () => {
  const deps = { objects, source, changedFiles: source.changedFiles, runUrl: () => 'url', wake: () => undefined };
  await register('faulty');
  await source.create('team', 'faulty', { 'score.yaml': 'apiVersion: score.dev/v1b1\nmetadata:\n  name: faulty\ncontainers:\n  web:\n    image: nginx:1\n', 'catalog-info.yaml': 'kind: Nothing\n' }, ALICE);
  const commit = await source.head('team', 'faulty', 'main');
  const lines = await received(deps, 'team', 'faulty', [{ ref: 'refs/heads/main', new: commit ?? '' }], PUSHER);
  expect(lines[0]).toMatch(/^Roadbed: pipeline run faulty-/);
  expect(lines.slice(1)).toEqual(expect.arrayContaining([expect.stringMatching(/^Roadbed: fault: catalog-info.yaml:1:/), expect.stringMatching(/^Roadbed: fault: score.yaml:6:12: containers.web.image: container image "nginx:1" needs/)]));
});

test('a label holds any name', () => {
  expect(sourceLabel('team', 'web')).toBe('team.web');
  expect(sourceLabel('t'.repeat(60), 'w'.repeat(60))).toMatch(/^[0-9a-f]{40}$/);
});
