/** Patches as their readers get them: made from real code, applied by Git, evaluated again. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { modelOf, memoryTree } from '../terraform/module/testing/memory-tree.ts';
import type { Files } from '../terraform/module/testing/memory-tree.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import type { EstateMember } from '../rules/estate-resource.ts';
import { readChange } from '../rules/change.ts';
import type { Rule, RuleFile } from '../rules/rule.ts';
import { prepareRules, runRules } from '../rules/run-rules.ts';
import { codeReader } from './code.ts';
import type { Proposal, Proposals } from './proposals.ts';
import { proposePatches } from './proposals.ts';
import { unifiedDiff } from './unified-diff.ts';

const folder = mkdtempSync(join(tmpdir(), 'roadbed-patch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rule(id: string, types: string[], when: string, change: unknown): Rule {
  const read = readChange(change);
  if (read === undefined) throw new Error('no change');
  return { id, area: 'waste', title: id, severity: 'low', confidence: 'certain', basis: 'proven', types, when, sentence: 's', evidence: [], fix: 'f', change: read, controls: [], includeControllerMade: false, cases: [] };
}

const GP2 = rule('waste.test.gp2', ['aws_ebs_volume'], "text('type') == 'gp2'", { set: { type: 'gp3' } });
const DISK = rule('waste.test.disk', ['aws_instance'], "'gp2' in texts('root_block_device.volume_type')", { set: { 'root_block_device.volume_type': { from: { gp2: 'gp3' } } } });
const OLD = rule('waste.test.old', ['aws_instance'], "text('instance_type').startsWith('m4.')", { set: { instance_type: { part: 0, of: '.', to: { m4: 'm6i' } } } });
const IDLE = rule('waste.test.idle', ['aws_eip'], '!used()', 'remove');
const GROUP = rule('waste.test.group', ['aws_security_group'], "!usedOutside(['aws_security_group_rule'])", { remove: ['aws_security_group_rule'] });
const UNLOGGED = rule('waste.test.log', ['aws_cloudwatch_log_group'], "number('retention_in_days') == 0.0", { set: { retention_in_days: 30 } });
const IMAGES = rule('waste.test.images', ['aws_ecr_repository'], "!joined('aws_ecr_lifecycle_policy', 'repository', text('name'))", { add: 'aws_ecr_lifecycle_policy', refer: { repository: 'name' }, body: { policy: { json: { rules: [{ n: 1 }] } }, filter: [{}] } });
const FILES: RuleFile[] = [{ rules: [IMAGES, GP2, DISK, OLD, IDLE, GROUP, UNLOGGED], tables: {}, retired: [] }];

/** The state is what the code says, with ids. */
async function proposals(files: Files, root = '.', environment: Record<string, string> = {}): Promise<{ made: Proposals; of: (address: string) => Proposal; matches: string[] }> {
  const source = memoryTree(files);
  const code = await modelOf(files, { root, variables: { environment } });
  const resources = code.resources.filter((one) => one.mode === 'managed').map((one) => ({ ...one, attributes: { ...one.attributes, id: `id-of-${one.address.replaceAll(/\W/g, '-')}` } as Record<string, AttributeValue> }));
  const members: EstateMember[] = [{ source: { path: 's', root: 'r', workspace: 'default' }, model: { outputs: [], resources } }];
  const { matches } = runRules(prepareRules(FILES), members);
  const made = await proposePatches({ read: codeReader({ source, folder: root, load: { variables: { environment } }, evaluation: { path: root } }), matches, members, rules: FILES, weight: () => 1, hides: () => false });
  return { made, matches: matches.map((match) => `${match.rule.id} ${match.resource.address}`), of: (address) => made.byMatch.get(matches.find((match) => match.resource.address === address) ?? (matches[0] as never)) ?? { reason: 'none' } };
}

