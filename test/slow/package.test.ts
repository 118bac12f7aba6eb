/**
 * The package as a stranger gets it: packed, installed elsewhere without development dependencies, started on
 * Node 24, and refused in one line by an older Node. A service made in it is built, served and removed again.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, eventually, temporaryFolder, type Ready } from '../testing/platform.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const NODE_24 = join(ROOT, 'node_modules', '.bin', 'node');
const NEEDED = ['bin/roadbed', 'bin/infra-docs', 'providers/aws.json', 'dist/app/main.js', 'dist/adapters/process/main.js', 'dist/adapters/edge/main.js', 'dist/adapters/static-server/main.js', 'dist/formats/score/score-v1b1.schema.json', 'migrations/0001_object_store.sql', 'web/dist/index.html', 'examples/templates/node-service/template.yaml', 'examples/templates/static-site/template.yaml', 'LICENSE', 'NOTICE'];

/** A Node older than 24 on PATH, where the machine has one. */
const olderNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((path) => existsSync(path) && Number(spawnSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }).stdout) < 24);
if (olderNode === undefined) console.log('package: the refusal by an older Node is skipped, all Nodes on PATH are new; get one with: npm install node@20');

describe('the package', () => {
  const place = temporaryFolder();
  const elsewhere = join(place, 'some where');
  const dataDir = join(place, 'data');
  const installed = join(elsewhere, 'node_modules', 'roadbed');
  const program = join(elsewhere, 'node_modules', '.bin', 'roadbed');
  const environment = { ...process.env, HOME: place, NODE_COMPILE_CACHE: undefined, ROADBED_DATA_DIR: '' };
  let files: string[] = [];
  let platform: ChildProcess | undefined;

  const roadbed = (...args: string[]): string => execFileSync(NODE_24, [program, '--data-dir', dataDir, ...args], { cwd: elsewhere, env: environment, encoding: 'utf8', timeout: 180_000 });

  beforeAll(() => {
    execFileSync(NODE_24, [join(ROOT, 'tools', 'build.mjs')], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place], { cwd: ROOT, encoding: 'utf8' })) as { filename: string; size: number; unpackedSize: number; files: { path: string }[] }[];
    files = packed?.files.map((file) => file.path) ?? [];
    console.log(`package: ${Math.round((packed?.size ?? 0) / 1000)} kB packed, ${Math.round((packed?.unpackedSize ?? 0) / 1000)} kB unpacked, ${files.length} files`);
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'package.json'), '{ "private": true }\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', join(place, packed?.filename ?? '')], { cwd: elsewhere, stdio: ['ignore', 'ignore', 'inherit'] });
  });

  afterAll(() => {
    if (platform?.exitCode === null) platform.kill('SIGKILL');
    if (existsSync(dataDir)) roadbed('down', '--purge', '--yes');
    rmSync(place, { recursive: true, force: true });
  });

  test('holds all that runs, and no source maps, TypeScript, or tests but those of the examples', () => {
    expect(NEEDED.filter((path) => !files.includes(path))).toEqual([]);
    expect(files.filter((path) => path.endsWith('.map') || (/\.test\.|\/testing\//.test(path) && !path.startsWith('examples/')))).toEqual([]);
    expect(files.filter((path) => path.startsWith('dist/') && path.endsWith('.ts'))).toEqual([]);
  });

  test('has no development dependency beside it', () => {
    expect(existsSync(join(elsewhere, 'node_modules', 'vite')) || existsSync(join(elsewhere, 'node_modules', 'typescript'))).toBe(false);
    expect(readdirSync(installed)).not.toContain('src');
  });

  test.skipIf(olderNode === undefined)('ends with 2 and one line on an older Node', () => {
    const { status, stdout, stderr } = spawnSync(olderNode ?? '', [program, 'status'], { cwd: elsewhere, env: environment, encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^roadbed: Node 24 or newer is needed, this is .*install it.*\n$/);
  });

  test('draws infrastructure under the second name of the command, as a picture too', () => {
    const picture = join(place, 'picture.png');
    const words = [join(elsewhere, 'node_modules', '.bin', 'infra-docs'), join(installed, 'examples', 'infrastructure', 'google-events')];
    expect(execFileSync(NODE_24, [...words, '--format', 'mermaid'], { encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'ignore'] })).toContain('Cloud Run service');
    execFileSync(NODE_24, [...words, '--format', 'png', '--out', picture], { env: environment, stdio: 'ignore' });
    expect(statSync(picture).size).toBeGreaterThan(50_000);
  });

  test('starts, makes a static site that answers, and leaves nothing behind', async () => {
    const child = spawn(NODE_24, [program, 'up', '--empty', '--json', '--port', '0', '--data-dir', dataDir], { cwd: elsewhere, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    platform = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const line = await new Promise<string>((done, fail) => {
      createInterface({ input: child.stdout }).once('line', done);
      child.once('exit', (code) => fail(new Error(`ended with ${code}: ${errors}`)));
    });
    const ready = JSON.parse(line) as Ready;
    expect(roadbed('--version').trim()).toBe('0.1.0');

    const { url } = JSON.parse(roadbed('new', 'hello', '--template', 'static-site', '-n', 'default', '--timeout', '150s', '--json')) as { url: string };
    const answer = await eventually('the site answers', 20_000, () => ask(ready.edgeUrl, new URL(url).host, '/'));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<html');

    const page = await fetch(ready.consoleUrl);
    expect(page.status).toBe(200);
    expect(statSync(join(installed, 'web', 'dist', 'index.html')).size).toBeGreaterThan(0);

    const ended = new Promise<number | null>((done) => child.once('exit', done));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(roadbed('down', '--purge', '--yes')).toContain('nothing is left');
  });
});
