/** Caches, search, warehouses, tables and streams of AWS. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import { ec2Price, nodePrice } from '../../price-book/machine-prices.ts';
import type { Price, UnknownPrice } from '../../price-book/price.ts';
import { isPrice } from '../../price-book/price.ts';
import { byInstanceSize, bySize, orRelated, reduced } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';
import { above } from './disks.ts';

function says(c: Costing, path: string, word: string): boolean {
  const read = attempt(() => c.text(path));
  return 'value' in read && read.value === word;
}

/** Machines of Arm: nodes of search on them cost two thirds more than the machine, others half more. */
const ARM = /^[a-z]+\d+g[a-z]*\./;

/** A node costs about twice its machine, one of Valkey a fifth less, where the book has neither it nor its family. */
function cacheNode(c: Costing): Price | UnknownPrice {
  const given = c.text('engine') ?? 'redis';
  const engine = `${given.slice(0, 1).toUpperCase()}${given.slice(1)}`;
  const type = c.needed('node_type');
  return orRelated(nodePrice(c.book, 'ElastiCache', type, c.region, engine), () => ec2Price(c.book, type.replace(/^cache\./, ''), c.region), engine === 'Valkey' ? '1.55' : '1.95', 'Redis 1.86 to 2.05, Valkey 0.8 of that', { service: 'AmazonElastiCache', dimension: `Node (${engine}, ${type})` });
}

function searchNode(c: Costing, type: string): Price | UnknownPrice {
  const machine = type.replace(/\.search$/, '');
  return orRelated(nodePrice(c.book, 'OpenSearch', type, c.region), () => ec2Price(c.book, machine, c.region), ARM.test(machine) ? '1.66' : '1.48', 'x86 1.47 to 1.6, Arm 1.65 to 1.67', { service: 'AmazonOpenSearch', dimension: `Node (${type})` });
}

function replicationGroup(c: Costing): void {
  c.fixed('Nodes', () => cacheNode(c), () => {
    const groups = c.number('num_node_groups') ?? c.number('cluster_mode.num_node_groups');
    const replicas = c.number('replicas_per_node_group') ?? c.number('cluster_mode.replicas_per_node_group');
    if (groups !== undefined || replicas !== undefined) return (groups ?? decimal(1)).times((replicas ?? decimal(0)).plus(decimal(1)));
    return c.number('num_cache_clusters') ?? c.number('number_cache_clusters') ?? 1;
  });
  c.onUsage('Backup storage', 'backup_gb', () => c.fact('Backup storage'));
}

/** A MemoryDB node costs half as much again as the same node of ElastiCache, where the book has no row. */
function memoryNodes(c: Costing): void {
  c.fixed('Nodes', () => {
    const type = c.needed('node_type');
    const about = { service: 'aws_memorydb_cluster', dimension: `Node (${type})` };
    return orRelated(c.fact(about.dimension), () => nodePrice(c.book, 'ElastiCache', type.replace(/^db\./, 'cache.'), c.region, 'Redis'), '1.5', '1.48 to 1.52', about);
  }, () => (c.number('num_shards') ?? decimal(1)).times((c.number('num_replicas_per_shard') ?? decimal(1)).plus(decimal(1))));
  c.onUsage('Data written', 'monthly_data_ingested_gb', () => c.fact('Data written'));
  c.onUsage('Snapshots', 'backup_gb', () => c.fact('Snapshot storage'));
}

function serverlessCache(c: Costing): void {
  c.onUsage('Data stored', 'storage_gb', () => c.fact('Data stored'));
  c.onUsage('Processing units', 'monthly_requests', () => c.fact('Processing units'));
}

