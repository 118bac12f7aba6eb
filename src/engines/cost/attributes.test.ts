/** Attributes that change a price, type by type, with the amounts reckoned by hand from the rows of the book. */
import { describe, expect, test } from 'vitest';
import type { AttributeValue, ModelReference, ResourceInstance } from '../infrastructure/model.ts';
import type { ResourceCost } from './cost-line.ts';
import { estimateCost } from './estimate.ts';
import { leadsTo, modelOf, resource, shippedBook } from './testing/infrastructure.ts';
import { Usage } from './usage.ts';
import { decimal } from '../../domain/money.ts';

type Attributes = { readonly [name: string]: AttributeValue };

function cost(address: string, attributes: Attributes, more: { also?: readonly ResourceInstance[]; references?: readonly ModelReference[]; usage?: Readonly<Record<string, number>> } = {}): ResourceCost {
  const type = address.split('.')[0] ?? '';
  const usage = new Usage(undefined, new Map([[type, new Map(Object.entries(more.usage ?? {}).map(([key, value]) => [key, decimal(value)]))]]));
  const one = resource(address, attributes, more.references === undefined ? {} : { references: more.references });
  const found = estimateCost(modelOf([one, ...(more.also ?? [])]), shippedBook, { today: '2026-11-22', usage }).resources.find((other) => other.address === address);
  if (found === undefined) throw new Error(`${address} has no cost`);
  return found;
}

/** Lines with an amount or a reason, in cents. */
function lines(of: ResourceCost, kind: 'fixed' | 'usage' | 'all' = 'fixed'): string[] {
  return of.lines.filter((line) => kind === 'all' || line.kind === kind).map((line) => `${line.name}: ${line.monthly?.value.toFixed(2) ?? '?'}`);
}

describe('instances', () => {
  test('that are stopped pay for disks; that ask for a password are of Windows; in an old type the path to disks is charged', () => {
    expect(lines(cost('aws_instance.a', { instance_type: 'm5.large', instance_state: 'stopped', root_block_device: [{ volume_type: 'gp3', volume_size: 10 }] }))).toEqual(['Root disk: 0.80']);
    expect(lines(cost('aws_instance.a', { instance_type: 'm5.large', get_password_data: true }))[0]).toBe('Instance usage: 137.24');
    expect(lines(cost('aws_instance.a', { instance_type: 'r3.xlarge', ebs_optimized: true }))).toEqual(['Instance usage: 243.09', 'EBS-optimised: 14.60', 'Root disk: 0.80']);
    expect(lines(cost('aws_instance.a', { instance_type: 'm5.large', ebs_optimized: true }))).toEqual(['Instance usage: 70.08', 'Root disk: 0.80']);
  });

  test('have credits in burstable types, by default from the third generation on', () => {
    const credits = (attributes: Attributes): boolean => cost('aws_instance.a', attributes).lines.some((line) => line.name === 'CPU credits');
    expect([credits({ instance_type: 't2.micro' }), credits({ instance_type: 't3.micro' }), credits({ instance_type: 't3.micro', credit_specification: [{ cpu_credits: 'standard' }] }), credits({ instance_type: 't2.micro', credit_specification: [{ cpu_credits: 'unlimited' }] }), credits({ instance_type: 'm5.large' })]).toEqual([false, true, false, true, false]);
  });

  test('of a state have the address that it tells, unless that is elastic', () => {
    const state = { instance_type: 'm5.large', public_ip: '203.0.113.5' };
    expect(lines(cost('aws_instance.a', state))).toContain('Public IPv4 address: 3.65');
    expect(lines(cost('aws_instance.a', state, { also: [resource('aws_eip.a', {}, { references: [leadsTo('instance', 'aws_instance.a')] })] }))).not.toContain('Public IPv4 address: 3.65');
  });

  test('of a mixed group are on demand up to the base, and spot above it by percentage', () => {
    const group = { desired_capacity: 5, mixed_instances_policy: [{ instances_distribution: [{ on_demand_base_capacity: 1, on_demand_percentage_above_base_capacity: 50 }], launch_template: [{}] }] };
    const found = cost('aws_autoscaling_group.a', group, { also: [resource('aws_launch_template.a', { instance_type: 'm5.large' })], references: [leadsTo('mixed_instances_policy.0.launch_template', 'aws_launch_template.a')] });
    expect(found.lines.filter((line) => line.name.startsWith('Instance')).map((line) => [line.name, line.quantity?.value.toString()])).toEqual([['Instance usage', '2190'], ['Instance usage (spot)', '1460']]);
  });
});

