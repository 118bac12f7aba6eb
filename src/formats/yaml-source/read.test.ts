import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { expect, test } from 'vitest';
import { allowance, readYaml } from './read.ts';

function messages(text: string, options = {}): string[] {
  return readYaml(text, 'a.yaml', options).flatMap((document) => document.problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`));
}

test('what is read is what the parser reads', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = stringify(value);
      expect(readYaml(text, 'a.yaml')[0]?.value).toEqual((parse(text) as unknown) ?? undefined);
    }),
    { numRuns: 200 },
  );
});

test('a key that stands twice in a map is named with its place, on every level', () => {
  expect(messages('a: 1\nb:\n  - {x: 1, y: 2, x: 3}\na: 2\n')).toEqual(['3:18 not valid YAML: Map keys must be unique', '4:1 not valid YAML: Map keys must be unique']);
  expect(messages('1: a\n"1": b\n')).toEqual([]);
});

test.each([
  ['many keys', (index: number) => `key${index}: 1\n`],
  ['a long list', () => '- 1\n'],
  ['brackets', () => '[]\n'],
  ['empty entries', () => '-\n'],
  ['comments', () => '#\n'],
])('a file of %s that would hold the platform up is refused before it is parsed', (_, unit) => {
  const text = Array.from({ length: 40_000 }, (__, index) => unit(index)).join('');
  expect(messages(text)).toEqual([expect.stringContaining('too many parts to be read: at most 30000')]);
});

test('large values cost little and are read; a file above its limit is refused with both sizes', () => {
  const text = `a: |\n${'  some text\n'.repeat(5_000)}`;
  expect(messages(text)).toEqual([]);
  expect(messages(text, { mostBytes: 1000 })).toEqual([`1:1 the file has ${text.length} bytes; at most 1000 are read`]);
});

test('of a file of faults the first ones are told', () => {
  expect(messages('a: b: c\n'.repeat(500)).length).toBe(20);
});

test('texts that share an allowance are refused when it is used up', () => {
  const shared = { allowance: allowance() };
  const text = 'a: [1, 2, 3]\n'.repeat(1).concat('# x\n'.repeat(5_000));
  expect(messages(text, shared)).toEqual([]);
  expect([messages(text, shared), messages(text, shared)].flat()).toEqual([expect.stringContaining('with all that it includes')]);
});

test('aliases that multiply are refused, whether by their number or by what they come to', () => {
  const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]\n`).join('')}`;
  expect(messages(bomb)).toEqual([expect.stringContaining('too many aliases')]);
  const wide = `a: &a [${'1,'.repeat(1_000)}]\n${Array.from({ length: 90 }, (_, index) => `k${index}: *a\n`).join('')}`;
  expect(messages(wide)).toEqual([expect.stringContaining('too many aliases')]);
});

test('what is nested too deeply is refused', () => {
  expect(messages('['.repeat(100) + ']'.repeat(100))).toEqual([expect.stringContaining('nested deeper than 60 levels')]);
  expect(messages('['.repeat(100_000))).toEqual([expect.stringMatching(/nested deeper/)]);
  expect(messages(Array.from({ length: 100 }, (_, index) => `${' '.repeat(index)}a:\n`).join(''))).toEqual([expect.stringContaining('nested deeper than 60 levels')]);
});
