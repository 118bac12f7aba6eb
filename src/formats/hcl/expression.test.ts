import { expect, test } from 'vitest';
import { parseHcl, parseHclExpression } from './parse.ts';
import { outline } from './testing/outline.ts';

function read(text: string): string {
  const { expression, problems } = parseHclExpression(text, 'test');
  expect(problems, text).toEqual([]);
  return outline(expression);
}

test.each([
  ['operators group by precedence', '1 + 2 * 3 - -4', '((1 + (2 * 3)) - (-4))'],
  ['operators of one precedence group to the left', 'a - b - c', '((a - b) - c)'],
  ['comparison binds tighter than equality, and tighter than or', 'a || b && c == d < e', '(a || (b && (c == (d < e))))'],
  ['a minus takes one operand with all that follows it', '-a.b[0] + 1', '((-a.b[0]) + 1)'],
  ['signs pile up', '!!-x', '(!(!(-x)))'],
  ['conditionals group to the right', 'a ? b : c ? d : e', '(a ? b : (c ? d : e))'],
  ['the middle of a conditional is a whole expression', 'a ? b ? 1 : 2 : 3', '(a ? (b ? 1 : 2) : 3)'],
  ['parentheses stay in the tree', '(a + b) * c', '(((a + b)) * c)'],
  ['an attribute may be called as a keyword', 'var.for.in.if', 'var.for.in.if'],
  ['a word that only begins as a keyword is a name', 'nullable', 'nullable'],
  ['an old index is a number after a dot', 'a.0.b', 'a[0].b'],
  ['an old index may have an exponent', 'a.0e1', 'a[0e1]'],
  ['an attribute splat takes the names that follow', 'a.*.b.0.c[1]', '(a.*.b[0].c)[1]'],
  ['a full splat takes everything that follows', 'a[*].b[0].c', '(a[*].b[0].c)'],
  ['splats stand inside of full splats', 'a[*].b[*].c.*.d[2]', '(a[*].b<[*].c<.*.d>[2]>)'],
  ['a call may expand its last argument', 'f(1, x...)', 'f(1, x...)'],
  ['a call may have a comma at its end', 'f(1,\n 2,\n)', 'f(1, 2)'],
  ['functions have namespaces', 'provider::aws::arn_parse(x).region', 'provider::aws::arn_parse(x).region'],
  ['lists may have a comma at their end', '[1, [2],]', '[1, [2]]'],
  ['objects have line breaks or commas between items', '{ a = 1, b: 2\n\n c = 3 }', '{a: 1, b: 2, c: 3}'],
  ['a key in parentheses is an expression', '{ (a) = 1, "${b}-c" = 2, a.b = 3, 1 = 4 }', '{=(a): 1, ="${b}-c": 2, =a.b: 3, =1: 4}'],
  ['a bare key is its name, also when it looks like a value', '{ true = 1, null = 2, for_each = 3 }', '{true: 1, null: 2, for_each: 3}'],
  ['for makes a list', '[for v in l : v.x if v.y]', '[for _, v in l: v.x if v.y]'],
  ['for makes an object', '{for k, v in m : k => v}', '{for k, v in m: k => v}'],
  ['for groups', '{\nfor v in l : v.k => v... if true }', '{for _, v in l: v.k => v... if true}'],
  ['line breaks do not count inside of parentheses', '(\n a\n +\n b\n [0]\n)', '((a + b[0]))'],
  ['dashes belong to names', 'a-b - c', '(a-b - c)'],
  ['names may be of any alphabet', 'größe.名前', 'größe.名前'],
  ['numbers have fractions and exponents', '[1.50, 1e3, 2E-3, 1.e5]', '[1.50, 1e3, 2E-3, 1.e5]'],
])('%s', (_sentence, text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  'a.0.1', 'a.*.*', 'a.', 'a..b', 'a[', 'a[*', 'f(1 2)', 'f(x..., )', 'f(, 1)', 'a::b', '[1 2]', '[1,,2]', '{ a }', '{ a = 1 b = 2 }', '{ a = 1,, b = 2 }',
  '[for a : b]', '[for a in b : c => d]', '[for a in b : c...]', '{for a in b : c}', 'a ? b', 'a = b', 'a & b', 'a | b', 'a ^ b', '~a', "'a'", '`a`', 'a;', '1.2.3',
  '1e999999999999', '0x1f', '1_000', '"a', '"a\nb"', '"\\x"', '"\\u12"', '"\\ud800"', '"\\U00110000"', '"${"', '"${a"', '"${a b}"', '"%{ if a }"', '"%{ endif }"', '"%{ unless a }%{ endif }"',
  '"%{ if a }%{ else }%{ else }%{ endif }"', '<<EOT\nfoo\nEOT', '<< EOT\nEOT\n', '/* a', '', 'a b', '(a', 'a)', '-', '!', '1 +', 'ａ“b”',
])('%j is refused', (text) => {
  expect(parseHclExpression(text, 'test').problems).not.toEqual([]);
});

test('places are those of the text', () => {
  const text = 'x = foo.bar[*].id + upper("é${ local.a }")\n';
  const [item] = parseHcl(text, 'test').body.items;
  if (item?.kind !== 'attribute' || item.expression.kind !== 'binary') throw new Error('not a sum');
  const { left, right } = item.expression;
  const at = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
  expect([at(item), at(item.nameSpan), at(left), at(right)]).toEqual([text.trim(), 'x', 'foo.bar[*].id', 'upper("é${ local.a }")']);
  if (right.kind !== 'call' || right.arguments[0]?.kind !== 'template') throw new Error('not a call');
  expect(right.arguments[0].parts.map(at)).toEqual(['é', '${ local.a }']);
  expect(at(right.nameSpan)).toBe('upper');
});
