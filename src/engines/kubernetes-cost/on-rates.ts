/** Workloads without machines: what they ask for, at rates of a core and a GiB. Nothing is idle, as nothing is bought. */
import { Decimal, sumOf } from '../../domain/money.ts';
import type { Allocation, AllocatedResource } from '../cost-allocation/allocate.ts';
import { RESOURCES } from '../cost-allocation/allocate.ts';
import type { Usage } from '../cost/usage.ts';
import { isPrice } from '../price-book/price.ts';
import type { Costed } from './costed.ts';
import { amountOfUnit, linedResources, openLines, rateLine } from './costed.ts';
import type { Rates } from './rates.ts';
import type { Unit } from './unit.ts';
import { extentOf, podShares, subjectOf, unitsOf } from './unit.ts';
import { HOURS } from './workload.ts';
import type { Workload } from './workload.ts';

export function costOnRates(workload: Workload, cluster: string, rates: Rates, usage: Usage): Costed {
  const units = unitsOf(workload, usage);
  const extent = extentOf(workload, usage, undefined);
  const task = workload.presence.kind === 'task';
  if ('unknown' in extent) return { of: workload, cluster, lines: openLines(units, rates, extent, task ? 'usage' : 'fixed'), attached: [], rows: [], notes: [] };
  const rows = podShares(extent).flatMap((share, index) => units.map((unit) => rowOf(unit, cluster, rates, share, index)));
  return { of: workload, cluster, lines: units.flatMap((unit) => linedResources(unit).map((resource) => rateLine(unit, resource, rates, extent))), attached: [], rows, notes: [...extent.notes] };
}

function rowOf(unit: Unit, cluster: string, rates: Rates, share: Decimal, index: number): Allocation {
  const cost = (resource: AllocatedResource, amount: Decimal): Decimal => {
    const rate = rates[resource];
    return isPrice(rate) ? amount.times(share).times(HOURS).times(rate.amount) : Decimal.zero;
  };
  const subject = subjectOf(unit.workload, cluster, `${unit.workload.object.name}-${index}`, unit.container);
  const { usage, request } = unit;
  const unused = usage === undefined ? undefined : sumOf(RESOURCES.map((resource) => (usage[resource].compare(request[resource]) >= 0 ? Decimal.zero : cost(resource, request[resource].minus(usage[resource])))));
  return { subject, cpu: cost('cpu', amountOfUnit(unit, 'cpu')), memory: cost('memory', amountOfUnit(unit, 'memory')), gpu: cost('gpu', amountOfUnit(unit, 'gpu')), direct: Decimal.zero, shared: Decimal.zero, ...(unused === undefined ? {} : { unused }) };
}
