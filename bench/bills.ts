/**
 * What importing and asking a bill costs, end to end: `roadbed bills import FILE` against `roadbed up --empty`, over TLS, with
 * rights, checks and exact sums. Prints one JSON object.
 *
 * `npm run bench -- bills [rows ...]`; 100,000 and 1,000,000 rows otherwise. The file is made by bench/bills/generate.ts. Memory is the
 * peak of the resident set (VmHWM), of the client and of the control plane; what the control plane had before stands beside it.
 * Time depends on what else the machine does; CPU time of client, control plane and PostgreSQL depends on it much less.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processesOf, startPlatform, stopPlatform } from './api/platform.ts';
import { billHeader, billRow } from './bills/generate.ts';

const BINARY = join(import.meta.dirname, '..', 'bin', 'roadbed');
const PIECE = 1_000_000;
const CLOCK_TICK_MS = 10;

async function writeBill(path: string, rows: number): Promise<void> {
  const out = createWriteStream(path);
  let text = billHeader();
  for (let index = 0; index < rows; index += 1) {
    text += billRow(index);
    if (text.length > PIECE) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await once(out, 'close');
}

/** Peak of the resident set in megabytes; 0 once the process is gone. */
function peak(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** CPU time in milliseconds, with that of children that have ended. */
function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]) * CLOCK_TICK_MS, 0);
  } catch {
    return 0;
  }
}

/** Runs a command line and answers its time, CPU time and peak. */
async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<{ ms: number; cpuMs: number; peakMegabytes: number; out: string }> {
  const from = performance.now();
  const child = spawn(process.execPath, [BINARY, ...args], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  let peakMegabytes = 0;
  let cpu = 0;
  const timer = setInterval(() => {
    peakMegabytes = Math.max(peakMegabytes, peak(child.pid ?? 0));
    cpu = Math.max(cpu, cpuMs(child.pid ?? 0));
  }, 50);
  const [code] = (await once(child, 'exit')) as [number];
  clearInterval(timer);
  if (code !== 0) throw new Error(`roadbed ${args.join(' ')} ended with ${code}`);
  return { ms: Math.round(performance.now() - from), cpuMs: cpu, peakMegabytes, out };
}

/** A platform that has just started compiles its own code and looks around for some seconds; that is not what importing costs. */
async function settled(pid: number): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) {
    const before = cpuMs(pid);
    await delay(1_000);
    if (cpuMs(pid) - before < 60) return;
  }
}

async function measure(rows: number): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-bills-'));
  // PostgreSQL runs as another user and must get through.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  const file = join(folder, 'bill.csv');
  await writeBill(file, rows);
  const platform = await startPlatform({ dataDir });
  try {
    await settled(platform.pid);
    const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'roadbed-bench-cache') };
    const before = peak(platform.pid);
    const cpu = (): { controlPlane: number; postgres: number } => ({ controlPlane: cpuMs(platform.pid), postgres: processesOf(platform, dataDir).postgres.reduce((sum, pid) => sum + cpuMs(pid), 0) });
    const cpuBefore = cpu();
    const imported = await run(['bills', 'import', file, '--json', '--data-dir', dataDir], environment);
    const cpuAfter = cpu();
    const again = await run(['bills', 'import', file, '--json', '--data-dir', dataDir], environment);
    const shown = await run(['bills', 'show', '--by', 'team', '--format', 'json', '--data-dir', dataDir], environment);
    const local = await run(['bills', 'show', file, '--by', 'team', '--format', 'json'], environment);
    const [there, here] = [shown.out, local.out].map((text) => (JSON.parse(text) as { totals: { billed: string }[] }).totals[0]?.billed);
    if (there !== here) throw new Error(`the platform says ${there}, the file ${here}`);
    return {
      rows,
      fileMegabytes: Math.round(statSync(file).size / 1e5) / 10,
      importMs: imported.ms,
      rowsPerSecond: Math.round((rows * 1000) / imported.ms),
      cpuMs: { client: imported.cpuMs, controlPlane: cpuAfter.controlPlane - cpuBefore.controlPlane, postgres: cpuAfter.postgres - cpuBefore.postgres },
      clientPeakMegabytes: imported.peakMegabytes,
      controlPlanePeakMegabytes: peak(platform.pid),
      controlPlaneBeforeMegabytes: before,
      sameFileAgainMs: again.ms,
      showMs: shown.ms,
      showFileMs: local.ms,
      showFilePeakMegabytes: local.peakMegabytes,
      billed: there,
    };
  } finally {
    await stopPlatform(platform);
    spawnSync(process.execPath, [BINARY, 'down', '--purge', '--yes', '--data-dir', dataDir]);
    rmSync(folder, { recursive: true, force: true });
  }
}

const sizes = process.argv.slice(2).map(Number).filter((rows) => Number.isInteger(rows) && rows > 0);
const results: Record<string, unknown>[] = [];
for (const rows of sizes.length === 0 ? [100_000, 1_000_000] : sizes) results.push(await measure(rows));
console.log(JSON.stringify({ schemaVersion: 1, benchmark: 'bills', machine: { node: process.version, cores: cpus().length, loadAverage: loadavg().map((load) => Math.round(load * 10) / 10) }, results }, undefined, 2));
