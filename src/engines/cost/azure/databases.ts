/** SQL, PostgreSQL, MySQL, Cosmos and caches of Azure. Semantics: the vendor's price pages of each. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { ResourceInstance } from '../../infrastructure/model.ts';
import type { Price, UnknownPrice } from '../../price-book/price.ts';
import { isPrice } from '../../price-book/price.ts';
import { bySize, POWERS } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';

type Found = Price | UnknownPrice;

const SQL = ['azurerm_mssql_database', 'azurerm_sql_database'];
/** Database transaction units of each level: levels of one kind are priced in proportion to them. */
const LEVELS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  S: { S0: 10, S1: 20, S2: 50, S3: 100, S4: 200, S6: 400, S7: 800, S9: 1600, S12: 3000 },
  P: { P1: 125, P2: 250, P4: 500, P6: 1000 },
};
const POOL_SIZES: readonly number[] = [50, 100, 125, 200, 250, 300, 400, 500, 800, 1000, 1200, 1500, 1600, 2000, 2500, 3000, 3500, 4000];
/** GB that come with a level. */
const INCLUDED: Readonly<Record<string, number>> = { S: 250, P: 500 };

function sqlDatabase(c: Costing): void {
  const old = c.resource.type === 'azurerm_sql_database';
  const sku = c.text(old ? 'requested_service_objective_name' : 'sku_name') ?? (old ? 'S0' : 'GP_S_Gen5_2');
  if (sku === 'ElasticPool' || c.text('elastic_pool_id') !== undefined || c.text('elastic_pool_name') !== undefined || c.follow('elastic_pool_id', 'azurerm_mssql_elasticpool') !== undefined) {
    c.elsewhere = 'priced with its elastic pool';
    return;
  }
  const cores = /^(GP_S|GP|BC|HS_S|HS)_(\w+?)_(\d+)$/.exec(sku);
  if (cores === null) return byUnits(c, sku);
  const [, tier = '', family = '', size = '1'] = cores;
  byCores(c, tier, family, Number(size));
}

function byUnits(c: Costing, sku: string): void {
  const kind = sku.slice(0, 1);
  const levels = LEVELS[kind];
  const units = levels?.[sku];
  const named = (count: number): string => `Compute (${Object.entries(levels ?? {}).find(([, its]) => its === count)?.[0] ?? sku})`;
  c.fixed('Compute', () => (units === undefined ? c.fact(`Compute (${sku})`, SQL) : bySize(c, SQL, units, Object.values(levels ?? {}), named)));
  const size = c.number('max_size_gb');
  const included = INCLUDED[kind];
  if (size !== undefined && included !== undefined && size.compare(decimal(included)) > 0) c.fixed(`Storage above ${included} GB`, () => c.fact(`Extra data storage [case ${kind === 'P' ? 'premium6' : 'standard12'}]`, SQL), () => size.minus(decimal(included)));
}

/** Compute by core; the licence apart, which Hyperscale has in its price and hybrid benefit brings along. */
function byCores(c: Costing, tier: string, family: string, size: number): void {
  const zones = attempt(() => c.flag('zone_redundant'));
  const redundant = 'value' in zones && zones.value;
  const business = tier === 'BC';
  if (tier.endsWith('_S')) serverless(c, tier, redundant);
  else {
    c.fixed('Compute', () => bySize(c, SQL, size, POWERS, (count) => `Compute (provisioned, ${tier}_${family}_${count})`));
    if (redundant && tier === 'GP') c.fixed('Zone redundancy', () => bySize(c, SQL, size, POWERS, (count) => `Zone redundancy (provisioned, GP_${family}_${count})`));
    if (c.text('license_type') !== 'BasePrice' && tier !== 'HS') c.fixed('SQL licence', () => c.fact(`SQL license [case ${business ? 'business_critical_gen/business_critical_m' : 'backup_default/backup_geo+'}]`, SQL), () => size);
    const replicas = c.number('read_replica_count');
    if (tier === 'HS' && replicas !== undefined && !replicas.isZero) c.fixed('Read replicas', () => bySize(c, SQL, size, POWERS, (count) => `Compute (provisioned, HS_${family}_${count})`), () => replicas);
  }
  if (tier.startsWith('HS')) c.onUsage('Storage', 'storage_gb', () => c.fact('Storage [case business_critical_gen/business_critical_m+]', SQL));
  else c.fixed('Storage', () => c.fact(`Storage [case ${business ? 'business_critical_gen/business_critical_m+' : redundant ? 'general_purpose_gen_zone/serverless_zone' : 'backup_default/backup_geo+'}]`, SQL), () => c.number('max_size_gb') ?? 32);
  c.onUsage('Backups', 'backup_gb', () => c.fact(`PITR backup storage (${(c.text('storage_account_type') ?? 'Geo') === 'Local' ? 'LRS' : (c.text('storage_account_type') ?? 'Geo') === 'Zone' ? 'ZRS' : 'RA-GRS'})`, SQL));
}

