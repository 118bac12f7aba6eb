import { expect, test } from 'vitest';
import { readInventory } from '../../formats/inventory/read-inventory.ts';
import { typeOfName } from '../../formats/inventory/type-of-name.ts';
import type { JsonValue } from '../../formats/terraform/json-document.ts';
import { readState } from '../../formats/terraform/state.ts';
import { shippedCatalogue } from '../diagram/testing/picture.ts';
import { modelFromState } from '../infrastructure/from-state.ts';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import type { DriftResult } from './drift.ts';
import { driftOfInventory } from './inventory.ts';
import { ValuePrinter } from './shown-value.ts';

const catalogue = shippedCatalogue();
const printer = new ValuePrinter('key of the tests');
const ARN = 'arn:aws:ec2:eu-west-1:123456789012';

function state(resources: { [address: string]: { [name: string]: JsonValue } }): InfrastructureModel {
  const listed = Object.entries(resources).map(([address, attributes]) => ({ mode: 'managed', type: address.split('.')[0], name: address.split('.')[1], provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ attributes }] }));
  return modelFromState(readState(JSON.stringify({ version: 4, serial: 1, lineage: 'l', terraform_version: '1.9.0', outputs: {}, resources: listed }), 's'), { path: 's' });
}

function compare(states: InfrastructureModel[], text: string): DriftResult {
  return driftOfInventory(states, readInventory(text, 'inventory'), { catalogue, printer });
}

function lines(result: DriftResult): string[] {
  return result.drifts.map((one) => `${one.kind} ${one.address}${one.attribute === undefined ? '' : `.${one.attribute} ${one.from?.text} -> ${one.to?.text}`}`);
}

function config(type: string, id: string, more: object = {}): object {
  return { resourceType: `AWS::EC2::${type}`, resourceId: id, ARN: `${ARN}:${type.toLowerCase()}/${id}`, awsRegion: 'eu-west-1', awsAccountId: '123456789012', configurationItemStatus: 'OK', ...more };
}

const SERVERS = state({
  'aws_instance.web': { id: 'i-0aaaaaaaaaaa', arn: `${ARN}:instance/i-0aaaaaaaaaaa`, instance_type: 't3.micro', tags: { Name: 'web' }, root_block_device: [{ volume_id: 'vol-0rootrootroot' }], vpc_id: 'vpc-0shared00000' },
  'aws_instance.gone': { id: 'i-0bbbbbbbbbbb', arn: `${ARN}:instance/i-0bbbbbbbbbbb`, instance_type: 't3.micro' },
  'aws_instance.elsewhere': { id: 'i-0ccccccccccc', arn: 'arn:aws:ec2:us-east-1:123456789012:instance/i-0ccccccccccc' },
  'aws_sqs_queue.q': { id: 'https://sqs/q', arn: 'arn:aws:sqs:eu-west-1:123456789012:q' },
  'null_resource.n': { id: '42' },
});

test('AWS Config: missing, unmanaged and a few attributes, with what guards against false alarms', () => {
  const result = compare([SERVERS], JSON.stringify({ configurationItems: [
    config('Instance', 'i-0aaaaaaaaaaa', { configuration: { instanceType: 't3.large' }, tags: { Name: 'web', by: 'hand', 'aws:createdBy': 'x' } }),
    config('Instance', 'i-0dddddddddddd', { tags: [{ key: 'team', value: 'x' }] }),
    config('Instance', 'i-0asgasgasgasg', { tags: { 'aws:autoscaling:groupName': 'web' } }),
    config('Instance', 'i-0deleteddelet', { configurationItemStatus: 'ResourceDeleted' }),
    config('Volume', 'vol-0rootrootroot'),
    config('Volume', 'vol-0orphanorpha'),
    config('VPC', 'vpc-0default0000', { configuration: { isDefault: true } }),
    config('VPC', 'vpc-0shared00000', { configuration: {} }),
    config('SecurityGroup', 'sg-0default00000', { configuration: { groupName: 'default' } }),
  ] }));
  expect(lines(result)).toEqual([
    `unmanaged ${ARN}:instance/i-0dddddddddddd`,
    `unmanaged ${ARN}:volume/vol-0orphanorpha`,
    `unmanaged ${ARN}:vpc/vpc-0shared00000`,
    'missing aws_instance.gone',
    'inventory-attribute aws_instance.web.instance_type "t3.micro" -> "t3.large"',
    'inventory-attribute aws_instance.web.tags.by null -> "hand"',
  ]);
  expect(result.drifts[2]?.detail).toBe('123456789012, eu-west-1; aws_instance.web uses it');
  expect(result.notCompared.map((one) => `${one.count} ${one.reason}`).sort()).toEqual([
    '1 in the inventory only: belongs to something that is managed',
    '1 in the inventory only: made by a controller',
    '1 the inventory has nothing of this account and region',
    '1 the inventory has nothing of this type',
    '1 the type is not known in inventories',
    '2 in the inventory only: made by the cloud by default',
  ]);
});

