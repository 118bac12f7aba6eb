/** Addresses, gateways, balancers, names and firewalls of AWS. */
import { orRelated } from '../by-size.ts';
import type { Costing, Coster, CosterTable } from '../costing.ts';
import { attempt } from '../costing.ts';

const attachment: Coster = (c) => {
  c.fixed('Attachment', () => c.fact('Transit gateway attachment', ['aws_ec2_transit_gateway_vpc_attachment']));
  if (c.resource.type.includes('vpc')) c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed', ['aws_ec2_transit_gateway_vpc_attachment']));
};

function balancer(c: Costing): void {
  const kind = attempt(() => c.text('load_balancer_type') ?? 'application');
  if ('undetermined' in kind) return c.unknown('Load balancer', 'fixed', kind.undetermined);
  const [name, units] = kind.value === 'network' ? ['Network load balancer', '[NLB]'] : kind.value === 'gateway' ? ['Gateway load balancer', '[GLB]'] : ['Application load balancer', '[ALB]'];
  c.fixed(name, () => c.fact(name, 'aws_lb'));
  c.onUsage('Capacity units', 'capacity_units', () => c.fact(`Load balancer capacity units ${units}`, 'aws_lb'));
  balancerAddresses(c);
}

/** A balancer that faces the internet has a public address in each of its zones; elastic ones are charged themselves. */
function balancerAddresses(c: Costing): void {
  const zones = attempt(() => {
    if (c.flag('internal') || c.text('load_balancer_type') === 'gateway' || c.text('ip_address_type') === 'dualstack-without-public-ipv4') return 0;
    const mappings = c.list('subnet_mapping');
    return mappings.length > 0 ? mappings.filter((one) => c.text('allocation_id', one) === undefined).length : c.list('subnets').length;
  });
  if ('value' in zones && zones.value > 0) c.fixed('Public IPv4 address in each zone', () => c.fact('Public IPv4 address, in use or idle', 'aws_public_ipv4'), () => zones.value);
}

function endpoint(c: Costing): void {
  const kind = attempt(() => c.text('vpc_endpoint_type') ?? 'Gateway');
  if ('undetermined' in kind) return c.unknown('Endpoint', 'fixed', kind.undetermined);
  if (kind.value === 'Gateway') c.free = 'gateway endpoints carry no charge';
  else {
    const zones = attempt(() => c.list('subnet_ids').length);
    const many = 'value' in zones ? Math.max(1, zones.value) : 1;
    if (!('value' in zones)) c.notes.push('its number of zones is not known: one assumed');
    c.fixed('Endpoint in each zone', () => c.fact(kind.value === 'GatewayLoadBalancer' ? 'Endpoint (GatewayLoadBalancer)' : 'Endpoint (Interface)'), () => many);
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact(kind.value === 'GatewayLoadBalancer' ? 'Data processed' : 'Data processed (first 1PB)'));
  }
}

/** Each of TLS, a search in the answer, a short interval and measured latency is a feature that is charged. */
function healthCheck(c: Costing): void {
  const type = attempt(() => c.text('type') ?? 'HTTP');
  const features = attempt(() => {
    const kind = 'value' in type ? type.value : '';
    return [kind.startsWith('HTTPS'), kind.endsWith('STR_MATCH'), c.text('request_interval') === '10', c.flag('measure_latency')].filter(Boolean).length;
  });
  c.fixed('Health check', () => c.fact('Health check [case https/simple+]'));
  if ('undetermined' in features) c.unknown('Optional features', 'fixed', features.undetermined);
  else if (features.value > 0) c.fixed('Optional features', () => c.fact('Optional features [case https/ssl_latency_interval_string_match+]'), () => features.value);
  c.notes.push('of an endpoint within AWS; outside of it 0.75 instead of 0.50, and 2.00 instead of 1.00 for each feature');
}

