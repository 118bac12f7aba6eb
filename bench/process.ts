/**
 * What the supervisor costs: memory and processor time with 20 idle replicas, time from apply to ready for a
 * trivial server, time to be back after SIGKILL. Prints one JSON object.
 *
 * `node bench/process.ts`
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureSupervisor, type SupervisorHandle } from '../src/adapters/process/launch.ts';
import { readProcess } from '../src/adapters/process/process-table.ts';
import type { RevisionSpec } from '../src/ports/runtime.ts';

const REPLICAS = 20;
const IDLE_MS = 10_000;
const STARTS = 15;

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function proportionalBytes(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0) * 1024;
}

async function allReady(handle: SupervisorHandle, id: string, count: number): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    const replicas = (await handle.runtime.observe()).find((revision) => revision.id === id)?.replicas ?? [];
    return replicas.length === count && replicas.every((replica) => replica.state === 'ready');
  };
  while (!(await isReady())) await sleep(2);
}

/** Milliseconds until the program itself listens, without a supervisor: the floor of "apply to ready". */
async function bareStart(folder: string): Promise<number> {
  const { spawn } = await import('node:child_process');
  const began = performance.now();
  const child = spawn(process.execPath, ['server.js'], { cwd: folder, env: { PORT: '0' }, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const took = performance.now() - began;
  child.kill('SIGKILL');
  return took;
}

async function main(): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'roadbed-bench-'));
  chmodSync(base, 0o755);
  const app = join(base, 'app');
  mkdirSync(app, { mode: 0o755 });
  writeFileSync(join(app, 'server.js'), `require('node:http').createServer((q, r) => r.end('ok')).listen(process.env.PORT, '127.0.0.1', () => console.log('up'))`, { mode: 0o644 });
  const revision = (id: string, replicas: number): RevisionSpec => ({
    id, service: id.split('.')[0] ?? '', environment: 'bench', release: 'r', replicas, ports: [{ name: 'http' }], drainSeconds: 1,
    containers: [{ name: 'main', command: ['node', 'server.js'], workingDirectory: app, environment: {}, files: [], volumes: [], limits: {}, after: [] }],
  });
  const handle = await ensureSupervisor({ folder: join(base, 'supervisor'), sharedDir: join(base, 'shared'), node: process.execPath, log: () => undefined });
  try {
    const starts: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < STARTS; round += 1) {
      bare.push(await bareStart(app));
      const began = performance.now();
      await handle.runtime.apply(revision(`start${round}.bench.r`, 1));
      await allReady(handle, `start${round}.bench.r`, 1);
      starts.push(performance.now() - began);
      await handle.runtime.remove(`start${round}.bench.r`);
    }
    while ((await handle.runtime.observe()).length > 0) await sleep(20);

    const many = performance.now();
    await handle.runtime.apply(revision('idle.bench.r', REPLICAS));
    await allReady(handle, 'idle.bench.r', REPLICAS);
    const allReadyMs = performance.now() - many;
    await sleep(3_000);
    const before = readProcess(handle.pid)?.cpuSeconds ?? 0;
    await sleep(IDLE_MS);
    const spent = (readProcess(handle.pid)?.cpuSeconds ?? 0) - before;
    const pss = proportionalBytes(handle.pid);
    const rss = readProcess(handle.pid)?.residentBytes ?? 0;
    const shims = (await handle.runtime.observe()).flatMap((one) => one.replicas).map((replica) => proportionalBytes(replica.pids[0] ?? 0));

    const first = handle.pid;
    const killed = performance.now();
    process.kill(first, 'SIGKILL');
    for (;;) {
      const hello = await handle.runtime.hello().catch(() => undefined);
      if (hello !== undefined && hello.pid !== first) break;
      await sleep(5);
    }
    await allReady(handle, 'idle.bench.r', REPLICAS);
    const adoptedMs = performance.now() - killed;
    const { isolation, limitsBy } = await handle.runtime.capabilities();
    console.log(JSON.stringify({
      schemaVersion: 1,
      bench: 'process',
      cores: cpus().length,
      isolation,
      limitsBy,
      supervisor: { replicas: REPLICAS, pssMegabytes: Math.round(pss / 1e5) / 10, rssMegabytes: Math.round(rss / 1e5) / 10, idleCpuPercent: Math.round((spent / IDLE_MS) * 1e6) / 10 },
      shim: { pssKilobytesEach: percentile(shims, 0.5) / 1000 },
      applyToReadyMs: { p50: percentile(starts, 0.5), p95: percentile(starts, 0.95), programAloneP50: percentile(bare, 0.5) },
      twentyReplicasReadyMs: Math.round(allReadyMs),
      adoptionAfterSigkillMs: Math.round(adoptedMs),
    }, undefined, 2));
  } finally {
    await handle.purge();
    rmSync(base, { recursive: true, force: true });
  }
}

await main();
