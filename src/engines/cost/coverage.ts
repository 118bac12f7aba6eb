/** How much of an estimate is known, and on what it rests. */
import { sumOf } from '../../domain/money.ts';
import type { CostCoverage, CostStatus, ResourceCost } from './cost-line.ts';
import { COST_STATUSES } from './cost-line.ts';

/** Prices older than this show as stale. */
const STALE_MONTHS = 18;

export function coverageOf(resources: readonly ResourceCost[], today: string): CostCoverage {
  const byStatus = Object.fromEntries(COST_STATUSES.map((status) => [status, 0])) as Record<CostStatus, number>;
  const types = new Map<string, { count: number; reason: string }>();
  for (const resource of resources) {
    byStatus[resource.status] += 1;
    if (resource.status !== 'unknown' && resource.status !== 'partly') continue;
    const reason = resource.lines.find((line) => line.kind === 'fixed' && line.unknown !== undefined)?.unknown ?? resource.notes[0] ?? 'no price';
    const known = types.get(resource.type);
    if (known === undefined) types.set(resource.type, { count: 1, reason });
    else known.count += 1;
  }
  const lines = resources.flatMap((resource) => resource.lines).filter((line) => line.monthly !== undefined);
  const dates = [...new Set(lines.map((line) => line.price?.asOf ?? '').filter((date) => date !== ''))].sort();
  const limit = monthsBefore(today, STALE_MONTHS);
  const sum = (chosen: typeof lines): CostCoverage['usage'] => sumOf(chosen.flatMap((line) => (line.monthly === undefined ? [] : [line.monthly.value])));
  const [oldest] = dates;
  const newest = dates.at(-1);
  return {
    byStatus,
    unknownTypes: [...types].map(([type, { count, reason }]) => ({ type, count, reason })).sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1)),
    estimated: sum(lines.filter((line) => line.price?.method === 'estimated')),
    usage: sum(lines.filter((line) => line.kind === 'usage')),
    ...(oldest === undefined ? {} : { oldestPrice: oldest }),
    ...(newest === undefined ? {} : { newestPrice: newest }),
    stalePrices: lines.filter((line) => (line.price?.asOf ?? '') < limit).length,
  };
}

function monthsBefore(day: string, months: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const at = year * 12 + (month - 1) - months;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-${day.slice(8, 10)}`;
}
