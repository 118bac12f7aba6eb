/**
 * Terraform states for the demo's infrastructures, as if they had been applied: made from the code, never from a cloud.
 *
 * Ids are made up from the addresses, so they are the same every time. The first serial lacks what was added last; the
 * third has what happens in real life: a machine that somebody made larger by hand, a tag that went, and things that a
 * migration left behind and nobody uses.
 */
import { createHash } from 'node:crypto';
import { isPlainObject } from '../../engines/infrastructure/marked-values.ts';
import type { AttributeValue, InfrastructureModel, ResourceInstance } from '../../engines/infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../../engines/infrastructure/model.ts';

const ACCOUNT = '111122223333';
const GROUPS = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups';
const GROUP = `${GROUPS}/portal-production`;
const PROJECT = 'projects/events-demo';
const AWS_PREFIXES: Readonly<Record<string, string>> = {
  aws_vpc: 'vpc', aws_subnet: 'subnet', aws_security_group: 'sg', aws_instance: 'i', aws_nat_gateway: 'nat', aws_eip: 'eipalloc', aws_internet_gateway: 'igw', aws_route_table: 'rtb',
  aws_ebs_volume: 'vol', aws_launch_template: 'lt', aws_vpc_endpoint: 'vpce', aws_network_interface: 'eni', aws_route_table_association: 'rtbassoc',
};
/** What somebody changed by hand: type, attribute, value; the first that is there. */
const HANDMADE: readonly (readonly [type: string, path: readonly string[], value: AttributeValue])[] = [
  ['aws_db_instance', ['instance_class'], 'db.r6g.2xlarge'],
  ['aws_elasticache_replication_group', ['node_type'], 'cache.r6g.xlarge'],
  ['google_sql_database_instance', ['settings', 'tier'], 'db-custom-8-32768'],
  ['azurerm_postgresql_flexible_server', ['sku_name'], 'GP_Standard_D8s_v3'],
  ['azurerm_service_plan', ['sku_name'], 'P2v3'],
];

type Attributes = Record<string, AttributeValue>;
type Evaluate = (recorded: Pick<InfrastructureModel, 'resources'> | undefined) => Promise<InfrastructureModel>;

/** Three serials of one lineage, oldest first, as Terraform writes them. */
export async function exampleStates(name: string, evaluate: Evaluate): Promise<string[]> {
  const first = await evaluate(undefined);
  const model = await evaluate({ resources: first.resources.map((resource) => ({ ...resource, attributes: applied(resource) })) });
  const resources = model.resources.filter((resource) => resource.mode === 'managed' && resource.instancesUnknown === undefined).map((resource) => ({ ...resource, attributes: applied(resource) }));
  const late = new Set(resources.filter(({ address }) => digest(address).startsWith('a')).map(({ address }) => address));
  const after = [...resources.map(changedByHand()), ...leftBehind(resources)];
  return [
    stateText(name, 1, '1.9.8', resources.filter(({ address }) => !late.has(address))),
    stateText(name, 2, '1.9.8', resources),
    stateText(name, 3, '1.10.5', after),
  ];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The attributes that the code says, with the ids that applying would have told. */
function applied(resource: ResourceInstance): Attributes {
  const { type, name, address } = resource;
  const known = Object.fromEntries(Object.entries(resource.attributes).flatMap(([attribute, value]): [string, AttributeValue][] => {
    const plain = withoutUnknown(value);
    return plain === undefined ? [] : [[attribute, plain]];
  }));
  const named = known['name'] ?? known['family'];
  // Two instances of one block without a name of their own are two things all the same.
  const unnamed = address === `${type}.${name}` ? name.replaceAll('_', '-') : `${name.replaceAll('_', '-')}-${digest(address).slice(0, 6)}`;
  const own = typeof named === 'string' ? named : unnamed;
  return { ...identities(type, own, address), ...known };
}

function identities(type: string, name: string, address: string): Attributes {
  const hash = digest(address);
  const kind = type.replace(/^[a-z]+_/, '');
  if (type.startsWith('aws_')) {
    const prefix = AWS_PREFIXES[type];
    const id = prefix === undefined ? name : `${prefix}-${hash.slice(0, 17)}`;
    return { id, arn: `arn:aws:${kind.split('_')[0] ?? kind}:eu-west-1:${ACCOUNT}:${kind.replaceAll('_', '-')}/${id}` };
  }
  if (type === 'azurerm_resource_group') return { id: `${GROUPS}/${name}` };
  if (type.startsWith('google_')) return { ...(type.endsWith('_address') ? { address: `203.0.113.${Number.parseInt(hash.slice(0, 4), 16) % 250}` } : {}), id: `${PROJECT}/${kind}/${name}`, self_link: `https://www.googleapis.com/compute/v1/${PROJECT}/${kind}/${name}` };
  if (type.startsWith('azurerm_')) return { id: `${GROUP}/providers/Microsoft.${kind.split('_')[0] ?? kind}/${kind}/${name}` };
  return { id: hash.slice(0, 12) };
}

/** Undefined where the whole is not known; secrets of an example are made up, too, and left out all the same. */
function withoutUnknown(value: AttributeValue): AttributeValue | undefined {
  if (value instanceof UnknownAttribute || value instanceof SensitiveAttribute) return undefined;
  if (Array.isArray(value)) {
    const items = (value as readonly AttributeValue[]).map(withoutUnknown);
    return items.some((item) => item === undefined) ? undefined : (items as AttributeValue[]);
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => {
    const plain = withoutUnknown(inner);
    return plain === undefined ? [] : [[name, plain]];
  }));
}

