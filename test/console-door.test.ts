/** The console's door: which requests come in at all, by Host, Origin and session. No browser is needed to try it. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestConsole } from '../src/api/console/testing/start-console.ts';
import type { TestConsole } from '../src/api/console/testing/start-console.ts';
import { WEB_ROOT, buildPages } from './testing/web-pages.ts';

/** node:http lets a test name any Host and Origin, which fetch does not. */
function ask(url: string, method: string, headers: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    const sent = request(url, { method, headers }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    });
    sent.on('error', fail);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

describe('the console\'s door', () => {
  let running: TestConsole;
  let cookie: string;
  let host: string;
  beforeAll(async () => {
    buildPages();
    running = await startTestConsole({ webRoot: WEB_ROOT });
    host = new URL(running.url).host;
    const token = (await running.identities.issue('user:mara')).token;
    cookie = `roadbed_session_${new URL(running.url).port}=${token}`;
  });
  afterAll(() => running.stop());

  const post = (headers: Record<string, string>): Promise<number> => ask(`${running.url}/roadbed/v1/operations/runPipeline`, 'POST', { 'content-type': 'application/json', cookie, host, ...headers });

  test('a foreign Host is refused, whatever it asks for', async () => {
    expect(await ask(running.url, 'GET', { host: 'evil.example' })).toBe(403);
    expect(await ask(running.url, 'GET', { host: `checkout.prod.localhost:${host.split(':')[1]}` })).toBe(403);
    expect(await ask(`${running.url}/roadbed/v1/home`, 'GET', { host: `localhost:${host.split(':')[1]}` })).toBe(401);
  });

  test('a change needs the console\'s own Origin; a foreign one, none, and "null" are refused', async () => {
    expect(await post({ origin: `http://${host}` })).toBe(422);
    expect(await post({ origin: 'http://checkout.prod.localhost:8080' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({})).toBe(403);
    expect(await post({ 'sec-fetch-site': 'same-site', origin: `http://${host}` })).toBe(403);
  });

  test('reads sent by another site are refused, also with the cookie', async () => {
    expect(await ask(`${running.url}/roadbed/v1/home`, 'GET', { cookie, host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await ask(`${running.url}/roadbed/v1/home`, 'GET', { cookie, host, 'sec-fetch-site': 'same-origin' })).toBe(200);
  });

  test('without a session there is no data, and the object API knows who asks', async () => {
    expect(await ask(`${running.url}/roadbed/v1/home`, 'GET', { host })).toBe(401);
    expect(await ask(`${running.url}/apis/roadbed.dev/v1alpha1/rollouts`, 'GET', { host })).toBe(401);
    const answer = await fetch(`${running.url}/apis/roadbed.dev/v1alpha1/rollouts`, { headers: { cookie } });
    expect(await answer.json()).toEqual({ askedBy: 'user:mara' });
  });

  test('no path leaves the folder of the pages', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/assets/../../package.json', '/.sources']) {
      expect(await ask(running.url + path, 'GET', { host })).toBe(404);
    }
  });
});
