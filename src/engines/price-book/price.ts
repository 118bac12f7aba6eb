/** A price with everything that is needed to judge it. No amount leaves the book without these. */
import type { Decimal } from '../../domain/money.ts';

export type PriceProvider = 'aws' | 'azure' | 'gcp' | 'oci' | 'linode' | 'generic';

/**
 * - `listed`: printed by its source.
 * - `derived`: a cost divided by a quantity, or a fixed relation to a listed price.
 * - `estimated`: from another region by its factor, or from a sibling by its size.
 * - `own`: from a platform team's own file (an override, an import, a negotiated discount).
 */
export type PriceMethod = 'listed' | 'derived' | 'estimated' | 'own';
export type PriceConfidence = 'high' | 'medium' | 'low';

/**
 * The steps of the look-up, in their order; the first that finds something ends it.
 *
 * - `own`: the operator's override or import.
 * - `exact`: the row of the region, or one that holds in every region.
 * - `region`: another region's row times the factors of both.
 * - `sibling`: another size of the same family, in proportion.
 * - `provider`: what the provider charges for a vCPU and a GB in its general families, or a fixed relation to such a machine.
 * - `generic`: default rates of no provider.
 */
export const PRICE_STEPS = ['own', 'exact', 'region', 'sibling', 'provider', 'generic'] as const;
export type PriceStep = (typeof PRICE_STEPS)[number];

/** What a price is of. A dimension holds every attribute that decides the price, so that one key has one price. */
export interface PriceKey {
  provider: PriceProvider;
  /** Terraform type, or the vendor's service. */
  service: string;
  /** Vendor's code; `any` for the same price everywhere. */
  region: string;
  dimension: string;
}

export interface Price extends PriceKey {
  /** Of one unit, in the book's currency (USD). */
  amount: Decimal;
  /** Bounds of an estimate: the quartiles of the region's factor, or what siblings by size differ. */
  low?: Decimal;
  high?: Decimal;
  unit: string;
  /** The date up to which the source vouches for it: `2026-06-18`. */
  asOf: string;
  source: string;
  method: PriceMethod;
  confidence: PriceConfidence;
  /** Which step of the look-up found it; missing on rows as they stand in a table. */
  step?: PriceStep;
  /** How an estimate was made, or what an own price replaces: `us-east-1 x 1.12`. */
  note?: string;
}

/** The price with its amount, and its bounds where it has some, made larger or smaller. */
export function timesPrice(price: Price, scale: (amount: Decimal) => Decimal): Price {
  return { ...price, amount: scale(price.amount), ...(price.low === undefined ? {} : { low: scale(price.low) }), ...(price.high === undefined ? {} : { high: scale(price.high) }) };
}

/** Never 0: a price that is not in the book says so, and why. */
export interface UnknownPrice {
  unknown: string;
}

export function isPrice(found: Price | UnknownPrice): found is Price {
  return 'amount' in found;
}

/** Where the book's files come from: file name to bytes; undefined for one that is not there. Asked for a file only when it is needed. */
export interface PriceFiles {
  read(name: string): Uint8Array | undefined;
}
