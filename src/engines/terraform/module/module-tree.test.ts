import { expect, test } from 'vitest';
import { PlatformError } from '../../../domain/error.ts';
import { loadModuleTree } from './load-module-tree.ts';
import { memoryTree, modelOf, output, resource, told } from './testing/memory-tree.ts';

test('modules are found by path, each folder is read once, and outputs come back', async () => {
  const model = await modelOf({
    'live/main.tf': 'module "a" {\n  source = "../modules/x"\n  name = "one"\n}\nmodule "b" {\n  source = "../modules/x"\n  name = module.a.upper\n}\noutput "o" {\n  value = module.b.upper\n}\n',
    'modules/x/main.tf': 'variable "name" { type = string }\nresource "null_resource" "r" {\n  triggers = { name = var.name }\n}\noutput "upper" {\n  value = upper(var.name)\n}\n',
  }, { root: 'live' });
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toBe('ONE');
  expect(model.modules.map(({ address, folder, source, inputs }) => ({ address, folder, source, inputs }))).toEqual([
    { address: '', folder: 'live', source: undefined, inputs: {} },
    { address: 'module.a', folder: 'modules/x', source: '../modules/x', inputs: { name: 'one' } },
    { address: 'module.b', folder: 'modules/x', source: '../modules/x', inputs: { name: 'ONE' } },
  ]);
  expect(model.coverage).toMatchObject({ files: 2, resourceBlocks: 1, resourceBlocksUnderstood: 1, instances: 2, opaqueModules: 0 });
});

test('modules that terraform init installed are read from there', async () => {
  const model = await modelOf({
    'main.tf': 'module "vpc" {\n  source  = "acme/vpc/aws"\n  version = "~> 5.0"\n}\noutput "o" {\n  value = module.vpc.where\n}\n',
    '.terraform/modules/modules.json': JSON.stringify({ Modules: [{ Key: '', Source: '', Dir: '.' }, { Key: 'vpc', Source: 'registry.terraform.io/acme/vpc/aws', Version: '5.1.2', Dir: '.terraform/modules/vpc' }, { Key: 'vpc.sub', Source: './sub', Dir: '.terraform/modules/vpc/sub' }] }),
    '.terraform/modules/vpc/main.tf': 'module "sub" {\n  source = "./sub"\n}\noutput "where" {\n  value = "${path.module} and ${module.sub.where}"\n}\n',
    '.terraform/modules/vpc/sub/main.tf': 'output "where" {\n  value = path.module\n}\n',
  });
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toBe('.terraform/modules/vpc and .terraform/modules/vpc/sub');
  expect(model.modules[1]).toMatchObject({ address: 'module.vpc', version: '5.1.2' });
});

test('a module whose code is not here is opaque: its inputs are known, and what comes out of it stays connected', async () => {
  const model = await modelOf(`
resource "aws_kms_key" "k" {}
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  count   = 1
  cidr    = "10.0.0.0/16"
  key     = aws_kms_key.k.arn
}
resource "aws_instance" "a" {
  subnet_id = module.vpc[0].private_subnets[0]
}
`);
  expect(told(model)).toEqual([]);
  const vpc = model.modules.find((module) => module.address === 'module.vpc[0]');
  expect(vpc).toMatchObject({ source: 'terraform-aws-modules/vpc/aws', version: '5.0.0', key: 0 });
  expect(vpc?.opaque).toContain('terraform init');
  expect(vpc?.inputs['cidr']).toBe('10.0.0.0/16');
  expect(vpc?.references).toEqual([{ attribute: 'key', target: 'aws_kms_key.k', targetAttribute: 'arn', via: 'expression' }]);
  expect(resource(model, 'aws_instance.a').references).toMatchObject([{ attribute: 'subnet_id', target: 'module.vpc[0]', targetAttribute: expect.stringContaining('private_subnets') as unknown }]);
  expect(model.coverage.opaqueModules).toBe(1);
  expect(model.coverage.reasons.map((reason) => reason.reason)).toContainEqual(expect.stringContaining('terraform init'));
});

