import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGitSource, type GitSource } from './source.ts';
import { pathProblem } from './tree.ts';

const ALICE = { name: 'Alice', email: 'alice@example.test' };
const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5), monotonic: () => 0 };
let root: string;
let source: GitSource;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'roadbed-source-'));
  source = openGitSource({ folder: join(root, 'repositories'), clock, localFolders: [join(root, 'elsewhere')] });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function raw(gitDir: string, args: string[], input = ''): string {
  return execFileSync('git', args, { input, encoding: 'utf8', env: { ...process.env, GIT_DIR: gitDir, GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x', GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x' } }).trim();
}

/** A commit whose tree is written entry by entry, past everything that git's own commands refuse. */
function hostileCommit(gitDir: string, entries: { mode: string; type: string; object: string; name: string }[]): string {
  const tree = Buffer.concat(entries.map((entry) => Buffer.concat([Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.object, 'hex')])));
  const object = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], { input: tree, encoding: 'utf8', env: { ...process.env, GIT_DIR: gitDir } }).trim();
  return raw(gitDir, ['commit-tree', object], 'hostile');
}

test('a new repository holds the given files in one reproducible commit', async () => {
  await source.create('payments', 'checkout', { 'a.txt': 'one', 'folder/b.txt': 'two' }, ALICE);
  await source.create('payments', 'checkout', { 'a.txt': 'ignored' }, ALICE);
  const head = await source.head('payments', 'checkout', 'main');

  const tree = await source.tree('payments', 'checkout', head ?? '');
  expect(await tree.list()).toEqual(['a.txt', 'folder/b.txt']);
  expect(Buffer.from((await tree.read('folder/b.txt')) ?? []).toString()).toBe('two');
  expect(await tree.read('missing')).toBeUndefined();
  await source.create('payments', 'again', { 'a.txt': 'one', 'folder/b.txt': 'two' }, ALICE);
  expect(await source.head('payments', 'again', 'main')).toBe(head);
});

test('a repository that a reconciler made empty a moment before still gets its first files', async () => {
  await source.create('payments', 'overtaken');
  await source.create('payments', 'overtaken', { 'a.txt': 'one' }, ALICE);
  const head = await source.head('payments', 'overtaken', 'main');
  const tree = await source.tree('payments', 'overtaken', head ?? '');
  expect(Buffer.from((await tree.read('a.txt')) ?? []).toString()).toBe('one');
  await source.create('payments', 'overtaken', { 'a.txt': 'late' }, ALICE);
  expect(await source.head('payments', 'overtaken', 'main')).toBe(head);
});

test('a commit tells its author, time, subject and place on its branch', async () => {
  await source.create('payments', 'told', { 'a.txt': '1' }, ALICE);
  const second = await source.commitFiles('payments', 'told', 'main', { 'a.txt': '2' }, 'Change a\n\nBecause.', { name: 'Bob <x>', email: 'bob@example.test' });
  expect(await source.commit('payments', 'told', second)).toEqual({
    commit: second,
    author: { name: 'Bob  x', email: 'bob@example.test' },
    committedAt: '2026-01-02T03:04:05.000Z',
    subject: 'Change a',
    sequence: 2,
  });
  const first = raw(source.gitDir('payments', 'told'), ['rev-parse', `${second}~1`]);
  expect(await source.isAncestor('payments', 'told', first, second)).toBe(true);
  expect(await source.isAncestor('payments', 'told', second, first)).toBe(false);
  expect(await source.commit('payments', 'told', 'f'.repeat(40))).toBeUndefined();
});

test('files that differ are counted', async () => {
  await source.create('payments', 'counted', { a: '1', b: '1', c: '1' }, ALICE);
  const first = (await source.head('payments', 'counted', 'main')) ?? '';
  const second = await source.commitFiles('payments', 'counted', 'main', { a: '2', d: '1' }, 'x', ALICE);
  expect(await source.changedFiles('payments', 'counted', undefined, first)).toBe(3);
  expect(await source.changedFiles('payments', 'counted', first, second)).toBe(2);
});

