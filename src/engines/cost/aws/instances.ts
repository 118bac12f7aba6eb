/** EC2 and what is made of it: instances, groups, nodes, hosts. Semantics: the vendor's on-demand price pages. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { AttributeValue } from '../../infrastructure/model.ts';
import type { InstanceSystem } from '../../price-book/machine-prices.ts';
import { ec2Price } from '../../price-book/machine-prices.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt } from '../costing.ts';
import type { Span } from '../cost-line.ts';
import { diskLines } from './disks.ts';

type Count = number | Decimal | Span;
/** Metrics of detailed monitoring; each is billed. */
const MONITORED_METRICS = 7;

/** Windows and the like are told by the image's data source where the code has one; otherwise Linux is assumed. */
function systemOf(c: Costing, image: string): InstanceSystem {
  const data = c.follow(image, 'aws_ami', 'aws_ssm_parameter');
  if (data === undefined) return 'linux';
  const words = JSON.stringify(data.attributes, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)).toLowerCase();
  return words.includes('windows') ? 'windows' : words.includes('rhel') ? 'rhel' : words.includes('suse') ? 'sles' : 'linux';
}

interface InstanceOptions {
  count: () => Count;
  type?: () => string;
  spot?: boolean;
  system?: InstanceSystem;
}

export function instanceUsage(c: Costing, { count, type = () => c.needed('instance_type'), spot = false, system = 'linux' }: InstanceOptions): void {
  c.fixed(spot ? 'Instance usage (spot)' : 'Instance usage', () => ec2Price(c.book, type(), c.region, system, spot), count);
}

/** Everything of one instance; `count` for groups. */
function instanceParts(c: Costing, options: InstanceOptions): void {
  const tenancy = attempt(() => c.text('tenancy') ?? c.text('placement.tenancy'));
  if ('value' in tenancy && tenancy.value === 'dedicated') c.unknown('Instance usage (dedicated tenancy)', 'fixed', 'the price book has no prices of dedicated tenancy');
  else if ('value' in tenancy && tenancy.value === 'host') c.notes.push('runs on a dedicated host, which is priced itself');
  else instanceUsage(c, { ...options, system: systemOf(c, c.resource.attributes['ami'] === undefined ? 'image_id' : 'ami') });
  const { count } = options;
  if (on(c, 'monitoring') || on(c, 'monitoring.enabled')) c.fixed('Detailed monitoring', () => c.fact('EC2 detailed monitoring', 'aws_instance'), () => multiplied(count(), MONITORED_METRICS));
  if (says(c, 'credit_specification.cpu_credits', 'unlimited')) c.onUsage('CPU credits', 'cpu_credit_vcpu_hours', () => c.fact('CPU credits', 'aws_instance'), (hours) => hours);
  if (on(c, 'associate_public_ip_address') || on(c, 'network_interfaces.associate_public_ip_address')) c.fixed('Public IPv4 address', () => c.fact('Public IPv4 address, in use or idle', 'aws_public_ipv4'), count);
}

function on(c: Costing, path: string): boolean {
  const read = attempt(() => c.flag(path));
  return 'value' in read && read.value;
}

function says(c: Costing, path: string, word: string): boolean {
  const read = attempt(() => c.text(path));
  return 'value' in read && read.value === word;
}

export function multiplied(count: Count, factor: number): Count {
  if (typeof count === 'number') return count * factor;
  if ('value' in count) return { value: count.value.times(decimal(factor)), low: count.low.times(decimal(factor)), high: count.high.times(decimal(factor)) };
  return count.times(decimal(factor));
}

function blocks(c: Costing, path: string): readonly AttributeValue[] {
  const read = attempt(() => c.list(path));
  return 'value' in read ? read.value : [];
}

function instance(c: Costing): void {
  if (says(c, 'instance_state', 'stopped')) c.notes.push('stopped: only its disks and addresses are charged');
  else instanceParts(withTemplate(c), { count: () => 1, spot: says(c, 'instance_market_options.market_type', 'spot') });
  disksOf(c, 1);
}

/** An instance may take everything it does not say from a launch template. */
function withTemplate(c: Costing): Costing {
  if (c.resource.attributes['instance_type'] !== undefined && c.resource.attributes['instance_type'] !== null) return c;
  const template = c.follow('launch_template', 'aws_launch_template');
  return template === undefined ? c : c.on(template);
}

function disksOf(c: Costing, count: Count): void {
  const roots = blocks(c, 'root_block_device');
  if (roots.length === 0) c.notes.push('the root disk is not given: 8 GB of gp2 assumed');
  diskLines(c, 'Root disk', roots[0] ?? {}, { size: 8, count });
  blocks(c, 'ebs_block_device').forEach((block, index) => diskLines(c, `Disk ${index + 1}`, block, { size: 8, count }));
}

