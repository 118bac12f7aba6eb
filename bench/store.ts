/**
 * Figures of the store on the embedded PostgreSQL, as one JSON object on standard output.
 *
 *     node bench/store.ts
 *
 * Writers and follower share this process, so the rates are those of one busy control plane without HTTP.
 */
import { execFile } from 'node:child_process';
import { chmodSync, closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openDatabase } from '../src/adapters/postgres/connect.ts';
import type { Database } from '../src/adapters/postgres/connect.ts';
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded.ts';
import { silentLog } from '../src/adapters/postgres/log.ts';
import { migrate } from '../src/adapters/postgres/migrate.ts';
import { openStore } from '../src/adapters/postgres/open-store.ts';
import type { Store } from '../src/adapters/postgres/open-store.ts';
import type { ApiObject } from '../src/domain/object.ts';
import type { NewEvent } from '../src/domain/event.ts';
import type { ObjectKey } from '../src/ports/object-store.ts';

const WRITERS = 16;
const SECONDS = 4;
const sealKeys = [{ id: 'bench', secret: Buffer.from('bench') }] as const;

function quantiles(values: number[]): { p50: number; p99: number } {
  const sorted = values.sort((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(2));
  return { p50: at(0.5), p99: at(0.99) };
}

/** fdatasync of 8 kB at the end of a file, in ms. */
function diskSync(folder: string): { p50: number; p99: number } {
  const file = openSync(join(folder, 'fsync-probe'), 'w');
  const block = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 400 }, () => {
    writeSync(file, block);
    const before = performance.now();
    fdatasyncSync(file);
    return performance.now() - before;
  });
  closeSync(file);
  return quantiles(times);
}

function thing(name: string, turn: number): ApiObject {
  const metadata = { name, namespace: 'bench', uid: name, resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', labels: { team: 'team-1' } };
  return { apiVersion: 'bench.dev/v1', kind: 'Thing', metadata, spec: { turn, filling: 'x'.repeat(760) } };
}

function auditRow(name: string): NewEvent {
  return { namespace: 'bench', actor: { issuer: 'roadbed', subject: 'user:bench' }, subject: `v1:object:bench.dev/Thing/bench/${name}`, kind: 'object.updated', schemaVersion: 1, body: { verb: 'update', why: 'bench' } };
}

const keyOf = (name: string): ObjectKey => ({ group: 'bench.dev', plural: 'things', namespace: 'bench', name });

/** Each writer creates objects, then updates them, one request after the other. */
async function rate(store: Store, action: 'create' | 'update'): Promise<{ perSecond: number; p50: number; p99: number }> {
  const times: number[] = [];
  const end = performance.now() + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let turn = 0; performance.now() < end; turn += 1) {
        const name = action === 'create' ? `w${writer}-${turn}` : `w${writer}-${turn % 100}`;
        const before = performance.now();
        const expected = store.objects.get(keyOf(name))?.resourceVersion ?? 0n;
        const result = await store.objects.write([action === 'create' ? { action, key: keyOf(name), object: thing(name, turn) } : { action, key: keyOf(name), object: thing(name, turn), expected }], [auditRow(name)]);
        if (!result.ok) throw new Error(`${action} ${name}: ${result.reason}`);
        times.push(performance.now() - before);
      }
    }),
  );
  return { perSecond: Math.round(times.length / SECONDS), ...quantiles(times) };
}

/** From handing a write over to the call of a follower, at some 1,000 writes a second. */
async function followDelay(store: Store, other: Store): Promise<{ here: { p50: number; p99: number }; otherReplica: { p50: number; p99: number } }> {
  const sent = new Map<string, number>();
  const delays = [store, other].map((replica) => {
    const times: number[] = [];
    replica.objects.follow(store.objects.position(), (change) => {
      const at = sent.get(change.stored.key.name);
      if (at !== undefined) times.push(performance.now() - at);
    });
    return times;
  });
  const writes: Promise<unknown>[] = [];
  for (let turn = 0; turn < SECONDS * 1_000; turn += 5) {
    for (let part = 0; part < 5; part += 1) {
      const name = `delay-${turn + part}`;
      sent.set(name, performance.now());
      writes.push(store.objects.write([{ action: 'create', key: keyOf(name), object: thing(name, turn) }], [auditRow(name)]));
    }
    await delay(5);
  }
  await Promise.all(writes);
  await other.objects.reached(store.objects.position(), 5_000);
  return { here: quantiles(delays[0] ?? []), otherReplica: quantiles(delays[1] ?? []) };
}

