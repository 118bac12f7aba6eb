/** A private repository of a forge elsewhere, followed by polling and by signed webhook, through a TLS proxy under a public name. */
import { createHmac } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as plainRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHttpBackend } from '../../src/adapters/git/http-backend.ts';
import { openGitSource, type GitSource } from '../../src/adapters/git/source.ts';
import { ensureCertificates, type Certificates } from '../../src/api/transport/certificates.ts';
import { listOwn, ownPath } from '../../src/cli/resources.ts';
import type { RepositorySpec, RepositoryStatus } from '../../src/domain/kinds/repository.ts';
import type { PipelineRunSpec } from '../../src/domain/kinds/pipeline-run.ts';
import type { ApiObject } from '../../src/domain/object.ts';
import { NAMESPACE } from '../testing/delivered-service.ts';
import { eventually, purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';

type Repository = ApiObject<RepositorySpec, RepositoryStatus>;

const MINUTE = 60_000;
const HOST = 'roadbed.example.test';
const TOKEN = 'planted-read-token';
const SIGNING = 'planted-signing-key';
const AUTHOR = { name: 'Ada', email: 'ada@example.org' };
const PAGE = { 'index.html': '<h1>one</h1>', 'score.yaml': 'apiVersion: score.dev/v1b1\nmetadata:\n  name: website\nservice:\n  ports:\n    web: { port: 8080 }\ncontainers:\n  main:\n    image: .\n' };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

let folder: string;
let dataDir: string;
let forge: GitSource;
let forgeServer: Server;
let proxy: Server;
let certificates: Certificates;
let forgeUrl: string;
let platform: Platform;
let asked: number;

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** What a forge's web server does: basic authentication, then git's own backend. */
function serveForge(request: IncomingMessage, response: ServerResponse): void {
  asked += 1;
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const given = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString().split(':')[1];
  if (given !== TOKEN) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end();
  void runHttpBackend(request, response, { gitDir: forge.gitDir('acme', 'website'), path: path.replace('/acme/website.git', ''), query, user: 'reader', settings: {}, environment: { GIT_HTTP_EXPORT_ALL: '1' }, timeoutMs: 10_000 });
}

beforeAll(async () => {
  folder = temporaryFolder();
  dataDir = temporaryFolder();
  asked = 0;
  mkdirSync(join(dataDir, 'extensions'), { recursive: true });
  writeFileSync(join(dataDir, 'extensions', 'repository-hosts.json'), '["127.0.0.1"]');
  forge = openGitSource({ folder: join(folder, 'forge'), clock });
  await forge.create('acme', 'website', PAGE, AUTHOR);
  forgeServer = createServer(serveForge);
  forgeUrl = `http://127.0.0.1:${await listening(forgeServer)}/acme/website.git`;
  certificates = ensureCertificates(join(folder, 'tls'), clock, [HOST]);
  proxy = createTlsServer({ key: certificates.key, cert: certificates.certificate }, (request, response) => {
    const { hostname, port } = new URL(platform.ready.listenUrl);
    request.pipe(plainRequest({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers))));
  });
  const port = await listening(proxy);
  platform = await startPlatform(dataDir, ['--empty', '--public-url', `https://${HOST}:${port}`]);
}, 2 * MINUTE);

afterAll(async () => {
  await platform?.stop();
  purge(dataDir);
  for (const server of [proxy, forgeServer]) {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }
  rmSync(folder, { recursive: true, force: true });
}, 2 * MINUTE);

