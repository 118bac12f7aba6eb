/**
 * What a core, a GiB and a GPU cost an hour, and what a machine costs and has.
 *
 * A machine's price is split by the `generic` base rates (OpenCost's), their ratio held. Without machines the rates
 * themselves are what workloads cost: those of a provider's serverless offer, of one machine type, or `generic`.
 */
import { PlatformError } from '../../domain/error.ts';
import { Decimal, decimal } from '../../domain/money.ts';
import type { AllocatedResource, Amounts } from '../cost-allocation/allocate.ts';
import { RESOURCES, splitPrice } from '../cost-allocation/allocate.ts';
import { azureMachinePrice, ec2Price, googleMachinePrice, googleMachines } from '../price-book/machine-prices.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { Price, PriceProvider, UnknownPrice } from '../price-book/price.ts';
import { isPrice } from '../price-book/price.ts';
import { BASE_REGIONS } from '../price-book/region-factors.ts';
import type { PoolDescription } from './cluster-file.ts';

export type Found = Price | UnknownPrice;
export type Rates = Readonly<Record<AllocatedResource, Found>>;

export interface Machine {
  /** An hour. */
  price: Found;
  has: Amounts;
  /** Split of the price: of a core, a GiB, a GPU an hour. */
  rates: Rates;
}

const UNITS: Readonly<Record<AllocatedResource, string>> = { cpu: 'vCPU-hour', memory: 'GB-hour', gpu: 'GPU-hour' };
const MIB_A_GIB = decimal(1024);
const BYTES_A_GIB = decimal(2 ** 30);
const DIMENSIONS: Readonly<Record<AllocatedResource, string>> = { cpu: 'CPU', memory: 'RAM', gpu: 'GPU' };

export function genericRates(book: PriceBook): Rates {
  const rate = (resource: AllocatedResource): Found => {
    const found = book.fact('generic', 'default-rate', 'any', DIMENSIONS[resource]);
    return isPrice(found) ? { ...found, unit: UNITS[resource], ...(found.method === 'own' ? {} : { method: 'estimated' as const, note: 'default rate of OpenCost' }) } : found;
  };
  return { cpu: rate('cpu'), memory: rate('memory'), gpu: rate('gpu') };
}

/** The ratio by which machines are split. A rate that an own file took away counts as nothing. */
export function baseRates(book: PriceBook): Amounts {
  const rates = genericRates(book);
  const amount = (resource: AllocatedResource): Decimal => (isPrice(rates[resource]) ? rates[resource].amount : Decimal.zero);
  return { cpu: amount('cpu'), memory: amount('memory'), gpu: amount('gpu') };
}

/** `generic`, `fargate:eu-west-1`, `autopilot:europe-west1`, `m5.large:eu-west-1`. Throws ROADBED-8601. */
export function ratesOf(book: PriceBook, text: string): Rates {
  const [what = '', region = '', ...rest] = text.split(':');
  if (rest.length === 0 && what === 'generic' && region === '') return genericRates(book);
  const none: UnknownPrice = { unknown: `the price book has no GPUs of ${what}` };
  if (rest.length === 0 && what === 'fargate') {
    const where = region === '' ? (BASE_REGIONS['aws'] ?? '') : region;
    const fact = (dimension: string): Found => book.fact('aws', ['aws_eks_fargate_profile', 'aws_ecs_service'], where, dimension);
    return { cpu: fact('Per vCPU per hour'), memory: fact('Per GB per hour'), gpu: none };
  }
  if (rest.length === 0 && what === 'autopilot') {
    const where = region === '' ? (BASE_REGIONS['gcp'] ?? '') : region;
    const fact = (dimension: string): Found => book.fact('gcp', 'google_container_cluster', where, dimension);
    return { cpu: fact('Autopilot vCPU'), memory: fact('Autopilot memory'), gpu: none };
  }
  const provider = providerOfType(what);
  const where = region === '' ? (BASE_REGIONS[provider ?? 'generic'] ?? '') : region;
  const machine = rest.length > 0 || provider === undefined || capacityOf(book, provider, what) === undefined ? undefined : machineOf(book, provider, where, { type: what, spot: false, capacity: {} });
  if (machine === undefined || !isPrice(machine.price)) {
    throw new PlatformError({ code: 'ROADBED-8601', class: 'usage', message: `${JSON.stringify(text)} names no rates`, ...(machine === undefined || isPrice(machine.price) ? {} : { why: machine.price.unknown }), next: 'give generic, fargate:REGION, autopilot:REGION, or a machine type and its region: m5.large:eu-west-1' });
  }
  return machine.rates;
}

/** Names of machine types tell their cloud: `m5.large`, `Standard_D4s_v5`, `n2-standard-4`. */
function providerOfType(type: string): PriceProvider | undefined {
  if (/^(standard|basic)_/i.test(type)) return 'azure';
  if (/^[a-z][\w-]*\.[\w-]+$/.test(type)) return 'aws';
  return /^[a-z]\w*-[\w-]+$/.test(type) ? 'gcp' : undefined;
}

