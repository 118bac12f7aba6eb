/**
 * Runs a command of Roadbed as a person does: a process of its own, cold but for the compile cache.
 *
 * The seconds are those from starting the process to its end; memory is the largest resident size. A run is
 * repeated and the median is told, with all the walls, since a busy machine shows in their spread.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, '../../src/app/main.ts');
const USAGE = join(import.meta.dirname, 'usage-at-exit.ts');
const TIMEOUT_MS = 300_000;

export interface ColdRun {
  wallSeconds: number;
  cpuSeconds: number;
  megabytes: number;
  allWallSeconds: number[];
}

/** The median of some runs. Throws when the command ends with another code than 0 or 8 (something could not be read). */
export function coldRuns(words: readonly string[], runs: number): ColdRun {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-run-'));
  try {
    const all = Array.from({ length: runs }, () => coldRun(words, join(folder, 'usage.json'))).sort((a, b) => a.wallSeconds - b.wallSeconds);
    const middle = all[Math.floor(all.length / 2)];
    if (middle === undefined) throw new Error('no run');
    return { ...middle, allWallSeconds: all.map((run) => run.wallSeconds) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function coldRun(words: readonly string[], usageFile: string): Omit<ColdRun, 'allWallSeconds'> {
  const started = performance.now();
  const run = spawnSync(process.execPath, ['--import', USAGE, MAIN, ...words], { encoding: 'utf8', timeout: TIMEOUT_MS, env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'roadbed-bench-cache'), ROADBED_BENCH_USAGE: usageFile } });
  const wallSeconds = rounded((performance.now() - started) / 1000);
  if (run.status !== 0 && run.status !== 8) throw new Error(`roadbed ${words.join(' ')} ended with ${run.status ?? run.signal}: ${run.stderr.slice(0, 2000)}`);
  const { cpuSeconds, megabytes } = JSON.parse(readFileSync(usageFile, 'utf8')) as { cpuSeconds: number; megabytes: number };
  return { wallSeconds, cpuSeconds: rounded(cpuSeconds), megabytes: Math.round(megabytes) };
}

export function machine(): Record<string, unknown> {
  return { node: process.version, cores: cpus().length, loadAverage: loadavg().map((load) => Math.round(load * 10) / 10) };
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
