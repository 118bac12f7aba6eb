/**
 * An imported price reaches the estimate: for what a vendor's row names, the estimate of the resource that
 * uses it takes exactly that price, whatever it is. One row for each way in: list, retail prices, SKUs, bill.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../domain/money.ts';
import { printCsv } from '../../formats/price-list/csv.ts';
import { BOOK_COLUMNS } from '../../formats/price-list/imported-price.ts';
import { readPriceList } from '../../formats/price-list/read-price-list.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { PriceBook } from '../price-book/price-book.ts';
import type { Price } from '../price-book/price.ts';
import { ec2Price } from '../price-book/machine-prices.ts';
import { isPrice } from '../price-book/price.ts';
import { estimateCost } from './estimate.ts';
import { modelOf, resource, shipped } from './testing/infrastructure.ts';
import { Usage } from './usage.ts';

type Attributes = { readonly [name: string]: AttributeValue };

/** The book with what a list has in it. */
function bookWith(text: string): PriceBook {
  const rows = readPriceList(text, 'list').prices.map((price) => [price.provider, price.service, price.region, price.dimension, price.unit, price.amount.toString(), price.asOf, price.source, 'listed', 'high']);
  return new PriceBook(shipped, [{ name: 'list.csv', text: printCsv([[...BOOK_COLUMNS], ...rows]) }]);
}

function priceOf(book: PriceBook, type: string, attributes: Attributes, line: string): Price | undefined {
  const model = modelOf([resource(`${type}.a`, attributes)], 'us-east-1');
  const [cost] = estimateCost(model, book, { today: '2026-11-22', usage: new Usage('small') }).resources;
  return cost?.lines.find((one) => one.name.startsWith(line))?.price;
}

/** Positive prices as vendors write them. */
const amounts = fc.integer({ min: 1, max: 99_999_999 }).map((digits) => decimal(digits).times(decimal('0.0000001')));

type Row = readonly [offer: string, usageType: string, operation: string, unit: string, type: string, attributes: Attributes, line: string, more?: Readonly<Record<string, string>>];

