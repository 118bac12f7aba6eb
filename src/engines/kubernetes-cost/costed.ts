/** Figures of one object: rows of the allocation, and lines that say where they come from. */
import { Decimal } from '../../domain/money.ts';
import type { AllocatedResource, Allocation } from '../cost-allocation/allocate.ts';
import { RESOURCES } from '../cost-allocation/allocate.ts';
import type { CostLine, Span } from '../cost/cost-line.ts';
import { exactly } from '../cost/span.ts';
import { isPrice } from '../price-book/price.ts';
import type { Rates } from './rates.ts';
import type { Extent, OpenExtent, Unit } from './unit.ts';
import { HOURS } from './workload.ts';
import type { Workload } from './workload.ts';

/** A workload, a claim or a balancer with its figures. */
export interface Costed {
  of: Pick<Workload, 'address' | 'object' | 'namespace' | 'labels' | 'annotations'>;
  cluster: string;
  /** What it has of machines. */
  lines: CostLine[];
  /** Disks, balancers, bytes: what the cluster makes beside machines. */
  attached: CostLine[];
  rows: Allocation[];
  notes: string[];
}

const NAMES: Readonly<Record<AllocatedResource, string>> = { cpu: 'CPU', memory: 'memory', gpu: 'GPU' };

export function lineName(unit: Unit, resource: AllocatedResource): string {
  return `${unit.container}: ${NAMES[resource]}`;
}

/** The resources that a unit has a line of: CPU and memory always, GPUs where it has any. */
export function linedResources(unit: Unit): readonly AllocatedResource[] {
  return RESOURCES.filter((resource) => resource !== 'gpu' || !amountOfUnit(unit, 'gpu').isZero);
}

/** The larger of request and usage, of one pod. */
export function amountOfUnit({ request, usage }: Pick<Unit, 'request' | 'usage'>, resource: AllocatedResource): Decimal {
  const used = usage?.[resource];
  return used !== undefined && used.compare(request[resource]) > 0 ? used : request[resource];
}

/** Lines of a workload whose extent is open: unit prices stand, amounts do not. */
export function openLines(units: readonly Unit[], rates: Rates, open: OpenExtent, kind: CostLine['kind']): CostLine[] {
  return units.flatMap((unit) => linedResources(unit).map((resource): CostLine => {
    const rate = rates[resource];
    return { name: lineName(unit, resource), kind, ...(isPrice(rate) ? { price: rate } : {}), unknown: unit.unknown[resource] ?? open.unknown, ...(open.usageKey === undefined || kind === 'fixed' ? {} : { usageKey: open.usageKey }) };
  }));
}

/** A line at a rate: amount x pods x hours. */
export function rateLine(unit: Unit, resource: AllocatedResource, rates: Rates, extent: Extent): CostLine {
  const kind = extent.passing ? 'usage' : 'fixed';
  const name = lineName(unit, resource);
  const rate = rates[resource];
  if (!isPrice(rate)) return { name, kind, unknown: rate.unknown };
  const reason = unit.unknown[resource];
  // Nothing that asks for an unknown amount is nothing all the same.
  if (reason !== undefined && !extent.high.isZero) return { name, kind, price: rate, unknown: reason };
  const hours = (pods: Decimal): Decimal => amountOfUnit(unit, resource).times(pods).times(extent.share).times(HOURS);
  const quantity: Span = { value: hours(extent.pods), low: hours(extent.low), high: hours(extent.high) };
  return { name, kind, price: rate, quantity, monthly: { value: quantity.value.times(rate.amount), low: quantity.low.times(rate.amount), high: quantity.high.times(rate.amount) } };
}

/** A line whose amount was cut from machines' prices. */
export function allocatedLine(unit: Unit, resource: AllocatedResource, rates: Rates, cost: Decimal, quantity: Decimal, passing: boolean): CostLine {
  const rate = rates[resource];
  return { name: lineName(unit, resource), kind: passing ? 'usage' : 'fixed', ...(isPrice(rate) ? { price: rate } : {}), quantity: exactly(quantity), monthly: exactly(cost) };
}
