import { expect, test } from 'vitest';
import { edges, modelOf, output, resource, told } from '../terraform/module/testing/memory-tree.ts';
import type { Files } from '../terraform/module/testing/memory-tree.ts';
import { SensitiveAttribute, UnknownAttribute } from './model.ts';

test('count and for_each make instances with keys, and every attribute has its value, place and references', async () => {
  const model = await modelOf(`
locals { zones = { a = "10.0.1.0/24", b = "10.0.2.0/24" } }
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "zone" {
  for_each   = local.zones
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
  tags       = { Name = "\${each.key}-subnet" }
}
resource "aws_instance" "web" {
  count     = 2
  subnet_id = values(aws_subnet.zone)[count.index].id
  user_data = "host \${count.index}"
  root_block_device {
    size = 8 + count.index
  }
}
`);
  expect(told(model)).toEqual([]);
  expect(model.resources.map((one) => one.address)).toEqual(['aws_instance.web[0]', 'aws_instance.web[1]', 'aws_subnet.zone["a"]', 'aws_subnet.zone["b"]', 'aws_vpc.main']);
  const subnet = resource(model, 'aws_subnet.zone["b"]');
  expect(subnet).toMatchObject({ resource: 'aws_subnet.zone', key: 'b', module: '', mode: 'managed', type: 'aws_subnet', name: 'zone', attributes: { cidr_block: '10.0.2.0/24', tags: { Name: 'b-subnet' } }, location: { file: 'main.tf', line: 6, column: 1, endLine: 11 } });
  expect(subnet.attributes['vpc_id']).toBeInstanceOf(UnknownAttribute);
  expect(subnet.attributes['vpc_id']).toMatchObject({ reason: 'known only after apply', origins: [{ address: 'aws_vpc.main', attribute: 'id' }], location: { line: 8 } });
  expect(edges(model, 'aws_subnet.zone["b"]')).toEqual(['vpc_id -> aws_vpc.main.id']);
  expect(edges(model, 'aws_instance.web[1]')).toEqual(['subnet_id -> aws_subnet.zone["b"].id']);
  expect(resource(model, 'aws_instance.web[1]').attributes).toMatchObject({ user_data: 'host 1', root_block_device: [{ size: 9 }] });
  expect(resource(model, 'aws_instance.web[1]').attributeLocations?.get('root_block_device.0.size')).toEqual({ file: 'main.tf', line: 17, column: 5 });
});

test('references go through locals, functions, modules and outputs to the very instance', async () => {
  const model = await modelOf({
    'main.tf': `
module "network" {
  source   = "./network"
  for_each = toset(["blue"])
  zones    = ["a", "b"]
}
module "app" {
  source  = "./app"
  subnets = module.network["blue"].private
  bucket  = aws_s3_bucket.logs.bucket
}
resource "aws_s3_bucket" "logs" { bucket = "acme-logs" }
`,
    'network/main.tf': 'variable "zones" {}\nresource "aws_subnet" "private" {\n  count = length(var.zones)\n}\nlocals { ids = aws_subnet.private[*].id }\noutput "private" {\n  value = sort(local.ids)\n}\n',
    'app/main.tf': 'variable "subnets" {}\nvariable "bucket" {}\nresource "aws_lb" "front" {\n  subnets = var.subnets\n  access_logs {\n    bucket = var.bucket\n    prefix = "lb/${var.bucket}"\n  }\n}\n',
  });
  expect(told(model)).toEqual([]);
  expect(edges(model, 'module.app.aws_lb.front')).toEqual([
    'subnets -> module.network["blue"].aws_subnet.private[0].id',
    'subnets -> module.network["blue"].aws_subnet.private[1].id',
    'access_logs.0.bucket -> aws_s3_bucket.logs.bucket',
    'access_logs.0.prefix -> aws_s3_bucket.logs.bucket',
  ]);
  expect(resource(model, 'module.app.aws_lb.front').attributes['access_logs']).toEqual([{ bucket: 'acme-logs', prefix: 'lb/acme-logs' }]);
  expect(model.modules.find((module) => module.address === 'module.app')?.references.map((one) => one.target)).toContain('aws_s3_bucket.logs');
  expect(model.modules.find((module) => module.address === 'module.network["blue"]')).toMatchObject({ key: 'blue', folder: 'network', inputs: { zones: ['a', 'b'] } });
});

