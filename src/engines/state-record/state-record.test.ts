/** What is kept of a state: the laws of marks, and that rules and prices say the same as of the state itself. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readState } from '../../formats/terraform/state.ts';
import { detectDrift } from '../drift/report.ts';
import { modelFromState } from '../infrastructure/from-state.ts';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import { makeCatalogue } from '../provider-catalogue/catalogue.ts';
import { alignWithRecord } from './align.ts';
import { memberFromRecord, modelFromRecord, withoutMarks } from './from-record.ts';
import { ValueGate } from './hidden-values.ts';
import { recordOf } from './record.ts';

const catalogue = makeCatalogue([]);
const names = new Set(['id', 'arn', 'name', 'size', 'instance_type', 'tags']);
const gate = new ValueGate({ key: new Uint8Array(32).fill(9), kept: { has: (name) => names.has(name), words: ['WebIdentity'] }, sensitive: () => [] });
const stateOf = (attributes: object, serial = 1): string => JSON.stringify({ version: 4, terraform_version: '1.9.0', serial, lineage: 'l', outputs: {}, resources: [{ mode: 'managed', type: 'aws_x', name: 'x', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ schema_version: 0, attributes }] }] });
const recorded = (attributes: object, serial = 1): InfrastructureModel => modelFromRecord(JSON.parse(JSON.stringify(recordOf(readState(stateOf(attributes, serial), 's'), gate, () => []))), { path: 's' });
const raw = (attributes: object): InfrastructureModel => modelFromState(readState(stateOf(attributes), 's'), { path: 's' });
const driftOf = (code: InfrastructureModel, state: InfrastructureModel): string[] => detectDrift({ code: alignWithRecord(code, state, gate), state }, { catalogue, key: new Uint8Array(32) }).drifts.map(({ attribute = '' }) => attribute);

const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom('$hidden', '$big', '__proto__', 'id')), tie('any'), { maxKeys: 3 })),
})).any;
const attributes = fc.dictionary(fc.constantFrom('id', 'name', 'size', 'password', 'anything', 'nested', '$hidden', '__proto__'), value, { maxKeys: 5 });

test('a record is JSON, reads back, and has every resource, whatever the state holds', () => {
  fc.assert(fc.property(attributes, (given) => {
    const [resource] = recorded(given).resources;
    expect(resource?.address).toBe('aws_x.x');
    expect(Object.keys(resource?.attributes ?? {}).sort()).toEqual(Object.keys(JSON.parse(JSON.stringify(given)) as object).sort());
  }));
});

test('the same state twice differs in nothing, and in what is hidden exactly where the state differs', () => {
  fc.assert(fc.property(attributes, (given) => {
    const drift = detectDrift({ history: [recorded(given, 1), recorded(given, 2)] }, { catalogue, key: new Uint8Array(32) });
    expect(drift.drifts).toEqual([]);
  }));
  const found = detectDrift({ history: [recorded({ id: 'x', anything: 'a b', other: 'c' }, 1), recorded({ id: 'x', anything: 'a c', other: 'c' }, 2)] }, { catalogue, key: new Uint8Array(32) });
  expect(found.drifts.map(({ attribute }) => attribute)).toEqual(['anything']);
});

test('code that says what the state has is no drift, hidden or not; a change of a hidden value is one, behind its mark', () => {
  const applied = { id: 'i-0123456789abcdef0', name: 'web', anything: 'correct horse', port: 808080, user_data: 'f572d396fae9206628714fb2ce00f72e94f2258f', nested: [{ deep: 'words', more: 'Words' }], list: ['b', 'a'], password: 'Sommer2026!' };
  const declared = { name: 'web', anything: 'correct horse', port: 808080, user_data: 'hello\n', nested: [{ deep: 'words' }], list: ['a', 'b'], password: 'Sommer2026!' };
  expect(driftOf(raw(declared), recorded(applied))).toEqual([]);
  expect(driftOf(raw({ ...declared, anything: 'other' }), recorded(applied))).toEqual(['anything']);
  const drift = detectDrift({ code: alignWithRecord(raw({ ...declared, password: 'Winter2026?' }), recorded(applied), gate), state: recorded(applied) }, { catalogue, key: new Uint8Array(32) });
  expect(JSON.stringify(drift.drifts)).not.toMatch(/Sommer|Winter/);
  expect(drift.drifts.map(({ attribute }) => attribute)).toEqual(['password']);
});

test('what is kept in clear is short, on the list, and no secret', () => {
  const kept = (path: string, text: string): boolean => gate.mayStay(text, 'aws_x', path.split('.'), false);
  for (const [path, text] of [['name', 'web'], ['tags.Team', 'shop'], ['tags.environment', 'production'], ['subnet', 'subnet-0123456789abcdef0'], ['x', 'arn:aws:kms:eu-west-1:111122223333:key/abc'], ['x', '10.0.0.0/16'], ['x', 'true']] as const) expect([path, text, kept(path, text)]).toEqual([path, text, true]);
  for (const [path, text] of [['anything', 'web'], ['name', 'a\nb'], ['name', '{"a":1}'], ['name', 'x'.repeat(300)], ['tags.Password', 'x'], ['password', 'i-0123456789abcdef0'], ['name', 'ghp_abcdefghijklmnopqrstuvwxyz012345']] as const) expect([path, text, kept(path, text)]).toEqual([path, text, false]);
  expect(gate.mayStay('web', 'aws_x', ['name'], true)).toBe(false);
  expect([gate.mayStay(443, 'aws_x', ['port'], false), gate.mayStay(123_456_789, 'aws_x', ['port'], false), gate.mayStay(1234, 'aws_x', ['pass'], false)]).toEqual([true, false, false]);
});

test('a mark has the mentions and sought words of what it hides, for rules as text and readable for people', () => {
  const record = recordOf(readState(stateOf({ id: 'x', assume: '{"Action":"sts:AssumeRoleWithWebIdentity","Resource":"arn:aws:iam::111122223333:role/deploy"}' }), 's'), gate, () => []);
  const text = memberFromRecord(record, { path: 's', root: 's', workspace: 'default' }).model.resources[0]?.attributes['assume'];
  expect(text).toMatch(/^hmac:[0-9a-f]{16}( hmac:[0-9a-f]{12})+ ~WebIdentity$/);
  expect(String(text).split(' ')).toContain(gate.mentionOf('arn:aws:iam::111122223333:role/deploy'));
  expect(withoutMarks(`it is ${String(text)}, really`)).toBe('it is (not kept), really');
  expect(recorded({ id: 'x', assume: 'words' }).resources[0]?.attributes['assume']).toBeInstanceOf(SensitiveAttribute);
});

test('names of the code stay as they are, keys of instances are values', () => {
  expect(gate.address('module.a.aws_iam_role_policy_attachment.AmazonEC2ContainerRegistryReadOnly')).toBe('module.a.aws_iam_role_policy_attachment.AmazonEC2ContainerRegistryReadOnly');
  expect(gate.address('aws_x.y["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"]')).toContain('AmazonEC2ContainerRegistryReadOnly');
  expect(gate.address('aws_x.y["wJalrXUtnFEMIK7MDENGbPxRfiCYzz9Kq3Tn"]')).toMatch(/^aws_x\.y\["\(redacted:[0-9a-f]{12}\)"\]$/);
  expect(gate.address('aws_iam_access_key.k["AKIAQ7ZLMNOPQRSTUVWX"]')).not.toContain('AKIAQ7');
});
