/** Machines, disks and clusters of Google Cloud. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { AttributeValue } from '../../infrastructure/model.ts';
import { googleMachinePrice, googleMachines, googlePartPrice } from '../../price-book/machine-prices.ts';
import { isPrice } from '../../price-book/price.ts';
import { orRelated, reduced } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';
import type { Span } from '../cost-line.ts';
import { exactly, times } from '../span.ts';

const DISKS: Readonly<Record<string, string>> = { 'pd-standard': 'Standard provisioned storage (pd-standard)', 'pd-ssd': 'SSD provisioned storage (pd-ssd)', 'pd-balanced': 'Balanced provisioned storage (pd-balanced)', 'pd-extreme': 'Extreme provisioned storage (pd-extreme)', 'hyperdisk-extreme': 'Hyperdisk provisioned storage (hyperdisk-extreme)' };
/** A machine that runs all month is cheaper in these families without being asked: the sustained-use discount. */
const SUSTAINED: readonly (readonly [families: RegExp, factor: string])[] = [[/^(n1|f1|g1|m1|m2)-|^custom-/, '0.7'], [/^(n2|n2d|c2)-/, '0.8']];
const LOCAL_DISK_GB = 375;

const ONE = exactly(decimal(1));

function isSpot(c: Costing, from: AttributeValue): boolean {
  const read = attempt(() => c.flag('scheduling.preemptible', from) || c.flag('preemptible', from) || c.flag('spot', from) || c.text('scheduling.provisioning_model', from) === 'SPOT');
  return 'value' in read && read.value;
}

/** @param from The instance, template or node configuration that says `machine_type`. */
function machineLines(c: Costing, from: AttributeValue, count: () => Span, otherwise = ''): void {
  const spot = isSpot(c, from);
  const type = (): string => {
    const text = c.text('machine_type', from) ?? otherwise;
    if (text === '') throw new Undetermined('machine_type is not given');
    return text.slice(text.lastIndexOf('/') + 1);
  };
  const custom = attempt(() => /^(?:(\w+)-)?custom-(\d+)-(\d+)(-ext)?$/.exec(type()));
  const discount = (name: string): readonly [Decimal, string] | undefined => {
    const found = spot ? undefined : SUSTAINED.find(([families]) => families.test(name));
    return found === undefined ? undefined : [decimal(found[1]), `less the sustained-use discount of a full month, x ${found[1]}`];
  };
  const less = (price: ReturnType<typeof googleMachinePrice>, name: string): ReturnType<typeof googleMachinePrice> => {
    const off = discount(name);
    return off === undefined ? price : reduced(price, off[0], off[1]);
  };
  if ('value' in custom && custom.value !== null) {
    const [name, family = 'n1', cores = '0', megabytes = '0'] = custom.value;
    c.fixed('vCPU of the machine', () => less(googlePartPrice(c.book, `${family}_custom`, 'cpu', c.region, spot), name), () => times(count(), decimal(cores)));
    c.fixed('Memory of the machine', () => less(googlePartPrice(c.book, `${family}_custom`, 'ram', c.region, spot), name), () => times(count(), decimal(megabytes).dividedBy(decimal(1024), 6)));
  } else c.fixed('Instance usage', () => less(googleMachinePrice(c.book, type(), c.region, spot), type()), count);
  const gpus = attempt(() => c.list('guest_accelerator', from));
  for (const gpu of 'value' in gpus ? gpus.value : []) {
    const model = (): string => (c.text('type', gpu) ?? '').replace('nvidia-', 'NVIDIA ').replace('tesla-', 'Tesla ').replace(/ (\w+)$/, (_, last: string) => ` ${last.toUpperCase()}`);
    c.fixed('GPU', () => c.fact(`${model()} (${spot ? 'preemptible' : 'on-demand'})`, ['google_compute_instance', 'google_container_node_pool']), () => times(count(), c.number('count', gpu) ?? decimal(1)));
  }
}

