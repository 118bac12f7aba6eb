/**
 * What analysing states costs: 1, 10 and 100 thousand instances in one state, and 1,000 states of 100. Prints one JSON object.
 *
 * `npm run bench -- state`. Each run is a process of its own that has been warmed by nothing but the
 * compile cache; with all rules, prices and the report written. The states are made by bench/state/generate.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeState } from './state/generate.ts';

const STAGE = join(import.meta.dirname, 'state', 'stage.ts');

function measure(states: number, instances: number): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-state-'));
  try {
    for (let at = 0; at < states; at += 1) writeState(join(folder, `part-${at}.tfstate`), instances, at);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    const run = spawnSync(process.execPath, [STAGE, folder], { encoding: 'utf8', timeout: 300_000, env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'roadbed-bench-cache') } });
    if (run.status !== 0) throw new Error(run.stderr);
    return { inputMegabytes: Math.round(bytes / 1e5) / 10, ...(JSON.parse(run.stdout) as Record<string, unknown>) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

measure(1, 100);
const curve = [1000, 10_000, 100_000].map((instances) => measure(1, instances));
const many = measure(1000, 100);
console.log(JSON.stringify({ schemaVersion: 1, benchmark: 'state', machine: { node: process.version, cores: cpus().length, loadAverage: loadavg().map((load) => Math.round(load * 10) / 10) }, oneState: curve, manyStates: many }, undefined, 2));