function diffOf(proposal: Proposal): string {
  if (!('files' in proposal)) throw new Error(proposal.reason);
  return unifiedDiff(proposal.files, () => false) ?? '';
}

const changedLines = (proposal: Proposal): string[] => diffOf(proposal).split('\n').filter((line) => /^[-+][^-+]/.test(line));
const reasonOf = (proposal: Proposal): string => ('reason' in proposal ? proposal.reason : 'there is a patch');

/** The files after `git apply`. */
function applied(files: Files, patch: string): Record<string, string> {
  const at = mkdtempSync(join(folder, 'tree-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
  execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: at, input: patch, env: { ...process.env, GIT_CEILING_DIRECTORIES: folder } });
  return Object.fromEntries(Object.keys(files).map((path) => [path, readFileSync(join(at, path), 'utf8')]));
}

const VOLUME = 'resource "aws_ebs_volume" "a" {\n  availability_zone = "eu-west-1a"\n  size              = 10 # GB\n  type              = "gp2"\n}\n';

test('a literal is changed in its place, and the patch applies', async () => {
  const files = { 'main.tf': VOLUME };
  const { made, of } = await proposals(files);
  expect(changedLines(of('aws_ebs_volume.a'))).toEqual(['-  type              = "gp2"', '+  type              = "gp3"']);
  expect(applied(files, unifiedDiff(made.together.files, () => false) ?? '')['main.tf']).toBe(VOLUME.replace('gp2', 'gp3'));
});

test('a value from a variable is changed where it is given: default, variables file, module call', async () => {
  const volume = 'variable "kind" {\n  default = "gp2"\n}\nresource "aws_ebs_volume" "a" {\n  type = var.kind\n}\n';
  expect(changedLines((await proposals({ 'main.tf': volume })).of('aws_ebs_volume.a'))).toEqual(['-  default = "gp2"', '+  default = "gp3"']);
  const given = await proposals({ 'main.tf': volume.replace('gp2', 'standard'), 'terraform.tfvars': 'kind = "standard"\n', 'z.auto.tfvars': 'kind = "gp2" # cheap once\n' });
  expect(changedLines(given.of('aws_ebs_volume.a'))).toEqual(['-kind = "gp2" # cheap once', '+kind = "gp3" # cheap once']);
  const called = { 'modules/disk/main.tf': volume, 'main.tf': 'module "one" {\n  source = "./modules/disk"\n  kind   = "gp2"\n}\n\nmodule "two" {\n  source = "./modules/disk"\n  kind   = "io1"\n}\n' };
  expect(changedLines((await proposals(called)).of('module.one.aws_ebs_volume.a'))).toEqual(['-  kind   = "gp2"', '+  kind   = "gp3"']);
  const unset = { ...called, 'main.tf': 'module "one" {\n  source = "./modules/disk"\n}\n\nmodule "two" {\n  source = "./modules/disk"\n  kind   = "io1"\n}\n' };
  expect(changedLines((await proposals(unset)).of('module.one.aws_ebs_volume.a'))).toEqual(['+', '+  kind = "gp3"'].slice(1));
});

test('what else the change touches is told; what is given from outside of the code has no patch', async () => {
  const code = 'variable "kind" {\n  default = "gp2"\n}\nresource "aws_ebs_volume" "a" {\n  type = var.kind\n}\nresource "aws_other" "b" {\n  kind = var.kind\n}\n';
  expect((await proposals({ 'main.tf': code })).of('aws_ebs_volume.a')).toMatchObject({ alsoChanges: ['aws_other.b'] });
  expect(reasonOf((await proposals({ 'main.tf': code }, '.', { TF_VAR_kind: 'gp2' })).of('aws_ebs_volume.a'))).toContain('TF_VAR_kind');
});

