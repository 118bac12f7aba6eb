/** The laws of OpenCost's specification on random clusters, and each pitfall that others fell into. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, decimal, sumOf } from '../../domain/money.ts';
import { aggregate, efficiency, filterAllocation, NONE, totalAllocated } from './aggregate.ts';
import type { Amounts, ClusterAllocation, Demand, Subject } from './allocate.ts';
import { allocate, costOf, idleCost, splitPrice } from './allocate.ts';
import { apportion } from './apportion.ts';
import type { Distribution } from './distribute.ts';
import { distribute } from './distribute.ts';
import type { RandomCluster } from './testing/random-cluster.ts';
import { randomCluster } from './testing/random-cluster.ts';

const amounts = (cpu: number, memory: number, gpu = 0): Amounts => ({ cpu: decimal(cpu), memory: decimal(memory), gpu: decimal(gpu) });
const BASE = amounts(0.031611, 0.004237, 0.95);
const words = fc.constantFrom('container', 'pod', 'controller', 'kind', 'namespace', 'cluster', 'label:app', 'label:team', 'annotation:owner');
const distribution: fc.Arbitrary<Distribution> = fc.constantFrom<Distribution>({ how: 'none' }, { how: 'even' }, { how: 'proportional' }, { how: 'metric', weight: (row) => (row.subject.namespace === 'pay' ? decimal(3) : Decimal.zero) });

function run({ assets, demands, direct, overhead }: RandomCluster): ClusterAllocation {
  return allocate(assets, demands, direct, overhead, BASE);
}

function assetsOf({ assets, direct, overhead }: RandomCluster): Decimal {
  return sumOf([...assets.map((asset) => asset.price), ...direct.map((one) => one.cost), ...overhead.map((one) => one.cost)]);
}

const subject = (more: Partial<Subject> = {}): Subject => ({ cluster: 'c', namespace: 'shop', kind: 'Deployment', controller: 'web', pod: 'web-0', container: 'app', labels: {}, annotations: {}, ...more });
const demand = (request: Amounts, more: Partial<Demand> = {}): Demand => ({ subject: subject(), asset: 'n', request, share: Decimal.one, ...more });
const node = (price: number, has = amounts(4, 16)): { id: string; cluster: string; price: Decimal; has: Amounts } => ({ id: 'n', cluster: 'c', price: decimal(price), has });

describe('laws', () => {
  test('workloads, idle and overhead are the assets and the overhead, exactly', () => {
    fc.assert(fc.property(randomCluster, (cluster) => totalAllocated(run(cluster)).total.compare(assetsOf(cluster)) === 0));
  });

  test('nothing is negative: not idle, not a workload, not a share', () => {
    fc.assert(fc.property(randomCluster, distribution, (cluster, how) => {
      const done = distribute(run(cluster), { idle: how, overhead: how, namespaces: { names: ['kube-system'], distribution: how } });
      return done.idle.every((idle) => !idle.cpu.isNegative && !idle.memory.isNegative && !idle.gpu.isNegative) && done.workloads.every((row) => !costOf(row).isNegative && !row.shared.isNegative);
    }));
  });

  test('sharing idle, overhead and namespaces changes no sum', () => {
    fc.assert(fc.property(randomCluster, distribution, distribution, distribution, (cluster, idle, overhead, among) => {
      const before = run(cluster);
      const after = distribute(before, { idle, overhead, namespaces: { names: ['kube-system'], distribution: among } });
      return totalAllocated(after).total.compare(assetsOf(cluster)) === 0 && efficiency(after.workloads.filter((row) => row.subject.namespace === 'pay'))?.toString() === efficiency(before.workloads.filter((row) => row.subject.namespace === 'pay'))?.toString();
    }));
  });

  test('every grouping sums to the whole', () => {
    fc.assert(fc.property(randomCluster, words, (cluster, by) => sumOf(aggregate(run(cluster), by).map((sum) => sum.total)).compare(assetsOf(cluster)) === 0));
  });

  test('filtering and summing commute, also after sharing', () => {
    fc.assert(fc.property(randomCluster, words, distribution, (cluster, by, how) => {
      const all = distribute(run(cluster), { idle: how, overhead: how, namespaces: { names: [], distribution: { how: 'none' } } });
      const rows = (of: ClusterAllocation): ClusterAllocation => ({ ...of, idle: [], overhead: [] });
      for (const one of aggregate(rows(all), by)) {
        const [filtered] = aggregate(rows(filterAllocation(all, [{ word: by, value: one.name }])), by);
        if (filtered === undefined || JSON.stringify(filtered) !== JSON.stringify(one)) return false;
      }
      return true;
    }));
  });

  test('shares are the whole, and none is above its due by more than a unit of the last digit', () => {
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 15n), fc.integer({ min: 0, max: 12 }), fc.array(fc.bigInt(0n, 1_000_000n), { minLength: 1, maxLength: 20 }), (units, scale, sizes) => {
      const whole = new Decimal(units, scale);
      const shares = apportion(whole, sizes.map((size) => new Decimal(size, 3)));
      const sum = sizes.reduce((a, b) => a + b, 0n);
      if (sum === 0n) return shares.every((share) => share.isZero);
      return sumOf(shares).compare(whole) === 0 && shares.every((share, index) => !share.isNegative && share.times(new Decimal(sum, 0)).minus(whole.times(new Decimal(sizes[index] ?? 0n, 0))).compare(new Decimal(sum, 10)) <= 0);
    }));
  });
});

describe('the specification', () => {
  test('base prices of 30, 30 and 10 and a machine at 35 give 15, 15 and 5', () => {
    const { cpu, memory, gpu } = splitPrice(decimal(35), amounts(1, 1, 1), { gpu: decimal(30), cpu: decimal(30), memory: decimal(10) });
    expect([gpu, cpu, memory].map(String)).toEqual(['15', '15', '5']);
  });

  test('a container costs the larger of request and usage', () => {
    const rates = { cpu: decimal(1), memory: decimal(0), gpu: decimal(0) };
    const cost = (request: number, usage: number): string => String(allocate([node(4)], [demand(amounts(request, 0), { usage: amounts(usage, 0) })], [], [], rates).workloads[0]?.cpu);
    expect([cost(1, 0.5), cost(1, 3), cost(0, 2)]).toEqual(['1', '3', '2']);
  });

  test('what is there for a part of the time has that part', () => {
    const { workloads, idle } = allocate([node(4)], [demand(amounts(2, 0), { share: decimal('0.5') })], [], [], { cpu: decimal(1), memory: decimal(0), gpu: decimal(0) });
    expect([String(workloads[0]?.cpu), String(idle[0]?.cpu)]).toEqual(['1', '3']);
  });
});

describe('pitfalls', () => {
  test('usage above what the machine has leaves nothing idle, and never less than nothing', () => {
    const { workloads, idle } = allocate([node(100)], [demand(amounts(1, 2), { usage: amounts(3, 40) }), demand(amounts(2, 2), { usage: amounts(3, 10) })], [], [], BASE);
    expect(idle.map(idleCost).map(String)).toEqual(['0']);
    expect(sumOf(workloads.map(costOf)).toString()).toBe('100');
  });

  test('over-committed requests share the price in proportion', () => {
    const { workloads, idle } = allocate([node(12, amounts(4, 0))], [demand(amounts(6, 0)), demand(amounts(2, 0))], [], [], BASE);
    expect([workloads.map(costOf).map(String), idle.map(idleCost).map(String)]).toEqual([['9', '3'], ['0']]);
  });

  test('efficiency is the same whether idle is shown, shared or hidden', () => {
    const allocation = allocate([node(100)], [demand(amounts(2, 8), { usage: amounts(1, 4) })], [], [], BASE);
    const shared = distribute(allocation, { idle: { how: 'proportional' }, overhead: { how: 'none' }, namespaces: { names: [], distribution: { how: 'none' } } });
    expect([efficiency(allocation.workloads), efficiency(shared.workloads), efficiency(filterAllocation(allocation, [{ word: 'namespace', value: 'shop' }]).workloads)].map(String)).toEqual(['0.5', '0.5', '0.5']);
    expect(efficiency(allocate([node(100)], [demand(amounts(2, 8))], [], [], BASE).workloads)).toBeUndefined();
  });

  test('a filter does not make others\' idle one\'s own', () => {
    const both = allocate([node(100)], [demand(amounts(1, 4)), demand(amounts(1, 4), { subject: subject({ namespace: 'pay' }) })], [], [], BASE);
    const shared = distribute(both, { idle: { how: 'proportional' }, overhead: { how: 'none' }, namespaces: { names: [], distribution: { how: 'none' } } });
    expect(filterAllocation(shared, [{ word: 'namespace', value: 'pay' }]).workloads.map((row) => row.shared.toString())).toEqual(['25']);
    expect(filterAllocation(both, [{ word: 'namespace', value: 'pay' }]).idle).toEqual([]);
  });

  test('a label has the cost of those who carry it; the others are (none), not the cluster', () => {
    const allocation = allocate([node(100)], [demand(amounts(1, 4), { subject: subject({ labels: { app: 'a' } }) }), demand(amounts(2, 8))], [], [], BASE);
    const sums = Object.fromEntries(aggregate(allocation, 'label:app').map((sum) => [sum.name, sum.total.toString()]));
    expect(sums).toEqual({ a: '25', [NONE]: '50', '(idle)': '25' });
    expect(aggregate(allocation, 'label:constructor').map((sum) => sum.name).sort()).toEqual(['(idle)', NONE]);
  });

  test('a machine of another type has another price', () => {
    const [small, large] = [{ ...node(10), id: 'small' }, { ...node(100), id: 'large' }];
    const { workloads } = allocate([small, large], [demand(amounts(4, 16), { asset: 'small' }), demand(amounts(4, 16), { asset: 'large' })], [], [], BASE);
    expect(workloads.map(costOf).map(String)).toEqual(['10', '100']);
  });

  test('a machine that has nothing is idle, a demand on none is refused', () => {
    expect(allocate([node(7, amounts(0, 0))], [], [], [], BASE).idle.map(idleCost).map(String)).toEqual(['7']);
    expect(() => allocate([], [demand(amounts(1, 1))], [], [], BASE)).toThrow(RangeError);
  });
});