function searchDomain(c: Costing): void {
  const type = (path: string, otherwise: string): string => (c.text(path) ?? otherwise).replace(/\.elasticsearch$/, '.search');
  c.fixed('Data nodes', () => searchNode(c, type('cluster_config.instance_type', 'm4.large.search')), () => c.number('cluster_config.instance_count') ?? 1);
  if (yes(c, 'cluster_config.dedicated_master_enabled')) c.fixed('Dedicated masters', () => searchNode(c, type('cluster_config.dedicated_master_type', 'm4.large.search')), () => c.number('cluster_config.dedicated_master_count') ?? 3);
  if (yes(c, 'cluster_config.warm_enabled')) c.fixed('UltraWarm nodes', () => c.fact(`UltraWarm instance (on-demand, ${type('cluster_config.warm_type', 'ultrawarm1.medium.search')})`, 'aws_opensearch_domain'), () => c.number('cluster_config.warm_count') ?? 2);
  if (!yes(c, 'ebs_options.ebs_enabled')) return;
  const disks = (): Decimal => (c.number('ebs_options.volume_size') ?? decimal(10)).times(c.number('cluster_config.instance_count') ?? decimal(1));
  c.fixed('Storage', () => c.fact(`Storage (${c.text('ebs_options.volume_type') ?? 'gp2'})`, ['aws_opensearch_domain', 'aws_elasticsearch_domain']), disks);
  if (says(c, 'ebs_options.volume_type', 'io1')) c.fixed('IOPS', () => c.fact('Storage IOPS (io1)', ['aws_opensearch_domain']), () => (c.number('ebs_options.iops') ?? decimal(1)).times(c.number('cluster_config.instance_count') ?? decimal(1)));
  const more = attempt(() => (c.text('ebs_options.volume_type') === 'gp3' ? above(c.number('ebs_options.throughput'), decimal(125)) : undefined));
  if ('value' in more && more.value !== undefined) c.fixed('Throughput above 125 MB/s', () => c.fact('Throughput (gp3)', ['aws_opensearch_domain', 'aws_elasticsearch_domain']), () => (more.value ?? decimal(0)).times(c.number('cluster_config.instance_count') ?? decimal(1)));
}

function yes(c: Costing, path: string): boolean {
  const read = attempt(() => c.flag(path));
  return 'value' in read && read.value;
}

function dynamo(c: Costing): void {
  if (says(c, 'table_class', 'STANDARD_INFREQUENT_ACCESS')) return infrequentTable(c);
  const mode = attempt(() => c.text('billing_mode') ?? 'PROVISIONED');
  if ('undetermined' in mode) c.unknown('Capacity', 'fixed', mode.undetermined);
  else if (mode.value === 'PROVISIONED') {
    const capacity = (path: string): Decimal => c.list('global_secondary_index').reduce((sum: Decimal, index) => sum.plus(c.number(path, index) ?? decimal(0)), c.number(path) ?? decimal(0));
    c.fixed('Read capacity', () => c.fact('Read capacity unit (RCU)'), () => capacity('read_capacity'));
    c.fixed('Write capacity', () => c.fact('Write capacity unit (WCU)'), () => capacity('write_capacity'));
    for (const place of replicas(c)) c.fixed(`Replicated writes to ${place}`, () => replicatedWrites(c, place), () => capacity('write_capacity'));
  } else {
    c.onUsage('Read requests', 'monthly_read_requests', () => c.fact('Read request unit (RRU)'));
    c.onUsage('Write requests', 'monthly_write_requests', () => c.fact('Write request unit (WRU)'));
    for (const place of replicas(c)) c.onUsage(`Replicated writes to ${place}`, 'monthly_write_requests', () => c.fact('Write request unit (WRU)'));
  }
  c.onUsage('Storage', 'storage_gb', () => c.fact('Data storage'));
  for (const place of replicas(c)) c.onUsage(`Storage in ${place}`, 'storage_gb', () => c.fact('Data storage'));
  if (yes(c, 'stream_enabled')) c.onUsage('Stream reads', 'monthly_stream_reads', () => c.fact('Streams read request unit (sRRU)'));
  if (yes(c, 'point_in_time_recovery.enabled')) c.onUsage('Point-in-time recovery', 'backup_gb', () => c.fact('Point-In-Time Recovery (PITR) backup storage'));
}

function replicas(c: Costing): string[] {
  const read = attempt(() => c.list('replica').flatMap((one) => c.text('region_name', one) ?? []));
  return 'value' in read ? read.value : [];
}

/** A replicated write unit costs what a write unit costs in the region it goes to. */
function replicatedWrites(c: Costing, place: string): Price | UnknownPrice {
  const found = c.book.fact('aws', 'aws_dynamodb_table', c.region, `Global table (${place}): Replicated write capacity unit (rWCU)`);
  return isPrice(found) ? found : c.book.fact('aws', 'aws_dynamodb_table', place, 'Write capacity unit (WCU)');
}

/** Its storage is cheaper and its requests are dearer; neither has a row in the shipped book. */
function infrequentTable(c: Costing): void {
  c.fixed('Capacity', () => c.fact('Read capacity unit (RCU, infrequent access)'));
  c.onUsage('Storage', 'storage_gb', () => c.fact('Data storage (infrequent access)'));
}

