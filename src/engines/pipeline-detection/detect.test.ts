import { expect, test } from 'vitest';
import type { SourceTree } from '../../domain/source-tree.ts';
import { detectPipeline } from './detect.ts';
import { parseDetectors } from './load.ts';
import { SHIPPED_DETECTORS } from './shipped.ts';
import { startCommand } from './start.ts';

function tree(files: Record<string, string | object>): SourceTree {
  const texts = new Map(Object.entries(files).map(([path, content]) => [path, typeof content === 'string' ? content : JSON.stringify(content)]));
  return { list: async () => [...texts.keys()], read: async (path) => (texts.has(path) ? new TextEncoder().encode(texts.get(path)) : undefined) };
}

const detect = async (files: Record<string, string | object>) => await detectPipeline(tree(files), SHIPPED_DETECTORS);
const shape = async (files: Record<string, string | object>): Promise<string[]> => (await detect(files)).definition.steps.map((step) => `${step.name}(${step.needs.join(',')}): ${step.commands.map((command) => command.join(' ')).join('; ')}`);

test('a locked Node service is installed as locked, then built and tested side by side', async () => {
  const files = { 'package.json': { scripts: { build: 'tsc', test: 'node --test', start: 'node server.js' }, dependencies: { a: '1' } }, 'package-lock.json': '{}', 'server.js': '' };
  expect(await shape(files)).toEqual(['install(): npm ci --no-audit --no-fund', 'build(install): npm run build', 'test(install): npm test']);
  expect((await detect(files)).definition).toMatchObject({ origin: 'node', artifact: { path: '.' } });
});

test('without a lock file the dependencies are installed anyway, and without dependencies nothing is', async () => {
  expect(await shape({ 'package.json': { main: 'index.js', dependencies: { a: '1' } }, 'index.js': '' })).toEqual(['install-unlocked(): npm install --no-audit --no-fund']);
  expect(await shape({ 'package.json': { scripts: { start: 'node server.js', test: 'node --test' } }, 'server.js': '' })).toEqual(['test(): npm test']);
});

test('a test that speaks of built files waits for the build', async () => {
  expect(await shape({ 'package.json': { scripts: { build: 'tsc', test: 'node --test dist/', start: 'node dist/x.js' }, devDependencies: { typescript: '7' } }, 'package-lock.json': '{}' })).toEqual([
    'install(): npm ci --no-audit --no-fund', 'build(install): npm run build', 'test-built(install,build): npm test',
  ]);
});

test.each(['echo "Error: no test specified" && exit 1', 'echo nothing', 'true'])('the test script %j is no test', async (script) => {
  expect(await shape({ 'package.json': { scripts: { start: 'node x', test: script } } })).toEqual([]);
});

test.each([
  [{ 'index.html': '' }, 'static-site', '.'],
  [{ 'public/index.html': '' }, 'static-site-in-public', 'public'],
  [{ 'dist/index.html': '' }, 'static-site-in-dist', 'dist'],
  [{ '_site/index.html': '' }, 'static-site-in-site', '_site'],
  [{ 'index.html': '', 'package.json': { scripts: { build: 'vite build' }, devDependencies: { vite: '8' } } }, 'static-site-vite', 'dist'],
  [{ 'package.json': { scripts: { build: 'eleventy', start: 'eleventy --serve' }, devDependencies: { '@11ty/eleventy': '3' } } }, 'static-site-eleventy', '_site'],
  [{ 'index.html': '', 'package.json': { name: 'x', devDependencies: { htmlhint: '1' } } }, 'static-site-with-package', '.'],
])('%j is %s from %s', async (files, origin, path) => {
  const { definition, start } = await detect(files as Record<string, string>);
  expect(definition.origin).toBe(origin);
  expect(definition.artifact.path).toBe(path);
  expect(start).toEqual({ schemaVersion: 1, kind: 'static', root: '.' });
});

test('what is neither is refused with what to write', async () => {
  await expect(detect({ 'main.go': '' })).rejects.toMatchObject({ code: 'ROADBED-2102', next: expect.stringContaining('add roadbed.yaml') });
  await expect(detect({ 'package.json': 'not json' })).rejects.toMatchObject({ code: 'ROADBED-2102' });
});

test('an own pipeline replaces the detected one and keeps its start; one that cannot run is refused', async () => {
  const files = { 'package.json': { scripts: { start: 'node server.js' } } };
  const own = { pipeline: { origin: 'roadbed.yaml', steps: [{ name: 'a', needs: [], commands: [['true']], timeoutSeconds: 1 }], artifact: { path: '.', exclude: [] } }, configuration: {}, strategies: {} };
  expect(await detectPipeline(tree(files), SHIPPED_DETECTORS, own)).toEqual({ definition: own.pipeline, start: { schemaVersion: 1, kind: 'command', command: ['node', 'server.js'] } });
  expect(await detectPipeline(tree({}), SHIPPED_DETECTORS, own)).toEqual({ definition: own.pipeline });
  const cyclic = { ...own, pipeline: { ...own.pipeline, steps: [{ name: 'a', needs: ['b'], commands: [['x']], timeoutSeconds: 1 }, { name: 'b', needs: ['a'], commands: [['x']], timeoutSeconds: 1 }] } };
  await expect(detectPipeline(tree(files), SHIPPED_DETECTORS, cyclic)).rejects.toThrow('steps wait for each other: a -> b -> a');
});

