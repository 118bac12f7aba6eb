/**
 * Who may talk to whom, from security groups and firewalls of three clouds, in one form.
 *
 * Sources and targets are resources (security groups, tags' machines, subnets) or everybody; ranges of
 * private addresses are neither, and become a badge. Egress to everywhere is the default of every cloud
 * and says nothing, so it is left out.
 */
import { textsAt, valuesAt } from './attribute-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { unique } from './order.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';
import { withoutIndexes } from './resource-index.ts';

export interface Allowance {
  /** Whose rule it is. */
  rule: Entry;
  from: readonly Entry[] | 'internet';
  to: readonly Entry[];
  label: string;
  /** Named ranges outside: `203.0.113.0/24`. */
  ranges: readonly string[];
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0/0', '::/0', '*', 'Internet', 'Any', 'any']);
const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe80|127\.|169\.254\.)/i;

/** Google's health checks, load balancer proxies and the proxy for tunnels: not the internet, and the way of a load balancer is drawn already. */
const GOOGLE_OWN: ReadonlySet<string> = new Set(['130.211.0.0/22', '35.191.0.0/16', '209.85.152.0/22', '209.85.204.0/22', '35.235.240.0/20', '199.36.153.4/30', '199.36.153.8/30']);

/** `443/tcp`, `8000-8100/tcp`, `all traffic`. */
function portLabel(from: string | undefined, to: string | undefined, protocol: string | undefined): string {
  const name = protocol === undefined ? '' : ({ '-1': 'all', '6': 'tcp', '17': 'udp', '1': 'icmp', '*': 'all' }[protocol] ?? protocol.toLowerCase());
  if (name === 'all' || (from === '0' && (to === '65535' || to === '0'))) return name === 'all' || name === '' ? 'all traffic' : `all ${name}`;
  if (name.startsWith('icmp')) return name;
  if (from === undefined || from === '*') return name === '' ? 'allowed' : name;
  const ports = to === undefined || to === from ? from : `${from}-${to}`;
  return name === '' ? ports : `${ports}/${name}`;
}

function rangesOf(values: readonly string[]): { everywhere: boolean; ranges: string[] } {
  return { everywhere: values.some((value) => EVERYWHERE.has(value)), ranges: values.filter((value) => !EVERYWHERE.has(value) && !PRIVATE.test(value) && /^[\da-f.:]+\/\d+$/i.test(value)) };
}

function first(value: AttributeValue, path: string): string | undefined {
  return textsAt(value, path)[0];
}

/** References of the block with this number: `ingress.2.security_groups`. */
function blockTargets(index: ResourceIndex, entry: Entry, block: string, number: number, field: string): Entry[] {
  const exact = entry.resource.references.filter((reference) => reference.via !== 'dependency' && reference.attribute.startsWith(`${block}.${number}.${field}`));
  const whole = entry.resource.references.filter((reference) => reference.via !== 'dependency' && withoutIndexes(reference.attribute) === `${block}.${field}` && !/\.\d+\./.test(reference.attribute));
  return unique([...exact, ...whole].flatMap((reference) => index.at(reference.target)));
}

function awsInline(index: ResourceIndex, entry: Entry): Allowance[] {
  return (['ingress', 'egress'] as const).flatMap((block) =>
    valuesAt(entry.resource.attributes, block).flatMap((rule, number): Allowance[] => {
      const { everywhere, ranges } = rangesOf([...textsAt(rule, 'cidr_blocks'), ...textsAt(rule, 'ipv6_cidr_blocks')]);
      const label = portLabel(first(rule, 'from_port'), first(rule, 'to_port'), first(rule, 'protocol'));
      const referenced = blockTargets(index, entry, block, number, 'security_groups');
      const groups = unique([...referenced, ...textsAt(rule, 'security_groups').flatMap((id) => index.byIdentity(id))]);
      const others = first(rule, 'self') === 'true' ? unique([...groups, entry]) : groups;
      if (block === 'egress') return others.length > 0 ? [{ rule: entry, from: [entry], to: others, label, ranges: [] }] : [];
      const outside: Allowance[] = everywhere || ranges.length > 0 ? [{ rule: entry, from: 'internet', to: [entry], label, ranges: everywhere ? [] : ranges }] : [];
      return others.length > 0 ? [...outside, { rule: entry, from: others, to: [entry], label, ranges: [] }] : outside;
    }),
  );
}

