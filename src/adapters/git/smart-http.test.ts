import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESIRED_STATE_REPOSITORY, openDesiredState } from './desired-state.ts';
import type { RefUpdate } from './push-report.ts';
import { openGitServer } from './smart-http.ts';
import { openGitSource, type GitSource } from './source.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
let root: string;
let source: GitSource;
let server: Server;
let port: number;
const received: { repository: string; updates: RefUpdate[]; pusher: string }[] = [];
let answer: (namespace: string, repository: string) => Promise<readonly string[]> = async () => ['Roadbed: pipeline run checkout-12 started: http://127.0.0.1/runs/checkout-12'];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'roadbed-smart-http-'));
  source = openGitSource({ folder: join(root, 'repositories with space'), clock });
  await openDesiredState(source, clock);
  const tokens: Record<string, string> = { 'writer-token': 'user:wendy', 'reader-token': 'user:rita', 'other-token': 'user:otto' };
  const git = await openGitServer({
    source,
    authenticate: async (token) => (tokens[token] === undefined ? undefined : { issuer: 'roadbed', subject: tokens[token] }),
    authorise: async (identity, _namespace, _repository, access) => identity.subject === 'user:wendy' || (identity.subject === 'user:rita' && access === 'read'),
    onReceived: async (namespace, repository, updates, pusher) => {
      received.push({ repository: `${namespace}/${repository}`, updates, pusher: pusher.subject });
      return await answer(namespace, repository);
    },
  });
  server = createServer((request, response) => {
    void git.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(404).end('elsewhere');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

const environment = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'W', GIT_AUTHOR_EMAIL: 'w@x', GIT_COMMITTER_NAME: 'W', GIT_COMMITTER_EMAIL: 'w@x' };

function url(repository: string, token = 'writer-token'): string {
  return `http://anyone:${token}@127.0.0.1:${port}/${repository}.git`;
}

async function run(folder: string, ...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)('git', args, { cwd: folder, env: environment, maxBuffer: 1e8 });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, text: failed.stdout + failed.stderr };
  }
}

async function workTree(name: string, files: Record<string, string | Buffer> = { 'a.txt': name }): Promise<string> {
  const folder = join(root, 'work', name);
  mkdirSync(folder, { recursive: true });
  await run(folder, 'init', '-q', '-b', 'main');
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
  await run(folder, 'add', '-A');
  await run(folder, 'commit', '-q', '-m', `Begin ${name}`);
  return folder;
}

test('a push arrives, the platform hears of it, and the pusher reads the answer', async () => {
  await source.create('payments', 'checkout');
  const folder = await workTree('checkout');
  const pushed = await run(folder, 'push', url('payments/checkout'), 'main', 'HEAD:refs/heads/feature/x');
  expect(pushed.text).toContain('remote: Roadbed: pipeline run checkout-12 started: http://127.0.0.1/runs/checkout-12');
  expect(pushed.code).toBe(0);
  const head = (await run(folder, 'rev-parse', 'HEAD')).text.trim();
  expect(received.at(-1)).toEqual({
    repository: 'payments/checkout',
    pusher: 'user:wendy',
    updates: [{ ref: 'refs/heads/main', new: head }, { ref: 'refs/heads/feature/x', new: head }],
  });
  expect(await source.head('payments', 'checkout', 'main')).toBe(head);
  const cloned = await run(root, 'clone', '-q', url('payments/checkout', 'reader-token'), join(root, 'cloned'));
  expect(cloned).toEqual({ code: 0, text: '' });
  expect(existsSync(join(root, 'cloned', 'a.txt'))).toBe(true);
});

