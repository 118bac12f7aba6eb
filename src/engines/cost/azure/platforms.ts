/** Analytics, machine learning, monitoring and edges of Azure. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import { azureMachinePrice } from '../../price-book/machine-prices.ts';
import { bySize, orRelated } from '../by-size.ts';
import type { Coster, Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';

/** Roles of a cluster with how many nodes each has where it does not say. */
const ROLES: readonly (readonly [block: string, label: string, count: number])[] = [['head_node', 'Head node', 2], ['worker_node', 'Worker node', 1], ['zookeeper_node', 'Zookeeper node', 3], ['edge_node', 'Edge node', 1], ['region_node', 'Region node', 1]];

/** A node is its machine and a charge on top, a fifth to three tenths of it, where the book has no row. */
function hadoop(c: Costing): void {
  const holder = c.list('roles')[0];
  if (holder === undefined) return c.unknown('Nodes', 'fixed', 'the roles of its nodes are not given');
  for (const [block, label, count] of ROLES) {
    for (const node of c.list(block, holder)) {
      c.fixed(`${label}s`, () => {
        const size = c.text('vm_size', node);
        if (size === undefined) throw new Undetermined(`vm_size of the ${label.toLowerCase()} is not given`);
        const about = { service: c.resource.type, dimension: `${label} (${size.replace(/_v(\d)$/, '_V$1')})` };
        return orRelated(c.fact(about.dimension), () => azureMachinePrice(c.book, size, c.region), '1.25', '1.2 to 1.3', about);
      }, () => c.number('target_instance_count', node) ?? count);
    }
  }
}

function learningCluster(c: Costing): void {
  const least = c.number('scale_settings.min_node_count') ?? decimal(0);
  const price = (): ReturnType<typeof azureMachinePrice> => azureMachinePrice(c.book, c.needed('vm_size'), c.region, 'linux', c.text('vm_priority') === 'LowPriority');
  if (least.isZero) c.onUsage('Nodes', 'monthly_run_hours', price, (hours) => hours);
  else c.fixed('Nodes', price, () => ({ value: least, low: least, high: c.number('scale_settings.max_node_count') ?? least }));
}

/** A rule is charged for each series that it watches: one for each criterion here. */
function metricAlert(c: Costing): void {
  const plain = c.list('criteria').length;
  const dynamic = c.list('dynamic_criteria').length;
  if (plain > 0 || dynamic === 0) c.fixed('Metrics', () => c.fact('Metrics monitoring'), () => Math.max(1, plain));
  if (dynamic > 0) c.fixed('Dynamic thresholds', () => c.fact('Dynamic threshold monitoring'), () => dynamic);
}

/** By how often it looks: every 1, 5, 10 or 15 minutes, and more seldom like 15. */
function queryAlert(c: Costing): void {
  const minutes = (): number => {
    const period = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(c.text('evaluation_frequency') ?? '');
    const given = period === null ? (c.number('frequency')?.toNumber() ?? 15) : Number(period[1] ?? '0') * 60 + Number(period[2] ?? '0');
    return [1, 5, 10].find((step) => given <= step) ?? 15;
  };
  c.fixed('Alert rule', () => c.fact(`Log alerts monitoring (${minutes()} minute frequency)`));
}

const NETWORKS: Readonly<Record<string, string>> = { Standard_Microsoft: 'Microsoft', Standard_Akamai: 'Akamai', Standard_Verizon: 'Verizon', Premium_Verizon: 'Premium Verizon' };

function edge(c: Costing): void {
  const profile = c.follow('profile_name', 'azurerm_cdn_profile');
  const network = (): string => NETWORKS[(profile === undefined ? undefined : c.on(profile).text('sku')) ?? 'Standard_Microsoft'] ?? 'Microsoft';
  c.onUsage('Data to people', 'monthly_egress_gb', () => c.fact(`Outbound data transfer (${network()}, first 10TB)`));
}

function healthCheck(c: Costing): void {
  const profile = c.follow('profile_id', 'azurerm_traffic_manager_profile');
  const fast = attempt(() => profile !== undefined && c.on(profile).text('monitor_config.interval_in_seconds') === '10');
  c.fixed('Health check', () => c.fact('Basic health check (Global)'));
  if ('value' in fast && fast.value) c.fixed('Short interval', () => c.fact('Fast interval health checks add-on (Global)'));
}

const COPIES: Readonly<Record<string, string>> = { LocallyRedundant: 'LRS', ZoneRedundant: 'ZRS', GeoRedundant: 'GRS' };

function vault(c: Costing): void {
  const kind = (): string => `${c.flag('cross_region_restore_enabled') ? 'RA-' : ''}${COPIES[c.text('storage_mode_type') ?? 'GeoRedundant'] ?? 'GRS'}`;
  c.onUsage('Protected machines up to 500 GB', 'protected_machines', () => c.fact('Instance backup (under 500 GB)'));
  c.onUsage('Backups', 'backup_gb', () => c.fact(`${kind()} data stored`));
}

/** Units of a data warehouse: the price is in proportion to them. */
function warehouse(c: Costing): void {
  const units = /^DW(\d+)c$/i.exec(c.needed('sku_name'))?.[1];
  c.fixed('Compute', () => (units === undefined ? c.fact(`DWU blocks (${c.needed('sku_name')})`) : bySize(c, c.resource.type, Number(units), [100, 200, 300, 400, 500, 1000], (count) => `DWU blocks (DW${count}c)`)));
  c.onUsage('Storage', 'storage_gb', () => c.fact('Storage'));
}