const AWS: readonly Row[] = [
  ['AmazonEC2', 'BoxUsage:m5.large', 'RunInstances', 'Hrs', 'aws_instance', { instance_type: 'm5.large' }, 'Instance usage', { instanceType: 'm5.large', operatingSystem: 'Linux', tenancy: 'Shared', capacitystatus: 'Used', preInstalledSw: 'NA' }],
  ['AmazonEC2', 'EBS:VolumeUsage.gp3', '', 'GB-Mo', 'aws_ebs_volume', { type: 'gp3', size: 100 }, 'Storage'],
  ['AmazonEC2', 'EBS:VolumeP-IOPS.gp3', '', 'IOPS-Mo', 'aws_ebs_volume', { type: 'gp3', size: 100, iops: 4000 }, 'Storage: IOPS'],
  ['AmazonEC2', 'NatGateway-Hours', '', 'Hrs', 'aws_nat_gateway', {}, 'NAT gateway'],
  ['AmazonVPC', 'PublicIPv4:InUseAddress', '', 'Hrs', 'aws_eip', {}, 'Public IPv4'],
  ['AmazonVPC', 'VpcEndpoint-Hours', '', 'Hrs', 'aws_vpc_endpoint', { vpc_endpoint_type: 'Interface', subnet_ids: ['a'] }, 'Endpoint'],
  ['AmazonVPC', 'TransitGateway-Hours', '', 'Hrs', 'aws_ec2_transit_gateway_vpc_attachment', {}, 'Attachment'],
  ['AWSELB', 'LoadBalancerUsage', 'LoadBalancing:Application', 'Hrs', 'aws_lb', {}, 'Application load balancer'],
  ['AWSELB', 'LCUUsage', 'LoadBalancing:Network', 'LCU-Hrs', 'aws_lb', { load_balancer_type: 'network' }, 'Capacity units'],
  ['AWSELB', 'LoadBalancerUsage', 'LoadBalancing', 'Hrs', 'aws_elb', {}, 'Classic load balancer'],
  ['AmazonRDS', 'InstanceUsage:db.m5.large', 'CreateDBInstance:0014', 'Hrs', 'aws_db_instance', { engine: 'postgres', instance_class: 'db.m5.large', allocated_storage: 20 }, 'Database instance', { databaseEngine: 'PostgreSQL', deploymentOption: 'Single-AZ', instanceType: 'db.m5.large' }],
  ['AmazonRDS', 'Multi-AZUsage:db.m5.large', 'CreateDBInstance:0002', 'Hrs', 'aws_db_instance', { engine: 'mysql', instance_class: 'db.m5.large', allocated_storage: 20, multi_az: true }, 'Database instance', { databaseEngine: 'MySQL', deploymentOption: 'Multi-AZ', instanceType: 'db.m5.large' }],
  ['AmazonRDS', 'RDS:Multi-AZ-GP3-Storage', '', 'GB-Mo', 'aws_db_instance', { engine: 'mysql', instance_class: 'db.m5.large', allocated_storage: 20, multi_az: true, storage_type: 'gp3' }, 'Storage'],
  ['AmazonRDS', 'InstanceUsage:db.r5.large', 'CreateDBInstance:0021', 'Hrs', 'aws_rds_cluster_instance', { engine: 'aurora-postgresql', instance_class: 'db.r5.large' }, 'Database instance', { databaseEngine: 'Aurora PostgreSQL', deploymentOption: 'Single-AZ', instanceType: 'db.r5.large' }],
  ['AmazonElastiCache', 'NodeUsage:cache.r6g.large', '', 'Hrs', 'aws_elasticache_replication_group', { node_type: 'cache.r6g.large', engine: 'valkey' }, 'Nodes', { cacheEngine: 'Valkey', instanceType: 'cache.r6g.large' }],
  ['AmazonES', 'ESInstance:m5.large', '', 'Hrs', 'aws_opensearch_domain', { cluster_config: [{ instance_type: 'm5.large.search' }] }, 'Data nodes'],
  ['AmazonRedshift', 'Node:ra3.4xlarge', '', 'Hrs', 'aws_redshift_cluster', { node_type: 'ra3.4xlarge' }, 'Nodes'],
  ['AmazonMSK', 'Kafka.m5.large', '', 'Hrs', 'aws_msk_cluster', { number_of_broker_nodes: 3, broker_node_group_info: [{ instance_type: 'kafka.m5.large', ebs_volume_size: 10 }] }, 'Brokers'],
  ['AmazonMemoryDB', 'NodeUsage:db.r6g.large', '', 'Hrs', 'aws_memorydb_cluster', { node_type: 'db.r6g.large' }, 'Nodes'],
  ['AmazonDocDB', 'InstanceUsage:db.r5.large', '', 'Hrs', 'aws_docdb_cluster_instance', { instance_class: 'db.r5.large' }, 'Database instance'],
  ['AmazonNeptune', 'InstanceUsage:db.r5.large', '', 'Hrs', 'aws_neptune_cluster_instance', { instance_class: 'db.r5.large' }, 'Database instance'],
  ['AmazonSageMaker', 'Host:ml.m5.large', '', 'Hrs', 'aws_sagemaker_endpoint_configuration', { production_variants: [{ instance_type: 'ml.m5.large' }] }, 'Instances'],
  ['AmazonDynamoDB', 'WriteCapacityUnit-Hrs', '', 'WriteCapacityUnit-Hrs', 'aws_dynamodb_table', { write_capacity: 5, read_capacity: 5 }, 'Write capacity'],
  ['AmazonS3', 'TimedStorage-ByteHrs', '', 'GB-Mo', 'aws_s3_bucket', {}, 'Storage (standard)'],
  ['AWSLambda', 'Lambda-GB-Second', '', 'Lambda-GB-Second', 'aws_lambda_function', { memory_size: 512 }, 'Duration'],
  ['AWSQueueService', 'Requests-Tier1', '', 'Requests', 'aws_sqs_queue', {}, 'Requests'],
  ['awskms', 'us-east-1-KMS-Keys', '', 'Keys', 'aws_kms_key', {}, 'Key'],
  ['AWSSecretsManager', 'AWSSecretsManager-Secrets', '', 'Secrets', 'aws_secretsmanager_secret', {}, 'Secret'],
  ['AmazonCloudWatch', 'DataProcessing-Bytes', '', 'GB', 'aws_cloudwatch_log_group', {}, 'Data ingested'],
  ['AmazonEKS', 'AmazonEKS-Hours:perCluster', '', 'Hours', 'aws_eks_cluster', {}, 'Control plane'],
  ['AmazonEFS', 'TimedStorage-ByteHrs', '', 'GB-Mo', 'aws_efs_file_system', {}, 'Storage'],
  ['AmazonECR', 'TimedStorage-ByteHrs', '', 'GB-Mo', 'aws_ecr_repository', {}, 'Storage'],
  ['AmazonKinesis', 'Storage-ShardHour', '', 'ShardHour', 'aws_kinesis_stream', { shard_count: 2 }, 'Shards'],
  ['AmazonApiGateway', 'ApiGatewayRequest', '', 'Requests', 'aws_api_gateway_rest_api', {}, 'Requests'],
];

