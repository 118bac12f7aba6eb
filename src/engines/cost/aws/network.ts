/** Addresses, gateways, balancers, names and firewalls of AWS. */
import { decimal } from '../../../domain/money.ts';
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

function healthCheck(c: Costing): void {
  c.fixed('Health check', () => c.fact('Health check [case https/simple+]'));
  c.notes.push('0.75 instead of 0.50 for an endpoint outside of AWS');
}

function record(c: Costing): void {
  if (c.list('alias').length > 0) c.free = 'queries of alias records to AWS resources carry no charge';
  else c.onUsage('Queries', 'monthly_queries', () => c.fact('Standard queries (first 1B)'));
}

function webAcl(c: Costing): void {
  c.fixed('Web ACL', () => c.fact('Web ACL usage'));
  c.fixed('Rules', () => c.fact('Rules'), () => c.list(c.resource.type === 'aws_waf_web_acl' ? 'rules' : 'rule').length);
  c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests'));
}

function address(c: Costing): void {
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
  aws_vpn_connection: (c) => c.fixed('VPN connection', () => c.fact('VPN connection')),
  aws_ec2_client_vpn_endpoint: (c) => c.onUsage('Connections', 'connections', () => c.fact('Connection')),
  aws_ec2_client_vpn_network_association: (c) => c.fixed('Association', () => c.fact('Endpoint association')),
  aws_ec2_transit_gateway_vpc_attachment: attachment,
  aws_ec2_transit_gateway_peering_attachment: attachment,
  aws_networkfirewall_firewall: (c) => {
    c.fixed('Endpoint in each zone', () => c.fact('Network Firewall Endpoint'), () => Math.max(1, c.list('subnet_mapping').length));
    c.onUsage('Data processed', 'monthly_data_processed_gb', () => c.fact('Data Processed'));
  },
  aws_cloudfront_distribution: (c) => {
    c.onUsage('Data to the internet (US, Mexico, Canada)', 'monthly_egress_gb', () => c.fact('US, Mexico, Canada: Data transfer out to internet (first 10TB)'));
    c.onUsage('HTTPS requests', 'monthly_requests', () => c.fact('US, Mexico, Canada: HTTPS requests'));
  },
  aws_api_gateway_rest_api: (c) => c.onUsage('Requests', 'monthly_requests', () => c.fact('Requests (first 333M)')),
  aws_apigatewayv2_api: (c) => {
    const protocol = attempt(() => c.text('protocol_type'));
    const sockets = 'value' in protocol && protocol.value === 'WEBSOCKET';
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
  aws_dx_connection: (c) => {
    const bandwidth = attempt(() => c.text('bandwidth'));
    if ('value' in bandwidth && bandwidth.value === '1Gbps') c.fixed('Port', () => c.fact('DX connection'));
    else c.unknown('Port', 'fixed', 'the price book has the port of 1 Gbps only');
    c.onUsage('Data out', 'monthly_egress_gb', () => c.fact('Outbound data transfer (from us-east-1, to EqDC2)'), (gb) => gb.times(decimal(1)));
  },
};
