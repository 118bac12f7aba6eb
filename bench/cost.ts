/**
 * What pricing code and states costs: 1, 10 and 20 thousand resources of code, 10 thousand of a state, and the price book alone. Prints one JSON object.
 *
 * `npm run bench -- cost [--runs 3]`. Code and states are priced by `roadbed cost INPUT --format json`, cold processes;
 * 19,838 resources of bench/cost/generate.ts are 3.3 MB. Estimating and the price book are also measured alone, in this process.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { shippedPrices } from '../src/app/price-files.ts';
import { estimateCost } from '../src/engines/cost/estimate.ts';
import { modelFromState } from '../src/engines/infrastructure/from-state.ts';
import type { PriceProvider } from '../src/engines/price-book/price.ts';
import { PriceBook } from '../src/engines/price-book/price-book.ts';
import { readState } from '../src/formats/terraform/state.ts';
import { coldRuns, machine, rounded } from './command/cold-run.ts';
import { writeRoot } from './cost/generate.ts';
import { writeState } from './state/generate.ts';

const PRICES = resolve(import.meta.dirname, '../prices');
const PROVIDERS: readonly PriceProvider[] = ['aws', 'azure', 'gcp', 'oci', 'linode', 'generic'];

const [, given] = process.argv.slice(2);
const runs = Number(given ?? 3);

function cold(make: (folder: string) => { path: string; bytes: number }, times: number): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-cost-'));
  try {
    const { path, bytes } = make(folder);
    const out = join(folder, 'cost.json');
    const run = coldRuns(['cost', path, '--quiet', '--format', 'json', '--out', out], times);
    const { resources } = JSON.parse(readFileSync(out, 'utf8')) as { resources: { status: string }[] };
    return { inputMegabytes: Math.round(bytes / 1e5) / 10, resources: resources.length, priced: resources.filter((one) => one.status === 'priced').length, ...run };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function code(resources: number, times = runs): Record<string, unknown> {
  return cold((folder) => ({ path: join(folder, 'root'), bytes: writeRoot(join(folder, 'root'), resources) }), times);
}

function state(instances: number): Record<string, unknown> {
  return cold((folder) => {
    const path = join(folder, 'shop.tfstate');
    writeState(path, instances);
    return { path, bytes: readFileSync(path).length };
  }, runs);
}

/** Seconds of CPU of a piece of work in this process, and what it leaves in memory. */
function alone<Result>(work: () => Result): { result: Result; cpuSeconds: number; megabytes: number } {
  const [before, memory] = [process.cpuUsage(), process.memoryUsage()];
  const result = work();
  const used = process.cpuUsage(before);
  const after = process.memoryUsage();
  return { result, cpuSeconds: rounded((used.user + used.system) / 1e6), megabytes: Math.round((after.rss - memory.rss) / 1e6) };
}

function inProcess(): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-cost-'));
  try {
    const path = join(folder, 'shop.tfstate');
    writeState(path, 10_000);
    const today = new Date().toISOString().slice(0, 10);
    // A book reads each table when it is first asked: here all of them.
    const book = alone(() => {
      const made = new PriceBook(shippedPrices(), []);
      for (const provider of PROVIDERS) made.facts(provider);
      for (const table of readdirSync(PRICES).filter((name) => name.endsWith('.csv.gz') && !name.startsWith('facts-'))) made.table(table.replace('.csv.gz', ''));
      return made;
    });
    const model = modelFromState(readState(readFileSync(path, 'utf8'), 'shop'), { path: 'shop' });
    const estimate = alone(() => estimateCost(model, book.result, { today }).resources.length);
    return { priceBook: { cpuSeconds: book.cpuSeconds, megabytes: book.megabytes }, estimate: { resources: estimate.result, cpuSeconds: estimate.cpuSeconds } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const separately = inProcess();
code(10, 1);
const ofCode = [1000, 10_000, 19_838].map((resources) => code(resources));
const ofState = [1000, 10_000].map(state);
console.log(JSON.stringify({ schemaVersion: 1, benchmark: 'cost', machine: machine(), code: ofCode, state: ofState, ...separately }, undefined, 2));
