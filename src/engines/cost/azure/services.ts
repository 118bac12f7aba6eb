/** Networks, applications, databases and messages of Azure. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import { bySize, POWERS } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';

function publicAddress(c: Costing): void {
  const [kind, tier] = [(c.text('allocation_method') ?? 'Static').toLowerCase(), (c.text('sku_tier') ?? 'Regional').toLowerCase()];
  c.fixed('Public address', () => c.fact(`IP address (${kind}, ${tier})`));
}

function applicationGateway(c: Costing): void {
  const waf = (): string => {
    const sku = c.needed('sku.name');
    if (!/_v2$/i.test(sku)) throw new Undetermined(`the price book has no price of ${sku}`);
    return sku.startsWith('WAF') ? 'WAF' : 'basic';
  };
  c.fixed('Gateway', () => c.fact(`Gateway usage (${waf()} v2)`));
  c.fixed('Capacity units (at least)', () => c.fact(`V2 capacity units (${waf()})`), () => {
    const low = c.number('autoscale_configuration.min_capacity') ?? c.number('sku.capacity') ?? decimal(1);
    return { value: low, low, high: c.number('autoscale_configuration.max_capacity') ?? low };
  });
}

function firewall(c: Costing): void {
  const hub = c.text('sku_name') === 'AZFW_Hub' ? (c.text('sku_tier') === 'Premium' ? ' Secured Virtual Hub' : ' Secure Virtual Hub') : '';
  c.fixed('Firewall', () => c.fact(`Deployment (${c.text('sku_tier') ?? 'Standard'}${hub})`));
  c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
}

function plan(c: Costing): void {
  const size = c.text('sku_name') ?? c.needed('sku.size');
  if (/^(F1|FREE|Y1)$/i.test(size)) {
    c.free = size.toUpperCase() === 'Y1' ? 'charged by execution with its function apps' : 'the free tier';
    return;
  }
  const system = (): string => {
    const kind = c.text('os_type') ?? c.text('kind') ?? 'Windows';
    return /linux/i.test(kind) || c.flag('reserved') ? 'Linux' : /container/i.test(kind) ? 'WindowsContainer' : 'Windows';
  };
  const workers = (): Decimal => c.number('worker_count') ?? c.number('sku.capacity') ?? decimal(1);
  if (/^EP\d$/.test(size)) {
    const scale = 2 ** (Number(size.slice(2)) - 1);
    c.fixed('vCPU', () => c.fact(`vCPU (${size})`, 'azurerm_linux_function_app'), () => workers().times(decimal(scale)));
    return c.fixed('Memory', () => c.fact(`Memory (${size})`, 'azurerm_linux_function_app'), () => workers().times(decimal(scale * 3.5)));
  }
  const dimension = `Instance usage (${size})`;
  c.fixed('Instances', () => {
    const found = c.fact(`${dimension} [${system()}.${size}]`, 'azurerm_service_plan');
    return 'amount' in found ? found : c.fact(dimension, ['azurerm_service_plan', 'azurerm_app_service_plan']);
  }, workers);
}

function functionApp(c: Costing): void {
  c.onUsage('Executions', 'monthly_requests', () => c.fact('Executions'));
  c.onUsage('Execution time', 'monthly_gb_seconds', () => c.fact('Execution time'), (seconds) => seconds);
}

/** `GP_Gen5_4`, `BC_Gen5_8`, `S3`, `GP_S_Gen5_2`. */
function sqlDatabase(c: Costing): void {
  const sku = c.text('sku_name') ?? 'GP_S_Gen5_2';
  const cores = /^(GP_S|GP|BC|HS)_(\w+?)_(\d+)$/.exec(sku);
  if (sku === 'ElasticPool') {
    c.elsewhere = 'priced with its elastic pool';
    return;
  }
  if (cores === null) return c.fixed('Compute', () => c.fact(`Compute (${sku})`));
  const [, tier = '', family = '', size = '1'] = cores;
  if (tier === 'GP_S') c.onUsage('Compute (serverless)', 'average_vcpu', () => c.fact('Compute (serverless, GP_S_Gen5_4)'));
  else {
    c.fixed('Compute', () => bySize(c, 'azurerm_mssql_database', Number(size), POWERS, (count) => `Compute (provisioned, ${tier}_${family}_${count})`));
    if (c.text('license_type') !== 'BasePrice') c.fixed('SQL licence', () => c.fact(`SQL license [case ${tier === 'BC' ? 'business_critical_gen/business_critical_m' : 'backup_default/backup_geo+'}]`), () => Number(size));
  }
  c.fixed('Storage', () => c.fact(`Storage [case ${tier === 'BC' ? 'business_critical_gen/business_critical_m+' : 'backup_default/backup_geo+'}]`), () => c.number('max_size_gb') ?? 32);
}

