import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { beforePlan } from './before-plan.ts';
import type { CostEstimate, ResourceCost } from './cost-line.ts';
import { differenceOf, totalOf } from './difference.ts';
import { estimateCost, RULED_TYPES } from './estimate.ts';
import { leadsTo, modelOf, resource, shippedBook } from './testing/infrastructure.ts';
import { Usage } from './usage.ts';

const today = '2026-11-22';

function estimate(resources: Parameters<typeof modelOf>[0], options: { region?: string; usage?: Usage } = {}): CostEstimate {
  return estimateCost(modelOf(resources, options.region), shippedBook, { today, ...(options.usage === undefined ? {} : { usage: options.usage }) });
}

function one(address: string, attributes: { readonly [name: string]: AttributeValue }, options: { region?: string; usage?: Usage } = {}): ResourceCost {
  const [cost] = estimate([resource(address, attributes)], options).resources;
  if (cost === undefined) throw new Error('no cost');
  return cost;
}

const monthly = (cost: ResourceCost | undefined): string => (cost === undefined ? '' : totalOf(cost).toFixed(2));

describe('a month of', () => {
  test.each<[string, string, { readonly [name: string]: AttributeValue }, string]>([
    ['an instance with its root disk', 'aws_instance.a', { instance_type: 'm5.large', root_block_device: [{ volume_type: 'gp3', volume_size: 50 }] }, '74.08'],
    ['detailed monitoring and a public address', 'aws_instance.a', { instance_type: 't3.micro', monitoring: true, associate_public_ip_address: true, root_block_device: [{ volume_type: 'gp2', volume_size: 8 }] }, '14.14'],
    ['gp3 with more IOPS and throughput than are free', 'aws_ebs_volume.a', { type: 'gp3', size: 100, iops: 4000, throughput: 225 }, '17.00'],
    ['io1', 'aws_ebs_volume.a', { type: 'io1', size: 100, iops: 1000 }, '77.50'],
    ['a NAT gateway', 'aws_nat_gateway.a', {}, '32.85'],
    ['a balancer', 'aws_lb.a', {}, '16.43'],
    ['a database in one zone', 'aws_db_instance.a', { engine: 'mysql', instance_class: 'db.t3.large', allocated_storage: 100, storage_type: 'gp2' }, '110.78'],
    ['a database in two zones, disks doubled', 'aws_db_instance.a', { engine: 'mysql', instance_class: 'db.t3.large', allocated_storage: 100, storage_type: 'gp2', multi_az: true }, '221.56'],
    ['a cache with replicas', 'aws_elasticache_replication_group.a', { engine: 'redis', node_type: 'cache.m4.large', num_node_groups: 2, replicas_per_node_group: 1 }, '455.52'],
    ['an interface endpoint in two zones', 'aws_vpc_endpoint.a', { vpc_endpoint_type: 'Interface', subnet_ids: ['a', 'b'] }, '14.60'],
    ['shards', 'aws_kinesis_stream.a', { shard_count: 3 }, '32.85'],
    ['a firewall with rules', 'aws_wafv2_web_acl.a', { rule: [{}, {}] }, '7.00'],
    ['a cluster', 'aws_eks_cluster.a', {}, '73.00'],
    ['provisioned capacity with an index', 'aws_dynamodb_table.a', { billing_mode: 'PROVISIONED', read_capacity: 10, write_capacity: 10, global_secondary_index: [{ read_capacity: 10, write_capacity: 10 }] }, '11.39'],
    ['an Azure machine with a premium disk', 'azurerm_linux_virtual_machine.a', { location: 'East US', size: 'Standard_D2s_v3', os_disk: [{ storage_account_type: 'Premium_LRS', disk_size_gb: 30 }] }, '75.36'],
    ['an App Service plan on Linux', 'azurerm_service_plan.a', { location: 'eastus', sku_name: 'P1v3', os_type: 'Linux', worker_count: 2 }, '226.30'],
    ['the same on Windows', 'azurerm_service_plan.a', { location: 'eastus', sku_name: 'P1v3', os_type: 'Windows', worker_count: 2 }, '459.90'],
    ['a Google machine of a family with sustained-use discount', 'google_compute_instance.a', { zone: 'us-central1-a', machine_type: 'n1-standard-16', boot_disk: [{ initialize_params: [{ size: 10, type: 'pd-standard' }] }] }, '388.76'],
    ['Cloud SQL in two zones', 'google_sql_database_instance.a', { region: 'us-central1', settings: [{ tier: 'db-custom-2-7680', availability_type: 'REGIONAL', disk_size: 100 }] }, '231.25'],
  ])('%s', (_, address, attributes, expected) => {
    const cost = one(address, attributes);
    expect(cost.lines.filter((line) => line.kind === 'fixed' && line.unknown !== undefined)).toEqual([]);
    expect(monthly(cost)).toBe(expected);
  });

  test('a group is its template times the number wanted, with the span of its limits', () => {
    const group = resource('aws_autoscaling_group.a', { desired_capacity: 3, min_size: 2, max_size: 6, launch_template: [{ id: 'lt' }] }, { references: [leadsTo('launch_template.0.id', 'aws_launch_template.a')] });
    const { resources } = estimate([group, resource('aws_launch_template.a', { instance_type: 'm5.large', block_device_mappings: [{ ebs: [{ volume_size: 20, volume_type: 'gp3' }] }] })]);
    expect(resources.map((cost) => cost.status)).toEqual(['priced', 'elsewhere']);
    expect([monthly(resources[0]), resources[0]?.fixed.low.toFixed(2), resources[0]?.fixed.high.toFixed(2)]).toEqual(['215.04', '143.36', '430.08']);
  });
});

