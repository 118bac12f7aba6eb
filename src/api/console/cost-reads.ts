/** What the Cost page needs of the house: what was spent day by day, from whichever source, and what would be saved. */
import type { Findings } from '../../ports/findings.ts';
import type { RunningCost } from '../../ports/running-cost.ts';
import type { CostAnomalies, CostGrouping } from '../contract/cost-page.ts';
import type { Readable } from './readable.ts';

/** Days are UTC, `2026-11-22`; `until` is not part of it. */
export interface CostRange {
  from: string;
  until: string;
}

export interface CostFilter {
  team?: string | undefined;
  service?: string | undefined;
  environment?: string | undefined;
}

/** One group's cost of one day. */
export interface DailyAmount {
  day: string;
  key: string;
  label: string;
  currency: string;
  /** Exact decimal; missing: nothing in it has an amount. */
  amount?: string;
  /** Minutes of the day that were recorded; a bill has whole days. */
  minutes: number;
  estimated: boolean;
  incomplete: boolean;
}

/** What providers charged, as far as a reader may see it. */
export interface BillHistory {
  coverage(readable: Readable): Promise<{ since?: string; until?: string }>;
  days(readable: Readable, range: CostRange, by: CostGrouping, filter: CostFilter): Promise<DailyAmount[]>;
  /** Of the last fourteen days that were charged. */
  anomalies(readable: Readable): Promise<CostAnomalies>;
}

export interface CostReads {
  running: Pick<RunningCost, 'days' | 'current' | 'requests' | 'recorded'>;
  bills: BillHistory;
  findings: Pick<Findings, 'list' | 'totals'>;
}