const expected = (price: string, unit: string): string => (unit === 'Requests' ? decimal(price).times(decimal(1_000_000)).toString() : price);

describe('an AWS price list', () => {
  test.each(AWS.map((row) => ({ name: `${row[0]} ${row[1]} ${row[2]}`, row })))('$name reaches its resource', ({ row: [offer, usagetype, operation, unit, type, attributes, line, more = {}] }) => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const text = JSON.stringify({ offerCode: offer, publicationDate: '2026-10-01', products: { A: { attributes: { regionCode: 'us-east-1', usagetype, operation, ...more } } }, terms: { OnDemand: { A: { t: { priceDimensions: { d: { unit, beginRange: '0', pricePerUnit: { USD: amount.toString() } } } } } } } });
        const price = priceOf(bookWith(text), type, { region: 'us-east-1', ...attributes }, line);
        expect(decimal(price?.amount.toString() ?? '0').compare(decimal(expected(amount.toString(), unit)))).toBe(0);
        expect([price?.method, price?.step, price?.asOf]).toEqual(['own', 'own', '2026-10-01']);
      }),
      { numRuns: 4 },
    );
  });

  test('of another region changes nothing here', () => {
    const text = JSON.stringify({ offerCode: 'AmazonEC2', publicationDate: '2026-10-01', products: { A: { attributes: { regionCode: 'eu-central-1', usagetype: 'EUC1-NatGateway-Hours' } } }, terms: { OnDemand: { A: { t: { priceDimensions: { d: { unit: 'Hrs', pricePerUnit: { USD: '9' } } } } } } } });
    expect(priceOf(bookWith(text), 'aws_nat_gateway', { region: 'us-east-1' }, 'NAT gateway')?.amount.toString()).toBe('0.045');
    expect(priceOf(bookWith(text), 'aws_nat_gateway', { region: 'eu-central-1' }, 'NAT gateway')?.amount.toString()).toBe('9');
  });
});

