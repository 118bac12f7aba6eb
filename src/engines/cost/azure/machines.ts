/** Virtual machines, their disks and clusters of Azure. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { AttributeValue } from '../../infrastructure/model.ts';
import { azureMachinePrice } from '../../price-book/machine-prices.ts';
import { bySize } from '../by-size.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { above } from '../aws/disks.ts';
import { attempt, Undetermined } from '../costing.ts';
import type { Span } from '../cost-line.ts';
import { exactly, times } from '../span.ts';

/** Disks are sold in tiers: a size is charged as the next tier. */
const TIERS: readonly (readonly [number: number, gigabytes: number])[] = [[1, 4], [2, 8], [3, 16], [4, 32], [6, 64], [10, 128], [15, 256], [20, 512], [30, 1024], [40, 2048], [50, 4096], [60, 8192], [70, 16384], [80, 32767]];
const DISK_SERVICES = ['azurerm_managed_disk', 'azurerm_linux_virtual_machine', 'azurerm_kubernetes_cluster'];
const LETTERS: Readonly<Record<string, string>> = { Premium: 'P', StandardSSD: 'E', Standard: 'S' };

/** Larger premium disks cost less for each GB: what a size counts for, relative to its GB. */
const PREMIUM_WEIGHTS: readonly (readonly [gigabytes: number, weight: number])[] = [[64, 1.03], [128, 1], [256, 0.965], [512, 0.93], [1024, 0.857], [2048, 0.82], [4096, 0.786], [8192, 0.68], [32767, 0.65]];

function weightOf(gigabytes: number): number {
  return gigabytes * (PREMIUM_WEIGHTS.find(([most]) => gigabytes <= most)?.[1] ?? 1);
}

function systemOf(c: Costing): 'linux' | 'windows' {
  const licence = attempt(() => c.text('license_type'));
  const windows = c.resource.type.includes('windows') || c.list('os_profile.windows_configuration').length > 0 || 'value' in attempt(() => c.needed('os_profile_windows_config.0')) || c.list('os_profile_windows_config').length > 0;
  // With hybrid benefit the licence is the owner's: what is left is the price of the machine.
  return windows && !('value' in licence && licence.value?.startsWith('Windows') === true) ? 'windows' : 'linux';
}

export function diskLine(c: Costing, name: string, block: AttributeValue, options: { size: number; kind: string; count: Span }): void {
  const read = attempt(() => ({ kind: c.text('storage_account_type', block) ?? c.text('managed_disk_type', block) ?? options.kind, size: c.number('disk_size_gb', block) ?? decimal(options.size) }));
  if ('undetermined' in read) return c.unknown(name, 'fixed', read.undetermined);
  const [family = '', redundancy = 'LRS'] = read.value.kind.split('_');
  const letter = LETTERS[family];
  const tier = TIERS.find(([, gigabytes]) => decimal(gigabytes).compare(read.value.size) >= 0);
  if (letter === undefined || tier === undefined) return c.unknown(name, 'fixed', `the price book has no disks of the type ${read.value.kind}`);
  const dimensionOf = (gigabytes: number): string => `Storage (${letter}${TIERS.find(([, size]) => size === gigabytes)?.[0] ?? 0}, ${redundancy})`;
  c.fixed(name, () => bySize(c, DISK_SERVICES, tier[1], TIERS.map(([, gigabytes]) => gigabytes), dimensionOf, letter === 'P' ? weightOf : undefined), () => options.count);
}

function one(): Span {
  return exactly(decimal(1));
}

function spot(c: Costing): boolean {
  const read = attempt(() => c.text('priority'));
  return 'value' in read && read.value === 'Spot';
}

function machine(c: Costing): void {
  c.fixed('Instance usage', () => azureMachinePrice(c.book, c.text('size') ?? c.needed('vm_size'), c.region, systemOf(c), spot(c)));
  const [disk] = c.list(c.resource.type === 'azurerm_virtual_machine' ? 'storage_os_disk' : 'os_disk');
  diskLine(c, 'Disk of the system', disk ?? {}, { size: systemOf(c) === 'windows' ? 127 : 30, kind: 'Standard_LRS', count: one() });
  c.list('storage_data_disk').forEach((block, index) => diskLine(c, `Disk ${index + 1}`, block, { size: 32, kind: 'Standard_LRS', count: one() }));
}

function scaleSet(c: Costing): void {
  const read = attempt(() => exactly(c.number('instances') ?? c.number('sku.capacity') ?? decimal(1)));
  c.fixed('Instance usage', () => azureMachinePrice(c.book, c.text('sku') ?? c.text('sku_name') ?? c.needed('sku.name'), c.region, systemOf(c), spot(c)), () => {
    if ('undetermined' in read) throw new Undetermined(read.undetermined);
    return read.value;
  });
  if ('undetermined' in read) return;
  const [disk] = [...c.list('os_disk'), ...c.list('storage_profile_os_disk')];
  diskLine(c, 'Disk of the system', disk ?? {}, { size: systemOf(c) === 'windows' ? 127 : 30, kind: 'Standard_LRS', count: read.value });
  [...c.list('data_disk'), ...c.list('storage_profile_data_disk')].forEach((block, index) => diskLine(c, `Disk ${index + 1}`, block, { size: 32, kind: 'Standard_LRS', count: read.value }));
}

