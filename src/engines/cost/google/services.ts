/** Databases, addresses, functions, files and messages of Google Cloud. */
import { Decimal, decimal } from '../../../domain/money.ts';
import type { Price, UnknownPrice } from '../../price-book/price.ts';
import { isPrice } from '../../price-book/price.ts';
import { reduced } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, numberIn, Undetermined } from '../costing.ts';

type Found = Price | UnknownPrice;

/** Editions and engines with prices of their own have keys of their own: Enterprise Plus, SQL Server. */
function sqlInstance(c: Costing): void {
  const regional = c.text('settings.availability_type') === 'REGIONAL';
  const where = regional ? 'regional' : 'zonal';
  const tier = c.needed('settings.tier');
  const plus = c.text('settings.edition') === 'ENTERPRISE_PLUS' || tier.startsWith('db-perf-optimized');
  const custom = /^db-custom-(\d+)-(\d+)$/.exec(tier);
  if (plus) c.fixed('Instance', () => c.fact(`SQL instance (${tier}, ${where}, Enterprise Plus)`));
  else if (custom !== null) {
    c.fixed('vCPU', () => c.fact(`vCPUs (1, ${where})`), () => Number(custom[1]));
    c.fixed('Memory', () => c.fact(`Memory (3.75 GB, ${where})`), () => decimal(custom[2] ?? '0').dividedBy(decimal(1024), 6));
  } else c.fixed('Instance', () => highMemory(c, tier, where));
  const server = attempt(() => /^SQLSERVER_\d+_(\w+)$/.exec(c.text('database_version') ?? '')?.[1]);
  if ('value' in server && server.value !== undefined && server.value !== 'EXPRESS') c.fixed('SQL Server licence', () => c.fact(`SQL Server licence (${server.value ?? ''})`), () => Number(custom?.[1] ?? 4));
  c.fixed('Storage', () => c.fact(`Storage (${(c.text('settings.disk_type') ?? 'PD_SSD').replace('PD_', '')}, ${where})`), () => c.number('settings.disk_size') ?? 10);
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backups'));
}

/** `db-n1-highmem-4` is 4 vCPUs and 26 GB at the rates of custom machines. */
function highMemory(c: Costing, tier: string, where: string): Found {
  const exact = c.fact(`SQL instance (${tier}, ${where})`);
  const size = Number(/^db-n1-highmem-(\d+)$/.exec(tier)?.[1] ?? '0');
  const [cpu, ram] = [c.fact(`vCPUs (1, ${where})`), c.fact(`Memory (3.75 GB, ${where})`)];
  if (isPrice(exact) || size === 0 || !isPrice(cpu) || !isPrice(ram)) return exact;
  const monthly = decimal('6.5').times(decimal(size)).times(ram.amount).dividedBy(decimal(730), 8);
  return { ...cpu, dimension: `SQL instance (${tier}, ${where})`, unit: 'hour', amount: cpu.amount.times(decimal(size)).plus(monthly), method: cpu.method === 'own' ? 'own' : cpu.method === 'estimated' ? 'estimated' : 'derived', note: `${size} vCPUs and ${size * 6.5} GB` };
}

function redis(c: Costing): void {
  const size = (): Decimal => c.number('memory_size_gb') ?? decimal(1);
  const capacity = (): string => `M${1 + [4, 10, 35, 100].filter((most) => size().compare(decimal(most)) > 0).length}`;
  const copies = decimal(c.text('tier') === 'STANDARD_HA' ? (c.number('replica_count') ?? decimal(1)).toNumber() : 1);
  c.fixed('Memory', () => c.fact(`Redis instance (${c.text('tier') === 'STANDARD_HA' ? 'standard' : 'basic'}, ${capacity()})`), () => size().times(copies));
}

const NODES: Readonly<Record<string, string>> = { REDIS_SHARED_CORE_NANO: 'shared core nano', REDIS_STANDARD_SMALL: 'standard small', REDIS_HIGHMEM_MEDIUM: 'highmem medium', REDIS_HIGHMEM_XLARGE: 'highmem xlarge' };

/** Every shard has a primary and its replicas. */
function redisCluster(c: Costing): void {
  c.fixed('Nodes', () => c.fact(`Cluster node (${NODES[c.text('node_type') ?? 'REDIS_HIGHMEM_MEDIUM'] ?? ''})`), () => (c.number('shard_count') ?? decimal(1)).times((c.number('replica_count') ?? decimal(0)).plus(decimal(1))));
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backups'));
}