test.each<[string, string, string, string, string, string, Attributes, string]>([
  ['Virtual Machines', 'Virtual Machines Dsv5 Series', 'D2s v5', 'D2s v5', '1 Hour', 'azurerm_linux_virtual_machine', { size: 'Standard_D2s_v5' }, 'Instance usage'],
  ['Storage', 'Premium SSD Managed Disks', 'P30 LRS', 'P30 LRS Disk', '1/Month', 'azurerm_managed_disk', { storage_account_type: 'Premium_LRS', disk_size_gb: 1024 }, 'Storage'],
  ['NAT Gateway', 'NAT Gateway', 'Standard', 'Standard Gateway', '1 Hour', 'azurerm_nat_gateway', {}, 'NAT gateway'],
  ['Virtual Network', 'IP Addresses', 'Standard', 'Standard IPv4 Static Public IP', '1 Hour', 'azurerm_public_ip', {}, 'Public address'],
  ['Azure App Service', 'Azure App Service Premium v3 Plan - Linux', 'P1 v3', 'P1 v3 App', '1 Hour', 'azurerm_service_plan', { sku_name: 'P1v3', os_type: 'Linux' }, 'Instances'],
  ['Azure Kubernetes Service', 'Azure Kubernetes Service', 'Standard', 'Standard Uptime SLA', '1 Hour', 'azurerm_kubernetes_cluster', { sku_tier: 'Standard' }, 'Control plane'],
  ['Azure Firewall', 'Azure Firewall', 'Premium', 'Premium Deployment', '1 Hour', 'azurerm_firewall', { sku_tier: 'Premium' }, 'Firewall'],
  ['VPN Gateway', 'VPN Gateway', 'VpnGw2AZ', 'VpnGw2AZ', '1 Hour', 'azurerm_virtual_network_gateway', { type: 'Vpn', sku: 'VpnGw2AZ' }, 'Gateway'],
  ['Application Gateway', 'Application Gateway WAF v2', 'Standard', 'Standard Fixed Cost', '1 Hour', 'azurerm_application_gateway', { sku: [{ name: 'WAF_v2', capacity: 2 }] }, 'Gateway'],
  ['Redis Cache', 'Azure Redis Cache Standard', 'C1', 'C1 Cache', '1 Hour', 'azurerm_redis_cache', { sku_name: 'Standard', family: 'C', capacity: 1 }, 'Nodes'],
  ['SQL Database', 'SQL Database Single Standard', 'S3', 'S3 DTUs', '1/Day', 'azurerm_mssql_database', { sku_name: 'S3' }, 'Compute'],
  ['Service Bus', 'Service Bus', 'Premium', 'Premium Messaging Unit', '1 Hour', 'azurerm_servicebus_namespace', { sku: 'Premium', capacity: 1 }, 'Messaging units'],
])('Azure retail prices: %s, %s, %s %s (%s) is what %s pays', (serviceName, productName, skuName, meterName, unitOfMeasure, type, attributes, line) => {
  fc.assert(
    fc.property(amounts, (amount) => {
      const text = JSON.stringify({ Items: [{ currencyCode: 'USD', retailPrice: amount.toNumber(), armRegionName: 'eastus', ...(serviceName === 'Virtual Machines' ? { armSkuName: 'Standard_D2s_v5' } : {}), serviceName, productName, skuName, meterName, unitOfMeasure, type: 'Consumption', effectiveStartDate: '2026-10-01T00:00:00Z' }] });
      const price = priceOf(bookWith(text), type, { location: 'eastus', ...attributes }, line);
      expect([price?.amount.compare(decimal(amount.toNumber())), price?.step]).toEqual([0, 'own']);
    }),
    { numRuns: 4 },
  );
});

