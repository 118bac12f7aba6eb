/**
 * Prices by machine type: virtual machines, database classes, cache and search nodes.
 *
 * These stand in tables of their own, with a column for each variant. Where a region has no row, the base
 * region's is carried over and marked; where a type has none at all, a sibling of the same family is scaled
 * by its number of vCPUs (families are priced in proportion), marked as well.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import type { PriceBook } from './price-book.ts';
import type { Price, PriceProvider, UnknownPrice } from './price.ts';
import { isPrice } from './price.ts';
import { BASE_REGIONS } from './region-factors.ts';

interface Machine {
  provider: PriceProvider;
  service: string;
  dimension: string;
  noun: string;
  /** Amount, and optionally date and source, of a region. */
  at(region: string): { usd: string | undefined; asOf: string; source: string; note?: string } | undefined;
}

const dated = '2025-04-24';
const collected = 'ec2instances-2025';

function priceOf(book: PriceBook, region: string, machine: Machine): Price | UnknownPrice {
  const { provider, service, dimension } = machine;
  const listed = (where: string): Price | undefined => {
    const found = machine.at(where);
    return book.listed({ provider, service, region: where, dimension, unit: 'hour', amount: found?.usd === undefined ? undefined : Decimal.parse(found.usd), asOf: found?.asOf ?? '', source: found?.source ?? '', ...(found?.note === undefined ? {} : { note: found.note }) });
  };
  const exact = listed(region);
  if (exact !== undefined) return exact;
  const base = listed(BASE_REGIONS[provider] ?? '');
  const scaled = base === undefined ? undefined : book.scaled(base, region);
  return scaled ?? { unknown: `the price book has no ${machine.noun} in ${region}` };
}

export type InstanceSystem = 'linux' | 'windows' | 'rhel' | 'sles' | 'win_sql_web' | 'win_sql_std' | 'win_sql_ent';

export const SYSTEM_NAMES: Readonly<Record<InstanceSystem, string>> = { linux: 'Linux', windows: 'Windows', rhel: 'RHEL', sles: 'SLES', win_sql_web: 'Windows with SQL Server Web', win_sql_std: 'Windows with SQL Server Standard', win_sql_ent: 'Windows with SQL Server Enterprise' };

/** EC2, shared tenancy, on demand; `spot` is the average of the day the table was made. */
export function ec2Price(book: PriceBook, type: string, region: string, system: InstanceSystem = 'linux', spot = false): Price | UnknownPrice {
  const dimension = `Instance usage (${SYSTEM_NAMES[system]}, ${spot ? 'spot' : 'on-demand'}, ${type})`;
  const linux = book.table('aws-ec2');
  const at = (where: string): ReturnType<Machine['at']> => {
    if (system === 'linux' && !spot) {
      const row = linux.row(type, where);
      return row === undefined ? undefined : { usd: row['usd_per_hour'], asOf: row['as_of'] ?? dated, source: row['source'] ?? collected, ...(row['flag'] === 'suspect' ? { note: 'perhaps the price of dedicated tenancy' } : {}) };
    }
    const row = book.table('aws-ec2-options').row(type, where);
    return row === undefined ? undefined : { usd: row[spot ? 'spot_avg' : system], asOf: dated, source: collected };
  };
  const found = priceOf(book, region, { provider: 'aws', service: 'AmazonEC2', dimension, noun: `${type} with ${SYSTEM_NAMES[system]}${spot ? ' as spot' : ''}`, at });
  return isPrice(found) || system !== 'linux' || spot ? found : (ec2Sibling(book, type, region, dimension) ?? found);
}

/** `m5.large` from `m5.xlarge`, by vCPUs. */
function ec2Sibling(book: PriceBook, type: string, region: string, dimension: string): Price | undefined {
  const vcpu = ec2VirtualCpus(book, type);
  const family = type.split('.', 1)[0] ?? type;
  if (vcpu === undefined) return undefined;
  for (const size of ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '24xlarge', '48xlarge']) {
    const sibling = `${family}.${size}`;
    const its = ec2VirtualCpus(book, sibling);
    const row = book.table('aws-ec2').row(sibling, region);
    const amount = Decimal.parse(row?.['usd_per_hour'] ?? '');
    if (its === undefined || amount === undefined) continue;
    return { provider: 'aws', service: 'AmazonEC2', region, dimension, unit: 'hour', amount: amount.times(decimal(vcpu)).dividedBy(decimal(its), 6), asOf: row?.['as_of'] ?? dated, source: row?.['source'] ?? collected, method: 'estimated', confidence: 'low', note: `${sibling} by vCPUs, ${vcpu} / ${its}` };
  }
  return undefined;
}

export function ec2VirtualCpus(book: PriceBook, type: string): number | undefined {
  const text = book.table('aws-ec2-specs').row(type)?.['vcpu'];
  return text === undefined ? undefined : Number(text);
}