function memcache(c: Costing): void {
  const count = (): Decimal => c.number('node_count') ?? decimal(1);
  c.fixed('vCPU of the nodes', () => c.fact('Memcached vCPU'), () => count().times(c.number('node_config.cpu_count') ?? decimal(1)));
  c.fixed('Memory of the nodes', () => c.fact('Memcached memory'), () => count().times(c.number('node_config.memory_size_mb') ?? decimal(1024)).dividedBy(decimal(1024), 6));
}

function address(c: Costing): void {
  if (c.text('address_type') === 'INTERNAL' || (c.text('purpose') !== undefined && c.text('purpose') !== 'NAT_AUTO')) c.free = 'internal addresses carry no charge';
  else {
    const used = c.list('users').length > 0 || c.world.leadingTo(c.resource, ['google_compute_instance', 'google_compute_forwarding_rule', 'google_compute_global_forwarding_rule', 'google_compute_router_nat', 'google_compute_vpn_tunnel']).length > 0;
    c.fixed(used ? 'Address' : 'Address (not used)', () => c.fact(used ? 'IP address (standard VM)' : 'IP address (unused)', ['google_compute_address']));
  }
}

const RULES = ['google_compute_forwarding_rule', 'google_compute_global_forwarding_rule'];

/** The first five rules of a project cost two and a half times one that follows; each rule bears an equal part. */
function forwardingRule(c: Costing): void {
  const count = Math.max(1, c.world.count(RULES));
  const each = decimal(2.5 + Math.max(0, count - 5)).dividedBy(decimal(count), 8);
  c.fixed('Forwarding rule', () => c.fact('Forwarding rules', ['google_compute_forwarding_rule']), () => ({ value: each, low: decimal('0.5'), high: decimal('2.5') }));
  c.notes.push(`its part of ${count} rule${count === 1 ? '' : 's'}: the first five together cost as much as two and a half further ones`);
  c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Ingress data', ['google_compute_forwarding_rule']));
}

/** Each machine is charged up to 32; more of them cost what 32 cost. */
function addressTranslation(c: Costing): void {
  const machines = c.usage.get('assigned_vms')?.value;
  const many = machines !== undefined && machines.compare(decimal(32)) >= 0;
  if (many) c.onUsage('Gateway with 32 machines or more', 'assigned_vms', () => c.fact('Gateway with 32 or more VMs'), () => decimal(730));
  else c.onUsage('Assigned machines', 'assigned_vms', () => c.fact('Assigned VMs (first 32)'));
  c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
}

/** Regions with the lower of the two price levels of Cloud Run. */
const FIRST_LEVEL = new Set(['asia-east1', 'asia-northeast1', 'asia-northeast2', 'asia-south1', 'europe-north1', 'europe-southwest1', 'europe-west1', 'europe-west4', 'europe-west8', 'europe-west9', 'me-west1', 'northamerica-south1', 'us-central1', 'us-east1', 'us-east4', 'us-east5', 'us-south1', 'us-west1']);

/** The book has the second level; the first is a sixth less for what always runs, two sevenths less for what runs on request. */
function runPrice(c: Costing, part: 'CPU' | 'Memory', always: boolean): Found {
  const label = always ? 'throttling_disabled' : 'throttling_enabled/throttling_enabled_no_usage';
  const row = `${part} allocation time (tier 2) [case ${label}]`;
  for (const dimension of [`${part} allocation time [${always ? 'always' : 'on request'}]`, row]) {
    const own = c.book.own.price('gcp', 'google_cloud_run_v2_service', c.region, dimension);
    if (own !== undefined) return { ...own, step: 'own' };
  }
  const found = c.book.fact('gcp', 'google_cloud_run_v2_service', 'europe-west3', row);
  if (!FIRST_LEVEL.has(c.region) || !isPrice(found)) return isPrice(found) ? { ...found, region: c.region } : found;
  const less = Decimal.one.dividedBy(decimal(always ? '1.2' : '1.4'), 12);
  const lower = reduced(found, less, `regions of the first level, 1 / ${always ? '1.2' : '1.4'}`);
  return isPrice(lower) ? { ...lower, amount: lower.amount.rounded(9), region: c.region } : lower;
}

/** `1000m`, `2`; `512Mi`, `1Gi`. */
function quantityOf(text: string | undefined, otherwise: string): Decimal {
  const found = /^([\d.]+)\s*(m|Mi|Gi|M|G)?$/.exec(text ?? otherwise);
  if (found === null) throw new Undetermined(`${text ?? ''} is no quantity`);
  const number = numberIn(found[1] ?? '0', 'a quantity');
  return found[2] === 'm' ? number.dividedBy(decimal(1000), 6) : found[2]?.startsWith('M') === true ? number.dividedBy(decimal(1024), 6) : number;
}