test('an edge ends at the resource that is read, not at what flowed into that one', async () => {
  const model = await modelOf('resource "random_id" "r" {}\nresource "aws_s3_bucket" "b" {\n  bucket = "x-${random_id.r.hex}"\n}\nresource "aws_s3_bucket_policy" "p" {\n  bucket = aws_s3_bucket.b.bucket\n}\n');
  expect(edges(model, 'aws_s3_bucket_policy.p')).toEqual(['bucket -> aws_s3_bucket.b.bucket']);
  expect(edges(model, 'aws_s3_bucket.b')).toEqual(['bucket -> random_id.r.hex']);
});

test('dynamic blocks unfold; over something unknown they are one unknown block whose references are kept', async () => {
  const model = await modelOf(`
variable "ports" { default = [80, 443] }
variable "later" {}
resource "aws_security_group" "source" {}
resource "aws_security_group" "web" {
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port = ingress.value
      self      = ingress.key == 0
      dynamic "inner" {
        for_each = ["x"]
        iterator = it
        content { name = "\${it.value}\${ingress.value}" }
      }
    }
  }
  dynamic "egress" {
    for_each = var.later
    content {
      port   = egress.value.port
      groups = [aws_security_group.source.id]
    }
  }
}
`);
  expect(told(model)).toEqual([]);
  const web = resource(model, 'aws_security_group.web');
  expect(web.attributes['ingress']).toEqual([
    { from_port: 80, self: true, inner: [{ name: 'x80' }] },
    { from_port: 443, self: false, inner: [{ name: 'x443' }] },
  ]);
  expect(web.attributes['egress']).toMatchObject([{ reason: 'a variable has no value' }]);
  expect(edges(model, 'aws_security_group.web')).toEqual(['egress.0.groups -> aws_security_group.source.id']);
});

test('for_each over something unknown is one instance that stands for an unknown number', async () => {
  const model = await modelOf(`
data "aws_subnets" "all" {}
resource "aws_instance" "web" {
  for_each  = toset(data.aws_subnets.all.ids)
  subnet_id = each.value
  name      = "fixed"
}
resource "aws_eip" "ip" {
  instance = aws_instance.web["x"].id
}
`);
  expect(told(model)).toEqual([]);
  const web = resource(model, 'aws_instance.web');
  expect(web).toMatchObject({ instancesUnknown: 'read by a data source', attributes: { name: 'fixed' } });
  expect(edges(model, 'aws_instance.web')).toEqual(['subnet_id -> data.aws_subnets.all.ids', 'for_each -> data.aws_subnets.all.ids']);
  expect(edges(model, 'aws_eip.ip')).toEqual([expect.stringContaining('instance -> aws_instance.web')]);
});

test('the first three of an unknown list are three: zones that a data source will tell give the number of subnets', async () => {
  const model = await modelOf(`
data "aws_availability_zones" "available" {}
locals {
  zones = slice(data.aws_availability_zones.available.names, 0, 3)
  cidrs = [for index, zone in local.zones : cidrsubnet("10.0.0.0/16", 8, index)]
}
resource "aws_subnet" "private" {
  count             = length(local.cidrs)
  cidr_block        = local.cidrs[count.index]
  availability_zone = element(local.zones, count.index)
}
`);
  expect(told(model)).toEqual([]);
  const subnets = model.resources.filter((one) => one.type === 'aws_subnet');
  expect(subnets.map((one) => [one.address, one.attributes['cidr_block']])).toEqual([['aws_subnet.private[0]', '10.0.0.0/24'], ['aws_subnet.private[1]', '10.0.1.0/24'], ['aws_subnet.private[2]', '10.0.2.0/24']]);
  expect(subnets[1]?.references.map(({ attribute, target }) => `${attribute} -> ${target}`)).toContain('availability_zone -> data.aws_availability_zones.available');
});

