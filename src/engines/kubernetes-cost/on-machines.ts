/**
 * Workloads on the machines of a cluster: pods are put on them, prices are cut, and what nobody has is idle.
 *
 * Where a pod would really run is not known before it does; the packing stands for the scheduler. A pod that no
 * machine has room for is unknown with that reason: the machines that are paid for are shared by those who are on them.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import type { Allocation, Asset, Demand, Idle } from '../cost-allocation/allocate.ts';
import { allocate, RESOURCES } from '../cost-allocation/allocate.ts';
import { machineId, pack } from '../cost-allocation/pack.ts';
import type { PackedPod } from '../cost-allocation/pack.ts';
import type { PricedPool, Saving } from '../cost-allocation/realisable.ts';
import { savingOf } from '../cost-allocation/realisable.ts';
import type { CostLine } from '../cost/cost-line.ts';
import type { Usage } from '../cost/usage.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import { isPrice } from '../price-book/price.ts';
import type { ClusterDescription, PoolDescription } from './cluster-file.ts';
import type { Costed } from './costed.ts';
import { allocatedLine, amountOfUnit, linedResources, lineName, openLines } from './costed.ts';
import { machineLabels, mayTake } from './placement.ts';
import type { Machine, Rates } from './rates.ts';
import { baseRates, machineOf, rateAmounts } from './rates.ts';
import type { Extent, Unit } from './unit.ts';
import { extentOf, podShares, subjectOf, unitsOf } from './unit.ts';
import { HOURS } from './workload.ts';
import type { Workload } from './workload.ts';

const BYTES_A_GIB = decimal(2 ** 30);
/** Room above what was measured, where requests are thought lower. */
const HEADROOM = decimal('1.2');

export interface CostedPool {
  pool: PoolDescription;
  machine: Machine;
  /** Of all its machines a month; undefined: no price is known. */
  monthly?: Decimal;
}

export interface CostedCluster {
  workloads: Costed[];
  idle: readonly Idle[];
  pools: readonly CostedPool[];
  /** Pods that no machine has room for. */
  unplaced: number;
  saving: Saving;
}

interface PlacedPod {
  workload: Workload;
  units: readonly Unit[];
  share: Decimal;
  index: number;
}

export function costOnMachines(description: ClusterDescription, workloads: readonly Workload[], usage: Usage, book: PriceBook): CostedCluster {
  const pools = description.pools.map((pool): CostedPool => {
    const machine = machineOf(book, description.provider, description.region, pool);
    return { pool, machine, ...(isPrice(machine.price) ? { monthly: machine.price.amount.times(HOURS).times(new Decimal(BigInt(pool.count), 0)) } : {}) };
  });
  const packed = pools.map((one) => packedPool(description.name, one));
  const takers = (workload: Workload): PricedPool[] => packed.filter((_, index) => pools[index] !== undefined && takes(description, pools[index].pool, workload));
  const open: Costed[] = [];
  const placed = new Map<Workload, Placed>();
  const pods: PlacedPod[] = [];
  const wants: PackedPod[] = [];
  for (const workload of workloads) {
    const units = unitsOf(workload, usage);
    const places = takers(workload);
    const names = new Set(places.map((pool) => pool.name));
    const extent = extentOf(workload, usage, places.reduce((sum, pool) => sum + pool.machines, 0));
    if ('unknown' in extent) {
      open.push({ of: workload, cluster: description.name, lines: openLines(units, ratesAt(pools, names), extent, workload.presence.kind === 'task' ? 'usage' : 'fixed'), attached: [], rows: [], notes: [] });
      continue;
    }
    const machines = workload.presence.kind === 'machines' ? places.flatMap((pool) => Array.from({ length: pool.machines }, (_, index) => machineId(pool, index))) : undefined;
    placed.set(workload, { units, extent, pods: [] });
    podShares(extent).forEach((share, index) => {
      pods.push({ workload, units, share, index });
      const on = machines?.[index];
      wants.push({ cluster: description.name, fits: (pool) => names.has(pool), request: podAmounts(units, (unit, resource) => unit.request[resource]), ...(on === undefined ? {} : { on, everywhere: true }), ...(extent.passing ? { passing: true } : {}) });
    });
  }
  const { places } = pack(packed, wants);
  pods.forEach(({ workload, share }, at) => placed.get(workload)?.pods.push({ share, place: places[at] }));
  const demands = demandsOf(description, pods, places);
  const { workloads: rows, idle } = allocate(assetsOf(description, pools, packed), demands, [], [], baseRates(book));
  const lowered = wants.map((want, index): PackedPod => ({ ...want, request: podAmounts(pods[index]?.units ?? [], leastRequest) }));
  return {
    workloads: [...open, ...costedOf(description, placed, rows, pools)],
    idle,
    pools,
    unplaced: places.filter((place) => place === undefined).length,
    saving: savingOf(packed, wants, lowered),
  };
}

function packedPool(cluster: string, { pool, machine }: CostedPool): PricedPool {
  const less = (has: Decimal, reserved: Decimal): Decimal => (has.compare(reserved) > 0 ? has.minus(reserved) : Decimal.zero);
  const month = (amount: Decimal): Decimal => amount.times(HOURS);
  const rates = rateAmounts(machine.rates);
  return {
    name: pool.name,
    cluster,
    machines: pool.count,
    room: { cpu: less(machine.has.cpu, pool.reserved.cpu), memory: less(machine.has.memory, pool.reserved.memory.dividedBy(BYTES_A_GIB, 12)), gpu: machine.has.gpu },
    pods: pool.pods,
    price: isPrice(machine.price) ? month(machine.price.amount) : Decimal.zero,
    rates: { cpu: month(rates.cpu), memory: month(rates.memory), gpu: month(rates.gpu) },
    least: pool.least,
  };
}