/** Through the proxy, as a browser or a forge elsewhere. */
function outside(path: string, options: { method?: string; headers?: Record<string, string>; body?: string; host?: string } = {}): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const { port } = proxy.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const headers = { host: options.host ?? `${HOST}:${port}`, ...options.headers };
    const outgoing = tlsRequest({ host: '127.0.0.1', port, servername: HOST, ca: certificates.authority, path, method: options.method ?? 'GET', headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

const repository = (): Promise<Repository> => platform.connection.call<Repository>('GET', ownPath('repositories', NAMESPACE, 'website'));
const setSecret = (place: string, name: string, value: string): Promise<unknown> => platform.connection.call('PUT', `/roadbed/v1/namespaces/${NAMESPACE}/services/website/environments/${place}/secrets/${name}`, { body: { value } });

test('the printed addresses follow the public name, and signing in works under it and under no other', async () => {
  const origin = `https://${HOST}:${(proxy.address() as AddressInfo).port}`;
  expect(platform.ready).toMatchObject({ consoleUrl: origin, gitUrl: `${origin}/git` });
  expect((await outside('/login')).status).toBe(200);
  expect((await outside('/login', { host: 'rebound.example' })).status).toBe(403);
  expect((await outside('/hooks/default/website', { method: 'POST', host: 'rebound.example' })).status).toBe(403);
  const code = new URL(platform.ready.loginUrl ?? '').searchParams.get('code') ?? '';
  const post = (from: string) => outside('/login', { method: 'POST', headers: { origin: from, 'content-type': 'application/x-www-form-urlencoded' }, body: `code=${encodeURIComponent(code)}` });
  expect((await post('https://elsewhere.example')).status).toBe(403);
  expect((await post(platform.ready.listenUrl)).status).toBe(403);
  const welcome = await post(origin);
  expect(welcome.status).toBe(303);
  expect(String(welcome.headers['set-cookie'])).toContain('; Secure');
});

test('a private repository says what it lacks, is followed once its token is stored, and polled', async () => {
  await platform.connection.call('POST', ownPath('repositories', NAMESPACE), { body: { apiVersion: 'roadbed.dev/v1alpha1', kind: 'Repository', metadata: { name: 'website', namespace: NAMESPACE }, spec: { url: forgeUrl, branch: 'main', pollSeconds: 5, credentials: { secret: 'READ_TOKEN' } } } });
  const lacking = await eventually('it says what it lacks', MINUTE, async () => (await repository()).status?.conditions?.find((one) => one.status === 'False' && one.message.includes('READ_TOKEN')));
  expect(lacking.message).toContain('is not set');
  await setSecret('git', 'READ_TOKEN', TOKEN);
  const first = await forge.head('acme', 'website', 'main');
  await eventually('the first commit is followed', MINUTE, async () => ((await repository()).status?.head === first ? true : undefined));
  const second = await forge.commitFiles('acme', 'website', 'main', { 'index.html': '<h1>two</h1>' }, 'Two', AUTHOR);
  await eventually('the next poll finds it', MINUTE, async () => ((await repository()).status?.head === second ? true : undefined));
  const text = JSON.stringify([await repository(), await listOwn(platform.connection, 'pipelineruns', NAMESPACE)]);
  expect(text).not.toContain(TOKEN);
}, 3 * MINUTE);

test('a signed webhook under the public name has it looked at once, a forged one does not', async () => {
  await setSecret('webhooks', 'PUSH_KEY', SIGNING);
  await platform.connection.call('PATCH', ownPath('repositories', NAMESPACE, 'website'), { body: { spec: { pollSeconds: 3600, webhook: { provider: 'github', secret: 'PUSH_KEY' } } }, contentType: 'application/merge-patch+json' });
  const address = await eventually('its address for webhooks', MINUTE, async () => (await repository()).status?.webhookUrl);
  expect(address).toBe(`${platform.ready.consoleUrl}/hooks/${NAMESPACE}/website`);
  const send = async (key: string): Promise<number> => (await outside(new URL(address).pathname, { method: 'POST', body: '{}', headers: { 'x-github-event': 'push', 'x-github-delivery': key, 'x-hub-signature-256': `sha256=${createHmac('sha256', key).update('{}').digest('hex')}` } })).status;
  // A poll that was due before the interval grew may still come; after it nothing asks but the webhook.
  let before = -1;
  await eventually('polling is over', MINUTE, async () => {
    const quiet = before === asked ? true : undefined;
    before = asked;
    await new Promise((done) => setTimeout(done, 6_000));
    return quiet;
  });
  const settled = (await repository()).status?.head;
  const third = await forge.commitFiles('acme', 'website', 'main', { 'index.html': '<h1>three</h1>' }, 'Three', AUTHOR);
  expect(await send('forged')).toBe(401);
  expect((await repository()).status?.head).toBe(settled);
  expect(await send(SIGNING)).toBe(202);
  await eventually('the webhook had it looked at', MINUTE, async () => ((await repository()).status?.head === third ? true : undefined));
  await eventually('its pipeline runs', MINUTE, async () => (await listOwn<ApiObject<PipelineRunSpec>>(platform.connection, 'pipelineruns', NAMESPACE)).find((run) => run.spec.commit === third));
}, 4 * MINUTE);