function awsRule(index: ResourceIndex, entry: Entry): Allowance[] {
  const at = entry.resource.attributes;
  const ingress = entry.type.dialect === 'aws-rule' ? first(at, 'type') !== 'egress' : entry.type.dialect === 'aws-ingress';
  const own = index.linked(entry, ['security_group_id']);
  const others = unique([...index.linked(entry, ['source_security_group_id', 'referenced_security_group_id']), ...(first(at, 'self') === 'true' ? own : [])]);
  const label = portLabel(first(at, 'from_port'), first(at, 'to_port'), first(at, 'protocol') ?? first(at, 'ip_protocol'));
  if (others.length > 0) return [ingress ? { rule: entry, from: others, to: own, label, ranges: [] } : { rule: entry, from: own, to: others, label, ranges: [] }];
  const { everywhere, ranges } = rangesOf(['cidr_blocks', 'ipv6_cidr_blocks', 'cidr_ipv4', 'cidr_ipv6'].flatMap((name) => textsAt(at, name)));
  return ingress && (everywhere || ranges.length > 0) ? [{ rule: entry, from: 'internet', to: own, label, ranges: everywhere ? [] : ranges }] : [];
}

/** What a network security group guards: subnets and interfaces that are associated with it. */
function guarded(index: ResourceIndex, group: Entry): Entry[] {
  return unique(index.referrers(group).flatMap(({ entry }) => (entry.type.dialect === undefined ? index.linked(entry, ['subnet_id', 'network_interface_id']) : [])));
}

function azureRule(index: ResourceIndex, rule: Entry, group: Entry, values: AttributeValue, applicationGroups: (field: string) => Entry[]): Allowance[] {
  if (first(values, 'direction') === 'Outbound' || first(values, 'access') === 'Deny') return [];
  const ports = unique([...textsAt(values, 'destination_port_range'), ...textsAt(values, 'destination_port_ranges')]);
  const label = portLabel(ports.length === 0 ? undefined : ports.slice(0, 4).join(','), undefined, first(values, 'protocol'));
  const destinations = applicationGroups('destination_application_security_group_ids');
  const to = destinations.length > 0 ? destinations : guarded(index, group);
  const sources = applicationGroups('source_application_security_group_ids');
  if (sources.length > 0) return [{ rule, from: sources, to, label, ranges: [] }];
  const { everywhere, ranges } = rangesOf([...textsAt(values, 'source_address_prefix'), ...textsAt(values, 'source_address_prefixes')]);
  return everywhere || ranges.length > 0 ? [{ rule, from: 'internet', to, label, ranges: everywhere ? [] : ranges }] : [];
}

function googleFirewall(index: ResourceIndex, entry: Entry): Allowance[] {
  const at = entry.resource.attributes;
  const allows = valuesAt(at, 'allow');
  if (first(at, 'direction') === 'EGRESS' || first(at, 'disabled') === 'true' || allows.length === 0) return [];
  const networks = index.linked(entry, ['network']);
  const inNetwork = unique(networks.flatMap((network) => [network, ...index.referrers(network).map((link) => link.entry)]).flatMap((other) => [other, ...index.referrers(other).map((link) => link.entry)]));
  const machines = inNetwork.filter((other) => other !== entry && other.type.dialect === undefined && ['tags', 'network_interface', 'node_config', 'template'].some((name) => other.resource.attributes[name] !== undefined));
  const tagged = (tags: readonly string[]): Entry[] => machines.filter((machine) => [...textsAt(machine.resource.attributes, 'tags'), ...textsAt(machine.resource.attributes, 'node_config.tags')].some((tag) => tags.includes(tag)));
  const targetTags = textsAt(at, 'target_tags');
  const to = targetTags.length > 0 ? tagged(targetTags) : [...index.linked(entry, ['target_service_accounts']), ...(textsAt(at, 'target_service_accounts').length > 0 ? [] : networks)];
  const label = unique(allows.map((allow) => portLabel(textsAt(allow, 'ports').slice(0, 4).join(',') || undefined, undefined, first(allow, 'protocol')))).join(', ');
  const { everywhere, ranges } = rangesOf(textsAt(at, 'source_ranges').filter((range) => !GOOGLE_OWN.has(range)));
  const sources = unique([...tagged(textsAt(at, 'source_tags')), ...index.linked(entry, ['source_service_accounts'])]);
  const outside: Allowance[] = everywhere || ranges.length > 0 ? [{ rule: entry, from: 'internet', to, label, ranges: everywhere ? [] : ranges }] : [];
  return sources.length > 0 ? [...outside, { rule: entry, from: sources, to, label, ranges: [] }] : outside;
}

export function allowances(index: ResourceIndex): Allowance[] {
  return index.entries.flatMap((entry): Allowance[] => {
    switch (entry.type.dialect) {
      case 'aws-group': return awsInline(index, entry);
      case 'aws-rule':
      case 'aws-ingress':
      case 'aws-egress': return awsRule(index, entry);
      case 'azure-group': return valuesAt(entry.resource.attributes, 'security_rule').flatMap((rule, number) => azureRule(index, entry, entry, rule, (field) => blockTargets(index, entry, 'security_rule', number, field)));
      case 'azure-rule': return index.linked(entry, ['network_security_group_name', 'network_security_group_id']).flatMap((group) => azureRule(index, entry, group, entry.resource.attributes, (field) => [...index.linkedAt(entry, field)]));
      case 'google-firewall': return googleFirewall(index, entry);
      default: return [];
    }
  });
}
