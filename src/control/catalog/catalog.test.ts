import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGitSource, type GitSource } from '../../adapters/git/source.ts';
import type { ApiObject } from '../../domain/object.ts';
import { startLoop, type Loop } from '../loop/loop.ts';
import { MemoryObjects } from '../loop/testing/memory-objects.ts';
import type { RepositoryObject } from '../repository/names.ts';
import { ensureTeamGroup } from './team-group.ts';
import { importCatalog, removeImported } from './import.ts';
import { insideRepository } from './read.ts';
import { relationsReconciler } from './relations.ts';

const ALICE = { name: 'Alice', email: 'a@example.test' };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
let folder: string;
let source: GitSource;
let objects: MemoryObjects;
let loop: Loop | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-catalog-'));
  source = openGitSource({ folder, clock });
  objects = new MemoryObjects();
});
afterEach(async () => {
  await loop?.stop();
  loop = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function register(name: string, files: Record<string, string>, namespaces?: string[]): Promise<{ repository: RepositoryObject; commit: string }> {
  await source.create('team', name, files, ALICE);
  const repository = await objects.create<RepositoryObject>({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name, namespace: 'team' }, spec: { branch: 'main', trusted: false, ...(namespaces === undefined ? {} : { namespaces }) } });
  return { repository, commit: (await source.head('team', name, 'main')) ?? '' };
}

async function load(name: string, files: Record<string, string>, namespaces?: string[]): Promise<{ ok: boolean; message: string }> {
  const { repository, commit } = await register(name, files, namespaces);
  return await importCatalog({ objects, source }, repository, commit);
}

async function change(name: string, files: Record<string, string>): Promise<{ ok: boolean; message: string }> {
  const commit = await source.commitFiles('team', name, 'main', files, 'Change', ALICE);
  const repository = await objects.get<RepositoryObject>('roadbed.dev/Repository', 'team', name);
  return await importCatalog({ objects, source }, repository!, commit);
}

const component = (name: string, extra = ''): string => `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${name}\n${extra}spec:\n  type: service\n  lifecycle: production\n  owner: group:payments\n`;
const SCORE = 'apiVersion: score.dev/v1b1\nmetadata:\n  name: web\ncontainers:\n  main:\n    image: .\n';

test('a generated group of a team is taken over by the repository that describes the team, and not made again', async () => {
  await ensureTeamGroup(objects, 'team');
  const described = 'apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: team\n  title: The best\nspec:\n  type: squad\n  children: []\n';
  expect(await load('web', { 'catalog-info.yaml': described })).toMatchObject({ ok: true });
  await ensureTeamGroup(objects, 'team');
  const group = await objects.get('backstage.io/Group', 'team', 'team');
  expect(group).toMatchObject({ metadata: { title: 'The best', labels: { 'roadbed.dev/source': 'team.web' } }, spec: { type: 'squad' } });
  expect(group?.metadata.labels).not.toHaveProperty('roadbed.dev/generated');
  const other = { 'catalog-info.yaml': described };
  expect((await load('other', other)).message).toContain('belongs to team/web');
});

test('entities and the workload become objects that know where they come from', async () => {
  const files = { 'catalog-info.yaml': `${component('web')}---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: payments\nspec:\n  type: team\n  children: []\n`, 'score.yaml': SCORE };
  expect(await load('web', files)).toEqual({ ok: true, message: '3 declared, 3 written, 0 removed' });
  const found = await objects.get('backstage.io/Component', 'team', 'web');
  expect(found?.metadata).toMatchObject({ labels: { 'roadbed.dev/source': 'team.web' }, annotations: { 'roadbed.dev/source-repository': 'team/web', 'roadbed.dev/source-path': 'catalog-info.yaml' } });
  const workload = await objects.get<ApiObject>('roadbed.dev/Workload', 'team', 'web');
  expect(workload?.spec).toMatchObject({ containers: { main: { image: '.' } } });
  expect(workload?.status).toMatchObject({ source: { repository: 'web', path: 'score.yaml' } });
  const { writes } = objects;
  const repository = await objects.get<RepositoryObject>('roadbed.dev/Repository', 'team', 'web');
  expect(await importCatalog({ objects, source }, repository!, (await source.head('team', 'web', 'main')) ?? '')).toMatchObject({ ok: true });
  expect(objects.writes).toBe(writes);
});

test('vanished entities are removed, but not while a file has a fault', async () => {
  await load('web', { 'catalog-info.yaml': `${component('web')}---\n${component('worker')}`, 'score.yaml': SCORE });
  const faulty = await change('web', { 'catalog-info.yaml': `${component('web')}---\nkind: Componen\n` });
  expect(faulty.ok).toBe(false);
  expect(faulty.message).toMatch(/catalog-info.yaml:\d+:\d+: /);
  expect(await objects.get('backstage.io/Component', 'team', 'worker')).toBeDefined();
  expect(objects.events.at(-1)).toMatchObject({ kind: 'catalog.faulty', namespace: 'team' });
  expect(await change('web', { 'catalog-info.yaml': component('web') })).toEqual({ ok: true, message: '2 declared, 0 written, 1 removed' });
  expect(await objects.get('backstage.io/Component', 'team', 'worker')).toBeUndefined();
  await removeImported({ objects, source }, 'team', 'web');
  expect(await objects.list('backstage.io/Component')).toEqual([]);
  expect(await objects.list('roadbed.dev/Workload')).toEqual([]);
});

test('a resource that nothing here provides is told with line and column, and the workload is in the catalog all the same', async () => {
  const result = await load('web', { 'score.yaml': `${SCORE}resources:\n  cache:\n    type: redis\n` });
  expect(result).toEqual({ ok: false, message: expect.stringMatching(/^score\.yaml:\d+:11: resources\.cache\.type: no provisioner makes resources of type "redis": a Redis server needs/) });
  expect(await objects.get<ApiObject>('roadbed.dev/Workload', 'team', 'web')).toBeDefined();
});

test('a namespace that the registration does not name is refused, one that it names is taken', async () => {
  const elsewhere = { 'catalog-info.yaml': component('web', '  namespace: others\n') };
  const refused = await load('web', elsewhere);
  expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('catalog-info.yaml:1:1: metadata.name: this repository may not declare in the namespace "others" (it may in team;') });
  expect(await objects.list('backstage.io/Component')).toEqual([]);
  expect(await load('allowed', elsewhere, ['others'])).toMatchObject({ ok: true });
  expect(await objects.get('backstage.io/Component', 'others', 'web')).toBeDefined();
});