/** RDS and Aurora, Single-AZ; `engine` as in the table: `PostgreSQL`, `Aurora MySQL`. */
export function rdsPrice(book: PriceBook, instanceClass: string, region: string, engine: string): Price | UnknownPrice {
  const at = (where: string): ReturnType<Machine['at']> => {
    const row = book.table('aws-rds').row(instanceClass, where, engine);
    return row === undefined ? undefined : { usd: row['usd_per_hour'], asOf: dated, source: collected };
  };
  return priceOf(book, region, { provider: 'aws', service: 'AmazonRDS', dimension: `Database instance (${engine}, Single-AZ, ${instanceClass})`, noun: `${instanceClass} with ${engine}`, at });
}

export function nodePrice(book: PriceBook, service: 'ElastiCache' | 'OpenSearch', type: string, region: string, engine = ''): Price | UnknownPrice {
  const at = (where: string): ReturnType<Machine['at']> => {
    const row = book.table('aws-nodes').row(service, type, where, engine);
    return row === undefined ? undefined : { usd: row['usd_per_hour'], asOf: dated, source: collected };
  };
  return priceOf(book, region, { provider: 'aws', service: `Amazon${service}`, dimension: `Node (${engine === '' ? type : `${engine}, ${type}`})`, noun: `${service} node ${type}${engine === '' ? '' : ` with ${engine}`}`, at });
}

/** Azure's names differ in case between people: the table has the vendor's. */
function azureSize(book: PriceBook, size: string, region: string): string {
  if (book.table('azure-vm').row(size, region) !== undefined) return size;
  const [tier = '', ...rest] = size.split('_');
  const parts = rest.map((part) => (/^v\d+$/i.test(part) ? part.toLowerCase() : part));
  const first = parts[0] ?? '';
  parts[0] = first.replace(/^[a-z]+/i, (letters) => letters.toUpperCase()).replace(/(\d+-?\d*)([a-z]*)$/i, (_, digits: string, letters: string) => `${digits}${letters.toLowerCase()}`);
  return [`${tier.slice(0, 1).toUpperCase()}${tier.slice(1).toLowerCase()}`, ...parts].join('_');
}

/** Windows is the newer Linux price times the ratio of both in the older table, which has both. */
export function azureMachinePrice(book: PriceBook, given: string, region: string, system: 'linux' | 'windows' = 'linux', spot = false): Price | UnknownPrice {
  const size = azureSize(book, given, region);
  const at = (where: string): ReturnType<Machine['at']> => {
    const linux = book.table('azure-vm').row(size, where)?.['usd_per_hour'];
    if (system === 'linux' && !spot) return linux === undefined ? undefined : { usd: linux, asOf: '2026-06-18', source: 'karpenter-azure' };
    const options = book.table('azure-vm-options').row(size, where);
    return { usd: spot ? options?.['spot_min'] : options?.['windows'], asOf: dated, source: collected };
  };
  return priceOf(book, region, { provider: 'azure', service: 'Virtual Machines', dimension: `VM ${size}, ${system === 'linux' ? 'Linux' : 'Windows'}${spot ? ', spot' : ''}`, noun: `${size} with ${system === 'linux' ? 'Linux' : 'Windows'}${spot ? ' as spot' : ''}`, at });
}

/** Predefined machine types; the price has their GPUs and bundled local SSD, and no sustained-use discount. */
export function googleMachinePrice(book: PriceBook, type: string, region: string, spot = false): Price | UnknownPrice {
  const at = (where: string): ReturnType<Machine['at']> => {
    const row = book.table('gcp-machines').row(type, where);
    return row === undefined ? undefined : { usd: row[spot ? 'usd_spot' : 'usd_per_hour'], asOf: '2026-07-30', source: 'gcosts' };
  };
  return priceOf(book, region, { provider: 'gcp', service: 'Compute Engine', dimension: `Machine (${spot ? 'spot' : 'on-demand'}, ${type})`, noun: `${type}${spot ? ' as spot' : ''}`, at });
}

/** A vCPU or a GB of a custom machine: `n2_custom`, `cpu`. */
export function googlePartPrice(book: PriceBook, family: string, part: 'cpu' | 'ram', region: string, spot = false): Price | UnknownPrice {
  const unit = part === 'cpu' ? 'vCPU-hour' : 'GB-hour';
  const mode = spot ? 'preemptible' : 'on_demand';
  const at = (where: string): ReturnType<Machine['at']> => ({ usd: book.table('gcp-parts').row('machine', family, part, mode, where, unit)?.['usd'], asOf: '2025-03-02', source: 'libcloud' });
  const found = priceOf(book, region, { provider: 'gcp', service: 'Compute Engine', dimension: `Custom ${part} (${spot ? 'spot' : 'on-demand'}, ${family})`, noun: `custom ${part} of ${family}`, at });
  return isPrice(found) ? { ...found, unit } : found;
}

export interface GoogleMachine {
  vcpu: Decimal;
  memory: Decimal;
}

export function googleMachines(book: PriceBook): ReadonlyMap<string, GoogleMachine> {
  return new Map(readCsv(book.text('gcp-machine-types.csv')).rows.map(([name = '', vcpu = '', memory = '']) => [name, { vcpu: Decimal.parse(vcpu) ?? Decimal.zero, memory: Decimal.parse(memory) ?? Decimal.zero }]));
}
