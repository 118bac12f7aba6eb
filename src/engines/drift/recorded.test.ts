import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planOf } from '../../formats/terraform/plan.ts';
import type { JsonValue } from '../../formats/terraform/json-document.ts';
import { readState } from '../../formats/terraform/state.ts';
import { shippedCatalogue } from '../diagram/testing/picture.ts';
import { modelFromState } from '../infrastructure/from-state.ts';
import type { AttributeValue, InfrastructureModel } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import type { DriftResult } from './drift.ts';
import { driftFindings } from './findings.ts';
import { recordedDifferences } from './recorded-differences.ts';
import { driftOfRefresh } from './refreshed.ts';
import { ValuePrinter } from './shown-value.ts';
import { driftOfHistory } from './state-history.ts';
import { compareVersions, meetsConstraint } from './version-constraint.ts';

const catalogue = shippedCatalogue();
const printer = new ValuePrinter('key of the tests');

type Resources = { [address: string]: { [name: string]: JsonValue } };

function state(serial: number, resources: Resources, more: { lineage?: string; terraform_version?: string } = {}): InfrastructureModel {
  const listed = Object.entries(resources).map(([address, attributes]) => ({ mode: 'managed', type: address.split('.')[0], name: address.split('.')[1], provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ attributes }] }));
  return modelFromState(readState(JSON.stringify({ version: 4, serial, lineage: 'l-1', terraform_version: '1.9.0', ...more, outputs: {}, resources: listed }), 's.tfstate'), { path: 's.tfstate', sensitiveAttributes: (type) => catalogue.type(type).sensitive });
}

function lines(result: DriftResult): string[] {
  return result.drifts.map((one) => `${one.kind} ${one.class} ${one.address}${one.attribute === undefined ? '' : `.${one.attribute}`}${one.from === undefined ? '' : ` ${one.from.text}`}${one.to === undefined ? '' : ` -> ${one.to.text}`}`);
}

function history(...states: InfrastructureModel[]): string[] {
  return lines(driftOfHistory(states, { catalogue, printer }));
}

test('two serials: what changed, came, went and moved', () => {
  const before = state(4, { 'aws_instance.a': { id: 'i-11111111', instance_type: 't3.micro', tags: { x: '1' } }, 'aws_vpc.old': { id: 'vpc-22222222', arn: 'arn:aws:ec2:r:1:vpc/vpc-22222222' }, 'aws_eip.gone': { id: 'eipalloc-333333' } });
  const after = state(5, { 'aws_instance.a': { id: 'i-11111111', instance_type: 't3.large', tags: { x: '1', y: '2' } }, 'aws_vpc.new': { id: 'vpc-22222222', arn: 'arn:aws:ec2:r:1:vpc/vpc-22222222' }, 'aws_sqs_queue.q': { id: 'https://q' } });
  expect(history(before, after)).toEqual(['history-removed housekeeping aws_eip.gone', 'history-attribute capacity aws_instance.a.instance_type "t3.micro" -> "t3.large"', 'history-attribute tag aws_instance.a.tags.y null -> "2"', 'history-added housekeeping aws_sqs_queue.q', 'history-moved housekeeping aws_vpc.old -> aws_vpc.new']);
});

test('what no apply does: other lineage, serial back, one serial twice, older Terraform, a thing that others use forgotten', () => {
  const one = { 'aws_vpc.v': { id: 'vpc-22222222' }, 'aws_subnet.s': { id: 'subnet-1', vpc_id: 'vpc-22222222' } };
  expect(history(state(5, one), state(6, one, { lineage: 'l-2' }))).toEqual(['lineage-changed existence s.tfstate l-1 -> l-2']);
  expect(history(state(5, one), state(3, one))).toEqual(['serial-went-back existence s.tfstate 5 -> 3']);
  expect(history(state(5, one), state(5, one))).toEqual([]);
  expect(history(state(5, one), state(5, { ...one, 'aws_eip.e': { id: 'x' } }))).toEqual(['history-added housekeeping aws_eip.e', 'serial-repeated existence s.tfstate 5 -> 5']);
  expect(history(state(5, one, { terraform_version: '0.11.14' }), state(5, { ...one, 'aws_eip.e': { id: 'x' } }, { terraform_version: '0.11.14' }))).toEqual(['history-added housekeeping aws_eip.e']);
  expect(history(state(5, one), state(6, one, { terraform_version: '1.8.5' }))).toEqual(['version-downgrade other s.tfstate 1.9.0 -> 1.8.5']);
  const { 'aws_vpc.v': _, ...without } = one;
  expect(history(state(5, one), state(6, without))).toEqual(['history-forgotten existence aws_vpc.v']);
});

test('a thing that is replaced again and again is told', () => {
  const states = [1, 2, 3, 4].map((serial) => state(serial, { 'aws_instance.a': { id: `i-${serial}` } }));
  expect(history(...states)).toEqual(['churn other aws_instance.a']);
});

