/**
 * Which machines a set of pods needs: first-fit decreasing with the constraints of pools.
 *
 * A pod goes to the first machine of a pool that takes it and has room, the largest pods first (by their largest
 * share of a machine). That is no optimum, and no scheduler either: it needs at most 22 % more machines than the
 * optimum for one resource. What it says of two sets of requests is comparable, and that is what it is for: requests
 * that are lowered save money only when a machine can go.
 */
import { Decimal } from '../../domain/money.ts';
import type { Amounts } from './allocate.ts';
import { RESOURCES } from './allocate.ts';

export interface PackedPool {
  name: string;
  cluster: string;
  machines: number;
  /** What a machine has for pods. */
  room: Amounts;
  pods: number;
}

export interface PackedPod {
  /** Cluster, and pools of it that may take the pod. */
  cluster: string;
  fits(pool: string): boolean;
  request: Amounts;
  /** The machine that it is on already, whether there is room or not. */
  on?: string;
  /** One of those that are on every machine: no reason for one more. */
  everywhere?: boolean;
  /** It is there for a while only, and takes no room for good. */
  passing?: boolean;
}

export interface Packing {
  /** By pod, in the order given: `pool#0`; undefined where none has room. */
  places: readonly (string | undefined)[];
  /** Machines of each pool that hold a pod other than those that are everywhere. */
  needed: ReadonlyMap<string, number>;
}

interface Machine {
  id: string;
  pool: PackedPool;
  left: Record<(typeof RESOURCES)[number], bigint>;
  pods: number;
  used: boolean;
}

/** Billionths, as whole numbers: the packing looks at each machine for each pod. */
const FINE = 9;

function fine(amount: Decimal): bigint {
  const rounded = amount.rounded(FINE);
  return rounded.coefficient * 10n ** BigInt(FINE - rounded.scale);
}

function fineAmounts(amounts: Amounts): Machine['left'] {
  return { cpu: fine(amounts.cpu), memory: fine(amounts.memory), gpu: fine(amounts.gpu) };
}

export function machineId(pool: PackedPool, index: number): string {
  return `${pool.cluster}/${pool.name}#${index}`;
}

export function pack(pools: readonly PackedPool[], pods: readonly PackedPod[]): Packing {
  const machines = pools.flatMap((pool) => Array.from({ length: pool.machines }, (_, index): Machine => ({ id: machineId(pool, index), pool, left: fineAmounts(pool.room), pods: pool.pods, used: false })));
  const places: (string | undefined)[] = pods.map(() => undefined);
  const wants = pods.map((pod) => fineAmounts(pod.request));
  const put = (at: number, machine: Machine): void => {
    places[at] = machine.id;
    const { everywhere = false, passing = false } = pods[at] ?? {};
    if (passing) return;
    for (const resource of RESOURCES) machine.left[resource] -= wants[at]?.[resource] ?? 0n;
    machine.pods -= 1;
    if (!everywhere) machine.used = true;
  };
  const byId = new Map(machines.map((machine) => [machine.id, machine]));
  pods.forEach((pod, index) => {
    const machine = pod.on === undefined ? undefined : byId.get(pod.on);
    if (machine !== undefined) put(index, machine);
  });
  const largest = largestMachines(pools);
  const open = pods.map((pod, index) => ({ pod, index, size: sizeOf(pod, largest) })).filter(({ pod }) => pod.on === undefined);
  open.sort((a, b) => Number(a.pod.passing ?? false) - Number(b.pod.passing ?? false) || b.size - a.size || a.index - b.index);
  // Machines only fill up, so what a pod found full is full for the next of its sort.
  const began = new Map<string, number>();
  for (const { pod, index } of open) {
    const want = wants[index];
    if (want === undefined) continue;
    const takes = new Set(pools.filter((pool) => pool.cluster === pod.cluster && pod.fits(pool.name)).map((pool) => pool.name));
    const sort = [pod.cluster, ...takes, want.cpu, want.memory, want.gpu, pod.passing === true].join(' ');
    let at = began.get(sort) ?? 0;
    while (at < machines.length && !hasRoom(machines[at], pod.cluster, takes, want)) at += 1;
    began.set(sort, at);
    const machine = machines[at];
    if (machine !== undefined) put(index, machine);
  }
  const needed = new Map<string, number>(pools.map((pool) => [`${pool.cluster}/${pool.name}`, 0]));
  for (const machine of machines) {
    const key = `${machine.pool.cluster}/${machine.pool.name}`;
    if (machine.used) needed.set(key, (needed.get(key) ?? 0) + 1);
  }
  return { places, needed };
}

function hasRoom(machine: Machine | undefined, cluster: string, pools: ReadonlySet<string>, want: Machine['left']): boolean {
  return machine !== undefined && machine.pool.cluster === cluster && pools.has(machine.pool.name) && machine.pods >= 1 && RESOURCES.every((resource) => want[resource] <= machine.left[resource]);
}

/** The most of each resource that a machine of a cluster has. */
function largestMachines(pools: readonly PackedPool[]): Map<string, number[]> {
  const largest = new Map<string, number[]>();
  for (const { cluster, room } of pools) {
    const before = largest.get(cluster) ?? [];
    largest.set(cluster, RESOURCES.map((resource, index) => Math.max(before[index] ?? 0, room[resource].toNumber())));
  }
  return largest;
}

/** Largest share of the largest machine, for the order only. */
function sizeOf(pod: PackedPod, largest: ReadonlyMap<string, readonly number[]>): number {
  const most = largest.get(pod.cluster) ?? [];
  return RESOURCES.reduce((size, resource, index) => ((most[index] ?? 0) > 0 ? Math.max(size, pod.request[resource].toNumber() / (most[index] ?? 1)) : size), 0);
}
