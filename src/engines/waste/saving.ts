/** What a finding saves: the whole cost of a resource, or what changed attributes make of it. Never a guess, never 0 for unknown. */
import type { FindingSaving } from '../../domain/finding.ts';
import { CONFIDENCES } from '../../domain/finding.ts';
import type { Decimal } from '../../domain/money.ts';
import { Decimal as DecimalNumber, sumOf } from '../../domain/money.ts';
import type { Finding } from '../../domain/finding.ts';
import { changedAttributes } from '../rules/change.ts';
import type { RuleChange } from '../rules/change.ts';
import type { RuleSaving } from '../rules/rule.ts';
import type { MonthlyPrice, PricedResource, PriceSource } from './price-source.ts';

/** @param change Of the rule: what a saving without attributes of its own is priced by. */
export function savingOf(saving: RuleSaving, resource: PricedResource, prices: PriceSource | undefined, change?: RuleChange): FindingSaving {
  if (prices === undefined) return { known: false, reason: 'no price book is loaded' };
  const before = prices.price(resource);
  if (!before.known) return before;
  if (saving.kind === 'whole') return told(before, spanOf(before));
  const attributes = saving.attributes === undefined && change?.kind === 'attributes' ? changedAttributes(resource.attributes, change) : { ...resource.attributes, ...saving.attributes };
  const after = prices.price({ ...resource, attributes });
  if (!after.known) return after;
  return told(weakerPrice(before, after), less(spanOf(before), spanOf(after)));
}

interface AmountSpan {
  value: Decimal;
  low: Decimal;
  high: Decimal;
}

type KnownPrice = MonthlyPrice & { known: true };

function spanOf({ monthly, low, high }: KnownPrice): AmountSpan {
  return { value: monthly, low: low ?? monthly, high: high ?? monthly };
}

/** Both prices lie in the same region and were scaled by the same factor, so their lows and their highs go together. */
function less(before: AmountSpan, after: AmountSpan): AmountSpan {
  const [one, other] = [before.low.minus(after.low), before.high.minus(after.high)];
  return { value: before.value.minus(after.value), low: one.compare(other) < 0 ? one : other, high: one.compare(other) < 0 ? other : one };
}

/** The older date and the weaker confidence of the two. */
function weakerPrice(a: KnownPrice, b: KnownPrice): KnownPrice {
  return { ...a, priceDate: a.priceDate < b.priceDate ? a.priceDate : b.priceDate, confidence: weakerConfidence(a.confidence, b.confidence) };
}

function told(price: KnownPrice, { value, low, high }: AmountSpan): FindingSaving {
  if (value.isNegative || value.isZero) return { known: false, reason: 'the price book shows no difference' };
  const [monthly, least, most] = [value, low.isNegative ? DecimalNumber.zero : low, high].map((amount) => amount.toFixed(2));
  if (monthly === undefined || monthly === '0.00') return { known: false, reason: 'it is less than a cent a month' };
  const range = least === most || least === undefined || most === undefined ? {} : { low: least, high: most };
  return { known: true, monthly, ...range, currency: price.currency, priceDate: price.priceDate, confidence: price.confidence };
}

/**
 * The savings that count: known ones, of several findings on one subject only the largest (the first of equals in
 * the order of rules), since a thing is removed once. Everything that adds up savings adds up these.
 */
export function countedSavings(findings: readonly Finding[]): Map<Finding, { currency: string; monthly: Decimal }> {
  const largest = new Map<string, { finding: Finding; currency: string; monthly: Decimal }>();
  for (const finding of findings) {
    const { saving, subject } = finding;
    if (saving?.known !== true) continue;
    const monthly = DecimalNumber.parse(saving.monthly) ?? DecimalNumber.zero;
    const key = `${saving.currency} ${subject.reference}`;
    const present = largest.get(key);
    const order = present === undefined ? 1 : monthly.compare(present.monthly) || (finding.rule < present.finding.rule ? 1 : -1);
    if (order > 0) largest.set(key, { finding, currency: saving.currency, monthly });
  }
  return new Map([...largest.values()].map(({ finding, currency, monthly }) => [finding, { currency, monthly }]));
}

/** Sums of the savings that count, by currency. */
export function totalSavings(findings: readonly Finding[]): { currency: string; monthly: string }[] {
  const counted = [...countedSavings(findings).values()];
  const currencies = [...new Set(counted.map((one) => one.currency))].sort();
  return currencies.map((currency) => ({ currency, monthly: sumOf(counted.filter((one) => one.currency === currency).map((one) => one.monthly)).toFixed(2) }));
}

/** The weaker of two. */
export function weakerConfidence<Level extends (typeof CONFIDENCES)[number]>(a: Level, b: Level): Level {
  return CONFIDENCES.indexOf(a) >= CONFIDENCES.indexOf(b) ? a : b;
}
