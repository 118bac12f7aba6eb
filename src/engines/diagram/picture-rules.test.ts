import { describe, expect, test } from 'vitest';
import { stateOf } from '../../formats/terraform/state.ts';
import { modelFromState } from '../infrastructure/from-state.ts';
import type { Diagram } from './diagram.ts';
import { makeDiagrams } from './make-diagrams.ts';
import { connections, places, shippedCatalogue } from './testing/picture.ts';
import { modelOf } from './testing/terraform-model.ts';

const catalogue = shippedCatalogue();

async function network(text: string): Promise<Diagram> {
  const [first] = makeDiagrams(await modelOf(text), catalogue).diagrams;
  if (first === undefined) throw new Error('no diagram');
  return first;
}

describe('a state, where ids are known and expressions are not', () => {
  const resource = (type: string, name: string, ...instances: Record<string, unknown>[]) => ({ mode: 'managed', type, name, provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: instances.map((attributes, index) => ({ schema_version: 0, attributes, ...(instances.length > 1 ? { index_key: index } : {}) })) });
  const arn = (service: string, rest: string): string => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;
  const state = stateOf({
    version: 4, terraform_version: '1.9.0', serial: 3, lineage: 'l', outputs: {},
    resources: [
      resource('aws_vpc', 'main', { id: 'vpc-01aa', arn: arn('ec2', 'vpc/vpc-01aa'), cidr_block: '10.0.0.0/16', tags: { Name: 'prod' } }),
      resource('aws_internet_gateway', 'gw', { id: 'igw-01aa', vpc_id: 'vpc-01aa' }),
      resource('aws_subnet', 'front', { id: 'subnet-01aa', vpc_id: 'vpc-01aa', availability_zone: 'eu-central-1a' }, { id: 'subnet-02bb', vpc_id: 'vpc-01aa', availability_zone: 'eu-central-1b' }),
      resource('aws_route_table', 'front', { id: 'rtb-01aa', vpc_id: 'vpc-01aa', route: [{ cidr_block: '0.0.0.0/0', gateway_id: 'igw-01aa', nat_gateway_id: '' }] }),
      resource('aws_route_table_association', 'front', { id: 'rtbassoc-1', subnet_id: 'subnet-01aa', route_table_id: 'rtb-01aa' }, { id: 'rtbassoc-2', subnet_id: 'subnet-02bb', route_table_id: 'rtb-01aa' }),
      resource('aws_security_group', 'web', { id: 'sg-01aa', vpc_id: 'vpc-01aa', ingress: [{ from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'], security_groups: [], self: false }] }),
      resource('aws_instance', 'web', { id: 'i-01aa', arn: arn('ec2', 'instance/i-01aa'), subnet_id: 'subnet-01aa', vpc_security_group_ids: ['sg-01aa'], instance_type: 't3.small', iam_instance_profile: 'web' }),
      resource('aws_iam_role', 'web', { id: 'web-role', name: 'web-role', arn: 'arn:aws:iam::123456789012:role/web-role' }),
      resource('aws_iam_instance_profile', 'web', { id: 'web', name: 'web', arn: 'arn:aws:iam::123456789012:instance-profile/web', role: 'web-role' }),
      resource('aws_s3_bucket', 'files', { id: 'acme-files', bucket: 'acme-files', arn: 'arn:aws:s3:::acme-files' }),
      resource('aws_iam_role_policy', 'files', { id: 'web-role:files', role: 'web-role', policy: JSON.stringify({ Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::acme-files/*'] }, { Effect: 'Deny', Action: '*', Resource: '*' }] }) }),
    ] as never,
  }, 'terraform.tfstate');
  const [diagram] = makeDiagrams(modelFromState(state, { path: 'terraform.tfstate' }), catalogue).diagrams as [Diagram];

  test('is placed by its ids, with account and region from the arns', () => {
    expect(places(diagram)).toEqual(expect.arrayContaining(['account 123456789012 / region eu-central-1 / network prod / subnet:public front / web']));
    expect(diagram.groups.find((group) => group.kind === 'subnet')?.addresses).toEqual(expect.arrayContaining(['aws_subnet.front[0]', 'aws_subnet.front[1]']));
  });

  test('has its rules, and its permissions from the documents, as edges', () => {
    expect(connections(diagram).sort()).toEqual(['Internet -traffic 443/tcp-> web', 'web -access can read and write-> acme-files']);
  });
});

describe('subnets', () => {
  const vpc = 'resource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n}\n';
  const subnet = (name: string, zone: string, more = ''): string => `resource "aws_subnet" "${name}" {\n  vpc_id = aws_vpc.v.id\n  availability_zone = "${zone}"\n${more}}\n`;
  const machine = (name: string, subnets: string): string => `resource "aws_instance" "${name}" {\n  subnet_id = aws_subnet.${subnets}.id\n}\n`;

  test('that differ only in their zone are one group', async () => {
    expect(places(await network(vpc + subnet('app_a', 'eu-west-1a') + subnet('app_b', 'eu-west-1b') + machine('x', 'app_a') + machine('y', 'app_b')))).toEqual(['network v / subnet app / x', 'network v / subnet app / y'].map((line) => expect.stringContaining(line)));
  });

  test('with a job each lie in their zones', async () => {
    expect(places(await network(vpc + subnet('web', 'eu-west-1a') + subnet('data', 'eu-west-1b') + machine('x', 'web')))).toEqual([expect.stringContaining('network v / zone eu-west-1a / subnet web / x')]);
  });

  test('without routes are judged by their addresses, and the note says so', async () => {
    const diagram = await network(vpc + subnet('web', 'eu-west-1a', '  map_public_ip_on_launch = true\n') + machine('x', 'web'));
    expect(diagram.groups.find((group) => group.kind === 'subnet')?.exposure).toBe('public');
    expect(diagram.notes).toContain('1 subnet has no route table here: public or private follows map_public_ip_on_launch, not routes.');
  });

  test('are never judged by their names', async () => {
    const diagram = await network(vpc + subnet('public', 'eu-west-1a') + machine('x', 'public'));
    expect(diagram.groups.find((group) => group.kind === 'subnet')?.exposure).toBeUndefined();
  });

  test('that a part spans hold it in the network around them', async () => {
    const text = vpc + subnet('web', 'eu-west-1a') + subnet('data', 'eu-west-1b') + 'resource "aws_lb" "l" {\n  subnets = [aws_subnet.web.id, aws_subnet.data.id]\n  internal = true\n}\n';
    expect(places(await network(text))).toEqual([expect.stringMatching(/network v \/ l$/)]);
  });
});

describe('security groups', () => {
  test('that many share are joined through the groups around them, not part by part', async () => {
    const many = Array.from({ length: 6 }, (_, n) => `resource "aws_instance" "app${String.fromCharCode(97 + n)}x" {\n  subnet_id = aws_subnet.app.id\n  vpc_security_group_ids = [aws_security_group.app.id]\n}\nresource "aws_db_instance" "db${String.fromCharCode(97 + n)}x" {\n  db_subnet_group_name = aws_db_subnet_group.d.name\n  vpc_security_group_ids = [aws_security_group.db.id]\n}\n`).join('');
    const diagram = await network(`resource "aws_vpc" "v" {}\nresource "aws_subnet" "app" {\n  vpc_id = aws_vpc.v.id\n}\nresource "aws_subnet" "db" {\n  vpc_id = aws_vpc.v.id\n}\nresource "aws_db_subnet_group" "d" {\n  subnet_ids = [aws_subnet.db.id]\n}\nresource "aws_security_group" "app" {}\nresource "aws_security_group" "db" {\n  ingress {\n    from_port = 5432\n    to_port = 5432\n    protocol = "tcp"\n    security_groups = [aws_security_group.app.id]\n  }\n}\n${many}`);
    expect(connections(diagram)).toEqual(['app -traffic 5432/tcp-> db']);
  });

  test('that name themselves and open to private ranges make no edge', async () => {
    const diagram = await network('resource "aws_security_group" "s" {\n  ingress {\n    from_port = 0\n    to_port = 0\n    protocol = "-1"\n    self = true\n  }\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n    cidr_blocks = ["10.0.0.0/8"]\n  }\n}\nresource "aws_instance" "i" {\n  vpc_security_group_ids = [aws_security_group.s.id]\n}\n');
    expect(connections(diagram)).toEqual([]);
  });

  test('that open to a named address say which', async () => {
    const diagram = await network('resource "aws_security_group" "s" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n    cidr_blocks = ["203.0.113.0/24"]\n  }\n}\nresource "aws_instance" "i" {\n  vpc_security_group_ids = [aws_security_group.s.id]\n}\n');
    expect(connections(diagram)).toEqual(['Internet -traffic 22/tcp from 203.0.113.0/24-> i']);
  });
});

describe('a model too large for one picture', async () => {
  const cell = 'variable "name" {}\nresource "aws_vpc" "v" {\n  cidr_block = "10.0.0.0/16"\n  tags = { Name = var.name }\n}\nresource "aws_subnet" "s" {\n  vpc_id = aws_vpc.v.id\n}\nresource "aws_instance" "i" {\n  subnet_id = aws_subnet.s.id\n}\nresource "aws_db_instance" "d" {\n  vpc_security_group_ids = [aws_security_group.g.id]\n}\nresource "aws_security_group" "g" {\n  vpc_id = aws_vpc.v.id\n}\nresource "aws_elasticache_cluster" "c" {\n  security_group_ids = [aws_security_group.g.id]\n}\n';
  const root = Array.from({ length: 20 }, (_, n) => `module "cell${n}" {\n  source = "./cell"\n  name = "cell ${n}"\n}\n`).join('') + 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n';
  const { diagrams } = makeDiagrams(await modelOf({ 'main.tf': root, 'cell/main.tf': cell }), catalogue);

  test('closes networks, each of which opens a picture of its inside', () => {
    const [first] = diagrams as [Diagram];
    expect(first.nodes.length).toBeLessThanOrEqual(40);
    const closed = first.nodes.filter((node) => node.opens !== undefined);
    expect(closed.length).toBeGreaterThan(5);
    for (const node of closed) expect(diagrams.map((diagram) => diagram.id)).toContain(node.opens);
    const inside = diagrams.find((diagram) => diagram.id === closed[0]?.opens);
    expect(inside?.nodes.map((node) => node.sublabel)).toEqual(expect.arrayContaining(['EC2 instance', 'RDS database']));
  });

  test('shows every resource in some picture of the network', () => {
    const shown = new Set(diagrams.filter((diagram) => diagram.id.startsWith('network')).flatMap((diagram) => [...diagram.nodes, ...diagram.groups].flatMap((part) => part.addresses)));
    for (let n = 0; n < 20; n += 1) for (const name of ['aws_instance.i', 'aws_db_instance.d', 'aws_vpc.v']) expect(shown).toContain(`module.cell${n}.${name}`);
  });
});

describe('what is not the internet', () => {
  test('the health checks of Google are not, other ranges are', async () => {
    const text = (ranges: string): string => `
resource "google_compute_network" "n" {
  name = "n"
}
resource "google_compute_instance" "web" {
  name = "web"
  tags = ["web"]
  network_interface {
    network = google_compute_network.n.id
  }
}
resource "google_compute_firewall" "checks" {
  name          = "checks"
  network       = google_compute_network.n.id
  source_ranges = ${ranges}
  target_tags   = ["web"]
  allow {
    protocol = "tcp"
    ports    = ["80"]
  }
}
`;
    const from = async (ranges: string): Promise<string[]> => connections(makeDiagrams(await modelOf(text(ranges)), catalogue).diagrams[0] as Diagram);
    expect(await from('["130.211.0.0/22", "35.191.0.0/16"]')).toEqual([]);
    expect(await from('["130.211.0.0/22", "203.0.113.0/24"]')).toEqual(['Internet -traffic 80/tcp from 203.0.113.0/24-> web']);
  });
});

test('a namespace lies in the cluster that its provider is set up for, also by a secret or a data source', async () => {
  const text = (host: string): string => `
resource "azurerm_kubernetes_cluster" "c" {
  name = "c"
}
data "template_file" "host" {
  template = azurerm_kubernetes_cluster.c.fqdn
}
provider "kubernetes" {
  host = ${host}
}
resource "kubernetes_deployment" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
}
`;
  for (const host of ['azurerm_kubernetes_cluster.c.fqdn', 'sensitive(azurerm_kubernetes_cluster.c.kube_config[0].host)', 'data.template_file.host.rendered']) {
    expect(places(makeDiagrams(await modelOf(text(host)), catalogue).diagrams[0] as Diagram)).toEqual(['cluster c / namespace shop / web']);
  }
});