const NODE_CORES: Readonly<Record<string, number>> = { Small: 4, Medium: 8, Large: 16, XLarge: 32, XXLarge: 64 };

function spark(c: Costing): void {
  const cores = (): Decimal => decimal(NODE_CORES[c.text('node_size') ?? 'Small'] ?? 4).times(c.number('node_count') ?? c.number('auto_scale.min_node_count') ?? decimal(3));
  c.onUsage('Nodes', 'monthly_run_hours', () => c.fact('small (3 nodes)'), (hours) => hours.times(cores()));
}

function databricks(c: Costing): void {
  const variant = c.text('sku')?.toLowerCase() === 'premium' ? 'premium' : 'non_usage/standard';
  c.onUsage('All-purpose compute', 'monthly_all_purpose_dbu', () => c.fact(`All-purpose compute DBUs [case ${variant}]`), (units) => units);
  c.onUsage('Jobs compute', 'monthly_jobs_dbu', () => c.fact(`Jobs compute DBUs [case ${variant}]`), (units) => units);
}

const DEFENDER: Readonly<Record<string, string>> = { VirtualMachines: 'Defender for servers, plan 1', AppServices: 'Defender for app service', SqlServers: 'Defender for SQL, Azure-connected', KubernetesService: 'Defender for kubernetes', KeyVaults: 'Defender for Key Vault', Arm: 'Defender for ARM', Dns: 'Defender for DNS', Containers: 'Defender for containers', OpenSourceRelationalDatabases: 'Defender for PostgreSQL', CosmosDbs: 'Defender for Cosmos DB' };

function defender(c: Costing): void {
  if (c.text('tier') !== 'Standard') c.free = 'the free tier';
  else c.onUsage('Protected things', 'protected_resources', () => c.fact(DEFENDER[c.text('resource_type') ?? 'VirtualMachines'] ?? `Defender for ${c.text('resource_type') ?? ''}`));
}

const tiered = (attribute: string, otherwise: string, dimension: (tier: string) => string, name: string): Coster => (c) => c.fixed(name, () => c.fact(dimension(c.text(attribute) ?? otherwise)));

export const AZURE_PLATFORMS: CosterTable = {
  azurerm_hdinsight_hadoop_cluster: hadoop,
  azurerm_hdinsight_hbase_cluster: hadoop,
  azurerm_hdinsight_interactive_query_cluster: hadoop,
  azurerm_hdinsight_kafka_cluster: hadoop,
  azurerm_hdinsight_spark_cluster: hadoop,
  azurerm_machine_learning_compute_cluster: learningCluster,
  azurerm_machine_learning_compute_instance: (c) => c.fixed('Instance', () => azureMachinePrice(c.book, c.needed('virtual_machine_size'), c.region)),
  azurerm_monitor_metric_alert: metricAlert,
  azurerm_monitor_scheduled_query_rules_alert: queryAlert,
  azurerm_monitor_scheduled_query_rules_alert_v2: queryAlert,
  azurerm_cdn_endpoint: edge,
  azurerm_traffic_manager_azure_endpoint: healthCheck,
  azurerm_traffic_manager_external_endpoint: healthCheck,
  azurerm_traffic_manager_nested_endpoint: healthCheck,
  azurerm_recovery_services_vault: vault,
  azurerm_synapse_sql_pool: warehouse,
  azurerm_synapse_spark_pool: spark,
  azurerm_databricks_workspace: databricks,
  azurerm_security_center_subscription_pricing: defender,
  azurerm_network_ddos_protection_plan: (c) => c.fixed('Plan', () => c.fact('DDoS Protection Plan')),
  azurerm_app_service_environment: (c) => {
    c.fixed('Stamp', () => c.fact('Stamp fee'));
    c.fixed('Front ends', () => c.fact(`Instance usage (${c.text('pricing_tier') ?? 'I1'})`), () => 2);
  },
  azurerm_active_directory_domain_service: tiered('sku', 'Standard', (tier) => `Active directory domain service (${tier})`, 'Domain service'),
  azurerm_active_directory_domain_service_replica_set: (c) => {
    const parent = c.follow('domain_service_id', 'azurerm_active_directory_domain_service');
    c.fixed('Replica set', () => c.fact(`Active directory domain service replica set (${(parent === undefined ? undefined : c.on(parent).text('sku')) ?? 'Enterprise'})`));
  },
  azurerm_logic_app_integration_account: (c) => {
    if (c.text('sku_name') === 'Free') c.free = 'the free tier';
    else c.fixed('Account', () => c.fact(`Integration Account (${c.needed('sku_name')})`));
  },
  azurerm_logic_app_standard: (c) => {
    c.elsewhere = 'priced with its plan';
  },
  azurerm_managed_redis: tiered('sku_name', '', (sku) => `Cache usage (${sku})`, 'Cache'),
  azurerm_powerbi_embedded: tiered('sku_name', '', (sku) => `Node usage (${sku})`, 'Nodes'),
  azurerm_integration_service_environment: (c) => {
    const [tier = '', units = '0'] = c.needed('sku_name').split('_');
    c.fixed('Base unit', () => c.fact(`Base units [case ${tier === 'Developer' ? 'example2' : 'example/example1'}]`));
    if (Number(units) > 0) c.fixed('Scale units', () => c.fact('Scale units'), () => Number(units));
  },
};
