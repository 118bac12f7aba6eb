/** Running cost as daily amounts by team, service, environment or category, and the requests that it served. */
import type { DailyCost, DailyRequests, RunningCostDimension } from '../../../ports/running-cost.ts';
import type { CostGrouping } from '../../contract/cost-page.ts';
import type { CostFilter, CostRange, CostReads, DailyAmount } from '../cost-reads.ts';
import type { Readable } from '../readable.ts';

/** A service's name is unique in an environment only, so its team stands beside it. */
const DIMENSIONS: Readonly<Record<CostGrouping, readonly RunningCostDimension[]>> = {
  team: ['namespace'],
  service: ['namespace', 'service', 'environment'],
  environment: ['environment'],
  category: ['category'],
};

export function readableTeams(readable: Readable, team?: string): readonly string[] | undefined {
  if (readable.all) return team === undefined ? undefined : [team];
  return readable.namespaces.filter((namespace) => team === undefined || namespace === team);
}

export function serviceKey(namespace: string, service: string): string {
  return `${namespace}/${service}`;
}

function groupOf(by: CostGrouping, row: DailyCost): { key: string; label: string } {
  if (by === 'service') return { key: serviceKey(row.namespace ?? '', row.service ?? ''), label: row.service ?? '' };
  const name = by === 'team' ? row.namespace : row[by];
  return { key: name ?? '', label: name ?? '' };
}

export async function runningDays(running: CostReads['running'], readable: Readable, range: CostRange, by: CostGrouping, filter: CostFilter): Promise<{ amounts: DailyAmount[]; rows: DailyCost[] }> {
  const namespaces = readableTeams(readable, filter.team);
  const rows = await running.days({
    ...range,
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(filter.service === undefined ? {} : { service: filter.service }),
    ...(filter.environment === undefined ? {} : { environment: filter.environment }),
    by: DIMENSIONS[by],
  });
  const amounts = rows.map((row): DailyAmount => ({ day: row.day, ...groupOf(by, row), currency: row.currency, ...(row.amount === undefined ? {} : { amount: row.amount }), minutes: row.minutes, estimated: row.estimated, incomplete: row.amount === undefined || row.incompleteMinutes > 0 }));
  return { amounts, rows };
}

/** Requests by service's key, from rows by team, service and environment; only of services whose cost the reader may see. */
export function requestsByService(rows: readonly DailyCost[], requests: readonly DailyRequests[]): Map<string, number> {
  const found = new Map<string, number>();
  const owners = new Map(rows.map((row) => [`${row.service}@${row.environment}`, serviceKey(row.namespace ?? '', row.service ?? '')]));
  for (const row of requests) {
    const key = owners.get(`${row.service}@${row.environment}`);
    if (key !== undefined) found.set(key, (found.get(key) ?? 0) + row.requests);
  }
  return found;
}