test('writers at the same time lose no commit', async () => {
  await source.create('payments', 'busy');
  const other = openGitSource({ folder: join(root, 'repositories'), clock });
  await Promise.all(
    Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? source : other).commitFiles('payments', 'busy', 'main', { [`file-${n}`]: String(n) }, `Add ${n}`, ALICE)),
  );
  const tree = await source.tree('payments', 'busy', (await source.head('payments', 'busy', 'main')) ?? '');
  expect((await tree.list()).length).toBe(8);
});

test('a lock that a killed git left behind does not stop the next writer', async () => {
  await source.create('payments', 'locked', { a: '1' }, ALICE);
  const lock = join(source.gitDir('payments', 'locked'), 'refs/heads/main.lock');
  writeFileSync(lock, '');
  utimesSync(lock, new Date(0), new Date(0));
  await source.commitFiles('payments', 'locked', 'main', { a: '2' }, 'Go on', ALICE);
  expect(existsSync(lock)).toBe(false);
});

test('a checkout has the files and their modes, and nothing of git', async () => {
  await source.create('payments', 'modes', { 'run.sh': '#!/bin/sh\n', 'deep/er/file': 'x' }, ALICE);
  const gitDir = source.gitDir('payments', 'modes');
  const blob = raw(gitDir, ['rev-parse', 'main:run.sh']);
  const commit = hostileCommit(gitDir, [{ mode: '100755', type: 'blob', object: blob, name: 'run.sh' }]);
  const folder = join(root, 'checkout-modes');
  await source.checkout('payments', 'modes', commit, folder);
  expect(statSync(join(folder, 'run.sh')).mode & 0o111).not.toBe(0);
  expect(readFileSync(join(folder, 'run.sh'), 'utf8')).toBe('#!/bin/sh\n');
  expect(existsSync(join(folder, '.git'))).toBe(false);
});

test.each([
  { what: 'a symbolic link', mode: '120000', name: 'link', says: 'is a symbolic link' },
  { what: 'a submodule', mode: '160000', name: 'module', says: 'is a submodule' },
  { what: 'a name that climbs', mode: '100644', name: '..', says: 'leads elsewhere' },
  { what: 'a .git folder', mode: '100644', name: '.GIT', says: 'git keeps for itself' },
  { what: 'a disguised .git', mode: '100644', name: '.g\u200cit', says: 'git keeps for itself' },
  { what: 'control characters', mode: '100644', name: 'a\u001b[2Jb', says: 'control characters' },
  { what: 'a backslash', mode: '100644', name: '..\\x', says: 'backslash' },
])('$what is refused by name on checkout', async ({ mode, name, says }) => {
  await source.create('payments', 'hostile', { 'harmless.txt': 'target' }, ALICE);
  const gitDir = source.gitDir('payments', 'hostile');
  const object = mode === '160000' ? 'a'.repeat(40) : raw(gitDir, ['rev-parse', 'main:harmless.txt']);
  const commit = hostileCommit(gitDir, [{ mode, type: 'blob', object, name }]);
  const folder = join(root, 'checkout-hostile');
  const error = await source.checkout('payments', 'hostile', commit, folder).catch((caught: Error) => caught);
  expect(error).toMatchObject({ code: 'ROADBED-2006' });
  expect((error as Error).message).toContain(JSON.stringify(name));
  expect((error as Error).message).toContain(says);
  expect(existsSync(folder)).toBe(false);
  const tree = await source.tree('payments', 'hostile', commit);
  expect(await tree.list()).toEqual([]);
});

test('a file over 20 MB is refused with the limit, and a tree that repeats itself for ever as well', async () => {
  await source.create('payments', 'heavy', { a: '1' }, ALICE);
  const gitDir = source.gitDir('payments', 'heavy');
  const big = execFileSync('git', ['hash-object', '-w', '--stdin'], { input: Buffer.alloc(21 * 1024 * 1024), encoding: 'utf8', env: { ...process.env, GIT_DIR: gitDir } }).trim();
  const commit = hostileCommit(gitDir, [{ mode: '100644', type: 'blob', object: big, name: 'movie.mp4' }]);
  await expect(source.checkout('payments', 'heavy', commit, join(root, 'heavy'))).rejects.toThrow('"movie.mp4" has 21 MB; a file may have 20 MB');

  let object = raw(gitDir, ['rev-parse', 'main:a']);
  let type = 'blob';
  for (let level = 0; level < 8; level++) {
    const lines = Array.from({ length: 10 }, (_, n) => `${type === 'blob' ? '100644' : '040000'} ${type} ${object}\tf${n}`).join('\n');
    object = raw(gitDir, ['mktree'], lines);
    type = 'tree';
  }
  const bomb = raw(gitDir, ['commit-tree', object], 'bomb');
  await expect(source.checkout('payments', 'heavy', bomb, join(root, 'bomb'))).rejects.toMatchObject({ code: 'ROADBED-2006' });
});