function managedInstance(c: Costing): void {
  const [tier = '', family = ''] = c.needed('sku_name').split('_');
  const cores = c.number('vcores');
  c.fixed('Compute', () => {
    if (cores === undefined) throw new Undetermined('vcores is not given');
    return bySize(c, 'azurerm_mssql_managed_instance', cores.toNumber(), POWERS, (count) => `Compute (${tier}_${family.toUpperCase()} ${count} cores)`);
  });
  if (c.text('license_type') === 'LicenseIncluded' && tier === 'GP') c.fixed('SQL licence', () => c.fact('SQL license'), () => cores ?? 0);
  const more = (c.number('storage_size_in_gb') ?? decimal(32)).minus(decimal(32));
  if (!more.isNegative && !more.isZero) c.fixed('Storage above 32 GB', () => c.fact('Additional Storage'), () => more);
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
    return (megabytes === undefined ? (c.number('storage.size_gb') ?? c.number('storage.0.size_gb') ?? decimal(32)) : megabytes.dividedBy(decimal(1024), 6)).times(decimal(copies));
  });
  c.onUsage('Additional backup storage', 'backup_gb', () => c.fact('Additional backup storage'));
}

function cosmos(c: Costing): void {
  const scaling = c.number('autoscale_settings.max_throughput');
  const mode = scaling === undefined ? 'provisioned' : 'autoscale';
  const given = scaling ?? c.number('throughput');
  if (given !== undefined) {
    const hundreds = given.dividedBy(decimal(100), 4);
    // An autoscaled throughput costs half as much again, and runs from a tenth of the most to the most.
    const most = scaling === undefined ? hundreds : hundreds.times(decimal('1.5'));
    const least = scaling === undefined ? hundreds : most.times(decimal('0.1'));
    c.fixed(`Throughput (${mode})`, () => c.fact(`Provisioned throughput (${mode}, West US)`, 'azurerm_cosmosdb_sql_database'), () => ({ value: scaling === undefined ? hundreds : least, low: least, high: most }));
  } else c.onUsage('Request units (serverless)', 'monthly_requests', () => c.fact('Provisioned throughput (serverless)', 'azurerm_cosmosdb_sql_database'));
  c.onUsage('Storage', 'storage_gb', () => c.fact('Transactional storage (West US)', 'azurerm_cosmosdb_sql_database'));
}

/** Priced by node: one of the basic tier, a pair of the standard one, a primary and its replicas for each shard of the premium one. */
function redis(c: Costing): void {
  c.fixed('Nodes', () => c.fact(`Cache usage (${c.needed('sku_name')}_${c.needed('family')}${c.needed('capacity')})`), () => {
    const sku = c.needed('sku_name');
    if (sku !== 'Premium') return sku === 'Basic' ? 1 : 2;
    const replicas = c.number('replicas_per_primary') ?? c.number('replicas_per_master') ?? decimal(1);
    return (c.number('shard_count') ?? decimal(1)).times(replicas.plus(decimal(1)));
  });
}

function storageAccount(c: Costing): void {
  const name = (): string => {
    const [kind, tier, copies, access] = [c.text('account_kind') ?? 'StorageV2', c.text('account_tier') ?? 'Standard', c.text('account_replication_type') ?? 'LRS', c.text('access_tier') ?? 'Hot'];
    return `${kind}.${tier}.${copies}.${access}`;
  };
  c.onUsage('Storage', 'storage_gb', () => {
    const first = c.fact(`Capacity (first 50TB) [${name()}]`);
    return 'amount' in first ? first : c.fact(`Capacity [${name()}]`);
  });
}

function registry(c: Costing): void {
  const sku = c.text('sku') ?? 'Classic';
  c.fixed('Registry', () => c.fact(`Registry usage (${sku})`));
  const copies = c.list('georeplications').length;
  if (copies > 0) c.fixed('Replicas', () => c.fact('Geo replication (1 location)'), () => copies);
  c.onUsage('Storage', 'storage_gb', () => c.fact('Storage (over 10GB)'));
}

function serviceBus(c: Costing): void {
  const sku = c.needed('sku');
  if (sku === 'Premium') c.unknown('Messaging units', 'fixed', 'the price book has no price of the premium tier');
  else if (sku === 'Standard') c.fixed('Base charge', () => c.fact('Base charge'));
  c.onUsage('Operations', 'monthly_requests', () => c.fact('Messaging operations'));
}

