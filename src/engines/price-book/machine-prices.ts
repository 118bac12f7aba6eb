/**
 * Prices by machine type: virtual machines, database classes, cache and search nodes.
 *
 * These stand in tables of their own, with a column for each variant. Where a region has no row, the base
 * region's is carried over; where a type has none at all, a sibling of the same family is scaled; where the
 * family has none either, the provider's rates for a vCPU and a GB are taken, and where the region has no
 * factor, default rates of no provider. Each step says so and lowers the confidence.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import type { MachineShape } from './default-rates.ts';
import { genericMachinePrice, providerMachinePrice } from './default-rates.ts';
import type { PriceBook } from './price-book.ts';
import type { Price, PriceProvider, UnknownPrice } from './price.ts';
import { isPrice, timesPrice } from './price.ts';
import { BASE_REGIONS } from './region-factors.ts';
import type { Sibling } from './sibling-sizes.ts';
import { awsSiblings, azureSiblings, googleSiblings } from './sibling-sizes.ts';

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

function listedAt(book: PriceBook, machine: Machine, where: string): Price | undefined {
  const { provider, service, dimension } = machine;
  const found = machine.at(where);
  return book.listed({ provider, service, region: where, dimension, unit: 'hour', amount: found?.usd === undefined ? undefined : Decimal.parse(found.usd), asOf: found?.asOf ?? '', source: found?.source ?? '', ...(found?.note === undefined ? {} : { note: found.note }) });
}

function inRegion(book: PriceBook, region: string, machine: Machine): Price | undefined {
  const exact = listedAt(book, machine, region);
  if (exact !== undefined) return exact;
  const base = listedAt(book, machine, BASE_REGIONS[machine.provider] ?? '');
  return base === undefined ? undefined : book.scaled(base, region);
}

/** @param siblings Other sizes, nearest first, as machines of their own; asked for when there is no row. */
function priceOf(book: PriceBook, region: string, machine: Machine, siblings: () => readonly (Sibling & { machine: Machine })[] = () => []): Price | UnknownPrice {
  const found = inRegion(book, region, machine);
  if (found !== undefined) return found;
  for (const { name, size, its, machine: sibling } of siblings()) {
    const price = inRegion(book, region, sibling);
    if (price !== undefined) return { ...timesPrice(price, (amount) => amount.times(size).dividedBy(its, 8)), dimension: machine.dimension, method: 'estimated', confidence: 'low', step: 'sibling', note: `${name} by size, ${size.toString()} / ${its.toString()}${price.note === undefined ? '' : `; ${price.note}`}` };
  }
  return { unknown: `the price book has no ${machine.noun} in ${region}` };
}

/** The last steps, for machines whose vCPUs and memory are known. GPUs have no default: their prices lie too far apart. */
function byShape(book: PriceBook, region: string, machine: Pick<Machine, 'provider' | 'service' | 'dimension'>, shape: MachineShape | undefined): Price | undefined {
  return shape === undefined || shape.gpus > 0 ? undefined : (providerMachinePrice(book, region, machine, shape) ?? genericMachinePrice(book, region, machine, shape));
}

export type InstanceSystem = 'linux' | 'windows' | 'rhel' | 'sles' | 'win_sql_web' | 'win_sql_std' | 'win_sql_ent';

export const SYSTEM_NAMES: Readonly<Record<InstanceSystem, string>> = { linux: 'Linux', windows: 'Windows', rhel: 'RHEL', sles: 'SLES', win_sql_web: 'Windows with SQL Server Web', win_sql_std: 'Windows with SQL Server Standard', win_sql_ent: 'Windows with SQL Server Enterprise' };

/** EC2, shared tenancy, on demand; `spot` is the average of the day the table was made. */
export function ec2Price(book: PriceBook, type: string, region: string, system: InstanceSystem = 'linux', spot = false): Price | UnknownPrice {
  const machine = ec2Machine(book, type, system, spot);
  const found = priceOf(book, region, machine, () => awsSiblings(type).map((sibling) => ({ ...sibling, machine: ec2Machine(book, sibling.name, system, spot) })));
  if (isPrice(found) || spot || system !== 'linux') return found;
  return byShape(book, region, machine, ec2Shape(book, type)) ?? found;
}

