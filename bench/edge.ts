/**
 * `npm run bench -- edge`: the edge beside HAProxy and a plain node:http proxy, as JSON on stdout.
 *
 * The proxy under test has core 0, load and upstream have core 1. The runs of all contenders are interleaved, so
 * that other work on the machine disturbs all alike. CPU per request (user + system, primary and worker) is the
 * steadiest figure; compare that first. Options: `--runs 5 --seconds 5`. Needs Linux with taskset, wrk and haproxy.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Contender } from './edge/contenders.ts';
import { startEdge, startHaproxy, startNodeProxy, startUpstream } from './edge/contenders.ts';
import type { Throughput } from './edge/load.ts';
import { openLoop, throughput, withConnections } from './edge/load.ts';
import { hasTool, median, memory, pinSelf } from './edge/processes.ts';

const PROXY_CORE = 0;
const LOAD_CORE = 1;
const CONNECTIONS = 32;
const RATE = 1_000;
const LATENCY_RUNS = 3;
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, seconds: { type: 'string', default: '5' } } });
const runs = Number(values.runs);
const seconds = Number(values.seconds);

const missing = ['taskset', 'wrk', 'haproxy'].filter((tool) => !hasTool(tool));
if (missing.length > 0 || cpus().length < 2) {
  process.stderr.write(`bench edge: skipped; it needs two cores and ${missing.join(', ') || 'taskset, wrk, haproxy'} (Debian: apt-get install haproxy wrk util-linux)\n`);
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, bench: 'edge', skipped: missing })}\n`);
  process.exit(0);
}

function figures(measured: Throughput[], baseline: Throughput[] | undefined): Record<string, number> {
  const cpu = measured.map((one) => one.cpuMicrosecondsPerRequest);
  const base = baseline?.map((one) => one.cpuMicrosecondsPerRequest) ?? [];
  const ratio = (one: number, other: number): number => Math.round((one / other) * 100) / 100;
  return {
    cpuLowest: Math.min(...cpu),
    cpuMedian: median(cpu),
    rpsBest: Math.max(...measured.map((one) => one.requestsPerSecond)),
    rpsMedian: median(measured.map((one) => one.requestsPerSecond)),
    ...(base.length === 0 ? {} : { cpuLowestToHaproxy: ratio(Math.min(...cpu), Math.min(...base)), cpuMedianToHaproxy: ratio(median(cpu), median(base)) }),
  };
}

type Delay = { p50: number; p99: number };

/** Runs at a constant rate, taking turns; the median of each figure. */
async function latencies(ports: Map<string, number>): Promise<Map<string, Delay>> {
  const measured = new Map<string, Delay[]>([...ports.keys()].map((name) => [name, []]));
  for (let run = 0; run < LATENCY_RUNS; run += 1) {
    for (const [name, port] of ports) measured.get(name)?.push(await openLoop(port, RATE, seconds, CONNECTIONS));
  }
  return new Map([...measured].map(([name, delays]) => [name, { p50: median(delays.map(({ p50 }) => p50)), p99: median(delays.map(({ p99 }) => p99)) }]));
}

const folder = mkdtempSync(join(tmpdir(), 'roadbed-bench-edge-'));
const started: Contender[] = [];
try {
  pinSelf(LOAD_CORE);
  const upstream = await startUpstream(folder, LOAD_CORE);
  started.push(upstream);
  for (const start of [startHaproxy, startEdge, startNodeProxy]) started.push(await start(folder, PROXY_CORE, upstream.port));
  const contenders = started.slice(1);
  const idle = Object.fromEntries(contenders.map(({ name, pids }) => [name, memory(pids)]));
  const measured = new Map<string, Throughput[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) throughput(contender, LOAD_CORE, CONNECTIONS, 2);
  for (let run = 0; run < runs; run += 1) {
    for (const contender of contenders) measured.get(contender.name)?.push(throughput(contender, LOAD_CORE, CONNECTIONS, seconds));
  }
  const delays = await latencies(new Map([['direct', upstream.port], ...contenders.map(({ name, port }) => [name, port] as const)]));
  const none: Delay = { p50: NaN, p99: NaN };
  const direct = delays.get('direct') ?? none;
  const results: Record<string, unknown> = {};
  for (const contender of contenders) {
    const delay = delays.get(contender.name) ?? none;
    const loaded = await withConnections(contender.port, 1_000, () => memory(contender.pids));
    results[contender.name] = {
      ...figures(measured.get(contender.name) ?? [], contender.name === 'haproxy' ? undefined : measured.get('haproxy')),
      p50: delay.p50,
      addedP50: delay.p50 - direct.p50,
      p99: delay.p99,
      addedP99: delay.p99 - direct.p99,
      idle: idle[contender.name],
      with1000Connections: loaded,
    };
  }
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, bench: 'edge', node: process.version, cpu: cpus()[0]?.model, runs, seconds, connections: CONNECTIONS, latencyRate: RATE, direct, results }, undefined, 2)}\n`);
} finally {
  for (const contender of started.reverse()) await contender.stop();
  rmSync(folder, { recursive: true, force: true });
}
