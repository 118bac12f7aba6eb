import { expect, test } from 'vitest';
import { memoryTree } from '../terraform/module/testing/memory-tree.ts';
import { loadModuleTree } from '../terraform/module/load-module-tree.ts';
import { driftOfVersions, readProviderLock } from './locked-versions.ts';
import { RefactoredAddresses, addressPrefixes, withoutKeys } from './refactored-addresses.ts';
import { moduleChain } from './renamed-addresses.ts';

const location = { file: 'main.tf', line: 1, column: 1 };

function moves(...pairs: [from: string, to: string][]): RefactoredAddresses {
  return new RefactoredAddresses({ moved: pairs.map(([from, to]) => ({ module: '', from, to, location })), removed: [{ module: '', from: 'module.gone', destroy: true, location }, { module: '', from: 'aws_vpc.kept', destroy: false, location }], imports: [] });
}

test('an address lies in its resource and its modules, with and without keys', () => {
  expect(addressPrefixes('module.a["x.y"].module.b.data.aws_ami.c[0]')).toEqual(['module.a["x.y"].module.b.data.aws_ami.c[0]', 'module.a["x.y"].module.b.data.aws_ami.c', 'module.a["x.y"].module.b', 'module.a["x.y"]', 'module.a']);
  expect(addressPrefixes('aws_vpc.v')).toEqual(['aws_vpc.v']);
  expect(moduleChain('module.a["x"].module.module[0]')).toEqual(['module.a["x"]', 'module.a["x"].module.module[0]']);
  expect(withoutKeys('module.a["x]y"].b.c[0]')).toBe('module.a.b.c');
});

test('moves apply to resources, instances and modules, one after the other, and a circle ends', () => {
  const chain = moves(['module.old', 'module.new'], ['module.new.aws_vpc.a', 'module.new.aws_vpc.b'], ['aws_vpc.one', 'aws_vpc.many["x"]'], ['aws_eip.a', 'aws_eip.b'], ['aws_eip.b', 'aws_eip.a']);
  expect(chain.now('module.old.aws_vpc.a[1]')).toBe('module.new.aws_vpc.b[1]');
  expect(chain.now('module.old["k"].aws_vpc.a')).toBe('module.new["k"].aws_vpc.a');
  expect(chain.now('aws_vpc.one')).toBe('aws_vpc.many["x"]');
  expect(chain.now('aws_eip.a')).toBe('aws_eip.b');
  expect(chain.now('aws_vpc.other')).toBe('aws_vpc.other');
});

test('removed blocks cover what lies in them, whatever its keys', () => {
  expect(['module.gone["a"].aws_vpc.v[0]', 'aws_vpc.kept["x"]', 'aws_vpc.kept_too'].map((address) => moves().removal(address))).toEqual(['destroy', 'forget', undefined]);
});

test('providers, modules and Terraform outside of what the code asks for are told with their places', async () => {
  const files = {
    'main.tf': 'terraform {\n  required_version = "~> 1.9"\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n      version = "~> 5.0"\n    }\n    random = {\n      source = "hashicorp/random"\n      version = ">= 3.0"\n    }\n  }\n}\nmodule "network" {\n  source  = "acme/network/aws"\n  version = ">= 2.0"\n}\n',
  };
  const tree = await loadModuleTree(memoryTree(files), '.');
  const lock = readProviderLock('provider "registry.terraform.io/hashicorp/aws" {\n  version = "4.67.0"\n  constraints = "~> 4.0"\n}\nprovider "registry.opentofu.org/hashicorp/random" {\n  version = "3.6.0"\n}\nnonsense {', '.terraform.lock.hcl');
  const result = driftOfVersions({ tree, lock, installed: new Map([['network', { version: '1.4.0' }]]), terraformVersion: '1.8.2' });
  expect(result.drifts.map((one) => `${one.kind} ${one.address} ${one.from?.text} ${one.to?.text} ${one.location?.line}`)).toEqual(['terraform-version . ~> 1.9 1.8.2 2', 'provider-version hashicorp/aws ~> 5.0 4.67.0 4', 'module-version module.network >= 2.0 1.4.0 14']);
  expect(driftOfVersions({ tree, terraformVersion: '1.9.9' }).drifts).toEqual([]);
});
