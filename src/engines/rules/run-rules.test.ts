import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import type { EstateMember, EstateResource } from './estate.ts';
import type { Rule } from './rule.ts';
import { prepareRules, runRules } from './run-rules.ts';
import { readDatedTable } from './fact-table.ts';
import { asRuleFile, ruleFileProblems } from './validate.ts';

const RULE: Rule = { id: 'waste.test.one', area: 'waste', title: 't', severity: 'low', confidence: 'likely', basis: 'inputs-given', types: ['aws_eip'], when: '!used()', sentence: 's', evidence: [], fix: 'f', controls: [], includeControllerMade: false, cases: [] };
const prepared = prepareRules([{ rules: [RULE], tables: {}, retired: [] }]);

type Given = Pick<EstateResource, 'address' | 'type' | 'attributes'> & Partial<EstateResource>;

function member(resources: readonly Given[], outputs: { name: string; value: AttributeValue; references: [] }[] = [], root = 'r'): EstateMember {
  return { source: { path: root, root, workspace: 'default' }, model: { outputs, resources: resources.map((one) => ({ resource: one.address, module: '', mode: 'managed' as const, name: 'a', ...one })) } };
}

const found = (...members: EstateMember[]): string[] => runRules(prepared, members).matches.map((match) => match.resource.address);
const EIP: Given = { address: 'aws_eip.a', type: 'aws_eip', attributes: { id: 'eipalloc-0123456789', arn: 'arn:aws:ec2:eu-west-1:1:elastic-ip/eipalloc-0123456789' } };

test('a mention anywhere is a use: in JSON, in a map key, in user data, in base64, in another state, by a data source', () => {
  const id = 'eipalloc-0123456789';
  const holders: AttributeValue[] = [id, [{ deep: [id] }], JSON.stringify({ Resource: [`arn:aws:ec2:eu-west-1:1:elastic-ip/${id}`] }), { [id]: 'x' }, `#!/bin/sh\naws ec2 associate-address --allocation-id ${id}\n`, Buffer.from(`#!/bin/sh\naws ec2 associate-address --allocation-id ${id}\n`).toString('base64'), new SensitiveAttribute(`allocate ${id} now`), `prefix_${id}_tcp_80`, `arn:aws:ec2:eu-west-1:1:elastic-ip/${id}/*`];
  for (const value of holders) expect(found(member([EIP]), member([{ address: 'x_holder.h', type: 'x_holder', attributes: { any: value } }]))).toEqual([]);
  expect(found(member([EIP, { address: 'data.x_eip.d', type: 'x_eip', mode: 'data', attributes: { id } }]))).toEqual([]);
});

test('a dependency in the state is a use, since user data stands there as a hash only', () => {
  const holder: Given = { address: 'aws_instance.i', type: 'aws_instance', attributes: { user_data: '5f2a0d7c1b' }, dependencies: ['module.edge.aws_eip.a'] };
  const inModule: Given = { ...EIP, address: 'module.edge["x"].aws_eip.a[0]', resource: 'module.edge["x"].aws_eip.a', module: 'module.edge["x"]' };
  expect(found(member([inModule, holder]))).toEqual([]);
  expect(found(member([inModule], [], 'one'), member([holder], [], 'two'))).toEqual(['module.edge["x"].aws_eip.a[0]']);
});

test('a dependency without its module, as Terraform 0.12 wrote it, is of the same module', () => {
  const inModule: Given = { ...EIP, address: 'module.edge.aws_eip.a', module: 'module.edge' };
  const holder: Given = { address: 'module.edge.aws_instance.i', module: 'module.edge', type: 'aws_instance', attributes: {}, dependencies: ['aws_eip.a'] };
  expect(found(member([inModule, holder]))).toEqual([]);
  expect(found(member([inModule, { ...holder, address: 'module.web.aws_instance.i', module: 'module.web' }]))).toEqual(['module.edge.aws_eip.a']);
});

test('ids of Azure are the same in any case', () => {
  const disk: Given = { address: 'aws_eip.a', type: 'aws_eip', attributes: { id: '/subscriptions/s/resourceGroups/Shop/providers/Microsoft.Compute/disks/d' } };
  expect(found(member([disk, { address: 'x_h.h', type: 'x_h', attributes: { disk_id: '/subscriptions/S/resourcegroups/SHOP/providers/Microsoft.Compute/disks/D' } }]))).toEqual([]);
  expect(found(member([disk, { address: 'x_h.h', type: 'x_h', attributes: { lun: '/subscriptions/s/resourcegroups/shop/providers/Microsoft.Compute/disks/d/x' } }]))).toEqual([]);
});

test('one instance of a block that is used tells of the ones beside it', () => {
  const beside = prepareRules([{ rules: [{ ...RULE, when: "!used() && !usedBeside(['x_route'])" }], tables: {}, retired: [] }]);
  const eip = (key: number): Given => ({ address: `aws_eip.a[${key}]`, resource: 'aws_eip.a', type: 'aws_eip', attributes: { id: `eipalloc-000000000${key}` } });
  const told = (...more: Given[]): string[] => runRules(beside, [member([eip(0), eip(1), { ...EIP, address: 'aws_eip.alone' }, ...more])]).matches.map((match) => match.resource.address);
  expect(told({ address: 'x_h.h', type: 'x_h', attributes: { ref: 'eipalloc-0000000000' } })).toEqual(['aws_eip.alone']);
  expect(told({ address: 'x_route.h', type: 'x_route', attributes: { ref: 'eipalloc-0000000000' } })).toEqual(['aws_eip.a[1]', 'aws_eip.alone']);
});

