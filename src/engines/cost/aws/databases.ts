/** Databases, caches, search and streams of AWS. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import { nodePrice, rdsPrice } from '../../price-book/machine-prices.ts';
import type { Price, UnknownPrice } from '../../price-book/price.ts';
import { byInstanceSize } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';
import { above } from './disks.ts';

const ENGINES: Readonly<Record<string, string>> = {
  mysql: 'MySQL', mariadb: 'MariaDB', postgres: 'PostgreSQL', aurora: 'Aurora MySQL', 'aurora-mysql': 'Aurora MySQL', 'aurora-postgresql': 'Aurora PostgreSQL',
  'oracle-ee': 'Oracle Enterprise BYOL', 'oracle-ee-cdb': 'Oracle Enterprise BYOL', 'sqlserver-ee': 'SQL Server Enterprise', 'sqlserver-se': 'SQL Server Standard', 'sqlserver-ex': 'SQL Server Express', 'sqlserver-web': 'SQL Server Web',
};

function engineName(engine: string, licence: string | undefined): string {
  if (engine.startsWith('oracle-se2')) return licence === 'bring-your-own-license' ? 'Oracle Standard Two BYOL' : 'Oracle Standard Two LI';
  const name = ENGINES[engine];
  if (name === undefined) throw new Undetermined(`prices of the engine ${engine} are not in the price book`);
  return name;
}

/** A second instance stands by. SQL Server Enterprise is 1.33 to 2 times the single price, 1.48 in the middle. */
function zones(c: Costing): { value: Decimal; low: Decimal; high: Decimal } {
  const twice = c.flag('multi_az');
  const [value, low, high] = !twice ? ['1', '1', '1'] : c.text('engine') === 'sqlserver-ee' ? ['1.48', '1.33', '2'] : ['2', '2', '2'];
  return { value: decimal(value ?? '1'), low: decimal(low ?? '1'), high: decimal(high ?? '1') };
}

function databaseInstance(c: Costing): void {
  const source = c.follow('replicate_source_db', 'aws_db_instance');
  const of = (path: string): string | undefined => c.text(path) ?? (source === undefined ? undefined : c.on(source).text(path));
  const engine = (): string => {
    const name = of('engine');
    if (name === undefined) throw new Undetermined('engine is not given');
    return engineName(name, of('license_model'));
  };
  c.fixed('Database instance', () => rdsPrice(c.book, c.needed('instance_class'), c.region, engine()), () => zones(c));
  const variant = (): string => (c.flag('multi_az') ? '[Multi-AZ]' : '[Single-AZ]');
  const copies = (): Decimal => decimal(c.flag('multi_az') ? 2 : 1);
  const size = (): Decimal => {
    const text = of('allocated_storage');
    if (text === undefined) throw new Undetermined('allocated_storage is not given');
    return decimal(text);
  };
  const kind = attempt(() => of('storage_type') ?? (of('iops') === undefined ? 'gp2' : 'io1'));
  if ('undetermined' in kind) return c.unknown('Storage', 'fixed', kind.undetermined);
  if (kind.value === 'gp2' || kind.value === 'gp3') c.fixed('Storage', () => c.fact(`Storage (general purpose SSD, ${kind.value}) ${variant()}`), size);
  else if (kind.value === 'standard') c.fixed('Storage', () => c.fact('Storage (magnetic)'), () => size().times(copies()));
  else c.fixed('Storage', () => c.fact('Storage (provisioned IOPS SSD, io1)'), () => size().times(copies()));
  if (kind.value.startsWith('io')) c.fixed('Provisioned IOPS', () => c.fact('Provisioned IOPS'), () => decimal(of('iops') ?? '0').times(copies()));
  const extra = attempt(() => (kind.value === 'gp3' ? above(c.number('iops'), decimal(12_000)) : undefined));
  if ('value' in extra && extra.value !== undefined) c.fixed('IOPS above 12,000', () => c.fact(`Provisioned GP3 IOPS (above 12,000) ${variant()}`), () => extra.value ?? 0);
  c.onUsage('Additional backup storage', 'backup_gb', () => c.fact('Additional backup storage [RDS]'));
}

function clusterInstance(c: Costing): void {
  const cluster = c.follow('cluster_identifier', 'aws_rds_cluster');
  const of = (path: string): string | undefined => c.text(path) ?? (cluster === undefined ? undefined : c.on(cluster).text(path));
  const optimised = attempt(() => (cluster === undefined ? undefined : c.on(cluster).text('storage_type')) === 'aurora-iopt1');
  const io = 'value' in optimised && optimised.value;
  const kind = attempt(() => c.needed('instance_class'));
  if ('value' in kind && kind.value === 'db.serverless') {
    c.fixed('Capacity (serverless v2, at least)', () => c.fact(io ? 'Aurora serverless v2 (I/O-optimized)' : 'Aurora serverless v2'), () => {
      if (cluster === undefined) throw new Undetermined('its cluster is not among the resources');
      const [low, high] = ['min', 'max'].map((end) => c.on(cluster).number(`serverlessv2_scaling_configuration.${end}_capacity`));
      if (low === undefined) throw new Undetermined('serverlessv2_scaling_configuration.min_capacity is not given');
      return { value: low, low, high: high ?? low };
    });
    return;
  }
  c.fixed('Database instance', () => rdsPrice(c.book, c.needed('instance_class'), c.region, io ? 'Aurora I/O-Optimized' : engineName(of('engine') ?? 'aurora-mysql', undefined)));
}

