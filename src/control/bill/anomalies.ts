/**
 * What stood out on the bill: by team and provider's service, then by resource, with the resources that moved it and the
 * changes that were made just before.
 *
 * A resource that is explained by the anomaly of its service is told under it and not again. Changes are those of the
 * event log from the day before to the first day; which of them did it is for a person to say, so they are "possible".
 */
import type { BillMeasure } from '../../domain/bill.ts';
import type { EventRow } from '../../domain/event.ts';
import { Decimal } from '../../domain/money.ts';
import { groupCosts, groupName, UNALLOCATED, type BillBucket } from '../../engines/bill-allocation/group.ts';
import type { AllocatedCost } from '../../engines/bill-allocation/allocate.ts';
import { findAnomalies, type AnomalyOptions, type CostAnomaly } from '../../engines/bill-series/anomaly.ts';
import { dailySeries, dayAfter, median, type DailySeries } from '../../engines/bill-series/series.ts';
import type { Events } from '../../ports/events.ts';
import { ownedCosts, type BillSource, type BillView } from './costs.ts';

const HISTORY_DAYS = 70;
const MOST_RESOURCES = 2_000;
const MOST_CONTRIBUTORS = 5;
/** Bills of the last days are delivered in parts. */
const UNSETTLED_DAYS = 2;
const LEVEL_DAYS = 14;
/** Of the largest difference: resources that moved less explain nothing. */
const LEAST_PART = 0.05;

export interface PossibleCause {
  /** RFC 3339. */
  at: string;
  kind: string;
  sentence: string;
  event: string;
}

export interface BillAnomaly extends CostAnomaly {
  /** Empty: unallocated. */
  team: string;
  providerService: string;
  resource?: string;
  /** Resources that moved most, by their difference a day from what they were; most first. */
  contributors: { resource: string; address?: string; before: number; after: number; isNew: boolean }[];
  causes: PossibleCause[];
}

/** Changes of a team between two days, both included; newest first. */
export type ChangesNear = (team: string, from: string, to: string) => Promise<readonly PossibleCause[]>;

export interface AnomalyReport {
  /** Days that were judged, both included; absent where there is no bill. */
  from?: string;
  to?: string;
  /** Largest difference first. */
  anomalies: BillAnomaly[];
  judged: number;
  /** Series too short for a verdict. */
  noData: number;
  /** Resources beyond the 2,000 most expensive, which were not judged one by one. */
  resourcesLeftOut: number;
}

export interface AnomalyQuestion extends Omit<AnomalyOptions, 'from' | 'settled'> {
  /** How many days are judged; 14 by default. */
  days?: number;
  measure?: BillMeasure;
  namespace?: string;
}

export async function billAnomalies(source: BillSource, view: BillView, question: AnomalyQuestion = {}, changes?: ChangesNear): Promise<AnomalyReport> {
  const { lastDay } = await source.coverage(question.namespace);
  if (lastDay === undefined) return { anomalies: [], judged: 0, noData: 0, resourcesLeftOut: 0 };
  const { days = 14, measure = 'effective', namespace, ...limits } = question;
  const from = dayAfter(lastDay, 1 - days);
  const range = { from: dayAfter(from, -HISTORY_DAYS), to: lastDay, ...(namespace === undefined ? {} : { namespace }) };
  const { buckets, costs } = await ownedCosts(source, range, view, ['team', 'provider-service', 'resource', 'address'], ['Usage']);
  const judged = { series: 0, noData: 0 };
  const find = (series: readonly DailySeries[]): CostAnomaly[] =>
    series.flatMap((one) => {
      const result = findAnomalies(one, { ...limits, from, settled: dayAfter(lastDay, -UNSETTLED_DAYS) });
      if (result.verdict === 'noData') judged.noData += 1;
      else judged.series += 1;
      return result.verdict === 'noData' ? [] : result.anomalies;
    });
  const byService = find(seriesOf(costs, buckets, measure, lastDay, ['team', 'provider-service']));
  const { kept, leftOut } = mostExpensive(costs, buckets);
  const byResource = find(seriesOf(costs.filter((cost) => kept.has(resourceOf(buckets[cost.bucket]))), buckets, measure, lastDay, ['team', 'provider-service', 'resource']));
  const own = byResource.filter((anomaly) => !byService.some((service) => service.kind === anomaly.kind && anomaly.name.startsWith(`${service.name.slice(0, -1)},`) && anomaly.from <= service.to && service.from <= anomaly.to));
  const anomalies = [...byService, ...own].sort((a, b) => Math.abs(b.actual - b.expected) - Math.abs(a.actual - a.expected));
  return {
    from,
    to: lastDay,
    anomalies: await Promise.all(anomalies.map((anomaly) => explained(anomaly, costs, buckets, measure, changes))),
    judged: judged.series,
    noData: judged.noData,
    resourcesLeftOut: leftOut,
  };
}

function resourceOf(bucket: BillBucket | undefined): string {
  return bucket?.subject.resource ?? '';
}

