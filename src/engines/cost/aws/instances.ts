/** EC2 and what is made of it: instances, groups, nodes, hosts. Semantics: the vendor's on-demand price pages. */
import type { Decimal } from '../../../domain/money.ts';
import { decimal } from '../../../domain/money.ts';
import type { AttributeValue, ResourceInstance } from '../../infrastructure/model.ts';
import type { InstanceSystem } from '../../price-book/machine-prices.ts';
import { ec2Price } from '../../price-book/machine-prices.ts';
import type { Costing, CosterTable } from '../costing.ts';
import { attempt } from '../costing.ts';
import type { Span } from '../cost-line.ts';
import { diskLines } from './disks.ts';

type Count = number | Decimal | Span;
/** Metrics of detailed monitoring; each is billed. */
const MONITORED_METRICS = 7;

/** Old types for which a dedicated path to EBS is charged; all later ones have it. */
const OPTIMISED_FOR_A_CHARGE: Readonly<Record<string, boolean>> = { 'c3.xlarge': true, 'i2.xlarge': true, 'r3.xlarge': true, 'c3.2xlarge': false, 'c3.4xlarge': false, 'g2.2xlarge': false, 'i2.2xlarge': false, 'i2.4xlarge': false, 'm1.large': false, 'm1.xlarge': false, 'm2.2xlarge': false, 'm2.4xlarge': false, 'm3.xlarge': false, 'm3.2xlarge': false, 'r3.2xlarge': false, 'r3.4xlarge': false };

/** Windows and the like are told by the image's data source where the code has one, or by the wish for a password; otherwise Linux is assumed. */
function systemOf(c: Costing, image: string): InstanceSystem {
  if (on(c, 'get_password_data')) return 'windows';
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
  if (hasCredits(c, options)) c.onUsage('CPU credits', 'cpu_credit_vcpu_hours', () => c.fact('CPU credits', 'aws_instance'), (hours) => hours);
  optimisedDisks(c, options);
  if (on(c, 'associate_public_ip_address') || on(c, 'network_interfaces.associate_public_ip_address')) c.fixed('Public IPv4 address', () => c.fact('Public IPv4 address, in use or idle', 'aws_public_ipv4'), count);
}

/** t2 earns credits and stops; t3 and later run on and are charged, where nothing else is said. */
function hasCredits(c: Costing, options: InstanceOptions): boolean {
  const type = attempt(() => (options.type ?? ((): string => c.needed('instance_type')))());
  if (!('value' in type) || !/^t\d/.test(type.value)) return false;
  const wish = attempt(() => c.text('credit_specification.cpu_credits'));
  return 'value' in wish && wish.value !== undefined ? wish.value === 'unlimited' : !type.value.startsWith('t2');
}

function optimisedDisks(c: Costing, { count, type }: InstanceOptions): void {
  if (!on(c, 'ebs_optimized')) return;
  const name = attempt(() => (type ?? ((): string => c.needed('instance_type')))());
  const priced = 'value' in name ? OPTIMISED_FOR_A_CHARGE[name.value] : undefined;
  if (priced === true) c.fixed('EBS-optimised', () => c.fact('EBS-optimized usage', 'aws_instance'), count);
  else if (priced === false) c.unknown('EBS-optimised', 'fixed', `the price book has no price of EBS optimisation of ${'value' in name ? name.value : ''}`);
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
  const template = c.follow('launch_template', 'aws_launch_template');
  const stopped = says(c, 'instance_state', 'stopped') || c.world.leadingTo(c.resource, ['aws_ec2_instance_state']).some((other) => says(c.on(other), 'state', 'stopped'));
  if (stopped) c.notes.push('stopped: only its disks and addresses are charged');
  else {
    instanceParts(withTemplate(c, template), { count: () => 1, spot: says(c, 'instance_market_options.market_type', 'spot') });
    givenAddress(c);
  }
  if (template !== undefined && blocks(c, 'root_block_device').length === 0) templateDisks(c.on(template), 1);
  else disksOf(c, 1);
}

/** A state tells the address that an instance has; one of an elastic address is charged with that. */
function givenAddress(c: Costing): void {
  if (on(c, 'associate_public_ip_address') || c.lines.some((line) => line.name === 'Public IPv4 address')) return;
  const has = attempt(() => c.text('public_ip') !== undefined);
  const elastic = c.world.leadingTo(c.resource, ['aws_eip', 'aws_eip_association']).length > 0;
  if ('value' in has && has.value && !elastic && c.resource.attributes['associate_public_ip_address'] !== false) c.fixed('Public IPv4 address', () => c.fact('Public IPv4 address, in use or idle', 'aws_public_ipv4'));
}

