import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import { backOffMs, mayPass } from './back-off.ts';
import { startLoop, type Loop } from './loop.ts';
import { keyFromText, keyText, type ReconcileKey, type Reconciler } from './reconciler.ts';
import { MemoryObjects } from './testing/memory-objects.ts';
import { WorkQueue, type Timers } from './work-queue.ts';

/** Time that moves only when told to. */
class HandTime implements Timers {
  time = 0;
  #due: { at: number; run: () => void }[] = [];
  after(ms: number, run: () => void): () => void {
    const entry = { at: this.time + ms, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((entry) => entry !== next);
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }
}

const KIND = 'roadbed.dev/Hold';
let loop: Loop | undefined;
afterEach(async () => {
  await loop?.stop();
  loop = undefined;
});

function hold(name: string, namespace = 'team'): { apiVersion: string; kind: string; metadata: { name: string; namespace: string }; spec: object } {
  return { apiVersion: 'roadbed.dev/v1alpha1', kind: 'Hold', metadata: { name, namespace }, spec: { n: 0 } };
}

function begin(reconciler: Partial<Reconciler> & Pick<Reconciler, 'reconcile'>, objects = new MemoryObjects()): { objects: MemoryObjects; time: HandTime; warnings: Record<string, unknown>[]; loop: Loop } {
  const time = new HandTime();
  const warnings: Record<string, unknown>[] = [];
  loop = startLoop({
    objects,
    clock: { now: () => time.time, monotonic: () => time.time },
    timers: time,
    log: { warn: (fields) => warnings.push(fields) },
    fullPassMs: 600_000,
    reconcilers: [{ name: 'hold', kind: KIND, ...reconciler }],
  });
  return { objects, time, warnings, loop };
}

test('objects that are there at the start and every change reach the reconciler', async () => {
  const objects = new MemoryObjects();
  await objects.create(hold('first'));
  const seen: string[] = [];
  const world = begin({ reconcile: async (key) => void seen.push(keyText(key)) }, objects);
  await world.loop.settled();
  await objects.create(hold('second'));
  await world.loop.settled();
  await objects.delete(KIND, 'team', 'first');
  await world.loop.settled();
  expect(seen).toEqual(['team/first', 'team/second', 'team/first']);
});

test('many changes during one run lead to one more run, and no key runs twice at a time', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const world = begin({
    reconcile: async () => {
      runs += 1;
      most = Math.max(most, ++running);
      if (runs === 1) await gate;
      running -= 1;
    },
  });
  let object = await world.objects.create(hold('busy'));
  await Promise.resolve();
  for (let n = 1; n <= 5; n++) object = await world.objects.update({ ...object, spec: { n } });
  release();
  await world.loop.settled();
  expect({ runs, most }).toEqual({ runs: 2, most: 1 });
});

test('a failure is retried with doubling waits and never holds up another key', async () => {
  const tries: string[] = [];
  const world = begin({
    reconcile: async (key) => {
      tries.push(`${key.name}@${world.time.time}`);
      if (key.name === 'bad') throw new Error('broken pipe');
    },
  });
  await world.objects.create(hold('bad'));
  await world.objects.create(hold('good'));
  await world.loop.settled();
  for (const ms of [250, 500, 1000]) {
    world.time.advance(ms);
    await world.loop.settled();
  }
  expect(tries).toEqual(['bad@0', 'good@0', 'bad@250', 'bad@750', 'bad@1750']);
  expect(world.warnings.map((warning) => warning['failures'])).toEqual([1, 2, 3, 4]);
});

test('an error that no retry can help waits for the next change', async () => {
  let tries = 0;
  const world = begin({
    reconcile: async () => {
      tries += 1;
      throw new PlatformError({ code: 'ROADBED-2101', class: 'invalid', message: 'the pipeline has a cycle' });
    },
  });
  const object = await world.objects.create(hold('cycle'));
  await world.loop.settled();
  world.time.advance(300_000);
  await world.loop.settled();
  expect(tries).toBe(1);
  await world.objects.update({ ...object, spec: { n: 1 } });
  await world.loop.settled();
  expect(tries).toBe(2);
});