test('AWS Resource Explorer as JSON and as CSV; a thing of another state is managed', () => {
  const rows = [{ Arn: `${ARN}:instance/i-0aaaaaaaaaaa`, ResourceType: 'ec2:instance', Region: 'eu-west-1', OwningAccountId: '123456789012', Properties: [{ Name: 'tags', Data: [{ Key: 'Name', Value: 'web' }] }] }, { Arn: `${ARN}:instance/i-0eeeeeeeeeee`, ResourceType: 'ec2:instance', Region: 'eu-west-1', OwningAccountId: '123456789012' }];
  const other = state({ 'aws_instance.other': { id: 'i-0eeeeeeeeeee', arn: `${ARN}:instance/i-0eeeeeeeeeee` } });
  expect(lines(compare([SERVERS], JSON.stringify({ Resources: rows })))).toEqual([`unmanaged ${ARN}:instance/i-0eeeeeeeeeee`, 'missing aws_instance.gone']);
  expect(lines(compare([SERVERS, other], JSON.stringify({ Resources: rows })))).toEqual(['missing aws_instance.gone']);
  const csv = `ARN,Resource type,Region,Owning account ID\n${rows.map((row) => `${row.Arn},${row.ResourceType},eu-west-1,123456789012`).join('\r\n')}\n`;
  expect(lines(compare([SERVERS, other], csv))).toEqual(['missing aws_instance.gone']);
});

test('Azure Resource Graph: ids have no case, children and managed groups are no strangers', () => {
  const group = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/shop';
  const azure = state({
    'azurerm_virtual_network.v': { id: `${group}/providers/Microsoft.Network/virtualNetworks/v`, location: 'westeurope', tags: {} },
    'azurerm_storage_account.s': { id: `${group}/providers/Microsoft.Storage/storageAccounts/shopdata`, location: 'westeurope', min_tls_version: 'TLS1_2' },
  });
  const rows = [
    { id: `${group.toLowerCase()}/providers/microsoft.network/virtualnetworks/V`, type: 'Microsoft.Network/virtualNetworks', location: 'West Europe', name: 'v', tags: null },
    { id: `${group}/providers/Microsoft.Network/virtualNetworks/v/subnets/inline`, type: 'microsoft.network/virtualnetworks/subnets', name: 'inline' },
    { id: `${group}/providers/Microsoft.Storage/storageAccounts/shopdata`, type: 'microsoft.storage/storageaccounts', name: 'shopdata', location: 'westeurope', properties: { minimumTlsVersion: 'TLS1_0' } },
    { id: `${group}/providers/Microsoft.KeyVault/vaults/byhand`, type: 'microsoft.keyvault/vaults', name: 'byhand', location: 'westeurope' },
    { id: '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/MC_shop_aks/providers/Microsoft.Network/publicIPAddresses/p', type: 'microsoft.network/publicipaddresses', name: 'p', location: 'westeurope' },
  ];
  const result = compare([azure], JSON.stringify({ data: rows }));
  expect(lines(result)).toEqual([`unmanaged ${group}/providers/Microsoft.KeyVault/vaults/byhand`, 'inventory-attribute azurerm_storage_account.s.min_tls_version "TLS1_2" -> "TLS1_0"']);
  expect(result.drifts[1]?.class).toBe('security');
});

test('Google Cloud Asset Inventory: JSON lines, full names, machine types by their last part', () => {
  const google = state({
    'google_compute_instance.a': { id: 'projects/p/zones/europe-west1-b/instances/a', self_link: 'https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/instances/a', machine_type: 'e2-small', effective_labels: { team: 'x' } },
    'google_storage_bucket.b': { id: 'acme-logs', name: 'acme-logs', storage_class: 'STANDARD' },
  });
  const name = '//compute.googleapis.com/projects/p/zones/europe-west1-b/instances';
  const asset = (id: string, type: string, data: object = {}): string => JSON.stringify({ name: id, assetType: type, resource: { version: 'v1', data, location: 'europe-west1-b' } });
  const result = compare([google], [
    asset(`${name}/a`, 'compute.googleapis.com/Instance', { machineType: 'https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/machineTypes/e2-small', labels: { team: 'y' } }),
    asset(`${name}/b`, 'compute.googleapis.com/Instance'),
    asset(`${name}/gke-pool-1`, 'compute.googleapis.com/Instance'),
    asset('//storage.googleapis.com/acme-logs', 'storage.googleapis.com/Bucket', { storageClass: 'STANDARD' }),
    asset('//compute.googleapis.com/projects/p/global/networks/default', 'compute.googleapis.com/Network'),
  ].join('\n'));
  expect(lines(result)).toEqual([`unmanaged ${name}/b`, 'inventory-attribute google_compute_instance.a.labels.team "x" -> "y"']);
});

