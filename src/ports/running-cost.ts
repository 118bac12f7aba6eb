/**
 * What environments cost, over time: kept by day, added up slot after slot of five minutes.
 *
 * A slot is recorded once, whoever tries and however often; one that nobody recorded is a gap and is told as
 * one. Requests served are added up beside it, so that a day's cost can be put against its traffic.
 */
import type { RunningCostCategory, RunningCostLine } from '../domain/running-cost.ts';

export const SLOT_MINUTES = 5;

export const RUNNING_COST_DIMENSIONS = ['namespace', 'service', 'environment', 'category'] as const;
export type RunningCostDimension = (typeof RUNNING_COST_DIMENSIONS)[number];

/** Days are UTC: `2026-11-22`. `from` is included, `until` is not. */
export interface DayRange {
  from: string;
  until: string;
}

export interface RunningCostQuery extends DayRange {
  /** Only these teams; absent: all. */
  namespaces?: readonly string[];
  service?: string;
  environment?: string;
  /** What rows are told apart by, beside day and currency; none: one row a day. */
  by: readonly RunningCostDimension[];
}

/** Fields of dimensions that were not asked for are missing. */
export interface DailyCost {
  day: string;
  namespace?: string;
  service?: string;
  environment?: string;
  category?: RunningCostCategory;
  currency: string;
  /** Exact decimal; missing when nothing in it had an amount all day. */
  amount?: string;
  /** Minutes of the day for which something in it was recorded (of what is summed: the longest). */
  minutes: number;
  /** Minutes in which a part of it had no amount, so that `amount` is the least it can be (the longest). */
  incompleteMinutes: number;
  /** Whether a rate was one that is not paid here. */
  estimated: boolean;
}

export interface DailyRequests {
  day: string;
  service: string;
  environment: string;
  /** Requests of users that were answered, by whichever revision. */
  requests: number;
}

/** A time in which nobody recorded, between slots that somebody did. RFC 3339. */
export interface RecordingGap {
  from: string;
  until: string;
}

export interface CurrentCost {
  /** When it was looked at; absent: never yet. */
  at?: string;
  lines: RunningCostLine[];
}

export interface RunningCost {
  /**
   * Puts `lines` down as what is, and, once a slot, adds a slot's share of each to its day. Idempotent.
   * @param at When it was looked at, RFC 3339; decides the slot.
   * @returns Whether the slot was still open.
   */
  record(at: string, lines: readonly RunningCostLine[]): Promise<boolean>;
  /** What was put down last: the rate at which it costs now, with evidence. */
  current(namespaces?: readonly string[]): Promise<CurrentCost>;
  /** Oldest day first. */
  days(query: RunningCostQuery): Promise<DailyCost[]>;
  /** Up to some ten minutes ago: samples are counted when all of them are there. */
  requests(range: DayRange & { service?: string; environment?: string }): Promise<DailyRequests[]>;
  /** When the first slot began that is kept, and what lies open since; the newest 1,000 gaps. */
  recorded(range: DayRange): Promise<{ since?: string; until?: string; gaps: RecordingGap[] }>;
}