function ec2Machine(book: PriceBook, type: string, system: InstanceSystem, spot: boolean): Machine {
  const dimension = `Instance usage (${SYSTEM_NAMES[system]}, ${spot ? 'spot' : 'on-demand'}, ${type})`;
  const at = (where: string): ReturnType<Machine['at']> => {
    if (system === 'linux' && !spot) {
      const row = book.table('aws-ec2').row(type, where);
      return row === undefined ? undefined : { usd: row['usd_per_hour'], asOf: row['as_of'] ?? dated, source: row['source'] ?? collected, ...(row['flag'] === 'suspect' ? { note: 'perhaps the price of dedicated tenancy' } : {}) };
    }
    const row = book.table('aws-ec2-options').row(type, where);
    return row === undefined ? undefined : { usd: row[spot ? 'spot_avg' : system], asOf: dated, source: collected };
  };
  return { provider: 'aws', service: 'AmazonEC2', dimension, noun: `${type} with ${SYSTEM_NAMES[system]}${spot ? ' as spot' : ''}`, at };
}

/** Undefined for a type whose size the book does not know. */
export function ec2Shape(book: PriceBook, type: string): MachineShape | undefined {
  const row = book.table('aws-ec2-specs').row(type);
  const [vcpu, memory] = [Decimal.parse(row?.['vcpu'] ?? ''), Decimal.parse(row?.['mem_mib'] ?? '')];
  return vcpu === undefined || memory === undefined ? undefined : { vcpu, memory: memory.dividedBy(decimal(1024), 3), gpus: Number(row?.['gpus'] ?? '0') };
}

/** RDS and Aurora, Single-AZ; `engine` as in the table: `PostgreSQL`, `Aurora MySQL`. */
export function rdsPrice(book: PriceBook, instanceClass: string, region: string, engine: string): Price | UnknownPrice {
  const machine = (name: string): Machine => ({
    provider: 'aws', service: 'AmazonRDS', dimension: `Database instance (${engine}, Single-AZ, ${name})`, noun: `${name} with ${engine}`,
    at: (where) => {
      const row = book.table('aws-rds').row(name, where, engine);
      return row === undefined ? undefined : { usd: row['usd_per_hour'], asOf: dated, source: collected };
    },
  });
  return priceOf(book, region, machine(instanceClass), () => awsSiblings(instanceClass).map((sibling) => ({ ...sibling, machine: machine(sibling.name) })));
}

