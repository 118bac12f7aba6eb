/**
 * The object API of the real product under load, as JSON: rates, watch delay, lists, memory, idle cost, and
 * start with 100,000 objects.
 *
 *     npm run bench -- api [--large 100000] [--objects 3000] [--rounds 3] [--idle 10] [--profile DIR]
 *
 * `roadbed up --empty` runs as anybody starts it: TLS, tokens, authorisation, validation and audit in force,
 * reconcilers, edge and supervisor beside it, PostgreSQL with fsync on. The load generator is another process
 * on the same machine. The first round is measured apart: a new process has not compiled its code yet. On a
 * machine with other work the CPU time per request says more than the rates.
 */
import { chmodSync, closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Client } from 'undici';
import { component, connect, drive, quantile, send, watchNames } from './api/load.ts';
import type { Rate } from './api/load.ts';
import { cpuTimes, memory, processesOf, startPlatform, stopPlatform } from './api/platform.ts';
import type { CpuTimes, Platform, Processes } from './api/platform.ts';

const CLIENTS = 16;
const COLD = 1000;
const GETS_PER_OBJECT = 4;
const WATCHED_CHANGES = 3000;
const WATCHED_PER_SECOND = 500;
const PATH = '/apis/backstage.io/v1alpha1/namespaces/bench/components';
const MERGE = 'application/merge-patch+json';
const { values } = parseArgs({
  options: {
    large: { type: 'string', default: '100000' },
    objects: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '3' },
    idle: { type: 'string', default: '10' },
    profile: { type: 'string' },
  },
});
const objects = Number(values.objects);
const rounds = Number(values.rounds);
const large = Number(values.large);
const idleSeconds = Number(values.idle);

type Phase = Rate & { cpuMsPerRequest: Record<'controlPlane' | 'postgres' | 'load', number> };

const median = (numbers: readonly number[]): number => quantile([...numbers].sort((a, b) => a - b), 0.5);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const name = (index: number): string => `component-${String(index % objects).padStart(6, '0')}`;

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

/** Runs a phase and says what one of its `count` requests cost each process in CPU time. */
async function phase(processes: Processes, count: number, act: () => Promise<Rate>): Promise<Phase> {
  const before = cpuTimes(processes);
  const rate = await act();
  const after = cpuTimes(processes);
  const each = (key: keyof CpuTimes): number => Number(((after[key] - before[key]) / count).toFixed(3));
  return { ...rate, cpuMsPerRequest: { controlPlane: each('controlPlane'), postgres: each('postgres'), load: each('load') } };
}

async function times(count: number, act: () => Promise<unknown>): Promise<{ medianMs: number; bestMs: number }> {
  const measured: number[] = [];
  for (let round = 0; round < count; round++) {
    const from = performance.now();
    await act();
    measured.push(performance.now() - from);
  }
  return { medianMs: median(measured), bestMs: Number(Math.min(...measured).toFixed(3)) };
}

/** Best and median over the rounds, each number by itself. */
function summary(phases: readonly Phase[]): Record<string, unknown> {
  const pick = (of: (phase: Phase) => number, best: (...numbers: number[]) => number): { best: number; median: number } => ({ best: best(...phases.map(of)), median: median(phases.map(of)) });
  return {
    perSecond: pick((one) => one.perSecond, Math.max),
    p50Ms: pick((one) => one.p50Ms, Math.min),
    p99Ms: pick((one) => one.p99Ms, Math.min),
    cpuMsPerRequest: {
      controlPlane: pick((one) => one.cpuMsPerRequest.controlPlane, Math.min),
      postgres: pick((one) => one.cpuMsPerRequest.postgres, Math.min),
      load: pick((one) => one.cpuMsPerRequest.load, Math.min),
    },
  };
}

class Bench {
  readonly platform: Platform;
  readonly clients: Client[];
  readonly #dataDir: string;

