/**
 * The description of clusters that `--nodes` names: pools of machines, fees, what is shared.
 *
 * docs/reference/cost-kubernetes.md is the form for people. What is wrong in it is told all at once, with its place.
 */
import { PlatformError } from '../../domain/error.ts';
import { Decimal } from '../../domain/money.ts';
import { isRecord } from '../../formats/kubernetes/manifest.ts';
import type { Manifest } from '../../formats/kubernetes/manifest.ts';
import { parseQuantity } from '../../formats/kubernetes/quantity.ts';
import type { Path } from '../../formats/yaml-source/read.ts';
import { printPath, readYaml } from '../../formats/yaml-source/read.ts';
import type { PriceProvider } from '../price-book/price.ts';
import type { Taint } from './placement.ts';
import { parseTaint } from './placement.ts';

export interface PoolDescription {
  name: string;
  /** Empty: the price and the capacity are given. */
  type: string;
  count: number;
  /** Machines that stay whatever is asked for. */
  least: number;
  spot: boolean;
  /** Own price of one machine. */
  hourly?: Decimal;
  /** Cores, bytes, devices; from the book where it is not given. */
  capacity: { cpu?: Decimal; memory?: Decimal; gpu?: Decimal };
  /** What pods cannot have of a machine. */
  reserved: { cpu: Decimal; memory: Decimal };
  pods: number;
  labels: Manifest;
  taints: readonly Taint[];
}

export interface ClusterDescription {
  name: string;
  provider: PriceProvider;
  region: string;
  /** `eks`, `eks-extended`, `gke`, `aks`, `aks-free`; empty: no fee that the book knows. */
  managed: string;
  /** Own fee, instead of the book's. */
  fee?: Decimal;
  overhead: readonly { name: string; monthly: Decimal }[];
  pools: readonly PoolDescription[];
  sharedNamespaces: readonly string[];
  /** Of several clusters: whose workloads these are. Folder of the manifest, or namespace. */
  paths: readonly string[];
  namespaces: readonly string[];
  /** Rates for a cluster without pools: `generic`, `fargate:REGION`, `autopilot:REGION`, `TYPE:REGION`. */
  rates: string;
}

const PROVIDERS = ['aws', 'azure', 'gcp', 'generic'];
const MANAGED = ['eks', 'eks-extended', 'gke', 'aks', 'aks-free'];
const MOST_MACHINES = 20_000;
const RESERVED = { cpu: '100m', memory: '500Mi' };
const MOST_PODS = 110;
const LARGEST_FILE = 1024 * 1024;

/** Throws ROADBED-8600 with every fault in it. */
export function clustersFrom(text: string, file: string): ClusterDescription[] {
  const [document] = readYaml(text, file, { mostBytes: LARGEST_FILE });
  const faults = (document?.problems ?? []).map((problem) => `${file}:${problem.line}: ${problem.message}`);
  const reader = new Reader((path, message) => {
    const place = document?.position(path);
    faults.push(`${file}:${place?.line ?? 1}: ${path.length === 0 ? '' : `${printPath(path)} `}${message}`);
  });
  const root = document?.value;
  if (faults.length === 0 && !isRecord(root)) reader.fault([], 'is no map');
  const clusters = faults.length === 0 && isRecord(root) ? readClusters(reader, root) : [];
  if (faults.length > 0) throw new PlatformError({ code: 'ROADBED-8600', class: 'invalid', message: `${file} is no description of clusters`, why: faults.slice(0, 10).join('; '), next: 'docs/reference/cost-kubernetes.md has the form' });
  return clusters;
}

class Reader {
  readonly fault: (path: Path, message: string) => void;

  constructor(fault: (path: Path, message: string) => void) {
    this.fault = fault;
  }

  known(of: Manifest, path: Path, names: readonly string[]): void {
    for (const name of Object.keys(of)) if (!names.includes(name)) this.fault([...path, name], `is not known here; there are ${names.join(', ')}`);
  }

  text(of: Manifest, path: Path, name: string, otherwise = ''): string {
    const value = Object.hasOwn(of, name) ? of[name] : undefined;
    if (value === undefined || value === null) return otherwise;
    if (typeof value === 'string') return value;
    this.fault([...path, name], 'must be text');
    return otherwise;
  }

  oneOf(of: Manifest, path: Path, name: string, among: readonly string[], otherwise: string): string {
    const value = this.text(of, path, name, otherwise);
    if (value !== otherwise && !among.includes(value)) this.fault([...path, name], `must be one of ${among.join(', ')}`);
    return value;
  }

  whole(of: Manifest, path: Path, name: string, otherwise: number): number {
    const value = Object.hasOwn(of, name) ? of[name] : otherwise;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MOST_MACHINES) return value;
    this.fault([...path, name], `must be a whole number from 0 to ${MOST_MACHINES}`);
    return otherwise;
  }

  amount(of: Manifest, path: Path, name: string, read: (value: unknown) => Decimal | undefined, otherwise?: Decimal): Decimal | undefined {
    if (!Object.hasOwn(of, name)) return otherwise;
    const value = read(of[name]);
    if (value !== undefined && !value.isNegative) return value;
    this.fault([...path, name], 'must be an amount of at least 0');
    return otherwise;
  }

  list(of: Manifest, path: Path, name: string): readonly unknown[] {
    const value = Object.hasOwn(of, name) ? of[name] : [];
    if (Array.isArray(value)) return value as unknown[];
    this.fault([...path, name], 'must be a list');
    return [];
  }

  texts(of: Manifest, path: Path, name: string): string[] {
    return this.list(of, path, name).flatMap((value, index) => {
      if (typeof value === 'string') return [value];
      this.fault([...path, name, index], 'must be text');
      return [];
    });
  }

  map(value: unknown, path: Path): Manifest {
    if (isRecord(value)) return value;
    this.fault(path, 'must be a map');
    return {};
  }
}