test('a large push goes through in chunks, also compressed', async () => {
  await source.create('payments', 'large');
  const folder = await workTree('large', { 'noise.bin': randomBytes(6 * 1024 * 1024) });
  expect((await run(folder, '-c', 'http.postBuffer=65536', 'push', '-q', url('payments/large'), 'main')).code).toBe(0);
  for (let n = 0; n < 5; n++) await run(folder, 'commit', '-q', '--allow-empty', '-m', `Commit ${n}`);
  expect((await run(folder, 'push', '-q', url('payments/large'), 'main')).code).toBe(0);
  const clone = join(root, 'large-clone');
  expect((await run(root, 'clone', '-q', url('payments/large'), clone)).code).toBe(0);
  // A fetch with many "have" lines is sent gzipped by git.
  for (let n = 0; n < 40; n++) await run(clone, 'commit', '-q', '--allow-empty', '-m', `Local ${n}`);
  await run(folder, 'commit', '-q', '--allow-empty', '-m', 'One more');
  await run(folder, 'push', '-q', url('payments/large'), 'main');
  expect(await run(clone, '-c', 'protocol.version=0', 'fetch', '-q', 'origin')).toEqual({ code: 0, text: '' });
}, 60_000);

test('two pushes at once to one repository are both seen', async () => {
  await source.create('payments', 'two');
  const first = await workTree('two-first');
  const second = await workTree('two-second', { 'b.txt': 'b' });
  const count = received.length;
  const results = await Promise.all([run(first, 'push', url('payments/two'), 'HEAD:refs/heads/one'), run(second, 'push', url('payments/two'), 'HEAD:refs/heads/two')]);
  expect(results.map((result) => result.code)).toEqual([0, 0]);
  expect(received.slice(count).flatMap((entry) => entry.updates.map((update) => update.ref)).sort()).toEqual(['refs/heads/one', 'refs/heads/two']);
});

test('of two pushes to one branch one wins and the other is told to fetch first', async () => {
  await source.create('payments', 'race');
  const first = await workTree('race-first');
  const second = await workTree('race-second', { 'b.txt': 'b' });
  const results = await Promise.all([run(first, 'push', url('payments/race'), 'main'), run(second, 'push', url('payments/race'), 'main')]);
  expect(results.map((result) => result.code).sort()).toEqual([0, 1]);
});

test.each([
  { token: 'forged', repository: 'payments/checkout', says: 'Authentication failed' },
  { token: 'other-token', repository: 'payments/checkout', says: 'user:otto may not read repositories of payments' },
  { token: 'writer-token', repository: 'payments/nothing-here', says: 'there is no repository payments/nothing-here; create it with: roadbed new nothing-here' },
  { token: 'reader-token', repository: 'payments/checkout', says: 'user:rita may read but not push to payments/checkout' },
  { token: 'writer-token', repository: `roadbed-system/${DESIRED_STATE_REPOSITORY}`, says: 'the desired state is written by the platform alone' },
])('a push by $token to $repository is refused: $says', async ({ token, repository, says }) => {
  const folder = await workTree(`refused-${token}-${repository.replace('/', '-')}`);
  const count = received.length;
  const pushed = await run(folder, 'push', url(repository, token), 'main');
  expect(pushed.code).not.toBe(0);
  expect(pushed.text).toContain(says);
  expect(received.length).toBe(count);
});

test.each(['refs/roadbed/x', 'refs/notes/commits', 'refs/replace/x', 'refs/pull/1/head'])('%s cannot be pushed', async (ref) => {
  const folder = await workTree(`ref-${ref.replaceAll('/', '-')}`);
  const pushed = await run(folder, 'push', url('payments/checkout'), `HEAD:${ref}`);
  expect(pushed.code).toBe(1);
  expect(pushed.text).toContain('hidden');
});

test('the default branch cannot be deleted, another can', async () => {
  const folder = await workTree('deleting');
  await source.create('payments', 'deleting');
  await run(folder, 'push', url('payments/deleting'), 'main', 'main:refs/heads/old');
  expect((await run(folder, 'push', url('payments/deleting'), ':main')).code).toBe(1);
  expect((await run(folder, 'push', url('payments/deleting'), ':old')).code).toBe(0);
  expect(received.at(-1)?.updates).toMatchObject([{ ref: 'refs/heads/old' }]);
  expect(received.at(-1)?.updates[0]?.new).toBeUndefined();
});

