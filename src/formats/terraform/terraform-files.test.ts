import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import { parseAddress, parseProvider, printAddress } from './address.ts';
import { expandFlatmap } from './flatmap.ts';
import { readJsonDocument } from './json-document.ts';
import { readPlan } from './plan.ts';
import { readState } from './state.ts';

const NAME = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,12}$/).filter((name) => !['module', 'data', 'ephemeral'].includes(name));
const KEY = fc.oneof(fc.nat(), fc.string({ unit: 'grapheme' }));

function refusal(read: () => unknown): PlatformError {
  try {
    read();
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('addresses', () => {
  test('any address comes back as it was printed, whatever its keys hold', () => {
    const address = fc.record({ calls: fc.array(fc.record({ name: NAME, key: fc.option(KEY, { nil: undefined }) }), { maxLength: 3 }), mode: fc.constantFrom('managed' as const, 'data' as const), type: NAME, name: NAME, key: fc.option(KEY, { nil: undefined }) });
    fc.assert(
      fc.property(address, ({ calls, key, ...rest }) => {
        const module = calls.map((call) => printAddress({ module: '', mode: 'managed', type: 'module', name: call.name, ...(call.key === undefined ? {} : { key: call.key }) })).join('.');
        const whole = { module, ...rest, ...(key === undefined ? {} : { key }) };
        expect(parseAddress(printAddress(whole))).toEqual(whole);
      }),
    );
  });

  test('a module alone, an attribute and a broken key are no resource', () => {
    for (const text of ['module.network', 'aws_vpc.main.id', 'aws_vpc.main["a', 'aws_vpc', '', '1.2', 'aws_vpc.main[x]']) expect(parseAddress(text)).toBeUndefined();
  });

  test('a provider is read as every version wrote it', () => {
    expect(parseProvider('provider["registry.terraform.io/hashicorp/aws"].west')).toEqual({ localName: 'aws', alias: 'west', source: 'registry.terraform.io/hashicorp/aws' });
    expect(parseProvider('module.a.provider["registry.opentofu.org/hashicorp/google"]')).toEqual({ localName: 'google', source: 'registry.opentofu.org/hashicorp/google' });
    expect(parseProvider('provider.aws.west')).toEqual({ localName: 'aws', alias: 'west' });
    expect(parseProvider('registry.terraform.io/hashicorp/null')).toEqual({ localName: 'null', source: 'registry.terraform.io/hashicorp/null' });
  });
});

describe('JSON documents', () => {
  test('an integer beyond 2^53 keeps its digits, and all others stay plain numbers', () => {
    expect(readJsonDocument('{"a": 9007199254740993, "b": 12, "c": "9007199254740993", "d": 1.5}', 'x')).toEqual({ value: { a: 9007199254740993n, b: 12, c: '9007199254740993', d: 1.5 } });
  });

  test('a document cut in half says where it ends and quotes nothing of it', () => {
    const cut = readJsonDocument('{\n  "password": "hunter2",\n  "a": [', 'state.json');
    expect(cut).toMatchObject({ problem: { line: 3, message: 'the JSON ends before it is complete' } });
    expect(JSON.stringify(readJsonDocument('{"password": "hunter2" oops}', 'state.json'))).not.toContain('hunter2');
  });
});

test('flat attributes become nested ones: maps with dots in their keys, lists, and sets by hash', () => {
  expect(expandFlatmap({ id: 'i-1', 'tags.%': '2', 'tags.Name': 'web', 'tags.app.kubernetes.io/name': 'x', 'groups.#': '2', 'groups.0': 'a', 'groups.1': 'b', 'ingress.#': '1', 'ingress.2541437006.port': '80' })).toEqual({
    id: 'i-1',
    tags: { Name: 'web', 'app.kubernetes.io/name': 'x' },
    groups: ['a', 'b'],
    ingress: [{ port: '80' }],
  });
});

describe('states', () => {
  const version4 = {
    version: 4,
    terraform_version: '1.9.0',
    serial: 7,
    lineage: 'abc',
    outputs: { secret: { value: 'x', type: 'string', sensitive: true } },
    resources: [
      {
        module: 'module.db["a"]',
        mode: 'managed',
        type: 'aws_db_instance',
        name: 'main',
        provider: 'provider["registry.terraform.io/hashicorp/aws"]',
        instances: [{ index_key: 'a', schema_version: 2, status: 'tainted', attributes: { id: 'db-1', password: 'x' }, sensitive_attributes: [[{ type: 'get_attr', value: 'password' }]], private: 'c2VjcmV0', dependencies: ['aws_vpc.main'] }],
      },
    ],
  };

  test('version 4 is read with its marks, and the private blob is left behind', () => {
    const state = readState(JSON.stringify(version4), 'state.json');
    expect(state).toMatchObject({ format: 'version 4', serial: 7, lineage: 'abc', instances: [{ module: 'module.db["a"]', key: 'a', tainted: true, sensitivePaths: [['password']], dependencies: ['aws_vpc.main'], schemaVersion: 2 }] });
    expect(JSON.stringify(state)).not.toContain('c2VjcmV0');
  });

  test('version 3 is read: modules, keys within names, data, deposed objects', () => {
    const state = readState(
      JSON.stringify({
        version: 3,
        serial: 1,
        modules: [
          { path: ['root'], outputs: { a: { value: '1' } }, resources: { 'aws_instance.web.3': { type: 'aws_instance', depends_on: ['aws_vpc.main.*'], primary: { id: 'i-3', attributes: { id: 'i-3', 'tags.%': '1', 'tags.Name': 'w' } }, deposed: [{ id: 'i-2', attributes: {} }], provider: 'provider.aws' } } },
          { path: ['root', 'net'], resources: { 'data.aws_ami.base': { type: 'aws_ami', primary: { id: 'ami-1', attributes: {} } } } },
        ],
      }),
      'terraform.tfstate',
    );
    expect(state.instances).toMatchObject([
      { module: '', mode: 'managed', type: 'aws_instance', name: 'web', key: 3, attributes: { id: 'i-3', tags: { Name: 'w' } }, dependencies: ['aws_vpc.main'] },
      { deposed: '0', attributes: { id: 'i-2' } },
      { module: 'module.net', mode: 'data', type: 'aws_ami', name: 'base', attributes: { id: 'ami-1' } },
    ]);
  });

  test('the output of show is read with nested modules and what it marks as sensitive', () => {
    const resource = { address: 'module.a.aws_s3_bucket.b[0]', mode: 'managed', type: 'aws_s3_bucket', name: 'b', index: 0, provider_name: 'registry.terraform.io/hashicorp/aws', values: { id: 'logs', tags: { a: 'b' } }, sensitive_values: { tags: { a: true } } };
    const state = readState(JSON.stringify({ format_version: '1.0', terraform_version: '1.5.0', values: { root_module: { child_modules: [{ address: 'module.a', resources: [resource] }] } } }), 'show.json');
    expect(state.instances).toMatchObject([{ module: 'module.a', key: 0, sensitivePaths: [['tags', 'a']] }]);
  });

  test('what cannot be read is refused by name, with what to do', () => {
    expect(refusal(() => readState('{"version": 4', 's')).code).toBe('ROADBED-8050');
    expect(refusal(() => readState('{"encrypted_data": "x", "encryption_version": "v0", "serial": 1}', 's'))).toMatchObject({ code: 'ROADBED-8051', next: expect.stringContaining('tofu state pull') });
    expect(refusal(() => readState('{"version": 2, "serial": 1, "modules": []}', 's')).code).toBe('ROADBED-8052');
    expect(refusal(() => readState('{"version": 9, "serial": 1, "resources": []}', 's')).message).toContain('version 9');
    expect(refusal(() => readState('{"format_version": "2.0", "terraform_version": "9", "values": {}}', 's')).code).toBe('ROADBED-8052');
    expect(refusal(() => readState('[1]', 's')).code).toBe('ROADBED-8053');
    expect(refusal(() => readState('{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{}}', 's')).message).toContain('is a plan');
    expect(readState('{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"a.b","mode":"managed","type":"a","name":"b","values":{}}]}}}', 's').instances).toHaveLength(1);
    expect(refusal(() => readState('{"version": 4, "serial": 1, "resources": [{"type": "a", "instances": [{}]}]}', 's')).why).toBe('resources[0] has no name');
  });

  test('no JSON makes the reader do anything but answer or refuse', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom('', '"version":4,"serial":1,', '"version":3,"serial":1,', '"format_version":"1.0","terraform_version":"1.0","values":'), (json, head) => {
        const text = head === '' ? json : `{${head}${head.endsWith(':') ? json : `"resources":${json},"modules":${json}`}}`;
        try {
          readState(text, 'any');
        } catch (error) {
          expect(error).toBeInstanceOf(PlatformError);
        }
      }),
    );
  });
});