describe('databases', () => {
  const db = { engine: 'mysql', instance_class: 'db.m5.large', allocated_storage: 100 };

  test('double with a second zone, storage included; gp3 charges what lies above 12,000 IOPS from 400 GB on and above 3,000 below', () => {
    expect(lines(cost('aws_db_instance.a', { ...db, storage_type: 'gp3' }))).toEqual(['Database instance: 124.83', 'Storage: 11.50']);
    expect(lines(cost('aws_db_instance.a', { ...db, storage_type: 'gp3', multi_az: true }))).toEqual(['Database instance: 249.66', 'Storage: 23.00']);
    expect(lines(cost('aws_db_instance.a', { ...db, storage_type: 'gp3', allocated_storage: 500, iops: 14_000 }))).toContain('IOPS above 12,000: 40.00');
    expect(lines(cost('aws_db_instance.a', { ...db, storage_type: 'gp3', iops: 4000 }))).toContain('IOPS above 3,000: 20.00');
  });

  test('of versions out of support pay for each vCPU, twice from the third year on, unless that is declined', () => {
    const old = { ...db, engine_version: '5.7.44' };
    expect(lines(cost('aws_db_instance.a', old))).toContain('Extended support: 292.00');
    expect(lines(cost('aws_db_instance.a', { ...db, engine: 'postgres', engine_version: '13.4' }))).toContain('Extended support: 146.00');
    expect(lines(cost('aws_db_instance.a', { ...old, engine_lifecycle_support: 'open-source-rds-extended-support-disabled' })).some((line) => line.startsWith('Extended'))).toBe(false);
    expect(lines(cost('aws_eks_cluster.a', { version: '1.29' }))).toEqual(['Control plane (extended support): 438.00']);
    expect([lines(cost('aws_eks_cluster.a', { version: '1.34' })), lines(cost('aws_eks_cluster.a', { version: '1.29', upgrade_policy: [{ support_type: 'STANDARD' }] }))]).toEqual([['Control plane: 73.00'], ['Control plane: 73.00']]);
  });

  test('of Aurora pay for I/O or for none, and serverless ones for their least capacity', () => {
    const cluster = (attributes: Attributes): { also: ResourceInstance[]; references: ModelReference[] } => ({ also: [resource('aws_rds_cluster.c', { engine: 'aurora-mysql', ...attributes })], references: [leadsTo('cluster_identifier', 'aws_rds_cluster.c')] });
    expect(lines(cost('aws_rds_cluster_instance.a', { instance_class: 'db.r5.large' }, cluster({})))).toEqual(['Database instance: 211.70']);
    expect(lines(cost('aws_rds_cluster_instance.a', { instance_class: 'db.r5.large' }, cluster({ storage_type: 'aurora-iopt1' })))).toEqual(['Database instance: 275.21']);
    const serverless = cost('aws_rds_cluster_instance.a', { instance_class: 'db.serverless' }, cluster({ serverlessv2_scaling_configuration: [{ min_capacity: 0.5, max_capacity: 4 }] }));
    expect([serverless.fixed.value.toFixed(2), serverless.fixed.high.toFixed(2)]).toEqual(['43.80', '350.40']);
  });

  test('of tables pay for indexes and replicas', () => {
    expect(lines(cost('aws_dynamodb_table.a', { read_capacity: 10, write_capacity: 10, global_secondary_index: [{ read_capacity: 5, write_capacity: 5 }], replica: [{ region_name: 'us-west-2' }] }))).toEqual(['Read capacity: 1.43', 'Write capacity: 7.12', 'Replicated writes to us-west-2: 7.12']);
  });

  test('of Azure pay for cores and licence apart, and not for the licence that one brings', () => {
    expect(lines(cost('azurerm_mssql_database.a', { location: 'eastus', sku_name: 'GP_Gen5_8', max_size_gb: 100 }))).toEqual(['Compute: 888.94', 'SQL licence: 583.80', 'Storage: 11.60']);
    expect(lines(cost('azurerm_mssql_database.a', { location: 'eastus', sku_name: 'GP_Gen5_8', max_size_gb: 100, license_type: 'BasePrice' }))).toEqual(['Compute: 888.94', 'Storage: 11.60']);
    expect(lines(cost('azurerm_mssql_database.a', { location: 'eastus', sku_name: 'S2' }))).toEqual(['Compute: 73.59']);
    expect(lines(cost('azurerm_mssql_elasticpool.a', { location: 'westeurope', sku: [{ name: 'StandardPool', capacity: 100 }] }))).toEqual(['Compute: 220.52']);
  });

  test('of Cosmos are charged in each region of their account', () => {
    const account = resource('azurerm_cosmosdb_account.c', { location: 'westus', geo_location: [{ location: 'westus' }, { location: 'eastus' }] });
    expect(lines(cost('azurerm_cosmosdb_sql_database.a', { location: 'westus', throughput: 400 }, { also: [account], references: [leadsTo('account_name', 'azurerm_cosmosdb_account.c')] }))).toEqual(['Throughput (provisioned): 46.72']);
  });
});