const PLAN = {
  format_version: '1.2', terraform_version: '1.9.0', planned_values: { root_module: {} }, resource_changes: [{ address: 'aws_vpc.v', mode: 'managed', type: 'aws_vpc', name: 'v', change: { actions: ['update'], before: { a: 1 }, after: { a: 2 } } }], configuration: {},
  resource_drift: [
    { address: 'aws_instance.a', mode: 'managed', type: 'aws_instance', name: 'a', change: { actions: ['update'], before: { instance_type: 't3.micro', tags: { by: null }, user_data: 'old-script', note: 'x' }, after: { instance_type: 't3.large', tags: { by: 'hand' }, user_data: 'new-script', note: 'plainly-secret-note' }, after_unknown: {}, before_sensitive: {}, after_sensitive: { note: true } } },
    { address: 'aws_eip.e', mode: 'managed', type: 'aws_eip', name: 'e', change: { actions: ['delete'], before: { id: 'e' }, after: null } },
    { address: 'aws_sqs_queue.q', mode: 'managed', type: 'aws_sqs_queue', name: 'q', change: { actions: ['no-op'], before: { a: 1 }, after: { a: 2 } } },
    { address: 'data.aws_ami.x', mode: 'data', type: 'aws_ami', name: 'x', change: { actions: ['update'], before: { a: 1 }, after: { a: 2 } } },
  ],
};

test('a refresh: deleted and changed things of resource_drift, no data sources, no no-ops, no planned changes', () => {
  const result = driftOfRefresh(planOf(PLAN, 'plan.json'), { catalogue, printer });
  expect(lines(result)).toEqual(['refresh-deleted existence aws_eip.e', 'refresh-attribute capacity aws_instance.a.instance_type "t3.micro" -> "t3.large"', expect.stringMatching(/aws_instance\.a\.note \(sensitive, hmac:\w{16}\) -> \(sensitive, hmac:\w{16}\)/), 'refresh-attribute tag aws_instance.a.tags.by null -> "hand"', expect.stringMatching(/user_data \(sensitive, hmac:\w{16}\) -> \(sensitive/)]);
  expect(JSON.stringify(result)).not.toMatch(/script|secret-note/);
});

const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.constantFrom('a', 'b', 'tags', 'password', 'policy'), tie('value'), { maxKeys: 4 })),
})).value;

test('nothing differs from itself, nor from a copy in which every list is turned round', () => {
  const turned = (one: AttributeValue): AttributeValue => (Array.isArray(one) ? [...(one as AttributeValue[])].reverse().map(turned) : typeof one === 'object' && one !== null ? Object.fromEntries(Object.entries(one).reverse().map(([name, inner]) => [name, turned(inner as AttributeValue)])) : one);
  fc.assert(fc.property(value, (one) => {
    expect(recordedDifferences(one, structuredClone(one), catalogue.type('aws_instance'), true)).toEqual([]);
    expect(recordedDifferences(one, turned(one), catalogue.type('aws_instance'), true)).toEqual([]);
  }));
});

test('a sensitive value never appears, wherever it stands and whichever side has it', () => {
  const SECRET = 'S3cr3t-Value-Planted-42';
  const planted = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.constant(SECRET), fc.string(), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 })),
  })).value;
  const holders = fc.constantFrom('password', 'master_password', 'secret_string', 'private_key', 'db_token', 'kube_config', 'api_key');
  fc.assert(fc.property(holders, planted, planted, fc.boolean(), (name, before, after, inside) => {
    const wrap = (one: JsonValue): { [name: string]: JsonValue } => (inside ? { settings: [{ [name]: one }] } : { [name]: one });
    const result = driftOfHistory([state(1, { 'aws_db_instance.a': wrap(before) }), state(2, { 'aws_db_instance.a': wrap(after) })], { catalogue, printer });
    expect(JSON.stringify([result, driftFindings(result.drifts, { root: 'r', workspace: 'w', source: 's' })])).not.toContain(SECRET);
  }));
  const marked = recordedDifferences({ anything: new SensitiveAttribute(SECRET) }, { anything: 'other' }, catalogue.type('aws_vpc'));
  expect(JSON.stringify(marked.map((one) => printer.show(one.before, catalogue.type('aws_vpc'), one.path)))).not.toContain(SECRET);
});

test('equal secrets have equal hashes, with the key and not without it', () => {
  const type = catalogue.type('aws_db_instance');
  expect(printer.show('x', type, 'password')).toEqual(printer.show(new SensitiveAttribute('x'), type, 'anything'));
  expect(printer.show('x', type, 'password').text).not.toBe(new ValuePrinter('other').show('x', type, 'password').text);
});

test('texts that look like secrets are hidden under any name', () => {
  const type = catalogue.type('aws_instance');
  for (const text of ['-----BEGIN RSA PRIVATE KEY-----\nx', 'AKIAIOSFODNN7EXAMPLE', 'postgres://user:pa55@host/db', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x', 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY', '{"password":"hunter2"}']) expect(printer.show(text, type, 'note').hidden).toBe(true);
  for (const text of ['i-0abc12def34567890', 'arn:aws:iam::123456789012:role/shop-production-fulfilment', 'shop-production.example.com', 'ami-0123456789abcdef0', 't3.micro']) expect(printer.show(text, type, 'note').hidden).toBe(false);
});

test('version constraints are read as Terraform reads them', () => {
  const met = (version: string, constraint: string): boolean | undefined => meetsConstraint(version, constraint);
  expect([met('5.41.0', '>= 5.40, < 7.0'), met('7.0.0', '>= 5.40, < 7.0'), met('1.2.9', '~> 1.2.3'), met('1.3.0', '~> 1.2.3'), met('1.9.0', '~> 1.2'), met('2.0.0', '~> 1.2'), met('3.1.0', '!= 3.1.0'), met('1.0', '1.0.0')]).toEqual([true, false, true, false, true, false, false, true]);
  expect([met('x', '1'), met('1.0.0', 'latest')]).toEqual([undefined, undefined]);
  expect(compareVersions('1.2.0-beta1', '1.2.0')).toBeLessThan(0);
});
