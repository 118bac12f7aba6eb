/**
 * Whatever way a value is written and however the code is formatted: the patch applies, the rule finds nothing
 * any more, everything else means what it meant, and only lines of the change differ.
 */
import { applyPatch, parsePatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttributeValue, InfrastructureModel } from '../infrastructure/model.ts';
import { memoryTree, modelOf } from '../terraform/module/testing/memory-tree.ts';
import { readChange } from '../rules/change.ts';
import type { EstateMember } from '../rules/estate-resource.ts';
import type { Rule, RuleFile } from '../rules/rule.ts';
import { prepareRules, runRules } from '../rules/run-rules.ts';
import { codeReader } from './code.ts';
import { proposePatches } from './proposals.ts';
import { unifiedDiff } from './unified-diff.ts';

const rule = (id: string, types: string[], when: string, change: unknown): Rule => ({ id, area: 'waste', title: id, severity: 'low', confidence: 'certain', basis: 'proven', types, when, sentence: 's', evidence: [], fix: 'f', change: readChange(change) ?? { kind: 'remove', companions: [] }, controls: [], includeControllerMade: false, cases: [] });
const RULES: RuleFile[] = [{
  rules: [
    rule('waste.test.kind', ['aws_ebs_volume'], "text('type') == 'gp2'", { set: { type: 'gp3' } }),
    rule('waste.test.missing', ['aws_log'], "number('retention_in_days') == 0.0", { set: { retention_in_days: 30 } }),
    rule('waste.test.block', ['aws_fs'], "!known('lifecycle_policy.transition')", { set: { 'lifecycle_policy.transition': 'AFTER' } }),
    rule('waste.test.gone', ['aws_eip'], '!used()', 'remove'),
  ],
  tables: {},
  retired: [],
}];

/** How the value of `type` of the nth volume is written: the argument, and what must stand elsewhere. */
interface Writing {
  argument: string;
  elsewhere: string;
  tfvars?: string;
  repeated?: string;
}

const writings: ((name: string) => Writing)[] = [
  () => ({ argument: '"gp2"', elsewhere: '' }),
  (name) => ({ argument: `var.${name}`, elsewhere: `variable "${name}" {\n  type    = string\n  default = "gp2"\n}\n` }),
  (name) => ({ argument: `var.${name}`, elsewhere: `variable "${name}" {}\n`, tfvars: `${name} = "gp2"\n` }),
  (name) => ({ argument: `local.${name}`, elsewhere: `locals {\n  ${name} = "gp2" # of old\n}\n` }),
  (name) => ({ argument: `local.${name}.kind`, elsewhere: `locals {\n  ${name} = { size = 1, kind = "gp2" }\n}\n` }),
  (name) => ({ argument: `var.${name} ? "io1" : "gp2"`, elsewhere: `variable "${name}" {\n  default = false\n}\n` }),
  (name) => ({ argument: `try(local.${name}.none, "gp2")`, elsewhere: `locals {\n  ${name} = {}\n}\n` }),
  (name) => ({ argument: `coalesce(var.${name}, "gp2")`, elsewhere: `variable "${name}" {\n  default = null\n}\n` }),
  (name) => ({ argument: `lookup(local.${name}, "kind", "io1")`, elsewhere: `locals {\n  ${name} = { kind = "gp2" }\n}\n` }),
  (name) => ({ argument: '"${' + `local.${name}` + '}"', elsewhere: `locals {\n  ${name} = "gp2"\n}\n` }),
  () => ({ argument: 'each.value', elsewhere: '', repeated: 'for_each = { a = "gp2", b = "io1" }' }),
  (name) => ({ argument: `local.${name}[count.index]`, elsewhere: `locals {\n  ${name} = ["io1", "gp2"]\n}\n`, repeated: 'count = 2' }),
];

const part = fc.record({ writing: fc.nat(writings.length - 1), comment: fc.constantFrom('', '# a comment\n', '/* block */\n'), other: fc.constantFrom('size = 10', 'size   =   10', 'availability_zone = "a"', 'tags = {\n    Name = "x"\n  }'), kind: fc.constantFrom('volume', 'volume', 'volume', 'log', 'fs', 'eip', 'used-eip', 'one-line') });
const programs = fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 5 }), windows: fc.boolean(), ending: fc.boolean(), moduled: fc.boolean() });

