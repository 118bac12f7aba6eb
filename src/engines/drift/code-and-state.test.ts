import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTree, modelOf } from '../terraform/module/testing/memory-tree.ts';
import type { Files } from '../terraform/module/testing/memory-tree.ts';
import { shippedCatalogue } from '../diagram/testing/picture.ts';
import type { AttributeValue, InfrastructureModel } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import { driftOfCode } from './code-and-state.ts';
import type { DriftResult } from './drift.ts';
import { ValuePrinter } from './shown-value.ts';
import { recordedState, stateModel } from './testing/recorded-state.ts';
import type { Recorded } from './testing/recorded-state.ts';

const catalogue = shippedCatalogue();
const printer = new ValuePrinter('key of the tests');
const EXAMPLES = join(import.meta.dirname, '../../../examples/infrastructure');
const PASSWORD = 'correct-horse-battery-1';

function example(name: string): ReturnType<typeof memoryTree> {
  const files = readdirSync(join(EXAMPLES, name), { recursive: true, encoding: 'utf8' }).filter((path) => /\.(tf|tfvars)$/.test(path));
  return memoryTree(Object.fromEntries(files.map((path) => [path, readFileSync(join(EXAMPLES, name, path))])));
}

const ANSWERS = {
  'module.network.data.aws_availability_zones.available': { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
  'data.aws_iam_policy_document.fulfilment': { json: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:ReceiveMessage","sns:Publish"],"Resource":"*"}]}' },
};
const shop = await recordedState(example('aws-shop'), '.', { database_password: PASSWORD }, ANSWERS);

function drift(recorded: Recorded, code: InfrastructureModel = shop.code): DriftResult {
  return driftOfCode(code, stateModel(recorded, catalogue), { catalogue, printer });
}

function changed(address: string, change: (attributes: Recorded extends Map<string, infer One> ? One extends { attributes: infer All } ? All : never : never) => void): Recorded {
  const copy = structuredClone(shop.recorded);
  const one = copy.get(address);
  if (one === undefined) throw new Error(`${address} is not recorded`);
  change(one.attributes);
  return copy;
}

/** Level, kind, class, address and attribute of each drift, with values where they may be shown. */
function lines(result: DriftResult): string[] {
  return result.drifts.map((one) => `${one.level} ${one.kind} ${one.class} ${one.address}${one.attribute === undefined ? '' : `.${one.attribute}`}${one.from === undefined ? '' : ` ${one.from.text} -> ${one.to?.text}`}`);
}

async function between(code: Files | string, before: Files | string, edit: (state: Recorded) => void = () => undefined): Promise<DriftResult> {
  const { recorded } = await recordedState(memoryTree(typeof before === 'string' ? { 'main.tf': before } : before), '.', {}, {});
  edit(recorded);
  return drift(recorded, await modelOf(code));
}

test('a state as applying left it has no drift, however the provider wrote it', () => {
  const result = drift(shop.recorded);
  expect(result.drifts).toEqual([]);
  expect(result.notCompared).toEqual([]);
  expect(result.compared.resources).toBeGreaterThan(70);
  expect(result.compared.attributes).toBeGreaterThan(400);
});

test('the other examples have no drift either', async () => {
  for (const name of ['azure-portal', 'google-events']) {
    const { code, recorded } = await recordedState(example(name), '.', {}, {});
    const result = drift(recorded, code);
    expect(lines(result)).toEqual([]);
    expect(result.compared.resources).toBeGreaterThan(10);
  }
});

test('every single text, number and flag that is changed in the state is exactly one drift, at that attribute', () => {
  let tried = 0;
  for (const { address, mode, attributes, lifecycle } of shop.code.resources) {
    if (mode !== 'managed') continue;
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
      const result = drift(changed(address, (all) => { all[name] = typeof value === 'string' ? 'somebody-changed-this' : typeof value === 'number' ? value + 7 : !value; }));
      const ignored = lifecycle?.ignoreChanges.includes(name as never) ?? false;
      expect(result.drifts.map((one) => [one.address, one.attribute, one.location !== undefined])).toEqual(ignored ? [] : [[address, name, true]]);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(250);
});

test('security weighs more than capacity, capacity more than tags', () => {
  expect(lines(drift(changed('aws_db_instance.orders', (all) => { all['storage_encrypted'] = false; })))).toEqual(['D1 attribute security aws_db_instance.orders.storage_encrypted true -> false']);
  expect(lines(drift(changed('aws_db_instance.orders', (all) => { all['instance_class'] = 'db.r6g.large'; })))).toEqual(['D1 attribute capacity aws_db_instance.orders.instance_class "db.r6g.xlarge" -> "db.r6g.large"']);
  expect(lines(drift(changed('module.network.aws_vpc.this', (all) => { all['tags'] = { Name: 'other' }; })))).toEqual([expect.stringMatching(/^D1 attribute tag module\.network\.aws_vpc\.this\.tags\.Name/)]);
});

test('a tag by hand is drift also where the code has no tags, and a default tag that was lost is', () => {
  expect(lines(drift(changed('aws_sqs_queue.orders', (all) => { all['tags'] = { by: 'hand' }; all['tags_all'] = { by: 'hand', system: 'shop', environment: 'production', owner: 'team-shop' }; })))).toEqual(['D1 attribute tag aws_sqs_queue.orders.tags.by null -> "hand"']);
  expect(lines(drift(changed('aws_sqs_queue.orders', (all) => { all['tags'] = null; all['tags_all'] = { system: 'shop', environment: 'production' }; })))).toEqual(['D1 attribute tag aws_sqs_queue.orders.tags_all.owner "team-shop" -> null']);
});

test('a password is compared and never shown', () => {
  const result = drift(changed('aws_db_instance.orders', (all) => { all['password'] = 'another-secret-of-theirs'; }));
  expect(lines(result)).toEqual([expect.stringMatching(/^D1 attribute \w+ aws_db_instance\.orders\.password "?\(sensitive, hmac:[0-9a-f]{16}\)"? -> "?\(sensitive, hmac:[0-9a-f]{16}\)"?$/)]);
  expect(JSON.stringify(result)).not.toMatch(/correct-horse|another-secret/);
});

test('policies are the same in any order, with one value for a list of one, and with an account for its root', () => {
  const same = (document: unknown): string[] => lines(drift(changed('aws_iam_role.fulfilment', (all) => { all['assume_role_policy'] = JSON.stringify(document); })));
  expect(same({ Statement: { Action: ['STS:AssumeRole'], Principal: { Service: ['lambda.amazonaws.com'] }, Effect: 'Allow' }, Version: '2012-10-17' })).toEqual([]);
  expect(same({ Statement: { Action: ['sts:AssumeRole'], Principal: { Service: ['ec2.amazonaws.com'] }, Effect: 'Allow' }, Version: '2012-10-17' })).toEqual([expect.stringContaining('security aws_iam_role.fulfilment.assume_role_policy')]);
});

test('one more rule, one less, or one changed in a repeated block is told', async () => {
  const code = 'resource "aws_security_group" "a" {\n  name = "a"\n  ingress {\n    from_port = 80\n    to_port = 80\n    protocol = "TCP"\n    cidr_blocks = ["10.0.0.0/8", "11.0.0.0/8"]\n  }\n  ingress {\n    from_port = 443\n    to_port = "443"\n    protocol = "tcp"\n  }\n}\n';
  const rules = (state: Recorded): { [name: string]: unknown }[] => state.get('aws_security_group.a')?.attributes['ingress'] as never;
  expect(lines(await between(code, code, (state) => rules(state).forEach((rule) => { rule['protocol'] = 'tcp'; })))).toEqual([]);
  expect(lines(await between(code, code, (state) => rules(state).push({ from_port: 22, to_port: 22, protocol: 'tcp' })))).toEqual(['D1 attribute security aws_security_group.a.ingress [] -> [{"from_port":22,"protocol":"tcp","to_port":22}]']);
  expect(lines(await between(code, code, (state) => { (rules(state)[0] as { to_port: number }).to_port = 444; }))).toEqual(['D1 attribute security aws_security_group.a.ingress.1.to_port "443" -> 444']);
  expect(lines(await between(code, code, (state) => { (rules(state)[1] as { cidr_blocks: string[] }).cidr_blocks = ['0.0.0.0/0']; }))).toEqual([expect.stringContaining('ingress.0.cidr_blocks ["10.0.0.0/8","11.0.0.0/8"] -> ["0.0.0.0/0"]')]);
});

test('what the code leaves to the provider, sets to null, or ignores is no drift; what it does not know is counted', async () => {
  const code = 'variable "later" {}\nresource "aws_instance" "a" {\n  ami = "ami-1"\n  instance_type = null\n  availability_zone = var.later\n  lifecycle {\n    ignore_changes = [ami, tags["x"]]\n  }\n}\n';
  const result = await between(code, code, (state) => Object.assign(state.get('aws_instance.a')?.attributes ?? {}, { ami: 'ami-2', instance_type: 't3.micro', cpu_core_count: 4, tags: { x: '1' } }));
  expect(lines(result)).toEqual([]);
  expect(result.notCompared).toEqual([{ reason: 'a variable has no value', count: 1, example: 'aws_instance.a.availability_zone' }]);
});

test('resources that are only in one of the two are told, with moves, removals and imports respected', async () => {
  const before = 'resource "aws_vpc" "old" { cidr_block = "10.0.0.0/16" }\nresource "aws_vpc" "gone" {}\nresource "aws_vpc" "leaving" {}\nresource "aws_sqs_queue" "q" {}\ndata "aws_region" "here" {}\n';
  const after = 'resource "aws_vpc" "new" { cidr_block = "10.0.0.0/16" }\nmoved {\n  from = aws_vpc.old\n  to = aws_vpc.new\n}\nremoved {\n  from = aws_vpc.leaving\n  lifecycle { destroy = false }\n}\nresource "aws_sqs_queue" "q" { count = 1 }\nresource "aws_subnet" "fresh" {}\nimport {\n  to = aws_eip.adopted\n  id = "eip-1"\n}\nresource "aws_eip" "adopted" {}\n';
  expect(lines(await between(after, before))).toEqual(['D0 import-pending housekeeping aws_eip.adopted', 'D0 declared-not-applied existence aws_subnet.fresh', 'D0 not-in-code existence aws_vpc.gone', 'D0 removal-pending housekeeping aws_vpc.leaving']);
});

test('other keys, a renamed resource and a renamed module are told as such', async () => {
  const part = 'resource "aws_sqs_queue" "q" {\n  for_each = toset(["a", "b"])\n  name = each.key\n}\n';
  const result = await between(
    { 'main.tf': 'module "new" { source = "./part" }\nresource "aws_s3_bucket" "renamed" { bucket = "acme-logs" }\nresource "aws_vpc" "v" { for_each = toset(["x"]) }\n', 'part/main.tf': part },
    { 'main.tf': 'module "old" { source = "./part" }\nresource "aws_s3_bucket" "logs" { bucket = "acme-logs" }\nresource "aws_vpc" "v" { count = 1 }\n', 'part/main.tf': part },
  );
  expect(lines(result)).toEqual(['D0 renamed-in-code existence aws_s3_bucket.logs', 'D0 instance-key existence aws_vpc.v["x"]', 'D0 instance-key existence aws_vpc.v[0]', 'D0 renamed-in-code existence module.old']);
  expect(result.drifts.at(-1)).toMatchObject({ detail: 'module.new', fix: 'moved {\n  from = module.old\n  to   = module.new\n}' });
});

test('instances of an unknown number and modules without code are not called gone', async () => {
  const before = { 'main.tf': 'resource "aws_vpc" "v" {\n  count = 2\n  cidr_block = "10.0.0.0/16"\n}\nmodule "m" { source = "./m" }\nmodule "n" {\n  source = "./m"\n  for_each = toset(["a"])\n}\n', 'm/main.tf': 'resource "aws_eip" "e" {}\n' };
  const after = { 'main.tf': 'variable "n" {}\nresource "aws_vpc" "v" {\n  count = var.n\n  cidr_block = "10.1.0.0/16"\n}\nmodule "m" {\n  source = "acme/m/aws"\n}\nmodule "n" {\n  source = "./m"\n  for_each = var.n\n}\n', 'm/main.tf': 'resource "aws_eip" "e" {}\n' };
  const result = await between(after, before);
  expect(lines(result)).toEqual(['D1 attribute other aws_vpc.v[0].cidr_block "10.1.0.0/16" -> "10.0.0.0/16"', 'D1 attribute other aws_vpc.v[1].cidr_block "10.1.0.0/16" -> "10.0.0.0/16"']);
  expect(result.notCompared.map((one) => `${one.count} ${one.reason}`)).toEqual(['2 the number of instances is not known: a variable has no value', '1 its module is not read: its code is not here', '1 the number of instances of its module is not known']);
});

test('tainted and deposed objects are told', () => {
  const state = stateModel(shop.recorded, catalogue);
  const [first, ...rest] = state.resources.filter((one) => one.mode === 'managed');
  if (first === undefined) throw new Error('no resource');
  const marked = { ...state, resources: [{ ...first, status: { tainted: true } }, { ...first, address: `${first.address} (deposed 12ab)`, status: { deposed: '12ab' } }, ...rest] };
  expect(driftOfCode(shop.code, marked, { catalogue, printer }).drifts.map((one) => one.kind).sort()).toEqual(['deposed', 'tainted']);
});

test('code against itself has no drift, and the order of resources changes nothing', () => {
  const plain = (value: unknown): unknown => (value instanceof SensitiveAttribute ? value.reveal() : value);
  const recorded = { ...shop.code, resources: shop.code.resources.map((one) => ({ ...one, attributes: Object.fromEntries(Object.entries(one.attributes).map(([name, value]) => [name, plain(value)])) as typeof one.attributes })) };
  expect(driftOfCode(shop.code, recorded, { catalogue, printer }).drifts).toEqual([]);
  const perturbed = changed('aws_db_instance.orders', (all) => { all['multi_az'] = false; });
  perturbed.delete('aws_sqs_queue.orders');
  const one = drift(perturbed);
  const other = drift(new Map([...perturbed].reverse()), { ...shop.code, resources: [...shop.code.resources].reverse(), modules: [...shop.code.modules].reverse() });
  expect(other).toEqual(one);
  expect(one.drifts).toHaveLength(2);
});

test('any model has no drift against itself, nor against itself with all blocks in another order', () => {
  const value = fc.letrec<{ value: AttributeValue }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', 'tags', 'password', 'policy', '__proto__'), tie('value'), { maxKeys: 3 })),
  })).value;
  const resources = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), type: fc.constantFrom('aws_instance', 'azurerm_subnet', 'other_thing'), attributes: fc.dictionary(fc.constantFrom('ingress', 'tags', 'name', 'rule', 'password'), value) }), { selector: (one) => `${one.type}.${one.name}` });
  fc.assert(fc.property(resources, (made) => {
    const model = { ...shop.code, modules: [], refactoring: { moved: [], removed: [], imports: [] }, resources: made.map((one) => ({ ...one, address: `${one.type}.${one.name}`, resource: `${one.type}.${one.name}`, module: '', mode: 'managed' as const, provider: { localName: 'x' }, references: [] })) };
    expect(lines(driftOfCode(model, model, { catalogue, printer }))).toEqual([]);
  }));
});