/** Requests by traffic; instances that are kept, and those whose processor is never taken away, by time. */
function cloudRun(c: Costing): void {
  const second = c.resource.type === 'google_cloud_run_v2_service';
  const at = second ? 'template.containers' : 'template.spec.containers';
  const note = (name: string): string | undefined => {
    const read = attempt(() => c.value('template.metadata.annotations'));
    const found = 'value' in read && typeof read.value === 'object' && read.value !== null ? (read.value as Record<string, unknown>)[name] : undefined;
    return typeof found === 'string' ? found : undefined;
  };
  const always = attempt(() => (second ? c.text(`${at}.resources.cpu_idle`) === 'false' : note('run.googleapis.com/cpu-throttling') === 'false'));
  const kept = attempt(() => (second ? c.number('template.scaling.min_instance_count') ?? c.number('scaling.min_instance_count') : numberIn(note('autoscaling.knative.dev/minScale') ?? '0', 'minScale')) ?? decimal(0));
  const cpu = (): Decimal => quantityOf(c.text(`${at}.resources.limits.cpu`), '1');
  const memory = (): Decimal => quantityOf(c.text(`${at}.resources.limits.memory`), '512Mi');
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Number of requests', ['google_cloud_run_v2_service', 'google_cloud_run_service']));
  const runsAlways = 'value' in always && always.value;
  const parts = [['vCPU', 'CPU', cpu], ['Memory', 'Memory', memory]] as const;
  if ('value' in kept && !kept.value.isZero) {
    for (const [name, part, amount] of parts) {
      const price = (): Found => (runsAlways ? runPrice(c, part, true) : c.fact(`${part} of idle instances`, 'google_cloud_run_v2_service'));
      c.fixed(`${name} of instances that are kept`, price, () => kept.value.times(amount()));
    }
  }
  for (const [name, part, amount] of parts) {
    if (runsAlways) c.onUsage(`${name} of further instances`, 'monthly_run_hours', () => runPrice(c, part, true), (hours) => hours.times(decimal(3600)).times(amount()));
    else c.onUsage(name, 'monthly_requests', () => runPrice(c, part, false), (requests) => requests.times(milliseconds(c)).times(decimal('0.001')).times(amount()));
  }
}

function milliseconds(c: Costing): Decimal {
  const duration = c.usage.get('request_duration_ms')?.value;
  if (duration === undefined) throw new Undetermined('depends on usage: request_duration_ms');
  return duration;
}

/** A job runs as long as it runs: hours of its tasks. */
function runJob(c: Costing): void {
  const at = 'template.template.containers.resources.limits';
  c.onUsage('vCPU', 'monthly_run_hours', () => runPrice(c, 'CPU', true), (hours) => hours.times(decimal(3600)).times(quantityOf(c.text(`${at}.cpu`), '1')));
  c.onUsage('Memory', 'monthly_run_hours', () => runPrice(c, 'Memory', true), (hours) => hours.times(decimal(3600)).times(quantityOf(c.text(`${at}.memory`), '512Mi')));
}

/** MHz that come with a memory of so many MB. */
const SPEEDS: readonly (readonly [megabytes: number, megahertz: number])[] = [[128, 200], [256, 400], [512, 800], [1024, 1400], [2048, 2400], [8192, 4800]];

function cloudFunction(c: Costing): void {
  c.onUsage('Invocations', 'monthly_requests', () => c.fact('Invocations'));
  const memory = (): Decimal => c.number('available_memory_mb') ?? decimal(256);
  const seconds = (requests: Decimal): Decimal => requests.times(milliseconds(c)).times(decimal('0.001'));
  c.onUsage('Memory', 'monthly_requests', () => c.fact('Memory'), (requests) => seconds(requests).times(memory().dividedBy(decimal(1024), 6)));
  c.onUsage('CPU', 'monthly_requests', () => c.fact('CPU'), (requests) => seconds(requests).times(decimal(SPEEDS.find(([most]) => memory().compare(decimal(most)) <= 0)?.[1] ?? 4800).dividedBy(decimal(1000), 3)));
}

function bucket(c: Costing): void {
  const kind = (): string => (c.text('storage_class') ?? 'STANDARD').toLowerCase().replace(/^(multi_regional|regional)$/, 'standard');
  c.onUsage('Storage', 'storage_gb', () => c.fact(`Storage (${kind()})`));
  const rare = attempt(kind);
  if ('value' in rare && rare.value !== 'standard') c.onUsage('Data retrieved', 'monthly_data_retrieved_gb', () => c.fact(`Data retrieval (${rare.value})`), (gb) => gb);
}

/** Versions are charged where the model has them; a secret without one in the model is taken to have one. */
function secret(c: Costing): void {
  if (c.world.leadingTo(c.resource, ['google_secret_manager_secret_version']).length > 0) c.elsewhere = 'priced by its versions';
  else c.fixed('Secret version', () => c.fact('Active secret versions'), () => places(c));
  c.onUsage('Reads', 'monthly_requests', () => c.fact('Access operations'));
}