function seriesOf(costs: readonly AllocatedCost[], buckets: readonly BillBucket[], measure: BillMeasure, to: string, words: readonly ('team' | 'provider-service' | 'resource')[]): DailySeries[] {
  const named = costs.flatMap((cost) => {
    const bucket = buckets[cost.bucket];
    if (bucket === undefined || (words.includes('resource') && bucket.subject.resource === '')) return [];
    return [{ name: JSON.stringify(words.map((word) => groupName(word, cost, bucket))), currency: cost.currency, day: cost.day, amount: cost.amounts[measure] ?? cost.amounts.billed ?? Decimal.zero }];
  });
  return dailySeries(named, to);
}

function mostExpensive(costs: readonly AllocatedCost[], buckets: readonly BillBucket[]): { kept: Set<string>; leftOut: number } {
  const resources = groupCosts(costs, buckets, 'resource').map((group) => group.name);
  return { kept: new Set(resources.slice(0, MOST_RESOURCES)), leftOut: Math.max(0, resources.length - MOST_RESOURCES) };
}

async function explained(anomaly: CostAnomaly, costs: readonly AllocatedCost[], buckets: readonly BillBucket[], measure: BillMeasure, changes: ChangesNear | undefined): Promise<BillAnomaly> {
  const [teamName = '', providerService = '', resource] = JSON.parse(anomaly.name) as string[];
  const team = teamName === UNALLOCATED ? '' : teamName;
  const under = costs.filter((cost) => {
    const bucket = buckets[cost.bucket];
    return bucket !== undefined && cost.team === team && cost.currency === anomaly.currency && bucket.subject.service === providerService && (resource === undefined || bucket.subject.resource === resource);
  });
  return {
    ...anomaly,
    name: [teamName, providerService, ...(resource === undefined ? [] : [resource])].join(' / '),
    team,
    providerService,
    ...(resource === undefined ? {} : { resource }),
    contributors: contributors(anomaly, under, buckets, measure),
    causes: changes === undefined ? [] : [...(await changes(team, dayAfter(anomaly.from, -1), anomaly.from))],
  };
}

/** Cost a day during the anomaly against the median of the fourteen days before it. */
function contributors(anomaly: CostAnomaly, costs: readonly AllocatedCost[], buckets: readonly BillBucket[], measure: BillMeasure): BillAnomaly['contributors'] {
  const addresses = new Map(buckets.map((bucket) => [bucket.subject.resource, bucket.owner.resource?.address]));
  const series = dailySeries(costs.map((cost) => ({ name: resourceOf(buckets[cost.bucket]), currency: cost.currency, day: cost.day, amount: cost.amounts[measure] ?? cost.amounts.billed ?? Decimal.zero })), anomaly.to);
  const length = (Date.parse(anomaly.to) - Date.parse(anomaly.from)) / 86_400_000 + 1;
  const moved = series
    .map(({ name, first, values }) => {
      const before = values.slice(0, Math.max(0, values.length - length)).slice(-LEVEL_DAYS);
      const after = values.slice(-length).reduce((sum, value) => sum + value, 0) / length;
      const address = addresses.get(name);
      return { resource: name, ...(address === undefined ? {} : { address }), before: median(before), after, isNew: first >= anomaly.from };
    })
    .filter(({ before, after }) => (anomaly.kind === 'rise' ? after > before : after < before))
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
  const most = Math.abs((moved[0]?.after ?? 0) - (moved[0]?.before ?? 0));
  return moved.filter(({ before, after }) => Math.abs(after - before) >= LEAST_PART * most).slice(0, MOST_CONTRIBUTORS);
}

const KINDS = ['change.merged', 'service.deployed', 'service.upgraded', 'service.rolledback', 'service.removed', 'resource.provisioned', 'state.pushed', 'environment.created'];
const MOST_CAUSES = 10;

/** Changes from the event log; none for what is unallocated, since it would be everybody's. */
export function changesFromEvents(events: Pick<Events, 'query'>, mayRead: (row: EventRow) => boolean = () => true): ChangesNear {
  return async (team, from, to) => {
    if (team === '') return [];
    const rows = await events.query({ namespace: team, kinds: KINDS, since: `${from}T00:00:00Z`, until: `${dayAfter(to, 1)}T00:00:00Z`, order: 'descending', limit: 100 });
    return rows.filter(mayRead).slice(0, MOST_CAUSES).map((row) => ({ at: row.occurredAt, kind: row.kind, sentence: sentenceOf(row), event: row.id }));
  };
}

function sentenceOf(row: EventRow): string {
  const text = (name: string): string => (typeof row.body[name] === 'string' ? row.body[name] : '');
  const what = [text('service'), text('environment'), text('release'), text('repository'), text('commit').slice(0, 12), text('subject'), text('root'), text('type')].filter((part) => part !== '');
  return `${row.kind} ${what.join(' ') || row.subject} by ${row.actor.subject}`.slice(0, 300);
}
