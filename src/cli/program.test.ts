import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import fc from 'fast-check';
import type { LocalPlatform } from './local-platform.ts';
import { runProgram } from './program.ts';
import { saveContext, resolveContext } from './context.ts';
import { age, Output } from './output.ts';
import { closest, editDistance } from './resources.ts';

const home = mkdtempSync(join(tmpdir(), 'roadbed-cli-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function collector(): { stream: Writable; text: () => string } {
  let text = '';
  return { stream: new Writable({ write: (chunk, _encoding, done) => ((text += String(chunk)), done()) }), text: () => text };
}

const refuse = async (): Promise<never> => {
  throw new Error('no infrastructure in these tests');
};

const platform: LocalPlatform = {
  packageVersion: '1.2.3',
  up: async () => 0,
  down: async () => ({ stopped: [], left: [] }),
  planPurge: async () => undefined,
  systemdUnit: () => ({ path: join(home, 'roadbed.service'), text: '[Service]\n', folders: [join(home, 'data')] }),
  backup: async () => ({ bytes: 0, parts: [], notCovered: [] }),
  restore: async () => ({ parts: [], notCovered: [] }),
  doctor: async () => [{ name: 'git', state: 'problem', fact: 'not found', fix: 'apt-get install git' }],
  runPipeline: async () => ({ ok: false, message: 'step test failed' }),
  openInBrowser: async () => false,
  infrastructure: { open: refuse, readBytes: refuse, openAt: refuse, providerCatalogue: refuse, stateStorage: refuse, drawPng: refuse, priceFiles: refuse, ownPrices: refuse, rules: refuse },
};

async function roadbed(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = collector();
  const err = collector();
  const environment = { HOME: home, XDG_CONFIG_HOME: join(home, 'config'), ROADBED_DATA_DIR: join(home, 'data') };
  const code = await runProgram(words, { stdout: out.stream, stderr: err.stream, environment }, platform);
  return { code, out: out.text(), err: err.text() };
}

test('no words print the help and exit as a usage error', async () => {
  const { code, out } = await roadbed();
  expect(code).toBe(2);
  expect(out).toContain('Exit codes: 0 ok, 1 failed, 2 usage');
});

test('--version and --help succeed', async () => {
  expect(await roadbed('--version')).toMatchObject({ code: 0, out: '1.2.3\n' });
  expect((await roadbed('rollback', '--help')).code).toBe(0);
});

test('a mistyped command is a usage error that names the near one', async () => {
  const { code, err } = await roadbed('statsu');
  expect(code).toBe(2);
  expect(err).toContain('Did you mean status?');
});

test('wrong words are told like every other error: what, why, what to do, where it is explained', async () => {
  for (const words of [['statsu'], ['receipt'], ['rollback', 'cart', '--nonsense'], ['hold', 'lift'], ['get', 'a', 'b', 'c']]) {
    const { code, err } = await roadbed(...words);
    expect(code).toBe(2);
    expect(err.split('\n').map((line) => line.split(':')[0]?.trim()), words.join(' ')).toEqual(['error', 'why', 'try', 'see', '']);
  }
  expect((await roadbed('hold', 'lift')).err).toContain('usage: roadbed hold lift ');
  expect(JSON.parse((await roadbed('receipt', '--json')).err)).toMatchObject({ error: { code: 'ROADBED-6007' } });
});

test('the help of every command says what its exit codes mean', async () => {
  for (const words of [['--help'], ['rollback', '--help'], ['hold', 'list', '--help']]) expect((await roadbed(...words)).out).toContain('Exit codes: 0 ok, 1 failed');
});

test('completion offers verbs, options and shells without any server', async () => {
  expect((await roadbed('complete', '--', 'audit', '')).out.trim().split('\n')).toEqual(['list', 'verify']);
  expect((await roadbed('complete', '--', 'completion', '')).out.trim().split('\n')).toEqual(['bash', 'fish', 'zsh']);
  expect((await roadbed('complete', '--', 'rollback', '--re')).out).toContain('--reason\n');
  expect(await roadbed('complete', '--', 'promote', '')).toMatchObject({ code: 0, out: '' });
  for (const shell of ['bash', 'zsh', 'fish']) expect((await roadbed('completion', shell)).out).toContain('roadbed complete -- ');
});

test('without any Roadbed the error says what happened, why and what to do, without a stack', async () => {
  const { code, err } = await roadbed('status');
  expect(code).toBe(3);
  expect(err.split('\n').map((line) => line.split(':')[0]?.trim())).toEqual(['error', 'why', 'try', 'see', '']);
  expect(err).not.toContain('    at ');
});

test('an error is one JSON document under --json', async () => {
  const { err } = await roadbed('status', '--json');
  expect(JSON.parse(err)).toMatchObject({ schemaVersion: 1, error: { code: 'ROADBED-6002' } });
});

test('a rollback without a reason is refused before anything is asked', async () => {
  const { code, err } = await roadbed('rollback', 'checkout');
  expect(code).toBe(2);
  expect(err).toContain('--reason');
});

test('what cannot be undone needs a confirmation in a script', async () => {
  const { code, err } = await roadbed('down', '--purge');
  expect(code).toBe(2);
  expect(err).toContain('add --yes');
  expect((await roadbed('down', '--purge', '--yes')).code).toBe(0);
});

test('doctor fails when something is amiss and prints the fix in rows that grep can read', async () => {
  const { code, out } = await roadbed('doctor');
  expect(code).toBe(1);
  expect(out).toBe('problem\tgit\tnot found\tapt-get install git\n');
});

test('a failing local pipeline exits 1 and says why', async () => {
  const { code, out } = await roadbed('pipeline', 'run', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({ schemaVersion: 1, ok: false, message: 'step test failed' });
});

test('every command that can be completed is offered', async () => {
  const { out } = await roadbed('complete', '--', '');
  for (const name of ['up', 'down', 'login', 'new', 'deploy', 'scale', 'status', 'logs', 'open', 'promote', 'rollback', 'hold', 'secret', 'pipeline', 'get', 'apply', 'delete', 'audit', 'backup', 'restore', 'demo', 'doctor']) {
    expect(out.split('\n')).toContain(name);
  }
});

test('a context is kept private and found again', () => {
  const environment = { XDG_CONFIG_HOME: join(home, 'contexts') };
  const path = saveContext('work', { apiUrl: 'https://127.0.0.1:1', token: 'rbt_x_y' }, environment);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(resolveContext({ context: 'work' }, environment).token).toBe('rbt_x_y');
  expect(() => resolveContext({ context: 'wrok' }, environment)).toThrow('there is no context "wrok"');
});

test('a damaged context file is named', () => {
  const folder = join(home, 'damaged', 'roadbed');
  saveContext('a', { apiUrl: 'https://127.0.0.1:1', token: 't' }, { XDG_CONFIG_HOME: join(home, 'damaged') });
  writeFileSync(join(folder, 'contexts.json'), '{');
  expect(() => resolveContext({}, { XDG_CONFIG_HOME: join(home, 'damaged') })).toThrow('contexts.json cannot be read');
});

test('fields of --json select from every item', () => {
  const out = collector();
  new Output({ json: 'name,status.phase' }, { stdout: out.stream, stderr: out.stream, environment: {} }).document({ items: [{ name: 'a', status: { phase: 'Healthy' }, more: 1 }] });
  expect(JSON.parse(out.text())).toEqual({ schemaVersion: 1, items: [{ name: 'a', 'status.phase': 'Healthy' }] });
});

test('NO_COLOR outranks FORCE_COLOR, and an empty FORCE_COLOR forces nothing', () => {
  const style = (environment: Record<string, string>): string => new Output({}, { stdout: collector().stream, stderr: collector().stream, environment }).style('red', 'x');
  expect(style({ FORCE_COLOR: '1' })).not.toBe('x');
  expect(style({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe('x');
  expect(style({ FORCE_COLOR: '' })).toBe('x');
});

test('ages are short and never negative', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  expect(['2026-01-01T11:59:55Z', '2026-01-01T11:00:00Z', '2025-12-30T12:00:00Z', '2026-01-01T12:00:09Z'].map((at) => age(at, now))).toEqual(['5s', '60m', '2d', '0s']);
});

test('the edit distance is a metric, and the closest word is within two edits', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(fc.property(word, word, word, (a, b, c) => editDistance(a, b) === editDistance(b, a) && editDistance(a, c) <= editDistance(a, b) + editDistance(b, c) && (editDistance(a, b) === 0) === (a === b)));
  expect(closest('chekout', ['checkout', 'cart'])).toBe('checkout');
  expect(closest('zebra', ['checkout', 'cart'])).toBeUndefined();
});