test('a push over the limit is refused and leaves the repository as it was', async () => {
  await source.create('payments', 'huge');
  const folder = await workTree('huge', { 'movie.bin': randomBytes(101 * 1024 * 1024) });
  const pushed = await run(folder, 'push', url('payments/huge'), 'main');
  expect(pushed.code).not.toBe(0);
  expect(pushed.text).toMatch(/exceeds maximum allowed size.*100/);
  expect(await source.head('payments', 'huge', 'main')).toBeUndefined();
  rmSync(folder, { recursive: true });
}, 60_000);

test('a commit that holds a .git folder is refused at the door', async () => {
  await source.create('payments', 'dotgit');
  const folder = await workTree('dotgit');
  const env = { ...environment, GIT_DIR: join(folder, '.git') };
  const blob = execFileSync('git', ['rev-parse', 'HEAD:a.txt'], { env, encoding: 'utf8' }).trim();
  const bytes = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')]);
  const tree = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], { env, input: bytes, encoding: 'utf8' }).trim();
  const commit = execFileSync('git', ['commit-tree', tree, '-m', 'hostile'], { env, encoding: 'utf8' }).trim();
  const pushed = await run(folder, 'push', url('payments/dotgit'), `${commit}:refs/heads/main`);
  expect(pushed.code).not.toBe(0);
  expect(pushed.text).toContain('hasDotgit');
});

test('a client that leaves in the middle of a push leaves no process and no change', async () => {
  await source.create('payments', 'left');
  const count = received.length;
  await new Promise<void>((resolve) => {
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/payments/left.git/git-receive-pack', headers: { authorization: `Basic ${Buffer.from('x:writer-token').toString('base64')}`, 'content-type': 'application/x-git-receive-pack-request' } });
    request.on('error', () => resolve());
    request.write('00ff');
    setTimeout(() => request.destroy(), 100);
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(received.length).toBe(count);
  expect(await source.head('payments', 'left', 'main')).toBeUndefined();
  const left = spawn('ps', ['-eo', 'args']);
  const text = await new Promise<string>((resolve) => {
    let all = '';
    left.stdout.on('data', (chunk: Buffer) => (all += chunk.toString()));
    left.on('close', () => resolve(all));
  });
  expect(text.split('\n').filter((line) => line.includes('http-backend') && line.includes('git'))).toEqual([]);
});

test.each([
  ['/payments/checkout.git/HEAD', 'only the smart Git protocol'],
  ['/payments/checkout.git/info/refs', 'only the smart Git protocol'],
  ['/payments/checkout.git/objects/info/packs', 'only the smart Git protocol'],
  ['/payments/..%2f..%2fetc.git/info/refs?service=git-upload-pack', 'not the name of a repository'],
  ['/../../x.git/info/refs?service=git-upload-pack', 'only the smart'],
])('%s is refused', async (path, says) => {
  const text = await new Promise<string>((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', path, headers: { authorization: `Basic ${Buffer.from('x:writer-token').toString('base64')}` } }, (response) => {
      let all = `${response.statusCode} `;
      response.on('data', (chunk: Buffer) => (all += chunk.toString()));
      response.on('end', () => resolve(all));
    })
      .on('error', reject)
      .end();
  });
  expect(text).toMatch(/^404 /);
  expect(text).toContain(says);
});

test('other addresses are left to others', async () => {
  expect(await (await fetch(`http://127.0.0.1:${port}/console`)).text()).toBe('elsewhere');
});

test('a platform that fails to answer does not hold the push up, and says that it is stored', async () => {
  const before = answer;
  answer = async () => {
    throw new Error('database is away');
  };
  await source.create('payments', 'failing');
  const folder = await workTree('failing');
  const pushed = await run(folder, 'push', url('payments/failing'), 'main');
  answer = before;
  expect(pushed.code).toBe(0);
  expect(pushed.text).toContain('the push is stored');
});