test('resources that refer to each other in a circle are told, by the shortest one, with their place', async () => {
  const model = await modelOf({
    'main.tf': 'resource "a_a" "b" {\n  x = a_a.c.id\n}\nresource "a_a" "c" {\n  count = 1\n  x = module.m.id\n}\nmodule "m" {\n  source = "./m"\n  in = a_a.b.name\n}\nresource "a_a" "before" {\n  x = a_a.b.id\n}\nresource "a_a" "self" {\n  x = 1\n  y = a_a.self.z\n}\n',
    'm/main.tf': 'variable "in" {}\nresource "a_a" "inner" {\n  x = var.in\n}\noutput "id" {\n  value = a_a.inner.id\n}\n',
  });
  expect(told(model)).toContain('main.tf:1:1 depends on itself: a_a.b -> a_a.c -> module.m.a_a.inner -> a_a.b');
  expect(model.problems.filter((problem) => problem.message.startsWith('depends on itself'))).toHaveLength(1);
});

test('what a state knows stands for what the code does not set', async () => {
  const model = await modelOf(
    'data "aws_ami" "base" {\n  owners = ["self"]\n}\nresource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\nresource "aws_instance" "web" {\n  ami  = data.aws_ami.base.id\n  vpc  = aws_vpc.main.id\n  cidr = aws_vpc.main.cidr_block\n}\n',
    { known: (address) => (address === 'data.aws_ami.base' ? { id: 'ami-1' } : address === 'aws_vpc.main' ? { id: 'vpc-1', cidr_block: '192.168.0.0/16' } : undefined) },
  );
  expect(resource(model, 'aws_instance.web').attributes).toEqual({ ami: 'ami-1', vpc: 'vpc-1', cidr: '10.0.0.0/16' });
  expect(edges(model, 'aws_instance.web')).toEqual(['ami -> data.aws_ami.base.id', 'vpc -> aws_vpc.main.id', 'cidr -> aws_vpc.main.cidr_block']);
});

test('providers are evaluated, passed into modules, and found by the resources in them', async () => {
  const model = await modelOf({
    'main.tf': `
terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "~> 5.0" } }
}
variable "region" { default = "eu-central-1" }
provider "aws" { region = var.region }
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
provider "aws" {
  alias    = "many"
  for_each = toset(["x", "y"])
  region   = each.key
}
module "dr" {
  source    = "./dr"
  providers = { aws = aws.west, aws.second = aws }
}
module "plain" { source = "./dr" }
resource "aws_vpc" "y" {
  for_each = toset(["y"])
  provider = aws.many[each.key]
}
resource "terraform_data" "t" {}
`,
    'dr/main.tf': 'resource "aws_vpc" "main" {}\nresource "aws_vpc" "second" {\n  provider = aws.second\n}\n',
  });
  expect(model.providers.map(({ localName, alias, key, source, versionConstraint, attributes }) => [localName, alias, key, source, versionConstraint, attributes['region']])).toEqual([
    ['aws', undefined, undefined, 'hashicorp/aws', '~> 5.0', 'eu-central-1'],
    ['aws', 'many', 'x', 'hashicorp/aws', '~> 5.0', 'x'],
    ['aws', 'many', 'y', 'hashicorp/aws', '~> 5.0', 'y'],
    ['aws', 'west', undefined, 'hashicorp/aws', '~> 5.0', 'us-west-2'],
  ]);
  const used = (address: string): unknown => resource(model, address).provider;
  expect(used('module.dr.aws_vpc.main')).toEqual({ localName: 'aws', alias: 'west', module: '', source: 'hashicorp/aws' });
  expect(used('module.dr.aws_vpc.second')).toEqual({ localName: 'aws', module: '', source: 'hashicorp/aws' });
  expect(used('module.plain.aws_vpc.main')).toEqual({ localName: 'aws', module: '', source: 'hashicorp/aws' });
  expect(used('aws_vpc.y["y"]')).toEqual({ localName: 'aws', alias: 'many', key: 'y', module: '', source: 'hashicorp/aws' });
  expect(used('terraform_data.t')).toMatchObject({ source: 'terraform.io/builtin/terraform' });
});