test('locals, conditions, entries of for_each and objects are followed', async () => {
  const locals = 'locals {\n  disk = {\n    kind = "gp2"\n  }\n  production = false\n}\nresource "aws_ebs_volume" "a" {\n  type = local.production ? "io1" : local.disk.kind\n}\n';
  expect(changedLines((await proposals({ 'main.tf': locals })).of('aws_ebs_volume.a'))).toEqual(['-    kind = "gp2"', '+    kind = "gp3"']);
  const each = 'variable "disks" {\n  default = {\n    a = { kind = "gp2" }\n    b = { kind = "gp3" }\n  }\n}\nresource "aws_ebs_volume" "a" {\n  for_each = var.disks\n  type     = each.value.kind\n}\n';
  expect(changedLines((await proposals({ 'main.tf': each })).of('aws_ebs_volume.a["a"]'))).toEqual(['-    a = { kind = "gp2" }', '+    a = { kind = "gp3" }']);
});

test('a block that makes instances the rule does not find has no patch, with the reason', async () => {
  const code = 'resource "aws_ebs_volume" "a" {\n  count = 2\n  type  = count.index == 0 ? "gp2" : "gp3"\n}\n';
  const { of } = await proposals({ 'main.tf': code });
  expect(reasonOf(of('aws_ebs_volume.a[0]'))).toContain('aws_ebs_volume.a[1]');
  const fixed = 'resource "aws_ebs_volume" "a" {\n  for_each = toset(["a", "b"])\n  type     = "gp2"\n}\n';
  expect(changedLines((await proposals({ 'main.tf': fixed })).of('aws_ebs_volume.a["a"]'))).toEqual(['-  type     = "gp2"', '+  type     = "gp3"']);
});

test('what is worked out, ignored or fetched has no patch, with the reason', async () => {
  expect(reasonOf((await proposals({ 'main.tf': 'resource "aws_ebs_volume" "a" {\n  type = join("", ["gp", "2"])\n}\n' })).of('aws_ebs_volume.a'))).toContain('join()');
  expect(reasonOf((await proposals({ 'main.tf': 'resource "aws_ebs_volume" "a" {\n  type = "gp2"\n  lifecycle {\n    ignore_changes = [type]\n  }\n}\n' })).of('aws_ebs_volume.a'))).toContain('ignore_changes');
});

test('nested blocks: each disk by what it is; parts of a value; missing arguments are put in', async () => {
  const code = 'resource "aws_instance" "a" {\n  ami           = "ami-1"\n  instance_type = "m4.large"\n\n  root_block_device {\n    volume_type = "gp2"\n  }\n}\n\nresource "aws_cloudwatch_log_group" "l" {\n  name = "x"\n}\n';
  const { made } = await proposals({ 'main.tf': code });
  expect(applied({ 'main.tf': code }, unifiedDiff(made.together.files, () => false) ?? '')['main.tf']).toBe('resource "aws_instance" "a" {\n  ami           = "ami-1"\n  instance_type = "m6i.large"\n\n  root_block_device {\n    volume_type = "gp3"\n  }\n}\n\nresource "aws_cloudwatch_log_group" "l" {\n  name              = "x"\n  retention_in_days = 30\n}\n');
});

test('a resource goes when nothing refers to it, with its companions; otherwise the place that does is told', async () => {
  const code = '# Kept for a partner.\nresource "aws_eip" "a" {\n  domain = "vpc"\n}\n\nresource "aws_eip" "b" {}\n\noutput "ip" {\n  value = aws_eip.b.public_ip\n}\n\nresource "aws_security_group" "g" {}\n\nresource "aws_security_group_rule" "r" {\n  security_group_id = aws_security_group.g.id\n}\n';
  const { made, of } = await proposals({ 'main.tf': code });
  expect(reasonOf(of('aws_eip.b'))).toBe('output ip refers to aws_eip.b (main.tf:8)');
  expect(applied({ 'main.tf': code }, unifiedDiff(made.together.files, () => false) ?? '')['main.tf']).toBe('resource "aws_eip" "b" {}\n\noutput "ip" {\n  value = aws_eip.b.public_ip\n}\n');
});