/** A version costs the same in each place it is kept in; automatic replication counts as one. */
function places(c: Costing): number {
  return Math.max(1, c.list('replication.user_managed.replicas').length);
}

function secretVersion(c: Costing): void {
  const parent = c.follow('secret', 'google_secret_manager_secret');
  if (c.text('enabled') === 'false') c.free = 'a version that is disabled carries no charge';
  else c.fixed('Secret version', () => c.fact('Active secret versions'), () => (parent === undefined ? 1 : places(c.on(parent))));
}

/** Proxies of a region's balancers are charged by instance and data; the global ones come with their forwarding rules. */
const proxy = (c: Costing): void => {
  c.onUsage('Proxy instances', 'proxy_instances', () => c.fact('Proxy instance'));
  c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
};

const logs = (c: Costing): void => c.onUsage('Logs ingested', 'monthly_data_ingested_gb', () => c.fact('Logging data'));

export const GOOGLE_SERVICES: CosterTable = {
  google_compute_address: address,
  google_compute_global_address: address,
  google_compute_forwarding_rule: forwardingRule,
  google_compute_global_forwarding_rule: forwardingRule,
  google_compute_router_nat: addressTranslation,
  google_compute_target_http_proxy: proxy,
  google_compute_target_https_proxy: proxy,
  google_compute_target_grpc_proxy: proxy,
  google_compute_target_ssl_proxy: proxy,
  google_compute_target_tcp_proxy: proxy,
  google_compute_region_target_http_proxy: proxy,
  google_compute_region_target_https_proxy: proxy,
  google_compute_vpn_tunnel: (c) => c.fixed('Tunnel', () => c.fact('VPN Tunnel')),
  google_sql_database_instance: sqlInstance,
  google_redis_instance: redis,
  google_redis_cluster: redisCluster,
  google_memcache_instance: memcache,
  google_cloud_run_v2_service: cloudRun,
  google_cloud_run_service: cloudRun,
  google_cloud_run_v2_job: runJob,
  google_cloudfunctions_function: cloudFunction,
  google_cloudfunctions2_function: (c) => {
    c.onUsage('Invocations', 'monthly_requests', () => c.fact('Number of requests', ['google_cloud_run_v2_service', 'google_cloud_run_service']));
    c.onUsage('vCPU', 'monthly_requests', () => runPrice(c, 'CPU', false), (requests) => requests.times(milliseconds(c)).times(decimal('0.001')).times(quantityOf(c.text('service_config.available_cpu'), '0.1666')));
    c.onUsage('Memory', 'monthly_requests', () => runPrice(c, 'Memory', false), (requests) => requests.times(milliseconds(c)).times(decimal('0.001')).times(quantityOf(c.text('service_config.available_memory'), '256M')));
  },
  google_storage_bucket: bucket,
  google_bigquery_dataset: (c) => c.onUsage('Queries', 'monthly_data_scanned_gb', () => c.fact('Queries (on-demand)')),
  google_bigquery_table: (c) => c.onUsage('Active storage', 'storage_gb', () => c.fact('Active storage')),
  google_pubsub_topic: (c) => c.onUsage('Messages in', 'monthly_data_ingested_gb', () => c.fact('Message ingestion data')),
  google_pubsub_subscription: (c) => {
    c.onUsage('Messages out', 'monthly_egress_gb', () => c.fact('Message delivery data'));
    if (c.flag('retain_acked_messages')) c.onUsage('Kept messages', 'storage_gb', () => c.fact('Retained acknowledged message storage'));
  },
  google_logging_project_sink: logs,
  google_logging_project_bucket_config: logs,
  google_kms_crypto_key: (c) => {
    const hardware = c.text('version_template.protection_level') === 'HSM';
    const signing = (c.text('purpose') ?? 'ENCRYPT_DECRYPT').startsWith('ASYMMETRIC');
    c.fixed('Key version', () => c.fact(hardware && signing ? 'Key versions (first 2K)' : 'Key versions'));
    c.onUsage('Operations', 'monthly_requests', () => c.fact(`Operations [case ${hardware ? 'my_keys_withUsage' : 'my_keys/with_rotate_withUsage'}]`));
  },
  google_secret_manager_secret: secret,
  google_secret_manager_secret_version: secretVersion,
  google_dns_managed_zone: (c) => c.fixed('Zone', () => c.fact('Managed zone')),
  google_artifact_registry_repository: (c) => c.onUsage('Storage', 'storage_gb', () => c.fact('Storage')),
};
