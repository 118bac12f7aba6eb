/**
 * Public list prices that are known from elsewhere than the sources of the price book (the vendors' price
 * pages, as people who work with them know them by heart), against what the engine answers.
 *
 * The shares are printed; a release must not make them worse. Figures that the vendors have changed since
 * the book was gathered count as wrong here, too.
 */
import { expect, test } from 'vitest';
import type { AttributeValue } from '../infrastructure/model.ts';
import type { ResourceCost } from './cost-line.ts';
import { totalOf } from './difference.ts';
import { estimateCost } from './estimate.ts';
import { modelOf, resource, shippedBook } from './testing/infrastructure.ts';
import { Usage } from './usage.ts';

type Attributes = { readonly [name: string]: AttributeValue };
type Known = readonly [type: string, region: string, attributes: Attributes, monthly: number];

const instances: Known[] = (
  [
    ['t2.micro', 0.0116], ['t3.micro', 0.0104], ['t3.medium', 0.0416], ['t4g.medium', 0.0336], ['m4.large', 0.1], ['m5.large', 0.096], ['m5.4xlarge', 0.768], ['m6i.large', 0.096], ['m6g.large', 0.077], ['m7g.large', 0.0816], ['m7i.large', 0.1008],
    ['c5.large', 0.085], ['c6i.xlarge', 0.17], ['c6g.large', 0.068], ['c7g.large', 0.0725], ['r5.large', 0.126], ['r6g.large', 0.1008], ['r6i.xlarge', 0.252], ['i3.large', 0.156], ['g4dn.xlarge', 0.526], ['g5.xlarge', 1.006], ['p3.2xlarge', 3.06], ['z1d.large', 0.186], ['inf1.xlarge', 0.228],
  ] as const
).map(([type, hour]) => ['aws_instance', 'us-east-1', { instance_type: type }, hour * 730]);
const elsewhere: Known[] = (
  [['eu-west-1', 0.107], ['eu-central-1', 0.115], ['ap-northeast-1', 0.124], ['ap-southeast-2', 0.12], ['ap-south-1', 0.101], ['sa-east-1', 0.153], ['us-west-1', 0.112], ['eu-west-2', 0.111], ['ca-central-1', 0.107], ['eu-north-1', 0.102]] as const
).map(([region, hour]) => ['aws_instance', region, { instance_type: 'm5.large' }, hour * 730]);
const databases: Known[] = (
  [['mysql', 'db.t3.micro', 0.017], ['postgres', 'db.t3.medium', 0.072], ['postgres', 'db.m5.large', 0.178], ['mysql', 'db.r5.large', 0.24], ['mysql', 'db.m6g.large', 0.152], ['mysql', 'db.t4g.micro', 0.016]] as const
).map(([engine, instance_class, hour]) => ['aws_db_instance', 'us-east-1', { engine, instance_class, allocated_storage: 100, storage_type: 'gp3' }, hour * 730 + 11.5]);
const caches: Known[] = (
  [['cache.t3.micro', 0.017], ['cache.m5.large', 0.156], ['cache.r5.large', 0.216], ['cache.r6g.large', 0.206], ['cache.t4g.small', 0.032], ['cache.m6g.large', 0.149]] as const
).map(([node_type, hour]) => ['aws_elasticache_cluster', 'us-east-1', { engine: 'redis', node_type, num_cache_nodes: 1 }, hour * 730]);
const search: Known[] = (
  [['t3.small.search', 0.036], ['m5.large.search', 0.142], ['r5.large.search', 0.186], ['m6g.large.search', 0.128], ['r6g.large.search', 0.167]] as const
).map(([instance_type, hour]) => ['aws_opensearch_domain', 'us-east-1', { cluster_config: [{ instance_type, instance_count: 1 }] }, hour * 730]);
const gateways: Known[] = (
  [['us-east-1', 0.045], ['eu-central-1', 0.052], ['ap-northeast-1', 0.062], ['ap-southeast-2', 0.059], ['sa-east-1', 0.093], ['eu-west-2', 0.05], ['us-west-1', 0.048]] as const
).map(([region, hour]) => ['aws_nat_gateway', region, {}, hour * 730]);
const balancers: Known[] = (
  [['us-east-1', 0.0225], ['eu-west-1', 0.0252], ['eu-central-1', 0.027], ['ap-northeast-1', 0.0243], ['ap-southeast-2', 0.0252], ['sa-east-1', 0.034], ['us-west-1', 0.0252]] as const
).map(([region, hour]) => ['aws_lb', region, {}, hour * 730]);
const volumes: Known[] = (
  [['us-east-1', 'gp2', 10], ['us-east-1', 'gp3', 8], ['us-east-1', 'st1', 4.5], ['us-east-1', 'sc1', 1.5], ['eu-central-1', 'gp3', 9.52], ['eu-central-1', 'gp2', 11.9], ['ap-northeast-1', 'gp2', 12], ['ap-northeast-1', 'gp3', 9.6], ['sa-east-1', 'gp2', 19]] as const
).map(([region, type, monthly]) => ['aws_ebs_volume', region, { type, size: 100 }, monthly]);
const others: Known[] = [
  ['aws_eip', 'eu-west-3', {}, 3.65],
  ['aws_eks_cluster', 'eu-west-1', {}, 73],
  ['aws_vpn_connection', 'us-east-1', {}, 36.5],
  ['aws_ec2_transit_gateway_vpc_attachment', 'us-east-1', {}, 36.5],
  ['aws_kms_key', 'ap-south-1', {}, 1],
  ['aws_secretsmanager_secret', 'us-west-2', {}, 0.4],
  ['aws_route53_zone', 'us-east-1', {}, 0.5],
  ['aws_msk_cluster', 'us-east-1', { number_of_broker_nodes: 3, broker_node_group_info: [{ instance_type: 'kafka.m5.large', ebs_volume_size: 100 }] }, 3 * 0.21 * 730 + 30],
  ['aws_docdb_cluster_instance', 'us-east-1', { instance_class: 'db.r5.large' }, 0.277 * 730],
  ['aws_docdb_cluster_instance', 'us-east-1', { instance_class: 'db.t3.medium' }, 0.078 * 730],
  ['aws_rds_cluster_instance', 'us-east-1', { engine: 'aurora-postgresql', instance_class: 'db.r5.large' }, 0.29 * 730],
  ['aws_rds_cluster_instance', 'us-east-1', { engine: 'aurora-mysql', instance_class: 'db.r6g.large' }, 0.26 * 730],
  ['aws_redshift_cluster', 'us-east-1', { node_type: 'ra3.4xlarge', number_of_nodes: 2 }, 6.52 * 730],
  ['aws_redshift_cluster', 'us-east-1', { node_type: 'ra3.xlplus' }, 1.086 * 730],
  ['aws_kinesis_stream', 'us-east-1', { shard_count: 2 }, 21.9],
  ['aws_networkfirewall_firewall', 'us-east-1', { subnet_mapping: [{}] }, 288.35],
  ['aws_mwaa_environment', 'us-east-1', { environment_class: 'mw1.small' }, 357.7],
  ['aws_directory_service_directory', 'us-east-1', { type: 'MicrosoftAD', edition: 'Standard' }, 87.6],
  ['aws_cloudwatch_dashboard', 'us-east-1', {}, 3],
  ['aws_mq_broker', 'us-east-1', { engine_type: 'ActiveMQ', host_instance_type: 'mq.m5.large' }, 0.288 * 730],
];
const azure: Known[] = (
  [['eastus', 'Standard_B1s', 0.0104], ['eastus', 'Standard_B2s', 0.0416], ['eastus', 'Standard_B2ms', 0.0832], ['eastus', 'Standard_D2s_v3', 0.096], ['eastus', 'Standard_D4s_v5', 0.192], ['eastus', 'Standard_E2s_v3', 0.126], ['eastus', 'Standard_E4s_v5', 0.252], ['eastus', 'Standard_F2s_v2', 0.0846], ['eastus', 'Standard_DS2_v2', 0.146], ['eastus', 'Standard_NC6s_v3', 3.06], ['westeurope', 'Standard_D2s_v3', 0.12], ['westeurope', 'Standard_D2s_v5', 0.115], ['northeurope', 'Standard_D2s_v3', 0.107], ['uksouth', 'Standard_D2s_v3', 0.116]] as const
).map(([location, size, hour]) => ['azurerm_linux_virtual_machine', location, { size }, hour * 730]);
const azureOthers: Known[] = [
  ['azurerm_windows_virtual_machine', 'eastus', { size: 'Standard_D2s_v3' }, 0.188 * 730],
  ['azurerm_nat_gateway', 'eastus', {}, 32.85],
  ['azurerm_public_ip', 'eastus', { allocation_method: 'Static', sku: 'Standard' }, 3.65],
  ['azurerm_bastion_host', 'eastus', {}, 138.7],
  ['azurerm_virtual_network_gateway', 'eastus', { type: 'Vpn', sku: 'VpnGw1' }, 138.7],
  ['azurerm_firewall', 'eastus', { sku_tier: 'Standard' }, 912.5],
  ['azurerm_service_plan', 'eastus', { sku_name: 'P1v3', os_type: 'Linux' }, 113.15],
  ['azurerm_service_plan', 'eastus', { sku_name: 'B1', os_type: 'Linux' }, 13.14],
  ['azurerm_service_plan', 'eastus', { sku_name: 'S1', os_type: 'Windows' }, 73],
  ['azurerm_mssql_database', 'eastus', { sku_name: 'GP_Gen5_2', max_size_gb: 32 }, 371.9],
  ['azurerm_postgresql_flexible_server', 'eastus', { sku_name: 'GP_Standard_D2s_v3', storage_mb: 32768 }, 133.62],
  ['azurerm_postgresql_flexible_server', 'eastus', { sku_name: 'B_Standard_B1ms', storage_mb: 32768 }, 16.09],
  ['azurerm_redis_cache', 'eastus', { sku_name: 'Premium', family: 'P', capacity: 1 }, 404.42],
  ['azurerm_redis_cache', 'eastus', { sku_name: 'Standard', family: 'C', capacity: 1 }, 100.74],
  ['azurerm_managed_disk', 'eastus', { storage_account_type: 'Premium_LRS', disk_size_gb: 128 }, 19.71],
  ['azurerm_managed_disk', 'eastus', { storage_account_type: 'Premium_LRS', disk_size_gb: 512 }, 73.22],
  ['azurerm_managed_disk', 'eastus', { storage_account_type: 'StandardSSD_LRS', disk_size_gb: 128 }, 9.6],
  ['azurerm_kubernetes_cluster', 'eastus', { sku_tier: 'Standard' }, 73],
];
const google: Known[] = (
  [['us-central1', 'e2-micro', 0.008376], ['us-central1', 'e2-medium', 0.033503], ['us-central1', 'e2-standard-4', 0.134012], ['us-central1', 'n1-standard-1', 0.03325], ['us-central1', 'n2-standard-4', 0.155389], ['us-central1', 'n2d-standard-2', 0.067594], ['us-central1', 'c3-standard-4', 0.201608], ['us-central1', 'g2-standard-4', 0.706832], ['us-central1', 'a2-highgpu-1g', 3.673385], ['europe-west1', 'e2-medium', 0.036852]] as const
).map(([region, machine_type, hour]) => ['google_compute_instance', region, { zone: `${region}-b`, machine_type, boot_disk: [{ initialize_params: [{ size: 10, type: 'pd-standard' }] }] }, hour * 730 + 0.4]);
const googleOthers: Known[] = [
  ['google_container_cluster', 'us-central1', { location: 'us-central1', remove_default_node_pool: true }, 73],
  ['google_sql_database_instance', 'us-central1', { settings: [{ tier: 'db-custom-2-7680', disk_size: 100 }] }, 98.62 + 17],
  ['google_sql_database_instance', 'us-central1', { settings: [{ tier: 'db-f1-micro', disk_size: 10 }] }, 7.67 + 1.7],
  ['google_redis_instance', 'us-central1', { tier: 'BASIC', memory_size_gb: 1 }, 35.77],
  ['google_compute_disk', 'us-central1', { type: 'pd-ssd', size: 100 }, 17],
  ['google_compute_disk', 'us-central1', { type: 'pd-balanced', size: 100 }, 10],
  ['google_compute_address', 'us-central1', {}, 7.3],
  ['google_compute_vpn_tunnel', 'us-central1', {}, 36.5],
  ['google_compute_forwarding_rule', 'us-central1', {}, 18.25],
  ['google_dns_managed_zone', 'us-central1', {}, 0.2],
];

