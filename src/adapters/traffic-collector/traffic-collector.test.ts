import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TrafficSample } from '../../domain/traffic.ts';
import type { RevisionCounters, TrafficCounters } from '../../ports/traffic.ts';
import { fileJournal } from './collector-journal.ts';
import { createTrafficCollector, type SampleStore, type TrafficCollector } from './traffic-collector.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'roadbed-collector-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

function counters(epoch: string, requests: number, errors = 0, route = 'a/'): TrafficCounters {
  const row: RevisionCounters = {
    service: 'cart', environment: 'prod', revision: 'cart.prod.0123456789ab', route, requests, classes: [0, requests - errors, 0, 0, errors],
    connectErrors: 0, upstreamResets: 0, clientAborts: 0, retries: 0, inFlight: 0, bytesIn: 0, bytesOut: 0, firstByte: requests === 0 ? [] : [[40, requests]], total: [],
  };
  return { epoch, at: '', tableVersion: 1, revisions: [row], refusals: {} };
}

function memoryStore(): SampleStore & { rows: TrafficSample[]; failing: 'no' | 'before' | 'after' } {
  const self = {
    rows: [] as TrafficSample[],
    failing: 'no' as 'no' | 'before' | 'after',
    store: async (samples: readonly TrafficSample[]) => {
      if (self.failing === 'before') throw new Error('the database is away');
      self.rows.push(...samples);
      if (self.failing === 'after') throw new Error('killed after the commit');
    },
    samples: async ({ since, until, revision }: { since: string; until?: string; revision?: string }) =>
      self.rows.filter((row) => row.at >= since && (until === undefined || row.at < until) && (revision === undefined || row.revision === revision)),
  };
  return self;
}

interface Rig {
  store: ReturnType<typeof memoryStore>;
  edge: { now: TrafficCounters };
  clock: { ms: number };
  open(): Promise<TrafficCollector>;
}

function rig(): Rig {
  const store = memoryStore();
  const edge = { now: counters('e1', 0) };
  const clock = { ms: Date.parse('2026-01-05T10:00:00Z') };
  const open = (): Promise<TrafficCollector> =>
    createTrafficCollector({ traffic: { counters: async () => edge.now }, store, journal: fileJournal(join(folder, 'traffic.json')), clock: { now: () => clock.ms, monotonic: () => clock.ms }, log: { warn: () => undefined } });
  return { store, edge, clock, open };
}

const QUERY = { service: 'cart', environment: 'prod', since: '2026-01-05T09:00:00Z' };
const sum = (samples: readonly TrafficSample[]): number => samples.reduce((total, sample) => total + sample.requests, 0);

test('each reading gives what happened since the one before, routes added up', async () => {
  const { edge, clock, open, store } = rig();
  const collector = await open();
  await collector.collect();
  edge.now = { ...counters('e1', 10, 2), revisions: [...counters('e1', 10, 2).revisions, ...counters('e1', 5, 0, 'b/').revisions] };
  clock.ms += 1_000;
  await collector.collect();
  expect(store.rows).toMatchObject([{ requests: 15, errors: 2, classes: [0, 13, 0, 0, 2], firstByte: [[40, 15]] }]);
  expect(await collector.samples(QUERY)).toHaveLength(1);
});

test('what a revision refused and another one answered is a failed request of the one that refused', async () => {
  const { edge, clock, open, store } = rig();
  const collector = await open();
  const [row] = counters('e1', 1).revisions;
  const dead = (failedOver: number): TrafficCounters => ({ ...counters('e1', 0), revisions: row === undefined ? [] : [{ ...row, requests: 0, classes: [0, 0, 0, 0, 0], firstByte: [], connectErrors: failedOver * 2, failedOver }] });
  edge.now = dead(1);
  await collector.collect();
  edge.now = dead(31);
  clock.ms += 1_000;
  await collector.collect();
  expect(store.rows).toMatchObject([{ requests: 30, errors: 30, refused: 30, classes: [0, 0, 0, 0, 0], firstByte: [] }]);
});

test('the first reading of an edge that has counted for long is a starting point, not a second with a million requests', async () => {
  const { edge, open, store } = rig();
  edge.now = counters('e1', 1_000_000);
  await (await open()).collect();
  expect(store.rows).toEqual([]);
});

test('another epoch is another edge: its counts begin at zero', async () => {
  const { edge, clock, open } = rig();
  const collector = await open();
  await collector.collect();
  edge.now = counters('e2', 7);
  clock.ms += 1_000;
  await collector.collect();
  expect(sum(await collector.samples(QUERY))).toBe(7);
});

test('while the database is away analysis goes on from memory, and afterwards nothing is missing', async () => {
  const { edge, clock, open, store } = rig();
  const collector = await open();
  await collector.collect();
  store.failing = 'before';
  for (const count of [4, 9]) {
    edge.now = counters('e1', count);
    clock.ms += 1_000;
    await collector.collect().catch(() => undefined);
  }
  expect(sum(await collector.samples({ ...QUERY, since: '2026-01-05T10:00:00Z' }))).toBe(9);
  store.failing = 'no';
  clock.ms += 1_000;
  await collector.collect();
  expect(sum(store.rows)).toBe(9);
});

test('a clock that goes back gives no second twice', async () => {
  const { edge, clock, open, store } = rig();
  const collector = await open();
  await collector.collect();
  for (const [count, step] of [[1, 1_000], [2, 0], [3, -900], [4, 100]] as const) {
    edge.now = counters('e1', count);
    clock.ms += step;
    await collector.collect();
  }
  expect(new Set(store.rows.map((row) => row.at)).size).toBe(4);
  expect(sum(store.rows)).toBe(4);
});

test('whatever dies when, every request is counted once', async () => {
  const step = fc.record({ more: fc.nat(20), fate: fc.constantFrom('fine', 'killed', 'store-before', 'store-after') });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await rm(join(folder, 'traffic.json'), { force: true });
      const { edge, clock, open, store } = rig();
      let collector = await open();
      await collector.collect();
      let total = 0;
      for (const { more, fate } of steps) {
        total += more;
        edge.now = counters('e1', total);
        clock.ms += 1_000;
        store.failing = fate === 'store-before' ? 'before' : fate === 'store-after' ? 'after' : 'no';
        await collector.collect().catch(() => undefined);
        store.failing = 'no';
        if (fate === 'killed') collector = await open();
      }
      clock.ms += 1_000;
      await collector.collect();
      expect(sum(store.rows)).toBe(total);
      expect(sum(await collector.samples(QUERY))).toBe(total);
    }),
    { numRuns: 60 },
  );
});
