import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { signStatement } from '../../formats/in-toto/envelope.ts';
import { provenanceStatement } from '../../formats/in-toto/statement.ts';
import type { ArtifactFiles, Artifacts } from '../../ports/artifacts.ts';
import { excluder } from './exclude.ts';
import { createArtifactStore } from './store.ts';
import { removeFolder } from '../held-folder/held-folder.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'roadbed-artifacts-'));
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = {
  keyId: () => 'key-1',
  sign: (payload: Uint8Array) => Promise.resolve(new Uint8Array(sign(null, payload, privateKey))),
  verify: (keyId: string, payload: Uint8Array, signature: Uint8Array) => Promise.resolve(keyId === 'key-1' && verify(null, payload, publicKey, signature)),
};
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
let place = '';
let store: Artifacts & ArtifactFiles;
let count = 0;

function makeStore(more: { bytes?: number; entries?: number; collectAfterMs?: number } = {}): Artifacts & ArtifactFiles {
  return createArtifactStore({
    folder: join(place, 'store'), unpackFolder: join(place, 'unpacked'), signer, clock,
    ...(more.bytes === undefined && more.entries === undefined ? {} : { limits: { bytes: more.bytes ?? 1e9, entries: more.entries ?? 1e6 } }), ...(more.collectAfterMs === undefined ? {} : { collectAfterMs: more.collectAfterMs }),
  });
}

/** A folder below the test's place; content by path, `{ link }` for symbolic links. */
function tree(name: string, content: Record<string, string | { link: string }>): string {
  const folder = join(place, name);
  mkdirSync(folder, { recursive: true });
  for (const [path, value] of Object.entries(content)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    if (typeof value === 'string') writeFileSync(join(folder, path), value);
    else symlinkSync(value.link, join(folder, path));
  }
  return folder;
}

beforeEach(() => {
  count += 1;
  place = join(ROOT, `case ${count}`);
  mkdirSync(place);
  store = makeStore();
});

afterAll(() => removeFolder(ROOT));

const APP = { 'package.json': '{}', 'src/server.js': 'x', 'node_modules/a/cli.js': '#!', 'node_modules/.bin/a': { link: '../a/cli.js' }, empty: '' };

