import { describe, expect, test } from 'vitest';
import type { Diagram } from './diagram.ts';
import { makeDiagrams } from './make-diagrams.ts';
import { moduleSource } from './module-entry.ts';
import { connections, places, shippedCatalogue } from './testing/picture.ts';
import { modelOf } from './testing/terraform-model.ts';

const catalogue = shippedCatalogue();

async function picture(text: string): Promise<Diagram> {
  const [diagram] = makeDiagrams(await modelOf(text), catalogue).diagrams;
  if (diagram === undefined) throw new Error('no diagram');
  return diagram;
}

describe('the source of a module', () => {
  test.each([
    ['terraform-aws-modules/vpc/aws', { name: 'vpc', provider: 'aws' }],
    ['registry.example.com/acme/vpc/aws//modules/vpc-endpoints', { name: 'vpc-endpoints', provider: 'aws' }],
    ['github.com/acme/terraform-google-network.git//modules/vpc-network?ref=v0.8.2', { name: 'vpc-network', provider: 'google' }],
    ['git::ssh://git@example.com/acme/terraform-azurerm-sql?ref=1', { name: 'sql', provider: 'azurerm' }],
    ['git::https://example.com/network.git', { name: 'network', provider: '' }],
    ['./modules/network', undefined],
    [undefined, undefined],
  ])('%s tells what it makes', (source, told) => {
    expect(moduleSource(source)).toEqual(told);
  });
});

describe('modules whose code is not here', () => {
  test('stand in the region of their provider, by what they are given and named for', async () => {
    const diagram = await picture(`
provider "aws" {
  region = "eu-west-1"
}
module "network" {
  source = "./gone"
}
module "vpc" {
  source = "acme/vpc/aws"
}
module "alb" {
  source  = "acme/alb/aws"
  subnets = module.vpc.public_subnets
  vpc_id  = module.vpc.vpc_id
}
resource "aws_ecs_service" "web" {
  name = "web"
  network_configuration {
    subnets = module.vpc.private_subnets
  }
}
`);
    expect(places(diagram)).toEqual(expect.arrayContaining(['region eu-west-1 / module vpc / alb', 'region eu-west-1 / module vpc / web']));
    expect(connections(diagram)).not.toContain('alb -dependency-> vpc');
  });

  test('are called by their last step', async () => {
    const diagram = await picture('module "app" {\n  for_each = toset(["a.b"])\n  source = "acme/app/aws"\n}\nmodule "main" {\n  source = "acme/db/aws"\n}\n');
    expect(diagram.nodes.map((node) => node.label)).toEqual(['app a.b', 'main']);
  });
});

test('a zone that is read again by its name is the zone', async () => {
  const diagram = await picture(`
resource "aws_route53_zone" "own" {
  name = "shop.example.com"
}
data "aws_route53_zone" "again" {
  name = "shop.example.com."
}
data "aws_route53_zone" "inside" {
  name         = "shop.example.com"
  private_zone = true
}
resource "aws_lb" "web" {
  name = "web"
}
resource "aws_route53_record" "www" {
  zone_id = data.aws_route53_zone.again.zone_id
  name    = "www"
  type    = "A"
  alias {
    name                   = aws_lb.web.dns_name
    zone_id                = aws_lb.web.zone_id
    evaluate_target_health = false
  }
}
`);
  expect(diagram.nodes.map((node) => node.label).sort()).toEqual(['Internet', 'shop.example.com', 'web']);
  expect(connections(diagram)).toContain('shop.example.com -name www-> web');
  expect(diagram.coverage).toMatchObject({ resources: 5, drawn: 2, folded: 2, hidden: 1 });
});

test('plumbing that nothing uses is left out beside real parts, and counted', async () => {
  const diagram = await picture('resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\nresource "aws_cloudwatch_log_group" "lost" {\n  name = "/lost"\n}\n');
  expect(diagram.nodes.map((node) => node.label)).toEqual(['jobs']);
  expect(diagram.notes).toContain('1 resource is left out: supports something that is not here (aws_cloudwatch_log_group).');
});

test('rights on one thing add up', async () => {
  const diagram = await picture(`
resource "google_storage_bucket" "data" {
  name = "data"
}
resource "google_service_account" "app" {
  account_id = "app"
}
resource "google_storage_bucket_iam_member" "read" {
  bucket = google_storage_bucket.data.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.app.member
}
resource "google_storage_bucket_iam_member" "all" {
  bucket = google_storage_bucket.data.name
  role   = "roles/storage.objectAdmin"
  member = google_service_account.app.member
}
`);
  expect(connections(diagram)).toEqual(['app -access can read and write-> data']);
});

test('parts of one name in several modules carry the module that tells them apart', async () => {
  const call = (name: string): string => `module "${name}" {\n  source = "./service"\n}\n`;
  const model = await modelOf({ 'main.tf': call('catalog') + call('inventory'), 'service/main.tf': 'resource "aws_db_instance" "database" {\n  engine = "postgres"\n}\nmodule "lb" {\n  source = "acme/alb/aws"\n}\n' });
  const [diagram] = makeDiagrams(model, catalogue).diagrams;
  expect(diagram?.nodes.map((node) => node.label).sort()).toEqual(['catalog database', 'catalog lb', 'inventory database', 'inventory lb']);
});

test('a module that only makes names is no part, and the note says so', async () => {
  const diagram = await picture('module "label" {\n  source = "cloudposse/label/null"\n}\nresource "aws_sqs_queue" "jobs" {\n  name = module.label.id\n}\n');
  expect(diagram.nodes.map((node) => node.label)).toEqual(['jobs']);
  expect(diagram.notes).toContain('1 resource is left out: a module that makes names, not parts (module).');
});
