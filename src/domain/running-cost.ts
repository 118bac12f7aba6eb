/**
 * What the platform's own environments cost while they run: by team, service, environment and category.
 *
 * Money is a decimal string with its currency. What cannot be told is unknown with its reason and never 0, and
 * every amount carries what it was made of: how much of what, by whose word, at which rate.
 */
export const RUNNING_COST_CATEGORIES = ['compute', 'memory', 'storage', 'database'] as const;
export type RunningCostCategory = (typeof RUNNING_COST_CATEGORIES)[number];

/** Service of what no service uses any more and is still there: a database that was kept. */
export const NO_SERVICE = '(no service)';

/** A rate with everything that is needed to judge it. */
export interface RunningCostRate {
  /** Of one unit in one hour. */
  amount: string;
  unit: 'vCPU-hour' | 'GiB-hour' | 'database-hour';
  /** `own`: the platform team's word; `estimated`: list rates that are not what is paid here. */
  method: 'listed' | 'derived' | 'estimated' | 'own';
  confidence: 'high' | 'medium' | 'low';
  source: string;
  /** `2026-11-20`. */
  asOf: string;
}

/**
 * Why a quantity is what it is.
 *
 * - `requested`: asked for in the workload.
 * - `limit`: only a limit is given, and what may be used is what is asked for.
 * - `measured`: replicas use more than they ask for, or ask for nothing.
 * - `declared`: written at a claim (the size of a volume).
 * - `counted`: one of it (a database).
 */
export type RunningCostBasis = 'requested' | 'limit' | 'measured' | 'declared' | 'counted';

/** One number's evidence. Either `hourly` or `unknown` is there. */
export interface RunningCostPart {
  /** `container web of checkout-1a2b3c4d5e6f`, `postgres prod.postgres.9c2e...`. */
  what: string;
  replicas: number;
  basis?: RunningCostBasis;
  /** Of one replica, decimal. */
  quantity?: string;
  unit: 'vCPU' | 'GiB' | 'database';
  rate?: RunningCostRate;
  /** Share of a thing that several services use: 0.5. */
  share?: string;
  hourly?: string;
  unknown?: string;
}

/** What one service costs in one environment and category, now. */
export interface RunningCostLine {
  namespace: string;
  service: string;
  environment: string;
  category: RunningCostCategory;
  currency: string;
  /** An hour, of all parts that have an amount; missing when none has. */
  hourly?: string;
  /** Whether a part has no amount: then `hourly` is the least it can be. */
  incomplete: boolean;
  /** Whether a rate is one that is not paid here. */
  estimated: boolean;
  parts: readonly RunningCostPart[];
}
