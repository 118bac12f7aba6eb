/** Machines, clusters, databases and services of Google Cloud. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { AttributeValue } from '../../infrastructure/model.ts';
import { googleMachinePrice, googlePartPrice } from '../../price-book/machine-prices.ts';
import { reduced } from '../by-size.ts';
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

function storageLine(c: Costing, name: string, options: { kind: () => string; size: () => Decimal; count: () => Span; regional?: boolean }): void {
  const dimension = (): string => {
    const text = options.kind();
    const found = DISKS[text.slice(text.lastIndexOf('/') + 1)];
    if (found === undefined) throw new Undetermined(`the price book has no disks of the type ${text}`);
    return found;
  };
  c.fixed(name, () => c.fact(dimension(), options.regional === true ? 'google_compute_region_disk' : 'google_compute_disk'), () => times(options.count(), options.size()));
}

function instanceDisks(c: Costing, count: () => Span): void {
  const boot = c.list('boot_disk')[0] ?? {};
  if (c.text('source', boot) === undefined) storageLine(c, 'Boot disk', { kind: () => c.text('initialize_params.type', boot) ?? 'pd-standard', size: () => c.number('initialize_params.size', boot) ?? decimal(10), count });
  const local = c.list('scratch_disk').length;
  if (local > 0) c.fixed('Local SSD', () => c.fact('Local SSD provisioned storage [on-demand]', 'google_compute_instance'), () => times(count(), decimal(local * LOCAL_DISK_GB)));
  if (c.list('network_interface').some((one) => c.list('access_config', one).length > 0)) c.fixed('Public address', () => c.fact('IP address (standard VM)', 'google_compute_address'), count);
}

function instance(c: Costing): void {
  machineLines(c, c.resource.attributes, () => ONE);
  instanceDisks(c, () => ONE);
}

function groupManager(c: Costing): void {
  const template = c.follow('version', 'google_compute_instance_template', 'google_compute_region_instance_template') ?? c.follow('instance_template', 'google_compute_instance_template');
  if (template === undefined) return c.unknown('Instance usage', 'fixed', 'its template is not among the resources');
  const inner = c.on(template);
  const count = (): Span => exactly(c.number('target_size') ?? decimal(1));
  machineLines(inner, template.attributes, count);
  for (const [index, disk] of inner.list('disk').entries()) storageLine(inner, `Disk ${index + 1}`, { kind: () => inner.text('disk_type', disk) ?? 'pd-standard', size: () => inner.number('disk_size_gb', disk) ?? decimal(10), count });
}

/** A regional cluster has its nodes in each of its zones, three where it does not say. */
function zonesOf(c: Costing): number {
  const named = c.list('node_locations').length;
  if (named > 0) return named;
  const location = c.text('location') ?? c.text('zone') ?? c.text('region') ?? '';
  return /-[a-z]$/.test(location) ? 1 : 3;
}

function nodes(c: Costing, from: AttributeValue, count: () => Span): void {
  machineLines(c, from, count, 'e2-medium');
  storageLine(c, 'Disks of the nodes', { kind: () => c.text('disk_type', from) ?? 'pd-balanced', size: () => c.number('disk_size_gb', from) ?? decimal(100), count });
}

function cluster(c: Costing): void {
  c.fixed('Cluster management', () => c.fact('Cluster management fee'));
  if (c.flag('enable_autopilot')) {
    c.onUsage('Autopilot vCPU', 'average_vcpu', () => c.fact('Autopilot vCPU'));
    return c.onUsage('Autopilot memory', 'average_memory_gb', () => c.fact('Autopilot memory'));
  }
  if (c.flag('remove_default_node_pool') || c.list('node_pool').length > 0) return;
  nodes(c, c.list('node_config')[0] ?? {}, () => exactly((c.number('initial_node_count') ?? decimal(0)).times(decimal(zonesOf(c)))));
}

function nodePool(c: Costing): void {
  nodes(c, c.list('node_config')[0] ?? {}, () => {
    const zones = decimal(zonesOf(c));
    const value = c.number('node_count') ?? c.number('autoscaling.min_node_count') ?? c.number('initial_node_count') ?? decimal(1);
    const [low, high] = [c.number('autoscaling.min_node_count') ?? value, c.number('autoscaling.max_node_count') ?? value];
    return times({ value, low: low.compare(value) < 0 ? low : value, high: high.compare(value) > 0 ? high : value }, zones);
  });
}

function sqlInstance(c: Costing): void {
  const regional = c.text('settings.availability_type') === 'REGIONAL';
  const where = regional ? 'regional' : 'zonal';
  const tier = c.needed('settings.tier');
  const custom = /^db-custom-(\d+)-(\d+)$/.exec(tier);
  if (custom !== null) {
    c.fixed('vCPU', () => c.fact(`vCPUs (1, ${where})`), () => Number(custom[1]));
    c.fixed('Memory', () => c.fact(`Memory (3.75 GB, ${where})`), () => decimal(custom[2] ?? '0').dividedBy(decimal(1024), 6));
  } else c.fixed('Instance', () => c.fact(`SQL instance (${tier}, ${where})`));
  c.fixed('Storage', () => c.fact(`Storage (${(c.text('settings.disk_type') ?? 'PD_SSD').replace('PD_', '')}, ${where})`), () => c.number('settings.disk_size') ?? 10);
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backups'));
}

