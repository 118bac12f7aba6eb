/** What waste asks of prices: the monthly cost of one resource as its attributes stand, or why nobody knows. */
import type { Confidence } from '../../domain/finding.ts';
import type { Decimal } from '../../domain/money.ts';
import type { EstateSource } from '../rules/estate-resource.ts';
import type { AttributeValue } from '../infrastructure/model.ts';

export interface PricedResource {
  /** The state it is from; its neighbours there tell what it does not (a region). */
  source?: EstateSource;
  type: string;
  address: string;
  attributes: { readonly [name: string]: AttributeValue };
}

export type MonthlyPrice =
  | { known: true; monthly: Decimal; /** The bounds, where the price is not certain. */ low?: Decimal; high?: Decimal; currency: string; /** YYYY-MM-DD. */ priceDate: string; confidence: Confidence }
  | { known: false; reason: string };

export interface PriceSource {
  /** `dimension` names one part of the cost (`storage`); the fixed cost of the whole resource without it. */
  price(resource: PricedResource, dimension?: string): MonthlyPrice;
}