function record(c: Costing): void {
  if (c.list('alias').length > 0) c.free = 'queries of alias records to AWS resources carry no charge';
  else {
    const kind = c.list('latency_routing_policy').length > 0 ? 'Latency based routing' : c.list('geolocation_routing_policy').length + c.list('geoproximity_routing_policy').length > 0 ? 'Geo DNS' : 'Standard';
    c.onUsage('Queries', 'monthly_queries', () => c.fact(`${kind} queries (first 1B)`));
  }
}

function vpnConnection(c: Costing): void {
  c.fixed('VPN connection', () => c.fact('VPN connection'));
  const transit = attempt(() => c.text('transit_gateway_id') !== undefined);
  const leads = c.follow('transit_gateway_id', 'aws_ec2_transit_gateway') !== undefined;
  if (leads || ('value' in transit && transit.value)) {
    c.fixed('Transit gateway attachment', () => c.fact('Transit gateway attachment'));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
  }
}

const AREAS = [['US, Mexico, Canada', 'us'], ['Europe, Israel', 'europe']] as const;
const FAR_AREAS = [['Japan', 'japan'], ['Australia, New Zealand', 'australia'], ['Hong Kong, Philippines, Asia Pacific', 'asia_pacific'], ['India', 'india'], ['South Africa, Kenya, Middle East', 'south_africa'], ['South America', 'south_america']] as const;

/** Without a word on areas all of the traffic is taken to be North American; `monthly_egress_gb_japan` and the like say more. */
function distribution(c: Costing): void {
  const far = attempt(() => c.text('price_class') !== 'PriceClass_100');
  c.onUsage('Data to the internet (US, Mexico, Canada)', 'monthly_egress_gb', () => c.fact('US, Mexico, Canada: Data transfer out to internet (first 10TB)'));
  c.onUsage('HTTPS requests', 'monthly_requests', () => c.fact('US, Mexico, Canada: HTTPS requests'));
  for (const [area, key] of [...AREAS.slice(1), ...('value' in far && !far.value ? [] : FAR_AREAS)]) {
    if (c.usage.get(`monthly_egress_gb_${key}`) !== undefined) c.onUsage(`Data to the internet (${area})`, `monthly_egress_gb_${key}`, () => c.fact(`${area}: Data transfer out to internet (first 10TB)`), (gb) => gb);
    if (c.usage.get(`monthly_requests_${key}`) !== undefined) c.onUsage(`HTTPS requests (${area})`, `monthly_requests_${key}`, () => c.fact(`${area}: HTTPS requests`));
  }
  const own = attempt(() => c.text('viewer_certificate.ssl_support_method') === 'vip');
  if ('value' in own && own.value) c.fixed('Certificate with addresses of its own', () => c.fact('Dedicated IP custom SSLs'));
  const shield = attempt(() => c.list('origin').some((origin) => c.flag('origin_shield.enabled', origin)));
  if ('value' in shield && shield.value) c.onUsage('Origin shield requests', 'monthly_origin_requests', () => c.fact('Origin shield HTTP requests (South America sa-east-1)'));
}

/** Wider ports by the one of 1 Gbps. */
const PORTS: Readonly<Record<string, string>> = { '10Gbps': '7.5', '100Gbps': '75', '400Gbps': '283' };

/** `1Gbps`, `10Gbps`, `100Gbps`; the price of the port is the same everywhere but in Japan. */
function directConnect(c: Costing): void {
  c.fixed('Port', () => {
    const bandwidth = c.needed('bandwidth');
    if (bandwidth === '1Gbps') return c.fact('DX connection');
    const factor = PORTS[bandwidth];
    const about = { service: c.resource.type, dimension: `DX connection (${bandwidth})` };
    return factor === undefined ? c.fact(about.dimension) : orRelated(c.fact(about.dimension), () => c.fact('DX connection'), factor, 'ports of 1, 10, 100 and 400 Gbps', about);
  });
  c.onUsage('Data out', 'monthly_egress_gb', () => {
    const here = c.fact(`Outbound data transfer (from ${c.region}, to EqDC2)`);
    return 'amount' in here ? here : c.fact('Outbound data transfer (from us-east-1, to EqDC2)');
  }, (gb) => gb);
}