const RATED_BY_CORE: readonly (readonly [image: RegExp, name: string])[] = [[/rhel.*sap/, 'Licence RHEL for SAP, per vCPU'], [/rhel/, 'Licence RHEL, per vCPU']];

/** Systems that are charged apart, told by the name of the image: Windows, RHEL, SLES. */
function licence(c: Costing, from: AttributeValue, image: () => string | undefined, count: () => Span): void {
  const named = attempt(() => `${image() ?? ''} ${c.text('image_type', from) ?? ''}`.toLowerCase());
  if ('undetermined' in named || !/windows|rhel|sles/.test(named.value)) return;
  const size = attempt(() => {
    const type = c.text('machine_type', from) ?? '';
    const cores = googleMachines(c.book).get(type)?.vcpu ?? decimal(/custom-(\d+)-/.exec(type)?.[1] ?? '0');
    if (cores.isZero) throw new Undetermined('the number of vCPUs of the machine is not known');
    return cores;
  });
  if ('undetermined' in size) return c.unknown('Licence', 'fixed', size.undetermined);
  const cores = size.value.toNumber();
  const band = cores <= 8 ? '1-8 vCPU' : cores < 128 ? '9-127 vCPU' : '128 vCPU or more';
  const byCore = named.value.includes('windows') ? 'Licence Windows Server, per vCPU' : RATED_BY_CORE.find(([pattern]) => pattern.test(named.value))?.[1];
  const price = (name: string): ReturnType<Costing['fact']> => c.fact(name, 'google_compute_instance');
  if (byCore !== undefined) c.fixed('Licence', () => price(byCore.includes('Windows') ? byCore : `${byCore}, ${band}`), () => times(count(), size.value));
  else if (named.value.includes('sap')) c.fixed('Licence', () => price(`Licence SLES for SAP, ${cores <= 2 ? '1-2 vCPU' : cores <= 4 ? '3-4 vCPU' : '5 vCPU or more'}`), count);
  else c.fixed('Licence', () => price('Licence SLES (not f1-micro/g1-small)'), count);
}

function storageLine(c: Costing, name: string, options: { kind: () => string; size: () => Decimal; count: () => Span; regional?: boolean }): void {
  const kind = (): string => {
    const text = options.kind();
    return text.slice(text.lastIndexOf('/') + 1);
  };
  c.fixed(name, () => {
    const found = c.fact(DISKS[kind()] ?? `Provisioned storage (${kind()})`, options.regional === true ? 'google_compute_region_disk' : 'google_compute_disk');
    // A kind of disk without a row is near a balanced one; its IOPS and throughput come on top.
    return isPrice(found) ? found : orRelated(found, () => c.fact(DISKS['pd-balanced'] ?? '', 'google_compute_disk'), options.regional === true ? '2' : '0.8', '0.8 to 1', { service: 'google_compute_disk', dimension: `Provisioned storage (${kind()})` });
  }, () => times(options.count(), options.size()));
}

/** IOPS of the extreme kinds are charged apart; of other hyperdisks the book has no price of them. */
function disk(c: Costing): void {
  const { type } = c.resource;
  const source = c.follow('snapshot', 'google_compute_snapshot') ?? c.follow('image', 'google_compute_image');
  const kind = (): string => c.text('type') ?? 'pd-standard';
  storageLine(c, 'Storage', { kind, size: () => c.number('size') ?? (source === undefined ? undefined : c.on(source).number('disk_size_gb')) ?? decimal(500), count: () => ONE, regional: type === 'google_compute_region_disk' });
  const iops = attempt(() => ({ kind: kind(), count: c.number('provisioned_iops') }));
  if ('undetermined' in iops || iops.value.count === undefined) return;
  const { count } = iops.value;
  if (iops.value.kind.endsWith('pd-extreme')) c.fixed('IOPS', () => c.fact('Provisioned IOPS [case extreme_default/extreme_size_iops]', 'google_compute_disk'), () => count);
  else if (iops.value.kind.endsWith('hyperdisk-extreme')) c.fixed('IOPS', () => c.fact('Provisioned IOPS [case hyperdisk_default/hyperdisk_size_iops]', 'google_compute_disk'), () => count);
  else if (iops.value.kind.includes('hyperdisk') && count.compare(decimal(3000)) > 0) c.fixed('IOPS above 3,000', () => c.fact(`Provisioned IOPS (${iops.value.kind})`, 'google_compute_disk'), () => count.minus(decimal(3000)));
}