/** By the cores that are used; one that never pauses uses its least at all times. */
function serverless(c: Costing, tier: string, redundant: boolean): void {
  const price = (): Found => c.fact(tier === 'GP_S' ? 'Compute (serverless, GP_S_Gen5_4)' : 'Compute (serverless, HS_S_Gen5)', SQL);
  const least = c.text('auto_pause_delay_in_minutes') === '-1' ? c.number('min_capacity') : undefined;
  if (least !== undefined) c.fixed('Compute (serverless, at least)', price, () => least);
  else c.onUsage('Compute (serverless)', 'average_vcpu', price);
  if (redundant) c.onUsage('Zone redundancy', 'average_vcpu', () => c.fact('Zone redundancy (serverless, GP_S_Gen5_4)', SQL));
}

/** By units (`StandardPool`) or by cores (`GP_Gen5`), with the storage that it may grow to. */
function elasticPool(c: Costing): void {
  const services = ['azurerm_mssql_elasticpool', 'azurerm_sql_elasticpool'];
  const name = c.text('sku.name') ?? `${c.needed('edition')}Pool`;
  const size = (c.number('sku.capacity') ?? c.number('dtu') ?? decimal(0)).toNumber();
  if (size === 0) throw new Undetermined('sku.capacity is not given');
  const units = /^(Basic|Standard|Premium)Pool$/.exec(name)?.[1];
  if (units !== undefined) return c.fixed('Compute', () => bySize(c, services, size, POOL_SIZES, (count) => `Compute (${units}, ${count} DTUs)`));
  const business = name.startsWith('BC');
  c.fixed('Compute', () => bySize(c, services, size, POWERS, (count) => `Compute (${name}, ${count} vCore)`));
  const redundant = c.flag('zone_redundant') && !business;
  if (redundant) c.fixed('Zone redundancy', () => bySize(c, services, size, POWERS, (count) => `Zone redundancy (${name}, ${count} vCore)`));
  if (c.text('license_type') !== 'BasePrice') c.fixed('SQL licence', () => c.fact(`SQL license [case ${business ? 'bc_dc/bc_dc_zone_redundant' : 'gp_gen5/gp_gen5_zone_redundant'}]`, services), () => size);
  c.fixed('Storage', () => c.fact(`Storage [case ${business ? 'bc_dc/bc_dc_zone_redundant' : redundant ? 'gp_gen5_zone_redundant' : 'gp_gen5/gp_gen5_zone_no_license'}]`, services), () => c.number('max_size_gb') ?? 32);
}