function changedByHand(): (resource: ResourceInstance & { attributes: Attributes }) => ResourceInstance & { attributes: Attributes } {
  let changed = 0;
  let untagged = false;
  return (resource) => {
    const change = changed >= 2 ? undefined : HANDMADE.find(([type]) => type === resource.type);
    if (change !== undefined) {
      changed += 1;
      return { ...resource, attributes: withValue(resource.attributes, change[1], change[2]) as Attributes };
    }
    const { tags } = resource.attributes;
    if (untagged || !isPlainObject(tags) || Object.keys(tags).length < 1) return resource;
    untagged = true;
    return { ...resource, attributes: { ...resource.attributes, tags: Object.fromEntries(Object.entries(tags).slice(1)) } };
  };
}

function withValue(value: AttributeValue, path: readonly string[], wanted: AttributeValue): AttributeValue {
  const [step, ...rest] = path;
  if (step === undefined) return wanted;
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map((item) => withValue(item, path, wanted));
  return isPlainObject(value) ? { ...value, [step]: withValue(value[step] ?? null, rest, wanted) } : value;
}

function leftBehind(resources: readonly ResourceInstance[]): (ResourceInstance & { attributes: Attributes })[] {
  const make = (type: string, name: string, attributes: Attributes, provider: ResourceInstance['provider']): ResourceInstance & { attributes: Attributes } => {
    const address = `${type}.${name}`;
    return { address, resource: address, module: '', mode: 'managed', type, name, provider, references: [], attributes: { ...identities(type, name.replaceAll('_', '-'), address), ...attributes } };
  };
  const provider = resources.find(({ module }) => module === '')?.provider ?? { localName: 'aws', source: 'hashicorp/aws' };
  const tags = { Name: 'migration-2025', Environment: 'production' };
  if (resources.some(({ type }) => type.startsWith('aws_'))) {
    return [
      make('aws_ebs_volume', 'migration', { availability_zone: 'eu-west-1a', size: 400, type: 'gp2', iops: 1200, encrypted: true, tags }, provider),
      make('aws_eip', 'old_vpn', { public_ip: '203.0.113.24', domain: 'vpc', tags }, provider),
    ];
  }
  if (resources.some(({ type }) => type.startsWith('google_'))) {
    return [
      make('google_compute_disk', 'import_scratch', { name: 'import-scratch', type: 'pd-ssd', size: 500, zone: 'europe-west1-b', users: [], labels: { purpose: 'import-2025' } }, provider),
      make('google_compute_address', 'old_gateway', { name: 'old-gateway', address: '203.0.113.71', address_type: 'EXTERNAL', region: 'europe-west1', users: [] }, provider),
    ];
  }
  return [
    make('azurerm_managed_disk', 'restore', { name: 'restore', location: 'westeurope', storage_account_type: 'Premium_LRS', disk_size_gb: 512, create_option: 'Empty', tags: { purpose: 'restore-2025' } }, provider),
    make('azurerm_public_ip', 'old_gateway', { name: 'old-gateway', location: 'westeurope', allocation_method: 'Static', sku: 'Standard', ip_address: '203.0.113.90' }, provider),
  ];
}

function stateText(name: string, serial: number, version: string, resources: readonly (ResourceInstance & { attributes: Attributes })[]): string {
  const blocks = new Map<string, (ResourceInstance & { attributes: Attributes })[]>();
  for (const resource of resources) blocks.set(resource.resource, [...(blocks.get(resource.resource) ?? []), resource]);
  const hash = digest(`lineage of ${name}`);
  const lineage = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  const listed = [...blocks.values()].flatMap((instances) => {
    const [one] = instances;
    if (one === undefined) return [];
    const source = one.provider.source ?? `hashicorp/${one.provider.localName}`;
    return [{
      ...(one.module === '' ? {} : { module: one.module }),
      mode: 'managed', type: one.type, name: one.name,
      provider: `provider["registry.terraform.io/${source.split('/').slice(-2).join('/')}"]`,
      instances: instances.map(({ key, attributes }) => ({ ...(key === undefined ? {} : { index_key: key }), schema_version: 0, attributes })),
    }];
  });
  return `${JSON.stringify({ version: 4, terraform_version: version, serial, lineage, outputs: {}, resources: listed, check_results: null }, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))}\n`;
}