describe('Google SKUs', () => {
  const sku = (service: string, description: string, unit: string, nanos: number): Record<string, unknown> => ({ skuId: description, description, category: { serviceDisplayName: service, usageType: 'OnDemand' }, serviceRegions: ['us-central1'], pricingInfo: [{ effectiveTime: '2026-10-01T00:00:00Z', pricingExpression: { usageUnit: unit, tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: 'USD', units: '0', nanos } }] } }] });
  const nano = (nanos: number): string => decimal(nanos).times(decimal('0.000000001')).toString();

  test.each<[string, string, string, string, Attributes, string]>([
    ['Compute Engine', 'SSD backed PD Capacity in Iowa', 'GiBy.mo', 'google_compute_disk', { type: 'pd-ssd', size: 100 }, 'Storage'],
    ['Compute Engine', 'N2 Custom Instance Core running in Iowa', 'h', 'google_compute_instance', { machine_type: 'n2-custom-4-8192' }, 'vCPU'],
    ['Compute Engine', 'Vpn Tunnel Usage in Iowa', 'h', 'google_compute_vpn_tunnel', {}, 'Tunnel'],
    ['Kubernetes Engine', 'Zonal Kubernetes Clusters', 'h', 'google_container_cluster', { location: 'us-central1-a', remove_default_node_pool: true }, 'Cluster management'],
    ['Cloud SQL', 'Cloud SQL for PostgreSQL: Zonal - vCPU in Iowa', 'h', 'google_sql_database_instance', { settings: [{ tier: 'db-custom-2-7680' }] }, 'vCPU'],
    ['Cloud Memorystore for Redis', 'Redis Capacity Basic M1 Iowa', 'GiBy.h', 'google_redis_instance', { memory_size_gb: 1 }, 'Memory'],
    ['Cloud Storage', 'Nearline Storage Iowa', 'GiBy.mo', 'google_storage_bucket', { storage_class: 'NEARLINE', location: 'us-central1' }, 'Storage'],
  ])('%s: %s (%s) is what %s pays', (service, description, unit, type, attributes, line) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900_000_000 }), (nanos) => {
        const price = priceOf(bookWith(JSON.stringify({ skus: [sku(service, description, unit, nanos)] })), type, { region: 'us-central1', ...attributes }, line);
        const less = decimal(type === 'google_compute_instance' ? '0.8' : '1');
        expect([price?.amount.compare(decimal(nano(nanos)).times(less)), price?.step]).toEqual([0, 'own']);
      }),
      { numRuns: 4 },
    );
  });

  test('of cores and memory make the price of a predefined machine', () => {
    const book = bookWith(JSON.stringify({ skus: [sku('Compute Engine', 'E2 Instance Core running in Iowa', 'h', 20_000_000), sku('Compute Engine', 'E2 Instance Ram running in Iowa', 'GiBy.h', 3_000_000)] }));
    expect(priceOf(book, 'google_compute_instance', { region: 'us-central1', machine_type: 'e2-standard-4' }, 'Instance usage')).toMatchObject({ unit: 'hour', step: 'own', note: '4 vCPU and 16 GB' });
    expect(priceOf(book, 'google_compute_instance', { region: 'us-central1', machine_type: 'e2-standard-4' }, 'Instance usage')?.amount.toString()).toBe('0.128');
  });
});

test('a bill with the columns of the vendor reaches every rule', () => {
  const header = 'ProviderName,ServiceName,RegionId,BillingCurrency,ChargeCategory,ChargePeriodStart,PricingUnit,ContractedUnitPrice,ChargeDescription,BilledCost,x_ServiceCode,x_UsageType,x_Operation\n';
  const row = (service: string, usage: string, operation: string, unit: string, price: string): string => `AWS,${service},eu-central-1,USD,Usage,2026-10-01 00:00:00,${unit},${price},words,1,${service},${usage},${operation}\n`;
  const book = bookWith(header + row('AmazonRDS', 'EUC1-InstanceUsage:db.m5.large', 'CreateDBInstance:0014', 'Hrs', '0.11') + row('AmazonEC2', 'EUC1-BoxUsage:m5.large', 'RunInstances:0002', 'Hrs', '0.12') + row('AmazonElastiCache', 'EUC1-NodeUsage:cache.r6g.large', 'CreateCacheCluster:0002', 'Hrs', '0.13'));
  const region = 'eu-central-1';
  expect(priceOf(book, 'aws_db_instance', { region, engine: 'postgres', instance_class: 'db.m5.large', allocated_storage: 5 }, 'Database instance')?.amount.toString()).toBe('0.11');
  const windows = ec2Price(book, 'm5.large', region, 'windows');
  expect(isPrice(windows) ? [windows.amount.toString(), windows.step] : windows).toEqual(['0.12', 'own']);
  expect(priceOf(book, 'aws_elasticache_cluster', { region, engine: 'redis', node_type: 'cache.r6g.large' }, 'Nodes')?.amount.toString()).toBe('0.13');
});
