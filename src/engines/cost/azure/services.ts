/** Networks, applications and messages of Azure. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import { orRelated, reduced } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt, Undetermined } from '../costing.ts';

function publicAddress(c: Costing): void {
  const [kind, tier] = [(c.text('allocation_method') ?? 'Static').toLowerCase(), (c.text('sku_tier') ?? 'Regional').toLowerCase()];
  const basic = c.text('sku') === 'Basic' && kind === 'static' ? ' [case example_withBasicSku@lb_rule_v2_test]' : '';
  c.fixed('Public address', () => c.fact(`IP address (${kind}, ${tier})${basic}`));
}

/** The first five rules cost two and a half times one that follows; without a rule nothing is charged by the hour. */
function balancer(c: Costing): void {
  if (c.text('sku') === 'Basic') {
    c.free = 'basic load balancers carry no charge';
    return;
  }
  const rules = c.world.leadingTo(c.resource, ['azurerm_lb_rule', 'azurerm_lb_outbound_rule']).length;
  if (rules > 0) c.fixed('First five rules', () => reduced(c.fact('Rule usage', 'azurerm_lb_rule'), decimal('2.5'), 'the first five together, 2.5 x a further rule'));
  if (rules > 5) c.fixed('Further rules', () => c.fact('Rule usage', 'azurerm_lb_rule'), () => rules - 5);
  c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
}

function balancerRule(c: Costing): void {
  const parent = c.follow('loadbalancer_id', 'azurerm_lb');
  if (parent === undefined) c.fixed('Rule (above five)', () => c.fact('Rule usage', 'azurerm_lb_rule'), () => ({ value: decimal(1), low: decimal(0), high: decimal('2.5') }));
  else c.elsewhere = 'priced with its load balancer';
}

/** A unit of scale has ten capacity units, which are charged whether they are used or not. */
function applicationGateway(c: Costing): void {
  const sku = (): string => c.text('sku.name') ?? c.needed('sku.tier');
  const old = attempt(() => !/_v2$/i.test(sku()));
  if ('value' in old && old.value) return c.fixed('Gateway', () => c.fact(`Gateway usage (${sku()})`), () => c.number('sku.capacity') ?? 1);
  const kind = (): string => (sku().startsWith('WAF') ? 'WAF' : 'basic');
  c.fixed('Gateway', () => c.fact(`Gateway usage (${kind()} v2)`));
  c.fixed('Capacity units (at least)', () => c.fact(`V2 capacity units (${kind()})`), () => {
    const ten = (units: Decimal): Decimal => units.times(decimal(10));
    const low = c.number('autoscale_configuration.min_capacity') ?? c.number('sku.capacity') ?? decimal(0);
    return { value: ten(low), low: ten(low), high: ten(c.number('autoscale_configuration.max_capacity') ?? low) };
  });
}

function firewall(c: Costing): void {
  const hub = c.text('sku_name') === 'AZFW_Hub' ? (c.text('sku_tier') === 'Premium' ? ' Secured Virtual Hub' : ' Secure Virtual Hub') : '';
  c.fixed('Firewall', () => c.fact(`Deployment (${c.text('sku_tier') ?? 'Standard'}${hub})`));
  c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
}