test('a full pass looks at everything again, also where nothing was announced', async () => {
  const seen: string[] = [];
  const world = begin({ reconcile: async (key) => void seen.push(key.name) });
  await world.objects.create(hold('quiet'));
  await world.loop.settled();
  world.time.advance(600_000);
  await new Promise((resolve) => setImmediate(resolve));
  await world.loop.settled();
  expect(seen).toEqual(['quiet', 'quiet']);
});

test('a requested look comes at its time', async () => {
  const seen: number[] = [];
  const world = begin({
    reconcile: async () => {
      seen.push(world.time.time);
      return seen.length < 3 ? { requeueAfterMs: 1000 } : undefined;
    },
  });
  await world.objects.create(hold('poll'));
  for (let n = 0; n < 5; n++) {
    await world.loop.settled();
    world.time.advance(1000);
  }
  expect(seen).toEqual([0, 1000, 2000]);
});

test('changes of another kind are mapped to keys, and outsiders may enqueue', async () => {
  const seen: string[] = [];
  const world = begin({
    reconcile: async (key) => void seen.push(keyText(key)),
    also: [{ kind: 'roadbed.dev/Rollout', keys: ({ object }) => [{ namespace: 'team', name: `of-${object.metadata.name}` }] }],
  });
  await world.objects.create({ ...hold('web.prod'), kind: 'Rollout' });
  world.loop.enqueue('hold', { name: 'cluster-wide' });
  await world.loop.settled();
  expect(seen.sort()).toEqual(['cluster-wide', 'team/of-web.prod']);
  expect(() => world.loop.enqueue('nobody', { name: 'x' })).toThrow('no reconciler');
});

test('stop waits for what runs and starts nothing more', async () => {
  let finished = false;
  let runs = 0;
  const world = begin({
    concurrency: 1,
    reconcile: async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      finished = true;
    },
  });
  await world.objects.create(hold('one'));
  await world.objects.create(hold('two'));
  await Promise.resolve();
  await world.loop.stop();
  expect({ finished, runs }).toEqual({ finished: true, runs: 1 });
});

test('the wait grows to five minutes and errors say whether they may pass', () => {
  expect([1, 2, 3, 11, 12, 5000].map(backOffMs)).toEqual([250, 500, 1000, 256_000, 300_000, 300_000]);
  expect(mayPass(new Error('x'))).toBe(true);
  expect(mayPass(new PlatformError({ code: 'ROADBED-1', class: 'conflict', message: '' }))).toBe(true);
  expect(mayPass(new PlatformError({ code: 'ROADBED-1', class: 'failed', message: '', retry: 'backoff' }))).toBe(true);
  expect(mayPass(new PlatformError({ code: 'ROADBED-1', class: 'invalid', message: '' }))).toBe(false);
});

test('a key read back from its text is the key', () => {
  const keys: ReconcileKey[] = [{ name: 'prod' }, { namespace: 'team', name: 'web.prod' }];
  expect(keys.map((key) => keyFromText(keyText(key)))).toEqual(keys);
});

test('whatever is added in whatever order, every key is worked on after its last addition and never twice at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 })), { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), async (adds, concurrency) => {
      const time = new HandTime();
      const lastAdd = new Map<string, number>();
      const lastStart = new Map<string, number>();
      const active = new Set<string>();
      let tick = 0;
      let overlap = false;
      const queue = new WorkQueue({
        concurrency,
        timers: time,
        now: () => time.time,
        work: async (key) => {
          overlap ||= active.has(key) || active.size >= concurrency;
          active.add(key);
          lastStart.set(key, ++tick);
          await new Promise((resolve) => setImmediate(resolve));
          active.delete(key);
        },
      });
      for (const [key, pause] of adds) {
        lastAdd.set(String(key), ++tick);
        if (pause === 3) queue.addAfter(String(key), 5);
        else queue.add(String(key));
        for (let n = 0; n < pause; n++) await new Promise((resolve) => setImmediate(resolve));
      }
      time.advance(10);
      await queue.idle();
      expect(overlap).toBe(false);
      for (const [key, at] of lastAdd) expect(lastStart.get(key) ?? 0).toBeGreaterThan(at);
    }),
    { numRuns: 50 },
  );
});