function templateDisks(c: Costing, count: Count): void {
  const mappings = blocks(c, 'block_device_mappings').flatMap((mapping) => {
    const inner = attempt(() => c.list('ebs', mapping));
    return 'value' in inner ? inner.value : [];
  });
  if (mappings.length === 0) c.notes.push('the root disk is not given: 8 GB of gp2 assumed');
  (mappings.length === 0 ? [{}] : mappings).forEach((block, index) => diskLines(c, index === 0 ? 'Root disk' : `Disk ${index}`, block, { size: 8, count }));
}

/** Desired where it is given, otherwise the least; the range runs from least to most. */
export function scaled(c: Costing, desired: readonly string[], least: readonly string[], most: readonly string[]): Span {
  const first = (paths: readonly string[]): Decimal | undefined => {
    for (const path of paths) {
      const read = attempt(() => c.number(path));
      if ('value' in read && read.value !== undefined && !read.value.isNegative) return read.value;
    }
    return undefined;
  };
  const [wanted, low, high] = [first(desired), first(least), first(most)];
  const value = wanted ?? low ?? c.number(desired[0] ?? '') ?? decimal(1);
  const smaller = low !== undefined && low.compare(value) < 0 ? low : value;
  const larger = high !== undefined && high.compare(value) > 0 ? high : value;
  return { value, low: smaller, high: larger };
}

function autoscalingGroup(c: Costing): void {
  const count = (): Span => scaled(c, ['desired_capacity'], ['min_size'], ['max_size']);
  const template = c.follow('launch_template', 'aws_launch_template') ?? c.follow('mixed_instances_policy', 'aws_launch_template');
  const configuration = template === undefined ? c.follow('launch_configuration', 'aws_launch_configuration') : undefined;
  const source = template ?? configuration;
  if (source === undefined) return c.unknown('Instance usage', 'fixed', 'its launch template is not among the resources');
  const read = attempt(count);
  if ('undetermined' in read) return c.unknown('Instance usage', 'fixed', read.undetermined);
  const inner = c.on(source);
  const override = attempt(() => c.text('mixed_instances_policy.launch_template.override.instance_type'));
  instanceParts(inner, { count: () => read.value, ...('value' in override && override.value !== undefined ? { type: () => override.value ?? '' } : {}) });
  if (template === undefined) disksOf(inner, read.value);
  else templateDisks(inner, read.value);
  c.notes.push(...inner.notes);
}

function nodeGroup(c: Costing): void {
  const count = (): Span => scaled(c, ['scaling_config.desired_size'], ['scaling_config.min_size'], ['scaling_config.max_size']);
  const template = c.follow('launch_template', 'aws_launch_template');
  const spot = says(c, 'capacity_type', 'SPOT');
  const inner = template === undefined ? undefined : c.on(template);
  const type = (): string => c.text('instance_types.0') ?? inner?.text('instance_type') ?? 't3.medium';
  const windows = attempt(() => c.text('ami_type')?.startsWith('WINDOWS') === true);
  instanceUsage(c, { count, type, spot, system: 'value' in windows && windows.value ? 'windows' : 'linux' });
  const read = attempt(count);
  if ('undetermined' in read) return c.unknown('Disk', 'fixed', read.undetermined);
  if (inner !== undefined && blocks(inner, 'block_device_mappings').length > 0) return templateDisks(inner, read.value);
  diskLines(c, 'Disk', { volume_type: 'gp2', volume_size: c.resource.attributes['disk_size'] ?? null }, { size: 20, count: read.value });
}

function spotRequest(c: Costing): void {
  instanceParts(c, { count: () => 1, spot: true });
  disksOf(c, 1);
  c.notes.push('spot prices move hourly: an average of the day of the price');
}

function host(c: Costing): void {
  c.fixed('Dedicated host', () => c.fact(`EC2 Dedicated Host (on-demand, ${c.text('instance_family') ?? c.needed('instance_type').split('.', 1)[0]})`));
}

function reservation(c: Costing): void {
  const platform = attempt(() => c.text('instance_platform'));
  instanceUsage(c, { count: () => c.number('instance_count') ?? 1, system: 'value' in platform && platform.value === 'Windows' ? 'windows' : 'linux' });
}

function template(c: Costing): void {
  c.elsewhere = 'priced with the groups and instances that use it';
}

export const AWS_INSTANCES: CosterTable = {
  aws_instance: instance,
  aws_spot_instance_request: spotRequest,
  aws_autoscaling_group: autoscalingGroup,
  aws_launch_template: template,
  aws_launch_configuration: template,
  aws_eks_node_group: nodeGroup,
  aws_ec2_host: host,
  aws_ec2_capacity_reservation: reservation,
};
