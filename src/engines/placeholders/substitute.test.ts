import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScore } from '../../formats/score/parse.ts';
import { parseResourceUid, resourceUid } from './resource-uid.ts';
import { declaredLookup, placeholdersIn, splitReference, substituteDeep, substituteText, workloadLookup } from './substitute.ts';

const DATA = process.env['ROADBED_CONFORMANCE_DATA'];
const LOOKUP = workloadLookup({
  metadata: { name: 'checkout', 'my.key': 'dotted', annotations: { 'a/b': 'x' }, list: [1, '<&>'], nothing: null },
  resources: { db: { host: 'localhost', port: 5432, nested: { b: 2, a: 1 }, 'quoted.key': 'q' } },
});

test.each([
  ['plain', 'plain'],
  ['${metadata.name}', 'checkout'],
  ['a ${metadata.name} b ${resources.db.host}', 'a checkout b localhost'],
  ['$$', '$'],
  ['$$$$', '$$'],
  ['$${metadata.name}', '${metadata.name}'],
  ['$$${metadata.name}', '$checkout'],
  ['$${anything at all}', '${anything at all}'],
  ['$', '$'],
  ['$x ${metadata.name}', '$x checkout'],
  ['cost: 5$', 'cost: 5$'],
  ['${unclosed', '${unclosed'],
  ['${resources.db.port}', '5432'],
  ['${resources.db.nested}', '{"a":1,"b":2}'],
  ['${metadata.my\\.key}', 'dotted'],
  ['${metadata.list}', '[1,"\\u003c\\u0026\\u003e"]'],
  ['${metadata.nothing}', 'null'],
  ['${metadata.annotations.a/b}', 'x'],
])('%j becomes %j', (text, expected) => {
  expect(substituteText(text, 'here', LOOKUP)).toEqual({ text: expected, problems: [] });
});

test.each([
  ['${}', "invalid ref '': unknown reference root, use $$ to escape the substitution"],
  ['${PATH}', "invalid ref 'PATH': unknown reference root, use $$ to escape the substitution"],
  ['${metadata}', "invalid ref 'metadata': requires at least a metadata key to lookup"],
  ['${metadata.nope}', "invalid ref 'metadata.nope': key 'nope' not found"],
  ['${metadata.name.more}', "invalid ref 'metadata.name.more': cannot lookup key 'more', context is not a map"],
  ['${metadata.constructor}', "invalid ref 'metadata.constructor': key 'constructor' not found"],
  ['${resources}', "invalid ref 'resources': requires at least a resource name to lookup"],
  ['${resources.cache.host}', "invalid ref 'resources.cache.host': no known resource 'cache'"],
  ['${resources.__proto__.host}', "invalid ref 'resources.__proto__.host': no known resource '__proto__'"],
  ['${resources.db}', "invalid ref 'resources.db': at least one lookup key is required"],
  ['${resources.db.hots}', "invalid ref 'resources.db.hots': key 'hots' not found"],
])('%s is refused by name and place', (text, message) => {
  expect(substituteText(`x${text}`, 'containers.web.variables.URL', LOOKUP)).toEqual({ text: `x${text}`, problems: [{ placeholder: text, where: 'containers.web.variables.URL', message }] });
});

test('every problem of a text is reported', () => {
  expect(substituteText('${a} ${b}', 'x', LOOKUP).problems).toHaveLength(2);
});

test('maps and lists are expanded to their leaves, keys are not', () => {
  const { value, problems } = substituteDeep({ '${metadata.name}': ['${metadata.name}', 1, null, { deep: '${nope}' }] }, 'params', LOOKUP);
  expect(value).toEqual({ '${metadata.name}': ['checkout', 1, null, { deep: '${nope}' }] });
  expect(problems).toMatchObject([{ where: 'params.${metadata.name}[3].deep', placeholder: '${nope}' }]);
});

test('before anything is provisioned, what can never resolve is known', () => {
  const lookup = declaredLookup({ name: 'checkout' }, ['db']);
  expect(substituteText('${resources.db.anything} ${metadata.name}', 'x', lookup).problems).toEqual([]);
  expect(substituteText('${resources.cache.host} ${metadata.nope} ${resources.db}', 'x', lookup).problems).toHaveLength(3);
});

describe('resource identity', () => {
  test.each([
    [{ type: 'redis' }, 'redis.default#one.cache'],
    [{ type: 'redis', id: 'main' }, 'redis.default#main'],
    [{ type: 'redis', class: 'big', id: 'main.x' }, 'redis.big#main.x'],
  ])('%j is %s', (resource, uid) => {
    expect(resourceUid('one', 'cache', resource)).toBe(uid);
  });

  test('the same id is the same resource for two workloads, none is not', () => {
    expect(resourceUid('one', 'a', { type: 'redis', id: 'main' })).toBe(resourceUid('two', 'b', { type: 'redis', id: 'main' }));
    expect(resourceUid('one', 'a', { type: 'redis' })).not.toBe(resourceUid('two', 'a', { type: 'redis' }));
  });

  test('a uid can be taken apart', () => {
    expect(parseResourceUid('redis.default#one.cache')).toEqual({ type: 'redis', class: 'default', id: 'one.cache' });
    expect(parseResourceUid('redis')).toBeUndefined();
  });
});

describe('laws', () => {
  const text = fc.array(fc.constantFrom('$', '}', '$$', '${metadata.name}', 'a', '.', '\\'), { maxLength: 12 }).map((parts) => parts.join(''));

  test('a text of whole placeholders whose dollars are doubled comes back as it was', () => {
    fc.assert(fc.property(text, (original) => substituteText(original.replaceAll('$', '$$$$'), 'x', LOOKUP).text === original));
  });

  test('a text without dollars is never changed', () => {
    fc.assert(fc.property(fc.string(), (original) => original.includes('$') || substituteText(original, 'x', LOOKUP).text === original));
  });

  test('a dot in a key survives when it is escaped', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z.]{1,5}$/), { minLength: 1 }), (parts) => {
      expect(splitReference(parts.map((part) => part.replaceAll('.', '\\.')).join('.'))).toEqual(parts);
    }));
  });
});

describe.skipIf(DATA === undefined)('the official samples', () => {
  test('all their placeholders name a root and resource that exist', () => {
    const folder = join(DATA ?? '', 'score', 'samples');
    const seen = new Set<string>();
    for (const name of readdirSync(folder)) {
      const { document } = parseScore(readFileSync(join(folder, name), 'utf8'), name);
      if (document === undefined) throw new Error(`${name} is not valid`);
      const lookup = declaredLookup(document.metadata, Object.keys(document.resources ?? {}));
      for (const container of Object.values(document.containers)) {
        for (const reference of Object.values(container.variables ?? {}).flatMap(placeholdersIn)) seen.add(reference);
        expect(substituteDeep(container.variables ?? {}, name, lookup).problems).toEqual([]);
      }
      for (const resource of Object.values(document.resources ?? {})) expect(substituteDeep(resource.params ?? {}, name, lookup).problems).toEqual([]);
    }
    console.log(`score: ${seen.size} distinct placeholders in variables`);
    expect(seen.size).toBeGreaterThan(30);
  });
});