test.each(['../x', 'UPPER', 'a/b', '', '.hidden', 'x.git', 'x.lock', 'a..b', '-x', 'a\nb'])('%j is no repository name', async (name) => {
  await expect(source.create('payments', name)).rejects.toMatchObject({ code: 'ROADBED-2004' });
  await expect(source.create(name, 'checkout')).rejects.toMatchObject({ code: 'ROADBED-2004' });
});

test.each(['--upload-pack=x', 'a b', '..', 'x.lock', 'a~1', 'refs/../x', '@{1}', ''])('%j is no branch name', async (branch) => {
  await expect(source.head('payments', 'checkout', branch)).rejects.toMatchObject({ code: 'ROADBED-2004' });
});

test.each(['HEAD', 'main', '--all', 'abc'])('%j is no commit', async (commit) => {
  await expect(source.tree('payments', 'checkout', commit)).rejects.toMatchObject({ code: 'ROADBED-2004' });
});

test('an external repository is followed by file address, and moves with it', async () => {
  const elsewhere = openGitSource({ folder: join(root, 'elsewhere'), clock });
  await elsewhere.create('them', 'theirs', { a: '1' }, ALICE);
  const url = `file://${elsewhere.gitDir('them', 'theirs')}`;
  const first = await source.fetch('payments', 'followed', url, 'main');
  expect(first).toBe(await elsewhere.head('them', 'theirs', 'main'));
  const second = await elsewhere.commitFiles('them', 'theirs', 'main', { a: '2' }, 'Next', ALICE);
  expect(await source.fetch('payments', 'followed', url, 'main')).toBe(second);
  expect((await source.commit('payments', 'followed', second))?.subject).toBe('Next');
  await expect(source.fetch('payments', 'followed', url, 'absent')).rejects.toMatchObject({ code: 'ROADBED-2007' });
});

test.each([
  'ext::sh -c touch% /tmp/x',
  '--upload-pack=touch',
  'file:///etc',
  'https://user:secret@example.test/x.git',
  'https://token@example.test/x.git',
  'ssh://-oProxyCommand=x/y',
  'git://example.test/x',
  '/etc',
])('the address %j is refused', async (url) => {
  await expect(source.fetch('payments', 'refused', url, 'main')).rejects.toMatchObject({ code: 'ROADBED-2005' });
});

test('a password in a refused address is not repeated', async () => {
  const error = await source.fetch('payments', 'refused', 'https://user:hunter2@example.test/x.git', 'main').catch((caught: Error) => caught);
  expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
});

test('ordinary names pass', () => {
  expect(['a', 'a/b.c', 'Ünïcode/日本.txt', '.gitignore', '.github/workflows/x.yml', 'a b'].map(pathProblem)).toEqual(Array.from({ length: 6 }, () => undefined));
});

test('removing a repository leaves nothing, and moves are announced', async () => {
  const moves: string[] = [];
  const watch = source.onMoved((namespace, name) => moves.push(`${namespace}/${name}`));
  await source.create('payments', 'gone', { a: '1' }, ALICE);
  await source.commitFiles('payments', 'gone', 'main', { a: '2' }, 'x', ALICE);
  watch.stop();
  await source.remove('payments', 'gone');
  await source.remove('payments', 'gone');
  expect(moves).toEqual(['payments/gone', 'payments/gone']);
  expect(existsSync(source.gitDir('payments', 'gone'))).toBe(false);
  expect(await source.head('payments', 'gone', 'main')).toBeUndefined();
});