test('a resource that is missing beside another one is put there, once', async () => {
  const code = 'resource "aws_ecr_repository" "app" {\n  name = "app"\n}\n\noutput "x" {\n  value = 1\n}\n';
  const { made } = await proposals({ 'main.tf': code });
  expect(applied({ 'main.tf': code }, unifiedDiff(made.together.files, () => false) ?? '')['main.tf']).toBe('resource "aws_ecr_repository" "app" {\n  name = "app"\n}\n\nresource "aws_ecr_lifecycle_policy" "app" {\n  repository = aws_ecr_repository.app.name\n  policy     = jsonencode({\n    rules = [{\n      n = 1\n    }]\n  })\n\n  filter {}\n}\n\noutput "x" {\n  value = 1\n}\n');
  const counted = await proposals({ 'main.tf': code.replace('  name', '  count = 2\n  name') });
  expect(changedLines(counted.of('aws_ecr_repository.app[0]'))).toEqual(expect.arrayContaining(['+  count      = length(aws_ecr_repository.app)', '+  repository = aws_ecr_repository.app[count.index].name']));
  const each = await proposals({ 'main.tf': code.replace('"app"\n}', 'each.key\n  for_each = toset(["a", "b"])\n}') });
  expect(changedLines(each.of('aws_ecr_repository.app["a"]'))).toEqual(expect.arrayContaining(['+  for_each   = aws_ecr_repository.app', '+  repository = each.value.name']));
});

test('a module that was fetched is not changed, its call is', async () => {
  const inner = 'variable "kind" {\n  default = "gp2"\n}\nresource "aws_ebs_volume" "a" {\n  type = var.kind\n}\nresource "aws_ebs_volume" "b" {\n  type = "gp2"\n}\n';
  const files = { 'main.tf': 'module "disk" {\n  source  = "example/disk/aws"\n  version = "1.0.0"\n}\n', '.terraform/modules/modules.json': '{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"disk","Source":"registry.terraform.io/example/disk/aws","Version":"1.0.0","Dir":".terraform/modules/disk"}]}', '.terraform/modules/disk/main.tf': inner };
  const { of } = await proposals(files);
  expect(changedLines(of('module.disk.aws_ebs_volume.a'))).toEqual(['+  kind = "gp3"']);
  expect(reasonOf(of('module.disk.aws_ebs_volume.b'))).toContain('fetched module');
});

test('a line that must not be seen is in no patch', async () => {
  const code = 'resource "aws_ebs_volume" "a" {\n  type = "gp2"\n  size = 1\n  zone = 2\n  password = "hunter2"\n}\n';
  const { of } = await proposals({ 'main.tf': code });
  const proposal = of('aws_ebs_volume.a');
  const hides = (line: string): boolean => line.includes('hunter2');
  const patch = 'files' in proposal ? unifiedDiff(proposal.files, hides) : undefined;
  expect(patch).not.toContain('hunter2');
  expect(applied({ 'main.tf': code }, patch ?? '')['main.tf']).toContain('gp3');
  const beside = (await proposals({ 'main.tf': code.replace('  size = 1\n  zone = 2\n', '') })).of('aws_ebs_volume.a');
  expect('files' in beside ? unifiedDiff(beside.files, hides) : 'none').toBeUndefined();
});

test('names of files with blanks and without a last line break are patched by Git as well', async () => {
  const files = { 'my disks.tf': VOLUME.trimEnd(), 'crlf.tf': VOLUME.replace('"a"', '"w"').replaceAll('\n', '\r\n') };
  const { made } = await proposals(files);
  expect(applied(files, unifiedDiff(made.together.files, () => false) ?? '')).toEqual({ 'my disks.tf': files['my disks.tf'].replace('gp2', 'gp3'), 'crlf.tf': files['crlf.tf'].replace('gp2', 'gp3') });
});
