/**
 * Which machines the address of an external repository may lead to.
 *
 * A team names the address, and the platform, which stands inside the network, fetches it: without a limit the team
 * could ask what listens on this machine, in the network around it, or at the cloud's metadata address. So every
 * address of the host must be one of the public internet, or be on the platform team's list. Git is then bound to
 * the addresses that were looked at, because a name may answer otherwise a moment later; and it follows no
 * redirect, because that would lead anywhere.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { PlatformError } from '../../domain/error.ts';
import type { RemoteAddress } from './names.ts';

/** IANA's special-purpose registries: what is not globally reachable, and what carries an address of IPv4 inside. */
const SPECIAL = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  '::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8',
];

/** Where repositories may be fetched from besides the public internet. */
export interface AllowedHosts {
  names: ReadonlySet<string>;
  addresses: BlockList;
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const SCP = /^([A-Za-z0-9_][A-Za-z0-9._-]*)@([A-Za-z0-9][A-Za-z0-9.-]*):/;

function blocks(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Apart, because node takes an address of IPv4 for the one of IPv6 that carries it. */
const SPECIAL_ADDRESSES = { 4: blocks(SPECIAL.filter((range) => !range.includes(':'))), 6: blocks(SPECIAL.filter((range) => range.includes(':'))) };

/**
 * Reads the platform team's list: host names, addresses, and ranges such as `10.0.0.0/8`.
 * Throws ROADBED-2014 naming the first entry that is none of them; `file` is where it stands.
 */
export function allowedHosts(entries: unknown, file: string): AllowedHosts {
  const faulty = (what: string): PlatformError => new PlatformError({ code: 'ROADBED-2014', class: 'invalid', message: `${file}: ${what}`, next: 'write a JSON list of host names, addresses and ranges, for instance ["git.internal", "10.0.0.0/8"]' });
  if (!Array.isArray(entries)) throw faulty('it is not a list');
  const names = new Set<string>();
  const ranges: string[] = [];
  for (const entry of entries as unknown[]) {
    const [network = '', prefix, ...rest] = typeof entry === 'string' ? entry.toLowerCase().split('/') : [];
    const longest = isIP(network) === 6 ? 128 : 32;
    if (isIP(network) !== 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest))) ranges.push(`${network}/${prefix ?? longest}`);
    else if (prefix === undefined && HOST_NAME.test(network)) names.add(network);
    else throw faulty(`${JSON.stringify(entry)} is no host name, address or range`);
  }
  return { names, addresses: blocks(ranges) };
}

function lists(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** What git is given, so that it reaches the addresses that were looked at and no others. */
export interface Binding {
  settings: Record<string, string>;
  environment: Record<string, string>;
}

/**
 * Resolves the host of a remote address. Throws ROADBED-2013 when any of its addresses is neither public nor allowed,
 * ROADBED-2007 when it has none.
 */
export async function bindRemote(remote: RemoteAddress, allowed: AllowedHosts): Promise<Binding> {
  if (remote.protocol === 'file') return { settings: {}, environment: {} };
  const { host, port } = endpoint(remote);
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host];
  const inside = allowed.names.has(host) ? undefined : addresses.find((address) => lists(SPECIAL_ADDRESSES[isIP(address) === 6 ? 6 : 4], address) && !lists(allowed.addresses, address));
  if (inside !== undefined) {
    throw new PlatformError({
      code: 'ROADBED-2013',
      class: 'refused',
      message: `no repository is fetched from ${host}`,
      why: `${inside === host ? 'it' : `its address ${inside}`} is not one of the public internet, and a team must not reach into the platform's network`,
      next: 'have a platform-admin name the host or its range in extensions/repository-hosts.json of the data directory',
      retry: 'backoff',
    });
  }
  const [first = host] = addresses;
  if (remote.protocol === 'ssh') return { settings: {}, environment: { GIT_SSH_COMMAND: sshCommand(host, port, first) } };
  const resolved = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address)).join(',');
  return { settings: { 'http.followRedirects': 'false', ...(isIP(host) === 0 ? { 'http.curloptResolve': `${host}:${port}:${resolved}` } : {}) }, environment: {} };
}

/** Git hands this to a shell: host and address hold nothing but letters, digits, dots, colons and hyphens. */
function sshCommand(host: string, port: string, address: string): string {
  const alias = port === '22' ? host : `[${host}]:${port}`;
  return `ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 -o 'HostName=${address}' -o 'HostKeyAlias=${alias}'`;
}

function endpoint({ protocol, url }: RemoteAddress): { host: string; port: string } {
  const scp = SCP.exec(url);
  const parsed = scp === null ? new URL(url) : undefined;
  const host = (parsed?.hostname ?? scp?.[2] ?? '').toLowerCase().replace(/^\[|\]$/g, '');
  if (isIP(host) === 0 && !HOST_NAME.test(host)) throw new PlatformError({ code: 'ROADBED-2005', class: 'invalid', message: `the repository address of ${JSON.stringify(host)} is refused`, why: 'that is not the name of a host' });
  const usual = protocol === 'ssh' ? '22' : protocol === 'https' ? '443' : '80';
  return { host, port: parsed === undefined || parsed.port === '' ? usual : parsed.port };
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
  } catch (cause) {
    throw new PlatformError({ code: 'ROADBED-2007', class: 'unavailable', message: `${host} could not be found`, why: cause instanceof Error ? cause.message : String(cause), next: 'check the address of the repository', retry: 'backoff', cause });
  }
}