  constructor(platform: Platform, dataDir: string) {
    this.platform = platform;
    this.#dataDir = dataDir;
    this.clients = Array.from({ length: CLIENTS }, () => connect(platform));
  }

  get processes(): Processes {
    return processesOf(this.platform, this.#dataDir);
  }

  get first(): Client {
    return this.clients[0] as Client;
  }

  async prepare(): Promise<void> {
    const made = await send(this.first, this.platform, 'POST', '/api/v1/namespaces', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' } }));
    if (made.status >= 300) throw new Error(made.text);
  }

  creates(count: number, offset: number): Promise<Phase> {
    return phase(this.processes, count, () => drive(this.clients, count, (client, index) => send(client, this.platform, 'POST', PATH, component(offset + index))));
  }

  statusPatches(round: number): Promise<Phase> {
    const body = (index: number): string =>
      JSON.stringify({ status: { observed: `r${round}-${index}`, conditions: [{ type: 'Ready', status: 'True', reason: 'Ok', message: 'fine', lastTransitionTime: '2026-01-01T00:00:00Z' }] } });
    return phase(this.processes, objects, () => drive(this.clients, objects, (client, index) => send(client, this.platform, 'PATCH', `${PATH}/${name(index)}/status`, body(index), MERGE)));
  }

  gets(): Promise<Phase> {
    const count = objects * GETS_PER_OBJECT;
    return phase(this.processes, count, () => drive(this.clients, count, (client, index) => send(client, this.platform, 'GET', `${PATH}/${name(index)}`)));
  }

  async clear(): Promise<void> {
    await send(this.first, this.platform, 'DELETE', PATH);
  }

  /** From sending a change to the arrival of its event at a watcher, at a steady rate below the limit. */
  async watchDelays(): Promise<{ perSecond: number; p50Ms: number; p99Ms: number; events: number }> {
    const sentAt = new Map<string, number>();
    const delays: number[] = [];
    const head = JSON.parse((await send(this.first, this.platform, 'GET', `${PATH}?limit=1`)).text) as { metadata: { resourceVersion: string } };
    const watch = await watchNames(this.platform, `${PATH}?watch=true&resourceVersion=${head.metadata.resourceVersion}`, (changed) => {
      const at = sentAt.get(changed);
      if (at !== undefined) delays.push(performance.now() - at);
    });
    const begun = performance.now();
    let next = 0;
    await Promise.all(
      this.clients.map(async (client) => {
        for (let index = next++; index < WATCHED_CHANGES; index = next++) {
          const wait = begun + (index / WATCHED_PER_SECOND) * 1000 - performance.now();
          if (wait > 0) await pause(wait);
          sentAt.set(name(index), performance.now());
          await send(client, this.platform, 'PATCH', `${PATH}/${name(index)}/status`, JSON.stringify({ status: { note: `w${index}` } }), MERGE);
        }
      }),
    );
    await pause(300);
    await watch.stop();
    delays.sort((a, b) => a - b);
    if (delays.length < WATCHED_CHANGES) throw new Error(`the watch saw ${delays.length} of ${WATCHED_CHANGES} changes`);
    return { perSecond: WATCHED_PER_SECOND, p50Ms: quantile(delays, 0.5), p99Ms: quantile(delays, 0.99), events: delays.length };
  }

  /** What an untouched platform costs: percent of a core, and rows that the log grows by. */
  async idle(): Promise<Record<string, number>> {
    await pause(2000);
    const before = cpuTimes(this.processes);
    const rowsBefore = await this.#newestEvent();
    const from = performance.now();
    await pause(idleSeconds * 1000);
    const after = cpuTimes(this.processes);
    const elapsed = performance.now() - from;
    const percent = (key: keyof CpuTimes): number => Number(((100 * (after[key] - before[key])) / elapsed).toFixed(2));
    const rows = (await this.#newestEvent()) - rowsBefore;
    return { controlPlanePercent: percent('controlPlane'), postgresPercent: percent('postgres'), edgePercent: percent('edge'), supervisorPercent: percent('supervisor'), eventRowsPerMinute: Number(((60_000 * rows) / elapsed).toFixed(2)) };
  }

  async #newestEvent(): Promise<number> {
    const answer = await send(this.first, this.platform, 'GET', '/roadbed/v1/audit?limit=1');
    if (answer.status !== 200) throw new Error(answer.text);
    return Math.max(0, ...[...answer.text.matchAll(/"sequence":(\d+)/g)].map((match) => Number(match[1])));
  }

  async stop(): Promise<void> {
    for (const client of this.clients) await client.close();
    await stopPlatform(this.platform);
  }
}

async function small(bench: Bench): Promise<Record<string, unknown>> {
  await bench.prepare();
  const idle = await bench.idle();
  const newProcess = await bench.creates(COLD, 900_000);
  await bench.clear();
  const creates: Phase[] = [];
  const statusPatches: Phase[] = [];
  const gets: Phase[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await bench.clear();
    creates.push(await bench.creates(objects, 0));
    statusPatches.push(await bench.statusPatches(round));
    gets.push(await bench.gets());
  }
  const watch = await bench.watchDelays();
  const all = await times(15, () => send(bench.first, bench.platform, 'GET', PATH));
  const label = await times(15, () => send(bench.first, bench.platform, 'GET', `${PATH}?labelSelector=team%3Dteam-3`));
  return {
    startMs: bench.platform.startMs,
    firstCreatesOfTheProcess: newProcess,
    creates: summary(creates),
    statusPatches: summary(statusPatches),
    gets: summary(gets),
    watch,
    list: { objects, all, oneLabel: label },
    memory: memory(bench.processes),
    idle,
  };
}

async function fill(bench: Bench): Promise<void> {
  await drive(bench.clients, Math.max(0, large - objects), (client, index) => send(client, bench.platform, 'POST', PATH, component(objects + index)));
}

async function big(bench: Bench): Promise<Record<string, unknown>> {
  const list = (selector: string): Promise<{ medianMs: number; bestMs: number }> => times(7, () => send(bench.first, bench.platform, 'GET', `${PATH}?labelSelector=${encodeURIComponent(selector)}`));
  const afterStart = memory(bench.processes);
  return {
    objects: large,
    startMs: bench.platform.startMs,
    memoryAfterStart: afterStart,
    labelOfOneTwentieth: await list('team=team-3'),
    labelOfOneThousandth: await list('rank=rank-3'),
    labelOfNone: await list('team=nobody'),
    memory: memory(bench.processes),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-api-'));
// Else PostgreSQL would be put elsewhere when root runs this: others must pass.
chmodSync(folder, 0o755);
const dataDir = join(folder, 'data');
const start = async (): Promise<Bench> => new Bench(await startPlatform({ dataDir, profile: values.profile }), dataDir);
let bench = await start();
try {
  const figures = await small(bench);
  if (large > 0) await fill(bench);
  await bench.stop();
  let atLarge: Record<string, unknown> | undefined;
  if (large > 0) {
    bench = await start();
    atLarge = await big(bench);
    await bench.stop();
  }
  const machine = { node: process.version, cores: availableParallelism(), memoryGb: Math.round(totalmem() / 2 ** 30), loadAverage: loadavg().map((one) => Number(one.toFixed(1))), fsyncP50Ms: fsyncP50(folder) };
  console.log(JSON.stringify({ schemaVersion: 2, benchmark: 'api', machine, clients: CLIENTS, rounds, ...figures, ...(atLarge === undefined ? {} : { large: atLarge }) }, null, 2));
} finally {
  await stopPlatform(bench.platform).catch(() => undefined);
  spawnSync(process.execPath, [join(import.meta.dirname, '../bin/roadbed'), 'down', '--purge', '--yes', '--data-dir', dataDir], { stdio: 'ignore', timeout: 60_000 });
  rmSync(folder, { recursive: true, force: true });
}