describe('packing', () => {
  test('the same files give the same digest, whatever their times, modes and order of creation', async () => {
    const first = tree('one', APP);
    const second = tree('two', Object.fromEntries(Object.entries(APP).reverse()));
    utimesSync(join(second, 'package.json'), 1, 1);
    chmodSync(join(second, 'src/server.js'), 0o600);
    const artifact = await store.pack(first, []);
    expect(await store.pack(second, [])).toEqual(artifact);
    expect(artifact.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await store.has(artifact.digest)).toBe(true);
  });

  test('content, names and the right to execute make a difference', async () => {
    const digests = new Set([(await store.pack(tree('a', APP), [])).digest]);
    digests.add((await store.pack(tree('b', { ...APP, empty: ' ' }), [])).digest);
    digests.add((await store.pack(tree('c', { ...APP, other: '' }), [])).digest);
    const executable = tree('d', APP);
    chmodSync(join(executable, 'src/server.js'), 0o755);
    digests.add((await store.pack(executable, [])).digest);
    expect(digests.size).toBe(4);
  });

  test('what is excluded, and .git, stays out', async () => {
    const folder = tree('x', { ...APP, '.git/config': 'secret', 'test/a.js': '', 'docs/deep/a.md': '', 'src/a.log': '' });
    const artifact = await store.pack(folder, ['test', '**/*.md', 'src/*.log', 'docs/deep']);
    expect(artifact.digest).toBe((await store.pack(tree('y', { ...APP, 'docs/keep': '' }), ['docs/keep'])).digest);
  });

  test.each<[string, Record<string, string | { link: string }>, RegExp]>([
    ['a link out of the folder', { 'a/l': { link: '../../secret' } }, /the link "a\/l" leads to "\.\.\/\.\.\/secret", out of the folder/],
    ['an absolute link', { l: { link: '/etc/passwd' } }, /the link "l" leads to "\/etc\/passwd"/],
    ['a link out through another link', { 'deep/up': { link: '..' }, l: { link: 'deep/up/../secret' } }, /the link "l"/],
    ['links in a circle', { a: { link: 'b' }, b: { link: 'a' } }, /out of the folder/],
    ['a name with a line end', { 'a\nb': '' }, /control character/],
  ])('%s is refused by name', async (_what, content, message) => {
    await expect(store.pack(tree('x', content), [])).rejects.toMatchObject({ code: 'ROADBED-4001', message: expect.stringMatching(message) });
    expect(readdirSync(place)).not.toContain('store');
  });

  test('a pipe is refused by name and not waited for', async () => {
    const folder = tree('x', APP);
    execFileSync('mkfifo', [join(folder, 'src', 'pipe')]);
    await expect(store.pack(folder, [])).rejects.toMatchObject({ code: 'ROADBED-4001', message: expect.stringContaining('"src/pipe" is neither a file nor a folder') });
  });

  test('a name that is not UTF-8 is refused', async () => {
    const folder = tree('x', {});
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/a`), Buffer.of(0xff)]), '');
    await expect(store.pack(folder, [])).rejects.toMatchObject({ code: 'ROADBED-4001', message: expect.stringContaining('not UTF-8') });
  });

  test('too many bytes and too many files are refused, and nothing is left', async () => {
    const folder = tree('x', { a: 'x'.repeat(2_000_000), b: '' });
    await expect(makeStore({ bytes: 1_000_000 }).pack(folder, [])).rejects.toMatchObject({ code: 'ROADBED-4002', message: 'The artifact is too large: more than 2 MB, limit 1 MB.' });
    await expect(makeStore({ entries: 1 }).pack(folder, [])).rejects.toMatchObject({ code: 'ROADBED-4002' });
    expect(existsSync(join(place, 'store'))).toBe(false);
  });

  test('large and many files survive the round trip', async () => {
    const content = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`d${index % 7}/f${index}`, `${index}`.repeat(index * 7)]));
    const folder = tree('x', { ...content, big: 'z'.repeat(5_000_001) });
    const unpacked = await store.unpack((await store.pack(folder, [])).digest);
    expect(execFileSync('diff', ['-r', folder, unpacked], { encoding: 'utf8' })).toBe('');
  });
});

describe('unpacking', () => {
  test('gives a read-only folder with the same files, once', async () => {
    const folder = tree('x', APP);
    chmodSync(join(folder, 'node_modules/a/cli.js'), 0o755);
    const { digest } = await store.pack(folder, []);
    const paths = await Promise.all([store.unpack(digest), store.unpack(digest), makeStore().unpack(digest)]);
    expect(new Set(paths).size).toBe(1);
    const root = paths[0] ?? '';
    expect(readFileSync(join(root, 'node_modules/.bin/a'), 'utf8')).toBe('#!');
    expect([root, join(root, 'src'), join(root, 'src/server.js'), join(root, 'node_modules/a/cli.js')].map((path) => statSync(path).mode & 0o777)).toEqual([0o555, 0o555, 0o444, 0o555]);
    expect(readdirSync(join(place, 'unpacked'))).toHaveLength(1);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['cut off', (path) => truncateSync(path, 1_024), /ends too early/],
    ['added to', (path) => appendFileSync(path, 'x'), /after the end/],
    ['changed', (path) => writeFileSync(path, readFileSync(path).map((byte, index) => (index === 512 ? byte ^ 1 : byte))), /it has the digest|not/],
  ])('an archive that was %s is refused and nothing of it stays', async (_how, change, message) => {
    const { digest } = await store.pack(tree('x', { 'package.json': '{"a":1}', b: 'c' }), []);
    change(join(place, 'store', digest.slice(7, 9), `${digest.slice(7)}.tar`));
    await expect(store.unpack(digest)).rejects.toMatchObject({ code: 'ROADBED-4004', message: expect.stringMatching(message) });
    expect(readdirSync(join(place, 'unpacked'))).toEqual([]);
    expect(await store.verify(digest)).toMatchObject({ ok: false });
  });

  test('what is no digest, or of no artifact, is refused', async () => {
    await expect(store.unpack('sha256:../../../etc')).rejects.toMatchObject({ code: 'ROADBED-4003' });
    await expect(store.unpack(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'ROADBED-4003' });
    await expect(store.has('latest')).rejects.toMatchObject({ code: 'ROADBED-4003' });
  });

  test('single files can be read, and only files of the artifact', async () => {
    const { digest } = await store.pack(tree('x', { ...APP, folder: { link: 'src' } }), []);
    writeFileSync(join(place, 'secret'), 'secret');
    expect(Buffer.from((await store.read(digest, 'src/server.js')) ?? []).toString()).toBe('x');
    expect(Buffer.from((await store.read(digest, 'folder/server.js')) ?? []).toString()).toBe('x');
    for (const path of ['../secret', '/etc/passwd', 'src', 'nothing', 'src/server.js/x', '', 'a\0b']) expect(await store.read(digest, path)).toBeUndefined();
    expect(await store.read(digest, 'package.json', 1)).toBeUndefined();
  });
});

describe('provenance', () => {
  const statement = (digest: string): ReturnType<typeof provenanceStatement> =>
    provenanceStatement({ namespace: 'shop', service: 'checkout', digest, repository: 'checkout', ref: 'main', commit: '9f3ab12', pipeline: 'node', pipelineRun: 'r', builder: 'https://roadbed.example', platformVersion: '0', isolation: 'user', startedAt: '', finishedAt: '' });

  test('a signed statement about the artifact verifies', async () => {
    const { digest } = await store.pack(tree('x', APP), []);
    expect(await store.verify(digest)).toEqual({ ok: false, digest, problem: 'it has no provenance' });
    await store.attach(digest, 'provenance', await signStatement(statement(digest), signer));
    expect(await store.verify(digest)).toEqual({ ok: true, digest, keyId: 'key-1', builder: 'https://roadbed.example', commit: '9f3ab12' });
    expect(JSON.parse((await store.attachment(digest, 'provenance')) ?? '')).toHaveProperty('payloadType');
  });

  test.each<[string, (digest: string) => Promise<string>, RegExp]>([
    ['about another artifact', () => signStatement(statement(`sha256:${'1'.repeat(64)}`), signer), /speaks of another artifact/],
    ['signed by a stranger', (digest) => signStatement(statement(digest), { ...signer, sign: () => Promise.resolve(new Uint8Array(64)) }), /no signature .* is valid/],
    ['with an unknown key', (digest) => signStatement(statement(digest), { ...signer, keyId: () => 'key-2' }), /no signature .* is valid/],
    ['that is something else', (digest) => signStatement({ ...statement(digest), predicateType: 'https://example.com/x' }, signer), /not a provenance statement/],
    ['without an envelope', () => Promise.resolve('{}'), /not a DSSE envelope/],
    ['with its payload changed', async (digest) => {
      const envelope = JSON.parse(await signStatement(statement(`sha256:${'1'.repeat(64)}`), signer)) as { payload: string };
      return JSON.stringify({ ...envelope, payload: Buffer.from(JSON.stringify(statement(digest))).toString('base64') });
    }, /no signature .* is valid/],
  ])('a statement %s does not', async (_what, document, problem) => {
    const { digest } = await store.pack(tree('x', APP), []);
    await store.attach(digest, 'provenance', await document(digest));
    expect(await store.verify(digest)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
  });

  test('attachments are JSON and belong to an artifact', async () => {
    const { digest } = await store.pack(tree('x', APP), []);
    await expect(store.attach(digest, 'sbom', 'no')).rejects.toMatchObject({ code: 'ROADBED-4005' });
    await expect(store.attach(`sha256:${'0'.repeat(64)}`, 'sbom', '{}')).rejects.toMatchObject({ code: 'ROADBED-4003' });
    expect(await store.attachment(digest, 'sbom')).toBeUndefined();
  });
});

test('what no release names is collected, with all that belongs to it, unless it is young', async () => {
  const [kept, old] = [await store.pack(tree('a', { a: '1' }), []), await store.pack(tree('b', { a: '2' }), [])];
  await store.unpack(old.digest);
  await store.attach(old.digest, 'sbom', '{}');
  writeFileSync(join(place, 'store', '.tmp-left-by-a-killed-writer'), 'x');
  expect(await store.collect(new Set([kept.digest]))).toBe(0);
  expect(await makeStore({ collectAfterMs: -1_000 }).collect(new Set([kept.digest]))).toBe(1);
  expect([await store.has(kept.digest), await store.has(old.digest)]).toEqual([true, false]);
  expect(await store.attachment(old.digest, 'sbom')).toBeUndefined();
  expect(readdirSync(join(place, 'unpacked'))).toEqual([]);
  expect(readdirSync(join(place, 'store')).filter((name) => name.startsWith('.tmp-'))).toEqual([]);
});

describe('exclusion', () => {
  test.each<[string, string, boolean]>([
    ['test', 'test', true], ['test', 'test/a/b', true], ['test', 'tests', false], ['test', 'src/test', false], ['/test/', 'test', true], ['./a.b', 'a.b', true], ['a.b', 'axb', false],
    ['*.log', 'x.log', true], ['*.log', 'a/x.log', false], ['**/*.log', 'x.log', true], ['**/*.log', 'a/b/x.log', true], ['a/**', 'a/b/c', true], ['a/*/c', 'a/b/c', true], ['a/*/c', 'a/b/d/c', false], ['(', '(', true],
  ])('%s against %s: %s', (pattern, path, expected) => {
    expect(excluder([pattern])(path)).toBe(expected);
  });

  test('no pattern makes it throw', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (pattern, path) => typeof excluder([pattern])(path) === 'boolean'));
  });
});