/** Sizes of a family in proportion to their price; their names do not tell it. */
const WAREHOUSE_SIZES: Readonly<Record<string, Readonly<Record<string, number>>>> = { ra3: { large: 1, xlplus: 2, '4xlarge': 6, '16xlarge': 24 }, dc2: { large: 1, '8xlarge': 19.2 }, ds2: { xlarge: 1, '8xlarge': 8 } };

function warehouseNode(c: Costing, type: string): Price | UnknownPrice {
  const [family = '', word = ''] = type.split('.');
  const sizes = WAREHOUSE_SIZES[family] ?? {};
  const dimension = (name: string): string => `Cluster usage (on-demand, ${name})`;
  const size = sizes[word];
  const named = (count: number): string => dimension(`${family}.${Object.entries(sizes).find(([, its]) => its === count)?.[0] ?? ''}`);
  return size === undefined ? c.fact(dimension(type)) : bySize(c, c.resource.type, size, Object.values(sizes), named);
}

function redshift(c: Costing): void {
  c.fixed('Nodes', () => warehouseNode(c, c.needed('node_type')), () => c.number('number_of_nodes') ?? 1);
  const managed = attempt(() => c.text('node_type')?.startsWith('ra3') === true);
  if ('value' in managed && managed.value) {
    c.onUsage('Managed storage', 'storage_gb', () => {
      const found = c.fact(`Managed storage (${c.needed('node_type')})`);
      return isPrice(found) ? found : c.fact('Managed storage (ra3.4xlarge)');
    });
  }
  c.onUsage('Backups', 'backup_gb', () => c.fact('Backup storage (first 50 TB)'));
}

function kafka(c: Costing): void {
  const brokers = (): Decimal => c.number('number_of_broker_nodes') ?? decimal(1);
  c.fixed('Brokers', () => {
    const type = c.needed('broker_node_group_info.instance_type');
    const dimension = (name: string): string => `Instance (${name})`;
    return orRelated(byInstanceSize(c, c.resource.type, type, dimension), () => ec2Price(c.book, type.replace(/^kafka\./, ''), c.region), ARM.test(type.replace(/^kafka\./, '')) ? '2.5' : '2.19', 'x86 2.19, Arm 2.4 to 2.5', { service: c.resource.type, dimension: dimension(type) });
  }, brokers);
  c.fixed('Storage', () => c.fact('Storage'), () => {
    const size = c.number('broker_node_group_info.storage_info.ebs_storage_info.volume_size') ?? c.number('broker_node_group_info.ebs_volume_size');
    if (size === undefined) throw new Undetermined('the size of the disks is not given');
    return size.times(brokers());
  });
  const throughput = 'broker_node_group_info.storage_info.ebs_storage_info.provisioned_throughput';
  if (yes(c, `${throughput}.enabled`)) c.fixed('Storage throughput', () => c.fact('Provisioned throughput'), () => (c.number(`${throughput}.volume_throughput`) ?? decimal(250)).times(brokers()));
}

const DEPLOYMENTS: Readonly<Record<string, number>> = { single_instance: 1, active_standby_multi_az: 2, cluster_multi_az: 3 };

/** A pair and a cluster cost two and three times the single broker; brokers cost three times the machine they run on. */
function brokerPrice(c: Costing, engine: string): Price | UnknownPrice {
  const type = c.needed('host_instance_type');
  const deployment = (c.text('deployment_mode') ?? 'SINGLE_INSTANCE').toLowerCase();
  const dimension = (name: string, kind = deployment): string => `Instance usage (${engine}, ${name}, ${kind})`;
  const count = decimal(DEPLOYMENTS[deployment] ?? 1);
  const exact = byInstanceSize(c, c.resource.type, type, dimension);
  if (isPrice(exact)) return exact;
  for (const [kind, many] of Object.entries(DEPLOYMENTS)) {
    for (const brand of [engine, engine === 'ActiveMQ' ? 'RabbitMQ' : 'ActiveMQ']) {
      const found = byInstanceSize(c, c.resource.type, type, (name) => `Instance usage (${brand}, ${name}, ${kind})`);
      if (isPrice(found)) return { ...reduced(found, count.dividedBy(decimal(many), 8), `${brand}, ${kind}, by the number of its brokers`) as Price, dimension: dimension(type), method: 'estimated', confidence: 'low', step: 'sibling' };
    }
  }
  return orRelated(exact, () => ec2Price(c.book, type.replace(/^mq\./, ''), c.region), count.times(decimal(3)).toString(), 'by broker 2.6 to 3', { service: c.resource.type, dimension: dimension(type) });
}

