/** The values were recorded from `terraform console` 1.11.4. */
import { expect, test } from 'vitest';
import { parseHclExpression, parseHclTemplate } from './parse.ts';
import { outline } from './testing/outline.ts';

function read(text: string): string {
  const { expression, problems } = parseHclExpression(text, 'test');
  expect(problems, text).toEqual([]);
  return outline(expression);
}

test.each([
  ['escapes', String.raw`"\n\r\t\"\\\u00e9\U0001F600"`, String.raw`"\n\r\t\"\\é😀"`],
  ['escaped marks', '"$${a} %%{b} $$$${c}"', '"${a} %{b} $$${c}"'],
  ['lone marks', '"$ % $$ %% 100%"', '"$ % $$ %% 100%"'],
  ['a mark before a quote', '"a$"', '"a$"'],
  ['a wrapper of one interpolation', '"${a}"', '"${a}"'],
  ['an empty string', '""', '""'],
  ['strings in interpolations in strings', '"a${f("b${"c"}")}"', '"a${f("b${"c"}")}"'],
  ['trim marks take the blanks beside them', '"a  ${~ 1 ~} \\n b"', '"a${1}b"'],
  ['a trim mark that leaves nothing still leaves a string', '"${1 ~} "', '"${1}"'],
  ['if and else', '"%{ if a }x%{ else }y%{ endif }z"', '"%{if a}x%{else}y%{end}z"'],
  ['nested directives', '"%{for k, v in m}%{if v}${k}%{endif}%{endfor}"', '"%{for k, v in m}%{if v}${k}%{else}%{end}%{end}"'],
  ['line breaks in an interpolation', '"${\n a\n}"', '"${a}"'],
  ['a brace in an interpolation', '"${ { a = "}" }["a"] }"', '"${{a: "}"}["a"]}"'],
  ['a heredoc', '<<EOT\n  a\n\tb\\n\nEOT\n', '"  a\\n\\tb\\\\n\\n"'],
  ['an empty heredoc', '<<EOT\nEOT\n', '""'],
  ['a heredoc whose end is indented', '<<EOT\n a\n   EOT\n', '" a\\n"'],
  ['a heredoc with Windows line ends', '<<EOT\r\na\r\nEOT\r\n', '"a\\r\\n"'],
  ['a marker inside of a line', '<<EOT\nx EOT\n$EOT\nEOT\n', '"x EOT\\n$EOT\\n"'],
  ['the least indentation is taken from every line', '<<-EOT\n    a\n      b\n\n    c\n  EOT\n', '"a\\n  b\\n\\nc\\n"'],
  ['a line that begins with an interpolation has no indentation', '<<-EOT\n  a\n${b}\n  EOT\n', '"  a\\n${b}\\n"'],
  ['an indented interpolation counts its blanks', '<<-EOT\n    a\n  ${b}\n  EOT\n', '"  a\\n${b}\\n"'],
  ['a trim mark at the beginning of a line ends the dedent', '<<-EOT\n    a\n    ${~ "x" ~}\n    b\nEOT\n', '"    a\\n${"x"}    b\\n"'],
])('%s', (_sentence, text, expected) => {
  expect(read(text)).toBe(expected);
});

test('one interpolation beside trimmed blanks is not a wrapper', () => {
  const { expression } = parseHclExpression('"${1 ~} "', 'test');
  expect(expression.kind === 'template' && expression.parts.length).toBe(2);
});

test('a template file is all literal text but its sequences', () => {
  const { expression, problems } = parseHclTemplate('a "b" \\n\n%{ for x in y ~}\n- ${x}\n%{ endfor ~}\n$', 'test.tftpl');
  expect(problems).toEqual([]);
  expect(outline(expression)).toBe('"a \\"b\\" \\\\n\\n%{for _, x in y}- ${x}\\n%{end}$"');
});

test('a lone carriage return makes the rest of a template file literal, as in HashiCorp\'s parser', () => {
  expect(outline(parseHclTemplate('a\rb${1}', 'test.tftpl').expression)).toBe('"a\\rb${1}"');
});

test('a broken template file is its text, with a problem', () => {
  const { expression, problems } = parseHclTemplate('a ${', 'test.tftpl');
  expect(outline(expression)).toBe('"a ${"');
  expect(problems).toMatchObject([{ line: 1 }]);
});
