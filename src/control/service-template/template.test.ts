import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { validateStrategy } from '../../engines/rollout-verdict/validate.ts';
import { entityFaults } from '../../formats/backstage/validate.ts';
import { parseRoadbedFile } from '../../formats/roadbed-yaml/parse.ts';
import { parseScore } from '../../formats/score/parse.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { Source } from '../../ports/source.ts';
import { memoryObjects } from '../rollout/testing/memory-objects.ts';
import { goldenPaths, newService, type NewServiceDeps } from './new-service.ts';
import { readTemplate, type ServiceTemplate } from './template.ts';
import { storeTimeToValue } from './time-to-value.ts';

const TEMPLATES = resolve(import.meta.dirname, '../../../examples/templates');
const ADA = { issuer: 'roadbed', subject: 'user:ada' };
const HOSTILE = 'Ada\'s "shop": <script>alert(1)</script> #1 & ${{ name }} {a: b}';

function load(name: string): ServiceTemplate {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(join(TEMPLATES, name, 'files', path), 'utf8');
    } catch {
      return undefined;
    }
  };
  return readTemplate(readFileSync(join(TEMPLATES, name, 'template.yaml'), 'utf8'), read);
}

const templates = ['node-service', 'static-site'].map(load);
let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'roadbed-template-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(template: string): Promise<Record<string, string>> {
  const files = goldenPaths(templates).preview({ namespace: 'shop', name: 'greeter', template, description: HOSTILE });
  for (const { path, content } of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return Object.fromEntries(files.map(({ path, content }) => [path, content]));
}

describe.each(['node-service', 'static-site'])('%s', (name) => {
  test('its files are valid whatever the description says', async () => {
    const files = await write(name);
    expect(parseScore(files['score.yaml'] ?? '', 'score.yaml').problems).toEqual([]);
    expect(parse(files['catalog-info.yaml'] ?? '')).toMatchObject({ kind: 'Component', metadata: { name: 'greeter', description: HOSTILE }, spec: { owner: 'group:shop' } });
    if (files['roadbed.yaml'] !== undefined) expect(parseRoadbedFile(files['roadbed.yaml'], 'roadbed.yaml', (strategy) => validateStrategy(strategy, '')).problems).toEqual([]);
    expect(files['public/index.html'] ?? '').not.toContain('<script>');
    for (const path of ['server.js', 'package.json', 'score.yaml']) expect(files[path] ?? '').not.toContain('${{');
  });

  test('its own tests pass', async () => {
    await write(name);
    const { NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ['--test'], { cwd: folder, env, timeout: 60_000 });
    expect(stdout).toMatch(/pass 2/);
  });
});