test('tables of one type that tell it by full names only, as Steampipe and CloudQuery write them', () => {
  const steampipe = `instance_id,arn,instance_type,tags,region,account_id\ni-0aaaaaaaaaaa,${ARN}:instance/i-0aaaaaaaaaaa,t3.large,"{""Name"":""web""}",eu-west-1,123456789012\ni-0ffffffffff,${ARN}:instance/i-0ffffffffff,t3.micro,,eu-west-1,123456789012\n`;
  expect(lines(compare([SERVERS], steampipe))).toEqual([`unmanaged ${ARN}:instance/i-0ffffffffff`, 'missing aws_instance.gone', 'inventory-attribute aws_instance.web.instance_type "t3.micro" -> "t3.large"']);
  const cloudquery = '_cq_id,arn,region\nx,arn:aws:sqs:eu-west-1:123456789012:q,eu-west-1\ny,arn:aws:sqs:eu-west-1:123456789012:by-hand,eu-west-1\n';
  expect(lines(compare([SERVERS], cloudquery))).toEqual(['unmanaged arn:aws:sqs:eu-west-1:123456789012:by-hand']);
  const names = { 'arn:aws:elasticloadbalancing:r:1:loadbalancer/app/web/1': 'elasticloadbalancing:loadbalancer/app', 'arn:aws:rds:r:1:db:app': 'rds:db', 'arn:aws:s3:::logs': 's3:bucket', 'arn:aws:iam::1:role/ci': 'iam:role', '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a': 'microsoft.network/virtualnetworks/subnets', '/subscriptions/s/resourceGroups/g': 'microsoft.resources/subscriptions/resourcegroups', 'https://www.googleapis.com/compute/v1/projects/p/regions/r/addresses/a': 'compute.googleapis.com/Address', 'i-1': undefined };
  for (const [name, type] of Object.entries(names)) expect(typeOfName(name), name).toBe(type);
});

test('any table with an id and a type is read; what is none is refused by name', () => {
  expect(lines(compare([SERVERS], 'Identifier;x\n'.replace(';', ',').concat('1,2\n').replace('x', 'kind')))).toEqual(['unmanaged 1']);
  const refused = (text: string): string => {
    try {
      readInventory(text, 'export.json');
      return 'read';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(['', '{}', '[1,2]', '{"a":', 'one,two\n1,2\n', '{"assetType":"a","name":"b"}\n{"assetType":'].map(refused)).toEqual(Array.from({ length: 6 }, () => 'ROADBED-8253'));
  expect(refused('id,type\n"x')).toBe('ROADBED-8301');
});

test('the order of things and of states changes nothing', () => {
  const things = Array.from({ length: 20 }, (_, at) => config('Instance', `i-0${String(at).padStart(10, '0')}`));
  const other = state({ 'aws_instance.five': { id: 'i-00000000005', arn: `${ARN}:instance/i-00000000005` } });
  expect(compare([other, SERVERS], JSON.stringify([...things].reverse()))).toEqual(compare([SERVERS, other], JSON.stringify(things)));
});

test('what the export does not tell, rows that say nothing and rows said twice are counted, and not taken for the same', () => {
  const told = config('Instance', 'i-0aaaaaaaaaaa', { configuration: { instanceType: { strange: true } } });
  const { notCompared, compared } = compare([SERVERS], JSON.stringify([told, told, { resourceType: 'AWS::EC2::Instance', awsRegion: 'eu-west-1' }, 'nothing']));
  const reasons = Object.fromEntries(notCompared.map(({ reason, count }) => [reason, count]));
  expect(compared).toEqual({ resources: 1, attributes: 0 });
  expect(reasons).toMatchObject({ 'rows of the inventory without an id or a type': 2, 'rows of the inventory about a thing that a later row tells of': 1, 'the inventory does not tell the tags': 1 });
  expect(reasons['the inventory does not tell the attribute']).toBeGreaterThan(0);
});
