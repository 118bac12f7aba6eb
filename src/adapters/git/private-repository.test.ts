/** Following a repository that asks for a password: a real smart HTTP server with basic authentication on the loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Credentials } from './fetch.ts';
import { runHttpBackend } from './http-backend.ts';
import { allowedHosts } from './remote-network.ts';
import { openGitSource, type GitSource } from './source.ts';

const TOKEN = 'planted-token-4711';
const CREDENTIALS: Credentials = { username: 'reader', password: TOKEN, origin: 'secret READ_TOKEN' };
const clock = { now: () => Date.UTC(2026, 0, 2), monotonic: () => 0 };
let root: string;
let forge: GitSource;
let follower: GitSource;
let server: Server;
let base: string;
let credentials: Credentials | undefined;
let commandLines: string[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'roadbed-private-'));
  forge = openGitSource({ folder: join(root, 'forge'), clock });
  follower = openGitSource({ folder: join(root, 'own'), clock, allowedHosts: allowedHosts(['127.0.0.1'], 'test'), credentials: async () => credentials });
  await forge.create('acme', 'website', { 'a.txt': 'one' });
  server = createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const place = /^(\/(?:acme|moved)\/website\.git)(\/.*)$/.exec(path);
    for (const process of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        commandLines.push(readFileSync(`/proc/${process}/cmdline`, 'utf8'));
      } catch {
        // It ended between the listing and the look.
      }
    }
    if (place?.[1]?.startsWith('/moved') === true) return void response.writeHead(302, { location: `/acme/website.git${place[2]}?${query}` }).end();
    if (request.headers.authorization !== `Basic ${Buffer.from(`reader:${TOKEN}`).toString('base64')}`) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end();
    void runHttpBackend(request, response, { gitDir: forge.gitDir('acme', 'website'), path: place?.[2] ?? '', query, user: 'reader', settings: { 'http.uploadpack': 'true' }, environment: { GIT_HTTP_EXPORT_ALL: '1' }, timeoutMs: 10_000 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  credentials = CREDENTIALS;
  commandLines = [];
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

test('a private repository is fetched, and the token stands in no command line and in no file', async () => {
  expect(await follower.fetch('team', 'website', `${base}/acme/website.git`, 'main')).toBe(await forge.head('acme', 'website', 'main'));
  const encoded = Buffer.from(`reader:${TOKEN}`).toString('base64');
  expect(commandLines.some((line) => line.includes('website.git'))).toBe(true);
  expect(commandLines.filter((line) => line.includes(TOKEN) || line.includes(encoded))).toEqual([]);
  expect(everyFile(join(root, 'own')).filter((text) => text.includes(TOKEN) || text.includes(encoded))).toEqual([]);
});

test('a rotated token counts from the next fetch', async () => {
  credentials = { ...CREDENTIALS, password: 'old' };
  await expect(follower.fetch('team', 'rotated', `${base}/acme/website.git`, 'main')).rejects.toMatchObject({ code: 'ROADBED-2012' });
  credentials = CREDENTIALS;
  expect(await follower.fetch('team', 'rotated', `${base}/acme/website.git`, 'main')).toMatch(/^[0-9a-f]{40}$/);
});

test('what is refused says so in words, without the token', async () => {
  credentials = { ...CREDENTIALS, password: 'wrong-4712' };
  const wrong = await follower.fetch('team', 'wrong', `${base}/acme/website.git`, 'main').catch((error: unknown) => error);
  expect(wrong).toMatchObject({ code: 'ROADBED-2012', message: expect.stringContaining('refuses secret READ_TOKEN') });
  expect(JSON.stringify(wrong)).not.toContain('wrong-4712');
  credentials = undefined;
  await expect(follower.fetch('team', 'none', `${base}/acme/website.git`, 'main')).rejects.toMatchObject({ code: 'ROADBED-2012', message: expect.stringContaining('names none'), next: expect.stringContaining('spec.credentials.secret') });
});

test('the token is not sent on to where the server redirects, nor in clear over a network', async () => {
  await expect(follower.fetch('team', 'moved', `${base}/moved/website.git`, 'main')).rejects.toMatchObject({ class: expect.stringMatching(/unavailable|refused/) });
  await expect(follower.fetch('team', 'clear', 'http://forge.example.test/acme/website.git', 'main')).rejects.toMatchObject({ code: 'ROADBED-2011' });
});
