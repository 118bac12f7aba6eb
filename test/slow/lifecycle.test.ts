/** Beginning and end of the whole platform: signals, a second start, what a crash leaves, and that a purge leaves nothing. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProcessRuntime } from '../../src/adapters/process/client.ts';
import { connect } from '../../src/cli/connection.ts';
import { DeliveredService, serverSource } from '../testing/delivered-service.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder } from '../testing/platform.ts';
import { killAll, processesOf } from '../testing/processes.ts';

const MINUTE = 60_000;
const PROGRAM = resolve(import.meta.dirname, '..', '..', 'bin', 'roadbed');
const run = promisify(execFile);

let dataDir: string;

beforeEach(() => {
  dataDir = temporaryFolder();
});

afterEach(async () => {
  if (existsSync(dataDir)) purge(dataDir);
  expect(processesOf(dataDir)).toEqual([]);
}, MINUTE);

function roadbed(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [PROGRAM, '--data-dir', dataDir, ...args], { timeout: MINUTE });
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connectTo({ host: '127.0.0.1', port });
    socket.once('connect', () => (socket.destroy(), done(true)));
    socket.once('error', () => done(false));
  });
}

const portOf = (url: string): number => Number(new URL(url).port);

test('SIGTERM and SIGINT end everything within ten seconds, also workloads that are deaf or drain slowly; the next start brings them back', async () => {
  let platform = await startPlatform(dataDir);
  const service = new DeliveredService(platform, 'deaf');
  await service.create();
  const before = await service.attemptNumber('dev');
  await service.push({ 'server.js': serverSource({ version: 'deaf', onSigterm: '' }).replace('process.once', 'setInterval(() => undefined, 1000); process.on') }, 'Ignore SIGTERM');
  await service.ended('dev', before, 'Promoted');
  for (const [signal, code] of [['SIGTERM', 0], ['SIGINT', 130]] as const) {
    const began = performance.now();
    expect(await platform.stop(signal)).toBe(code);
    const took = performance.now() - began;
    console.log(`${signal}: ended after ${Math.round(took)} ms`);
    expect(took).toBeLessThan(10_000);
    expect(processesOf(dataDir)).toEqual([]);
    expect(existsSync(join(dataDir, 'run', 'control-plane.json'))).toBe(false);
    const old = platform;
    platform = await startPlatform(dataDir);
    await eventually('the service is back', MINUTE, async () => ((await ask(platform.ready.edgeUrl, service.host('dev'), '/'))?.body === 'deaf' ? true : undefined));
    expect(platform.ready.edgeUrl).toBe(old.ready.edgeUrl);
    // The printed token died with its process.
    const stale = connect({ ...platform.connection.context, token: old.ready.token });
    await expect(stale.call('GET', '/api/v1/namespaces')).rejects.toMatchObject({ class: 'unauthenticated' });
  }
  expect(await platform.stop()).toBe(0);
}, 6 * MINUTE);

test('a signal during the start is obeyed', async () => {
  const starting = startPlatform(dataDir).catch((error: unknown) => error);
  const pids = await eventually('the start has begun', MINUTE, async () => {
    const found = processesOf(dataDir);
    return existsSync(join(dataDir, 'run', 'control-plane.json')) ? found : undefined;
  });
  const began = performance.now();
  process.kill(Math.min(...pids), 'SIGTERM');
  await starting;
  await eventually('all has ended', 15_000, async () => (processesOf(dataDir).length === 0 ? true : undefined));
  expect(performance.now() - began).toBeLessThan(10_000);
}, 2 * MINUTE);

test('a second start on the same data directory is refused by name, and the first one goes on', async () => {
  const platform = await startPlatform(dataDir);
  const second = run(process.execPath, [PROGRAM, 'up', '--empty', '--port', '0', '--data-dir', dataDir, '--json'], { timeout: MINUTE });
  await expect(second).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('ROADBED-7001') });
  await expect(second).rejects.toMatchObject({ stderr: expect.stringContaining(`process ${platform.process.pid}`) });
  expect(await platform.connection.call<{ items: unknown[] }>('GET', '/api/v1/namespaces')).toHaveProperty('items');
  await platform.stop();
}, 2 * MINUTE);

test('two starts at the same moment: one wins', async () => {
  const both = await Promise.allSettled([startPlatform(dataDir), startPlatform(dataDir)]);
  const won = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(won).toHaveLength(1);
  expect(both.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))[0]).toMatch(/ROADBED-700[12]/);
  await won[0]?.stop();
}, 2 * MINUTE);

test('down after a crash ends what was left serving; purge then leaves no process, port, file or database', async () => {
  const platform = await startPlatform(dataDir);
  const service = new DeliveredService(platform, 'left');
  await service.create();
  const runtime = createProcessRuntime(join(dataDir, 'supervisor'));
  const serving = (await runtime.observe()).flatMap((revision) => revision.replicas.flatMap((replica) => Object.values(replica.ports)));
  const { apiUrl, consoleUrl, edgeUrl } = platform.ready;
  const ports = [...serving, portOf(apiUrl), portOf(consoleUrl), portOf(edgeUrl)];
  await platform.kill();
  expect((await ask(edgeUrl, service.host('prod'), '/'))?.status).toBe(200);
  const { stdout } = await roadbed('down');
  expect(stdout).toBe('stopped: supervisor, edge, database\n');
  expect(processesOf(dataDir)).toEqual([]);
  expect(await Promise.all(ports.map(listens))).toEqual(ports.map(() => false));
  expect(readdirSync(dataDir)).toContain('postgres');
  expect((await roadbed('down')).stdout).toBe('nothing was running\n');

  const again = await startPlatform(dataDir);
  await eventually('what ran serves again', MINUTE, async () => ((await ask(again.ready.edgeUrl, service.host('prod'), '/'))?.status === 200 ? true : undefined));
  const all = processesOf(dataDir);
  const purged = await roadbed('down', '--purge', '--yes');
  expect(purged.stdout).toContain('nothing is left');
  expect(all.length).toBeGreaterThan(8);
  expect(processesOf(dataDir)).toEqual([]);
  expect(existsSync(dataDir)).toBe(false);
  expect(await Promise.all([...ports, portOf(again.ready.apiUrl), portOf(again.ready.consoleUrl)].map(listens))).not.toContain(true);
}, 5 * MINUTE);

test('purge after SIGKILL of everything leaves nothing either', async () => {
  await startPlatform(dataDir);
  await killAll(processesOf(dataDir));
  expect((await roadbed('down', '--purge', '--yes')).stdout).toContain('nothing is left');
  expect(existsSync(dataDir)).toBe(false);
}, 2 * MINUTE);
