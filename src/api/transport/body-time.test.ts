import type { IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allowSlowBody } from './body-time.ts';
import { ensureCertificates } from './certificates.ts';
import { listenTls, type TlsListener } from './server.ts';

const LONG = 60_000;
let folder: string;
let listener: TlsListener;
let authority: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-body-'));
});
afterEach(async () => {
  await listener.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(bodyMs: number, before: (incoming: IncomingMessage) => void): Promise<void> {
  const certificates = ensureCertificates(folder, { now: () => Date.now(), monotonic: () => 0 });
  authority = certificates.authority;
  listener = await listenTls({
    port: 0, certificates, onError: () => {}, bodyMs,
    handler: async (incoming, response) => {
      before(incoming);
      let bytes = 0;
      for await (const piece of incoming as AsyncIterable<Buffer>) bytes += piece.length;
      response.end(String(bytes));
      return true;
    },
  });
}

/** Sends as many bytes, one by one, and ends the request or falls silent; answers the status and the body, or how it broke off. */
async function send(bytes: number, ends: boolean): Promise<string> {
  const call = request(`${listener.url}/`, { method: 'PUT', ca: authority, agent: false });
  const answer = new Promise<string>((resolve) => {
    call.on('response', (response) => {
      response.on('error', () => {}).on('data', (text: Buffer) => resolve(`${response.statusCode} ${text.toString()}`)).on('end', () => resolve(String(response.statusCode)));
    });
    call.on('error', () => resolve('broken off'));
  });
  for (let sent = 0; sent < bytes && !call.destroyed; sent += 1) {
    call.write('x');
    await delay(30);
  }
  if (ends) call.end();
  const said = await answer;
  call.destroy();
  return said;
}

test('a body that takes longer than it may is ended, though bytes come', async () => {
  await listen(150, () => {});
  expect(await send(200, true)).toMatch(/408|broken off/);
});

test('a request that may take long is read as long as bytes come', async () => {
  await listen(150, (incoming) => allowSlowBody(incoming, { silenceMs: LONG, longestMs: LONG }));
  expect(await send(20, true)).toBe('200 20');
});

test('a request that may take long ends when nothing comes, and at its own limit', async () => {
  await listen(LONG, (incoming) => allowSlowBody(incoming, { silenceMs: 200, longestMs: LONG }));
  expect(await send(2, false)).toMatch(/408|broken off/);
  await listener.close();
  await listen(LONG, (incoming) => allowSlowBody(incoming, { silenceMs: LONG, longestMs: 150 }));
  expect(await send(200, true)).toMatch(/408|broken off/);
});
