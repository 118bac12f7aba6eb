/** RDS, Aurora, DocumentDB and Neptune. Semantics: the vendor's price pages of each. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { ResourceInstance } from '../../infrastructure/model.ts';
import { ec2Shape, rdsPrice } from '../../price-book/machine-prices.ts';
import type { Price, UnknownPrice } from '../../price-book/price.ts';
import { isPrice } from '../../price-book/price.ts';
import { byInstanceSize, orRelated, reduced } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, numberIn, Undetermined } from '../costing.ts';
import { above } from './disks.ts';
import { extendedDatabaseSupport } from './support-dates.ts';

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

/** An own price of the pair wins over twice the single one. */
function ownPair(c: Costing, type: string, engine: string): Price | undefined {
  const own = c.book.own.price('aws', 'AmazonRDS', c.region, `Database instance (${engine}, Multi-AZ, ${type})`);
  return own === undefined ? undefined : { ...own, step: 'own' };
}

type Reader = (path: string) => string | undefined;

function databaseInstance(c: Costing): void {
  const source = c.follow('replicate_source_db', 'aws_db_instance');
  const of: Reader = (path) => c.text(path) ?? (source === undefined ? undefined : c.on(source).text(path));
  const engine = (): string => {
    const name = of('engine');
    if (name === undefined) throw new Undetermined('engine is not given');
    return engineName(name, of('license_model'));
  };
  const pair = attempt(() => (c.flag('multi_az') ? ownPair(c, c.needed('instance_class'), engine()) : undefined));
  if ('value' in pair && pair.value !== undefined) c.fixed('Database instance', () => pair.value ?? { unknown: '' });
  else c.fixed('Database instance', () => rdsPrice(c.book, c.needed('instance_class'), c.region, engine()), () => zones(c));
  databaseStorage(c, of);
  extras(c, of, () => decimal(c.flag('multi_az') ? 2 : 1));
  c.onUsage('Additional backup storage', 'backup_gb', () => c.fact('Additional backup storage [RDS]'));
}

function databaseStorage(c: Costing, of: Reader): void {
  const variant = (): string => (c.flag('multi_az') ? '[Multi-AZ]' : '[Single-AZ]');
  const copies = (): Decimal => decimal(c.flag('multi_az') ? 2 : 1);
  const size = (): Decimal => {
    const text = of('allocated_storage');
    if (text === undefined) throw new Undetermined('allocated_storage is not given');
    return numberIn(text, 'allocated_storage');
  };
  const kind = attempt(() => of('storage_type') ?? (of('iops') === undefined ? 'gp2' : 'io1'));
  if ('undetermined' in kind) return c.unknown('Storage', 'fixed', kind.undetermined);
  if (kind.value === 'gp2' || kind.value === 'gp3') c.fixed('Storage', () => c.fact(`Storage (general purpose SSD, ${kind.value}) ${variant()}`), size);
  else if (kind.value === 'standard') c.fixed('Storage', () => c.fact('Storage (magnetic)'), () => size().times(copies()));
  else c.fixed('Storage', () => c.fact('Storage (provisioned IOPS SSD, io1)'), () => size().times(copies()));
  if (kind.value === 'standard') c.onUsage('I/O requests', 'monthly_io_requests', () => c.fact('I/O requests'));
  if (kind.value.startsWith('io')) c.fixed('Provisioned IOPS', () => c.fact('Provisioned IOPS'), () => numberIn(of('iops') ?? '0', 'iops').times(copies()));
  if (kind.value === 'gp3') fastStorage(c, of, size, variant);
}