test('blocks that differ only in what is nested in them find each other in any order', async () => {
  const code = 'resource "aws_wafv2_web_acl" "a" {\n  rule {\n    action {\n      kind = "block"\n    }\n  }\n  rule {\n    action {\n      kind = "allow"\n    }\n  }\n}\n';
  expect(lines(await between(code, code))).toEqual([]);
});

test('of any number of instances exactly the changed and the renamed ones are told', () => {
  const models = (count: number): InfrastructureModel => ({ ...shop.code, modules: [], refactoring: { moved: [{ module: '', from: 'aws_instance.old', to: 'aws_instance.n0', location: { file: 'm.tf', line: 1, column: 1 } }], removed: [], imports: [] }, resources: Array.from({ length: count }, (_, at) => ({ address: `aws_instance.n${at}`, resource: `aws_instance.n${at}`, module: '', mode: 'managed' as const, type: 'aws_instance', name: `n${at}`, provider: { localName: 'aws', module: '' }, references: [], attributes: { id: `i-${at}`, ami: 'ami-1', instance_type: at % 2 === 0 ? 't3.micro' : 't3.large', tags: { Name: `n${at}`, team: 'x' } } })) });
  const work = (count: number): number => {
    const code = models(count);
    const state = { resources: models(count).resources.map((one) => ({ ...one, address: `${one.address}${one.name.endsWith('7') ? 'x' : ''}`, attributes: { ...one.attributes, instance_type: 't3.micro' } })) };
    return driftOfCode(code, state, { catalogue, printer }).drifts.length;
  };
  expect([work(100), work(1000), work(10_000)]).toEqual([50, 500, 5000]);
});