function managedInstance(c: Costing): void {
  const [tier = '', family = ''] = c.needed('sku_name').split('_');
  const cores = c.number('vcores');
  const word = c.resource.type === 'azurerm_sql_managed_instance' ? 'Cores' : 'cores';
  const services = ['azurerm_mssql_managed_instance', 'azurerm_sql_managed_instance'];
  c.fixed('Compute', () => {
    if (cores === undefined) throw new Undetermined('vcores is not given');
    const found = bySize(c, services, cores.toNumber(), POWERS, (count) => `Compute (${tier}_${family.toUpperCase()} ${count} ${word})`);
    return isPrice(found) ? found : bySize(c, services, cores.toNumber(), POWERS, (count) => `Compute (${tier}_${family.toUpperCase()} ${count} cores)`);
  });
  if ((c.text('license_type') ?? 'LicenseIncluded') === 'LicenseIncluded') c.fixed('SQL licence', () => (tier === 'GP' ? c.fact('SQL license', services) : c.fact('SQL license [case business_critical_gen/business_critical_m]', SQL)), () => cores ?? 0);
  const more = (c.number('storage_size_in_gb') ?? decimal(32)).minus(decimal(32));
  if (!more.isNegative && !more.isZero) c.fixed('Storage above 32 GB', () => c.fact('Additional Storage', services), () => more);
  c.onUsage('Backups', 'backup_gb', () => c.fact(`PITR backup storage (${c.text('storage_account_type') ?? 'LRS'})`, services));
}

/** `GP_Standard_D4s_v3`: in proportion to its vCPUs within a family; burstable ones are not. */
function flexibleServer(c: Costing): void {
  const sku = c.needed('sku_name');
  const parts = /^(.*_[DE])(\d+)(.*)$/.exec(sku);
  const high = attempt(() => c.list('high_availability').length > 0);
  const copies = 'value' in high && high.value ? 2 : 1;
  const { type } = c.resource;
  c.fixed('Compute', () => (parts === null ? c.fact(`Compute (${sku})`) : bySize(c, type, Number(parts[2]), POWERS, (count) => `Compute (${parts[1] ?? ''}${count}${parts[3] ?? ''})`)), () => copies);
  c.fixed('Storage', () => c.fact('Storage'), () => {
    const megabytes = c.number('storage_mb');
    return (megabytes === undefined ? (c.number('storage.size_gb') ?? decimal(32)) : megabytes.dividedBy(decimal(1024), 6)).times(decimal(copies));
  });
  const more = attempt(() => c.number('storage.iops'));
  if (type.includes('mysql') && 'value' in more && more.value !== undefined && more.value.compare(decimal(396)) > 0) c.notes.push('IOPS above what comes with the storage are not counted');
  c.onUsage('Additional backup storage', 'backup_gb', () => c.fact('Additional backup storage'));
}

/** `B_Gen5_2`, `GP_Gen5_4`, `MO_Gen5_16`: in proportion to its cores. */
function singleServer(c: Costing): void {
  const sku = c.needed('sku_name');
  const [, tier = '', cores = '1'] = /^(.*)_(\d+)$/.exec(sku) ?? [];
  c.fixed('Compute', () => bySize(c, c.resource.type, Number(cores), POWERS, (count) => `Compute (${tier}_${count})`));
  c.fixed('Storage', () => c.fact(`Storage [case ${tier.startsWith('B_') ? 'basic_2core' : 'gp_4core/mo_16core+'}]`), () => (c.number('storage_mb') ?? decimal(5120)).dividedBy(decimal(1024), 6));
  c.onUsage('Additional backup storage', 'backup_gb', () => c.fact(`Additional backup storage [case ${c.flag('geo_redundant_backup_enabled') ? 'with_geo' : 'basic_2core/gp_4core+'}]`));
}

const COSMOS = 'azurerm_cosmosdb_sql_database';
const COSMOS_PARENTS: readonly string[] = ['azurerm_cosmosdb_sql_database', 'azurerm_cosmosdb_mongo_database', 'azurerm_cosmosdb_cassandra_keyspace', 'azurerm_cosmosdb_gremlin_database'];

function account(c: Costing): ResourceInstance | undefined {
  return c.follow('account_name', 'azurerm_cosmosdb_account') ?? c.follow('cosmosdb_account_id', 'azurerm_cosmosdb_account');
}

/** Throughput is charged in each region of the account; several regions that write double it. */
function regions(c: Costing): Decimal {
  const parent = account(c);
  if (parent === undefined) return decimal(1);
  const inner = c.on(parent);
  const count = Math.max(1, inner.list('geo_location').length);
  const writes = inner.flag('multiple_write_locations_enabled') || inner.flag('enable_multiple_write_locations');
  return decimal(writes && count > 1 ? count * 2 : count);
}

