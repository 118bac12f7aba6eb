/**
 * Reads the edge's counters each second and makes samples of them: kept here for a quarter of an hour, in
 * the store for a day. Verdicts are made from these numbers, so nothing may be lost or counted twice, also
 * when the control plane dies in the middle of an analysis.
 *
 * Order of one reading: read, take differences, write cursor and samples to the journal, store, remember. A
 * successor finds in the journal what may not have been stored and asks the store whether it has it: each
 * (revision, second) is stored once, because the seconds of successive readings rise strictly.
 */
import type { TrafficSample } from '../../domain/traffic.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Metrics, MetricsQuery } from '../../ports/metrics.ts';
import type { Traffic } from '../../ports/traffic.ts';
import type { CollectorJournal, CollectorState } from './collector-journal.ts';
import { cursorOf, keyOf, samplesBetween } from './differences.ts';

const KEPT_MS = 15 * 60_000;
const MOST_PENDING = 100_000;

export interface SampleStore extends Metrics {
  store(samples: readonly TrafficSample[]): Promise<void>;
}

export interface TrafficCollectorOptions {
  traffic: Pick<Traffic, 'counters'>;
  store: SampleStore;
  journal: CollectorJournal;
  clock: Clock;
  log: { warn(fields: Record<string, unknown>, message: string): void };
  /** Default 1000. */
  everyMs?: number;
}

export interface TrafficCollector extends Metrics {
  /** One reading; readings never overlap. Throws when edge or journal cannot be reached: the next reading makes up for it. */
  collect(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export async function createTrafficCollector(options: TrafficCollectorOptions): Promise<TrafficCollector> {
  const { clock, store, journal } = options;
  let state = await withoutStored(await journal.load(), store);
  // A store that failed may have stored all the same.
  let doubtful = false;
  const memory = new Map<string, TrafficSample[]>();
  // Older seconds than this are asked of the store; what is pending is in memory too.
  let memorySince = clock.now();
  let turn: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  remember(memory, state?.pending ?? []);

  const read = async (): Promise<void> => {
    const cursor = cursorOf(await options.traffic.counters());
    const now = clock.now();
    const lastAt = state?.lastAt ?? 0;
    const second = Math.floor(now / 1_000) * 1_000;
    // A clock that went back far starts anew; a small step back must not give one second twice.
    const at = second > lastAt || second < lastAt - 5_000 ? second : lastAt + 1_000;
    const samples = state === undefined ? [] : samplesBetween(state.cursor, cursor, new Date(at).toISOString());
    const pending = [...(state?.pending ?? []), ...samples].slice(-MOST_PENDING);
    const next: CollectorState = { schemaVersion: 1, cursor, lastAt: samples.length > 0 ? at : lastAt, pending };
    await journal.save(next);
    state = next;
    remember(memory, samples);
    memorySince = Math.max(memorySince, forget(memory, now));
    if (pending.length === 0) return;
    if (doubtful) state = (await withoutStored(next, store)) ?? next;
    doubtful = true;
    await store.store(state.pending);
    doubtful = false;
    state = { ...state, pending: [] };
  };

  const collect = (): Promise<void> => {
    turn = turn.then(read, read);
    return turn;
  };

  return {
    collect,
    samples: async (query) => {
      const here = (memory.get(`${query.environment}/${query.service}`) ?? []).filter((sample) => matches(sample, query));
      if (Date.parse(query.since) >= memorySince) return here;
      return merged(await store.samples(query), here);
    },
    start: () => {
      timer ??= setInterval(() => {
        collect().catch((error: unknown) => options.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the traffic of the last second could not be collected yet'));
      }, options.everyMs ?? 1_000);
    },
    stop: async () => {
      clearInterval(timer);
      timer = undefined;
      await turn.catch(() => undefined);
    },
  };
}

/** The state with what the store has already taken out of `pending`. */
async function withoutStored(state: CollectorState | undefined, store: SampleStore): Promise<CollectorState | undefined> {
  if (state === undefined || state.pending.length === 0) return state;
  const missing: TrafficSample[] = [];
  for (const sample of state.pending) {
    const second = Date.parse(sample.at);
    const stored = await store.samples({ service: sample.service, environment: sample.environment, revision: sample.revision, since: sample.at, until: new Date(second + 1_000).toISOString() });
    if (stored.length === 0) missing.push(sample);
  }
  return { ...state, pending: missing };
}

function remember(memory: Map<string, TrafficSample[]>, samples: readonly TrafficSample[]): void {
  for (const sample of samples) {
    const key = `${sample.environment}/${sample.service}`;
    const list = memory.get(key) ?? [];
    list.push(sample);
    memory.set(key, list);
  }
}

/** Drops what is older than is kept; answers the time since which memory is whole. */
function forget(memory: Map<string, TrafficSample[]>, now: number): number {
  const since = now - KEPT_MS;
  for (const [key, list] of memory) {
    const kept = list.filter((sample) => Date.parse(sample.at) >= since);
    if (kept.length === 0) memory.delete(key);
    else if (kept.length < list.length) memory.set(key, kept);
  }
  return since;
}

function matches(sample: TrafficSample, query: MetricsQuery): boolean {
  const at = Date.parse(sample.at);
  return at >= Date.parse(query.since) && (query.until === undefined || at < Date.parse(query.until)) && (query.revision === undefined || sample.revision === query.revision);
}

/** Stored samples and those in memory, each second of a revision once; oldest first. */
function merged(stored: readonly TrafficSample[], here: readonly TrafficSample[]): TrafficSample[] {
  const have = new Set(stored.map((sample) => `${keyOf(sample)} ${sample.at}`));
  return [...stored, ...here.filter((sample) => !have.has(`${keyOf(sample)} ${sample.at}`))].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.revision < b.revision ? -1 : 1));
}
