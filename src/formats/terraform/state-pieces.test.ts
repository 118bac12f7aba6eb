import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StateFile } from './state-file.ts';
import { takeApart } from './state-pieces.ts';
import { openState, readState } from './state.ts';
import { wholeAttributes } from './state-v4.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a reader answers, or how it refuses. */
function outcome(read: () => StateFile): unknown {
  try {
    return read();
  } catch (error) {
    const { code, message, why } = error as { code?: string; message: string; why?: string };
    return { code, message, why };
  }
}

function expectSame(given: string): void {
  const text = given.toWellFormed();
  expect(outcome(() => openState(bytesOf(text), 's').read('all'))).toEqual(outcome(() => readState(text, 's')));
}

const NUMBERS = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }));
const TEXTS = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('"', '\\', '{', '}]', 'instances', 'resources', '__proto__', '1234567890123456789'));
const { value: VALUES } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, TEXTS, NUMBERS, fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(TEXTS, tie('value'), { maxKeys: 3 })),
}));
const INSTANCE = fc.record({ index_key: fc.oneof(fc.nat(), TEXTS), attributes: fc.dictionary(fc.oneof(fc.constantFrom('id', 'tags', 'size'), TEXTS), VALUES, { maxKeys: 4 }), attributes_flat: fc.constant({ 'tags.%': '1', 'tags.a': 'b' }), sensitive_attributes: fc.constant([[{ type: 'get_attr', value: 'id' }]]), dependencies: fc.array(fc.constantFrom('a.b', 'module.c.a.b')), status: fc.constant('tainted'), private: TEXTS, deposed: TEXTS }, { requiredKeys: [] });
const RESOURCE = fc.record({ module: fc.constantFrom('module.a', 'module.b["x"]'), mode: fc.constantFrom('managed', 'data'), type: fc.constantFrom('aws_eip', 'x_y'), name: TEXTS, provider: TEXTS, each: TEXTS, instances: fc.array(fc.oneof({ weight: 9, arbitrary: INSTANCE }, { weight: 1, arbitrary: VALUES as fc.Arbitrary<never> }), { maxLength: 4 }) }, { requiredKeys: ['instances'] });
const STATE = fc.record({ version: fc.constantFrom(4, 4, 4, 4, 3, 5), terraform_version: TEXTS, serial: fc.nat(), lineage: TEXTS, outputs: fc.dictionary(TEXTS, fc.record({ value: VALUES, sensitive: fc.boolean() }), { maxKeys: 2 }), resources: fc.array(fc.oneof({ weight: 9, arbitrary: RESOURCE }, { weight: 1, arbitrary: VALUES as fc.Arbitrary<never> }), { maxLength: 4 }), check_results: VALUES }, { requiredKeys: ['version', 'resources'] });

/** Numbers beyond 2^53 as they are written; blanks where JSON allows them. */
function written(value: unknown, indent: number): string {
  return (JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `big:${item}` : item), indent) ?? 'null').replace(/"big:(-?\d+)"/g, '$1');
}

test('a state read instance by instance is what the plain reader reads, whatever is in it', () => {
  fc.assert(fc.property(STATE, fc.constantFrom(0, 2), (state, indent) => { expectSame(written(state, indent)); }), { numRuns: 400 });
});

test('a state that is cut off, or in which a character is another one, is refused or read alike', () => {
  fc.assert(fc.property(STATE, fc.nat(), fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '1', ' ', 'x'), fc.boolean(), (state, place, character, cutOff) => {
    const text = written(state, 0);
    const at = place % (text.length + 1);
    expectSame(cutOff ? text.slice(0, at) : `${text.slice(0, at)}${character}${text.slice(at + 1)}`);
  }), { numRuns: 800 });
});

