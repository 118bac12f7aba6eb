import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseAddress, printAddress } from '../../formats/terraform/address.ts';
import type { WantedAttributes } from '../../formats/terraform/state-file.ts';
import { openState } from '../../formats/terraform/state.ts';
import { resourceFromInstance } from '../infrastructure/from-state.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import type { EstateMember, EstateResource } from './estate.ts';
import { RecordedResource } from './recorded-resource.ts';
import { prepareRules, runRules } from './run-rules.ts';
import { asRuleFile } from './validate.ts';

const folder = join(import.meta.dirname, '../../../rules/waste');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name) => asRuleFile(parse(readFileSync(join(folder, name), 'utf8'))));
const prepared = prepareRules(files);
const sensitiveOf = (type: string): string[] => (type === 'aws_db_instance' ? ['password'] : []);

/** A state of version 4 with these resources. */
function stateBytes(resources: Readonly<Record<string, unknown>>): Uint8Array {
  const written = Object.entries(resources).flatMap(([address, attributes]) => {
    const place = parseAddress(address);
    return place === undefined ? [] : [{ module: place.module, mode: place.mode, type: place.type, name: place.name, instances: [{ ...(place.key === undefined ? {} : { index_key: place.key }), attributes, sensitive_attributes: [[{ type: 'get_attr', value: 'secret' }]] }] }];
  });
  return new TextEncoder().encode(JSON.stringify({ version: 4, resources: written }));
}

function memberOf(bytes: Uint8Array, path: string, wanted: WantedAttributes): EstateMember {
  const source = { path, root: path, workspace: 'default' };
  const resources = openState(bytes, path).read(wanted).instances.map((instance) => {
    const { module, mode, type, name } = instance;
    if (instance.piece === undefined) return { ...resourceFromInstance(instance, { sensitiveAttributes: sensitiveOf }), dependencies: instance.dependencies };
    return new RecordedResource(instance, instance.piece, { resource: printAddress({ module, mode, type, name }), source, sensitive: sensitiveOf(type), wanted: wanted === 'all' ? new Set<string>() : wanted(type) });
  });
  return { source, model: { resources, outputs: [] } };
}

const found = (members: EstateMember[]): string[] => runRules(prepared, members).matches.map(({ rule, resource }) => `${rule.id} ${resource.source.path} ${resource.address}`);

test('what the rules read can be told of every shipped rule, and is a part of what there is', () => {
  expect(prepared.compiled.filter(({ expression }) => expression.reads === undefined).map(({ rule }) => rule.id)).toEqual([]);
  expect(typeof prepared.wanted).toBe('function');
});

test('with only these attributes kept, all rules find in all cases what they find with every attribute at hand', () => {
  const cases = files.flatMap((file) => file.rules).flatMap((rule) => rule.cases);
  let matches = 0;
  for (const { states } of cases) {
    const all = found(states.map((state, at) => memberOf(stateBytes(state), `s${at}`, 'all')));
    matches += all.length;
    expect(found(states.map((state, at) => memberOf(stateBytes(state), `s${at}`, prepared.wanted)))).toEqual(all);
  }
  expect(matches).toBeGreaterThan(cases.length / 3);
});

test('attributes are whole, marked as sensitive, and the same again after another resource was looked at', () => {
  const bytes = stateBytes({ 'aws_db_instance.a': { id: 'db-a', password: 'p', secret: 's', tags: { a: 'b' } }, 'module.x["y"].aws_db_instance.b[2]': { id: 'db-b', size: 1 } });
  const shown = (resource: Pick<EstateResource, 'address' | 'attributes'>): unknown => [resource.address, Object.fromEntries(Object.entries(resource.attributes).map(([name, value]: [string, AttributeValue]) => [name, value instanceof SensitiveAttribute ? { hidden: value.reveal() } : value]))];
  const kept = memberOf(bytes, 's', () => new Set(['id'])).model.resources;
  const plain = memberOf(bytes, 's', 'all').model.resources.map(shown);
  expect(kept.map(shown)).toEqual(plain);
  expect(kept.toReversed().map(shown)).toEqual(plain.toReversed());
  expect(kept.map((resource) => Object.keys(resource.kept ?? {}))).toEqual([['id'], ['id']]);
});