test('depends_on, replace_triggered_by, moved, removed and import blocks are exposed with addresses from the root', async () => {
  const model = await modelOf({
    'main.tf': 'module "m" {\n  source     = "./m"\n  depends_on = [null_resource.first]\n}\nresource "null_resource" "first" {}\nresource "null_resource" "last" {\n  depends_on = [module.m, null_resource.first]\n  lifecycle {\n    ignore_changes       = all\n    prevent_destroy      = true\n    replace_triggered_by = [null_resource.first.id]\n  }\n}\nimport {\n  for_each = { a = "id-a" }\n  to       = null_resource.many[each.key]\n  id       = each.value\n}\nresource "null_resource" "many" {\n  for_each = toset(["a"])\n}\n',
    'm/main.tf': 'moved {\n  from = null_resource.old\n  to   = null_resource.new[0]\n}\nremoved {\n  from = null_resource.gone\n  lifecycle { destroy = false }\n}\n',
  });
  expect(told(model)).toEqual([]);
  expect(resource(model, 'null_resource.last')).toMatchObject({
    references: [
      { attribute: 'depends_on', target: 'module.m', targetAttribute: '', via: 'dependency' },
      { attribute: 'depends_on', target: 'null_resource.first', via: 'dependency' },
      { attribute: 'lifecycle.replace_triggered_by', target: 'null_resource.first', via: 'dependency' },
    ],
    lifecycle: { ignoreChanges: 'all', preventDestroy: true, createBeforeDestroy: false },
  });
  expect(model.modules[1]?.references).toEqual([{ attribute: 'depends_on', target: 'null_resource.first', targetAttribute: '', via: 'dependency' }]);
  expect(model.refactoring).toMatchObject({
    moved: [{ module: 'module.m', from: 'module.m.null_resource.old', to: 'module.m.null_resource.new[0]' }],
    removed: [{ from: 'module.m.null_resource.gone', destroy: false }],
    imports: [{ to: 'null_resource.many["a"]', id: 'id-a' }],
  });
});

test('path, workspace and files of the tree', async () => {
  const files: Files = {
    'live/main.tf': 'module "m" {\n  source = "../m"\n}\noutput "o" {\n  value = [path.module, path.root, terraform.workspace, module.m.where, module.m.text, module.m.rendered]\n}\noutput "cwd" {\n  value = path.cwd\n}\n',
    'm/main.tf': 'output "where" {\n  value = path.module\n}\noutput "text" {\n  value = file("${path.module}/data/a.txt")\n}\noutput "rendered" {\n  value = templatefile("${path.module}/t.tftpl", { name = "x" })\n}\n',
    'm/data/a.txt': 'hello',
    'm/t.tftpl': 'Dear ${name}',
  };
  const model = await modelOf(files, { root: 'live', workspace: 'prod' });
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toEqual(['.', '.', 'prod', '../m', 'hello', 'Dear x']);
  expect(output(model, 'cwd')).toBeInstanceOf(UnknownAttribute);
  expect(model.source).toEqual({ kind: 'configuration', path: 'live', workspace: 'prod' });
});