test('hand-made oddities are read alike: fields twice, escaped names, instances that are no objects, a mark in front', () => {
  const eip = (id: string): string => `{"attributes":{"id":"${id}"}}`;
  const resource = (instances: string): string => `{"type":"aws_eip","name":"a","instances":[${instances}]}`;
  const whole = (resources: string): string => `{"version":4,"serial":1,"resources":[${resources}]}`;
  const odd = [
    `{"version":4,"resources":[${resource(eip('one'))}],"resources":[${resource(eip('two'))}]}`,
    whole(`{"type":"aws_eip","name":"a","instances":[${eip('one')}],"instances":[${eip('two')}]}`),
    `{"version":4,"r\\u0065sources":[${resource(eip('one'))}]}`,
    whole(`{"type":"aws_eip","name":"a","\\u0069nstances":[${eip('one')}]}`),
    whole(resource(`7,${eip('one')}`)),
    whole(resource(`1${eip('one')}`)),
    whole(resource(`-${eip('one')}`)),
    whole(resource(`"x",${eip('one')}`)),
    whole(resource(`[${eip('one')}]`)),
    whole(`["instances",[${eip('one')}]]`),
    whole(`${resource(eip('one'))},{"instances":[{}]}`),
    `${whole('')}]`,
    `${whole('')} {}`,
    `[${whole(resource(eip('one')))}]`,
    `{"version":4,"resources":[{"type":"t","name":"n","instances":[{"attributes":${'['.repeat(5000)}${']'.repeat(5000)}}]}]}`,
    '{"version":4,"encrypted_data":"x","resources":[]}',
    `{"version":4,"planned_values":{},"resources":[${resource(eip('one'))}]}`,
    '',
    'null',
  ];
  for (const text of odd) expectSame(text);
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...bytesOf(whole(resource(eip('one'))))]);
  expect(openState(marked, 's').read('all')).toEqual(readState(whole(resource(eip('one'))), 's'));
});

test('a state as Terraform writes it is taken apart, and not read in the plain way', () => {
  const resource = { module: 'module.a["x"]', mode: 'managed', type: 'aws_eip', name: 'a', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ index_key: 'b', attributes: { id: 'one' } }, { index_key: 'c', attributes: { id: 'two' } }] };
  for (const indent of [0, 2]) expect(takeApart(bytesOf(written({ version: 4, terraform_version: '1.9.0', serial: 3, lineage: 'l', outputs: { a: { value: 'x', type: 'string' } }, resources: [resource, resource], check_results: null }, indent)))?.instances).toHaveLength(4);
});

test('of attributes that are not wanted nothing is kept, and all are there when they are asked for', () => {
  fc.assert(fc.property(fc.dictionary(fc.oneof(fc.constantFrom('id', 'size', '__proto__'), TEXTS), VALUES, { maxKeys: 6 }), (attributes) => {
    const text = written({ version: 4, resources: [{ type: 'x_y', name: 'a', instances: [{ attributes }] }] }, 0);
    const [plain] = readState(text, 's').instances;
    const [kept] = openState(bytesOf(text), 's').read(() => new Set(['id', '__proto__'])).instances;
    expect(Object.keys(kept?.attributes ?? {}).every((name) => name === 'id' || name === '__proto__')).toBe(true);
    expect(kept?.attributes['id']).toEqual(plain?.attributes['id']);
    expect(kept?.piece && wholeAttributes(kept.piece)).toEqual(plain?.attributes);
  }));
});

test('an attribute of 50 MB and a number beyond 2^53 come through, and what follows them too', () => {
  const text = `{"version":4,"resources":[{"type":"x_y","name":"a","instances":[{"attributes":{"big":"${'x'.repeat(50_000_000)}","size":12345678901234567890}},{"attributes":{"id":"i"}}]}]}`;
  const { instances } = openState(bytesOf(text), 's').read('all');
  expect(instances.map(({ attributes }) => [String(attributes['big'] ?? '').length, attributes['size'], attributes['id']])).toEqual([[50_000_000, 12345678901234567890n, undefined], [0, undefined, 'i']]);
});