describe('networks', () => {
  test('a balancer to the internet has an address in each zone, unless it is internal', () => {
    expect(lines(cost('aws_lb.a', { subnets: ['a', 'b'] }))).toEqual(['Application load balancer: 16.43', 'Public IPv4 address in each zone: 7.30']);
    expect(lines(cost('aws_lb.a', { subnets: ['a', 'b'], internal: true }))).toEqual(['Application load balancer: 16.43']);
  });

  test('the capacity units of a network balancer are not those of an application balancer', () => {
    const units = (type: string): string[] => lines(cost('aws_lb.a', { load_balancer_type: type }, { usage: { capacity_units: 10 } }), 'usage');
    expect([units('application'), units('network')]).toEqual([['Capacity units: 58.40'], ['Capacity units: 43.80']]);
  });

  test('a unit of an application gateway has ten capacity units; Azure\'s first five rules cost two and a half further ones', () => {
    expect(lines(cost('azurerm_application_gateway.a', { location: 'eastus', sku: [{ name: 'Standard_v2', capacity: 2 }] }))).toEqual(['Gateway: 146.00', 'Capacity units (at least): 116.80']);
    const rules = [1, 2, 3, 4, 5, 6].map((number) => resource(`azurerm_lb_rule.r${number}`, {}, { references: [leadsTo('loadbalancer_id', 'azurerm_lb.a')] }));
    expect(lines(cost('azurerm_lb.a', { location: 'eastus', sku: 'Standard' }, { also: rules }))).toEqual(['First five rules: 18.25', 'Further rules: 7.30']);
  });

  test('Google\'s first five forwarding rules share what two and a half cost', () => {
    const others = [2, 3, 4, 5].map((number) => resource(`google_compute_forwarding_rule.r${number}`, { region: 'us-central1' }));
    expect([lines(cost('google_compute_forwarding_rule.a', { region: 'us-central1' })), lines(cost('google_compute_forwarding_rule.a', { region: 'us-central1' }, { also: others }))]).toEqual([['Forwarding rule: 18.25'], ['Forwarding rule: 3.65']]);
  });
});

