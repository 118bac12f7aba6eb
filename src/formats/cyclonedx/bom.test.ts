import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cycloneDxBom, integrityHashes, type BomInput } from './bom.ts';
import { readNpmProject } from './npm.ts';
import { artifactPackageUrl, npmPackageUrl } from './package-url.ts';

const DATA = process.env['ROADBED_CONFORMANCE_DATA'];
if (DATA === undefined) console.log('CycloneDX schema check skipped: set ROADBED_CONFORMANCE_DATA to a folder with schemas/cyclonedx');

const SHA512 = Buffer.alloc(64, 7);
const LOCK_3 = {
  name: 'checkout', version: '1.0.0', lockfileVersion: 3,
  packages: {
    '': { name: 'checkout', dependencies: { '@scope/a': '^1', b: '^2' }, devDependencies: { t: '*' } },
    'node_modules/@scope/a': { version: '1.2.3', resolved: 'https://user:pass@registry.example/@scope/a.tgz', integrity: `sha512-${SHA512.toString('base64')}`, license: 'MIT', dependencies: { b: '^1' } },
    'node_modules/@scope/a/node_modules/b': { version: '1.0.0', license: '(MIT OR Apache-2.0)' },
    'node_modules/b': { version: '2.0.0', license: 'Custom thing' },
    'node_modules/t': { version: '3.0.0', dev: true, license: 'UNLICENSED' },
    'node_modules/workspace': { resolved: 'packages/workspace', link: true },
    'packages/workspace': { version: '0.0.1' },
  },
};
const LOCK_1 = { lockfileVersion: 1, dependencies: { a: { version: '1.0.0', requires: { b: '^1' }, dependencies: { b: { version: '1.0.0' } } }, b: { version: '2.0.0', optional: true } } };

function bom(manifest: unknown, lock?: unknown): ReturnType<typeof cycloneDxBom> {
  const project = readNpmProject(manifest === undefined ? undefined : JSON.stringify(manifest), lock === undefined ? undefined : JSON.stringify(lock));
  const input: BomInput = { namespace: 'shop', service: 'checkout', digest: `sha256:${'a'.repeat(64)}`, createdAt: '2026-01-01T00:00:00Z', platformVersion: '0.1.0', project };
  return cycloneDxBom(input);
}

const MANIFEST = { name: 'checkout', license: 'Apache-2.0', dependencies: { '@scope/a': '^1', b: '^2' }, devDependencies: { t: '*' } };

test('every installed package is a component with purl, hashes, licence and scope', () => {
  expect(bom(MANIFEST, LOCK_3)['components']).toEqual([
    { type: 'library', 'bom-ref': 'pkg:npm/%40scope/a@1.2.3', group: '@scope', name: 'a', version: '1.2.3', scope: 'required', hashes: [{ alg: 'SHA-512', content: SHA512.toString('hex') }], licenses: [{ license: { id: 'MIT' } }], purl: 'pkg:npm/%40scope/a@1.2.3', externalReferences: [{ type: 'distribution', url: 'https://registry.example/@scope/a.tgz' }] },
    { type: 'library', 'bom-ref': 'pkg:npm/b@1.0.0', name: 'b', version: '1.0.0', scope: 'required', licenses: [{ expression: '(MIT OR Apache-2.0)' }], purl: 'pkg:npm/b@1.0.0' },
    { type: 'library', 'bom-ref': 'pkg:npm/b@2.0.0', name: 'b', version: '2.0.0', scope: 'required', licenses: [{ license: { name: 'Custom thing' } }], purl: 'pkg:npm/b@2.0.0' },
    { type: 'library', 'bom-ref': 'pkg:npm/t@3.0.0', name: 't', version: '3.0.0', scope: 'excluded', purl: 'pkg:npm/t@3.0.0' },
  ]);
});

test('dependencies are resolved as Node would', () => {
  expect(bom(MANIFEST, LOCK_3)['dependencies']).toEqual([
    { ref: `pkg:generic/shop/checkout@sha256:${'a'.repeat(64)}`, dependsOn: ['pkg:npm/%40scope/a@1.2.3', 'pkg:npm/b@2.0.0', 'pkg:npm/t@3.0.0'] },
    { ref: 'pkg:npm/%40scope/a@1.2.3', dependsOn: ['pkg:npm/b@1.0.0'] },
    { ref: 'pkg:npm/b@1.0.0', dependsOn: [] },
    { ref: 'pkg:npm/b@2.0.0', dependsOn: [] },
    { ref: 'pkg:npm/t@3.0.0', dependsOn: [] },
  ]);
});

