/** What a finding saves: the whole cost of a resource, or what changed attributes make of it. Never a guess, never 0 for unknown. */
import type { FindingSaving } from '../../domain/finding.ts';
import { CONFIDENCES } from '../../domain/finding.ts';
import type { Decimal } from '../../domain/money.ts';
import { Decimal as DecimalNumber, sumOf } from '../../domain/money.ts';
import type { Finding } from '../../domain/finding.ts';
import type { RuleSaving } from '../rules/rule.ts';
import type { MonthlyPrice, PricedResource, PriceSource } from './price-source.ts';

export function savingOf(saving: RuleSaving, resource: PricedResource, prices: PriceSource | undefined): FindingSaving {
  if (prices === undefined) return { known: false, reason: 'no price book is loaded' };
  const before = prices.price(resource);
  if (saving.kind === 'whole') return told(before, (price) => price.monthly);
  const after = prices.price({ ...resource, attributes: { ...resource.attributes, ...saving.attributes } });
  if (!after.known) return after;
  return told(before, (price) => price.monthly.minus(after.monthly));
}

function told(price: MonthlyPrice, amount: (price: MonthlyPrice & { known: true }) => Decimal): FindingSaving {
  if (!price.known) return price;
  const monthly = amount(price);
  if (monthly.isNegative || monthly.isZero) return { known: false, reason: 'the price book shows no difference' };
  return { known: true, monthly: monthly.toFixed(2), currency: price.currency, priceDate: price.priceDate, confidence: price.confidence };
}

/** Known savings by currency; of several findings on one subject only the largest counts, since a thing is removed once. */
export function totalSavings(findings: readonly Finding[]): { currency: string; monthly: string }[] {
  const largest = new Map<string, { currency: string; monthly: Decimal }>();
  for (const { saving, subject } of findings) {
    if (saving?.known !== true) continue;
    const monthly = DecimalNumber.parse(saving.monthly) ?? DecimalNumber.zero;
    const key = `${saving.currency} ${subject.reference}`;
    const present = largest.get(key);
    if (present === undefined || monthly.compare(present.monthly) > 0) largest.set(key, { currency: saving.currency, monthly });
  }
  const currencies = [...new Set([...largest.values()].map((one) => one.currency))].sort();
  return currencies.map((currency) => ({ currency, monthly: sumOf([...largest.values()].filter((one) => one.currency === currency).map((one) => one.monthly)).toFixed(2) }));
}

/** The weaker of two. */
export function weakerConfidence<Level extends (typeof CONFIDENCES)[number]>(a: Level, b: Level): Level {
  return CONFIDENCES.indexOf(a) >= CONFIDENCES.indexOf(b) ? a : b;
}
