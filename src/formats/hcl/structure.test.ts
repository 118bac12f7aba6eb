import { expect, test } from 'vitest';
import { describeProblem } from '../../domain/source-problem.ts';
import { applyEdits } from './edit.ts';
import { locate } from './locate.ts';
import { parseHcl } from './parse.ts';
import { printHcl } from './print.ts';
import { outline, outlineBody } from './testing/outline.ts';

const read = (text: string): string => {
  const file = parseHcl(text, 'main.tf');
  expect(file.problems, text).toEqual([]);
  return outlineBody(file.body);
};
const problemsOf = (text: string): string[] => parseHcl(text, 'main.tf').problems.map(describeProblem);

test.each([
  ['blocks have quoted and bare labels', 'resource aws_vpc "main" {\n  cidr = 1\n}\n', 'resource.aws_vpc.main{cidr}'],
  ['a block may stand on one line', 'a {}\nb { c = 1 }\n', 'a{}, b{c}'],
  ['blocks stand in blocks', 'a {\n  b "c" {\n    d = 1\n  }\n}', 'a{b.c{d}}'],
  ['comments end lines', 'a = 1 # x\nb = 2 // y\nc = 3 /* z */\n# end', 'a, b, c'],
  ['a comment of several lines does not end one', 'a /* \n */ = 1\n', 'a'],
  ['a byte order mark is skipped', '\uFEFFa = 1\n', 'a'],
  ['Windows line ends', 'a {\r\n  b = 1\r\n}\r\n', 'a{b}'],
  ['the last line needs no line break', 'a = 1', 'a'],
  ['labels have escapes', 'a "b\\"c$${d}" {}\n', 'a.b"c${d}{}'],
  ['nothing is a file', '', ''],
])('%s', (_sentence, text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  ['a = 1 b = 2\n', '1:7: A line break is needed'],
  ['a = 1, b = 2\n', '1:6: Arguments are separated by line breaks'],
  ['a { b = 1, c = 2 }\n', '1:10: A block on one line can hold one argument only'],
  ['a { b {} }\n', '1:5: A block on one line can hold one argument and no block'],
  ['a { b = 1\n}\n', '1:10: A block that begins with an argument'],
  ['a {\n  b = 1 }\n', '2:9: A block of several lines must have its closing brace on a line of its own'],
  ['a\n{\n}\n', '1:1: "a" alone is neither an argument nor a block. (put the { of a block on the line of its name)'],
  ['a "b"\n{\n}\n', '1:1: The { of a block must stand on the line of its name'],
  ['a "b" = {\n}\n', '1:7: A block is not set with ='],
  ['"a" = 1\n', '1:1: The name of an argument is not quoted'],
  ['a: 1\n', '1:1: "a:" is not an argument. (did you mean "a ="?)'],
  ['a.b = 1\n', '1:1: The name of an argument cannot have dots'],
  ['a = 1\na = 2\n', '2:1: a is set twice. (it is already set in line 1; keep one of them)'],
  ['a "${b}" {}\n', '1:4: A label cannot hold a template'],
  ['}\n', '1:1: This brace closes nothing'],
  ['a = \n', '1:5: A value is needed here, but the end of the line follows'],
  ["a = 'b'\n", '1:5: Single quotes do not make a string. (use double quotes: "…")'],
  ['a = “b”\n', '1:5: The typographic quote “'],
  ['a = b.0.1\n', '1:7: Two indexes cannot be chained in the old way. (write [0][1])'],
  ['a = "b\n', '1:5: The string is not closed before the end of its line'],
  ['a = "${b"\n', '1:5: The string is not closed before the end of its line. (is a } missing before the "?)'],
  ['a = <<EOT \nb\nEOT\n', '1:5: This does not begin a heredoc. (nothing may follow <<EOT on its line, not even a blank)'],
  ['a = <<EOT\nb\n', '1:5: The heredoc is not closed: no line holds only EOT'],
  ['a = 1 /* b\n', '1:7: The comment is not closed'],
  ['a = 1\0\n', '1:6: A NUL character stands here'],
  ['{"a": 1}\n', '1:1: A block needs a name before its {'],
])('%j: %s', (text, expected) => {
  expect(problemsOf(text)[0]).toContain(`main.tf:${expected}`);
});

test('every broken item of a file is reported, and every sound one is read', () => {
  const file = parseHcl(['variable "a" {', '  default = [1, 2', '  type    = list(string)', '}', 'locals {', '  b: 1', '  c = 2', '  d = {', '    e = f(', '  }', '  g = 3', '}', 'output "h" {', '  value = "${a.b"', '}', 'output "i" { value = 1 }', ''].join('\n'), 'main.tf');
  expect(file.problems.map(({ line }) => line)).toEqual([3, 6, 10, 14]);
  expect(outlineBody(file.body)).toBe('variable.a{default, type}, locals{c, d, g}, output.h{value}, output.i{value}');
});

test('a missing brace does not hide the blocks behind it, and the crooked one is named', () => {
  const file = parseHcl('resource "a" "b" {\n  lifecycle {\n    c = 1\n}\n\nresource "d" "e" {\n  f = 1\n}\n', 'main.tf');
  expect(outlineBody(file.body)).toBe('resource.a.b{lifecycle{c}}, resource.d.e{f}');
  expect(file.problems).toMatchObject([{ line: 1, column: 18, sourceLine: 'resource "a" "b" {', hint: expect.stringContaining('the block lifecycle of line 2') as string }]);
});

test('an argument whose value is broken is still there, as invalid', () => {
  const [item] = parseHcl('a = [1, =]\n', 'main.tf').body.items;
  expect(item?.kind === 'attribute' && outline(item.expression)).toBe('<invalid>');
});

test('a problem has its line, cut around the place where it is long', () => {
  const [problem] = parseHcl(`a = "${'x'.repeat(5000)}" ;\n`, 'main.tf').problems;
  expect(problem?.column).toBe(5008);
  expect(problem?.sourceLine).toMatch(/^…x+" ;$/);
});

test('columns count what a reader sees', () => {
  const file = parseHcl('a = "e\u0301👩‍👩‍👧x" ;\n', 'main.tf');
  expect(file.problems[0]).toMatchObject({ line: 1, column: 11 });
  expect(locate(file, file.text.indexOf('x'))).toEqual({ line: 1, column: 8 });
});

test('an edit changes what it names and nothing else', () => {
  const file = parseHcl('a   = 1 # one\nb = [ 2 ]\n', 'main.tf');
  const [first, second] = file.body.items;
  if (first?.kind !== 'attribute' || second?.kind !== 'attribute') throw new Error('not arguments');
  const edited = applyEdits(file, [{ span: second.expression, text: '[]' }, { span: first.expression, text: '"x"' }, { span: { start: 0, end: 0 }, text: '# new\n' }]);
  expect(edited).toBe('# new\na   = "x" # one\nb = []\n');
  expect(() => applyEdits(file, [{ span: first, text: '' }, { span: first.expression, text: '' }])).toThrow(RangeError);
});

test('printing gives back every character, also of a broken file', () => {
  for (const text of ['\uFEFF# c\r\na = <<-E\n  ${b} /* no */\n  E\n/* d */ e {\t}\n', 'a = "b\nc {{{ ]] \0 é\n<<<']) expect(printHcl(parseHcl(text, 'main.tf'))).toBe(text);
});