test('coverage says how much was understood and why not the rest', async () => {
  const model = await modelOf('variable "v" {}\nresource "aws_vpc" "a" {\n  id_of = aws_vpc.b.id\n  given = var.v\n  known = 1\n}\nresource "aws_vpc" "b" {}\nresource "aws_vpc" "broken" {\n  x = nowhere.at.all\n}\nmodule "far" {\n  source = "acme/x/aws"\n}\n');
  expect(model.coverage).toMatchObject({ files: 1, unreadableFiles: 0, blocks: 5, resourceBlocks: 3, resourceBlocksUnderstood: 2, instances: 3, opaqueModules: 1, attributes: 4, unknownAttributes: 3 });
  expect(model.coverage.reasons).toContainEqual({ reason: 'known only after apply', count: 1, example: 'aws_vpc.a.id_of' });
  expect(model.coverage.reasons).toContainEqual({ reason: 'a variable has no value', count: 1, example: 'aws_vpc.a.given' });
});

test('a large number keeps its digits, and no name of an attribute is special', async () => {
  const model = await modelOf('output "o" {\n  value = [123456789012345678901234567890, 1.5, { __proto__ = 1, constructor = 2 }]\n}\n');
  const [large, small, object] = output(model, 'o') as [bigint, number, Record<string, unknown>];
  expect([large, small]).toEqual([123456789012345678901234567890n, 1.5]);
  expect(Object.entries(object)).toEqual([['__proto__', 1], ['constructor', 2]]);
});

test('a document that is encoded before its arns are known is told with its known parts, and not at all when a secret is in it', async () => {
  const model = await modelOf(`
resource "aws_sqs_queue" "jobs" {}
variable "token" {
  sensitive = true
  default   = "hunter2"
}
resource "aws_iam_role_policy" "send" {
  role   = "worker"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [aws_sqs_queue.jobs.arn] }] })
}
resource "aws_secretsmanager_secret_version" "mixed" {
  secret_string = jsonencode({ token = var.token, queue = aws_sqs_queue.jobs.url })
}
`);
  const policy = resource(model, 'aws_iam_role_policy.send').attributes['policy'];
  expect(policy).toBeInstanceOf(UnknownAttribute);
  expect(policy instanceof UnknownAttribute && policy.document).toMatchObject({ Statement: [{ Action: ['sqs:SendMessage'], Resource: [{ origins: [{ address: 'aws_sqs_queue.jobs', attribute: 'arn' }] }] }] });
  expect(JSON.stringify(policy)).not.toContain('SendMessage');
  const secret = resource(model, 'aws_secretsmanager_secret_version.mixed').attributes['secret_string'];
  const inner = secret instanceof SensitiveAttribute ? secret.reveal() : secret;
  expect(inner instanceof UnknownAttribute && inner.document).toBeUndefined();
});

test('what thousands of instances are given is one value and one list, and not their product', async () => {
  const zones = Array.from({ length: 300 }, (_, at) => `k${at} = { size = ${at} }`).join('\n');
  const groups = Array.from({ length: 1200 }, (_, at) => `resource "aws_security_group" "g${at}" {}`).join('\n');
  const model = await modelOf({
    'main.tf': `locals {\n m = {\n${zones}\n}\n}\nmodule "m" {\n source = "./m"\n for_each = local.m\n name = each.key\n all = local.m\n}\n${groups}\nresource "aws_instance" "c" {\n count = 300\n depends_on = [${Array.from({ length: 1200 }, (_, at) => `aws_security_group.g${at}`).join(', ')}]\n}\n`,
    'm/main.tf': 'variable "name" {}\nvariable "all" {}\nresource "aws_ebs_volume" "v" {\n size = var.all[var.name].size\n}\n',
  });
  expect(told(model)).toEqual([]);
  const modules = model.modules.filter((module) => module.address !== '');
  expect(modules).toHaveLength(300);
  expect(new Set(modules.map((module) => module.inputs['all'])).size).toBe(1);
  expect(resource(model, 'module.m["k7"].aws_ebs_volume.v').attributes['size']).toBe(7);
  const counted = model.resources.filter((one) => one.type === 'aws_instance');
  expect(new Set(counted.map((one) => one.references)).size).toBe(1);
  expect(counted[0]?.references).toHaveLength(1000);
});