function money(value: unknown): Decimal | undefined {
  return typeof value === 'number' || typeof value === 'string' ? Decimal.parse(String(value)) : undefined;
}

function readClusters(reader: Reader, root: Manifest): ClusterDescription[] {
  reader.known(root, [], ['schemaVersion', 'clusters']);
  if (root['schemaVersion'] !== undefined && root['schemaVersion'] !== 1) reader.fault(['schemaVersion'], 'must be 1');
  const clusters = reader.list(root, [], 'clusters').map((value, index) => readCluster(reader, reader.map(value, ['clusters', index]), ['clusters', index]));
  if (clusters.length === 0) reader.fault(['clusters'], 'has no cluster');
  const names = clusters.map((cluster) => cluster.name);
  for (const [index, name] of names.entries()) if (names.indexOf(name) !== index) reader.fault(['clusters', index, 'name'], `${JSON.stringify(name)} is the name of another one`);
  if (clusters.reduce((sum, cluster) => sum + cluster.pools.reduce((all, pool) => all + pool.count, 0), 0) > MOST_MACHINES) reader.fault(['clusters'], `has more than ${MOST_MACHINES} machines`);
  return clusters;
}

function readCluster(reader: Reader, of: Manifest, path: Path): ClusterDescription {
  reader.known(of, path, ['name', 'provider', 'region', 'managed', 'managementFee', 'overhead', 'pools', 'sharedNamespaces', 'paths', 'namespaces', 'rates']);
  const fee = reader.amount(of, path, 'managementFee', money);
  const pools = reader.list(of, path, 'pools').map((value, index) => readPool(reader, reader.map(value, [...path, 'pools', index]), [...path, 'pools', index]));
  const names = pools.map((pool) => pool.name);
  for (const [index, name] of names.entries()) if (name === '' || names.indexOf(name) !== index) reader.fault([...path, 'pools', index, 'name'], name === '' ? 'must be given' : `${JSON.stringify(name)} is the name of another one`);
  const name = reader.text(of, path, 'name');
  if (name === '') reader.fault([...path, 'name'], 'must be given');
  return {
    name,
    provider: reader.oneOf(of, path, 'provider', PROVIDERS, 'generic') as PriceProvider,
    region: reader.text(of, path, 'region'),
    managed: reader.oneOf(of, path, 'managed', MANAGED, ''),
    ...(fee === undefined ? {} : { fee }),
    overhead: reader.list(of, path, 'overhead').map((value, index) => {
      const at = [...path, 'overhead', index];
      const one = reader.map(value, at);
      reader.known(one, at, ['name', 'monthly']);
      return { name: reader.text(one, at, 'name', 'Overhead'), monthly: reader.amount(one, at, 'monthly', money) ?? Decimal.zero };
    }),
    pools,
    sharedNamespaces: reader.texts(of, path, 'sharedNamespaces'),
    paths: reader.texts(of, path, 'paths'),
    namespaces: reader.texts(of, path, 'namespaces'),
    rates: reader.text(of, path, 'rates', 'generic'),
  };
}

function readPool(reader: Reader, of: Manifest, path: Path): PoolDescription {
  reader.known(of, path, ['name', 'instanceType', 'count', 'least', 'spot', 'hourly', 'capacity', 'reserved', 'pods', 'labels', 'taints']);
  const quantities = (name: string): Manifest => (Object.hasOwn(of, name) ? reader.map(of[name], [...path, name]) : {});
  const [capacity, reserved] = [quantities('capacity'), quantities('reserved')];
  reader.known(capacity, [...path, 'capacity'], ['cpu', 'memory', 'gpu']);
  reader.known(reserved, [...path, 'reserved'], ['cpu', 'memory']);
  const hourly = reader.amount(of, path, 'hourly', money);
  const type = reader.text(of, path, 'instanceType');
  const amounts = Object.fromEntries((['cpu', 'memory', 'gpu'] as const).flatMap((name) => {
    const amount = reader.amount(capacity, [...path, 'capacity'], name, parseQuantity);
    return amount === undefined ? [] : [[name, amount]];
  })) as PoolDescription['capacity'];
  if (type === '' && (hourly === undefined || amounts.cpu === undefined || amounts.memory === undefined)) reader.fault(path, 'needs an instanceType, or hourly with capacity.cpu and capacity.memory');
  const spot = Object.hasOwn(of, 'spot') ? of['spot'] : false;
  if (typeof spot !== 'boolean') reader.fault([...path, 'spot'], 'must be true or false');
  const taints = reader.texts(of, path, 'taints').flatMap((text, index) => {
    const taint = parseTaint(text);
    if (taint === undefined) reader.fault([...path, 'taints', index], 'must be key=value:NoSchedule');
    return taint === undefined ? [] : [taint];
  });
  return {
    name: reader.text(of, path, 'name'),
    type,
    count: reader.whole(of, path, 'count', 1),
    least: reader.whole(of, path, 'least', 0),
    spot: spot === true,
    ...(hourly === undefined ? {} : { hourly }),
    capacity: amounts,
    reserved: { cpu: reader.amount(reserved, [...path, 'reserved'], 'cpu', parseQuantity, parseQuantity(RESERVED.cpu)) ?? Decimal.zero, memory: reader.amount(reserved, [...path, 'reserved'], 'memory', parseQuantity, parseQuantity(RESERVED.memory)) ?? Decimal.zero },
    pods: reader.whole(of, path, 'pods', MOST_PODS),
    labels: quantities('labels'),
    taints,
  };
}
