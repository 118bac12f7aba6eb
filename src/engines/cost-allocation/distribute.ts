/**
 * Idle, overhead and shared workloads, given to the workloads that the cluster is there for.
 *
 * Evenly over namespaces (within one in proportion), in proportion to cost, or by a metric such as bytes to the
 * internet. It is done cluster by cluster over all workloads, before any filter: a namespace's part of what is idle
 * is the same whether others are shown or not. What there is nobody to give to stays where it is.
 */
import { Decimal, sumOf } from '../../domain/money.ts';
import type { Allocation, ClusterAllocation } from './allocate.ts';
import { costOf, idleCost } from './allocate.ts';
import { apportion } from './apportion.ts';

export type Distribution =
  | { how: 'none' }
  | { how: 'even' }
  | { how: 'proportional' }
  /** Weight of a workload; zero or less takes no part. Where nobody has any it is in proportion to cost. */
  | { how: 'metric'; weight: (row: Allocation) => Decimal };

export interface Shared {
  /** Only this cluster; absent: each. */
  cluster?: string;
  idle: Distribution;
  overhead: Distribution;
  /** Namespaces whose own cost is shared by the others; without a way to share they are ordinary. */
  namespaces: { names: readonly string[]; distribution: Distribution };
}

export function distribute(allocation: ClusterAllocation, shared: Shared): ClusterAllocation {
  const common = new Set(shared.namespaces.distribution.how === 'none' ? [] : shared.namespaces.names);
  const clusters = new Set([...allocation.workloads.map((row) => row.subject.cluster), ...allocation.idle.map((one) => one.cluster), ...allocation.overhead.map((one) => one.cluster)]);
  const parts = [...clusters].map((cluster) => (shared.cluster === undefined || shared.cluster === cluster ? distributeOne(clusterOf(allocation, cluster), shared, common) : clusterOf(allocation, cluster)));
  return { workloads: parts.flatMap((part) => part.workloads), idle: parts.flatMap((part) => part.idle), overhead: parts.flatMap((part) => part.overhead) };
}

function clusterOf({ workloads, idle, overhead }: ClusterAllocation, cluster: string): ClusterAllocation {
  return { workloads: workloads.filter((row) => row.subject.cluster === cluster), idle: idle.filter((one) => one.cluster === cluster), overhead: overhead.filter((one) => one.cluster === cluster) };
}

function distributeOne(part: ClusterAllocation, shared: Shared, common: ReadonlySet<string>): ClusterAllocation {
  const takers = part.workloads.filter((row) => !common.has(row.subject.namespace));
  if (takers.length === 0) return part;
  const givers = part.workloads.filter((row) => common.has(row.subject.namespace));
  const given: Decimal[][] = [];
  const give = (amount: Decimal, distribution: Distribution): void => void given.push(apportion(amount, weightsOf(takers, distribution)));
  if (shared.idle.how !== 'none') give(sumOf(part.idle.map(idleCost)), shared.idle);
  if (shared.overhead.how !== 'none') give(sumOf(part.overhead.map((one) => one.cost)), shared.overhead);
  if (givers.length > 0) give(sumOf(givers.map(costOf)), shared.namespaces.distribution);
  return {
    workloads: takers.map((row, index) => ({ ...row, shared: sumOf([row.shared, ...given.map((shares) => shares[index] ?? Decimal.zero)]) })),
    idle: shared.idle.how === 'none' ? part.idle : [],
    overhead: shared.overhead.how === 'none' ? part.overhead : [],
  };
}

function weightsOf(rows: readonly Allocation[], distribution: Distribution): Decimal[] {
  if (distribution.how === 'metric') {
    const weights = rows.map((row) => distribution.weight(row)).map((weight) => (weight.isNegative ? Decimal.zero : weight));
    if (weights.some((weight) => !weight.isZero)) return weights;
  }
  const own = rows.map(costOf);
  // Workloads whose cost is nothing (or not known) share as equals.
  const costs = own.every((cost) => cost.isZero) ? own.map(() => Decimal.one) : own;
  if (distribution.how !== 'even') return costs;
  const namespaces = new Map<string, Decimal>();
  rows.forEach((row, index) => namespaces.set(row.subject.namespace, (namespaces.get(row.subject.namespace) ?? Decimal.zero).plus(costs[index] ?? Decimal.zero)));
  const sizes = new Map<string, number>();
  for (const row of rows) sizes.set(row.subject.namespace, (sizes.get(row.subject.namespace) ?? 0) + 1);
  return rows.map((row, index) => {
    const whole = namespaces.get(row.subject.namespace) ?? Decimal.zero;
    // A namespace without cost of its own has its even part all the same, its rows alike.
    return whole.isZero ? Decimal.one.dividedBy(new Decimal(BigInt(sizes.get(row.subject.namespace) ?? 1), 0), 30) : (costs[index] ?? Decimal.zero).dividedBy(whole, 30);
  });
}
