/**
 * What a cluster's objects have made beside machines: disks of claims, balancers of services, the management of the
 * cluster itself. Prices are those of the provider; where a storage class or a cloud is not known, that is said.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import type { KubernetesObject } from '../../formats/kubernetes/manifest.ts';
import { field, textField } from '../../formats/kubernetes/manifest.ts';
import { parseQuantity } from '../../formats/kubernetes/quantity.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { Price, PriceProvider } from '../price-book/price.ts';
import { isPrice } from '../price-book/price.ts';
import { BASE_REGIONS } from '../price-book/region-factors.ts';
import type { VolumeWish } from './workload.ts';
import type { Found } from './rates.ts';

const BYTES_A_GIB = decimal(2 ** 30);

export interface Where {
  provider: PriceProvider;
  region: string;
}

interface DiskKind {
  provider: PriceProvider;
  type: string;
}

const AWS_DISKS: Readonly<Record<string, string>> = { gp2: 'Storage (general purpose SSD, gp2)', gp3: 'Storage (general purpose SSD, gp3)', io1: 'Storage (provisioned IOPS SSD, io1)', io2: 'Storage (provisioned IOPS SSD, io2)', st1: 'Storage (throughput optimized HDD, st1)', sc1: 'Storage (cold HDD, sc1)', standard: 'Storage (magnetic)' };
const GOOGLE_DISKS: Readonly<Record<string, string>> = { 'pd-standard': 'Standard provisioned storage (pd-standard)', 'pd-ssd': 'SSD provisioned storage (pd-ssd)', 'pd-balanced': 'Balanced provisioned storage (pd-balanced)', 'pd-extreme': 'Extreme provisioned storage (pd-extreme)' };
const AZURE_TIERS: readonly (readonly [number: number, gigabytes: number])[] = [[4, 32], [6, 64], [10, 128], [15, 256], [20, 512], [30, 1024], [40, 2048], [50, 4096], [60, 8192], [70, 16384], [80, 32767]];
const AZURE_LETTERS: Readonly<Record<string, string>> = { Premium: 'P', StandardSSD: 'E', Standard: 'S' };
const AZURE_DISKS = ['azurerm_managed_disk', 'azurerm_linux_virtual_machine', 'azurerm_kubernetes_cluster'];

/** Classes that the clouds make in their clusters. */
const KNOWN_CLASSES: Readonly<Record<string, DiskKind>> = {
  gp2: { provider: 'aws', type: 'gp2' }, gp3: { provider: 'aws', type: 'gp3' }, io1: { provider: 'aws', type: 'io1' }, io2: { provider: 'aws', type: 'io2' }, st1: { provider: 'aws', type: 'st1' }, sc1: { provider: 'aws', type: 'sc1' },
  'standard-rwo': { provider: 'gcp', type: 'pd-balanced' }, 'premium-rwo': { provider: 'gcp', type: 'pd-ssd' },
  managed: { provider: 'azure', type: 'StandardSSD_LRS' }, 'managed-csi': { provider: 'azure', type: 'StandardSSD_LRS' }, 'managed-premium': { provider: 'azure', type: 'Premium_LRS' }, 'managed-csi-premium': { provider: 'azure', type: 'Premium_LRS' },
};
const DEFAULT_CLASSES: Partial<Record<PriceProvider, DiskKind>> = { aws: { provider: 'aws', type: 'gp2' }, gcp: { provider: 'gcp', type: 'pd-balanced' }, azure: { provider: 'azure', type: 'StandardSSD_LRS' } };
const PROVISIONERS: Readonly<Record<string, { provider: PriceProvider; parameter: string; otherwise: string }>> = {
  'ebs.csi.aws.com': { provider: 'aws', parameter: 'type', otherwise: 'gp3' }, 'kubernetes.io/aws-ebs': { provider: 'aws', parameter: 'type', otherwise: 'gp2' }, 'ebs.csi.eks.amazonaws.com': { provider: 'aws', parameter: 'type', otherwise: 'gp3' },
  'pd.csi.storage.gke.io': { provider: 'gcp', parameter: 'type', otherwise: 'pd-standard' }, 'kubernetes.io/gce-pd': { provider: 'gcp', parameter: 'type', otherwise: 'pd-standard' },
  'disk.csi.azure.com': { provider: 'azure', parameter: 'skuName', otherwise: 'StandardSSD_LRS' }, 'kubernetes.io/azure-disk': { provider: 'azure', parameter: 'skuName', otherwise: 'StandardSSD_LRS' },
};

export interface VolumePrice {
  price: Found;
  /** Units of the price: GB, or one disk. */
  quantity?: Decimal;
  size: string;
  note?: string;
}

/** @param classes StorageClass objects of the input. */
export function volumePrice(book: PriceBook, wish: VolumeWish, where: Where, classes: readonly KubernetesObject[]): VolumePrice {
  const bytes = parseQuantity(wish.size);
  const text = typeof wish.size === 'string' || typeof wish.size === 'number' ? String(wish.size).slice(0, 40) : 'no size';
  if (bytes === undefined || bytes.isNegative) return { price: { unknown: `${text} is no size` }, size: text };
  const gigabytes = bytes.dividedBy(BYTES_A_GIB, 12);
  const { kind, note } = diskKind(wish.storageClass, where, classes);
  if (kind === undefined) {
    if (where.provider !== 'generic') return { price: { unknown: `what the storage class ${JSON.stringify(wish.storageClass)} makes is not known` }, size: text };
    const generic = book.fact('generic', 'default-rate', 'any', 'Storage');
    return { price: isPrice(generic) && generic.method !== 'own' ? { ...generic, method: 'estimated', note: 'default rate of OpenCost' } : generic, quantity: gigabytes, size: text, ...(wish.storageClass === '' ? {} : { note: `what the storage class ${wish.storageClass} makes is not known` }) };
  }
  const region = kind.provider === where.provider && where.region !== '' ? where.region : (BASE_REGIONS[kind.provider] ?? '');
  const assumed = region === where.region ? note : [note, `prices of ${region}`].filter((one) => one !== undefined).join('; ');
  const found = diskPrice(book, kind, region, gigabytes);
  return { ...found, size: text, ...(assumed === undefined ? {} : { note: assumed }) };
}

