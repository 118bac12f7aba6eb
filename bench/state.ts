/**
 * What analysing states costs: 1, 10 and 100 thousand instances in one state, and 1,000 states of 100. Prints one JSON object.
 *
 * `npm run bench -- state [--runs 3]`. Each run is `roadbed state FOLDER --format json`, a cold process, with all rules,
 * prices and the report written. The states are made by bench/state/generate.ts: `dense` ones of some 470 bytes an
 * instance, `full` ones of 1 kB, and `indented` ones, which are full and written as Terraform writes them.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coldRuns, machine } from './command/cold-run.ts';
import { writeState } from './state/generate.ts';
import type { StateShape } from './state/generate.ts';

const [, given] = process.argv.slice(2);
const runs = Number(given ?? 3);

function measure(states: number, instances: number, shape: StateShape, times: number): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-state-'));
  try {
    for (let at = 0; at < states; at += 1) writeState(join(folder, 'states', `part-${at}.tfstate`), instances, at, shape);
    const bytes = readdirSync(join(folder, 'states')).reduce((sum, name) => sum + statSync(join(folder, 'states', name)).size, 0);
    const out = join(folder, 'findings.json');
    const run = coldRuns(['state', join(folder, 'states'), '--quiet', '--format', 'json', '--out', out], times);
    const { findings, coverage } = JSON.parse(readFileSync(out, 'utf8')) as { findings: unknown[]; coverage: { resources: number; inputs: number; rules: number } };
    return { shape, inputMegabytes: Math.round(bytes / 1e5) / 10, states: coverage.inputs, instances: coverage.resources, rules: coverage.rules, findings: findings.length, ...run };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

measure(1, 100, 'dense', 1);
const oneState = [1000, 10_000, 100_000].map((instances) => measure(1, instances, 'dense', runs));
const full = [1000, 10_000, 100_000].map((instances) => measure(1, instances, 'full', runs));
const indented = [measure(1, 100_000, 'indented', runs)];
const manyStates = [10, 100, 1000].map((states) => measure(states, 100, 'dense', runs));
console.log(JSON.stringify({ schemaVersion: 2, benchmark: 'state', machine: machine(), oneState, full, indented, manyStates }, undefined, 2));