function plan(c: Costing): void {
  const size = c.text('sku_name') ?? c.needed('sku.size');
  if (/^(F1|FREE|Y1|FC1)$/i.test(size)) {
    c.free = /^(Y1|FC1)$/i.test(size) ? 'charged by execution with its function apps' : 'the free tier';
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
  if (/^WS\d$/.test(size)) {
    const scale = 2 ** (Number(size.slice(2)) - 1);
    c.fixed('vCPU', () => c.fact(`Workflow vCore (${size})`, 'azurerm_logic_app_standard'), () => workers().times(decimal(scale)));
    return c.fixed('Memory', () => c.fact(`Workflow memory (${size})`, 'azurerm_logic_app_standard'), () => workers().times(decimal(scale * 3.5)));
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

function registry(c: Costing): void {
  const sku = c.text('sku') ?? 'Classic';
  c.fixed('Registry', () => c.fact(`Registry usage (${sku})`));
  const copies = c.list('georeplications').length;
  if (copies > 0) c.fixed('Replicas', () => c.fact('Geo replication (1 location)'), () => copies);
  c.onUsage('Storage', 'storage_gb', () => c.fact('Storage (over 10GB)'));
}

function serviceBus(c: Costing): void {
  const sku = c.needed('sku');
  if (sku === 'Premium') return c.fixed('Messaging units', () => c.fact('Messaging units'), () => c.number('capacity') ?? c.number('premium_messaging_partitions') ?? 1);
  if (sku !== 'Standard') return c.onUsage('Operations', 'monthly_requests', () => c.fact('Messaging operations'));
  c.fixed('Base charge', () => c.fact('Base charge'));
  // 13 million come with the base charge.
  c.onUsage('Operations above 13 million', 'monthly_requests', () => c.fact('Messaging operations (13M-100M)'), (count) => {
    const more = count.times(decimal('0.000001')).minus(decimal(13));
    return more.isNegative ? decimal(0) : more;
  });
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
  const express = (c.text('type') ?? 'Vpn') !== 'Vpn';
  c.fixed('Gateway', () => {
    const sku = c.needed('sku');
    const about = { service: c.resource.type, dimension: `${express ? 'ExpressRoute' : 'VPN'} gateway (${sku})` };
    // One that spans zones costs up to a tenth more than the one that does not.
    return express || !sku.endsWith('AZ') ? c.fact(about.dimension) : orRelated(c.fact(about.dimension), () => c.fact(`VPN gateway (${sku.slice(0, -2)})`), '1.05', '1 to 1.1', about);
  });
  if (!express) c.onUsage('Tunnels of people above 128', 'p2s_tunnels', () => c.fact('VPN gateway P2S tunnels (over 128)'));
};

/** Ten tunnels come with a gateway; ExpressRoute's connections are charged with their circuit. */
function connection(c: Costing): void {
  if (c.text('type') === 'ExpressRoute') {
    c.free = 'charged with its circuit';
    return;
  }
  const parent = c.follow('virtual_network_gateway_id', 'azurerm_virtual_network_gateway');
  if (parent !== undefined && c.world.leadingTo(parent, [c.resource.type]).length <= 10) {
    c.free = 'ten tunnels come with a gateway';
    return;
  }
  const sku = (): string => (parent === undefined ? 'VpnGw1' : c.on(parent).needed('sku'));
  c.fixed('Tunnel', () => c.fact(`VPN gateway (${sku()})`), () => ({ value: decimal(1), low: decimal(0), high: decimal(1) }));
}

function frontDoor(c: Costing): void {
  const rules = c.list('routing_rule').length;
  c.fixed('First five rules', () => c.fact('Routing rules (first 5 rules)'));
  if (rules > 5) c.fixed('Further rules', () => c.fact('Routing rules (per additional rule)'), () => rules - 5);
  const hosts = c.list('frontend_endpoint').length;
  if (hosts > 100) c.fixed('Hosts above 100', () => c.fact('Frontend hosts (over 100)'), () => hosts - 100);
  c.onUsage('Data to people', 'monthly_egress_gb', () => c.fact('North America, Europe and Africa (first 10TB)'));
  c.onUsage('Data in', 'monthly_data_ingested_gb', () => c.fact('Inbound data transfer'));
}

function frontDoorPolicy(c: Costing): void {
  c.fixed('Policy', () => c.fact('Policy'));
  const [custom, managed] = [c.list('custom_rule').length, c.list('managed_rule').length];
  if (custom > 0) c.fixed('Custom rules', () => c.fact('Custom rules'), () => custom);
  if (managed > 0) c.fixed('Managed rule sets', () => c.fact('Managed rulesets'), () => managed);
  c.onUsage('Requests', 'monthly_requests', () => c.fact(managed > 0 ? 'Managed ruleset requests' : 'Custom rule requests'));
}

/** `Standard_AzureFrontDoor`, `Premium_AzureFrontDoor`: a base fee, and requests. */
function edgeProfile(c: Costing): void {
  const tier = (): string => c.needed('sku_name').split('_')[0] ?? '';
  c.fixed('Base fee', () => c.fact(`Base fee (${tier()})`));
  c.onUsage('Requests', 'monthly_requests', () => c.fact(`Requests (${tier()})`));
  c.onUsage('Data to people', 'monthly_egress_gb', () => c.fact(`Outbound data transfer (${tier()})`));
}

function circuit(c: Costing): void {
  c.fixed('Circuit', () => c.fact(`Circuit (${c.needed('sku.tier')}, ${c.needed('sku.family')}, ${c.needed('bandwidth_in_mbps')} Mbps)`));
}

const SEARCH: Readonly<Record<string, string>> = { basic: 'Basic, 4 units', standard: 'Standard S1, 1 unit', standard2: 'Standard S2, 1 unit', standard3: 'Standard S3, 1 unit', storage_optimized_l1: 'Storage Optimized L1, 1 unit', storage_optimized_l2: 'Storage Optimized L2, 1 unit' };

function search(c: Costing): void {
  const sku = c.text('sku') ?? 'standard';
  if (sku === 'free') {
    c.free = 'the free tier';
    return;
  }
  c.fixed('Search units', () => c.fact(`Search usage (${SEARCH[sku] ?? sku})`), () => (c.number('replica_count') ?? decimal(1)).times(c.number('partition_count') ?? decimal(1)));
}

/** `S1` of one unit is what the book has; larger ones are told by their name. */
function hub(c: Costing): void {
  const name = c.needed('sku.name');
  if (name === 'F1') c.free = 'the free tier';
  else c.fixed('Units', () => c.fact(name === 'S1' ? 'IoT Hub' : `IoT Hub (${name})`), () => c.number('sku.capacity') ?? 1);
}

/** By tier, in units that the resource asks for. */
const inUnits = (tier: string, units: string, dimension: (tier: string) => string, free = 'Free') => (c: Costing): void => {
  const name = c.needed(tier).split('_')[0] ?? '';
  if (name.toLowerCase().startsWith(free.toLowerCase())) c.free = 'the free tier';
  else c.fixed('Units', () => c.fact(dimension(name.slice(0, 1).toUpperCase() + name.slice(1))), () => c.number(units) ?? 1);
};

function staticSite(c: Costing): void {
  if ((c.text('sku_tier') ?? 'Free') === 'Free') c.free = 'the free tier';
  else {
    c.fixed('Application', () => c.fact('Static Web App (Standard)', ['azurerm_static_web_app', 'azurerm_static_site']));
    c.onUsage('Data above 100 GB', 'monthly_egress_gb', () => c.fact('Bandwidth (over 100GB)', ['azurerm_static_web_app', 'azurerm_static_site']), (gb) => (gb.compare(decimal(100)) > 0 ? gb.minus(decimal(100)) : decimal(0)));
  }
}

/** Commitments are charged by the day, the rest by the GB. */
function logs(c: Costing): void {
  const sku = c.text('sku') ?? 'PerGB2018';
  if (sku === 'Free') c.free = 'the free tier';
  else if (sku === 'CapacityReservation') c.fixed(`Commitment (${c.text('reservation_capacity_in_gb_per_day') ?? '100'} GB a day)`, () => (c.text('reservation_capacity_in_gb_per_day') ?? '100') === '100' ? c.fact('Log data ingestion', c.resource.type, 'day') : c.fact(`Log data ingestion (${c.text('reservation_capacity_in_gb_per_day') ?? ''} GB a day)`));
  else c.onUsage('Data ingested', 'monthly_data_ingested_gb', () => c.fact('Log data ingestion', c.resource.type, 'GB'));
  const days = c.number('retention_in_days');
  if (days !== undefined && days.compare(decimal(31)) > 0) c.onUsage('Data kept above 31 days', 'storage_gb', () => c.fact('Log data retention'));
}

export const AZURE_SERVICES: CosterTable = {
  azurerm_public_ip: publicAddress,
  azurerm_nat_gateway: (c) => {
    c.fixed('NAT gateway', () => c.fact('NAT gateway'));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
  },
  azurerm_lb: balancer,
  azurerm_lb_rule: balancerRule,
  azurerm_lb_outbound_rule: balancerRule,
  azurerm_bastion_host: (c) => {
    const sku = c.text('sku') ?? 'Basic';
    if (sku === 'Developer') c.free = 'the developer tier';
    else c.fixed('Bastion host', () => c.fact(sku === 'Basic' ? 'Bastion host' : `Bastion host (${sku})`));
    c.onUsage('Data to the internet', 'monthly_egress_gb', () => c.fact('Outbound data transfer (first 10TB)'));
  },
  azurerm_application_gateway: applicationGateway,
  azurerm_firewall: firewall,
  azurerm_virtual_network_gateway: gateway,
  azurerm_virtual_network_gateway_connection: connection,
  azurerm_express_route_circuit: circuit,
  azurerm_express_route_gateway: (c) => c.fixed('Scale units', () => c.fact('ER scale units (2 Gbps)'), () => c.number('scale_units') ?? 1),
  azurerm_vpn_gateway: (c) => c.fixed('Scale units', () => c.fact('S2S scale units (500 Mbps)'), () => c.number('scale_unit') ?? 1),
  azurerm_point_to_site_vpn_gateway: (c) => {
    c.fixed('Scale units', () => c.fact('P2S scale units (500 Mbps)'), () => c.number('scale_unit') ?? 1);
    c.onUsage('Connections', 'connections', () => c.fact('P2S connections'));
  },
  azurerm_frontdoor: frontDoor,
  azurerm_frontdoor_firewall_policy: frontDoorPolicy,
  azurerm_cdn_frontdoor_profile: edgeProfile,
  azurerm_search_service: search,
  azurerm_iothub: hub,
  azurerm_signalr_service: inUnits('sku.name', 'sku.capacity', (tier) => `Service usage (${tier})`),
  azurerm_notification_hub_namespace: inUnits('sku_name', 'units', (tier) => `Namespace usage (${tier})`),
  azurerm_app_configuration: (c) => {
    if ((c.text('sku') ?? 'free') === 'free') c.free = 'the free tier';
    else {
      const copies = c.list('replica').length;
      c.fixed('Store', () => c.fact('Instance'));
      if (copies > 0) c.fixed('Replicas', () => c.fact('Instance'), () => copies);
      c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests (over 200k/day per replica)'));
    }
  },
  azurerm_service_plan: plan,
  azurerm_app_service_plan: plan,
  azurerm_function_app: functionApp,
  azurerm_linux_function_app: functionApp,
  azurerm_windows_function_app: functionApp,
  azurerm_static_web_app: staticSite,
  azurerm_static_site: staticSite,
  azurerm_log_analytics_workspace: logs,
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
