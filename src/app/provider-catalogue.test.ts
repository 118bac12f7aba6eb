import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { providerOfType } from '../engines/provider-catalogue/catalogue.ts';
import { providerFileProblems, repeatedTypes } from '../engines/provider-catalogue/validate.ts';
import { packageRoot } from './package-root.ts';
import { loadProviderCatalogue } from './provider-catalogue.ts';

const shipped = join(packageRoot, 'providers');
const files = readdirSync(shipped).filter((name) => name.endsWith('.json'));
const own = mkdtempSync(join(tmpdir(), 'roadbed-providers-'));
afterAll(() => rmSync(own, { recursive: true, force: true }));

test.each(files)('%s has known fields, existing glyphs and kinds, and no type twice', (name) => {
  const text = readFileSync(join(shipped, name), 'utf8');
  expect(providerFileProblems(JSON.parse(text))).toEqual([]);
  expect(repeatedTypes(text)).toEqual([]);
});

test('every type stands in the file of its prefix, on a line of its own', () => {
  for (const name of files) {
    const text = readFileSync(join(shipped, name), 'utf8');
    const types = Object.keys((JSON.parse(text) as { types: object }).types);
    expect(types.filter((type) => providerOfType(type) !== name.slice(0, -5))).toEqual([]);
    expect(text.split('\n').filter((line) => /^"[^"]+": \{/.test(line) && !line.startsWith('"defaults"') && !line.startsWith('"types"')).length).toBe(types.length);
  }
});

test('the catalogue knows more than a thousand types, and says so of each', () => {
  const { catalogue, problems } = loadProviderCatalogue('all');
  expect(problems).toEqual([]);
  expect(catalogue.types.length).toBeGreaterThan(1000);
  for (const type of catalogue.types) {
    const known = catalogue.type(type);
    expect(known.derived).toBe(false);
    expect(known.label).not.toBe('');
    expect(known.role === 'group' ? known.kind : 'none').toBeDefined();
  }
});

test('only the files of the wanted providers are read', () => {
  const { catalogue } = loadProviderCatalogue(['aws_instance', 'aws_vpc']);
  expect(catalogue.types.every((type) => type.startsWith('aws_'))).toBe(true);
  expect(catalogue.type('google_storage_bucket').derived).toBe(true);
});

test('a type that nobody lists is derived from its name', () => {
  const { catalogue } = loadProviderCatalogue([]);
  expect(catalogue.type('oci_database_autonomous_database')).toMatchObject({ provider: 'oci', derived: true, label: 'Database autonomous database', glyph: 'database', role: 'node', tier: 5 });
  expect(catalogue.type('digitalocean_droplet')).toMatchObject({ glyph: 'compute' });
  expect(catalogue.type('wonder')).toMatchObject({ provider: 'wonder', glyph: 'generic', label: 'Wonder' });
});

test('a platform team adds types and replaces shipped ones, and a faulty file is refused by name', () => {
  const defaults = { name: ['name'], identity: ['id'], within: [], computed: [], sensitive: [], security: [], capacity: [], tags: [] };
  writeFileSync(join(own, 'acme.json'), JSON.stringify({ schemaVersion: 1, provider: 'acme', label: 'Acme', defaults, types: { acme_widget: { label: 'Widget', glyph: 'queue', tier: 4 }, aws_sqs_queue: { label: 'Our queue', glyph: 'queue' } } }));
  writeFileSync(join(own, 'broken.json'), JSON.stringify({ schemaVersion: 1, provider: 'x', label: 'X', defaults, types: { x_y: { label: 'Y', glyph: 'unicorn', colour: 'red' } } }));
  writeFileSync(join(own, 'half.json'), '{"schemaVersion": 1,');
  const { catalogue, problems } = loadProviderCatalogue(['aws_sqs_queue'], own);
  expect(catalogue.type('acme_widget')).toMatchObject({ label: 'Widget', provider: 'acme', derived: false });
  expect(catalogue.type('aws_sqs_queue').label).toBe('Our queue');
  expect(catalogue.type('x_y').derived).toBe(true);
  expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining('x_y: glyph must be one of'), 'x_y: colour is not a known field', expect.stringContaining('is not JSON')]);
});

test('what a type inherits, it may change', () => {
  const { catalogue } = loadProviderCatalogue(['aws_alb', 'aws_neptune_cluster']);
  expect(catalogue.type('aws_alb')).toMatchObject({ label: 'Load balancer', glyph: 'balancer' });
  expect(catalogue.type('aws_neptune_cluster')).toMatchObject({ label: 'Neptune cluster', within: ['neptune_subnet_group_name', 'vpc_security_group_ids'] });
});