describe('plans', () => {
  test('changes, unknown and sensitive parts and the configuration are read', () => {
    const plan = readPlan(
      JSON.stringify({
        format_version: '1.2',
        terraform_version: '1.9.0',
        planned_values: { root_module: { resources: [{ address: 'a.b', mode: 'managed', type: 'a', name: 'b', provider_name: 'p', values: { size: 1 } }] } },
        resource_changes: [{ address: 'a.b', mode: 'managed', type: 'a', name: 'b', provider_name: 'p', change: { actions: ['delete', 'create'], before: { size: 0 }, after: { size: 1 }, after_unknown: { id: true }, after_sensitive: { pw: true }, replace_paths: [['size']] } }],
        configuration: { root_module: { resources: [{ address: 'a.b', expressions: { size: { constant_value: 1 }, net: { references: ['a.c.id', 'a.c'] }, block: [{ x: { references: ['var.y'] } }] } }], module_calls: { m: { source: './m', module: { outputs: { o: { expression: { references: ['a.z'] } } } } } } } },
      }),
      'plan.json',
    );
    expect(plan.changes).toMatchObject([{ actions: ['delete', 'create'], unknownPaths: [['id']], sensitiveAfter: [['pw']], replacePaths: [['size']] }]);
    expect(plan.configuration.resources[0]?.expressions).toEqual([
      { attribute: 'net', references: ['a.c.id', 'a.c'] },
      { attribute: 'block.0.x', references: ['var.y'] },
    ]);
    expect(plan.configuration.calls.get('m')?.module.outputs.get('o')).toEqual(['a.z']);
  });

  test('a plan cut in half, a state and an unknown version are refused by name', () => {
    expect(refusal(() => readPlan('{"format_version": "1.2", "planned_va', 'p')).code).toBe('ROADBED-8050');
    expect(refusal(() => readPlan('{"version": 4, "serial": 1, "resources": []}', 'p')).code).toBe('ROADBED-8054');
    expect(refusal(() => readPlan('{"format_version": "3.0", "planned_values": {}}', 'p')).code).toBe('ROADBED-8052');
  });
});
