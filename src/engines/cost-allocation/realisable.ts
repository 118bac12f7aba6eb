/**
 * Two figures for one saving: what lower requests ask less of, and what of that can be had.
 *
 * Requests that go down by 40 % are 40 % less requested, and save nothing while the same machines are needed. So the
 * pods are packed as they are and as they would be, and only whole machines that are no longer needed count.
 */
import { Decimal, sumOf } from '../../domain/money.ts';
import type { Amounts } from './allocate.ts';
import { RESOURCES } from './allocate.ts';
import { machineId, pack } from './pack.ts';
import type { PackedPod, PackedPool } from './pack.ts';

export interface PricedPool extends PackedPool {
  /** Of one machine, for the time that is looked at. */
  price: Decimal;
  /** Price of a core, a GiB and a GPU of it for the same time. */
  rates: Amounts;
  /** Machines that stay whatever is asked for (the least of an autoscaler). */
  least: number;
}

export interface PoolSaving {
  cluster: string;
  pool: string;
  machines: number;
  /** Machines that the pods as they are need. */
  needed: number;
  /** Machines that the pods as they would be need. */
  after: number;
  /** Price of the machines that can go already. */
  now: Decimal;
  /** Price of all that can go then; `now` is part of it. */
  realisable: Decimal;
}

export interface Saving {
  /** What is asked for less, at the pools' own rates. */
  requested: Decimal;
  pools: readonly PoolSaving[];
  /** Machines that go because of the change, and only because of it. */
  realisable: Decimal;
  /** Machines that can go without any change. */
  now: Decimal;
  /** Pods that the change leaves without room, which were placed before. */
  displaced: number;
}

/** @param after The same pods in the same order, with other requests. */
export function savingOf(pools: readonly PricedPool[], before: readonly PackedPod[], after: readonly PackedPod[]): Saving {
  const [was, then] = [pack(pools, before), pack(pools, after)];
  const byMachine = new Map(pools.flatMap((pool) => Array.from({ length: pool.machines }, (_, index): [string, PricedPool] => [machineId(pool, index), pool])));
  const requested = sumOf(before.map((pod, index) => {
    const pool = byMachine.get(was.places[index] ?? '');
    const next = after[index];
    if (pool === undefined || next === undefined || pod.passing === true) return Decimal.zero;
    return sumOf(RESOURCES.map((resource) => pod.request[resource].minus(next.request[resource]).times(pool.rates[resource])));
  }));
  const each = pools.map((pool): PoolSaving => {
    const key = `${pool.cluster}/${pool.name}`;
    const kept = (needed: number): number => Math.min(pool.machines, Math.max(needed, pool.least));
    const [needed, next] = [kept(was.needed.get(key) ?? 0), kept(then.needed.get(key) ?? 0)];
    const price = (machines: number): Decimal => pool.price.times(new Decimal(BigInt(Math.max(0, machines)), 0));
    return { cluster: pool.cluster, pool: pool.name, machines: pool.machines, needed, after: next, now: price(pool.machines - needed), realisable: price(pool.machines - next) };
  });
  const all = sumOf(each.map((one) => one.realisable));
  const now = sumOf(each.map((one) => one.now));
  const change = all.minus(now);
  return { requested, pools: each, realisable: change.isNegative ? Decimal.zero : change, now, displaced: was.places.filter((place, index) => place !== undefined && then.places[index] === undefined).length };
}
