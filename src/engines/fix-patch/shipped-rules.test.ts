/**
 * Every shipped rule that says what to change keeps its word: the cases that stand in the rules are written as
 * code, patched, applied by Git, read and evaluated again, and judged again by the rule.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseAddress } from '../../formats/terraform/address.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { modelOf, memoryTree } from '../terraform/module/testing/memory-tree.ts';
import type { EstateMember } from '../rules/estate-resource.ts';
import type { Rule, RuleCase } from '../rules/rule.ts';
import { prepareRules, runRules } from '../rules/run-rules.ts';
import { asRuleFile } from '../rules/validate.ts';
import { codeReader } from './code.ts';
import { proposePatches } from './proposals.ts';
import { unifiedDiff } from './unified-diff.ts';

const folder = mkdtempSync(join(tmpdir(), 'roadbed-rule-patches-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rules = join(import.meta.dirname, '../../../rules/waste');
const files = readdirSync(rules).filter((name) => name.endsWith('.yaml')).sort().map((name) => asRuleFile(parse(readFileSync(join(rules, name), 'utf8'))));
const all = files.flatMap((file) => file.rules);
const tables = Object.assign({}, ...files.map((file) => file.tables)) as (typeof files)[number]['tables'];

type Attributes = Readonly<Record<string, unknown>>;

/** Lists of objects are nested blocks, everything else is an argument. */
function written(attributes: Attributes, indent: string): string {
  return Object.entries(attributes).map(([name, value]) => {
    const blocks = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item)) ? (value as Attributes[]) : undefined;
    if (blocks !== undefined) return blocks.map((block) => `${indent}${name} {\n${written(block, `${indent}  `)}${indent}}\n`).join('');
    return `${indent}${name} = ${literal(value)}\n`;
  }).join('');
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)} = ${literal(item)}`).join(', ')} }`;
  return (JSON.stringify(value) ?? 'null').replaceAll('${', '$${').replaceAll('%{', '%%{');
}

function codeOf(state: RuleCase['states'][number]): string {
  return Object.entries(state).map(([address, attributes]) => {
    const place = parseAddress(address);
    return `${place?.mode === 'data' ? 'data' : 'resource'} "${place?.type ?? ''}" "${place?.name ?? ''}" {\n${written(attributes, '  ')}}\n`;
  }).join('\n');
}

async function memberOf(code: string, at: number): Promise<EstateMember> {
  const model = await modelOf(code);
  return { source: { path: `state-${at}`, root: `state-${at}`, workspace: 'default' }, model: { outputs: [], resources: model.resources.map(({ address, resource, module, mode, type, name, attributes }) => ({ address, resource, module, mode, type, name, attributes: attributes as Record<string, AttributeValue> })) } };
}

const found = (rule: Rule, members: readonly EstateMember[]): ReturnType<typeof runRules>['matches'] => runRules(prepareRules([{ rules: [rule], tables, retired: [] }]), members).matches;

/** The text after `git apply`. */
function applied(text: string, patch: string): string {
  writeFileSync(join(folder, 'main.tf'), text);
  execFileSync('git', ['apply', '-'], { cwd: folder, input: patch, env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } });
  return readFileSync(join(folder, 'main.tf'), 'utf8');
}

/** What goes wrong in one case; empty where all is well. */
async function faults(rule: Rule, one: RuleCase): Promise<string[]> {
  const codes = one.states.map(codeOf);
  const members = await Promise.all(codes.map(memberOf));
  const matches = found(rule, members);
  const wrong: string[] = [];
  if (JSON.stringify(matches.map((match) => match.resource.address).sort()) !== JSON.stringify([...one.finds].sort())) wrong.push(`the code is found as ${matches.map((match) => match.resource.address).join(', ')}`);
  for (const [at, code] of codes.entries()) {
    const own = matches.filter((match) => match.resource.source.root === `state-${at}`);
    if (own.length === 0) continue;
    const source = memoryTree({ 'main.tf': code });
    const { byMatch, together } = await proposePatches({ read: codeReader({ source, folder: '.', load: {}, evaluation: { path: '.' } }), matches: own, members, rules: files, weight: () => 1, hides: () => false });
    for (const [match, proposal] of byMatch) if ('reason' in proposal) wrong.push(`${match.resource.address}: ${proposal.reason}`);
    const patch = unifiedDiff(together.files, () => false) ?? '';
    if (patch === '') continue;
    const [before, after] = await Promise.all([memberOf(code, at), memberOf(applied(code, patch), at)]);
    const left = found(rule, members.map((member, index) => (index === at ? after : member)));
    for (const match of left) if (own.some((other) => other.resource.address === match.resource.address)) wrong.push(`${match.resource.address} is found again`);
    const named = new Set(own.map((match) => match.resource.address));
    const companions = rule.change?.kind === 'remove' ? rule.change.companions : [];
    for (const resource of before.model.resources) {
      const now = after.model.resources.find((other) => other.address === resource.address);
      if (named.has(resource.address) || companions.includes(resource.type)) continue;
      if (JSON.stringify(now?.attributes) !== JSON.stringify(resource.attributes)) wrong.push(`${resource.address} was changed`);
    }
  }
  return wrong;
}

const changing = all.filter((rule) => rule.change !== undefined);

test(`patches of ${changing.length} of ${all.length} rules`, () => {
  console.log(`rules that say what to change: ${changing.length} of ${all.length}; of those with money in them: ${all.filter((rule) => rule.saving !== undefined && rule.change !== undefined).length} of ${all.filter((rule) => rule.saving !== undefined).length}`);
  expect(all.filter((rule) => rule.saving !== undefined && rule.change === undefined).map((rule) => rule.id)).toEqual([]);
});

test.each(changing.map((rule) => [rule.id, rule] as const))('%s: the patch of every case applies, and nothing is found again', async (_id, rule) => {
  for (const one of rule.cases) if (one.finds.length > 0) expect(await faults(rule, one), one.name).toEqual([]);
});
