import { expect, test } from 'vitest';
import { describeProblem } from '../../domain/source-problem.ts';
import { blocksOfArgument, literalText } from './json-body.ts';
import type { JsonBodySchema } from './json-body.ts';
import { parseHclJson, stringAsExpression } from './parse-json.ts';
import type { Attribute, Block, Template } from './syntax-tree.ts';
import { outline, outlineBody } from './testing/outline.ts';

const SCHEMA: JsonBodySchema = {
  blocks: {
    resource: { labels: 2, body: { blocks: { lifecycle: { labels: 0, body: { blocks: {} } } } } },
    locals: { labels: 0, body: { blocks: {} } },
    variable: { labels: 1, body: { blocks: {} } },
  },
};

const read = (value: unknown, schema: JsonBodySchema = SCHEMA): string => {
  const file = parseHclJson(JSON.stringify(value), 'main.tf.json', schema);
  expect(file.problems).toEqual([]);
  return outlineBody(file.body);
};
const problemsOf = (text: string): string[] => parseHclJson(text, 'main.tf.json', SCHEMA).problems.map(describeProblem);
const argument = (text: string): Attribute => {
  const [item] = parseHclJson(text, 'main.tf.json').body.items;
  if (item?.kind !== 'attribute') throw new Error('not an argument');
  return item;
};

test.each<[string, unknown, string]>([
  ['a level of properties for each label', { resource: { aws_vpc: { a: { cidr: 1 }, b: { cidr: 2 } } } }, 'resource.aws_vpc.a{cidr}, resource.aws_vpc.b{cidr}'],
  ['an array for several blocks of the same labels', { resource: { aws_vpc: { a: [{ x: 1 }, { y: 2 }] } } }, 'resource.aws_vpc.a{x}, resource.aws_vpc.a{y}'],
  ['arrays of objects at the levels of the labels', { resource: [{ aws_vpc: [{ a: {} }, { b: {} }] }, { aws_eip: { c: {} } }] }, 'resource.aws_vpc.a{}, resource.aws_vpc.b{}, resource.aws_eip.c{}'],
  ['an array of objects as the file', [{ locals: { a: 1 } }, { locals: { b: 1 } }], 'locals{a}, locals{b}'],
  ['an array of objects as a body', { locals: [[{ a: 1 }, { b: 2 }]] }, 'locals{a, b}'],
  ['blocks in blocks', { resource: { a: { b: { lifecycle: { prevent_destroy: true }, tags: { c: 1 } } } } }, 'resource.a.b{lifecycle{prevent_destroy}, tags}'],
  ['null is nothing', { locals: null, variable: { a: null } }, ''],
  ['no blocks at all', { locals: [] }, ''],
  ['comments in bodies', { '//': 'c', locals: { '//': 'd', a: 1 } }, 'locals{a}'],
  ['what the schema does not name is an argument', { other: { a: { b: 1 } } }, 'other'],
])('%s', (_sentence, value, expected) => {
  expect(read(value)).toBe(expected);
});

test('properties of the same name are all kept for blocks, and an error for arguments', () => {
  const file = parseHclJson('{"variable": {"a": {}}, "variable": {"b": {"x": 1, "x": 2}}}', 'main.tf.json', SCHEMA);
  expect(outlineBody(file.body)).toBe('variable.a{}, variable.b{x}');
  expect(file.problems.map(describeProblem)).toEqual(['main.tf.json:1:52: x is set twice. (keep one of them)']);
});

test('values are those of the native syntax, and strings are templates', () => {
  const { expression } = argument(String.raw`{"a": [1.50, true, null, "x${"$"}{var.y}", {"k${"$"}{z}": -2e3}, ""]}`);
  expect(outline(expression)).toBe('[1.50, true, null, "x${var.y}", {="k${z}": -2e3}, ""]');
});

