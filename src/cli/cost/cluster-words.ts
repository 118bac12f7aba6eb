/** Clusters of a cost report, in sentences and as JSON: what is idle, and the two figures of what lower requests save. */
import type { Decimal } from '../../domain/money.ts';
import type { ClusterSummary } from '../../engines/kubernetes-cost/cluster-rows.ts';
import { savingWords } from '../../engines/kubernetes-cost/cluster-rows.ts';
import type { CostReport } from './report.ts';
import { printAmount } from '../../engines/cost/currency.ts';

/** `prod: 3 machines at 210.24 USD a month: workloads 120.10 USD, idle 90.14 USD (42.9 %), overhead 73.00 USD; ...`. */
export function clusterSentences({ clusters = [], currency }: Pick<CostReport, 'clusters' | 'currency'>): string[] {
  const print = (amount: Decimal): string => printAmount(amount, currency);
  return clusters.map((cluster) => {
    const percent = cluster.assets.isZero ? '' : ` (${((cluster.idle.toNumber() / cluster.assets.toNumber()) * 100).toFixed(1)} %)`;
    const used = cluster.efficiency === undefined ? '' : `; of what was measured ${(cluster.efficiency.toNumber() * 100).toFixed(1)} % of the requests are used`;
    const gaps = [...(cluster.unplaced === 0 ? [] : [`${cluster.unplaced} pods find no room`]), ...(cluster.unpriced === 0 ? [] : [`${cluster.unpriced} machines without a price`])];
    return `${cluster.name}: ${cluster.machines} machines at ${print(cluster.assets)} a month: workloads ${print(cluster.workloads)}, idle ${print(cluster.idle)}${percent}, overhead ${print(cluster.overhead)}${used}${gaps.length === 0 ? '' : `; ${gaps.join(', ')}`}; ${savingWords(cluster.saving, print)}`;
  });
}

export function clusterDocument(cluster: ClusterSummary, amount: (value: Decimal) => string): Record<string, unknown> {
  const { saving } = cluster;
  return {
    name: cluster.name,
    machines: cluster.machines,
    assets: amount(cluster.assets),
    workloads: amount(cluster.workloads),
    idle: amount(cluster.idle),
    overhead: amount(cluster.overhead),
    unpricedMachines: cluster.unpriced,
    podsWithoutRoom: cluster.unplaced,
    ...(cluster.efficiency === undefined ? {} : { efficiency: cluster.efficiency.toString() }),
    saving: { requested: amount(saving.requested), realisable: amount(saving.realisable), withoutChange: amount(saving.now), pools: saving.pools.map((pool) => ({ pool: pool.pool, machines: pool.machines, needed: pool.needed, neededAfter: pool.after, withoutChange: amount(pool.now), realisable: amount(pool.realisable) })) },
  };
}
