/**
 * What a resource costs: lines, each a quantity of a month times a price of the book.
 *
 * Fixed parts follow from the configuration, usage parts from traffic; the two are never added up without
 * saying so. An amount that cannot be told is unknown with its reason: there is no zero that means that.
 */
import type { Decimal } from '../../domain/money.ts';
import type { ModelLocation } from '../infrastructure/model.ts';
import type { Price } from '../price-book/price.ts';

/** Exact decimals in the book's currency, not rounded. `value` is what counts; it lies from `low` to `high`. */
export interface Span {
  value: Decimal;
  low: Decimal;
  high: Decimal;
}

export interface CostLine {
  name: string;
  kind: 'fixed' | 'usage';
  /** Missing when the price is unknown. */
  price?: Price;
  /** Units of the price in a month. */
  quantity?: Span;
  /** A month; missing when price or quantity is unknown. */
  monthly?: Span;
  /** Why there is no amount. */
  unknown?: string;
  /** Name in a usage file. */
  usageKey?: string;
  /** Where the usage is from. */
  usageFrom?: 'file' | 'profile';
}

/**
 * - `priced`: every line has an amount.
 * - `partly`: some have.
 * - `usage`: it has no fixed cost, and its usage was not given.
 * - `elsewhere`: priced where it is used (a launch template).
 * - `free`: a type that carries no charge of its own.
 * - `unknown`: no amount could be told.
 */
export const COST_STATUSES = ['priced', 'partly', 'usage', 'elsewhere', 'free', 'unknown'] as const;
export type CostStatus = (typeof COST_STATUSES)[number];

export interface ResourceCost {
  address: string;
  type: string;
  module: string;
  region: string;
  tags: Readonly<Record<string, string>>;
  location?: ModelLocation;
  status: CostStatus;
  /** Why it is free, elsewhere or unknown; what was assumed. */
  notes: readonly string[];
  lines: readonly CostLine[];
  fixed: Span;
  usage: Span;
}

export interface CostCoverage {
  byStatus: Readonly<Record<CostStatus, number>>;
  /** Types that could not be priced, most frequent first. */
  unknownTypes: readonly { type: string; count: number; reason: string }[];
  /** Of the total, in USD: what rests on estimated prices, and on usage. */
  estimated: Decimal;
  usage: Decimal;
  /** Oldest and newest date of a price that was used. */
  oldestPrice?: string;
  newestPrice?: string;
  /** Lines with prices older than 18 months at the date given. */
  stalePrices: number;
}

export interface CostEstimate {
  currency: 'USD';
  /** Sorted by address. */
  resources: readonly ResourceCost[];
  fixed: Span;
  usage: Span;
  coverage: CostCoverage;
}
