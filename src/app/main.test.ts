import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureCertificates } from '../api/transport/certificates.ts';
import { packageRoot } from './package-root.ts';

let folder: string;
let server: Server;
let environment: Record<string, string>;
let rollouts: unknown[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-main-'));
  const certificates = ensureCertificates(join(folder, 'tls'), { now: () => Date.now(), monotonic: () => 0 }, ['localhost']);
  server = createServer({ key: certificates.key, cert: certificates.certificate }, (request, response) => {
    const lines = Array.from({ length: 200 }, (_, index) => ({ at: new Date().toISOString(), replica: 'web-0', stream: 'out', text: `line ${index}` }));
    const body = request.url?.includes('/logs?') === true ? { lines, next: 'x' } : { items: request.url?.includes('/rollouts') === true ? rollouts : [], metadata: {} };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  writeFileSync(join(folder, 'ca.pem'), certificates.authority);
  environment = { PATH: process.env['PATH'] ?? '', HOME: folder, ROADBED_API_URL: `https://localhost:${(server.address() as AddressInfo).port}`, ROADBED_TOKEN: 'token', ROADBED_CA_FILE: join(folder, 'ca.pem') };
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const ROLLOUT = { metadata: { name: 'web.prod', namespace: 'shop' }, spec: { service: 'web', environment: 'prod' }, status: {} };

/** Runs a command whose reader takes the first words and goes; answers how it ended and what was said after them. */
function cutOff(args: readonly string[], oneReader: boolean): Promise<{ code: number | null; talk: string }> {
  const command = [process.execPath, join(packageRoot, 'src', 'app', 'main.ts'), ...args];
  // The shell joins both streams; nothing of the arguments is interpreted.
  const child = oneReader ? spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...command], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] }) : spawn(command[0] ?? '', command.slice(1), { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let talk = '';
  child.stderr.on('data', (data: Buffer) => void (talk += data.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, talk })));
}

test.each([
  ['status of what runs', ['status', '--watch'], [ROLLOUT], false],
  ['status of nothing', ['status', '--watch'], [], true],
  ['a log', ['logs', '--run', 'web-1', '-n', 'shop', '--follow'], [], false],
] as const)('following %s ends quietly when its reader has enough', async (_, args, items, oneReader) => {
  rollouts = [...items];
  expect(await cutOff(args, oneReader)).toEqual({ code: 0, talk: '' });
}, 60_000);
