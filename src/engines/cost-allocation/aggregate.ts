/**
 * Sums of allocations by container, pod, controller, kind, namespace, cluster, label or annotation.
 *
 * What does not carry a label has a row of its own, `(none)`; idle and overhead have theirs in every grouping. The
 * same words filter. Both work on rows that were made before, so filtering and summing can be done in any order.
 */
import { Decimal, sumOf } from '../../domain/money.ts';
import type { Allocation, ClusterAllocation, Subject } from './allocate.ts';
import { costOf, idleCost } from './allocate.ts';

export const ALLOCATION_WORDS = ['container', 'pod', 'controller', 'kind', 'namespace', 'cluster'] as const;
export const NONE = '(none)';
export const IDLE = '(idle)';
export const OVERHEAD = '(overhead)';
/** Disks and balancers, which are of no pod and no container. */
const ATTACHED = '(attached)';

export interface AllocationSum {
  name: string;
  cpu: Decimal;
  memory: Decimal;
  gpu: Decimal;
  direct: Decimal;
  shared: Decimal;
  total: Decimal;
}

export interface AllocationFilter {
  word: string;
  value: string;
}

/** One of `ALLOCATION_WORDS`, `label:NAME` or `annotation:NAME`. */
export function isAllocationWord(by: string): boolean {
  return (ALLOCATION_WORDS as readonly string[]).includes(by) || /^(label|annotation):./.test(by);
}

/** What a subject is called by a word; longer names tell equal ones of two namespaces and clusters apart. */
export function wordOf(subject: Subject, by: string): string {
  const [, of, name = ''] = /^(label|annotation):(.+)$/.exec(by) ?? [];
  if (of !== undefined) {
    const among = of === 'label' ? subject.labels : subject.annotations;
    return Object.hasOwn(among, name) ? (among[name] ?? NONE) : NONE;
  }
  const { cluster, namespace, kind, controller, pod, container } = subject;
  const words: Readonly<Record<string, string>> = { cluster, namespace, kind, controller: `${namespace}/${kind}/${controller}`, pod: `${namespace}/${pod === '' ? `${controller} ${ATTACHED}` : pod}`, container: `${namespace}/${kind}/${controller}/${container === '' ? ATTACHED : container}` };
  const found = words[by] ?? '';
  return found === '' ? NONE : found;
}

/** Keeps the workloads of which every filter holds. Idle and overhead are of the cluster: they stay unless a filter names something finer. */
export function filterAllocation(allocation: ClusterAllocation, filters: readonly AllocationFilter[]): ClusterAllocation {
  if (filters.length === 0) return allocation;
  const whole = filters.every(({ word }) => word === 'cluster');
  const ofCluster = ({ cluster }: { cluster: string }): boolean => whole && filters.every(({ value }) => value === cluster);
  return {
    workloads: allocation.workloads.filter(({ subject }) => filters.every(({ word, value }) => wordOf(subject, word) === value)),
    idle: allocation.idle.filter(ofCluster),
    overhead: allocation.overhead.filter(ofCluster),
  };
}

/** Largest first; names break ties. */
export function aggregate(allocation: ClusterAllocation, by: string): AllocationSum[] {
  const sums = new Map<string, AllocationSum>();
  const add = (name: string, part: Omit<AllocationSum, 'name' | 'total'>): void => {
    const sum = sums.get(name) ?? { name, cpu: Decimal.zero, memory: Decimal.zero, gpu: Decimal.zero, direct: Decimal.zero, shared: Decimal.zero, total: Decimal.zero };
    const keys = ['cpu', 'memory', 'gpu', 'direct', 'shared'] as const;
    const next = { ...sum, total: sumOf([sum.total, ...keys.map((key) => part[key])]) };
    for (const key of keys) next[key] = sum[key].plus(part[key]);
    sums.set(name, next);
  };
  for (const row of allocation.workloads) add(wordOf(row.subject, by), row);
  const whole = (word: string, cluster: string): string => (by === 'cluster' ? `${cluster} ${word}` : word);
  for (const idle of allocation.idle) add(whole(IDLE, idle.cluster), { cpu: idle.cpu, memory: idle.memory, gpu: idle.gpu, direct: Decimal.zero, shared: Decimal.zero });
  for (const overhead of allocation.overhead) add(whole(OVERHEAD, overhead.cluster), { cpu: Decimal.zero, memory: Decimal.zero, gpu: Decimal.zero, direct: overhead.cost, shared: Decimal.zero });
  return [...sums.values()].sort((a, b) => b.total.compare(a.total) || (a.name < b.name ? -1 : 1));
}

/** Of all: workloads, idle and overhead. */
export function totalAllocated(allocation: ClusterAllocation): { workloads: Decimal; idle: Decimal; overhead: Decimal; total: Decimal } {
  const workloads = sumOf(allocation.workloads.map(costOf));
  const idle = sumOf(allocation.idle.map(idleCost));
  const overhead = sumOf(allocation.overhead.map((one) => one.cost));
  return { workloads, idle, overhead, total: sumOf([workloads, idle, overhead]) };
}

/**
 * Cost of what was used, of what was asked for: 0 to 1, and unknown where nothing was measured. Idle has no part in
 * it, so that it does not change with what is shown.
 */
export function efficiency(rows: readonly Allocation[]): Decimal | undefined {
  const measured = rows.filter((row) => row.unused !== undefined);
  const asked = sumOf(measured.flatMap((row) => [row.cpu, row.memory, row.gpu]));
  if (asked.isZero) return undefined;
  return asked.minus(sumOf(measured.map((row) => row.unused ?? Decimal.zero))).dividedBy(asked, 4);
}
