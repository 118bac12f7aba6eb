/**
 * Whether a subnet is public, private or isolated, from its routes: a default route to an internet
 * gateway makes it public; one to a NAT gateway, a transit gateway or an appliance makes it private; a
 * route table without a default route makes it isolated. Names are never asked. Where no route table
 * can be found, `map_public_ip_on_launch` is the only witness left, and the answer says so.
 *
 * Google's networks route as a whole, and it is the machines that have external addresses or not: one that has
 * makes its subnet public; where none has and Cloud NAT serves the subnet, it is private. Nodes of a cluster
 * that is not private get addresses without anybody writing it, so then nothing is said.
 */
import { UnknownAttribute } from '../infrastructure/model.ts';
import { scalarText, textsAt, valuesAt } from './attribute-values.ts';
import type { Exposure } from './scene.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';

export interface ExposureAnswer {
  exposure?: Exposure;
  /** Not from routes. */
  guessed: boolean;
}

const DESTINATIONS = ['destination_cidr_block', 'cidr_block', 'destination_ipv6_cidr_block', 'ipv6_cidr_block', 'address_prefix'];
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0/0', '::/0', 'Internet']);
const INWARD = ['nat_gateway_id', 'transit_gateway_id', 'network_interface_id', 'vpc_endpoint_id', 'egress_only_gateway_id', 'instance_id', 'next_hop_in_ip_address'];

type Way = 'out' | 'inward' | 'other';

/** Where one route leads; `prefix` is `route.` for routes inside a table. */
function wayOf(index: ResourceIndex, entry: Entry, prefix: string): Way[] {
  const destinations = DESTINATIONS.flatMap((name) => textsAt(entry.resource.attributes, prefix + name));
  const unknownDestination = destinations.length === 0;
  if (!unknownDestination && !destinations.some((value) => EVERYWHERE.has(value))) return ['other'];
  const gateways = index.linked(entry, [`${prefix}gateway_id`]);
  const literal = textsAt(entry.resource.attributes, `${prefix}gateway_id`);
  if (gateways.some((gateway) => gateway.type.type === 'aws_internet_gateway') || literal.some((id) => id.startsWith('igw-'))) return ['out'];
  const inward = INWARD.some((name) => index.linked(entry, [prefix + name]).length > 0 || valuesAt(entry.resource.attributes, prefix + name).some((value) => value !== null && value !== ''));
  const hop = textsAt(entry.resource.attributes, `${prefix}next_hop_type`);
  if (inward || hop.includes('VirtualAppliance') || hop.includes('VirtualNetworkGateway')) return ['inward'];
  return hop.includes('Internet') ? ['out'] : ['other'];
}

/** Subnets that a Cloud NAT serves: those that it names, or all of its router's network. */
function servedByNat(index: ResourceIndex): ReadonlySet<Entry> {
  const served = new Set<Entry>();
  for (const nat of index.entries) {
    if (nat.type.type !== 'google_compute_router_nat') continue;
    const named = index.linked(nat, ['subnetwork.name']).filter((target) => target.type.kind === 'subnet');
    const networks = named.length > 0 || textsAt(nat.resource.attributes, 'source_subnetwork_ip_ranges_to_nat').includes('LIST_OF_SUBNETWORKS') ? [] : index.linked(index.linked(nat, ['router'])[0] ?? nat, ['network']);
    for (const subnet of [...named, ...networks.flatMap((network) => index.referrers(network).map((link) => link.entry))]) if (subnet.type.kind === 'subnet') served.add(subnet);
  }
  return served;
}

/** What machines and clusters say of a subnet of Google's. */
function googleAnswer(index: ResourceIndex, subnet: Entry, nat: boolean): ExposureAnswer {
  const users = index.referrers(subnet).map((link) => link.entry);
  const machines = users.filter((user) => user.type.type.startsWith('google_compute_') && valuesAt(user.resource.attributes, 'network_interface').length > 0);
  const addresses = machines.flatMap((machine) => valuesAt(machine.resource.attributes, 'network_interface.access_config'));
  if (addresses.some((address) => !(address instanceof UnknownAttribute))) return { exposure: 'public', guessed: false };
  const open = addresses.length > 0 || users.some((user) => user.type.type === 'google_container_cluster' && !textsAt(user.resource.attributes, 'private_cluster_config.enable_private_nodes').includes('true'));
  return nat && !open ? { exposure: 'private', guessed: false } : { guessed: false };
}

/** One answer a subnet. */
export function exposures(index: ResourceIndex): Map<Entry, ExposureAnswer> {
  const ways = new Map<Entry, Way[]>();
  const tables = new Map<Entry, Set<Entry>>();
  const withNat = new Set<Entry>();
  const mainTables = new Map<Entry, Set<Entry>>();
  const put = (map: Map<Entry, Set<Entry>>, key: Entry, value: Entry): void => void map.set(key, (map.get(key) ?? new Set()).add(value));
  const note = (table: Entry, found: readonly Way[]): void => void ways.set(table, [...(ways.get(table) ?? []), ...found]);

  for (const entry of index.entries) {
    switch (entry.type.type) {
      case 'aws_route':
      case 'azurerm_route':
        for (const table of index.linked(entry, ['route_table_id', 'route_table_name'])) note(table, wayOf(index, entry, ''));
        break;
      case 'aws_route_table':
      case 'aws_default_route_table':
      case 'azurerm_route_table':
        note(entry, wayOf(index, entry, 'route.'));
        if (entry.type.type === 'aws_default_route_table') for (const network of index.linked(entry, ['default_route_table_id'])) put(mainTables, network, entry);
        break;
      case 'aws_main_route_table_association':
        for (const network of index.linked(entry, ['vpc_id'])) for (const table of index.linked(entry, ['route_table_id'])) put(mainTables, network, table);
        break;
      case 'aws_route_table_association':
      case 'azurerm_subnet_route_table_association':
        for (const subnet of index.linked(entry, ['subnet_id'])) for (const table of index.linked(entry, ['route_table_id'])) put(tables, subnet, table);
        break;
      case 'azurerm_subnet_nat_gateway_association':
        for (const subnet of index.linked(entry, ['subnet_id'])) withNat.add(subnet);
        break;
      default:
    }
  }

  const answers = new Map<Entry, ExposureAnswer>();
  const served = servedByNat(index);
  for (const subnet of index.entries) {
    if (subnet.type.kind !== 'subnet') continue;
    if (subnet.type.provider === 'google') {
      answers.set(subnet, googleAnswer(index, subnet, served.has(subnet)));
      continue;
    }
    const own = tables.get(subnet) ?? index.linked(subnet, ['vpc_id']).map((network) => mainTables.get(network)).find((set) => set !== undefined);
    answers.set(subnet, answer(subnet, own === undefined ? undefined : [...own].flatMap((table) => ways.get(table) ?? []), withNat.has(subnet)));
  }
  return answers;
}

function answer(subnet: Entry, ways: readonly Way[] | undefined, nat: boolean): ExposureAnswer {
  if (ways?.includes('out') === true) return { exposure: 'public', guessed: false };
  if (nat || ways?.includes('inward') === true) return { exposure: 'private', guessed: false };
  if (subnet.type.provider !== 'aws') return { guessed: false };
  if (ways !== undefined) return { exposure: 'isolated', guessed: false };
  const mapped = scalarText(subnet.resource.attributes['map_public_ip_on_launch']);
  return mapped === undefined ? { guessed: false } : { exposure: mapped === 'true' ? 'public' : 'private', guessed: true };
}