describe('where it is', () => {
  test('changes the price: the resource before its provider, aliases, Azure through its group', () => {
    expect(monthly(one('aws_nat_gateway.a', {}, { region: 'eu-west-1' }))).toBe('35.04');
    expect(one('aws_nat_gateway.a', { region: 'ap-south-1' }).region).toBe('ap-south-1');
    expect(one('aws_instance.a', { instance_type: 't3.micro', arn: 'arn:aws:ec2:eu-north-1:123456789012:instance/i-1' }).region).toBe('eu-north-1');
    const group = resource('azurerm_resource_group.a', { location: 'North Europe' });
    const inGroup = resource('azurerm_nat_gateway.a', {}, { references: [leadsTo('resource_group_name', 'azurerm_resource_group.a')] });
    expect(estimate([group, inGroup]).resources[1]?.region).toBe('northeurope');
  });

  test('is assumed and said when no one tells', () => {
    const cost = one('azurerm_nat_gateway.a', {});
    expect([cost.region, cost.notes]).toEqual(['eastus', ['the region is not given; prices of eastus']]);
  });
});

describe('what is not known', () => {
  test.each<[string, { readonly [name: string]: AttributeValue }, string]>([
    ['a type that only applying tells', { instance_type: new UnknownAttribute('known only after apply') }, 'instance_type: known only after apply'],
    ['a sensitive one', { instance_type: new SensitiveAttribute('m5.large') }, 'instance_type is sensitive'],
    ['a type without a price', { instance_type: 'm99.large' }, 'the price book has no m99.large with Linux in us-east-1'],
    ['dedicated tenancy', { instance_type: 'm5.large', tenancy: 'dedicated' }, 'the price book has no prices of dedicated tenancy'],
  ])('%s leaves the disk its amount and the rest a reason', (_, attributes, reason) => {
    const cost = one('aws_instance.a', { ...attributes, root_block_device: [{ volume_type: 'gp3', volume_size: 10 }] });
    expect([cost.status, cost.lines[0]?.unknown, monthly(cost)]).toEqual(['partly', reason, '0.80']);
  });

  test('a number of instances that is not known has the price of one and no amount', () => {
    const { resources, fixed } = estimate([resource('aws_nat_gateway.a', {}, { instancesUnknown: 'count: known only after apply' })]);
    expect([resources[0]?.status, resources[0]?.lines[0]?.unknown]).toEqual(['unknown', 'the number of instances is not known (count: known only after apply); one is 32.85 USD a month']);
    expect(fixed.value.isZero).toBe(true);
  });

  test('an unlisted type is unknown, and counted with its reason', () => {
    const { coverage } = estimate([resource('aws_brand_new.a'), resource('aws_brand_new.b'), resource('aws_iam_role.a'), resource('datadog_monitor.a')]);
    expect(coverage.byStatus).toMatchObject({ unknown: 3, free: 1, priced: 0 });
    expect(coverage.unknownTypes[0]).toEqual({ type: 'aws_brand_new', count: 2, reason: 'the price book has no price of aws_brand_new' });
  });

  test('usage is unknown without a file or a profile, and shows its unit price', () => {
    const [, data] = one('aws_nat_gateway.a', {}).lines;
    expect([data?.unknown, data?.price?.amount.toString()]).toEqual(['depends on usage: monthly_data_processed_gb', '0.045']);
    expect(one('aws_sqs_queue.a', {}).status).toBe('usage');
    expect(monthly(one('aws_nat_gateway.a', {}, { usage: new Usage('medium') }))).toBe('77.85');
  });

  test('sizes below nothing do not become income', () => {
    expect(one('aws_ebs_volume.a', { type: 'gp3', size: -5 }).lines[0]?.unknown).toBe('-5 is less than nothing');
  });
});

test('data sources and what a plan destroys cost nothing; a plan alone tells what it changes', () => {
  const gone = resource('aws_nat_gateway.old', {}, { change: { actions: ['delete'], before: { id: 'nat-1' } } });
  const made = resource('aws_lb.new', {}, { change: { actions: ['create'], before: null } });
  const grown = resource('aws_ebs_volume.data', { type: 'gp3', size: 200 }, { change: { actions: ['update'], before: { type: 'gp3', size: 100 } } });
  const model = modelOf([grown, made, gone]);
  const after = estimateCost(model, shippedBook, { today });
  expect(after.resources.map((cost) => cost.address)).toEqual(['aws_ebs_volume.data', 'aws_lb.new']);
  const difference = differenceOf(estimateCost(beforePlan(model), shippedBook, { today }), after);
  expect(difference.changes.map((change) => [change.address, change.kind, change.difference.toFixed(2)])).toEqual([
    ['aws_nat_gateway.old', 'removed', '-32.85'],
    ['aws_lb.new', 'added', '16.43'],
    ['aws_ebs_volume.data', 'changed', '8.00'],
  ]);
});

test('every rule ends in a status and in no exception for a resource that says nothing, and for one that is all unknown', () => {
  expect(RULED_TYPES.length).toBeGreaterThan(120);
  const unknown = new Proxy<{ [name: string]: AttributeValue }>({}, { get: () => new UnknownAttribute('known only after apply'), getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: null }), has: () => true, ownKeys: () => [] });
  for (const type of RULED_TYPES) {
    for (const attributes of [{}, unknown]) {
      const cost = one(`${type}.a`, attributes);
      if (cost.lines.length === 0) expect(['free', 'elsewhere'], type).toContain(cost.status);
      for (const line of cost.lines) expect(line.monthly === undefined ? line.unknown : undefined, `${type}: ${line.name}`).toEqual(line.monthly === undefined ? expect.any(String) : undefined);
    }
  }
});
