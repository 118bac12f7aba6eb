/**
 * What providers charged, as the Cost page shows it: amortised, by day, given to teams.
 *
 * Who may read everything sees the organisation's bill whole, with what belongs to nobody; a member of teams sees
 * what of it was given to them, and nothing of the rest. A team's own bills, imported for it alone, are in the
 * answers of `roadbed bills`.
 */
import { billAnomalies, type ChangesNear } from '../../control/bill/anomalies.ts';
import { ownedCosts, type BillSource, type BillView } from '../../control/bill/costs.ts';
import { anomalyDocument } from '../../control/bill/documents.ts';
import { groupCosts, UNALLOCATED, type GroupFilter, type GroupWord } from '../../engines/bill-allocation/group.ts';
import { dayAfter } from '../../engines/bill-series/series.ts';
import type { CostAnomalies, CostGrouping } from '../contract/cost-page.ts';
import type { BillHistory, CostFilter, CostRange, DailyAmount } from './cost-reads.ts';
import type { Readable } from './readable.ts';

const WORDS: Readonly<Record<CostGrouping, GroupWord>> = { team: 'team', service: 'service', environment: 'environment', category: 'provider-service' };
const DAY_MINUTES = 1_440;
const LISTED_ANOMALIES = 50;

export interface BillHistoryParts {
  bills: BillSource;
  /** Rules, and what states know of ids on the bill, as they are now. */
  view: () => Promise<BillView>;
  changes: (readable: Readable) => ChangesNear;
}

export function billHistory({ bills, view, changes }: BillHistoryParts): BillHistory {
  return {
    async coverage(readable) {
      if (!readable.all && readable.namespaces.length === 0) return {};
      const { firstDay, lastDay } = await bills.coverage();
      return { ...(firstDay === undefined ? {} : { since: firstDay }), ...(lastDay === undefined ? {} : { until: lastDay }) };
    },
    days: (readable, range, by, filter) => billDays(bills, view, readable, range, by, filter),
    async anomalies(readable): Promise<CostAnomalies> {
      const report = await billAnomalies(bills, await view(), {}, changes(readable));
      const seen = report.anomalies.filter(({ team }) => readable.all || readable.namespaces.includes(team));
      return anomalyDocument({ ...report, anomalies: seen.slice(0, LISTED_ANOMALIES) });
    },
  };
}

async function billDays(bills: BillSource, view: BillHistoryParts['view'], readable: Readable, range: CostRange, by: CostGrouping, filter: CostFilter): Promise<DailyAmount[]> {
  const word = WORDS[by];
  const { buckets, costs } = await ownedCosts(bills, { from: range.from, to: dayAfter(range.until, -1) }, await view(), [word, 'team', 'service', 'environment']);
  const filters = filtersOf(filter);
  const own = readable.all ? costs : costs.filter((cost) => readable.namespaces.includes(cost.team));
  return groupCosts(own, buckets, word, { byDay: true, ...(filters.length === 0 ? {} : { filters }) }).map(({ name, day = '', currency, amounts }): DailyAmount => ({ day, key: name, label: name, currency, amount: amounts.effective.toString(), minutes: DAY_MINUTES, estimated: false, incomplete: false }));
}

/** A service's key on the page has its team before it; a bill's service has none. */
function filtersOf({ team, service, environment }: CostFilter): GroupFilter[] {
  return [...(team === undefined ? [] : [{ word: 'team' as const, name: team === '' ? UNALLOCATED : team }]), ...(service === undefined ? [] : [{ word: 'service' as const, name: service }]), ...(environment === undefined ? [] : [{ word: 'environment' as const, name: environment }])];
}