/** From 400 GB on (of Oracle from 200) four volumes are striped: 12,000 IOPS and 500 MB/s come with the storage; SQL Server has no stripes. */
function fastStorage(c: Costing, of: Reader, size: () => Decimal, variant: () => string): void {
  const striped = attempt(() => of('engine')?.startsWith('sqlserver') !== true && size().compare(decimal(of('engine')?.startsWith('oracle') === true ? 200 : 400)) >= 0);
  if ('undetermined' in striped) return;
  const more = (path: string, free: number): ReturnType<typeof attempt<Decimal | undefined>> => attempt(() => above(c.number(path), decimal(free)));
  const iops = more('iops', striped.value ? 12_000 : 3000);
  if ('undetermined' in iops) c.unknown('IOPS above what comes with it', 'fixed', iops.undetermined);
  else if (iops.value !== undefined) c.fixed(striped.value ? 'IOPS above 12,000' : 'IOPS above 3,000', () => c.fact(`Provisioned GP3 IOPS (above 12,000) ${variant()}`), () => iops.value ?? 0);
  const throughput = more('storage_throughput', striped.value ? 500 : 125);
  if ('value' in throughput && throughput.value !== undefined) c.fixed('Throughput above what comes with it', () => c.fact(`Provisioned GP3 throughput ${variant()}`), () => throughput.value ?? 0);
}

/** Credits of burstable classes, Performance Insights beyond a week, and support beyond the standard one. */
function extras(c: Costing, of: Reader, copies: () => Decimal, owner?: ResourceInstance): void {
  const type = attempt(() => c.needed('instance_class'));
  if ('undetermined' in type || type.value === 'db.serverless') return;
  const vcpus = (): Decimal => {
    const shape = ec2Shape(c.book, type.value.replace(/^db\./, ''));
    if (shape === undefined) throw new Undetermined(`the number of vCPUs of ${type.value} is not known`);
    return shape.vcpu.times(copies());
  };
  if (/^db\.t[34]/.test(type.value)) c.onUsage('CPU credits', 'cpu_credit_vcpu_hours', () => c.fact('CPU credits'), (hours) => hours);
  const insights = attempt(() => (c.flag('performance_insights_enabled') ? c.number('performance_insights_retention_period') : undefined));
  if ('value' in insights && insights.value !== undefined && insights.value.compare(decimal(7)) > 0) c.fixed('Performance Insights', () => c.fact(`Performance Insights Long Term Retention (${type.value})`), vcpus);
  const years = attempt(() => {
    if ((c.text('engine_lifecycle_support') ?? (owner === undefined ? undefined : c.on(owner).text('engine_lifecycle_support'))) === 'open-source-rds-extended-support-disabled') return 0;
    return extendedDatabaseSupport(of('engine') ?? '', of('engine_version') ?? '', c.world.today);
  });
  if ('value' in years && years.value > 0) c.fixed('Extended support', () => (years.value === 2 ? reduced(c.fact('Extended support (year 1)'), decimal(2), 'twice the charge from the third year on') : c.fact('Extended support (year 1)')), vcpus);
}

function clusterInstance(c: Costing): void {
  const cluster = c.follow('cluster_identifier', 'aws_rds_cluster');
  const of: Reader = (path) => c.text(path) ?? (cluster === undefined ? undefined : c.on(cluster).text(path));
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
  extras(c, (path) => (path === 'engine' ? (of(path) ?? 'aurora-mysql') : of(path)), () => decimal(1), cluster);
}

function cluster(c: Costing): void {
  const io = says(c, 'storage_type', 'aurora-iopt1');
  const instances = attempt(() => c.text('db_cluster_instance_class'));
  if ('value' in instances && instances.value !== undefined) return multiZoneCluster(c, instances.value);
  if (says(c, 'engine_mode', 'serverless')) {
    c.fixed('Capacity (serverless v1, at least)', () => c.fact('Aurora serverless'), () => {
      const low = c.number('scaling_configuration.min_capacity') ?? decimal(1);
      return { value: low, low, high: c.number('scaling_configuration.max_capacity') ?? decimal(16) };
    });
  }
  c.onUsage('Storage', 'storage_gb', () => c.fact(io ? 'Storage (I/O-optimized)' : 'Storage'));
  if (!io) c.onUsage('I/O requests', 'monthly_io_requests', () => c.fact('I/O requests'));
  c.onUsage('Backup storage', 'backup_gb', () => c.fact('Backup storage [case mysql_backtrack/mysql_backtrack_withoutU+]'));
  const window = attempt(() => c.number('backtrack_window'));
  if ('value' in window && window.value !== undefined && !window.value.isZero) c.onUsage('Backtrack', 'monthly_change_records', () => c.fact('Backtrack'));
}

