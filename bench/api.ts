/**
 * The object API under load, as JSON: rates, watch delay, lists, memory, and start with 100,000 objects.
 *
 *     node bench/api.ts [--large 100000] [--rounds 3000]
 *
 * Server and load generator are two processes on the same machine; PostgreSQL is the embedded one with
 * fsync on. Memory is the proportional set size (PSS) of the server and of all PostgreSQL processes.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded.ts';
import { silentLog } from '../src/adapters/postgres/log.ts';
import { component, connect, drive, quantile, send, watchNames } from './api/load.ts';
import type { Endpoint } from './api/load.ts';

const CLIENTS = 16;
/** The first requests of a new process, before its code is compiled; measured apart. */
const COLD = 1000;
const PATH = '/apis/backstage.io/v1alpha1/namespaces/bench/components';
const MERGE = 'application/merge-patch+json';
const { values } = parseArgs({ options: { large: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3000' }, profile: { type: 'boolean', default: false } } });
const rounds = Number(values.rounds);
const large = Number(values.large);

interface Running extends Endpoint {
  child: ChildProcess;
  pid: number;
  startMs: number;
  bootMs: number;
}

function fsyncP50(folder: string): number {
  const file = openSync(join(folder, 'fsync'), 'w');
  const page = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 300 }, () => {
    const from = performance.now();
    writeSync(file, page, 0, page.length, 0);
    fdatasyncSync(file);
    return performance.now() - from;
  }).sort((a, b) => a - b);
  closeSync(file);
  return quantile(times, 0.5);
}

async function start(folder: string, connection: pg.ClientConfig): Promise<Running> {
  const from = performance.now();
  const flags = ['--max-semi-space-size=8', '--max-old-space-size=1024', ...(values.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(tmpdir(), 'roadbed-profile')}`] : [])];
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, 'api/server.ts'), folder, JSON.stringify(connection)], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line) as Endpoint & { pid: number; startMs: number };
    return { ...ready, child, bootMs: Math.round(performance.now() - from) };
  }
  throw new Error('the server ended before it was ready');
}

async function stop({ child }: Running): Promise<void> {
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.stdin?.end();
  await ended;
}

function pssMb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function postgresPids(parent: number): number[] {
  const children = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        return / (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]?.slice(1) ?? '')?.[1] === String(parent);
      } catch {
        return false;
      }
    });
  return [parent, ...children.map(Number)];
}

function memory(server: Running, postgresPid: number): { totalMb: number; serverMb: number; postgresMb: number } {
  const serverMb = Math.round(pssMb(server.pid));
  const postgresMb = Math.round(postgresPids(postgresPid).reduce((sum, pid) => sum + pssMb(pid), 0));
  return { totalMb: serverMb + postgresMb, serverMb, postgresMb };
}

/** CPU milliseconds spent so far, by the server, PostgreSQL and this load generator. */
function cpuMs(server: Running, postgresPid: number): { server: number; postgres: number; load: number } {
  const ticks = (pid: number): number => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return 0;
    }
  };
  const own = process.cpuUsage();
  return { server: ticks(server.pid), postgres: postgresPids(postgresPid).reduce((sum, pid) => sum + ticks(pid), 0), load: (own.user + own.system) / 1000 };
}

/** Runs a phase and says what one of its `count` requests cost each process in CPU time. */
async function phase<T>(server: Running, postgresPid: number, count: number, act: () => Promise<T>): Promise<T & { cpuMsPerRequest: Record<string, number> }> {
  const before = cpuMs(server, postgresPid);
  const result = await act();
  const after = cpuMs(server, postgresPid);
  const each = (key: 'server' | 'postgres' | 'load'): number => Number(((after[key] - before[key]) / count).toFixed(3));
  return { ...result, cpuMsPerRequest: { server: each('server'), postgres: each('postgres'), load: each('load') } };
}

const median = (numbers: number[]): number => quantile([...numbers].sort((a, b) => a - b), 0.5);

async function times(count: number, act: () => Promise<unknown>): Promise<number> {
  const measured: number[] = [];
  for (let round = 0; round < count; round++) {
    const from = performance.now();
    await act();
    measured.push(performance.now() - from);
  }
  return median(measured);
}

async function watchDelays(server: Running, clients: ReturnType<typeof connect>[]): Promise<{ p50Ms: number; p99Ms: number; events: number }> {
  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  const position = (JSON.parse((await send(clients[0] as (typeof clients)[0], server, 'GET', `${PATH}?limit=1`)).text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  const watch = await watchNames(server, `${PATH}?watch=true&resourceVersion=${position}`, (name) => {
    const at = sentAt.get(name);
    if (at !== undefined) delays.push(performance.now() - at);
  });
  const perSecond = 1000;
  const count = 3000;
  const begun = performance.now();
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (let index = next++; index < count; index = next++) {
        const due = begun + (index / perSecond) * 1000;
        const wait = due - performance.now();
        if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
        const number = index % rounds;
        sentAt.set(`component-${String(number).padStart(6, '0')}`, performance.now());
        await send(client, server, 'PATCH', `${PATH}/component-${String(number).padStart(6, '0')}/status`, JSON.stringify({ status: { note: `w${index}` } }), MERGE);
      }
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  await watch.stop();
  delays.sort((a, b) => a - b);
  if (delays.length < count) throw new Error(`the watch saw ${delays.length} of ${count} changes`);
  return { p50Ms: quantile(delays, 0.5), p99Ms: quantile(delays, 0.99), events: delays.length };
}

const name = (index: number): string => `component-${String(index % rounds).padStart(6, '0')}`;
const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-api-'));
chmodSync(folder, 0o755);
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), sharedDir: join(folder, 'shared'), log: silentLog });
try {
  let server = await start(folder, postgres.connection);
  let clients = Array.from({ length: CLIENTS }, () => connect(server));
  const postgresPid = postgres.pid();
  const coldCreates = await phase(server, postgresPid, COLD, () => drive(clients, COLD, (client, index) => send(client, server, 'POST', PATH, component(900_000 + index))));
  await send(clients[0] as (typeof clients)[0], server, 'DELETE', PATH);
  const creates = await phase(server, postgresPid, rounds, () => drive(clients, rounds, (client, index) => send(client, server, 'POST', PATH, component(index))));
  const statusPatches = await phase(server, postgresPid, rounds, () => drive(clients, rounds, (client, index) => send(client, server, 'PATCH', `${PATH}/${name(index)}/status`, JSON.stringify({ status: { observed: `r${index}`, conditions: [{ type: 'Ready', status: 'True', reason: 'Ok', message: 'fine', lastTransitionTime: '2026-01-01T00:00:00Z' }] } }), MERGE)));
  const gets = await phase(server, postgresPid, rounds * 4, () => drive(clients, rounds * 4, (client, index) => send(client, server, 'GET', `${PATH}/${name(index)}`)));
  const watch = await watchDelays(server, clients);
  const first = clients[0] as (typeof clients)[0];
  const listMs = await times(15, () => send(first, server, 'GET', PATH));
  const labelListMs = await times(15, () => send(first, server, 'GET', `${PATH}?labelSelector=team%3Dteam-3`));
  const atRounds = memory(server, postgres.pid());
  let big: unknown;
  if (large > 0) {
    await drive(clients, Math.max(0, large - rounds), (client, index) => send(client, server, 'POST', PATH, component(rounds + index)));
    for (const client of clients) await client.close();
    await stop(server);
    server = await start(folder, postgres.connection);
    clients = [connect(server)];
    const only = clients[0] as (typeof clients)[0];
    const oneLabelMs = await times(9, () => send(only, server, 'GET', `${PATH}?labelSelector=team%3Dteam-3&limit=500`));
    const rareLabelMs = await times(9, () => send(only, server, 'GET', `${PATH}?labelSelector=team%3Dnobody`));
    big = { objects: large, startMs: Math.round(server.startMs), bootMs: server.bootMs, oneLabelPageMs: oneLabelMs, oneLabelNoMatchMs: rareLabelMs, memory: memory(server, postgres.pid()) };
    const whole = await times(5, () => send(only, server, 'GET', `${PATH}?labelSelector=team%3Dteam-3`));
    big = { ...(big as object), oneLabelAllMs: whole };
  }
  for (const client of clients) await client.close();
  await stop(server);
  const result = { schemaVersion: 1, benchmark: 'api', node: process.version, cores: cpus().length, clients: CLIENTS, fsyncP50Ms: fsyncP50(folder), coldCreates, creates, statusPatches, gets, watch, list: { objects: rounds, ms: listMs, oneLabelMs: labelListMs }, memory: atRounds, large: big };
  console.log(JSON.stringify(result, null, 2));
} finally {
  await postgres.destroy();
  rmSync(folder, { recursive: true, force: true });
}