function cosmos(c: Costing): void {
  const scaling = c.number('autoscale_settings.max_throughput');
  const mode = scaling === undefined ? 'provisioned' : 'autoscale';
  const given = scaling ?? c.number('throughput');
  const owner = ['database_name', 'keyspace_name'].map((path) => c.follow(path, ...COSMOS_PARENTS)).find((one) => one !== undefined);
  if (given === undefined && owner !== undefined && (c.on(owner).number('throughput') ?? c.on(owner).number('autoscale_settings.max_throughput')) !== undefined) {
    c.elsewhere = 'shares the throughput of its database';
    return;
  }
  if (given !== undefined) {
    const hundreds = given.dividedBy(decimal(100), 4).times(regions(c));
    // An autoscaled throughput costs half as much again, and runs from a tenth of the most to the most.
    const most = scaling === undefined ? hundreds : hundreds.times(decimal('1.5'));
    const least = scaling === undefined ? hundreds : most.times(decimal('0.1'));
    c.fixed(`Throughput (${mode})`, () => c.fact(`Provisioned throughput (${mode}, West US)`, COSMOS), () => ({ value: least, low: least, high: most }));
  } else c.onUsage('Request units (serverless)', 'monthly_requests', () => c.fact('Provisioned throughput (serverless)', COSMOS));
  c.onUsage('Storage', 'storage_gb', () => c.fact('Transactional storage (West US)', COSMOS));
}

/** Priced by node: one of the basic tier, a pair of the standard one, a primary and its replicas for each shard of the premium one. */
function redis(c: Costing): void {
  const sizes = [1, 2, 4, 8];
  c.fixed('Nodes', () => {
    const [sku, family, size] = [c.needed('sku_name'), c.needed('family'), c.needed('capacity')];
    const exact = c.fact(`Cache usage (${sku}_${family}${size})`);
    // Premium sizes double from one to the next: 6, 13, 26, 53 GB.
    return isPrice(exact) || sku !== 'Premium' ? exact : bySize(c, c.resource.type, 2 ** (Number(size) - 1), sizes, (count) => `Cache usage (Premium_P${Math.log2(count) + 1})`);
  }, () => {
    const sku = c.needed('sku_name');
    if (sku !== 'Premium') return sku === 'Basic' ? 1 : 2;
    const replicas = c.number('replicas_per_primary') ?? c.number('replicas_per_master') ?? decimal(1);
    return (c.number('shard_count') ?? decimal(1)).times(replicas.plus(decimal(1)));
  });
}

export const AZURE_DATABASES: CosterTable = {
  azurerm_mssql_database: sqlDatabase,
  azurerm_sql_database: sqlDatabase,
  azurerm_mssql_elasticpool: elasticPool,
  azurerm_sql_elasticpool: elasticPool,
  azurerm_mssql_managed_instance: managedInstance,
  azurerm_sql_managed_instance: managedInstance,
  azurerm_postgresql_flexible_server: flexibleServer,
  azurerm_mysql_flexible_server: flexibleServer,
  azurerm_postgresql_server: singleServer,
  azurerm_mysql_server: singleServer,
  azurerm_mariadb_server: singleServer,
  azurerm_cosmosdb_account: (c) => {
    c.elsewhere = 'priced with its databases and containers';
  },
  azurerm_cosmosdb_sql_database: cosmos,
  azurerm_cosmosdb_sql_container: cosmos,
  azurerm_cosmosdb_mongo_database: cosmos,
  azurerm_cosmosdb_mongo_collection: cosmos,
  azurerm_cosmosdb_cassandra_keyspace: cosmos,
  azurerm_cosmosdb_cassandra_table: cosmos,
  azurerm_cosmosdb_gremlin_database: cosmos,
  azurerm_cosmosdb_gremlin_graph: cosmos,
  azurerm_cosmosdb_table: cosmos,
  azurerm_redis_cache: redis,
};
