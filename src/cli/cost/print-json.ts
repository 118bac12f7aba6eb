/** The estimate as JSON; docs/reference/cost-json.md is its description. Money is decimal text, never a number. */
import type { Decimal } from '../../domain/money.ts';
import type { CostLine, ResourceCost, Span } from '../../engines/cost/cost-line.ts';
import { totalOf } from '../../engines/cost/difference.ts';
import { HOURS_A_MONTH } from '../../engines/price-book/units.ts';
import { clusterDocument } from './cluster-words.ts';
import { policiesDocument } from './policies.ts';
import { indentedJson, LongList } from './indented-json.ts';
import type { CostReport } from './report.ts';

type Amount = (value: Decimal) => string;
type ListOf = <Item>(items: readonly Item[], entryOf: (item: Item) => unknown) => unknown;

export function costDocument(report: CostReport): Record<string, unknown> {
  return documentOf(report, (items, entryOf) => items.map(entryOf));
}

/** The document as indented text, in pieces. */
export function costJson(report: CostReport): Iterable<string> {
  return indentedJson(documentOf(report, (items, entryOf) => new LongList(items, entryOf)));
}

function documentOf(report: CostReport, listOf: ListOf): Record<string, unknown> {
  const { estimate, currency, comparison } = report;
  const amount: Amount = (value) => value.times(currency.rate).toString();
  const total = totalOf(estimate);
  return {
    schemaVersion: 1,
    title: report.title,
    currency: { code: currency.code, ...(currency.date === undefined ? {} : { rate: currency.rate.toString(), rateDate: currency.date }) },
    monthly: amount(total),
    hourly: total.times(currency.rate).dividedBy(HOURS_A_MONTH, 6).toString(),
    fixed: span(estimate.fixed, amount),
    usage: span(estimate.usage, amount),
    coverage: { ...estimate.coverage, estimated: amount(estimate.coverage.estimated), usage: amount(estimate.coverage.usage), modulesNotRead: report.modulesNotRead },
    by: report.by,
    groups: listOf(report.groups, (group) => ({ name: group.name, resources: group.resources, unknown: group.unknown, monthly: amount(totalOf(group)), fixed: amount(group.fixed.value), usage: amount(group.usage.value) })),
    resources: listOf(estimate.resources, (resource) => resourceDocument(resource, amount)),
    ...(report.clusters === undefined ? {} : { clusters: report.clusters.map((cluster) => clusterDocument(cluster, amount)) }),
    budgets: report.budgets.map((budget) => ({ budget: budget.budget, limit: budget.limit.toString(), actual: budget.actual.toString(), exceeded: budget.exceeded, ...(budget.note === undefined ? {} : { note: budget.note }) })),
    ...(report.policies === undefined ? {} : policiesDocument(report.policies)),
    ...(comparison === undefined ? {} : { comparison: { with: comparison.with, sentence: comparison.sentence, before: amount(comparison.difference.before), after: amount(comparison.difference.after), difference: amount(comparison.difference.difference), incomplete: comparison.difference.incomplete, changes: comparison.difference.changes.map((change) => ({ ...change, before: amount(change.before), after: amount(change.after), difference: amount(change.difference) })) } }),
  };
}

function span(of: Span, amount: Amount): Record<string, string> {
  const monthly = amount(of.value);
  return { monthly, low: of.low === of.value ? monthly : amount(of.low), high: of.high === of.value ? monthly : amount(of.high) };
}

function resourceDocument(resource: ResourceCost, amount: Amount): Record<string, unknown> {
  const { address, type, module, region, tags, location, status, notes } = resource;
  const total = totalOf(resource);
  return { address, type, module, region, status, ...(hasAmount(resource) ? { monthly: amount(total), hourly: amount(total.dividedBy(HOURS_A_MONTH, 10)), fixed: span(resource.fixed, amount), usage: span(resource.usage, amount) } : {}), tags, ...(location === undefined ? {} : { location: { file: location.file, line: location.line } }), notes, lines: resource.lines.map((line) => lineDocument(line, amount)) };
}

/** An amount that is not known has no number at all, so that no reader takes it for nothing. */
export function hasAmount(resource: ResourceCost): boolean {
  return resource.status === 'free' || resource.lines.some((line) => line.monthly !== undefined);
}

function lineDocument(line: CostLine, amount: Amount): Record<string, unknown> {
  const { name, kind, price, quantity, monthly, unknown, usageKey, usageFrom } = line;
  return {
    name,
    kind,
    ...(monthly === undefined ? {} : span(monthly, amount)),
    ...(unknown === undefined ? {} : { unknown }),
    ...(quantity === undefined ? {} : { quantity: quantity.value.toString() }),
    ...(usageKey === undefined ? {} : { usageKey }),
    ...(usageFrom === undefined ? {} : { usageFrom }),
    ...(price === undefined ? {} : { price: { amount: amount(price.amount), unit: price.unit, dimension: price.dimension, service: price.service, region: price.region, asOf: price.asOf, source: price.source, method: price.method, ...(price.step === undefined ? {} : { step: price.step }), confidence: price.confidence, ...(price.note === undefined ? {} : { note: price.note }) } }),
  };
}