function redis(c: Costing): void {
  const size = (): Decimal => c.number('memory_size_gb') ?? decimal(1);
  const capacity = (): string => `M${1 + [4, 10, 35, 100].filter((most) => size().compare(decimal(most)) > 0).length}`;
  const copies = decimal(c.text('tier') === 'STANDARD_HA' ? (c.number('replica_count') ?? decimal(1)).toNumber() : 1);
  c.fixed('Memory', () => c.fact(`Redis instance (${c.text('tier') === 'STANDARD_HA' ? 'standard' : 'basic'}, ${capacity()})`), () => size().times(copies));
}

function address(c: Costing): void {
  if (c.text('address_type') === 'INTERNAL' || c.text('purpose') !== undefined) c.free = 'internal addresses carry no charge';
  else {
    const used = c.list('users').length > 0 || c.world.leadingTo(c.resource, ['google_compute_instance', 'google_compute_forwarding_rule', 'google_compute_global_forwarding_rule', 'google_compute_router_nat', 'google_compute_vpn_tunnel']).length > 0;
    c.fixed(used ? 'Address' : 'Address (not used)', () => c.fact(used ? 'IP address (standard VM)' : 'IP address (unused)', ['google_compute_address']));
  }
}

function cloudRun(c: Costing): void {
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Number of requests', ['google_cloud_run_v2_service', 'google_cloud_run_service']));
  c.unknown('vCPU and memory', 'usage', 'the price book tells the tiers of regions apart for some regions only');
}

/** The book has the price of a rule above the first five; those together cost two and a half times that. */
const rule = (c: Costing): void => c.fixed('Forwarding rule', () => c.fact('Forwarding rules', ['google_compute_forwarding_rule']), () => ({ value: decimal(1), low: decimal(1), high: decimal('2.5') }));
const logs = (c: Costing): void => c.onUsage('Logs ingested', 'monthly_data_ingested_gb', () => c.fact('Logging data'));

export const GOOGLE_RESOURCES: CosterTable = {
  google_compute_instance: instance,
  google_compute_instance_template: (c) => {
    c.elsewhere = 'priced with the groups that use it';
  },
  google_compute_instance_group_manager: groupManager,
  google_compute_region_instance_group_manager: groupManager,
  google_compute_disk: (c) => storageLine(c, 'Storage', { kind: () => c.text('type') ?? 'pd-standard', size: () => c.number('size') ?? decimal(500), count: () => ONE }),
  google_compute_region_disk: (c) => storageLine(c, 'Storage', { kind: () => c.text('type') ?? 'pd-standard', size: () => c.number('size') ?? decimal(500), count: () => ONE, regional: true }),
  google_compute_snapshot: (c) => c.onUsage('Storage', 'storage_gb', () => c.fact('Storage')),
  google_compute_address: address,
  google_compute_global_address: address,
  google_compute_forwarding_rule: rule,
  google_compute_global_forwarding_rule: rule,
  google_compute_router_nat: (c) => {
    c.onUsage('Assigned machines', 'assigned_vms', () => c.fact('Assigned VMs (first 32)'));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
  },
  google_compute_vpn_tunnel: (c) => c.fixed('Tunnel', () => c.fact('VPN Tunnel')),
  google_container_cluster: cluster,
  google_container_node_pool: nodePool,
  google_sql_database_instance: sqlInstance,
  google_redis_instance: redis,
  google_memcache_instance: (c) => c.unknown('Nodes', 'fixed', 'the price book has no prices of Memorystore for Memcached'),
  google_cloud_run_v2_service: cloudRun,
  google_cloud_run_service: cloudRun,
  google_cloudfunctions_function: (c) => c.onUsage('Invocations', 'monthly_requests', () => c.fact('Invocations')),
  google_cloudfunctions2_function: (c) => c.onUsage('Invocations', 'monthly_requests', () => c.fact('Number of requests', 'google_cloud_run_service')),
  google_storage_bucket: (c) => c.onUsage('Storage', 'storage_gb', () => c.fact(`Storage (${(c.text('storage_class') ?? 'STANDARD').toLowerCase()})`)),
  google_bigquery_dataset: (c) => c.onUsage('Queries', 'monthly_data_scanned_gb', () => c.fact('Queries (on-demand)')),
  google_bigquery_table: (c) => c.onUsage('Active storage', 'storage_gb', () => c.fact('Active storage')),
  google_pubsub_topic: (c) => c.onUsage('Messages in', 'monthly_data_ingested_gb', () => c.fact('Message ingestion data')),
  google_pubsub_subscription: (c) => c.onUsage('Messages out', 'monthly_egress_gb', () => c.fact('Message delivery data')),
  google_logging_project_sink: logs,
  google_logging_project_bucket_config: logs,
  google_kms_crypto_key: (c) => {
    const hardware = c.text('version_template.protection_level') === 'HSM';
    c.fixed('Key version', () => c.fact(hardware ? 'Key versions (first 2K)' : 'Key versions'));
  },
  google_secret_manager_secret: (c) => c.fixed('Secret version', () => c.fact('Active secret versions')),
  google_dns_managed_zone: (c) => c.fixed('Zone', () => c.fact('Managed zone')),
  google_artifact_registry_repository: (c) => c.onUsage('Storage', 'storage_gb', () => c.fact('Storage')),
};