/** A copy of a disk or of all disks of a machine: at most as large as those are. */
function copy(c: Costing): void {
  const source = c.follow('source_disk', 'google_compute_disk', 'google_compute_region_disk');
  const size = attempt(() => c.number('disk_size_gb') ?? (source === undefined ? undefined : c.on(source).number('size')));
  if ('undetermined' in size || size.value === undefined) return c.onUsage('Storage', 'storage_gb', () => c.fact('Storage'));
  const most = size.value;
  c.fixed('Storage (at most)', () => c.fact('Storage'), () => ({ value: most, low: decimal(0), high: most }));
}

function instanceDisks(c: Costing, count: () => Span): void {
  const boot = c.list('boot_disk')[0] ?? {};
  if (c.text('source', boot) === undefined) storageLine(c, 'Boot disk', { kind: () => c.text('initialize_params.type', boot) ?? 'pd-standard', size: () => c.number('initialize_params.size', boot) ?? decimal(10), count });
  const local = c.list('scratch_disk').length;
  if (local > 0) c.fixed('Local SSD', () => c.fact('Local SSD provisioned storage [on-demand]', 'google_compute_instance'), () => times(count(), decimal(local * LOCAL_DISK_GB)));
  licence(c, c.resource.attributes, () => c.text('initialize_params.image', boot), count);
  if (c.list('network_interface').some((one) => c.list('access_config', one).length > 0)) c.fixed('Public address', () => c.fact('IP address (standard VM)', 'google_compute_address'), count);
}

function instance(c: Costing): void {
  machineLines(c, c.resource.attributes, () => ONE);
  instanceDisks(c, () => ONE);
}

/** As many as are wanted; an autoscaler gives the range. */
function groupManager(c: Costing): void {
  const template = c.follow('version', 'google_compute_instance_template', 'google_compute_region_instance_template') ?? c.follow('instance_template', 'google_compute_instance_template');
  if (template === undefined) return c.unknown('Instance usage', 'fixed', 'its template is not among the resources');
  const inner = c.on(template);
  const [scaler] = c.world.leadingTo(c.resource, ['google_compute_autoscaler', 'google_compute_region_autoscaler']);
  const count = (): Span => {
    const limit = (end: string): Decimal | undefined => (scaler === undefined ? undefined : c.on(scaler).number(`autoscaling_policy.${end}_replicas`));
    const [low, high] = [limit('min'), limit('max')];
    const value = c.number('target_size') ?? low ?? decimal(1);
    return { value, low: low !== undefined && low.compare(value) < 0 ? low : value, high: high !== undefined && high.compare(value) > 0 ? high : value };
  };
  machineLines(inner, template.attributes, count);
  const disks = inner.list('disk').map((block, index) => ({ block, index }));
  const local = disks.filter(({ block }) => inner.text('type', block) === 'SCRATCH').length;
  for (const { block, index } of disks) if (inner.text('type', block) !== 'SCRATCH') storageLine(inner, `Disk ${index + 1}`, { kind: () => inner.text('disk_type', block) ?? 'pd-standard', size: () => inner.number('disk_size_gb', block) ?? decimal(10), count });
  if (local > 0) c.fixed('Local SSD', () => c.fact('Local SSD provisioned storage [on-demand]', 'google_compute_instance'), () => times(count(), decimal(local * LOCAL_DISK_GB)));
  licence(inner, template.attributes, () => inner.text('disk.source_image'), count);
}

