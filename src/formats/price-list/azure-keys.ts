/**
 * What a meter of Azure's retail prices is called in the price book: product, SKU and meter tell it together.
 *
 * What is not in the table keeps the vendor's words: it is listed and shown, but no rule asks for it.
 */
import type { BookKey } from './aws-keys.ts';

export interface AzureMeter {
  service: string;
  product: string;
  sku: string;
  meter: string;
}

type Row = readonly [service: string, meter: RegExp, key: (caught: readonly string[], meter: AzureMeter) => string | undefined];

const plain = (key: string): Row[2] => () => key;

const TABLE: readonly Row[] = [
  ['Storage', /^([PES]\d+) (LRS|ZRS) Disk$/, ([tier = '', copies = '']) => `azurerm_managed_disk :: Storage (${tier}, ${copies})`],
  ['NAT Gateway', /^Standard Gateway$/, plain('azurerm_nat_gateway :: NAT gateway')],
  ['NAT Gateway', /^Standard Data Processed$/, plain('azurerm_nat_gateway :: Data processed')],
  ['Virtual Network', /^Standard IPv4 Static Public IP$/, plain('azurerm_public_ip :: IP address (static, regional)')],
  ['Virtual Network', /^Basic IPv4 Dynamic Public IP$/, plain('azurerm_public_ip :: IP address (dynamic, regional)')],
  ['Virtual Network', /^Standard Private Endpoint$/, plain('azurerm_private_endpoint :: Private endpoint')],
  ['Load Balancer', /^Standard Overage LB Rules and Outbound Rules$/, plain('azurerm_lb_rule :: Rule usage')],
  ['Load Balancer', /^Standard Data Processed$/, plain('azurerm_lb :: Data processed')],
  ['Azure Kubernetes Service', /^Standard Uptime SLA$/, plain('azurerm_kubernetes_cluster :: Uptime SLA')],
  ['Azure Bastion', /^(Basic|Standard|Premium) Gateway$/, ([tier = '']) => `azurerm_bastion_host :: Bastion host${tier === 'Basic' ? '' : ` (${tier})`}`],
  ['Azure Firewall', /^(Basic|Standard|Premium) Deployment$/, ([tier = '']) => `azurerm_firewall :: Deployment (${tier})`],
  ['Azure Firewall', /^(?:Basic|Standard|Premium) Data Processed$/, plain('azurerm_firewall :: Data processed')],
  ['VPN Gateway', /^(VpnGw\dA?Z?|Basic)(?: Gateway)?$/, ([sku = '']) => `azurerm_virtual_network_gateway :: VPN gateway (${sku})`],
  ['ExpressRoute', /^(ErGw\dAZ|Standard|HighPerformance|UltraPerformance)(?: Gateway)?$/, ([sku = '']) => `azurerm_virtual_network_gateway :: ExpressRoute gateway (${sku})`],
  ['Application Gateway', /^Standard Fixed Cost$/, (_, { product }) => `azurerm_application_gateway :: Gateway usage (${product.includes('WAF') ? 'WAF' : 'basic'} v2)`],
  ['Application Gateway', /^Standard Capacity Units$/, (_, { product }) => `azurerm_application_gateway :: V2 capacity units (${product.includes('WAF') ? 'WAF' : 'basic'})`],
  ['Azure App Service', /^((?:[BS]\d|P\dm? ?v\d|I\d ?v\d))(?: App)?$/, ([size = ''], { product }) => `azurerm_service_plan :: Instance usage (${size.replace(' ', '')}) [${product.endsWith('Linux') ? 'Linux' : 'Windows'}.${size.replace(' ', '')}]`],
  ['Redis Cache', /^([CP]\d) Cache(?: Instance)?$/, ([size = ''], { product }) => `azurerm_redis_cache :: Cache usage (${/(Basic|Standard|Premium)/.exec(product)?.[1] ?? ''}_${size})`],
  ['Container Registry', /^(Basic|Standard|Premium) Registry Unit$/, ([tier = '']) => `azurerm_container_registry :: Registry usage (${tier})`],
  ['Service Bus', /^Standard Base Unit$/, plain('azurerm_servicebus_namespace :: Base charge')],
  ['Service Bus', /^Premium Messaging Unit$/, plain('azurerm_servicebus_namespace :: Messaging units')],
  ['Event Hubs', /^(Basic|Standard) Throughput Unit$/, ([tier = '']) => `azurerm_eventhub_namespace :: Capacity (${tier})`],
  ['API Management', /^(Developer|Basic|Standard|Premium) Units?$/, ([tier = '']) => `azurerm_api_management :: API management (${tier.toLowerCase()})`],
  ['SQL Database', /^((?:S|P)\d+) DTUs$/, ([level = '']) => `azurerm_mssql_database :: Compute (${level})`],
  ['SQL Database', /^vCore$/, (_, { product, sku }) => {
    const tier = product.includes('Business Critical') ? 'BC' : product.includes('Hyperscale') ? 'HS' : product.includes('General Purpose') ? 'GP' : undefined;
    const cores = /^(\d+) vCore$/.exec(sku)?.[1];
    return tier === undefined || cores === undefined || !product.includes('Compute Gen5') || product.includes('Serverless') ? undefined : `azurerm_mssql_database :: Compute (provisioned, ${tier}_Gen5_${cores})`;
  }],
  ['Log Analytics', /^(?:Pay-as-you-go|Analytics Logs) Data Ingestion$/, plain('azurerm_log_analytics_workspace :: Log data ingestion')],
  ['Azure Front Door Service', /^(Standard|Premium) Base Fees$/, ([tier = '']) => `azurerm_cdn_frontdoor_profile :: Base fee (${tier})`],
  ['Azure Cosmos DB', /^100 RU\/s$/, plain('azurerm_cosmosdb_sql_database :: Provisioned throughput (provisioned, West US)')],
];

export function azureKey(meter: AzureMeter): BookKey | undefined {
  for (const [service, pattern, key] of TABLE) {
    const found = service === meter.service ? pattern.exec(meter.meter) : null;
    const [name, dimension] = (found === null ? undefined : key(found.slice(1), meter))?.split(' :: ') ?? [];
    if (name !== undefined && dimension !== undefined) return { service: name, dimension };
  }
  return undefined;
}
