/** Sums of an allocation in the form of all other sums of cost, by the words of Kubernetes; and what is left by a filter. */
import { sumOf } from '../../domain/money.ts';
import { aggregate, filterAllocation, wordOf } from '../cost-allocation/aggregate.ts';
import type { AllocationFilter } from '../cost-allocation/aggregate.ts';
import type { ClusterAllocation } from '../cost-allocation/allocate.ts';
import type { ResourceCost } from '../cost/cost-line.ts';
import type { RollUp } from '../cost/roll-up.ts';
import { exactly, NOTHING, plus, sumOfSpans } from '../cost/span.ts';
import type { KubernetesCost } from './kubernetes-cost.ts';

export const NOT_KUBERNETES = '(not Kubernetes)';
const TASKS = new Set(['Job', 'CronJob']);

/** @param others Resources of the same estimate that are none of Kubernetes. Largest first. */
export function kubernetesGroups(kubernetes: KubernetesCost, others: readonly ResourceCost[], by: string): RollUp[] {
  const { allocation, subjects, resources } = kubernetes;
  const part = (task: boolean): ClusterAllocation => ({ workloads: allocation.workloads.filter((row) => TASKS.has(row.subject.kind) === task), idle: task ? [] : allocation.idle, overhead: task ? [] : allocation.overhead });
  const groups = new Map<string, RollUp>();
  const group = (name: string): RollUp => groups.get(name) ?? { name, resources: 0, unknown: 0, fixed: NOTHING, usage: NOTHING };
  for (const sum of aggregate(part(false), by)) groups.set(sum.name, { ...group(sum.name), fixed: exactly(sum.total) });
  for (const sum of aggregate(part(true), by)) groups.set(sum.name, { ...group(sum.name), usage: exactly(sum.total) });
  const fine = by === 'pod' || by === 'container';
  for (const resource of resources) {
    const subject = subjects.get(resource.address);
    if (subject === undefined) continue;
    const unknown = resource.status === 'unknown' || resource.status === 'partly';
    if (fine && !unknown) continue;
    const name = fine ? `${subject.namespace}/${subject.kind}/${subject.controller}/(unknown)` : wordOf(subject, by);
    const known = group(name);
    groups.set(name, { ...known, resources: known.resources + 1, unknown: known.unknown + (unknown ? 1 : 0) });
  }
  if (others.length > 0) {
    const unknown = others.filter((one) => one.status === 'unknown' || one.status === 'partly').length;
    groups.set(NOT_KUBERNETES, { name: NOT_KUBERNETES, resources: others.length, unknown, fixed: sumOfSpans(others.map((one) => one.fixed)), usage: sumOfSpans(others.map((one) => one.usage)) });
  }
  const total = (one: RollUp): RollUp['fixed']['value'] => sumOf([plus(one.fixed, one.usage).value]);
  return [...groups.values()].sort((a, b) => total(b).compare(total(a)) || (a.name < b.name ? -1 : 1));
}

/** Only what every filter holds of: `namespace=shop`, `label:app=web`. */
export function filterKubernetes(kubernetes: KubernetesCost, filters: readonly AllocationFilter[]): KubernetesCost {
  if (filters.length === 0) return kubernetes;
  const wholeCluster = filters.every(({ word }) => word === 'cluster');
  const keeps = (resource: ResourceCost): boolean => {
    const subject = kubernetes.subjects.get(resource.address);
    if (subject === undefined) return wholeCluster && filters.every(({ value }) => resource.address.startsWith(`${value}/`));
    return filters.every(({ word, value }) => wordOf(subject, word) === value);
  };
  return { ...kubernetes, resources: kubernetes.resources.filter(keeps), allocation: filterAllocation(kubernetes.allocation, filters) };
}