export function nodePrice(book: PriceBook, service: 'ElastiCache' | 'OpenSearch', type: string, region: string, engine = ''): Price | UnknownPrice {
  const machine = (name: string): Machine => ({
    provider: 'aws', service: `Amazon${service}`, dimension: `Node (${engine === '' ? name : `${engine}, ${name}`})`, noun: `${service} node ${name}${engine === '' ? '' : ` with ${engine}`}`,
    at: (where) => {
      const row = book.table('aws-nodes').row(service, name, where, engine);
      return row === undefined ? undefined : { usd: row['usd_per_hour'], asOf: dated, source: collected };
    },
  });
  return priceOf(book, region, machine(type), () => awsSiblings(type).map((sibling) => ({ ...sibling, machine: machine(sibling.name) })));
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

/** Of Windows and spot the older table has the price; of Linux the newer one. */
export function azureMachinePrice(book: PriceBook, given: string, region: string, system: 'linux' | 'windows' = 'linux', spot = false): Price | UnknownPrice {
  const machine = (size: string): Machine => ({
    provider: 'azure', service: 'Virtual Machines', dimension: `VM ${size}, ${system === 'linux' ? 'Linux' : 'Windows'}${spot ? ', spot' : ''}`, noun: `${size} with ${system === 'linux' ? 'Linux' : 'Windows'}${spot ? ' as spot' : ''}`,
    at: (where) => {
      const linux = book.table('azure-vm').row(size, where);
      if (system === 'linux' && !spot) return linux === undefined ? undefined : { usd: linux['usd_per_hour'], asOf: linux['as_of'] ?? '2026-06-18', source: linux['source'] ?? 'karpenter-azure' };
      const options = book.table('azure-vm-options').row(size, where);
      return { usd: spot ? options?.['spot_min'] : options?.['windows'], asOf: dated, source: collected };
    },
  });
  const size = azureSize(book, given, region);
  return priceOf(book, region, machine(size), () => azureSiblings(size).map((sibling) => ({ ...sibling, machine: machine(sibling.name) })));
}

/** Predefined machine types; the price has their GPUs and bundled local SSD, and no sustained-use discount. */
export function googleMachinePrice(book: PriceBook, type: string, region: string, spot = false): Price | UnknownPrice {
  const machine = (name: string): Machine => ({
    provider: 'gcp', service: 'Compute Engine', dimension: `Machine (${spot ? 'spot' : 'on-demand'}, ${name})`, noun: `${name}${spot ? ' as spot' : ''}`,
    at: (where) => {
      const row = book.table('gcp-machines').row(name, where);
      return row === undefined ? undefined : { usd: row[spot ? 'usd_spot' : 'usd_per_hour'], asOf: '2026-07-30', source: 'gcosts' };
    },
  });
  const shape = googleMachines(book).get(type);
  const own = ownParts(book, type, region, spot, machine(type), shape);
  if (own !== undefined) return own;
  const found = priceOf(book, region, machine(type), () => googleSiblings(type).map((sibling) => ({ ...sibling, machine: machine(sibling.name) })));
  return isPrice(found) || spot ? found : (byShape(book, region, machine(type), shape) ?? found);
}

/** The vendor sells predefined machines by vCPU and GB: where both are own prices, the machine is their sum. */
function ownParts(book: PriceBook, type: string, region: string, spot: boolean, machine: Machine, shape: MachineShape | undefined): Price | undefined {
  const [family = ''] = type.split('-', 1);
  if (shape === undefined || shape.gpus > 0 || book.own.price('gcp', machine.service, region, machine.dimension) !== undefined) return undefined;
  const [cpu, ram] = ['cpu', 'ram'].map((part) => book.own.price('gcp', machine.service, region, `Predefined ${part} (${spot ? 'spot' : 'on-demand'}, ${family})`));
  if (cpu === undefined || ram === undefined) return undefined;
  return { ...cpu, dimension: machine.dimension, region, unit: 'hour', amount: cpu.amount.times(shape.vcpu).plus(ram.amount.times(shape.memory)), step: 'own', note: `${shape.vcpu.toString()} vCPU and ${shape.memory.toString()} GB` };
}

/** A vCPU or a GB of a custom machine: `n2_custom`, `cpu`. */
export function googlePartPrice(book: PriceBook, family: string, part: 'cpu' | 'ram', region: string, spot = false): Price | UnknownPrice {
  const unit = part === 'cpu' ? 'vCPU-hour' : 'GB-hour';
  const mode = spot ? 'preemptible' : 'on_demand';
  const at = (where: string): ReturnType<Machine['at']> => {
    const [custom, predefined] = [family, family.replace('_custom', '')].map((name) => book.table('gcp-parts').row('machine', name, part, mode, where, unit)?.['usd']);
    const same = custom !== undefined && predefined !== undefined && decimal(custom).compare(decimal(predefined)) <= 0;
    // Custom machines cost a twentieth more than predefined ones; of some families the table has the same price for both.
    return same ? { usd: decimal(predefined).times(decimal('1.05')).toString(), asOf: '2025-03-02', source: 'libcloud', note: 'predefined x 1.05' } : { usd: custom, asOf: '2025-03-02', source: 'libcloud' };
  };
  const found = priceOf(book, region, { provider: 'gcp', service: 'Compute Engine', dimension: `Custom ${part} (${spot ? 'spot' : 'on-demand'}, ${family})`, noun: `custom ${part} of ${family}`, at });
  if (isPrice(found)) return { ...found, unit };
  const rate = book.defaultRate(part === 'cpu' ? (spot ? 'Spot CPU' : 'CPU') : spot ? 'Spot RAM' : 'RAM');
  return rate ?? found;
}

const MACHINES = new WeakMap<PriceBook, ReadonlyMap<string, MachineShape>>();

/** Size of every predefined machine type; read once for each book. */
export function googleMachines(book: PriceBook): ReadonlyMap<string, MachineShape> {
  let machines = MACHINES.get(book);
  if (machines === undefined) {
    machines = new Map(readCsv(book.text('gcp-machine-types.csv')).rows.map(([name = '', vcpu = '', memory = '', , gpus = '']) => [name, { vcpu: Decimal.parse(vcpu) ?? Decimal.zero, memory: Decimal.parse(memory) ?? Decimal.zero, gpus: Number(gpus === '' ? '0' : gpus) }]));
    MACHINES.set(book, machines);
  }
  return machines;
}