test('its own attributes, copies in tags_all, descriptions and the same thing in a second state are no use', () => {
  expect(found(member([EIP], [], 'one'), member([{ ...EIP, address: 'aws_eip.again' }], [], 'two'))).toEqual(['aws_eip.a', 'aws_eip.again']);
  expect(found(member([EIP, { address: 'x_h.h', type: 'x_h', attributes: { description: `for ${EIP.attributes['id'] as string}`, tags_all: { x: EIP.attributes['id'] ?? null } } }]))).toEqual(['aws_eip.a']);
});

test('ten thousand machines that share one text with ten thousand others are no product of the two', () => {
  const owners = Array.from({ length: 10_000 }, (_, at): Given => ({ address: `aws_eip.a[${at}]`, resource: 'aws_eip.a', type: 'aws_eip', attributes: { id: 'eipalloc-shared-by-all' } }));
  const holders = Array.from({ length: 10_000 }, (_, at): Given => ({ address: `x_h.h[${at}]`, resource: 'x_h.h', type: 'x_h', attributes: { ref: 'eipalloc-shared-by-all' }, dependencies: ['aws_eip.a'] }));
  expect(found(member([...owners, ...holders]))).toEqual([]);
});

test('data sources, deposed objects and what a controller made are never found', () => {
  expect(found(member([{ ...EIP, mode: 'data' }]))).toEqual([]);
  expect(found(member([{ ...EIP, status: { deposed: 'abcd1234' } }]))).toEqual([]);
  expect(found(member([{ ...EIP, attributes: { ...EIP.attributes, tags: { 'kubernetes.io/cluster/main': 'owned' } } }]))).toEqual([]);
});

test('an output is no use, but is told', () => {
  const [match] = runRules(prepared, [member([EIP], [{ name: 'address', value: 'eipalloc-0123456789', references: [] }])]).matches;
  expect(match?.output).toBe('address');
});

test('a rule that fails is told and the others go on; coverage counts what no rule is for', () => {
  const broken: Rule = { ...RULE, id: 'waste.test.two', when: "listed('none', 'x')" };
  const run = runRules(prepareRules([{ rules: [broken, RULE], tables: {}, retired: [] }]), [member([EIP, { address: 'x_y.a', type: 'x_y', attributes: {} }])]);
  expect(run.problems).toEqual([{ rule: 'waste.test.two', message: expect.stringContaining('no table none') }]);
  expect(run.matches.length).toBe(1);
  expect([run.resources, run.covered, run.uncoveredTypes]).toEqual([2, 1, [{ type: 'x_y', count: 1 }]]);
});

test('the order and the grouping of states make no difference, and one more mention never adds a finding', () => {
  const resources = fc.array(fc.record({ owner: fc.boolean(), id: fc.integer({ min: 0, max: 8 }), to: fc.integer({ min: 0, max: 8 }) }), { maxLength: 12 });
  fc.assert(fc.property(resources, fc.nat(5), (plan, cut) => {
    const made = plan.map((one, at): Given => (one.owner ? { address: `aws_eip.e${at}`, type: 'aws_eip', attributes: { id: `eipalloc-00000000${one.id}` } } : { address: `x_h.h${at}`, type: 'x_h', attributes: { ref: `eipalloc-00000000${one.to}` } }));
    const together = found(member(made)).sort();
    expect(found(member(made.slice(cut), [], 'b'), member(made.slice(0, cut), [], 'a')).sort()).toEqual(together);
    const more = found(member([...made, { address: 'x_h.more', type: 'x_h', attributes: { ref: 'eipalloc-000000003' } }]));
    for (const address of more) expect(together).toContain(address);
  }));
});

test('a rule that claims "unused" without proof, or has no case for what it leaves alone, is refused', () => {
  const one = { ...RULE, sentence: '{address} is unused', cases: [{ name: 'a', states: [{}], finds: ['aws_eip.a'] }] } as Record<string, unknown>;
  for (const field of ['area', 'saving', 'includeControllerMade']) delete one[field];
  const problems = ruleFileProblems({ schemaVersion: 1, area: 'waste', rules: [one] }).join('\n');
  expect(problems).toMatch(/which only a rule on the basis "proven" may/);
  expect(problems).toMatch(/no case that finds nothing/);
});

test('a table may say of which day it is; a table without a day or source is refused', () => {
  const file = (table: unknown): string[] => ruleFileProblems({ schemaVersion: 1, area: 'waste', tables: { old: table }, rules: [] });
  const dated = { asOf: '2026-11-22', source: 'the guide', values: { 'v1': '2024-01-31' } };
  for (const good of [['v1'], dated, { ...dated, values: ['v1'] }]) expect(file(good)).toEqual([]);
  for (const bad of ['v1', { ...dated, asOf: 'today' }, { ...dated, source: '' }, { ...dated, values: { v1: '2024-02-31' } }, { ...dated, more: 1 }, [1]]) expect(file(bad)).toHaveLength(1);
  expect([readDatedTable(dated)?.since, readDatedTable(['v1']), asRuleFile({ schemaVersion: 1, area: 'waste', tables: { old: dated }, rules: [] }).tables]).toEqual([{ v1: '2024-01-31' }, undefined, { old: ['v1'] }]);
});
