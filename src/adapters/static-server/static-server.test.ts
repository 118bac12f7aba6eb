import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStaticServer } from './static-server.ts';

let folder: string;
let server: Server;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-static-'));
  const site = join(folder, 'site');
  mkdirSync(join(site, 'docs'), { recursive: true });
  mkdirSync(join(site, '.git'));
  writeFileSync(join(site, 'index.html'), '<h1>home</h1>');
  writeFileSync(join(site, 'docs/index.html'), 'docs');
  writeFileSync(join(site, 'ä b.txt'), '0123456789');
  writeFileSync(join(site, 'empty.css'), '');
  writeFileSync(join(site, '.env'), 'PLANTED');
  writeFileSync(join(site, '.git/config'), 'PLANTED');
  writeFileSync(join(folder, 'outside.txt'), 'PLANTED');
  symlinkSync('../outside.txt', join(site, 'leak.txt'));
  symlinkSync('.env', join(site, 'env.txt'));
  symlinkSync('index.html', join(site, 'also.html'));
  server = await createStaticServer({ root: site });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** The path as it is, which fetch would tidy up. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET', at = port): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return await new Promise((resolve, reject) => {
    request({ port: at, host: '127.0.0.1', path, headers, method }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).on('error', reject).end();
  });
}

test.each([
  ['/', 200, 'text/html; charset=utf-8', '<h1>home</h1>'],
  ['/index.html?x=1', 200, 'text/html; charset=utf-8', '<h1>home</h1>'],
  ['/docs/', 200, 'text/html; charset=utf-8', 'docs'],
  ['/%C3%A4%20b.txt', 200, 'text/plain; charset=utf-8', '0123456789'],
  ['/empty.css', 200, 'text/css; charset=utf-8', ''],
  ['/also.html', 200, 'text/html; charset=utf-8', '<h1>home</h1>'],
])('%s answers %d %s', async (path, status, type, body) => {
  const answer = await get(path);
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([status, type, body]);
});

test.each(['/.env', '/.git/config', '/../outside.txt', '/%2e%2e/outside.txt', '/..%2foutside.txt', '/leak.txt', '/env.txt', '/docs/../../outside.txt', '/\\..\\outside.txt', '//etc/passwd', '/%00', '/%', '/missing', '/docs/missing/'])('%s is not there', async (path) => {
  const answer = await get(path);
  expect([400, 404]).toContain(answer.status);
  expect(answer.body).not.toContain('PLANTED');
});

test('whatever is asked for, nothing outside or hidden comes back', async () => {
  const part = fc.constantFrom('..', '.', '', '%2e%2e', '%2f', '.env', 'leak.txt', 'outside.txt', 'site', '.git', 'config', 'docs', '%5c', '%00');
  await fc.assert(fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
    expect((await get(`/${parts.join('/')}`)).body).not.toContain('PLANTED');
  }), { numRuns: 200 });
});

test('a folder without its slash is redirected', async () => {
  const answer = await get('/docs');
  expect([answer.status, answer.headers['location']]).toEqual([308, '/docs/']);
});

test('an unchanged file is answered with 304, a range with 206', async () => {
  const { headers } = await get('/');
  expect((await get('/', { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  expect((await get('/', { 'if-none-match': '"other"' })).status).toBe(200);
  const range = await get('/%C3%A4%20b.txt', { range: 'bytes=2-4' });
  expect([range.status, range.body, range.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
  expect((await get('/%C3%A4%20b.txt', { range: 'bytes=-3' })).body).toBe('789');
  expect((await get('/%C3%A4%20b.txt', { range: 'bytes=8-' })).body).toBe('89');
  expect((await get('/%C3%A4%20b.txt', { range: 'bytes=10-' })).status).toBe(416);
  expect((await get('/%C3%A4%20b.txt', { range: 'bytes=1-2,4-5' })).status).toBe(200);
});

test('HEAD has no body and other methods are refused', async () => {
  const head = await get('/', {}, 'HEAD');
  expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '13']);
  expect((await get('/', {}, 'POST')).status).toBe(405);
});

test('the program listens on PORT, answers every path with the fallback, and ends on SIGTERM', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), join(folder, 'site'), '--fallback', 'index.html'], { env: { PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const at = await new Promise<number>((resolve) => child.stdout.on('data', (chunk: Buffer) => {
    const [, found] = /port (\d+)/.exec(chunk.toString()) ?? [];
    if (found !== undefined) resolve(Number(found));
  }));
  expect((await get('/some/page', {}, 'GET', at)).body).toBe('<h1>home</h1>');
  expect((await get('/.env', {}, 'GET', at)).body).toBe('<h1>home</h1>');
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
});
