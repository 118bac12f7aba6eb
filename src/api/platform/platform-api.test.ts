import { createServer, request } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { PlatformApiDependencies } from './dependencies.ts';
import { createPlatformApi } from './platform-api.ts';

test('a secret is removed over HTTP by a client that does not tell the length of its empty body', async () => {
  const removed: string[] = [];
  const deps = { objects: () => ({ get: async () => undefined }), authorise: async () => ({ allowed: true, reason: '' }), events: { append: async () => [] }, secrets: { remove: async (_scope: unknown, name: string) => void removed.push(name) } } as unknown as PlatformApiDependencies;
  const log: string[] = [];
  const api = createPlatformApi(deps, (line) => log.push(line));
  const server = createServer((incoming, response) => void api(incoming, response, { issuer: 'roadbed', subject: 'user:ada' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, method: 'DELETE', path: '/roadbed/v1/namespaces/shop/services/cart/environments/prod/secrets/API_KEY', headers: { 'transfer-encoding': 'chunked' } }, (response) => resolve(response.resume().statusCode));
    call.on('error', reject);
    call.end();
  });
  await new Promise((resolve) => server.close(resolve));
  expect([status, log, removed]).toEqual([200, [], ['API_KEY']]);
});

test('what an artifact is made of is told only to those who may read a release of it', async () => {
  const asked: string[] = [];
  const artifacts = { verify: async (digest: string) => (asked.push(digest), { ok: true, digest }), attachment: async () => '{}' };
  const deps = { mayReadArtifact: (identity: { subject: string }) => identity.subject === 'user:ada', artifacts } as unknown as PlatformApiDependencies;
  const api = createPlatformApi(deps, () => undefined);
  const server = createServer((incoming, response) => void api(incoming, response, { issuer: 'roadbed', subject: String(incoming.headers['x-subject']) }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/roadbed/v1/artifacts/sha256:ab`;
  const status = async (subject: string, path: string): Promise<number> => (await fetch(`${base}/${path}`, { headers: { 'x-subject': subject } })).status;
  const paths = ['verification', 'sbom', 'provenance'];
  const [own, foreign] = await Promise.all(['user:ada', 'user:eve'].map((subject) => Promise.all(paths.map((path) => status(subject, path)))));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect([own, foreign, asked]).toEqual([[200, 200, 200], [404, 404, 404], ['sha256:ab']]);
});

test.each([['chunked', 200, 100], ['told', 200, 100], ['chunked', 413, 600_000], ['told', 413, 600_000]] as const)('a body whose length is %s is answered with %i when it has %i bytes', async (kind, expected, bytes) => {
  const stored: string[] = [];
  const secrets = { set: async (_scope: unknown, name: string, value: string) => (stored.push(value), { name, version: 1 }) };
  const deps = { authorise: async () => ({ allowed: true, reason: '' }), events: { append: async () => [] }, secrets, releaseWithNewSecrets: async () => undefined } as unknown as PlatformApiDependencies;
  const log: string[] = [];
  const api = createPlatformApi(deps, (line) => log.push(line));
  const server = createServer((incoming, response) => void api(incoming, response, { issuer: 'roadbed', subject: 'user:ada' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const body = JSON.stringify({ value: 'x'.repeat(bytes) });
  const length = kind === 'told' ? `Content-Length: ${body.length}\r\n\r\n${body}` : `Transfer-Encoding: chunked\r\n\r\n${[body.slice(0, 10), body.slice(10)].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`;
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const end = (): void => (socket.destroy(), resolve(text));
    socket.on('data', (data) => /\r\n\r\n[^]*\}/.test((text += data.toString())) && end());
    socket.on('close', end);
    socket.on('error', end);
    socket.write(`PUT /roadbed/v1/namespaces/shop/services/cart/environments/prod/secrets/API_KEY HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}`);
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect([answer.split('\r\n')[0], log]).toEqual([expect.stringContaining(` ${expected} `), []]);
  expect(stored.map((value) => value.length)).toEqual(expected === 200 ? [bytes] : []);
  if (expected === 413) expect(answer).toContain('ROADBED-5006');
});