/** Nodes of a pool: what is asked for, otherwise the least of its autoscaler. */
function pool(c: Costing, name: string, block: AttributeValue): void {
  const count = (): Span => {
    const [wanted, low, high] = ['node_count', 'min_count', 'max_count'].map((path) => c.number(path, block));
    const value = wanted ?? low ?? decimal(1);
    return { value, low: low !== undefined && low.compare(value) < 0 ? low : value, high: high !== undefined && high.compare(value) > 0 ? high : value };
  };
  const windows = attempt(() => c.text('os_type', block) === 'Windows');
  const cheap = attempt(() => c.text('priority', block) === 'Spot');
  c.fixed(name, () => {
    const size = c.text('vm_size', block);
    if (size === undefined) throw new Undetermined('vm_size is not given');
    return azureMachinePrice(c.book, size, c.region, 'value' in windows && windows.value ? 'windows' : 'linux', 'value' in cheap && cheap.value);
  }, count);
  const ephemeral = attempt(() => c.text('os_disk_type', block) === 'Ephemeral');
  const nodes = attempt(count);
  if ('value' in ephemeral && ephemeral.value) return;
  const size = attempt(() => c.number('os_disk_size_gb', block) ?? decimal(128));
  if ('undetermined' in nodes || 'undetermined' in size) return c.unknown(`${name}: disks`, 'fixed', 'undetermined' in nodes ? nodes.undetermined : 'undetermined' in size ? size.undetermined : '');
  diskLine(c, `${name}: disks`, { disk_size_gb: size.value.toString() }, { size: 128, kind: 'Premium_LRS', count: nodes.value });
}

function cluster(c: Costing): void {
  const tier = attempt(() => c.text('sku_tier') ?? 'Free');
  if ('undetermined' in tier) c.unknown('Control plane', 'fixed', tier.undetermined);
  else if (tier.value === 'Standard' || tier.value === 'Paid') c.fixed('Control plane (uptime guarantee)', () => c.fact('Uptime SLA'));
  else if (tier.value === 'Free') c.free = 'the control plane of the free tier';
  else c.fixed('Control plane', () => c.fact(`Uptime SLA (${tier.value})`));
  for (const block of c.list('default_node_pool')) pool(c, 'Nodes', block);
}

function disk(c: Costing): void {
  const kind = c.needed('storage_account_type');
  if (kind === 'PremiumV2_LRS') return provisionedDisk(c);
  if (kind !== 'UltraSSD_LRS') return diskLine(c, 'Storage', c.resource.attributes, { size: 32, kind, count: one() });
  const size = (): Decimal => c.number('disk_size_gb') ?? decimal(1024);
  c.fixed('Storage', () => c.fact('Storage (ultra, 2048 GiB)'), size);
  c.fixed('IOPS', () => c.fact('Provisioned IOPS'), () => c.number('disk_iops_read_write') ?? 2048);
  c.fixed('Throughput', () => c.fact('Throughput'), () => times(exactly(c.number('disk_mbps_read_write') ?? decimal(8)), decimal(1)));
}

/** Premium v2: by GB, and by what is above 3,000 IOPS and 125 MB/s. */
function provisionedDisk(c: Costing): void {
  c.fixed('Storage', () => c.fact('Storage (premium v2)'), () => c.number('disk_size_gb') ?? decimal(32));
  const [iops, throughput] = [above(c.number('disk_iops_read_write'), decimal(3000)), above(c.number('disk_mbps_read_write'), decimal(125))];
  if (iops !== undefined) c.fixed('IOPS above 3,000', () => c.fact('Provisioned IOPS (premium v2)'), () => iops);
  if (throughput !== undefined) c.fixed('Throughput above 125 MB/s', () => c.fact('Throughput (premium v2)'), () => throughput);
}

/** A copy of a disk: at most as large as that is. */
function copy(c: Costing): void {
  const source = c.follow('source_uri', 'azurerm_managed_disk') ?? c.follow('source_resource_id', 'azurerm_managed_disk');
  const size = attempt(() => c.number('disk_size_gb') ?? c.number('os_disk.size_gb') ?? (source === undefined ? undefined : c.on(source).number('disk_size_gb')));
  if ('undetermined' in size || size.value === undefined) return c.onUsage('Storage', 'storage_gb', () => c.fact('Storage', ['azurerm_snapshot', 'azurerm_image']));
  const most = size.value;
  c.fixed('Storage (at most)', () => c.fact('Storage', ['azurerm_snapshot', 'azurerm_image']), () => ({ value: most, low: decimal(0), high: most }));
}

export const AZURE_MACHINES: CosterTable = {
  azurerm_linux_virtual_machine: machine,
  azurerm_windows_virtual_machine: machine,
  azurerm_virtual_machine: machine,
  azurerm_linux_virtual_machine_scale_set: scaleSet,
  azurerm_windows_virtual_machine_scale_set: scaleSet,
  azurerm_virtual_machine_scale_set: scaleSet,
  azurerm_orchestrated_virtual_machine_scale_set: scaleSet,
  azurerm_snapshot: copy,
  azurerm_image: copy,
  azurerm_managed_disk: disk,
  azurerm_kubernetes_cluster: cluster,
  azurerm_kubernetes_cluster_node_pool: (c) => pool(c, 'Nodes', c.resource.attributes),
};