/** The machine of a pool: undefined capacity is told as ROADBED-8602, as nothing could be put on it. */
export function machineOf(book: PriceBook, provider: PriceProvider, region: string, pool: Pick<PoolDescription, 'type' | 'spot' | 'hourly' | 'capacity'>): Machine {
  const where = region === '' ? (BASE_REGIONS[provider] ?? '') : region;
  const found = pool.hourly === undefined ? listPrice(book, provider, where, pool.type, pool.spot) : ownPrice(provider, where, pool.type, pool.hourly);
  const known = pool.type === '' ? undefined : capacityOf(book, provider, pool.type);
  const cpu = pool.capacity.cpu ?? known?.cpu;
  const memory = pool.capacity.memory?.dividedBy(BYTES_A_GIB, 12) ?? known?.memory;
  if (cpu === undefined || memory === undefined) throw new PlatformError({ code: 'ROADBED-8602', class: 'invalid', message: `how much CPU and memory ${pool.type} has is not known`, next: 'say it in the description of the pool: capacity: {cpu: 4, memory: 16Gi}' });
  const has = { cpu, memory, gpu: pool.capacity.gpu ?? known?.gpu ?? Decimal.zero };
  return { price: found, has, rates: splitRates(book, found, has) };
}

function splitRates(book: PriceBook, found: Found, has: Amounts): Rates {
  if (!isPrice(found)) return { cpu: found, memory: found, gpu: found };
  const parts = splitPrice(found.amount, has, baseRates(book));
  const rate = (resource: AllocatedResource): Found => {
    if (has[resource].isZero) return { unknown: `${found.dimension} has none` };
    return { ...found, amount: parts[resource].dividedBy(has[resource], 10), unit: UNITS[resource], method: found.method === 'listed' ? 'derived' : found.method, note: [found.note, `part of ${found.amount.toString()} USD an hour`].filter((text) => text !== undefined).join('; ') };
  };
  return { cpu: rate('cpu'), memory: rate('memory'), gpu: rate('gpu') };
}

function ownPrice(provider: PriceProvider, region: string, type: string, hourly: Decimal): Price {
  return { provider, service: 'nodes', region, dimension: type === '' ? 'Machine' : type, amount: hourly, unit: 'hour', asOf: '', source: 'description of the cluster', method: 'own', confidence: 'high' };
}

function listPrice(book: PriceBook, provider: PriceProvider, region: string, type: string, spot: boolean): Found {
  switch (provider) {
    case 'aws':
      return ec2Price(book, type, region, 'linux', spot);
    case 'azure':
      return azureMachinePrice(book, type, region, 'linux', spot);
    case 'gcp':
      return googleMachinePrice(book, type, region, spot);
    default:
      return { unknown: `the price book has no machines of the provider ${provider}: give hourly` };
  }
}

function capacityOf(book: PriceBook, provider: PriceProvider, type: string): { cpu: Decimal; memory: Decimal; gpu?: Decimal } | undefined {
  if (provider === 'aws') {
    const row = book.table('aws-ec2-specs').row(type);
    const [cpu, memory, gpu] = ['vcpu', 'mem_mib', 'gpus'].map((name) => Decimal.parse(row?.[name] ?? ''));
    return cpu === undefined || memory === undefined ? undefined : { cpu, memory: memory.dividedBy(MIB_A_GIB, 12), gpu: gpu ?? Decimal.zero };
  }
  if (provider === 'gcp') {
    const machine = googleMachines(book).get(type);
    return machine === undefined ? undefined : { cpu: machine.vcpu, memory: machine.memory, ...(/^(a2|a3|g2)-/.test(type) ? { gpu: googleGpus(type) } : {}) };
  }
  return provider === 'azure' ? azureCapacity(type) : undefined;
}

/** `a2-highgpu-4g` has four; of `g2-standard-N` it is one for up to 16 vCPUs and 32, then as the vendor lists. */
function googleGpus(type: string): Decimal {
  const many = /-(\d+)g$/.exec(type)?.[1];
  const small = /^g2-standard-(\d+)$/.exec(type)?.[1];
  const byCpus: Readonly<Record<string, number>> = { 24: 2, 48: 4, 96: 8 };
  return decimal(many ?? (small === undefined ? 1 : (byCpus[small] ?? 1)));
}

/** Newer general sizes are proportional, and say their vCPUs in the name: 4 GiB for D, 8 for E, 2 for F and for low memory. */
function azureCapacity(size: string): { cpu: Decimal; memory: Decimal } | undefined {
  const [, family = '', vcpu = '', features = ''] = /^standard_([def])(\d+)([a-z]*)_v[3-9]$/i.exec(size) ?? [];
  const perCpu: Readonly<Record<string, number>> = { d: 4, e: 8, f: 2 };
  const gib = /l/i.test(features) && /^d$/i.test(family) ? 2 : perCpu[family.toLowerCase()];
  const largestOfRatio = /^e$/i.test(family) ? 48 : 96;
  return gib === undefined || Number(vcpu) > largestOfRatio ? undefined : { cpu: decimal(vcpu), memory: decimal(Number(vcpu) * gib) };
}

/** Amounts of rates, for what is packed; what has no price counts as nothing there. */
export function rateAmounts(rates: Rates): Amounts {
  const [cpu = Decimal.zero, memory = Decimal.zero, gpu = Decimal.zero] = RESOURCES.map((resource) => {
    const rate = rates[resource];
    return isPrice(rate) ? rate.amount : Decimal.zero;
  });
  return { cpu, memory, gpu };
}