test('what another repository or a person declared is not taken, and the owner is named', async () => {
  await load('first', { 'catalog-info.yaml': component('web') });
  const second = await load('second', { 'catalog-info.yaml': component('WEB') });
  expect(second.message).toContain('Component team/WEB belongs to team/first');
  await objects.create({ apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'manual', namespace: 'team' }, spec: {} });
  const third = await load('third', { 'catalog-info.yaml': component('manual') });
  expect(third.message).toContain('belongs to somebody who wrote it by hand');
  expect(await load('fourth', { 'catalog-info.yaml': `${component('a')}---\n${component('A')}` })).toMatchObject({ ok: false, message: expect.stringContaining('is declared twice; first at catalog-info.yaml:1') });
});

test('a workload has one repository: the second is refused by name, and does not become where it was read from', async () => {
  await load('first', { 'score.yaml': SCORE });
  const second = await load('second', { 'score.yaml': SCORE });
  expect(second).toMatchObject({ ok: false, message: expect.stringContaining('Workload team/web belongs to team/first') });
  expect((await objects.get<ApiObject>('roadbed.dev/Workload', 'team', 'web'))?.status).toMatchObject({ source: { repository: 'first' } });
});

test('substitutions and locations stay in the repository', async () => {
  const api = 'apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: { name: pay }\nspec:\n  type: openapi\n  lifecycle: production\n  owner: group:payments\n  definition:\n    $text: ./openapi.json\n';
  const location = 'apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: { name: more }\nspec:\n  targets: [./apis/pay.yaml, ./apis/pay.yaml]\n';
  expect(await load('web', { 'catalog-info.yaml': location, 'apis/pay.yaml': api, 'apis/openapi.json': '{"openapi":"3.1.0"}' })).toMatchObject({ ok: true });
  expect((await objects.get<ApiObject<Record<string, unknown>>>('backstage.io/API', 'team', 'pay'))?.spec['definition']).toBe('{"openapi":"3.1.0"}');
  for (const [name, target, says] of [['a', '../../etc/passwd', 'is not a file of this repository'], ['b', 'https://example.test/x.yaml', 'is not a file of this repository'], ['c', './gone.yaml', 'there is no file gone.yaml']] as const) {
    expect((await load(name, { 'catalog-info.yaml': location.replace('[./apis/pay.yaml, ./apis/pay.yaml]', `[${JSON.stringify(target)}]`).replace('name: more', `name: more-${name}`) })).message).toContain(says);
  }
  expect((await load('d', { 'catalog-info.yaml': api })).message).toContain('openapi.json, which the file includes, is not in the repository');
});

test('locations that name each other end', async () => {
  const location = (name: string, target: string): string => `apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: { name: ${name} }\nspec: { target: ${target} }\n`;
  expect(await load('web', { 'catalog-info.yaml': location('one', './two.yaml'), 'two.yaml': location('two', './catalog-info.yaml') })).toMatchObject({ ok: true });
  expect(await objects.list('backstage.io/Location')).toHaveLength(2);
});

test.each([['a/b.yaml', './c.yaml', 'a/c.yaml'], ['a/b.yaml', '../c.yaml', 'c.yaml'], ['b.yaml', '../c.yaml', undefined], ['b.yaml', '/c.yaml', undefined], ['b.yaml', 'file:///c', undefined], ['b.yaml', './*.yaml', undefined], ['b.yaml', '.', undefined]])('%s names %s: %s', (file, target, path) => {
  expect(insideRepository(file, target)).toBe(path);
});

test('relations stand on both sides, across repositories, and go with the entity', async () => {
  loop = startLoop({ objects, clock, log: { warn: () => undefined }, reconcilers: [relationsReconciler(objects, clock)] });
  await load('web', { 'catalog-info.yaml': component('web', '').replace('owner:', 'dependsOn: [component:store]\n  owner:') });
  await load('store', { 'catalog-info.yaml': component('store') });
  await loop.settled();
  const relationsOf = async (name: string): Promise<unknown> => ((await objects.get('backstage.io/Component', 'team', name)) as (ApiObject & { relations?: unknown }) | undefined)?.relations;
  expect(await relationsOf('web')).toEqual([{ type: 'dependsOn', targetRef: 'component:team/store' }, { type: 'ownedBy', targetRef: 'group:team/payments' }]);
  expect(await relationsOf('store')).toEqual([{ type: 'dependencyOf', targetRef: 'component:team/web' }, { type: 'ownedBy', targetRef: 'group:team/payments' }]);
  await removeImported({ objects, source }, 'team', 'web');
  await loop.settled();
  expect(await relationsOf('store')).toEqual([{ type: 'ownedBy', targetRef: 'group:team/payments' }]);
  const { writes } = objects;
  loop.enqueue('relations', { namespace: 'Component:team', name: 'store' });
  await loop.settled();
  expect(objects.writes).toBe(writes);
});