function cluster(c: Costing): void {
  const optimised = attempt(() => c.text('storage_type') === 'aurora-iopt1');
  const io = 'value' in optimised && optimised.value;
  if (says(c, 'engine_mode', 'serverless')) {
    c.fixed('Capacity (serverless v1, at least)', () => c.fact('Aurora serverless'), () => {
      const low = c.number('scaling_configuration.min_capacity') ?? decimal(1);
      return { value: low, low, high: c.number('scaling_configuration.max_capacity') ?? decimal(16) };
    });
  }
  c.onUsage('Storage', 'storage_gb', () => c.fact(io ? 'Storage (I/O-optimized)' : 'Storage'));
  if (!io) c.onUsage('I/O requests', 'monthly_io_requests', () => c.fact('I/O requests'));
  c.onUsage('Backup storage', 'backup_gb', () => c.fact('Backup storage [case mysql_backtrack/mysql_backtrack_withoutU+]'));
}

function says(c: Costing, path: string, word: string): boolean {
  const read = attempt(() => c.text(path));
  return 'value' in read && read.value === word;
}

function otherInstance(c: Costing): void {
  c.fixed('Database instance', () => byInstanceSize(c, c.resource.type, c.needed('instance_class'), (type) => `Database instance (on-demand, ${type})`));
}