test('places in strings are those of the file, with escapes and without', () => {
  const text = String.raw`{"a": "\u00e9\n${"$"}{upper(b.c)}", "d": "${"$"}{e}"}`;
  const file = parseHclJson(text, 'main.tf.json');
  const places = file.body.items.map((item) => {
    if (item.kind !== 'attribute' || item.expression.kind !== 'template') throw new Error('not a string');
    const last = item.expression.parts.at(-1);
    if (last?.kind !== 'interpolation') throw new Error('not an interpolation');
    return [text.slice(last.start, last.end), text.slice(last.expression.start, last.expression.end)];
  });
  expect(places).toEqual([['${upper(b.c)}', 'upper(b.c)'], ['${e}', 'e']]);
});

test('a string that is no template is only an error where it is evaluated', () => {
  const file = parseHclJson('{"description": "costs ${ a lot"}', 'main.tf.json');
  expect(file.problems).toEqual([]);
  const { expression } = file.body.items[0] as Attribute;
  expect(literalText(file.text, expression as Template)).toBe('costs ${ a lot');
  expect(file.deferredProblems.get(expression.start)).toMatchObject([{ line: 1, column: 29 }]);
});

test('a string may be read as an expression', () => {
  const file = parseHclJson('{"type": "map(object({ a = \\"b\\" }))"}', 'main.tf.json');
  const { expression, problems } = stringAsExpression(file, (file.body.items[0] as Attribute).expression as Template);
  expect([outline(expression), problems]).toEqual(['map(object({a: "b"}))', []]);
});

test('an argument is read as blocks when the type of the resource says so', () => {
  const file = parseHclJson('{"ingress": [{"port": 1}, {"port": 2}]}', 'main.tf.json');
  const { blocks, problems } = blocksOfArgument(file, file.body.items[0] as Attribute, { labels: 0, body: { blocks: {} } });
  expect([blocks.map((block: Block) => block.type), blocks.map(({ start }) => start), problems]).toEqual([['ingress', 'ingress'], [13, 26], []]);
});

test.each([
  ['', '1:1: A JSON value is needed here, but the file ends'],
  ['1', '1:1: A JSON file holds an object'],
  ['{"a": 1} x', '1:10: Something follows the JSON value'],
  ['{"a": 1,}', '1:9: A comma stands before the closing bracket'],
  ['{"a": [1,]}', '1:10: A comma stands before the closing bracket'],
  ['{"a" = 1}', '1:6: A colon is needed after the property name. (JSON has : where HCL has =)'],
  ['{a: 1}', '1:2: A property name in double quotes is needed here'],
  ['{"a": True}', '1:7: "True" is not a JSON value. (write true)'],
  ['{"a": 01}', '1:7: 01 is not a JSON number'],
  ['{"a": +1}', '1:7: +1 is not a JSON number'],
  ['{"a": 1e99999999999}', '1:7: 1e99999999999 is too large'],
  ['{"a": "b\n"}', '1:7: The string is not closed before the end of its line'],
  ['{"a": "\\x"}', '1:7: The string has an escape that JSON does not know'],
  ['{"a": "\t"}', '1:8: A control character stands in the string'],
  ['{"a": 1', '1:1: The bracket is not closed before the end of the file'],
  ['// c\n{}', '1:1: A JSON value is needed here, but "/" follows. (JSON has no comments'],
  ['\uFEFF{}', '1:1: A JSON file must not begin with a byte order mark'],
  ['{"locals": 1}', '1:12: An object, or an array of objects, is needed for the block locals'],
  ['{"variable": {}}', '1:14: A block variable needs a label'],
  ['{"variable": [1]}', '1:15: An object is needed here, for the labels of variable'],
])('%j: %s', (text, expected) => {
  expect(problemsOf(text)[0]).toContain(`main.tf.json:${expected}`);
});

test('every broken property is reported, and the others are read', () => {
  const file = parseHclJson('{"a": tru, "b": [1, 2 3], "c": {"d" 1, "e": 2}, "f": 3}', 'main.tf.json');
  expect(file.problems.map(({ column }) => column)).toEqual([7, 23, 37]);
  expect(outlineBody(file.body)).toBe('b, c, f');
});