/** A regional cluster has its nodes in each of its zones, three where it does not say. */
function zonesOf(c: Costing): number {
  const named = c.list('node_locations').length;
  if (named > 0) return named;
  const location = c.text('location') ?? c.text('zone') ?? c.text('region') ?? '';
  return /-[a-z]$/.test(location) ? 1 : 3;
}

function nodes(c: Costing, from: AttributeValue, count: () => Span, suffix = ''): void {
  machineLines(c, from, count, 'e2-medium');
  const local = attempt(() => c.number('local_ssd_count', from));
  if ('value' in local && local.value !== undefined && !local.value.isZero) c.fixed('Local SSD of the nodes', () => c.fact('Local SSD provisioned storage [on-demand]', 'google_compute_instance'), () => times(times(count(), local.value ?? decimal(0)), decimal(LOCAL_DISK_GB)));
  licence(c, from, () => undefined, count);
  storageLine(c, `Disks of the nodes${suffix}`, { kind: () => c.text('disk_type', from) ?? 'pd-balanced', size: () => c.number('disk_size_gb', from) ?? decimal(100), count });
}

function cluster(c: Costing): void {
  c.fixed('Cluster management', () => c.fact('Cluster management fee'));
  if (c.flag('enable_autopilot')) {
    c.onUsage('Autopilot vCPU', 'average_vcpu', () => c.fact('Autopilot vCPU'));
    return c.onUsage('Autopilot memory', 'average_memory_gb', () => c.fact('Autopilot memory'));
  }
  const pools = c.list('node_pool');
  for (const [index, block] of pools.entries()) nodes(c, c.list('node_config', block)[0] ?? {}, () => poolSize(c, block), pools.length === 1 ? '' : ` of pool ${index + 1}`);
  if (c.flag('remove_default_node_pool') || pools.length > 0) return;
  nodes(c, c.list('node_config')[0] ?? {}, () => exactly((c.number('initial_node_count') ?? decimal(0)).times(decimal(zonesOf(c)))));
}

/** Nodes of a pool in all of its zones: what is wanted, otherwise the least of its autoscaler. */
function poolSize(c: Costing, from: AttributeValue): Span {
  const read = (path: string): Decimal | undefined => c.number(path, from);
  const total = read('autoscaling.total_min_node_count');
  const zones = decimal(total === undefined ? zonesOf(c) : 1);
  const value = read('node_count') ?? read('autoscaling.min_node_count') ?? total ?? read('initial_node_count') ?? decimal(1);
  const [low, high] = [read('autoscaling.min_node_count') ?? total ?? value, read('autoscaling.max_node_count') ?? read('autoscaling.total_max_node_count') ?? value];
  return times({ value, low: low.compare(value) < 0 ? low : value, high: high.compare(value) > 0 ? high : value }, zones);
}

/** A pool without a place of its own lies where its cluster lies. */
function nodePool(c: Costing): void {
  nodes(c, c.list('node_config')[0] ?? {}, () => poolSize(c, c.resource.attributes));
}

export const GOOGLE_RESOURCES: CosterTable = {
  google_compute_instance: instance,
  google_compute_instance_template: (c) => {
    c.elsewhere = 'priced with the groups that use it';
  },
  google_compute_region_instance_template: (c) => {
    c.elsewhere = 'priced with the groups that use it';
  },
  google_compute_instance_group_manager: groupManager,
  google_compute_region_instance_group_manager: groupManager,
  google_compute_autoscaler: (c) => {
    c.free = 'what it starts is charged';
  },
  google_compute_region_autoscaler: (c) => {
    c.free = 'what it starts is charged';
  },
  google_compute_disk: disk,
  google_compute_region_disk: disk,
  google_compute_snapshot: copy,
  google_compute_image: copy,
  google_compute_machine_image: copy,
  google_container_cluster: cluster,
  google_container_node_pool: nodePool,
};
