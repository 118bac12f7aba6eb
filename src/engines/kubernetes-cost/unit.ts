/**
 * A container of a workload, how many pods have it and for how much of a month: what is multiplied with rates or put
 * on machines. Usage comes from the usage file, by the container's address (`shop/Deployment/web/app`, patterns as
 * everywhere): `average_vcpu`, `average_memory_gb`, `average_gpus`; of the workload `replicas`, `monthly_run_hours`, `run_minutes`.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import type { AllocatedResource, Amounts, Subject } from '../cost-allocation/allocate.ts';
import { RESOURCES } from '../cost-allocation/allocate.ts';
import type { ResourceUsage, Usage } from '../cost/usage.ts';
import { HOURS } from './workload.ts';
import type { Workload } from './workload.ts';

const KEYS: Readonly<Record<AllocatedResource, string>> = { cpu: 'average_vcpu', memory: 'average_memory_gb', gpu: 'average_gpus' };
const MINUTES = decimal(60);
const SHARE_DIGITS = 12;

export interface Unit {
  workload: Workload;
  container: string;
  /** Asked for; what nothing says is zero here, and stands in `unknown`. */
  request: Amounts;
  usage?: Amounts;
  /** Resources of which neither request nor usage is known, with the reason. */
  unknown: Partial<Record<AllocatedResource, string>>;
}

/** How many pods, for how much of a month; or why that is not known. */
export interface Extent {
  /** Average; may be a fraction where people say so. */
  pods: Decimal;
  low: Decimal;
  high: Decimal;
  /** Part of a month, 0 to 1 or more where runs overlap. */
  share: Decimal;
  /** A task: it comes and goes. */
  passing: boolean;
  notes: readonly string[];
}

export interface OpenExtent {
  unknown: string;
  usageKey?: string;
}

export function unitsOf(workload: Workload, usage: Usage): Unit[] {
  const seen = new Map<string, number>();
  return workload.pod.containers.map(({ name: named, request, covered }): Unit => {
    // A server refuses two containers of one name; here each has a figure of its own.
    const times = (seen.get(named) ?? 0) + 1;
    seen.set(named, times);
    const name = times === 1 ? named : `${named} (${times})`;
    const given = usage.of(`${workload.address}/${name}`, 'container');
    const used = Object.fromEntries(RESOURCES.map((resource) => [resource, given.get(KEYS[resource])?.value])) as Partial<Record<AllocatedResource, Decimal>>;
    const measured = RESOURCES.some((resource) => used[resource] !== undefined);
    const unknown: Unit['unknown'] = {};
    for (const resource of ['cpu', 'memory'] as const) {
      if (request[resource] === undefined && used[resource] === undefined && !covered) unknown[resource] = `it asks for none and what it uses is not given (${KEYS[resource]} in --usage)`;
    }
    const amounts = (of: Partial<Record<AllocatedResource, Decimal>>, otherwise: Partial<Record<AllocatedResource, Decimal>> = {}): Amounts => ({ cpu: of.cpu ?? otherwise.cpu ?? Decimal.zero, memory: of.memory ?? otherwise.memory ?? Decimal.zero, gpu: of.gpu ?? otherwise.gpu ?? Decimal.zero });
    // A resource that was not measured is taken to be used as requested: nothing is called unused without a figure.
    return { workload, container: name, request: amounts(request), ...(measured ? { usage: amounts(used, request) } : {}), unknown };
  });
}

/** @param machines How many machines take the workload's pods; undefined where machines are not known. */
export function extentOf(workload: Workload, usage: Usage, machines: number | undefined): Extent | OpenExtent {
  const given = usage.of(workload.address, workload.object.kind);
  const { presence } = workload;
  if (presence.kind === 'task') return taskExtent(presence, given);
  const said = given.get('replicas')?.value;
  const whole = (count: number): Decimal => new Decimal(BigInt(count), 0);
  if (presence.kind === 'machines') {
    const count = machines === undefined ? said : whole(machines);
    return count === undefined ? { unknown: 'it has a pod on each machine, and how many there are is not known: give --nodes, or replicas in --usage', usageKey: 'replicas' } : steady(count, count, count);
  }
  const { value, low, high } = presence.replicas;
  return said === undefined ? steady(whole(value), whole(low), whole(high)) : steady(said, said, said);
}

function steady(pods: Decimal, low: Decimal, high: Decimal): Extent {
  return { pods, low, high, share: Decimal.one, passing: false, notes: [] };
}

function taskExtent(presence: Extract<Workload['presence'], { kind: 'task' }>, given: ResourceUsage): Extent | OpenExtent {
  const parallel = new Decimal(BigInt(presence.parallel), 0);
  const extent = (hours: Decimal, notes: readonly string[]): Extent => ({ pods: parallel, low: parallel, high: parallel, share: hours.dividedBy(HOURS, SHARE_DIGITS), passing: true, notes });
  if (presence.paused) return extent(Decimal.zero, ['suspended']);
  const minutes = given.get('run_minutes')?.value;
  const { runs } = presence;
  if (minutes !== undefined && runs !== undefined) return extent(runs.times(minutes).dividedBy(MINUTES, SHARE_DIGITS), [`${runs.toFixed(1)} runs a month of ${minutes.toString()} minutes`]);
  const hours = given.get('monthly_run_hours')?.value;
  if (hours !== undefined) return extent(hours, [`${hours.toString()} hours a month`]);
  return runs === undefined ? { unknown: 'how long it runs is not given: monthly_run_hours', usageKey: 'monthly_run_hours' } : { unknown: `it runs ${runs.toFixed(1)} times a month, and how long is not given: run_minutes`, usageKey: 'run_minutes' };
}

export function subjectOf(workload: Workload, cluster: string, pod: string, container: string): Subject {
  return { cluster, namespace: workload.namespace, kind: workload.object.kind, controller: workload.object.name, pod, container, labels: workload.labels, annotations: workload.annotations };
}

/** Whole pods and, last, the part of one. */
export function podShares(extent: Extent): Decimal[] {
  const whole = extent.pods.coefficient / 10n ** BigInt(extent.pods.scale);
  const rest = extent.pods.minus(new Decimal(whole, 0));
  return [...Array.from({ length: Number(whole) }, () => extent.share), ...(rest.isZero ? [] : [extent.share.times(rest)])];
}