function codeOf({ parts, windows, ending, moduled }: typeof programs extends fc.Arbitrary<infer P> ? P : never): Record<string, string> {
  let main = '';
  let tfvars = '';
  parts.forEach(({ writing, comment, other, kind }, at) => {
    const made = writings[writing]?.(`v${at}`) ?? { argument: '"gp2"', elsewhere: '' };
    if (kind === 'volume') {
      main += `${made.elsewhere}\n${comment}resource "aws_ebs_volume" "v${at}" {\n${made.repeated === undefined ? '' : `  ${made.repeated}\n\n`}  ${other}\n  type = ${made.argument}\n}\n\n`;
      tfvars += moduled ? '' : (made.tfvars ?? '');
      if (moduled && made.tfvars !== undefined) main = main.replace(`variable "v${at}" {}\n`, `variable "v${at}" {\n  default = "gp2"\n}\n`);
    } else if (kind === 'log') main += `${comment}resource "aws_log" "l${at}" {\n  ${other}\n}\n\n`;
    else if (kind === 'fs') main += `resource "aws_fs" "f${at}" {\n  ${other}\n}\n${comment}\n`;
    else if (kind === 'one-line') main += `resource "aws_log" "o${at}" {}\n\n`;
    else main += `${comment}resource "aws_eip" "e${at}" {\n  ${other}\n}\n\n${kind === 'eip' ? '' : `output "e${at}" {\n  value = aws_eip.e${at}.id\n}\n\n`}`;
  });
  const text = ending ? main.trimEnd() : main;
  const files = moduled ? { 'm/main.tf': text, 'main.tf': 'module "inner" {\n  source = "./m"\n}\n' } : { 'main.tf': text, ...(tfvars === '' ? {} : { 'terraform.tfvars': tfvars }) };
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, windows ? content.replaceAll('\n', '\r\n') : content]));
}

function membersOf(model: InfrastructureModel): EstateMember[] {
  return [{ source: { path: 's', root: 's', workspace: 'default' }, model: { outputs: [], resources: model.resources.map((one) => ({ ...one, attributes: { ...one.attributes, id: `id-of-${one.address.replaceAll(/\W/g, '-')}` } as Record<string, AttributeValue> })) } }];
}

test('every patch applies, settles what it was made for, and leaves all else as it was', async () => {
  let patched = 0;
  let refused = 0;
  await fc.assert(fc.asyncProperty(programs, async (program) => {
    const files = codeOf(program);
    const before = await modelOf(files);
    expect(before.problems).toEqual([]);
    const members = membersOf(before);
    const { matches } = runRules(prepareRules(RULES), members);
    const made = await proposePatches({ read: codeReader({ source: memoryTree(files), folder: '.', load: {}, evaluation: { path: '.' } }), matches, members, rules: RULES, weight: () => 1, hides: () => false });
    for (const [match, proposal] of made.byMatch) if ('reason' in proposal) expect(`${match.rule.id} ${proposal.reason}`).toMatch(/^waste\.test\.gone output e\d+ refers to/);
    refused += [...made.byMatch.values()].filter((proposal) => 'reason' in proposal).length;
    const after = { ...files };
    for (const patch of parsePatch(unifiedDiff(made.together.files, () => false) ?? '')) {
      const path = patch.newFileName?.replace(/^b\//, '') ?? '';
      const text = applyPatch(after[path] ?? '', patch, { autoConvertLineEndings: false });
      if (text === false) throw new Error(`the patch of ${path} does not apply`);
      after[path] = text;
      if (program.windows && (files[path] ?? '').includes('\n')) expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    }
    const now = await modelOf(after);
    expect(now.problems).toEqual([]);
    const left = runRules(prepareRules(RULES), membersOf(now)).matches.filter((match) => !(match.rule.id === 'waste.test.gone'));
    expect(left.map((match) => match.resource.address)).toEqual([]);
    const settled = new Set(made.together.matches.map((match) => match.resource.address));
    expect(settled.size).toBe(matches.length - [...made.byMatch.values()].filter((proposal) => 'reason' in proposal).length);
    for (const resource of before.resources) if (!settled.has(resource.address)) expect(JSON.stringify(now.resources.find((one) => one.address === resource.address)?.attributes)).toBe(JSON.stringify(resource.attributes));
    patched += settled.size;
  }), { numRuns: 120 });
  expect(patched).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(5);
});