test.each([
  [{ scripts: { start: 'node server.js' } }, {}, ['node', 'server.js']],
  [{ scripts: { start: ' node  --enable-source-maps dist/index.js --port=80 ' } }, {}, ['node', '--enable-source-maps', 'dist/index.js', '--port=80']],
  [{ scripts: { start: 'node server.js && echo' } }, {}, ['npm', 'start']],
  [{ scripts: { start: 'node $FILE' } }, {}, ['npm', 'start']],
  [{ scripts: { start: 'node server.js', prestart: 'x' } }, {}, ['npm', 'start']],
  [{ scripts: { start: 'next start' } }, {}, ['npm', 'start']],
  [{ main: './lib/app.js' }, { 'lib/app.js': '' }, ['node', 'lib/app.js']],
  [{ main: 'lib' }, { 'lib/index.js': '' }, ['node', 'lib/index.js']],
  [{ main: 'gone.js' }, { 'server.js': '' }, ['node', 'server.js']],
  [{}, { 'index.js': '' }, ['node', 'index.js']],
])('package.json %j with %j starts as %j', async (json, files, command) => {
  expect(await startCommand(tree({ 'package.json': json, ...(files as Record<string, string>) }))).toEqual({ schemaVersion: 1, kind: 'command', command });
});

test('an own pipeline of a site that says no start still has its files served', async () => {
  const pipeline = { origin: 'roadbed.yaml', steps: [], artifact: { path: '.', exclude: [] } };
  const own = { configuration: {}, strategies: {}, pipeline };
  expect(await detectPipeline(tree({ 'index.html': '<p>' }), SHIPPED_DETECTORS, own)).toEqual({ definition: pipeline, start: { schemaVersion: 1, kind: 'static', root: '.' } });
});

test('nothing says how it starts', async () => {
  expect(await startCommand(tree({ 'package.json': {}, 'readme.md': '' }))).toBeUndefined();
});

test('the shipped detectors are data of the documented form', () => {
  expect(parseDetectors(JSON.stringify(SHIPPED_DETECTORS), 'shipped')).toEqual(JSON.parse(JSON.stringify(SHIPPED_DETECTORS)));
});

test('a platform team adds a detector as JSON', async () => {
  const [detector] = parseDetectors(JSON.stringify([{
    name: 'python', description: 'A Python service.', when: { file: 'requirements.txt' },
    steps: [{ name: 'install', needs: [], commands: [['pip', 'install', '-r', 'requirements.txt', '-t', '.packages']], timeoutSeconds: 600 }],
    artifact: { path: '.', exclude: [] }, start: { kind: 'static', root: '.' },
  }]), 'own.json');
  const { definition } = await detectPipeline(tree({ 'requirements.txt': '' }), [detector!, ...SHIPPED_DETECTORS]);
  expect(definition.origin).toBe('python');
});

test.each([
  ['{', 'it is not JSON'],
  ['{}', 'it must be a list'],
  ['[{}]', '"name" must be'],
  ['[{"name":"a","description":"x","when":{"fil":"x"}}]', 'a condition is a map'],
  ['[{"name":"a","description":"x","when":{"json":"p","at":"x","matches":"("},"steps":[]}]', 'not a regular expression'],
  ['[{"name":"a","description":"x","when":{"file":"x"},"steps":[{"name":"s","needs":["t"],"commands":[["x"]],"timeoutSeconds":5}]}]', 'needs "t", which is not there'],
])('%j is refused: %s', (text, says) => {
  expect(() => parseDetectors(text, 'own.json')).toThrow(says);
});

test('a repository that declares infrastructure and has nothing to build runs no step', async () => {
  const own = { configuration: {}, strategies: {}, infrastructure: [{ path: 'infra' }] };
  expect(await detectPipeline(tree({ 'infra/main.tf': '' }), SHIPPED_DETECTORS, own)).toEqual({ definition: { origin: 'infrastructure', steps: [], artifact: { path: '.', exclude: [] } } });
  expect((await detectPipeline(tree({ 'index.html': '' }), SHIPPED_DETECTORS, own)).definition.origin).toBe('static-site');
  await expect(detectPipeline(tree({}), SHIPPED_DETECTORS, { ...own, infrastructure: [] })).rejects.toMatchObject({ code: 'ROADBED-2102' });
});
