/** What was acknowledged survives SIGKILL of the server under load, and no outcome is made up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../../../domain/object.ts';
import type { ObjectKey, StoreWrite } from '../../../ports/object-store.ts';
import { openDatabase } from '../connect.ts';
import type { Database } from '../connect.ts';
import { startEmbeddedPostgres } from '../embedded.ts';
import type { EmbeddedPostgres } from '../embedded.ts';
import { silentLog } from '../log.ts';
import { migrate } from '../migrate.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../open-store.ts';

const sealKeys = [{ id: 'test', secret: Buffer.from('seal') }] as const;
let home: string;
let server: EmbeddedPostgres;
let database: Database;
let store: Store;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'roadbed-crash-'));
  chmodSync(home, 0o755);
  server = await startEmbeddedPostgres({ dataDir: join(home, 'postgres'), sharedDir: join(home, 'shared'), log: silentLog });
  database = await openDatabase(server.connection, { log: silentLog });
  await migrate(database.pool, silentLog);
  store = await openStore(database, { sealKeys });
});

afterEach(async () => {
  await store.close();
  await database.close();
  await server.destroy();
  rmSync(home, { recursive: true, force: true });
});

interface Writer {
  /** The newest acknowledged turn and version of the writer's key. */
  turn: number;
  version: bigint;
  acknowledged: number;
  unavailable: number;
  madeUp: string[];
}

function object(name: string, turn: number): ApiObject {
  return { apiVersion: 'g/v1', kind: 'K', metadata: { name, uid: name, resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { turn, filling: 'x'.repeat(500) } };
}

/** Writes its own key for as long as it is told to; nobody else does, so losing a race would be a lie. */
async function write(name: string, running: { on: boolean }): Promise<Writer> {
  const key: ObjectKey = { group: 'g', plural: 'p', namespace: 'n', name };
  const writer: Writer = { turn: 0, version: 0n, acknowledged: 0, unavailable: 0, madeUp: [] };
  for (let turn = 1; running.on; turn += 1) {
    const request: StoreWrite = writer.version === 0n ? { action: 'create', key, object: object(name, turn) } : { action: 'update', key, object: object(name, turn), expected: writer.version };
    const events = turn % 2 === 0 ? [{ actor: { issuer: 'i', subject: name }, subject: name, kind: 'object.updated', schemaVersion: 1 as const, body: { turn } }] : [];
    try {
      const result = await store.objects.write([request], events);
      if (!result.ok) {
        writer.madeUp.push(result.reason);
        return writer;
      }
      writer.turn = turn;
      writer.version = result.written[0]?.resourceVersion ?? 0n;
      writer.acknowledged += 1;
    } catch (error) {
      expect(error).toMatchObject({ class: 'unavailable', retry: 'backoff' });
      writer.unavailable += 1;
      await delay(200);
      const current = store.objects.get(key);
      writer.version = current?.resourceVersion ?? 0n;
      writer.turn = Math.max(writer.turn, (current?.object.spec as { turn: number } | undefined)?.turn ?? 0);
    }
  }
  return writer;
}

test('every acknowledged write is there after the server was killed again and again under load', async () => {
  const running = { on: true };
  const followed: bigint[] = [];
  store.objects.follow(store.objects.position(), (change) => followed.push(change.stored.resourceVersion));
  const writers = Array.from({ length: 16 }, (_, index) => write(`w${index}`, running));
  for (let kill = 0; kill < 4; kill += 1) {
    await delay(400 + kill * 130);
    const before = server.pid();
    process.kill(before, 'SIGKILL');
    await expect.poll(() => server.pid(), { timeout: 20_000 }).not.toBe(before);
  }
  await delay(500);
  running.on = false;
  const results = await Promise.all(writers);
  expect(results.flatMap((writer) => writer.madeUp)).toEqual([]);
  expect(results.every((writer) => writer.acknowledged > 2)).toBe(true);
  const fresh = await openStore(database, { sealKeys });
  for (const [index, writer] of results.entries()) {
    const stored = fresh.objects.get({ group: 'g', plural: 'p', namespace: 'n', name: `w${index}` });
    expect((stored?.object.spec as { turn: number }).turn).toBeGreaterThanOrEqual(writer.turn);
    expect(store.objects.get(stored?.key ?? { group: '', plural: '', namespace: '', name: '' })?.json).toBe(stored?.json);
  }
  expect(followed).toEqual([...new Set(followed)].sort((a, b) => (a < b ? -1 : 1)));
  const { rows } = await database.pool.query<{ changes: string }>('select count(*) as changes from roadbed.change');
  expect(followed).toHaveLength(Number(rows[0]?.changes));
  expect(await fresh.events.verify()).toMatchObject({ ok: true });
  console.log(`crash: ${results.reduce((sum, writer) => sum + writer.acknowledged, 0)} writes acknowledged, ${results.reduce((sum, writer) => sum + writer.unavailable, 0)} answered unavailable`);
  await fresh.close();
});

test('a writer whose connection is cut gets the true outcome, never a conflict with itself', async () => {
  const running = { on: true };
  const writers = Array.from({ length: 8 }, (_, index) => write(`w${index}`, running));
  for (let cut = 0; cut < 15; cut += 1) {
    await delay(60);
    await database.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and query like '%put_group%'");
  }
  running.on = false;
  const results = await Promise.all(writers);
  expect(results.flatMap((writer) => writer.madeUp)).toEqual([]);
  expect(results.reduce((sum, writer) => sum + writer.unavailable, 0)).toBe(0);
});

/** Lets a control plane of its own write for a while, kills it (and the server) without a word, and returns what it had acknowledged. */
async function writeAndBeKilled(serverToo: boolean): Promise<Map<string, string>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'testing', 'acknowledging-writer.ts')], {
    env: { PATH: process.env['PATH'] ?? '', ROADBED_TEST_CONNECTION: JSON.stringify(server.connection) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  await expect.poll(() => output.length, { timeout: 20_000 }).toBeGreaterThan(5_000);
  if (serverToo) process.kill(server.pid(), 'SIGKILL');
  child.kill('SIGKILL');
  await once(child, 'close');
  const lines = output.split('\n').slice(0, -1);
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

test.each([false, true])('what a killed control plane had acknowledged is there, with its event (database killed too: %s)', async (serverToo) => {
  const before = server.pid();
  const acknowledged = await writeAndBeKilled(serverToo);
  if (serverToo) await expect.poll(() => server.pid(), { timeout: 20_000 }).not.toBe(before);
  expect(acknowledged.size).toBeGreaterThan(100);
  const fresh = await openStore(database, { sealKeys });
  const stored = new Map(fresh.objects.list('g', 'p').map((object) => [object.key.name, String(object.resourceVersion)]));
  expect([...acknowledged].filter(([name, version]) => stored.get(name) !== version)).toEqual([]);
  const { rows } = await database.pool.query<{ lonely: string }>('select count(*) as lonely from roadbed.object o full join roadbed.event e on e.subject = o.name where o.name is null or e.subject is null');
  expect(rows[0]?.lonely).toBe('0');
  expect((await fresh.events.verify()).ok).toBe(true);
  await fresh.close();
});