function broker(c: Costing): void {
  const engine = (): string => (c.needed('engine_type').toLowerCase() === 'rabbitmq' ? 'RabbitMQ' : 'ActiveMQ');
  c.fixed('Broker', () => brokerPrice(c, engine()));
  c.onUsage('Storage', 'storage_gb', () => c.fact(`Storage (${engine()}, ${(c.text('storage_type') ?? (engine() === 'RabbitMQ' ? 'ebs' : 'efs')).toUpperCase()})`));
}

function kinesis(c: Costing): void {
  const mode = attempt(() => c.text('stream_mode_details.stream_mode') ?? 'PROVISIONED');
  const hours = attempt(() => c.number('retention_period') ?? decimal(24));
  const longer = 'value' in hours && hours.value.compare(decimal(24)) > 0;
  const demand = 'value' in mode && mode.value === 'ON_DEMAND';
  const shards = (): Decimal => c.number('shard_count') ?? decimal(1);
  if (demand) {
    c.fixed('Stream (on demand)', () => c.fact('ON_DEMAND'));
    c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Data ingested'));
    c.onUsage('Data retrieved', 'monthly_egress_gb', () => c.fact('Data retrieval'));
    if (longer) c.onUsage('Retention above a day', 'storage_gb', () => c.fact('Extended retention (24H to 7D) [case test_stream_on_demand/test_stream_on_demand_with_usage+]'));
  } else {
    c.fixed('Shards', () => c.fact('PROVISIONED'), shards);
    c.onUsage('Put requests', 'monthly_requests', () => c.fact('Put request unit'));
    if (longer) c.fixed('Retention above a day', () => c.fact('Extended retention (shard)'), shards);
  }
  if ('value' in hours && hours.value.compare(decimal(168)) > 0) c.onUsage('Retention above a week', 'storage_gb', () => c.fact('Long term retention (7D+)'));
}

/** A consumer with a pipe of its own is charged by each shard of its stream. */
function consumer(c: Costing): void {
  const stream = c.follow('stream_arn', 'aws_kinesis_stream');
  c.fixed('Consumer of each shard', () => c.fact('Enhanced Fan Out (EFO)', 'aws_kinesis_stream'), () => {
    if (stream === undefined) throw new Undetermined('its stream is not among the resources');
    return c.on(stream).number('shard_count') ?? decimal(1);
  });
  c.onUsage('Data retrieved', 'monthly_egress_gb', () => c.fact('Enhanced Fan Out (EFO) Data retrieval [case test_stream_provisioned/test_stream_provisioned_with_usage+]', 'aws_kinesis_stream'));
}

function firehose(c: Costing): void {
  c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Data ingested (first 500TB)'));
  const inside = (path: string): boolean => {
    const read = attempt(() => c.list(path).length > 0);
    return 'value' in read && read.value;
  };
  if (inside('extended_s3_configuration.data_format_conversion_configuration')) c.onUsage('Format conversion', 'monthly_data_ingested_gb', () => c.fact('Format conversion'));
  for (const place of ['opensearch_configuration', 'elasticsearch_configuration']) {
    if (!inside(`${place}.vpc_config`)) continue;
    c.fixed('Delivery into a network', () => c.fact('VPC AZ delivery'), () => Math.max(1, c.list(`${place}.vpc_config.subnet_ids`).length));
    c.onUsage('Data into the network', 'monthly_data_ingested_gb', () => c.fact('VPC data'));
  }
}

export const AWS_DATABASES: CosterTable = {
  aws_elasticache_cluster: (c) => {
    if (c.text('replication_group_id') !== undefined) c.elsewhere = 'priced with its replication group';
    else {
      c.fixed('Nodes', () => cacheNode(c), () => c.number('num_cache_nodes') ?? 1);
      const kept = attempt(() => c.number('snapshot_retention_limit'));
      if ('value' in kept && kept.value !== undefined && !kept.value.isZero) c.onUsage('Backup storage', 'backup_gb', () => c.fact('Backup storage'));
    }
  },
  aws_elasticache_replication_group: replicationGroup,
  aws_elasticache_serverless_cache: serverlessCache,
  aws_memorydb_cluster: memoryNodes,
  aws_dynamodb_table: dynamo,
  aws_opensearch_domain: searchDomain,
  aws_elasticsearch_domain: searchDomain,
  aws_redshift_cluster: redshift,
  aws_msk_cluster: kafka,
  aws_mq_broker: broker,
  aws_kinesis_stream: kinesis,
  aws_kinesis_stream_consumer: consumer,
  aws_kinesis_firehose_delivery_stream: firehose,
};