test('a module that calls itself, or a circle of them, is cut at the first repetition with its path', async () => {
  const model = await modelOf({
    'main.tf': 'module "self" {\n  source = "./"\n}\nmodule "a" {\n  source = "./a"\n}\nresource "null_resource" "kept" {}\n',
    'a/main.tf': 'module "b" {\n  source = "../b"\n}\n',
    'b/main.tf': 'module "a" {\n  source = "../a"\n}\nresource "null_resource" "inner" {}\n',
  });
  expect(told(model)).toEqual(['b/main.tf:2:12 the module calls itself: a -> b -> a', 'main.tf:2:12 the module calls itself: . -> .']);
  expect(model.resources.map((one) => one.address)).toEqual(['module.a.module.b.null_resource.inner', 'null_resource.kept']);
});

test('paths that leave the root, absolute paths and missing folders are told with their place', async () => {
  const model = await modelOf({ 'main.tf': 'module "out" {\n  source = "../../elsewhere"\n}\nmodule "root" {\n  source = "/etc/terraform"\n}\nmodule "none" {\n  source = "./none"\n}\n' });
  expect(told(model)).toEqual([
    "main.tf:2:12 the module's source ../../elsewhere leads out of the folder that was read",
    "main.tf:5:12 the module's source /etc/terraform is an absolute path, which is not read",
    'main.tf:8:12 there is no configuration in the folder none',
  ]);
  expect(model.modules.filter((module) => module.opaque !== undefined)).toHaveLength(3);
  await expect(loadModuleTree(memoryTree({ 'main.tf': '' }), '../x')).rejects.toMatchObject({ code: 'ROADBED-8002' });
});

test('calls that fan out without end are bounded', async () => {
  const calls = (to: string): string => Array.from({ length: 12 }, (_, index) => `module "m${index}" {\n  source = "../${to}"\n}\n`).join('');
  const files = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => [`${name}/main.tf`, calls('bcdefg'[index] ?? '')]));
  const tree = await loadModuleTree(memoryTree({ ...files, 'g/main.tf': '' }), 'a');
  expect(tree.problems.map((problem) => problem.message)).toContain('more than 5000 modules are called');
});

test('with early evaluation sources and versions come from variables and locals', async () => {
  const model = await modelOf(
    {
      'main.tf': 'variable "name" { default = "x" }\nlocals { base = "./modules" }\nmodule "m" {\n  source = "${local.base}/${var.name}"\n  inner  = "deep"\n}\nmodule "unknown" {\n  source = "./${null_resource.r.id}"\n}\nresource "null_resource" "r" {}\n',
      'modules/y/main.tf': 'variable "inner" {}\nmodule "n" {\n  source = "./${var.inner}"\n}\n',
      'modules/y/deep/main.tf': 'resource "null_resource" "found" {}\n',
    },
    { variables: { commandLine: [{ kind: 'variable', name: 'name', value: 'y' }] } },
  );
  expect(model.resources.map((one) => one.address)).toEqual(['module.m.module.n.null_resource.found', 'null_resource.r']);
  expect(model.modules.find((module) => module.address === 'module.unknown')?.opaque).toContain('not known before');
});

test('a folder without configuration is refused, and others are named', async () => {
  const refused = await loadModuleTree(memoryTree({ 'README.md': '', 'live/main.tf': '' }), '.').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(PlatformError);
  expect(refused).toMatchObject({ code: 'ROADBED-8001', next: 'there are some in live' });
});

test('a broken list of installed modules is told, and the rest goes on', async () => {
  const model = await modelOf({ 'main.tf': 'resource "null_resource" "r" {}', '.terraform/modules/modules.json': '{"Modules": [' });
  expect(told(model)).toEqual(['.terraform/modules/modules.json:1:1 this list of installed modules could not be read']);
  expect(model.resources).toHaveLength(1);
});
