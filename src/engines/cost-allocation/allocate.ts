/**
 * What the workloads of clusters cost, by OpenCost's specification:
 *
 *     assets + overhead = workloads + idle + overhead
 *
 * A machine's price is split into CPU, memory and GPU by base rates whose ratio is held. A container has of each the
 * larger of what it requests and what it uses; what nobody has is idle. Where containers have more than a machine
 * has (they use more than they asked for, or were over-committed), they share its price and nothing is idle: idle is
 * never negative. Every figure is cut exactly (`apportion`), so that sums hold to the last digit at any filter and
 * grouping; whatever is divided is divided here, once, before anything is filtered.
 */
import { Decimal, sumOf } from '../../domain/money.ts';
import { apportion } from './apportion.ts';

export const RESOURCES = ['cpu', 'memory', 'gpu'] as const;
export type AllocatedResource = (typeof RESOURCES)[number];
/** Cores, GiB, devices. */
export type Amounts = Readonly<Record<AllocatedResource, Decimal>>;

export const NO_AMOUNTS: Amounts = { cpu: Decimal.zero, memory: Decimal.zero, gpu: Decimal.zero };

export interface Asset {
  id: string;
  cluster: string;
  /** Of the time that is looked at. */
  price: Decimal;
  has: Amounts;
}

/** Who a cost is of: the words that costs are filtered and summed by. */
export interface Subject {
  cluster: string;
  namespace: string;
  kind: string;
  controller: string;
  pod: string;
  container: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

export interface Demand {
  subject: Subject;
  /** Id of the machine that it is on. */
  asset: string;
  request: Amounts;
  /** Average; absent: not measured. */
  usage?: Amounts;
  /** Part of the time that it is there, 0 to 1. */
  share: Decimal;
}

/** Cost that is told apart from machines: a volume, a load balancer, bytes. `nobody`: of the cluster as a whole. */
export interface DirectCost {
  subject: Subject;
  name: string;
  cost: Decimal;
}

export interface Allocation {
  subject: Subject;
  cpu: Decimal;
  memory: Decimal;
  gpu: Decimal;
  /** Volumes, load balancers, network. */
  direct: Decimal;
  /** Its part of idle, overhead and shared workloads, where those are distributed. */
  shared: Decimal;
  /** Cost of what it asked for and did not use; undefined where usage is not known. */
  unused?: Decimal;
}

export interface Idle {
  asset: string;
  cluster: string;
  cpu: Decimal;
  memory: Decimal;
  gpu: Decimal;
}

export interface Overhead {
  cluster: string;
  name: string;
  cost: Decimal;
}

export interface ClusterAllocation {
  workloads: readonly Allocation[];
  idle: readonly Idle[];
  overhead: readonly Overhead[];
}

export function costOf(row: Pick<Allocation, 'cpu' | 'memory' | 'gpu' | 'direct' | 'shared'>): Decimal {
  return sumOf([row.cpu, row.memory, row.gpu, row.direct, row.shared]);
}

export function idleCost(idle: Pick<Idle, 'cpu' | 'memory' | 'gpu'>): Decimal {
  return sumOf([idle.cpu, idle.memory, idle.gpu]);
}

/** A machine's price by resource: base rate times amount, the ratio held, scaled to the price. */
export function splitPrice(price: Decimal, has: Amounts, base: Amounts): Amounts {
  const [cpu = Decimal.zero, memory = Decimal.zero, gpu = Decimal.zero] = apportion(price, RESOURCES.map((resource) => has[resource].times(base[resource])));
  return { cpu, memory, gpu };
}

/** @param base Rates of a core, a GiB and a GPU; only their ratio counts. Throws RangeError when a demand is on no asset. */
export function allocate(assets: readonly Asset[], demands: readonly Demand[], direct: readonly DirectCost[], overhead: readonly Overhead[], base: Amounts): ClusterAllocation {
  const on = new Map<string, Demand[]>(assets.map((asset) => [asset.id, []]));
  for (const demand of demands) {
    const those = on.get(demand.asset);
    if (those === undefined) throw new RangeError(`${demand.subject.pod} is on ${demand.asset}, which is none of the assets`);
    those.push(demand);
  }
  const workloads: Allocation[] = [];
  const idle: Idle[] = [];
  for (const asset of assets) {
    const those = on.get(asset.id) ?? [];
    const prices = splitPrice(asset.price, asset.has, base);
    const shares = Object.fromEntries(RESOURCES.map((resource) => [resource, sharesOf(prices[resource], asset.has[resource], those, resource)])) as Record<AllocatedResource, Decimal[]>;
    those.forEach((demand, index) => workloads.push(rowOf(demand, (resource) => shares[resource][index] ?? Decimal.zero)));
    const rest = (resource: AllocatedResource): Decimal => shares[resource][those.length] ?? Decimal.zero;
    // A machine without an amount of anything has a price all the same: nobody has it.
    const unsplit = asset.price.minus(sumOf(RESOURCES.map((resource) => prices[resource])));
    idle.push({ asset: asset.id, cluster: asset.cluster, cpu: rest('cpu').plus(unsplit), memory: rest('memory'), gpu: rest('gpu') });
  }
  for (const { subject, cost } of direct) workloads.push({ subject, cpu: Decimal.zero, memory: Decimal.zero, gpu: Decimal.zero, direct: cost, shared: Decimal.zero });
  return { workloads, idle, overhead };
}

/** What a container has of a resource: the larger of request and usage, for the time that it is there. */
export function amountOf({ request, usage, share }: Pick<Demand, 'request' | 'usage' | 'share'>, resource: AllocatedResource): Decimal {
  const used = usage?.[resource] ?? Decimal.zero;
  const larger = used.compare(request[resource]) > 0 ? used : request[resource];
  return larger.isNegative ? Decimal.zero : larger.times(share);
}

/** Of each demand, and last what is idle. */
function sharesOf(price: Decimal, has: Decimal, demands: readonly Demand[], resource: AllocatedResource): Decimal[] {
  const amounts = demands.map((demand) => amountOf(demand, resource));
  const free = has.minus(sumOf(amounts));
  const weights = [...amounts, free.isNegative ? Decimal.zero : free];
  return apportion(price, weights);
}

function rowOf(demand: Demand, share: (resource: AllocatedResource) => Decimal): Allocation {
  const costs = { cpu: share('cpu'), memory: share('memory'), gpu: share('gpu') };
  const { usage } = demand;
  if (usage === undefined) return { subject: demand.subject, ...costs, direct: Decimal.zero, shared: Decimal.zero };
  const unused = sumOf(RESOURCES.map((resource) => {
    const asked = demand.request[resource];
    const used = usage[resource];
    return asked.isZero || used.compare(asked) >= 0 ? Decimal.zero : costs[resource].times(asked.minus(used)).dividedBy(asked, 10);
  }));
  return { subject: demand.subject, ...costs, direct: Decimal.zero, shared: Decimal.zero, unused };
}