/** A writer and two readable standbys, each with a copy of the storage. The vendor's price is 2.8 to 3 times the single instance. */
function multiZoneCluster(c: Costing, type: string): void {
  const engine = (): string => engineName(c.needed('engine'), undefined);
  c.fixed('Database instances', () => rdsPrice(c.book, type, c.region, engine()), () => ({ value: decimal(3), low: decimal('2.8'), high: decimal(3) }));
  const copies = (size: Decimal): Decimal => size.times(decimal(3));
  const kind = attempt(() => c.text('storage_type') ?? 'io1');
  if ('undetermined' in kind) return c.unknown('Storage', 'fixed', kind.undetermined);
  c.fixed('Storage', () => c.fact(kind.value === 'gp3' ? 'Storage (general purpose SSD, gp3) [Single-AZ]' : 'Storage (provisioned IOPS SSD, io1)', 'aws_db_instance'), () => {
    const size = c.number('allocated_storage');
    if (size === undefined) throw new Undetermined('allocated_storage is not given');
    return copies(size);
  });
  if (kind.value.startsWith('io')) c.fixed('Provisioned IOPS', () => c.fact('Provisioned IOPS', 'aws_db_instance'), () => copies(c.number('iops') ?? decimal(1000)));
}

function says(c: Costing, path: string, word: string): boolean {
  const read = attempt(() => c.text(path));
  return 'value' in read && read.value === word;
}

/** DocumentDB costs what Aurora costs, Neptune a fifth more, where the book has no row of the class. */
function otherInstance(factor: string, range: string, io: string): (c: Costing) => void {
  return (c) => {
    const parent = c.follow('cluster_identifier', 'aws_docdb_cluster', 'aws_neptune_cluster');
    const optimised = attempt(() => parent !== undefined && c.on(parent).text('storage_type') === 'iopt1');
    const dimension = (type: string): string => `Database instance (on-demand, ${type})`;
    c.fixed('Database instance', () => {
      const type = c.needed('instance_class');
      const about = { service: c.resource.type, dimension: dimension(type) };
      const found: Price | UnknownPrice = orRelated(byInstanceSize(c, c.resource.type, type, dimension), () => rdsPrice(c.book, type, c.region, 'Aurora MySQL'), factor, range, about);
      return 'value' in optimised && optimised.value ? marked(reduced(found, decimal(io), `I/O-optimised, x ${io}`)) : found;
    });
    const type = attempt(() => c.needed('instance_class'));
    if ('value' in type && /^db\.t[34]/.test(type.value)) c.onUsage('CPU credits', 'cpu_credit_vcpu_hours', () => c.fact('CPU credits'), (hours) => hours);
  };
}

function marked(found: Price | UnknownPrice): Price | UnknownPrice {
  return isPrice(found) ? { ...found, method: 'estimated', confidence: 'low' } : found;
}

function otherCluster(instanceType: string): (c: Costing) => void {
  return (c) => {
    const services = [c.resource.type, instanceType];
    c.onUsage('Storage', 'storage_gb', () => c.fact('Storage', services));
    if (!says(c, 'storage_type', 'iopt1')) c.onUsage('I/O requests', 'monthly_io_requests', () => c.fact('I/O requests', services));
    c.onUsage('Backup storage', 'backup_gb', () => c.fact('Backup storage', services));
  };
}

export const AWS_RELATIONAL: CosterTable = {
  aws_db_instance: databaseInstance,
  aws_rds_cluster: cluster,
  aws_rds_cluster_instance: clusterInstance,
  aws_docdb_cluster_instance: otherInstance('1', '0.95 to 1', '1.1'),
  aws_neptune_cluster_instance: otherInstance('1.2', '1.15 to 1.25', '1.35'),
  aws_docdb_cluster: otherCluster('aws_docdb_cluster_instance'),
  aws_neptune_cluster: otherCluster('aws_neptune_cluster_instance'),
};
