import { expect, test } from 'vitest';
import { configurationFiles } from './folder-files.ts';
import { readModule } from './read-module.ts';
import type { ModuleConfiguration } from './declarations.ts';

function read(files: Record<string, string>, dialect: 'auto' | 'terraform' | 'opentofu' = 'auto'): ModuleConfiguration {
  const chosen = configurationFiles(Object.keys(files), dialect);
  return readModule('.', chosen, new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)])));
}

function told(module: ModuleConfiguration): string[] {
  return module.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

const text = (written: { file: { text: string }; expression: { start: number; end: number } } | undefined): string | undefined =>
  written === undefined ? undefined : written.file.text.slice(written.expression.start, written.expression.end);

test('every kind of block is decoded', () => {
  const module = read({
    'main.tf': `
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws  = { source = "hashicorp/aws", version = "~> 5.0", configuration_aliases = [aws.west] }
    null = "~> 3.0"
  }
  backend "s3" { bucket = "states" }
}
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
variable "name" {
  type        = object({ a = string, b = optional(number, 3) })
  description = "A name."
  sensitive   = true
  nullable    = false
  validation {
    condition     = var.name.b > 0
    error_message = "b must be positive."
  }
}
locals { a = 1 }
module "net" {
  source    = "./net"
  version   = "1.0"
  count     = 2
  cidr      = "10.0.0.0/16"
  providers = { aws = aws.west }
  depends_on = [aws_vpc.main]
}
resource "aws_vpc" "main" {
  provider = aws.west
  for_each = toset(["a"])
  lifecycle {
    ignore_changes        = [tags, tags["x"]]
    prevent_destroy       = true
    create_before_destroy = true
    precondition {
      condition     = true
      error_message = "never"
    }
  }
  provisioner "local-exec" {
    when    = destroy
    command = "true"
  }
  connection { host = self.id }
  dynamic "route" {
    for_each = [1]
    iterator = item
    content { cidr = item.value }
  }
}
data "aws_ami" "base" { owners = ["self"] }
ephemeral "random_password" "db" { length = 16 }
output "vpc" {
  value = aws_vpc.main
  precondition {
    condition     = true
    error_message = "never"
  }
}
moved {
  from = aws_vpc.old
  to   = aws_vpc.main["a"]
}
removed {
  from = aws_subnet.gone
  lifecycle { destroy = false }
}
import {
  to = aws_vpc.main["a"]
  id = "vpc-1"
}
check "health" {
  data "http" "site" { url = "https://example.com" }
  assert {
    condition     = data.http.site.status_code == 200
    error_message = "down"
  }
}
`,
  });
  expect(told(module)).toEqual([]);
  expect([...module.settings.requiredProviders.values()].map(({ localName, source, versionConstraint, aliases }) => [localName, source, versionConstraint, aliases])).toEqual([
    ['aws', 'hashicorp/aws', '~> 5.0', ['aws.west']],
    ['null', undefined, '~> 3.0', []],
  ]);
  expect(module.settings.backend?.type).toBe('s3');
  expect([...module.providers.keys()]).toEqual(['aws', 'aws.west']);
  expect(module.variables.get('name')).toMatchObject({ description: 'A name.', sensitive: true, nullable: false, ephemeral: false, type: { kind: 'object' } });
  expect(module.variables.get('name')?.validations).toHaveLength(1);
  expect(module.calls.get('net')).toMatchObject({ repetition: { kind: 'count' } });
  expect([...(module.calls.get('net')?.inputs.keys() ?? [])]).toEqual(['cidr']);
  expect(module.calls.get('net')?.providers.get('aws')).toMatchObject({ localName: 'aws', alias: 'west' });
  const vpc = module.resources.get('aws_vpc.main');
  expect(vpc).toMatchObject({ mode: 'managed', repetition: { kind: 'for-each' }, provider: { localName: 'aws', alias: 'west' }, lifecycle: { ignoreChanges: ['tags', 'tags["x"]'] } });
  expect(vpc?.provisioners).toMatchObject([{ type: 'local-exec', when: 'destroy' }]);
  expect(vpc?.body.blocks.map((block) => [block.type, block.dynamic?.iterator])).toEqual([['route', 'item']]);
  expect([...module.resources.keys()]).toEqual(['aws_vpc.main', 'data.aws_ami.base', 'ephemeral.random_password.db', 'data.http.site']);
  expect(module.moved).toMatchObject([{ from: 'aws_vpc.old', to: 'aws_vpc.main["a"]' }]);
  expect(module.removed).toMatchObject([{ from: 'aws_subnet.gone', destroy: false }]);
  expect(module.imports).toHaveLength(1);
  expect(module.checks).toMatchObject([{ name: 'health' }]);
});

test('the JSON syntax declares the same', () => {
  const module = read({
    'main.tf.json': JSON.stringify({
      '//': 'a comment',
      variable: { name: { type: 'list(string)', default: ['a'] } },
      resource: { aws_vpc: { main: { cidr_block: '${var.name[0]}', depends_on: ['aws_vpc.other'], lifecycle: { ignore_changes: ['tags'] }, provider: 'aws.west' }, other: { count: 2 } } },
      output: { id: { value: '${aws_vpc.main.id}' } },
    }),
  });
  expect(told(module)).toEqual([]);
  expect(module.variables.get('name')?.type).toEqual({ kind: 'list', element: { kind: 'string' } });
  expect(module.resources.get('aws_vpc.main')).toMatchObject({ lifecycle: { ignoreChanges: ['tags'] }, provider: { localName: 'aws', alias: 'west' } });
  expect(module.resources.get('aws_vpc.main')?.dependsOn).toHaveLength(1);
  expect(module.resources.get('aws_vpc.other')?.repetition?.kind).toBe('count');
});

test('one broken file hides nothing of the others, and every fault has its place', () => {
  const module = read({
    'a.tf': 'resource "aws_vpc" "a" {\n  cidr = \n}\nresource "aws_vpc" "kept" {}\n',
    'b.tf': 'varyable "x" {}\nstray = 1\nresource "aws_vpc" {}\nvariable "v" {\n  colour = "red"\n}\noutput "o" {}\n',
    'c.tf': 'resource "aws_vpc" "c" {}\nresource "aws_vpc" "c" {}\n',
    'e.tf': 'terraform {\n  required_providers { aws = "1" }\n}\nterraform {\n  required_providers { other = "1" }\n}\nresource "aws_vpc" "e" {\n  lifecycle {\n    prevent_destroy = "perhaps"\n  }\n}\n',
    'd.tf': 'module "m" {}\nresource "aws_vpc" "1x" {}\nresource "aws_vpc" "d" {\n  count = 1\n  for_each = {}\n}\n',
  });
  expect([...module.resources.keys()]).toEqual(['aws_vpc.a', 'aws_vpc.kept', 'aws_vpc.c', 'aws_vpc.d', 'aws_vpc.e']);
  const all = told(module);
  expect(all.filter((line) => line.startsWith('a.tf:2:'))).toHaveLength(1);
  for (const expected of [
    'b.tf:1:1 there is no block "varyable" in a configuration',
    'b.tf:2:1 there is no argument "stray" at the top of a file',
    'b.tf:3:1 a block "resource" has 2 labels, not 1',
    'b.tf:5:3 there is no argument "colour" here',
    'b.tf:7:1 the argument "value" is missing in this output block',
    'c.tf:2:1 the resource "aws_vpc.c" is declared already, in c.tf:1',
    'd.tf:1:1 the argument "source" is missing in this module block',
    'd.tf:2:20 "1x" cannot be a name',
    'd.tf:4:11 only one of count, for_each and enabled may be set',
    'e.tf:5:3 a module has one required_providers block, and this is another',
    'e.tf:9:23 prevent_destroy must be true or false',
  ])
    expect(all).toContain(expected);
});

test('override files replace arguments and blocks by type, and merge lifecycle and provider requirements', () => {
  const module = read({
    'main.tf': `
terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "~> 4.0" } }
  backend "s3" {}
}
locals { a = "base" }
variable "v" {
  type    = string
  default = "base"
}
resource "aws_vpc" "main" {
  cidr_block = "base"
  kept       = "base"
  ingress { port = 1 }
  egress { port = 2 }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}
`,
    'x_override.tf': `
terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "~> 5.0" } }
  backend "local" {}
}
locals { a = "override" }
variable "v" { default = "override" }
resource "aws_vpc" "main" {
  cidr_block = "override"
  dynamic "ingress" {
    for_each = []
    content {}
  }
  lifecycle { ignore_changes = all }
}
resource "aws_vpc" "absent" {}
`,
  });
  expect(told(module)).toEqual(['x_override.tf:16:1 there is no resource "aws_vpc" "absent" to override']);
  expect(module.settings.requiredProviders.get('aws')?.versionConstraint).toBe('~> 5.0');
  expect(module.settings.backend?.type).toBe('local');
  expect(text(module.locals.get('a')?.value)).toBe('"override"');
  expect(text(module.variables.get('v')?.default)).toBe('"override"');
  const vpc = module.resources.get('aws_vpc.main');
  expect(text(vpc?.body.attributes.get('cidr_block'))).toBe('"override"');
  expect(text(vpc?.body.attributes.get('kept'))).toBe('"base"');
  expect(vpc?.body.blocks.map((block) => `${block.dynamic === undefined ? '' : 'dynamic '}${block.type}`)).toEqual(['egress', 'dynamic ingress']);
  expect(vpc?.lifecycle.ignoreChanges).toBe('all');
  expect(text(vpc?.lifecycle.preventDestroy)).toBe('true');
});

test('with OpenTofu a .tofu file stands in for the .tf file of its name', () => {
  const files = { 'main.tf': 'locals { a = "tf" }', 'main.tofu': 'locals { a = "tofu" }', 'other.tf': 'locals { b = 1 }', '.hidden.tf': 'locals { a = 1 }' };
  expect(text(read(files).locals.get('a')?.value)).toBe('"tofu"');
  expect(read(files).dialect).toBe('opentofu');
  expect(text(read(files, 'terraform').locals.get('a')?.value)).toBe('"tf"');
  expect([...read(files).locals.keys()]).toEqual(['a', 'b']);
});

test('old files are read: quoted types, quoted references, ignore_changes with a star', () => {
  const module = read({
    'main.tf': `
variable "a" { type = "string" }
variable "b" { type = "list" }
variable "c" { type = map }
resource "aws_vpc" "main" {
  depends_on = ["aws_vpc.other", "module.net"]
  provider   = "aws.west"
  lifecycle {
    ignore_changes        = ["*"]
    create_before_destroy = "true"
  }
}
`,
  });
  expect(told(module)).toEqual([]);
  expect([...module.variables.values()].map((variable) => variable.type.kind)).toEqual(['string', 'list', 'map']);
  expect(module.resources.get('aws_vpc.main')).toMatchObject({ provider: { alias: 'west' }, lifecycle: { ignoreChanges: 'all' } });
  expect(module.resources.get('aws_vpc.main')?.dependsOn).toHaveLength(2);
});

test('a file in UTF-16 is named and left out, a byte order mark is nothing special', () => {
  const utf16 = new Uint8Array([0xff, 0xfe, ...[...'locals { a = 1 }'].flatMap((letter) => [letter.charCodeAt(0), 0])]);
  const module = readModule('.', configurationFiles(['a.tf', 'b.tf'], 'auto'), new Map([['a.tf', utf16], ['b.tf', new TextEncoder().encode('\ufefflocals { b = 1 }')]]));
  expect(module.unreadable).toEqual(['a.tf']);
  expect(told(module)).toEqual([expect.stringMatching(/^a\.tf:1:1 .*UTF-16/)]);
  expect([...module.locals.keys()]).toEqual(['b']);
});
