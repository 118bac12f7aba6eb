/**
 * What reading Terraform costs: CPU seconds and resident memory of cold processes. Prints one JSON object.
 *
 * `npm run bench -- terraform [--corpus FOLDER] [--root NAME=FOLDER ...] [--runs 3]`
 *
 * `--corpus` is a folder of `.tf` files, best of a few megabytes; without it the shipped examples are read, which
 * are too small to say much about speed. `--root` is a root module, documented and drawn. Peers run beside on the
 * same input when they are there: terraform-docs on PATH, `@cdktf/hcl2json` in node_modules.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';

const STAGE = join(import.meta.dirname, 'terraform', 'stage.ts');
const EXAMPLES = resolve(import.meta.dirname, '../examples/infrastructure');
/** Clock ticks of /proc are 10 ms on Linux. */
const TICKS_PER_SECOND = 100;

interface Options {
  corpus: string;
  roots: { name: string; folder: string }[];
  runs: number;
}

function options(words: readonly string[]): Options {
  const found: Options = { corpus: EXAMPLES, roots: [], runs: 3 };
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1] ?? '';
    if (words[at] === '--corpus') found.corpus = resolve(value);
    else if (words[at] === '--runs') found.runs = Number(value);
    else if (words[at] === '--root') found.roots.push({ name: value.slice(0, value.indexOf('=')), folder: resolve(value.slice(value.indexOf('=') + 1)) });
  }
  if (found.roots.length === 0) found.roots.push(...['aws-shop', 'google-events', 'azure-portal'].map((name) => ({ name, folder: join(EXAMPLES, name) })));
  return found;
}

/** The closest folder above with a repository: where modules beside a root are. */
function top(folder: string): string {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) if (existsSync(join(at, '.git'))) return at;
  return folder;
}

function run(command: string, words: readonly string[]): Promise<{ code: number; out: string; childCpuSeconds: number }> {
  const before = childTicks();
  return new Promise((done, fail) => {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'roadbed-bench-cache') } });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.once('error', fail);
    child.once('close', (code) => done({ code: code ?? 1, out, childCpuSeconds: (childTicks() - before) / TICKS_PER_SECOND }));
  });
}

/** CPU of all children that have ended and been waited for. */
function childTicks(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').replace(/^.*\) /, '').split(' ');
  return Number(fields[13]) + Number(fields[14]);
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function stage(runs: number, ...words: string[]): Promise<Record<string, unknown>> {
  await run(process.execPath, [STAGE, ...words]);
  const results: Record<string, number>[] = [];
  for (let at = 0; at < runs; at += 1) results.push(JSON.parse((await run(process.execPath, [STAGE, ...words])).out) as Record<string, number>);
  const names = Object.keys(results[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, middle(results.map((result) => result[name] ?? 0))]));
}

async function peer(runs: number, command: string, words: readonly string[]): Promise<{ cpuSeconds: number } | string> {
  try {
    const times: number[] = [];
    for (let at = 0; at < runs; at += 1) {
      const { code, childCpuSeconds } = await run(command, words);
      if (code !== 0) return `failed with ${code}`;
      times.push(childCpuSeconds);
    }
    return { cpuSeconds: middle(times) };
  } catch {
    return 'not installed';
  }
}

async function hclToJson(corpus: string, runs: number): Promise<{ cpuSeconds: number } | string> {
  try {
    const path = createRequire(import.meta.url).resolve('@cdktf/hcl2json');
    const program = `const {parse}=require(${JSON.stringify(path)}),fs=require('fs'),p=require('path');(async()=>{for(const e of fs.readdirSync(process.argv[1],{withFileTypes:true,recursive:true}))if(e.isFile()&&e.name.endsWith('.tf'))await parse(e.name,fs.readFileSync(p.join(e.parentPath,e.name),'utf8')).catch(()=>0)})()`;
    return await peer(runs, process.execPath, ['-e', program, corpus]);
  } catch {
    return 'not installed';
  }
}

async function main(): Promise<void> {
  const { corpus, roots, runs } = options(process.argv.slice(2));
  const documented: Record<string, unknown> = {};
  for (const { name, folder } of roots) documented[name] = { sameWork: await stage(runs, 'describe', folder), loadedEvaluatedDocumentedDrawn: await stage(runs, 'root', folder, top(folder)), terraformDocs: await peer(runs, 'terraform-docs', ['markdown', 'table', folder]) };
  const result = {
    schemaVersion: 1,
    benchmark: 'terraform',
    machine: { node: process.version, cores: cpus().length, loadAverage: loadavg().map((load) => Math.round(load * 10) / 10) },
    corpus: basename(corpus),
    parse: { roadbed: await stage(runs, 'parse', corpus), hclToJsonWasm: await hclToJson(corpus, runs) },
    index: await stage(runs, 'index', corpus),
    documentedRoots: documented,
    graphs: { '300': await stage(runs, 'graph', '300'), '3000': await stage(runs, 'graph', '3000') },
  };
  console.log(JSON.stringify(result, undefined, 2));
}

await main();