/** An instance may take everything it does not say from a launch template. */
function withTemplate(c: Costing, template: ResourceInstance | undefined): Costing {
  const own = c.resource.attributes['instance_type'];
  return template === undefined || (own !== undefined && own !== null) ? c : c.on(template);
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
  const type = 'value' in override && override.value !== undefined ? { type: (): string => override.value ?? '' } : {};
  const templateSpot = says(inner, 'instance_market_options.market_type', 'spot') || 'value' in attempt(() => inner.needed('spot_price'));
  const spot = attempt(() => spotShare(c, read.value));
  if ('undetermined' in spot) c.unknown('Instance usage', 'fixed', spot.undetermined);
  else if (spot.value === undefined || spot.value.value.isZero) instanceParts(inner, { count: () => read.value, spot: templateSpot, ...type });
  else {
    const { value: share } = spot;
    const rest = { value: read.value.value.minus(share.value), low: read.value.low.minus(share.low), high: read.value.high.minus(share.high) };
    if (!rest.high.isZero) instanceParts(inner, { count: () => rest, ...type });
    instanceParts(inner, { count: () => share, spot: true, ...type });
  }
  if (template === undefined) disksOf(inner, read.value);
  else templateDisks(inner, read.value);
  c.notes.push(...inner.notes);
}

/** How many of a group are spot, by its instances distribution; undefined where it has none. The base is on demand, the rest by percentage. */
function spotShare(c: Costing, group: Span): Span | undefined {
  const at = 'mixed_instances_policy.instances_distribution';
  if (c.list(at).length === 0) return undefined;
  const base = c.number(`${at}.on_demand_base_capacity`) ?? decimal(0);
  const percent = decimal(100).minus(c.number(`${at}.on_demand_percentage_above_base_capacity`) ?? decimal(100));
  const of = (count: Decimal): Decimal => {
    const above = count.minus(base);
    return above.isNegative ? decimal(0) : above.times(percent).times(decimal('0.01'));
  };
  return { value: of(group.value), low: of(group.low), high: of(group.high) };
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

/** As many of the first specification as are wanted, counted as one unit each. */
function fleet(c: Costing): void {
  const spotFleet = c.resource.type === 'aws_spot_fleet_request';
  const count = (): Decimal => c.number(spotFleet ? 'target_capacity' : 'target_capacity_specification.total_target_capacity') ?? decimal(1);
  const template = c.follow(spotFleet ? 'launch_template_config' : 'launch_template_config.launch_template_specification', 'aws_launch_template') ?? c.follow('launch_template_config', 'aws_launch_template');
  const override = spotFleet ? 'launch_template_config.overrides.instance_type' : 'launch_template_config.override.instance_type';
  const type = (): string => c.text('launch_specification.instance_type') ?? c.text(override) ?? (template === undefined ? c.needed(override) : c.on(template).needed('instance_type'));
  const spot = spotFleet || (c.text('target_capacity_specification.default_target_capacity_type') ?? 'spot') === 'spot';
  instanceUsage(c, { count, type, spot });
  c.notes.push('the first specification is taken for all of them; their disks are not counted');
}

function host(c: Costing): void {
  const family = (): string => c.text('instance_family') ?? c.needed('instance_type').split('.', 1)[0] ?? '';
  c.fixed('Dedicated host', () => c.fact(`EC2 Dedicated Host (on-demand, ${family()})`));
}

const PLATFORMS: Readonly<Record<string, InstanceSystem>> = { Windows: 'windows', 'Red Hat Enterprise Linux': 'rhel', 'SUSE Linux': 'sles', 'Windows with SQL Server Web': 'win_sql_web', 'Windows with SQL Server Standard': 'win_sql_std', 'Windows with SQL Server Enterprise': 'win_sql_ent' };

/** Capacity is charged whether it is used or not; instances that run in it are not charged again by the vendor. */
function reservation(c: Costing): void {
  const platform = attempt(() => c.text('instance_platform') ?? '');
  instanceUsage(c, { count: () => c.number('instance_count') ?? 1, system: ('value' in platform ? PLATFORMS[platform.value] : undefined) ?? 'linux' });
  c.notes.push('instances that run in the reservation are counted themselves as well');
}

function template(c: Costing): void {
  c.elsewhere = 'priced with the groups and instances that use it';
}

export const AWS_INSTANCES: CosterTable = {
  aws_instance: instance,
  aws_spot_instance_request: spotRequest,
  aws_spot_fleet_request: fleet,
  aws_ec2_fleet: fleet,
  aws_autoscaling_group: autoscalingGroup,
  aws_launch_template: template,
  aws_launch_configuration: template,
  aws_eks_node_group: nodeGroup,
  aws_ec2_host: host,
  aws_ec2_capacity_reservation: reservation,
};
