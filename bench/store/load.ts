/**
 * One replica in a process of its own: opens the store on the database that stands in the environment and
 * prints how long it took, what it weighs, and how long a list by one label takes.
 */
import { readFileSync } from 'node:fs';
import { openDatabase } from '../../src/adapters/postgres/connect.ts';
import { silentLog } from '../../src/adapters/postgres/log.ts';
import { openStore } from '../../src/adapters/postgres/open-store.ts';

/** Proportional set size of a process in MB (Linux). */
function proportionalMegabytes(pid: number | 'self'): number | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Math.round(Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024);
  } catch {
    return undefined;
  }
}

const connection = JSON.parse(process.env['ROADBED_BENCH_CONNECTION'] ?? '{}') as Record<string, string>;
const database = await openDatabase(connection, { log: silentLog });
const before = performance.now();
const store = await openStore(database, { sealKeys: [{ id: 'bench', secret: Buffer.from('bench') }] });
const loadMs = performance.now() - before;
const listing = performance.now();
const listed = store.objects.list('bench.dev', 'things');
const matching = listed.filter((stored) => stored.labels['team'] === 'team-7');
const listLabelMs = performance.now() - listing;
const parsing = performance.now();
for (const stored of matching) if (stored.object.kind !== 'Thing') throw new Error('not what was stored');
const parseMs = performance.now() - parsing;
globalThis.gc?.();
console.log(
  JSON.stringify({
    objects: listed.length,
    loadMs: Math.round(loadMs),
    listOneLabelMs: Number(listLabelMs.toFixed(1)),
    parseMatchesMs: Number(parseMs.toFixed(1)),
    matches: matching.length,
    pssMb: proportionalMegabytes('self'),
    heapMb: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
  }),
);
await store.close();
await database.close();