function eventHub(c: Costing): void {
  const sku = c.needed('sku');
  c.fixed('Capacity', () => c.fact(`Capacity (${sku})`), () => c.number('capacity') ?? 1);
  if (sku === 'Basic' || sku === 'Standard') c.onUsage('Events', 'monthly_messages', () => c.fact(`Ingress event (${sku})`));
}

function apiManagement(c: Costing): void {
  const [tier = '', units = '1'] = c.needed('sku_name').toLowerCase().split('_');
  if (tier === 'consumption') c.onUsage('Requests', 'monthly_requests', () => c.fact('API management (consumption)'));
  else c.fixed('Units', () => c.fact(`API management (${tier})`), () => Number(units));
}

const gateway = (c: Costing): void => {
  if ((c.text('type') ?? 'Vpn') !== 'Vpn') return c.unknown('Gateway', 'fixed', 'the price book has no prices of ExpressRoute gateways');
  c.fixed('Gateway', () => c.fact(`VPN gateway (${c.needed('sku')})`));
};

export const AZURE_SERVICES: CosterTable = {
  azurerm_public_ip: publicAddress,
  azurerm_nat_gateway: (c) => {
    c.fixed('NAT gateway', () => c.fact('NAT gateway'));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
  },
  azurerm_lb: (c) => {
    if (c.text('sku') === 'Basic') c.free = 'basic load balancers carry no charge';
    else c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
  },
  azurerm_lb_rule: (c) => c.fixed('Rule (above five)', () => c.fact('Rule usage'), () => ({ value: decimal(1), low: decimal(0), high: decimal(1) })),
  azurerm_bastion_host: (c) => c.fixed('Bastion host', () => c.fact('Bastion host')),
  azurerm_application_gateway: applicationGateway,
  azurerm_firewall: firewall,
  azurerm_virtual_network_gateway: gateway,
  azurerm_service_plan: plan,
  azurerm_app_service_plan: plan,
  azurerm_function_app: functionApp,
  azurerm_linux_function_app: functionApp,
  azurerm_windows_function_app: functionApp,
  azurerm_static_web_app: (c) => {
    if ((c.text('sku_tier') ?? 'Free') === 'Free') c.free = 'the free tier';
    else c.unknown('Application', 'fixed', 'the price book has no price of the standard tier');
  },
  azurerm_mssql_database: sqlDatabase,
  azurerm_mssql_managed_instance: managedInstance,
  azurerm_postgresql_flexible_server: flexibleServer,
  azurerm_mysql_flexible_server: flexibleServer,
  azurerm_postgresql_server: (c) => c.fixed('Compute', () => c.fact(`Compute (${c.needed('sku_name')})`)),
  azurerm_mysql_server: (c) => c.fixed('Compute', () => c.fact(`Compute (${c.needed('sku_name')})`)),
  azurerm_cosmosdb_sql_database: cosmos,
  azurerm_cosmosdb_sql_container: cosmos,
  azurerm_cosmosdb_mongo_database: cosmos,
  azurerm_cosmosdb_mongo_collection: cosmos,
  azurerm_redis_cache: redis,
  azurerm_storage_account: storageAccount,
  azurerm_log_analytics_workspace: (c) => c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Log data ingestion', c.resource.type, 'GB')),
  azurerm_application_insights: (c) => c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Data ingested')),
  azurerm_container_registry: registry,
  azurerm_key_vault: (c) => c.onUsage('Operations', 'monthly_requests', () => c.fact('Secrets operations', 'azurerm_key_vault_key')),
  azurerm_key_vault_key: (c) => {
    if (c.text('key_type')?.endsWith('-HSM') === true) c.fixed('Key in hardware', () => c.fact('HSM-protected keys', c.resource.type, 'month'));
    c.onUsage('Operations', 'monthly_requests', () => c.fact('Secrets operations'));
  },
  azurerm_private_endpoint: (c) => {
    c.fixed('Private endpoint', () => c.fact('Private endpoint'));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Inbound data processed (first 1PB)'));
  },
  azurerm_private_dns_zone: (c) => c.fixed('Zone', () => c.fact('Hosted zone')),
  azurerm_dns_zone: (c) => c.fixed('Zone', () => c.fact('Hosted zone')),
  azurerm_servicebus_namespace: serviceBus,
  azurerm_eventhub_namespace: eventHub,
  azurerm_api_management: apiManagement,
};