function takes(description: ClusterDescription, pool: PoolDescription, workload: Workload): boolean {
  return mayTake({ labels: machineLabels({ type: pool.type, region: description.region, pool: pool.name, labels: pool.labels }), taints: pool.taints }, workload.podSpec);
}

/** Of the first of the pools; workloads on several have one line, whose price is that of the first. */
function ratesAt(pools: readonly CostedPool[], names: ReadonlySet<string>): Rates {
  const none = { unknown: 'no pool of the cluster takes it' };
  return pools.find(({ pool }) => names.has(pool.name))?.machine.rates ?? { cpu: none, memory: none, gpu: none };
}

function podAmounts(units: readonly Unit[], of: (unit: Unit, resource: (typeof RESOURCES)[number]) => Decimal): PackedPod['request'] {
  const [cpu = Decimal.zero, memory = Decimal.zero, gpu = Decimal.zero] = RESOURCES.map((resource) => units.reduce((sum, unit) => sum.plus(of(unit, resource)), Decimal.zero));
  return { cpu, memory, gpu };
}

/** What would do: a fifth above what was measured, never more than is asked for. */
function leastRequest(unit: Unit, resource: (typeof RESOURCES)[number]): Decimal {
  const asked = unit.request[resource];
  const enough = unit.usage?.[resource].times(HEADROOM);
  return enough === undefined || enough.compare(asked) > 0 || resource === 'gpu' ? asked : enough;
}

function assetsOf(description: ClusterDescription, pools: readonly CostedPool[], packed: readonly PricedPool[]): Asset[] {
  return packed.flatMap((pool, at) => Array.from({ length: pool.machines }, (_, index): Asset => ({ id: machineId(pool, index), cluster: description.name, price: pool.price, has: pools[at]?.machine.has ?? pool.room })));
}

function demandsOf(description: ClusterDescription, pods: readonly PlacedPod[], places: readonly (string | undefined)[]): Demand[] {
  return pods.flatMap(({ workload, units, share, index }, at) => {
    const asset = places[at];
    if (asset === undefined) return [];
    return units.map((unit): Demand => ({ subject: subjectOf(workload, description.name, `${workload.object.name}-${index}`, unit.container), asset, request: unit.request, ...(unit.usage === undefined ? {} : { usage: unit.usage }), share }));
  });
}

interface Placed {
  units: readonly Unit[];
  extent: Extent;
  pods: { share: Decimal; place: string | undefined }[];
}

/** Rows stand in the order of machines; they are found again by who they are of. */
function costedOf(description: ClusterDescription, placed: ReadonlyMap<Workload, Placed>, rows: readonly Allocation[], pools: readonly CostedPool[]): Costed[] {
  const ofWorkload = new Map<string, Allocation[]>();
  for (const row of rows) {
    const address = `${row.subject.namespace}/${row.subject.kind}/${row.subject.controller}`;
    const those = ofWorkload.get(address);
    if (those === undefined) ofWorkload.set(address, [row]);
    else those.push(row);
  }
  return [...placed].map(([workload, those]) => {
    const mine = ofWorkload.get(workload.address) ?? [];
    const on = new Set(those.pods.flatMap(({ place }) => (place === undefined ? [] : [place.slice(place.indexOf('/') + 1, place.lastIndexOf('#'))])));
    const notes = [...those.extent.notes, ...(on.size > 0 ? [`on ${[...on].sort().join(', ')}`] : [])];
    return { of: workload, cluster: description.name, lines: linesOf(description, those, mine, pools.filter(({ pool }) => on.has(pool.name))), attached: [], rows: [...mine], notes };
  });
}

function linesOf(description: ClusterDescription, { units, extent, pods }: Placed, rows: readonly Allocation[], on: readonly CostedPool[]): CostLine[] {
  const kind = extent.passing ? 'usage' : 'fixed';
  const homeless = pods.filter(({ place }) => place === undefined).length;
  const unpriced = on.filter((one) => one.monthly === undefined);
  const rates = ratesAt(on, new Set(on.map(({ pool }) => pool.name)));
  const hours = pods.reduce((sum, { share, place }) => (place === undefined ? sum : sum.plus(share)), Decimal.zero).times(HOURS);
  const noRoom = `no machine of ${description.name} that takes it has room`;
  const whole = pods.length > 0 && homeless === pods.length ? noRoom : on.length > 0 && unpriced.length === on.length ? whyUnpriced(unpriced) : undefined;
  const lines = units.flatMap((unit) => linedResources(unit).map((resource): CostLine => {
    const reason = unit.unknown[resource] ?? whole;
    if (reason !== undefined) return { name: lineName(unit, resource), kind, unknown: reason };
    const cost = rows.reduce((sum, row) => (row.subject.container === unit.container ? sum.plus(row[resource]) : sum), Decimal.zero);
    return allocatedLine(unit, resource, rates, cost, amountOfUnit(unit, resource).times(hours), extent.passing);
  }));
  if (whole !== undefined) return lines;
  return [
    ...lines,
    ...(homeless > 0 ? [{ name: `${homeless} of ${pods.length} pods`, kind, unknown: noRoom } as const] : []),
    ...(unpriced.length > 0 ? [{ name: `Pods on ${unpriced.map(({ pool }) => pool.name).join(', ')}`, kind, unknown: whyUnpriced(unpriced) } as const] : []),
  ];
}

function whyUnpriced(pools: readonly CostedPool[]): string {
  return pools.map(({ machine }) => (isPrice(machine.price) ? '' : machine.price.unknown)).join('; ');
}