describe('platforms', () => {
  test('functions that are kept warm pay for their memory all month; a service of Cloud Run that never sleeps for its processor', () => {
    const lambda = resource('aws_lambda_function.f', { memory_size: 1024, architectures: ['arm64'] });
    expect(lines(cost('aws_lambda_provisioned_concurrency_config.a', { provisioned_concurrent_executions: 2 }, { also: [lambda], references: [leadsTo('function_name', 'aws_lambda_function.f')] }))).toEqual(['Provisioned concurrency: 17.52']);
    expect(lines(cost('google_cloud_run_v2_service.a', { location: 'us-central1', template: [{ scaling: [{ min_instance_count: 1 }], containers: [{ resources: [{ cpu_idle: false, limits: { cpu: '1', memory: '512Mi' } }] }] }] }))).toEqual(['vCPU of instances that are kept: 47.30', 'Memory of instances that are kept: 2.63']);
  });

  test('App Service differs by system up to four times, and consumption has no time', () => {
    const plan = (sku_name: string, os_type: string): string[] => lines(cost('azurerm_service_plan.a', { location: 'eastus', sku_name, os_type }));
    expect([plan('B1', 'Linux'), plan('B1', 'Windows'), plan('S1', 'Linux'), plan('S1', 'Windows')]).toEqual([['Instances: 12.41'], ['Instances: 54.75'], ['Instances: 69.35'], ['Instances: 73.00']]);
    expect(cost('azurerm_service_plan.a', { location: 'eastus', sku_name: 'Y1', os_type: 'Linux' }).status).toBe('free');
  });

  test('a regional cluster of Google has its nodes in three zones, and Windows is charged by vCPU', () => {
    const pool = (location: string): string[] => lines(cost('google_container_node_pool.a', { location, node_count: 1, node_config: [{ machine_type: 'e2-standard-2' }] }));
    expect([pool('us-central1-a'), pool('us-central1')]).toEqual([['Instance usage: 48.92', 'Disks of the nodes: 10.00'], ['Instance usage: 146.75', 'Disks of the nodes: 30.00']]);
    expect(lines(cost('google_compute_instance.a', { zone: 'us-central1-a', machine_type: 'e2-standard-4', boot_disk: [{ initialize_params: [{ image: 'windows-cloud/windows-2022', size: 50 }] }] }))).toContain('Licence: 134.32');
  });

  test('what the book lacks is related to what it has, and says so', () => {
    const relation = (of: ResourceCost): unknown[] => [of.lines[0]?.monthly?.value.toFixed(2), of.lines[0]?.price?.step, of.lines[0]?.price?.confidence];
    expect(relation(cost('aws_memorydb_cluster.a', { node_type: 'db.r6g.large' }))).toEqual(['451.14', 'provider', 'low']);
    expect(relation(cost('aws_sagemaker_endpoint_configuration.a', { production_variants: [{ instance_type: 'ml.m5.large' }] }))).toEqual(['84.10', 'provider', 'low']);
    expect(relation(cost('aws_redshift_cluster.a', { node_type: 'ra3.xlplus' }))).toEqual(['793.27', 'sibling', 'low']);
    expect(cost('aws_fsx_lustre_file_system.a', { storage_capacity: 1200, deployment_type: 'PERSISTENT_2' }).status).toBe('unknown');
    expect(cost('azurerm_cdn_frontdoor_profile.a', { location: 'eastus', sku_name: 'Standard_AzureFrontDoor' }).lines[0]?.unknown).toContain('no "Base fee (Standard)"');
  });
});

