/**
 * The level-triggered loop that all reconcilers share: watch, queue, reconcile, back off, look over everything again.
 *
 * The watch only says that a key is worth a look; what a reconciler decides comes from what it reads. A
 * full pass enqueues every object from time to time, so even a change that nobody announced is seen.
 * Failures back off a key at a time: one broken object never holds up another.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../../ports/objects.ts';
import { PlatformError } from '../../domain/error.ts';
import { backOffMs, mayPass } from './back-off.ts';
import { keyFromText, keyText, type ReconcileKey, type Reconciler } from './reconciler.ts';
import { systemTimers, WorkQueue, type Timers } from './work-queue.ts';

const DEFAULT_CONCURRENCY = 4;
const DEFAULT_FULL_PASS_MS = 600_000;

/** `fields` never hold a secret: names, counts, codes, durations. */
export interface LoopLog {
  warn(fields: Record<string, unknown>, message: string): void;
}

export interface LoopOptions {
  objects: Objects;
  clock: Clock;
  log: LoopLog;
  reconcilers: readonly Reconciler[];
  /** Milliseconds between full passes; default 10 min. */
  fullPassMs?: number;
  timers?: Timers;
}

export interface Loop {
  /** Have a key looked at, now or later; unknown reconciler names are an Error. */
  enqueue(reconciler: string, key: ReconcileKey, afterMs?: number): void;
  /** Resolves when no key waits or runs (keys due later do not count). */
  settled(): Promise<void>;
  /** Ends the watches and resolves when the running reconciliations are done. */
  stop(): Promise<void>;
}

interface Lane {
  enqueue(key: ReconcileKey, afterMs: number): void;
  fullPass(): Promise<void>;
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts every reconciler: all present objects are enqueued first, then every change. */
export function startLoop(options: LoopOptions): Loop {
  const timers = options.timers ?? systemTimers;
  const lanes = new Map<string, Lane>();
  for (const reconciler of options.reconcilers) {
    if (lanes.has(reconciler.name)) throw new Error(`two reconcilers are named ${reconciler.name}`);
    lanes.set(reconciler.name, startLane(reconciler, options, timers));
  }
  let cancelPass: () => void = () => undefined;
  const schedulePass = (): void => {
    cancelPass = timers.after(options.fullPassMs ?? DEFAULT_FULL_PASS_MS, () => {
      for (const lane of lanes.values()) void lane.fullPass();
      schedulePass();
    });
  };
  schedulePass();
  return {
    enqueue: (name, key, afterMs = 0) => {
      const lane = lanes.get(name);
      if (lane === undefined) throw new Error(`no reconciler is named ${name}`);
      lane.enqueue(key, afterMs);
    },
    settled: async () => {
      for (const lane of lanes.values()) await lane.settled();
    },
    stop: async () => {
      cancelPass();
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
    },
  };
}

function startLane(reconciler: Reconciler, options: LoopOptions, timers: Timers): Lane {
  const failures = new Map<string, number>();
  const queue = new WorkQueue({
    concurrency: reconciler.concurrency ?? DEFAULT_CONCURRENCY,
    timers,
    now: () => options.clock.monotonic(),
    work: async (text) => {
      const again = await reconcileOnce(reconciler, keyFromText(text), failures, options.log);
      if (again !== undefined) queue.addAfter(text, Math.max(1, again));
    },
  });
  const enqueue = (key: ReconcileKey, afterMs: number): void => {
    if (afterMs > 0) queue.addAfter(keyText(key), afterMs);
    else queue.add(keyText(key));
  };
  const watches = [
    ...(reconciler.kind === undefined ? [] : [options.objects.watch(reconciler.kind, ({ object }) => enqueue(keyOf(object.metadata), 0))]),
    ...(reconciler.also ?? []).map((other) =>
      options.objects.watch(other.kind, (event) => {
        for (const key of other.keys(event)) enqueue(key, 0);
      }),
    ),
  ];
  return {
    enqueue,
    fullPass: async () => {
      if (reconciler.kind === undefined) return;
      try {
        for (const object of await options.objects.list(reconciler.kind)) enqueue(keyOf(object.metadata), 0);
      } catch (error) {
        options.log.warn({ reconciler: reconciler.name, error: summary(error) }, 'the full pass could not list');
      }
    },
    settled: () => queue.idle(),
    stop: async () => {
      for (const watch of watches) watch.stop();
      await queue.close();
    },
  };
}

/** Milliseconds until the key is due again; undefined when only a change makes it due. */
async function reconcileOnce(reconciler: Reconciler, key: ReconcileKey, failures: Map<string, number>, log: LoopLog): Promise<number | undefined> {
  const text = keyText(key);
  try {
    const result = await reconciler.reconcile(key);
    failures.delete(text);
    return result?.requeueAfterMs;
  } catch (error) {
    const count = (failures.get(text) ?? 0) + 1;
    failures.set(text, count);
    const again = mayPass(error) ? backOffMs(count) : undefined;
    log.warn({ reconciler: reconciler.name, key: text, failures: count, againInMs: again ?? 'on change', error: summary(error) }, 'a reconciliation failed');
    return again;
  }
}

function keyOf(metadata: { namespace?: string; name: string }): ReconcileKey {
  return metadata.namespace === undefined ? { name: metadata.name } : { namespace: metadata.namespace, name: metadata.name };
}

function summary(error: unknown): string {
  if (error instanceof PlatformError) return `${error.code} ${error.message}${error.detail === undefined ? '' : ` (${error.detail})`}`;
  return error instanceof Error ? error.message : String(error);
}