test('the Node service answers on the port it is given and ends on SIGTERM', async () => {
  await write('node-service');
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  const child = spawn(process.execPath, ['server.js'], { cwd: folder, env: { PATH: process.env['PATH'], PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    expect(await (await fetch(`http://127.0.0.1:${port}/?name=Ada`)).text()).toBe('Hello, Ada, from greeter!\n');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  } finally {
    child.kill('SIGTERM');
  }
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test.each([
  ['an unknown value', 'schemaVersion: 1\nname: t\nversion: 1.0.0\ntitle: T\ndescription: D\nfiles: [a]\n', 'x ${{ nobody }}', 'a uses ${{ nobody }}, which nobody gives'],
  ['a path that leads out', 'schemaVersion: 1\nname: t\nversion: 1.0.0\ntitle: T\ndescription: D\nfiles: [../a]\n', 'x', '"../a" is no path inside the repository'],
  ['no files', 'schemaVersion: 1\nname: t\nversion: 1.0.0\ntitle: T\ndescription: D\n', 'x', 'files must name at least one file'],
])('a template with %s is refused', (_what, text, content, why) => {
  expect(() => readTemplate(text, () => content)).toThrow(expect.objectContaining({ code: 'ROADBED-3340', why }));
});

function rig(): NewServiceDeps & { commits: Record<string, string>[]; pushes: string[] } {
  const objects = memoryObjects(() => Date.parse('2026-01-05T10:00:00Z'));
  const commits: Record<string, string>[] = [];
  const pushes: string[] = [];
  const source = { head: async () => (commits.length > 0 ? 'abc' : undefined), create: async (_namespace: string, _name: string, files: Record<string, string>) => void (commits.length === 0 && commits.push(files)) } as unknown as Source;
  return { templates, objects, objectsFor: () => objects, source, clock: { now: () => Date.parse('2026-01-05T10:00:00Z'), monotonic: () => 0 }, received: async (_namespace, repository) => void pushes.push(repository), commits, pushes };
}

test('a new service is a repository that remembers its template, and a first commit that is received like a push', async () => {
  const deps = rig();
  await newService(deps, ADA, { namespace: 'shop', name: 'greeter', template: 'node-service' });
  expect(await deps.objects.get('roadbed.dev/Repository', 'shop', 'greeter')).toMatchObject({ spec: { trusted: false, template: { name: 'node-service', version: '1.0.0', requestedAt: '2026-01-05T10:00:00.000Z', requestedBy: 'user:ada' } } });
  expect(Object.keys(deps.commits[0] ?? {})).toContain('score.yaml');
  expect(deps.pushes).toEqual(['greeter']);
  const group = await deps.objects.get('backstage.io/Group', 'shop', 'shop');
  expect(group).toMatchObject({ metadata: { labels: { 'roadbed.dev/generated': 'true' } }, spec: { type: 'team', children: [] } });
  expect(entityFaults(group)).toEqual([]);
  expect(deps.commits[0]?.['catalog-info.yaml']).toContain('owner: group:shop');
  await expect(newService(deps, ADA, { namespace: 'shop', name: 'greeter', template: 'node-service' })).rejects.toMatchObject({ code: 'ROADBED-3343' });
});

test('a request that died between repository and commit is taken up again', async () => {
  const deps = rig();
  await expect(newService({ ...deps, source: { ...deps.source, create: async () => Promise.reject(new Error('killed')) } }, ADA, { namespace: 'shop', name: 'greeter', template: 'node-service' })).rejects.toThrow('killed');
  await newService(deps, ADA, { namespace: 'shop', name: 'greeter', template: 'node-service' });
  expect(deps.commits).toHaveLength(1);
});

test('a name that another team has in an environment is refused, naming the team', async () => {
  const deps = rig();
  await deps.objects.create({ apiVersion: API_VERSION, kind: 'Rollout', metadata: { name: 'greeter.prod', namespace: 'rivals' }, spec: { service: 'greeter', environment: 'prod', replicas: 1 } });
  await expect(newService(deps, ADA, { namespace: 'shop', name: 'greeter', template: 'node-service' })).rejects.toMatchObject({ code: 'ROADBED-3343', why: 'the name is taken in prod by team rivals.' });
});

test('names, templates and dry runs', async () => {
  const deps = rig();
  await expect(newService(deps, ADA, { namespace: 'shop', name: '../x', template: 'node-service' })).rejects.toMatchObject({ code: 'ROADBED-3341' });
  await expect(newService(deps, ADA, { namespace: 'shop', name: 'x', template: 'cobol' })).rejects.toMatchObject({ code: 'ROADBED-3342' });
  expect((await newService(deps, ADA, { namespace: 'shop', name: 'x', template: 'static-site', dryRun: true })).plan).toContain('commit public/index.html');
  expect(deps.commits).toEqual([]);
});

test('the first production deployment stores the time to value, and a later one does not change it', async () => {
  const deps = rig();
  await newService(deps, ADA, { namespace: 'shop', name: 'greeter', template: 'node-service' });
  await deps.objects.create({ apiVersion: API_VERSION, kind: 'Environment', metadata: { name: 'prod' }, spec: { production: true } });
  await deps.objects.create({ apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'r1', namespace: 'shop' }, spec: { source: { repository: 'greeter' } } });
  const rollout = await deps.objects.create({ apiVersion: API_VERSION, kind: 'Rollout', metadata: { name: 'greeter.prod', namespace: 'shop' }, spec: { service: 'greeter', environment: 'prod', replicas: 1 } });
  for (const since of ['2026-01-05T10:00:42Z', '2026-01-05T11:00:00Z']) {
    const now = await deps.objects.get('roadbed.dev/Rollout', 'shop', 'greeter.prod');
    await deps.objects.updateStatus({ ...(now ?? rollout), status: { phase: 'Healthy', stable: { release: 'r1', since } } });
    await storeTimeToValue(deps.objects, 'shop', 'greeter.prod');
  }
  expect((await deps.objects.get('roadbed.dev/Repository', 'shop', 'greeter'))?.status).toEqual({ timeToValueSeconds: 42 });
});

test('the templates name every file that lies beside them', async () => {
  for (const template of templates) {
    const text = await readFile(join(TEMPLATES, template.name, 'template.yaml'), 'utf8');
    for (const path of Object.keys(template.files)) expect(text).toContain(`- ${path}`);
  }
});