describe('tiers', () => {
  const egress = (gb: number): string[] => lines(cost('aws_cloudfront_distribution.a', {}, { usage: { monthly_egress_gb: gb } }), 'usage').filter((line) => line.startsWith('Data'));

  test('split a quantity, each with a row and a threshold of its own', () => {
    expect(egress(1000)).toEqual(['Data to the internet (US, Mexico, Canada): 85.00']);
    expect(egress(60 * 1024)).toEqual(['Data to the internet (US, Mexico, Canada) (first 10TB): 870.40', 'Data to the internet (US, Mexico, Canada) (next 40TB): 3276.80', 'Data to the internet (US, Mexico, Canada) (next 100TB): 614.40']);
    expect(lines(cost('aws_api_gateway_rest_api.a', {}, { usage: { monthly_requests: 1_000_000_000 } }), 'usage')).toEqual(['Requests (first 333M): 1165.50', 'Requests (next 667M): 1867.60']);
  });

  test('of services with a part that comes with the base charge begin above it', () => {
    expect(lines(cost('azurerm_servicebus_namespace.a', { location: 'westeurope', sku: 'Standard' }, { usage: { monthly_requests: 15_000_000 } }), 'all')).toEqual(['Base charge: 9.81', 'Operations above 13 million: 1.60']);
  });
});

describe('pipelines, tests and models of Azure', () => {
  const west = { location: 'westeurope' };

  test('are priced by their size, edition and licence, and by the number of tests', () => {
    expect(lines(cost('azurerm_data_factory_integration_runtime_azure_ssis.a', { ...west, node_size: 'Standard_D8_v3', number_of_nodes: 2 }))).toEqual(['Nodes: 2829.48']);
    expect(lines(cost('azurerm_data_factory_integration_runtime_azure_ssis.a', { ...west, node_size: 'Standard_D1_v2', license_type: 'BasePrice' }))).toEqual(['Nodes: 147.13']);
    const group = { source_endpoints: ['a', 'b'], destination_endpoints: ['c'], test_configuration_names: ['x', 'y'] };
    expect(lines(cost('azurerm_network_connection_monitor.a', { ...west, test_group: [group, { ...group, enabled: false }] }))).toEqual(['Tests: 1.20']);
    expect(lines(cost('azurerm_app_service_certificate_order.a', { location: 'global', product_type: 'WildCard' }))).toEqual(['Certificate: 25.01']);
  });

  test('are by usage: a model by what its rows count, hours as hours', () => {
    const model = (name: string): ResourceCost => cost('azurerm_cognitive_deployment.a', { location: 'eastus', model: [{ name }] }, { usage: { monthly_text_embeddings: 500_000_000, monthly_fine_tuning_hosting_hours: 10 } });
    expect(lines(model('text-embedding-3-small'), 'all')).toEqual(['Text embeddings: 10.00']);
    expect(lines(model('gpt-35-turbo'), 'all')).toContain('Fine tuning hosting: 30.00');
    expect(model('gpt-9').lines).toMatchObject([{ unknown: 'the price book has no price of gpt-9 in eastus' }]);
    expect(lines(cost('azurerm_synapse_workspace.a', west, { usage: { monthly_data_scanned_gb: 2048, monthly_requests: 1000 } }), 'usage')).toEqual(expect.arrayContaining(['Serverless queries: 10.00', 'Pipeline activity runs: 1.00']));
  });
});

describe('what every account has free each month', () => {
  const functions = ['a', 'b'].map((name) => resource(`aws_lambda_function.${name}`, { memory_size: 128 }));
  const usage = new Usage(undefined, new Map([['aws_lambda_function', new Map([['monthly_requests', decimal(800_000)], ['request_duration_ms', decimal(100)]])]]));
  const estimate = (freeAllowances: boolean): ReturnType<typeof estimateCost> => estimateCost(modelOf(functions), shippedBook, { today: '2026-11-22', usage, freeAllowances });

  test('is told and not taken off by default; with the wish for it, once for all resources', () => {
    expect(estimate(false).usage.value.toFixed(4)).toBe('0.6533');
    expect(estimate(false).resources[0]?.notes).toEqual(['each account has 1 million requests and 400,000 GB-seconds a month without a charge: not taken off']);
    expect(estimate(true).usage.value.toFixed(4)).toBe('0.1200');
  });
});