test('the old lock form is read as well', () => {
  const project = readNpmProject(JSON.stringify({ dependencies: { a: '1' }, optionalDependencies: { b: '2' } }), JSON.stringify(LOCK_1));
  expect(project.packages.map((one) => [one.place, one.version, one.scope, one.dependsOn])).toEqual([
    ['node_modules/a', '1.0.0', 'required', ['node_modules/a/node_modules/b']], ['node_modules/a/node_modules/b', '1.0.0', 'required', []], ['node_modules/b', '2.0.0', 'optional', []],
  ]);
  expect(project.dependsOn).toEqual(['node_modules/a', 'node_modules/b']);
});

test('without a lock only what is declared is known, and no version is made up', () => {
  expect(bom(MANIFEST)['components']).toEqual([
    { type: 'library', 'bom-ref': 'pkg:npm/%40scope/a', group: '@scope', name: 'a', scope: 'required', purl: 'pkg:npm/%40scope/a', properties: [{ name: 'roadbed:declaredRange', value: '^1' }] },
    { type: 'library', 'bom-ref': 'pkg:npm/b', name: 'b', scope: 'required', purl: 'pkg:npm/b', properties: [{ name: 'roadbed:declaredRange', value: '^2' }] },
    { type: 'library', 'bom-ref': 'pkg:npm/t', name: 't', scope: 'excluded', purl: 'pkg:npm/t', properties: [{ name: 'roadbed:declaredRange', value: '*' }] },
  ]);
});

test('a static site has a bill without components; a broken lock is said to be broken', () => {
  expect(bom(undefined)['components']).toEqual([]);
  expect(readNpmProject('{}', '{').problem).toBe('package-lock.json is not valid JSON');
});

test('the same input gives the same bill, another artifact another serial number', () => {
  expect(bom(MANIFEST, LOCK_3)).toEqual(bom(MANIFEST, LOCK_3));
  expect(bom(MANIFEST, LOCK_3)['serialNumber']).not.toBe(bom(MANIFEST)['serialNumber']);
});

test('integrity texts that are not hashes are left out', () => {
  expect(integrityHashes(`sha512-${SHA512.toString('base64')} sha1-AAAA md5-xx sha256-====`)).toEqual([{ alg: 'SHA-512', content: SHA512.toString('hex') }]);
});

test('package URLs are escaped', () => {
  expect(npmPackageUrl('@a/b c', '1.0.0+x')).toBe('pkg:npm/%40a/b%20c@1.0.0%2Bx');
  expect(artifactPackageUrl('a/b', 'c', 'sha256:ff')).toBe('pkg:generic/a%2Fb/c@sha256:ff');
});

describe.skipIf(DATA === undefined)('the official schema', () => {
  let validate: ValidateFunction = Object.assign(() => false, {}) as unknown as ValidateFunction;
  if (DATA !== undefined) {
    const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(DATA, 'schemas', 'cyclonedx', name), 'utf8')) as Record<string, unknown>;
    const ajv = new Ajv({ strict: false, formats: { 'iri-reference': true, 'idn-email': true } });
    addFormats.default(ajv);
    for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json']) ajv.addSchema({ ...read(name), $id: `http://cyclonedx.org/schema/${name}` });
    validate = ajv.compile(read('bom-1.6.SNAPSHOT.schema.json'));
  }
  const problems = (value: unknown): unknown => (validate(value) ? [] : validate.errors);

  test.each<[string, unknown, unknown]>([['a lock of version 3', MANIFEST, LOCK_3], ['a lock of version 1', MANIFEST, LOCK_1], ['no lock', MANIFEST, undefined], ['nothing', undefined, undefined]])('holds for %s', (_what, manifest, lock) => {
    expect(problems(bom(manifest, lock))).toEqual([]);
  });

  test('holds for this repository itself', () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    const project = readNpmProject(readFileSync(join(root, 'package.json'), 'utf8'), readFileSync(join(root, 'package-lock.json'), 'utf8'));
    expect(project.packages.length).toBeGreaterThan(100);
    expect(problems(cycloneDxBom({ namespace: 'x', service: 'y', digest: `sha256:${'0'.repeat(64)}`, createdAt: '2026-01-01T00:00:00Z', platformVersion: '0.1.0', project }))).toEqual([]);
  });

  test('holds for whatever a lock contains', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('MIT', 'MIT OR X', '(', 'https://x y', 'https://ok.example/a', '1.0.0', `sha512-${SHA512.toString('base64')}`), fc.anything({ maxDepth: 1 }));
    const entry = fc.record({ version: value, resolved: value, integrity: value, license: value, dependencies: fc.dictionary(fc.constantFrom('a', 'b'), value), dev: fc.boolean() }, { requiredKeys: [] });
    const packages = fc.dictionary(fc.oneof(fc.constantFrom('', 'node_modules/a', 'node_modules/b', 'node_modules/a/node_modules/b', 'node_modules/@s/c'), fc.string().map((name) => `node_modules/${name}`)), entry);
    fc.assert(fc.property(packages, (map) => {
      expect(problems(bom(MANIFEST, { lockfileVersion: 3, packages: map }))).toEqual([]);
    }), { numRuns: 200 });
  });
});
