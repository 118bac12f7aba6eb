import { describe, expect, test } from 'vitest';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import type { Diagram } from './diagram.ts';
import { makeDiagrams } from './make-diagrams.ts';
import { AWS_SHOP } from './testing/aws-shop.ts';
import { AZURE_SHOP, GOOGLE_SHOP, KUBERNETES_SHOP } from './testing/other-clouds.ts';
import { connections, places, shippedCatalogue } from './testing/picture.ts';
import { modelOf } from './testing/terraform-model.ts';

const catalogue = shippedCatalogue();

async function networkOf(text: string): Promise<Diagram> {
  const [first] = makeDiagrams(await modelOf(text), catalogue).diagrams;
  if (first === undefined) throw new Error('no diagram');
  return first;
}

function only(diagrams: readonly Diagram[], id: string): Diagram {
  const found = diagrams.find((diagram) => diagram.id === id);
  if (found === undefined) throw new Error(`no diagram ${id} in ${diagrams.map((diagram) => diagram.id).join(', ')}`);
  return found;
}

describe('a shop on AWS', async () => {
  const shop = await networkOf(AWS_SHOP);

  test('lies in its region, network and subnets, whose kind comes from their routes', () => {
    const network = 'region eu-west-1 / network shop';
    expect(places(shop)).toEqual(expect.arrayContaining([
      `${network} / subnet:public public / web [TLS]`,
      `${network} / subnet:public public / nat [public IP]`,
      `${network} / subnet:private app / cluster shop / web [scales 2 to 10]`,
      `${network} / subnet:isolated data / orders [encrypted, open rule]`,
      'region eu-west-1 / worker [logs]',
      'region eu-west-1 / shop-assets [versioned]',
      'cdn',
      'example.com',
    ]));
  });

  test('has its plumbing as labelled edges', () => {
    expect(connections(shop).sort()).toEqual([
      'Internet -traffic 443/tcp-> web',
      'Internet -traffic https-> cdn',
      'alerts -event-> jobs',
      'cdn -traffic-> shop-assets',
      'cdn -traffic-> web',
      'example.com -name shop.example.com-> cdn',
      'jobs -event-> jobs-dead',
      'jobs -event-> worker',
      'shop-assets -event-> jobs',
      'web -access can read-> shop-assets',
      'web -access can write-> jobs',
      'web -traffic 5432/tcp-> orders',
      'web -traffic 8080/http-> web',
      'worker -access can read and write-> events',
    ]);
  });

  test('draws a type that nobody knows, and counts every resource exactly once', () => {
    expect(shop.nodes.find((node) => node.label === 'gizmo')).toMatchObject({ glyph: 'queue', provider: 'acme', sublabel: 'Gizmo queue' });
    expect(shop.coverage).toEqual({ resources: 62, drawn: 23, folded: 38, hidden: 1, generic: 1 });
    expect(shop.notes).toEqual(expect.arrayContaining([
      '38 resources are folded into edges, badges and parts.',
      '1 resource is left out: a made-up value, not a part (random_pet).',
      '1 resource is of a type that the catalogue does not list, drawn as generic parts.',
    ]));
  });

  test('lets traffic flow from the internet to the data', () => {
    const tier = (label: string): number => shop.nodes.find((node) => node.label === label && node.glyph !== 'container')?.tier ?? -1;
    expect([tier('Internet'), tier('cdn'), tier('web'), tier('worker'), tier('jobs'), tier('orders')]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('shows no secret in its details', () => {
    expect(JSON.stringify(shop)).not.toContain('hunter2');
    expect(shop.nodes.find((node) => node.label === 'orders')?.details).toEqual(expect.arrayContaining([{ name: 'engine', value: 'postgres' }]));
  });

  test('links parts and edges to their place in the code', () => {
    const database = shop.nodes.find((node) => node.label === 'orders');
    expect(database?.location).toMatchObject({ file: 'main.tf' });
    expect(database?.addresses).toEqual(['aws_db_instance.db', 'aws_db_subnet_group.db', 'aws_kms_key.data', 'aws_security_group.db']);
    expect(shop.edges.find((edge) => edge.label === '5432/tcp')?.locations).toHaveLength(1);
  });
});

test('a shop on Google lies in its project, and the load balancer leads through its proxies', async () => {
  const shop = await networkOf(GOOGLE_SHOP);
  expect(places(shop)).toEqual(expect.arrayContaining([
    'account acme-prod / network main / subnet apps / bastion',
    'account acme-prod / network main / subnet apps / cluster main / default',
    'account acme-prod / network main / main [orders]',
    'account acme-prod / region europe-west1 / api [public]',
    'account acme-prod / api-https',
  ]));
  expect(connections(shop).sort()).toEqual(['Internet -traffic 22/tcp-> bastion', 'Internet -traffic 443-> api-https', 'api -access can read-> acme-files', 'api -access can write-> orders', 'api-https -traffic https-> api', 'orders -event-> orders-worker']);
  expect(shop.groups.find((group) => group.kind === 'network')?.badges.map((badge) => badge.text)).toEqual(['Cloud NAT']);
});

test('a shop on Azure lies in its resource group, and roles and rules are edges', async () => {
  const shop = await networkOf(AZURE_SHOP);
  expect(places(shop)).toEqual(expect.arrayContaining([
    'region westeurope / group shop / network main / subnet web / web',
    'region westeurope / group shop / network main / subnet web / sql',
    'region westeurope / group shop / network main / subnet aks / cluster main / jobs',
    'region westeurope / group shop / cluster main / api',
    'region westeurope / group shop / main [orders]',
  ]));
  expect(connections(shop).sort()).toEqual(['Internet -traffic 443/tcp-> web', 'Internet -traffic https-> api', 'api -access can read-> acmefiles', 'sql -traffic-> main', 'web -traffic 443/tcp-> web']);
  expect(JSON.stringify(shop)).not.toContain('Correct-Horse');
});

test('a shop on Kubernetes lies in namespaces, and services become the label between ingress and workload', async () => {
  const shop = await networkOf(KUBERNETES_SHOP);
  expect(places(shop)).toEqual(expect.arrayContaining(['namespace shop / web [scales 2 to 8]', 'namespace kube-system / metrics']));
  expect(connections(shop).sort()).toEqual(['Internet -traffic https-> web', 'web -traffic 80/tcp-> web']);
  expect(JSON.stringify(shop)).not.toContain('swordfish');
});

describe('the set of diagrams', async () => {
  const model = await modelOf({
    'main.tf': 'module "queue" {\n  source = "./queue"\n  topic = module.topic.arn\n}\nmodule "topic" {\n  source = "./topic"\n}\nresource "aws_instance" "w" {\n  count = 3\n  instance_type = "t3.micro"\n  tags = { Team = "orders" }\n}\ndata "terraform_remote_state" "base" {\n  backend = "s3"\n}\nresource "aws_cloudwatch_dashboard" "d" {\n  dashboard_name = "d"\n}\n',
    'queue/main.tf': 'variable "topic" {}\nresource "aws_sqs_queue" "q" {\n  name = "q"\n}\nresource "aws_sns_topic_subscription" "s" {\n  topic_arn = var.topic\n  protocol = "sqs"\n  endpoint = aws_sqs_queue.q.arn\n}\n',
    'topic/main.tf': 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\noutput "arn" {\n  value = aws_sns_topic.t.arn\n}\n',
  });
  const { diagrams } = makeDiagrams(model, catalogue, { title: 'Orders' });

  test('has every level and view', () => {
    expect(diagrams.map((diagram) => [diagram.id, diagram.level, diagram.view])).toEqual([['network', 'resource', 'network'], ['container', 'container', 'network'], ['context', 'context', 'network'], ['module', 'resource', 'module'], ['owner', 'resource', 'owner'], ['modules', 'modules', 'module']]);
  });

  test('aggregates count, and finds the owner by tag', () => {
    expect(places(only(diagrams, 'owner'))).toContain('owner orders / w [x3]');
    expect(only(diagrams, 'network').nodes.find((node) => node.label === 'w')).toMatchObject({ count: 3, stacked: true, addresses: ['aws_instance.w[0]', 'aws_instance.w[1]', 'aws_instance.w[2]'] });
  });

  test('follows an edge through modules, and draws which module uses which', () => {
    expect(connections(only(diagrams, 'module'))).toEqual(['t -event-> q']);
    expect(places(only(diagrams, 'module'))).toEqual(expect.arrayContaining(['module queue / q', 'module topic / t']));
    expect(connections(only(diagrams, 'modules')).sort()).toEqual(['Orders -attachment calls-> queue', 'Orders -attachment calls-> topic', 'queue -dependency uses-> topic']);
  });

  test('leaves small parts out of the container level and says how many', () => {
    const container = only(diagrams, 'container');
    expect(container.nodes.map((node) => node.label)).not.toContain('d');
    expect(container.notes).toContain('1 part is left out: too small for this level.');
  });

  test('shows the other root in the context', () => {
    expect(places(only(diagrams, 'context'))).toEqual(expect.arrayContaining(['base', 'Orders']));
  });
});

describe('nothing to draw', () => {
  const none = async (text: string): Promise<Diagram> => networkOf(text);

  test('an empty root says so', async () => {
    expect((await none('locals {}\n')).notes).toEqual(['Nothing to draw: the configuration holds no managed resources.']);
  });

  test('count 0 is given as the reason', async () => {
    expect((await none('resource "aws_instance" "x" {\n  count = 0\n}\n')).notes[0]).toContain('of 1 resource blocks every one has count or for_each of nothing');
  });

  test('values that are no parts are named', async () => {
    const diagram = await none('resource "random_pet" "x" {}\n');
    expect(diagram.notes[0]).toBe('Nothing to draw: all 1 managed resources are values or settings that are not parts.');
    expect(diagram.coverage).toEqual({ resources: 1, drawn: 0, folded: 0, hidden: 1, generic: 0 });
  });

  test('plumbing that stands alone is drawn for itself', async () => {
    expect(places(await none('resource "aws_security_group" "x" {\n  name = "x"\n}\nresource "aws_iam_role" "r" {\n  name = "r"\n}\n'))).toEqual(['r', 'x']);
    expect(places(await none('resource "aws_iam_policy" "p" {\n  name = "p"\n  policy = "{}"\n}\n'))).toEqual(['p']);
  });

  test('a module that is not there is drawn with its connections, and holds what it contains', async () => {
    const diagram = await none('module "vpc" {\n  source = "acme/vpc/aws"\n  version = "1.0.0"\n}\nresource "aws_instance" "x" {\n  subnet_id = module.vpc.private_subnets[0]\n}\nmodule "db" {\n  source = "acme/db/aws"\n  vpc = module.vpc.id\n}\n');
    expect(places(diagram)).toEqual(['module vpc / x', 'module vpc / db']);
    expect(diagram.groups.map((group) => [group.label, group.sublabel, group.glyph, group.provider])).toEqual([['vpc', 'Module vpc · code not here', 'network', 'aws']]);
    expect(diagram.nodes.map((node) => node.glyph)).toEqual(['compute', 'database']);
  });
});

describe('differences', () => {
  const before = 'resource "aws_sqs_queue" "a" {\n  name = "a"\n}\nresource "aws_sqs_queue" "gone" {\n  name = "gone"\n}\nresource "aws_s3_bucket" "same" {\n  bucket = "same"\n}\n';
  const after = 'resource "aws_sqs_queue" "a" {\n  name = "a"\n  delay_seconds = 5\n  message_retention_seconds = 60\n}\nresource "aws_sns_topic" "new" {\n  name = "new"\n}\nresource "aws_s3_bucket" "same" {\n  bucket = "same"\n}\nresource "aws_s3_bucket_versioning" "same" {\n  bucket = aws_s3_bucket.same.id\n}\n';

  test('of two versions of the code are changes of the parts, with what was removed', async () => {
    const older = await modelOf(before.replace('name = "a"', 'name = "a"\n  delay_seconds = 1'));
    const [diagram] = makeDiagrams(await modelOf(after), catalogue, { before: older }).diagrams;
    expect(Object.fromEntries((diagram?.nodes ?? []).map((node) => [node.label, node.change]))).toEqual({ a: 'changed', gone: 'removed', new: 'added', same: 'changed' });
  });

  test('of a plan are its actions', async () => {
    const model = await modelOf(before);
    const actions = { 'aws_sqs_queue.a': ['delete', 'create'], 'aws_sqs_queue.gone': ['delete'], 'aws_s3_bucket.same': ['no-op'] } as const;
    const plan: InfrastructureModel = { ...model, source: { kind: 'plan', path: 'plan.json' }, resources: model.resources.map((resource) => ({ ...resource, change: { actions: actions[resource.address as keyof typeof actions] } })) };
    const [diagram] = makeDiagrams(plan, catalogue).diagrams;
    expect(Object.fromEntries((diagram?.nodes ?? []).map((node) => [node.label, node.change]))).toEqual({ a: 'replaced', gone: 'removed', same: 'unchanged' });
  });
});

test('an overlay gives badges for all that a part stands for', async () => {
  const model = await modelOf('resource "aws_rds_cluster" "c" {\n  cluster_identifier = "c"\n}\nresource "aws_rds_cluster_instance" "i" {\n  count = 2\n  cluster_identifier = aws_rds_cluster.c.id\n  instance_class = "db.r6g.large"\n}\n');
  const [diagram] = makeDiagrams(model, catalogue, { overlays: [{ name: 'cost', badges: (addresses) => [{ text: `$${addresses.length * 100}`, title: 'a month' }] }] }).diagrams;
  expect(places(diagram as Diagram)).toEqual(['c [db.r6g.large, $300]']);
});