/** A disk of its own that the figures do not have. */
const WITHOUT_DISKS = new Set(['aws_instance', 'azurerm_linux_virtual_machine', 'azurerm_windows_virtual_machine']);

function monthlyOf(cost: ResourceCost | undefined): number | undefined {
  if (cost === undefined) return undefined;
  const lines = WITHOUT_DISKS.has(cost.type) ? cost.lines.filter((line) => line.name.startsWith('Instance')) : cost.lines.filter((line) => line.kind === 'fixed');
  if (lines.length === 0 || lines.some((line) => line.monthly === undefined)) return undefined;
  return WITHOUT_DISKS.has(cost.type) ? lines.reduce((sum, line) => sum + (line.monthly?.value.toNumber() ?? 0), 0) : totalOf(cost).toNumber();
}

test('more than 100 configurations cost what the vendors print', () => {
  const known = [...instances, ...elsewhere, ...databases, ...caches, ...search, ...gateways, ...balancers, ...volumes, ...others, ...azure, ...azureOthers, ...google, ...googleOthers];
  const shares = { exact: 0, near: 0, wrong: 0, unknown: 0 };
  const misses: string[] = [];
  for (const [type, region, attributes, expected] of known) {
    const placed = type.startsWith('aws') ? { ...attributes, region } : type.startsWith('azurerm') ? { ...attributes, location: region } : { region, ...attributes };
    const [cost] = estimateCost(modelOf([resource(`${type}.a`, placed)]), shippedBook, { today: '2026-11-22', usage: new Usage() }).resources;
    const found = monthlyOf(cost);
    const off = found === undefined ? undefined : Math.abs(found / expected - 1);
    const share = off === undefined ? 'unknown' : off <= 0.02 ? 'exact' : off <= 0.1 ? 'near' : 'wrong';
    shares[share] += 1;
    if (share !== 'exact') misses.push(`${share}: ${type} ${region} ${JSON.stringify(attributes)}: ${found?.toFixed(2) ?? cost?.lines.find((line) => line.unknown !== undefined)?.unknown ?? '-'}, known as ${expected.toFixed(2)}${cost?.lines.some((line) => line.price?.method === 'estimated') === true ? ' (estimated)' : ''}`);
  }
  console.log(`known prices: ${known.length} configurations, ${shares.exact} within 2 %, ${shares.near} within 10 %, ${shares.unknown} unknown, ${shares.wrong} wrong\n${misses.join('\n')}`);
  expect(known.length).toBeGreaterThanOrEqual(100);
  expect(shares.exact / known.length).toBeGreaterThanOrEqual(0.8);
  expect(shares.wrong / known.length).toBeLessThanOrEqual(0.05);
});
