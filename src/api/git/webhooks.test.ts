import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAuthentic } from './webhook-signature.ts';
import { openWebhooks } from './webhooks.ts';

const SECRET = 'correct horse';
let server: Server;
let base: string;
let pushes: string[];
let refusals: string[];

beforeEach(async () => {
  pushes = [];
  refusals = [];
  const hooks = openWebhooks({
    secretOf: async (_namespace, repository) => (['github', 'gitlab', 'forgejo'].includes(repository) ? { provider: repository as 'github', secret: SECRET } : undefined),
    onPush: (namespace, repository) => pushes.push(`${namespace}/${repository}`),
    onRefused: (_namespace, repository, reason) => refusals.push(`${repository}: ${reason}`),
  });
  server = createServer((request, response) => {
    void hooks.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(404).end('elsewhere');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const BODY = '{"ref":"refs/heads/main"}';
const sign = (body: string, secret = SECRET): string => createHmac('sha256', secret).update(body).digest('hex');
const send = async (repository: string, headers: Record<string, string>, body = BODY): Promise<number> => (await fetch(`${base}/hooks/team/${repository}`, { method: 'POST', body, headers })).status;

test.each([
  ['github', { 'x-hub-signature-256': `sha256=${sign(BODY)}`, 'x-github-event': 'push', 'x-github-delivery': 'd1' }],
  ['gitlab', { 'x-gitlab-token': SECRET, 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': 'd1' }],
  ['forgejo', { 'x-forgejo-signature': sign(BODY), 'x-forgejo-event': 'push', 'x-forgejo-delivery': 'd1' }],
  ['forgejo', { 'x-gitea-signature': sign(BODY), 'x-gitea-event': 'push' }],
])('a push signed as %s does is taken once', async (repository, headers) => {
  expect(await send(repository, headers as Record<string, string>)).toBe(202);
  expect(await send(repository, headers as Record<string, string>)).toBe(200);
  expect(pushes).toEqual([`team/${repository}`]);
});

test.each([
  ['github', { 'x-hub-signature-256': `sha256=${sign(BODY, 'wrong')}`, 'x-github-event': 'push' }],
  ['github', { 'x-hub-signature-256': 'sha256=', 'x-github-event': 'push' }],
  ['github', { 'x-github-event': 'push' }],
  ['github', { 'x-gitlab-token': SECRET, 'x-github-event': 'push' }],
  ['gitlab', { 'x-gitlab-token': 'wrong', 'x-gitlab-event': 'Push Hook' }],
  ['forgejo', { 'x-forgejo-signature': sign(`${BODY} `), 'x-forgejo-event': 'push' }],
  ['unknown', { 'x-hub-signature-256': `sha256=${sign(BODY)}`, 'x-github-event': 'push' }],
])('%s with %j is refused, and the secret is in no answer', async (repository, headers) => {
  const response = await fetch(`${base}/hooks/team/${repository}`, { method: 'POST', body: BODY, headers: headers as Record<string, string> });
  expect(response.status).toBe(401);
  expect(await response.text()).toBe('the signature does not match\n');
  expect(pushes).toEqual([]);
  expect(refusals).toHaveLength(1);
  expect(refusals.join()).not.toContain(SECRET);
});

test('other events are acknowledged and do nothing', async () => {
  expect(await send('github', { 'x-hub-signature-256': `sha256=${sign(BODY)}`, 'x-github-event': 'issues' })).toBe(202);
  expect(pushes).toEqual([]);
});

test('a body over 1 MB, another method and another path are refused', async () => {
  const large = 'x'.repeat(1024 * 1024 + 1);
  const status = await send('github', { 'x-hub-signature-256': `sha256=${sign(large)}`, 'x-github-event': 'push' }, large).catch(() => 413);
  expect(status).toBe(413);
  expect((await fetch(`${base}/hooks/team/github`)).status).toBe(405);
  expect((await fetch(`${base}/hooks/team/..%2fx`, { method: 'POST' })).status).toBe(404);
  expect(await (await fetch(`${base}/elsewhere`)).text()).toBe('elsewhere');
  expect(pushes).toEqual([]);
});

test('no other body and no other secret gives the same signature', () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (body, otherBody, secret, otherSecret) => {
    const bytes = new TextEncoder().encode(body);
    const headers = { 'x-hub-signature-256': `sha256=${sign(otherBody, otherSecret)}` };
    expect(isAuthentic('github', headers, bytes, secret)).toBe(body === otherBody && secret === otherSecret);
    expect(isAuthentic('gitlab', { 'x-gitlab-token': otherSecret }, bytes, secret)).toBe(secret === otherSecret);
  }));
});