async function seed(database: Database, count: number): Promise<void> {
  await database.pool.query('truncate roadbed.object, roadbed.change, roadbed.event, roadbed.event_seal');
  await database.pool.query({
    text: `insert into roadbed.object (api_group, plural, namespace, name, version, labels, body)
      select 'bench.dev', 'things', 'team-' || n % 50, 'thing-' || n, v, labels,
        '{"apiVersion":"bench.dev/v1","kind":"Thing","metadata":{"resourceVersion":"' || v || '","name":"thing-' || n || '","namespace":"team-' || n % 50
        || '","uid":"' || gen_random_uuid() || '","generation":1,"creationTimestamp":"2026-01-01T00:00:00Z","labels":' || labels || '},"spec":{"filling":"' || repeat('x', 700) || '"}}'
      from (select n, nextval('roadbed.resource_version') as v, '{"team":"team-' || n % 50 || '","tier":"' || n % 3 || '"}' as labels from generate_series(1, $1::integer) n) numbered`,
    values: [count],
  });
  await database.pool.query("update roadbed.change_horizon set version = (select last_value from roadbed.resource_version)");
  await database.pool.query('vacuum analyze roadbed.object');
}

function serverMegabytes(postmaster: number): number | undefined {
  try {
    const backends = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && (Number(pid) === postmaster || readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(postmaster)));
    const kilobytes = backends.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]));
    return Math.round(kilobytes.reduce((sum, value) => sum + value, 0) / 1024);
  } catch {
    return undefined;
  }
}

async function load(connection: object, options: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [...options, '--expose-gc', join(import.meta.dirname, 'store', 'load.ts')], {
    env: { PATH: process.env['PATH'], ROADBED_BENCH_CONNECTION: JSON.stringify(connection) },
  });
  return JSON.parse(stdout);
}

const home = mkdtempSync(join(tmpdir(), 'roadbed-bench-'));
chmodSync(home, 0o755);
const options = { dataDir: join(home, 'postgres'), sharedDir: join(home, 'shared'), log: silentLog };
try {
  const cold = performance.now();
  const first = await startEmbeddedPostgres(options);
  const coldStartMs = Math.round(performance.now() - cold);
  await first.stop();
  const warm = performance.now();
  const server = await startEmbeddedPostgres(options);
  const secondStartMs = Math.round(performance.now() - warm);
  const database = await openDatabase(server.connection, { log: silentLog });
  await migrate(database.pool, silentLog);
  const store = await openStore(database, { sealKeys });
  const create = await rate(store, 'create');
  const update = await rate(store, 'update');
  const other = await openStore(database, { sealKeys });
  const follow = await followDelay(store, other);
  await other.close();
  const verifying = performance.now();
  const verification = await store.events.verify();
  const verify = { rows: verification.rows, ok: verification.ok, ms: Math.round(performance.now() - verifying) };
  await store.close();
  const loads: unknown[] = [];
  for (const [count, flags] of [[3_000, ['--max-semi-space-size=4']], [100_000, ['--max-semi-space-size=4']]] as const) {
    await seed(database, count);
    loads.push(await load(server.connection, [...flags]));
  }
  const postgresPssMb = serverMegabytes(server.pid());
  await database.close();
  await server.destroy();
  const diskFdatasyncMs = diskSync(home);
  console.log(JSON.stringify({ schemaVersion: 1, cpus: cpus().length, node: process.version, writers: WRITERS, objectBytes: JSON.stringify(thing('w1-1', 1)).length, diskFdatasyncMs, coldStartMs, secondStartMs, create, update, followDelayMs: follow, verify, loads, postgresPssMb }, null, 2));
} finally {
  rmSync(home, { recursive: true, force: true });
}