function diskKind(name: string, where: Where, classes: readonly KubernetesObject[]): { kind: DiskKind | undefined; note?: string } {
  const own = classes.find((one) => (name === '' ? one.annotations['storageclass.kubernetes.io/is-default-class'] === 'true' : one.name === name));
  if (own !== undefined) {
    const known = PROVISIONERS[textField(own.body, 'provisioner') ?? ''];
    const parameters = field(own.body, 'parameters');
    return known === undefined ? { kind: undefined } : { kind: { provider: known.provider, type: textField(parameters, known.parameter) ?? textField(parameters, known.parameter.toLowerCase()) ?? textField(parameters, 'storageaccounttype') ?? known.otherwise } };
  }
  if (name === '') {
    const kind = DEFAULT_CLASSES[where.provider];
    return kind === undefined ? { kind } : { kind, note: `no storage class is named; ${kind.type} is assumed` };
  }
  const known = Object.hasOwn(KNOWN_CLASSES, name) ? KNOWN_CLASSES[name] : undefined;
  return { kind: known === undefined || where.provider === 'generic' || where.provider === known.provider ? known : undefined };
}

function diskPrice(book: PriceBook, { provider, type }: DiskKind, region: string, gigabytes: Decimal): Pick<VolumePrice, 'price' | 'quantity'> {
  const none = { price: { unknown: `the price book has no disks of the type ${type}` } };
  if (provider === 'azure') {
    const [family = '', redundancy = 'LRS'] = type.split('_');
    const [letter, tier] = [AZURE_LETTERS[family], AZURE_TIERS.find(([, size]) => decimal(size).compare(gigabytes) >= 0)];
    return letter === undefined || tier === undefined ? none : { price: book.fact('azure', AZURE_DISKS, region, `Storage (${letter}${tier[0]}, ${redundancy})`), quantity: Decimal.one };
  }
  const dimension = provider === 'aws' ? AWS_DISKS[type] : GOOGLE_DISKS[type];
  if (dimension === undefined) return none;
  return { price: provider === 'aws' ? book.fact('aws', 'aws_ebs_volume', region, dimension) : book.fact('gcp', 'google_compute_disk', region, dimension), quantity: gigabytes };
}

export interface BalancerPrice {
  name: string;
  fixed: Found;
  /** What traffic through it costs, and under which name it stands in a usage file. */
  traffic?: { name: string; key: string; price: Found };
}

export function balancerPrice(book: PriceBook, service: KubernetesObject, { provider, region: given }: Where): BalancerPrice {
  const region = given === '' ? (BASE_REGIONS[provider] ?? '') : given;
  if (provider === 'aws') {
    const type = service.annotations['service.beta.kubernetes.io/aws-load-balancer-type'];
    const spec = field(service.body, 'spec');
    if (type !== undefined || textField(spec, 'loadBalancerClass')?.startsWith('service.k8s.aws/nlb') === true) {
      return { name: 'Network load balancer', fixed: book.fact('aws', 'aws_lb', region, 'Network load balancer'), traffic: { name: 'Capacity units', key: 'capacity_units', price: book.fact('aws', 'aws_lb', region, 'Load balancer capacity units [NLB]') } };
    }
    return { name: 'Classic load balancer', fixed: book.fact('aws', 'aws_elb', region, 'Classic load balancer'), traffic: { name: 'Data processed', key: 'monthly_data_processed_gb', price: book.fact('aws', 'aws_elb', region, 'Data processed') } };
  }
  if (provider === 'gcp') return { name: 'Forwarding rule', fixed: book.fact('gcp', 'google_compute_forwarding_rule', region, 'Forwarding rules'), traffic: { name: 'Data processed', key: 'monthly_data_processed_gb', price: book.fact('gcp', 'google_compute_forwarding_rule', region, 'Ingress data') } };
  return { name: 'Load balancer', fixed: { unknown: provider === 'generic' ? 'whose load balancer it is is not known: --nodes says provider and region' : `the price book has no load balancers of services of ${provider}` } };
}

/** The fee of a managed control plane, an hour; undefined where there is none. */
export function managementFee(book: PriceBook, managed: string, region: string, own: Decimal | undefined, provider: PriceProvider): Found | undefined {
  if (own !== undefined) return own.isZero ? undefined : { provider, service: 'management', region, dimension: 'Management fee', amount: own, unit: 'hour', asOf: '', source: 'description of the cluster', method: 'own', confidence: 'high' } satisfies Price;
  const at = (cloud: PriceProvider): string => (region === '' ? (BASE_REGIONS[cloud] ?? '') : region);
  switch (managed) {
    case 'eks':
      return book.fact('aws', 'aws_eks_cluster', at('aws'), 'EKS cluster');
    case 'eks-extended':
      return book.fact('aws', 'aws_eks_cluster', at('aws'), 'EKS cluster (extended support)');
    case 'gke':
      return book.fact('gcp', 'google_container_cluster', at('gcp'), 'Cluster management fee');
    case 'aks':
      return book.fact('azure', 'azurerm_kubernetes_cluster', at('azure'), 'Uptime SLA');
    default:
      return undefined;
  }
}