function webAcl(c: Costing): void {
  c.fixed('Web ACL', () => c.fact('Web ACL usage'));
  c.fixed('Rules', () => c.fact('Rules'), () => c.list(c.resource.type === 'aws_waf_web_acl' ? 'rules' : 'rule').length);
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests'));
}

/** Addresses that one brings along carry no charge. */
function address(c: Costing): void {
  const brought = attempt(() => c.text('customer_owned_ipv4_pool') ?? c.text('public_ipv4_pool'));
  if ('value' in brought && brought.value !== undefined && brought.value !== 'amazon') {
    c.free = 'an address of a pool of one\'s own carries no charge';
    return;
  }
  c.fixed('Public IPv4 address', () => c.fact('Public IPv4 address, in use or idle', 'aws_public_ipv4'));
}

export const AWS_NETWORK: CosterTable = {
  aws_eip: address,
  aws_nat_gateway: (c) => {
    c.fixed('NAT gateway', () => c.fact('NAT gateway'));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
  },
  aws_lb: balancer,
  aws_alb: balancer,
  aws_elb: (c) => {
    c.fixed('Classic load balancer', () => c.fact('Classic load balancer'));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data processed'));
  },
  aws_vpc_endpoint: endpoint,
  aws_vpn_connection: vpnConnection,
  aws_ec2_client_vpn_endpoint: (c) => c.onUsage('Connections', 'connections', () => c.fact('Connection')),
  aws_ec2_client_vpn_network_association: (c) => c.fixed('Association', () => c.fact('Endpoint association')),
  aws_ec2_transit_gateway_vpc_attachment: attachment,
  aws_ec2_transit_gateway_peering_attachment: attachment,
  aws_networkfirewall_firewall: (c) => {
    c.fixed('Endpoint in each zone', () => c.fact('Network Firewall Endpoint'), () => Math.max(1, c.list('subnet_mapping').length));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data Processed'));
  },
  aws_cloudfront_distribution: distribution,
  aws_api_gateway_rest_api: (c) => c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests (first 333M)')),
  aws_apigatewayv2_api: (c) => {
    const protocol = attempt(() => c.text('protocol_type'));
    const sockets = 'value' in protocol && protocol.value === 'WEBSOCKET';
    if (sockets) c.onUsage('Connection minutes', 'monthly_connection_minutes', () => c.fact('Connection duration'), (minutes) => minutes);
    c.onUsage(sockets ? 'Messages' : 'Requests', sockets ? 'monthly_messages' : 'monthly_requests', () => c.fact(sockets ? 'Messages (first 1B)' : 'Requests (first 300M)'));
  },
  aws_api_gateway_stage: (c) => {
    if (!c.flag('cache_cluster_enabled')) c.free = 'a stage without a cache carries no charge of its own';
    else c.fixed('Cache', () => c.fact(`Cache memory (${c.text('cache_cluster_size') ?? '0.5'} GB)`));
  },
  aws_route53_zone: (c) => c.fixed('Hosted zone', () => c.fact('Hosted zone')),
  aws_route53_record: record,
  aws_route53_health_check: healthCheck,
  aws_route53_resolver_endpoint: (c) => {
    c.fixed('Addresses', () => c.fact('Resolver endpoints'), () => Math.max(2, c.list('ip_address').length));
    c.onUsage('Queries', 'monthly_queries', () => c.fact('DNS queries (first 1B)'));
  },
  aws_wafv2_web_acl: webAcl,
  aws_waf_web_acl: webAcl,
  aws_globalaccelerator_accelerator: (c) => c.fixed('Accelerator', () => c.fact('Fixed fee')),
  aws_dx_connection: directConnect,
  aws_ec2_traffic_mirror_session: (c) => c.fixed('Mirrored interface', () => c.fact('Traffic mirror')),
};
