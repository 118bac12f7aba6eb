/** Resources that stand for a cluster as a whole: what is idle in each pool, fees and other overhead; and its figures. */
import { Decimal, sumOf } from '../../domain/money.ts';
import type { ClusterAllocation } from '../cost-allocation/allocate.ts';
import { costOf, idleCost } from '../cost-allocation/allocate.ts';
import { efficiency } from '../cost-allocation/aggregate.ts';
import type { PoolSaving, Saving } from '../cost-allocation/realisable.ts';
import type { CostLine, ResourceCost } from '../cost/cost-line.ts';
import { statusOfLines } from '../cost/line-status.ts';
import { exactly, NOTHING, sumOfSpans } from '../cost/span.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import { isPrice } from '../price-book/price.ts';
import { managementFee } from './attached.ts';
import { fixedLine } from './attached-costs.ts';
import type { ClusterDescription } from './cluster-file.ts';
import type { CostedCluster } from './on-machines.ts';

export const IDLE_TYPE = 'kubernetes/Idle';
export const OVERHEAD_TYPE = 'kubernetes/Overhead';

export interface ClusterSummary {
  name: string;
  machines: number;
  /** Price of the machines a month, and what they have of it. All of it: workloads + idle = assets. */
  assets: Decimal;
  workloads: Decimal;
  idle: Decimal;
  overhead: Decimal;
  /** Machines without a price. */
  unpriced: number;
  unplaced: number;
  /** Used of what is asked for, 0 to 1; only of what was measured. */
  efficiency?: Decimal;
  saving: Saving;
}

export function resourceOf(about: Pick<ResourceCost, 'address' | 'type' | 'region' | 'tags'>, lines: readonly CostLine[], notes: readonly string[]): ResourceCost {
  const sum = (kind: CostLine['kind']): ResourceCost['fixed'] => sumOfSpans(lines.flatMap((line) => (line.kind === kind && line.monthly !== undefined ? [line.monthly] : [])));
  return { ...about, module: '', status: statusOfLines(lines), notes, lines, fixed: sum('fixed'), usage: sum('usage') };
}

/** Of each pool that is not all in use. */
export function idleResources(description: ClusterDescription, cluster: CostedCluster): ResourceCost[] {
  return cluster.pools.map(({ pool, machine }) => {
    const mine = cluster.idle.filter((idle) => idle.asset.slice(0, idle.asset.lastIndexOf('#')) === `${description.name}/${pool.name}`);
    const name = `${pool.count} x ${pool.type === '' ? 'machine' : pool.type}`;
    const line: CostLine = isPrice(machine.price) ? { name: `Idle of ${name}`, kind: 'fixed', price: machine.price, monthly: exactly(sumOf(mine.map(idleCost))) } : { name, kind: 'fixed', unknown: machine.price.unknown };
    return resourceOf({ address: `${description.name}/idle/${pool.name}`, type: IDLE_TYPE, region: description.region, tags: {} }, [line], ['machines that are paid for and that nobody has asked for']);
  });
}

/** Fees of the control plane and whatever else the description names. */
export function overheadResources(book: PriceBook, description: ClusterDescription): ResourceCost[] {
  const fee = managementFee(book, description.managed, description.region, description.fee, description.provider);
  const about = (name: string): Pick<ResourceCost, 'address' | 'type' | 'region' | 'tags'> => ({ address: `${description.name}/overhead/${name}`, type: OVERHEAD_TYPE, region: description.region, tags: {} });
  return [
    ...(fee === undefined ? [] : [resourceOf(about('management'), [fixedLine('Management of the cluster', fee, Decimal.one)], [])]),
    ...description.overhead.map(({ name, monthly }) => resourceOf(about(name), [{ name, kind: 'fixed', monthly: exactly(monthly) }], ['from the description of the cluster'])),
  ];
}

/** @param allocation Before anything was shared out. */
export function summaryOf(description: ClusterDescription, cluster: CostedCluster, overhead: Decimal, allocation: ClusterAllocation): ClusterSummary {
  const rows = allocation.workloads.filter(({ subject }) => subject.cluster === description.name);
  const used = efficiency(rows);
  return {
    name: description.name,
    machines: cluster.pools.reduce((sum, { pool }) => sum + pool.count, 0),
    assets: sumOf(cluster.pools.map(({ monthly }) => monthly ?? Decimal.zero)),
    workloads: sumOf(rows.map((row) => costOf(row).minus(row.direct))),
    idle: sumOf(cluster.idle.map(idleCost)),
    overhead,
    unpriced: cluster.pools.reduce((sum, { pool, monthly }) => sum + (monthly === undefined ? pool.count : 0), 0),
    unplaced: cluster.unplaced,
    ...(used === undefined ? {} : { efficiency: used }),
    saving: cluster.saving,
  };
}

/** Two figures in words: `requests would do with 40.00 less, and no machine can go: 0.00 of it can be had`. */
export function savingWords(saving: Saving, print: (amount: Decimal) => string): string {
  const go = (pools: readonly PoolSaving[], of: (pool: PoolSaving) => number): string => pools.flatMap((pool) => (of(pool) > 0 ? [`${of(pool)} of ${pool.machines} in ${pool.pool}`] : [])).join(', ');
  const now = go(saving.pools, (pool) => pool.machines - pool.needed);
  const first = now === '' ? 'no machine can go as it is' : `without any change ${now} can go: ${print(saving.now)}`;
  if (saving.requested.isZero) return first;
  const then = go(saving.pools, (pool) => pool.needed - pool.after);
  return `${first}; requests by what was measured ask for ${print(saving.requested)} less, of which ${print(saving.realisable)} can be had (${then === '' ? 'the same machines are needed' : `${then} more can go`})`;
}