function cacheNode(c: Costing): Price | UnknownPrice {
  const engine = c.text('engine') ?? 'redis';
  return nodePrice(c.book, 'ElastiCache', c.needed('node_type'), c.region, `${engine.slice(0, 1).toUpperCase()}${engine.slice(1)}`);
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

function searchDomain(c: Costing): void {
  const type = (path: string, otherwise: string): string => (c.text(path) ?? otherwise).replace(/\.elasticsearch$/, '.search');
  c.fixed('Data nodes', () => nodePrice(c.book, 'OpenSearch', type('cluster_config.instance_type', 'm4.large.search'), c.region), () => c.number('cluster_config.instance_count') ?? 1);
  if (yes(c, 'cluster_config.dedicated_master_enabled')) c.fixed('Dedicated masters', () => nodePrice(c.book, 'OpenSearch', type('cluster_config.dedicated_master_type', 'm4.large.search'), c.region), () => c.number('cluster_config.dedicated_master_count') ?? 3);
  if (yes(c, 'cluster_config.warm_enabled')) c.fixed('UltraWarm nodes', () => c.fact(`UltraWarm instance (on-demand, ${type('cluster_config.warm_type', 'ultrawarm1.medium.search')})`, 'aws_opensearch_domain'), () => c.number('cluster_config.warm_count') ?? 2);
  if (!yes(c, 'ebs_options.ebs_enabled')) return;
  const disks = (): Decimal => (c.number('ebs_options.volume_size') ?? decimal(10)).times(c.number('cluster_config.instance_count') ?? decimal(1));
  c.fixed('Storage', () => c.fact(`Storage (${c.text('ebs_options.volume_type') ?? 'gp2'})`, ['aws_opensearch_domain', 'aws_elasticsearch_domain']), disks);
  if (says(c, 'ebs_options.volume_type', 'io1')) c.fixed('IOPS', () => c.fact('Storage IOPS (io1)', ['aws_opensearch_domain']), () => c.number('ebs_options.iops') ?? 1);
}

function yes(c: Costing, path: string): boolean {
  const read = attempt(() => c.flag(path));
  return 'value' in read && read.value;
}

function dynamo(c: Costing): void {
  const mode = attempt(() => c.text('billing_mode') ?? 'PROVISIONED');
  if ('undetermined' in mode) c.unknown('Capacity', 'fixed', mode.undetermined);
  else if (mode.value === 'PROVISIONED') {
    const capacity = (path: string): Decimal => c.list('global_secondary_index').reduce((sum: Decimal, index) => sum.plus(c.number(path, index) ?? decimal(0)), c.number(path) ?? decimal(0));
    c.fixed('Read capacity', () => c.fact('Read capacity unit (RCU)'), () => capacity('read_capacity'));
    c.fixed('Write capacity', () => c.fact('Write capacity unit (WCU)'), () => capacity('write_capacity'));
  } else {
    c.onUsage('Read requests', 'monthly_read_requests', () => c.fact('Read request unit (RRU)'));
    c.onUsage('Write requests', 'monthly_write_requests', () => c.fact('Write request unit (WRU)'));
  }
  c.onUsage('Storage', 'storage_gb', () => c.fact('Data storage'));
  if (yes(c, 'point_in_time_recovery.enabled')) c.onUsage('Point-in-time recovery', 'backup_gb', () => c.fact('Point-In-Time Recovery (PITR) backup storage'));
}

function redshift(c: Costing): void {
  c.fixed('Nodes', () => c.fact(`Cluster usage (on-demand, ${c.needed('node_type')})`), () => c.number('number_of_nodes') ?? 1);
  const managed = attempt(() => c.text('node_type')?.startsWith('ra3') === true);
  if ('value' in managed && managed.value) c.onUsage('Managed storage', 'storage_gb', () => c.fact(`Managed storage (${c.needed('node_type')})`));
}

function kafka(c: Costing): void {
  const brokers = (): Decimal => c.number('number_of_broker_nodes') ?? decimal(1);
  c.fixed('Brokers', () => byInstanceSize(c, c.resource.type, c.needed('broker_node_group_info.instance_type'), (type) => `Instance (${type})`), brokers);
  c.fixed('Storage', () => c.fact('Storage'), () => {
    const size = c.number('broker_node_group_info.storage_info.ebs_storage_info.volume_size') ?? c.number('broker_node_group_info.ebs_volume_size');
    if (size === undefined) throw new Undetermined('the size of the disks is not given');
    return size.times(brokers());
  });
}

function broker(c: Costing): void {
  const engine = (): string => (c.needed('engine_type').toLowerCase() === 'rabbitmq' ? 'RabbitMQ' : 'ActiveMQ');
  c.fixed('Broker', () => byInstanceSize(c, c.resource.type, c.needed('host_instance_type'), (type) => `Instance usage (${engine()}, ${type}, ${(c.text('deployment_mode') ?? 'SINGLE_INSTANCE').toLowerCase()})`));
  c.onUsage('Storage', 'storage_gb', () => c.fact(`Storage (${engine()}, ${(c.text('storage_type') ?? (engine() === 'RabbitMQ' ? 'ebs' : 'efs')).toUpperCase()})`));
}

function kinesis(c: Costing): void {
  const mode = attempt(() => c.text('stream_mode_details.stream_mode') ?? 'PROVISIONED');
  if ('value' in mode && mode.value === 'ON_DEMAND') {
    c.fixed('Stream (on demand)', () => c.fact('ON_DEMAND'));
    c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Data ingested'));
    return c.onUsage('Data retrieved', 'monthly_egress_gb', () => c.fact('Data retrieval'));
  }
  c.fixed('Shards', () => c.fact('PROVISIONED'), () => c.number('shard_count') ?? 1);
  c.onUsage('Put requests', 'monthly_requests', () => c.fact('Put request unit'));
}

export const AWS_DATABASES: CosterTable = {
  aws_db_instance: databaseInstance,
  aws_rds_cluster: cluster,
  aws_rds_cluster_instance: clusterInstance,
  aws_docdb_cluster_instance: otherInstance,
  aws_neptune_cluster_instance: otherInstance,
  aws_docdb_cluster: (c) => {
    c.onUsage('Storage', 'storage_gb', () => c.fact('Storage', 'aws_docdb_cluster_instance'));
    c.onUsage('I/O requests', 'monthly_io_requests', () => c.fact('I/O requests', 'aws_docdb_cluster_instance'));
    c.onUsage('Backup storage', 'backup_gb', () => c.fact('Backup storage'));
  },
  aws_neptune_cluster: (c) => {
    c.onUsage('Storage', 'storage_gb', () => c.fact('Storage'));
    c.onUsage('I/O requests', 'monthly_io_requests', () => c.fact('I/O requests'));
    c.onUsage('Backup storage', 'backup_gb', () => c.fact('Backup storage'));
  },
  aws_elasticache_cluster: (c) => {
    if (c.text('replication_group_id') !== undefined) c.elsewhere = 'priced with its replication group';
    else c.fixed('Nodes', () => cacheNode(c), () => c.number('num_cache_nodes') ?? 1);
  },
  aws_elasticache_replication_group: replicationGroup,
  aws_memorydb_cluster: (c) => c.unknown('Nodes', 'fixed', 'the price book has no prices of MemoryDB'),
  aws_dynamodb_table: dynamo,
  aws_opensearch_domain: searchDomain,
  aws_elasticsearch_domain: searchDomain,
  aws_redshift_cluster: redshift,
  aws_msk_cluster: kafka,
  aws_mq_broker: broker,
  aws_kinesis_stream: kinesis,
  aws_kinesis_firehose_delivery_stream: (c) => c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Data ingested (first 500TB)')),
};
