/**
 * From cumulative counters to samples of one second.
 *
 * The edge counts since it began (`epoch`); a reader takes differences. Another epoch is another edge, whose
 * counts begin at zero; a counter that is smaller than before was forgotten and begun again. What users saw
 * as the service's fault are 5xx answers (the edge's own 502 and 504 are among them) and answers that were
 * cut after their head, which no status class shows. A request that a revision refused and another one took is
 * one of the refusing revision too, and failed: otherwise a dead revision would look like one without visitors.
 */
import type { TrafficSample } from '../../domain/traffic.ts';
import type { RevisionCounters, TrafficCounters } from '../../ports/traffic.ts';

/** The cumulative numbers of one revision that differences are taken of. */
export interface Tally {
  service: string;
  environment: string;
  revision: string;
  requests: number;
  classes: [number, number, number, number, number];
  resets: number;
  /** Included in `requests`. */
  refused: number;
  firstByte: [number, number][];
}

export interface Cursor {
  epoch: string;
  tallies: Tally[];
}

/** One tally a revision, its routes added up. */
export function cursorOf(counters: TrafficCounters): Cursor {
  const tallies = new Map<string, Tally>();
  for (const row of counters.revisions) {
    const key = keyOf(row);
    const before = tallies.get(key);
    tallies.set(key, before === undefined ? tallyOf(row) : addTallies(before, tallyOf(row)));
  }
  return { epoch: counters.epoch, tallies: [...tallies.values()] };
}

/** What happened between two readings, told as samples of the second `at`; revisions without requests have none. */
export function samplesBetween(before: Cursor, after: Cursor, at: string): TrafficSample[] {
  const earlier = new Map(before.epoch === after.epoch ? before.tallies.map((tally) => [keyOf(tally), tally]) : []);
  return after.tallies.flatMap((tally) => {
    const last = earlier.get(keyOf(tally));
    const base = last === undefined || last.requests > tally.requests ? undefined : last;
    const sample = sampleOf(tally, base, at);
    return sample.requests === 0 && sample.errors === 0 ? [] : [sample];
  });
}

function sampleOf(tally: Tally, base: Tally | undefined, at: string): TrafficSample {
  const requests = tally.requests - (base?.requests ?? 0);
  const less = (index: 0 | 1 | 2 | 3 | 4): number => Math.max(0, tally.classes[index] - (base?.classes[index] ?? 0));
  const classes: TrafficSample['classes'] = [less(0), less(1), less(2), less(3), less(4)];
  const resets = Math.max(0, tally.resets - (base?.resets ?? 0));
  // A journal of an earlier version has no count of them.
  const refused = Math.max(0, tally.refused - (base?.refused ?? 0));
  const cells = new Map(base?.firstByte ?? []);
  const firstByte = tally.firstByte.flatMap(([cell, count]): [number, number][] => {
    const more = count - (cells.get(cell) ?? 0);
    return more > 0 ? [[cell, more]] : [];
  });
  return { service: tally.service, environment: tally.environment, revision: tally.revision, at, requests, classes, errors: Math.min(Math.max(requests, resets), classes[4] + resets + refused), ...(refused === 0 ? {} : { refused }), firstByte };
}

function tallyOf(row: RevisionCounters): Tally {
  return { service: row.service, environment: row.environment, revision: row.revision, requests: row.requests + (row.failedOver ?? 0), classes: row.classes, resets: row.upstreamResets, refused: row.failedOver ?? 0, firstByte: row.firstByte };
}

function addTallies(one: Tally, other: Tally): Tally {
  const cells = new Map(one.firstByte);
  for (const [cell, count] of other.firstByte) cells.set(cell, (cells.get(cell) ?? 0) + count);
  const add = (index: 0 | 1 | 2 | 3 | 4): number => one.classes[index] + other.classes[index];
  return {
    ...one,
    requests: one.requests + other.requests,
    classes: [add(0), add(1), add(2), add(3), add(4)],
    resets: one.resets + other.resets,
    refused: one.refused + other.refused,
    firstByte: [...cells].sort(([a], [b]) => a - b),
  };
}

export function keyOf(row: { service: string; environment: string; revision: string }): string {
  return `${row.environment}/${row.service}/${row.revision}`;
}
