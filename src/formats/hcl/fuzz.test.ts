/** Nothing that can be written in a file makes the parser throw, overflow the stack, or lose a character. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HclFile } from './hcl-file.ts';
import { parseHcl, parseHclExpression, parseHclTemplate } from './parse.ts';
import { parseHclJson } from './parse-json.ts';
import { printHcl } from './print.ts';

const PIECES = [
  '"', '${', '%{', '${~', '~}', '}', '%{ if a }', '%{ else }', '%{ endif }', '%{ for a in b }', '%{ endfor }', '<<A\n', '<<-A\n', '\nA\n', '\n', '\r\n', '\r', ' ', '{', '[', ']', '(', ')', 'a', 'for', 'in', 'if', 'null',
  '1', '.', '...', '*', '[*]', '=', '=>', '!', '&&', '|', '~', '^', ';', "'", '`', '?', ':', '::', '-', '<', '#c\n', '/*', '*/', ',', '$', '$$', '%%', '\\', '\\u00e9', '\\U0001f600', 'é', '\ud83d', '\ude00', '\0', '\ufeff', '\u2028', 'a = ', 'b "c" {\n', '}\n',
];
const JSON_PIECES = ['{', '}', '[', ']', ':', ',', '"', '"a"', '"${', '}"', '\\', '\\u00', '\\ud800', '1', '-', 'e5', 'true', 'nul', ' ', '\n', '//', '\0', '"a": ', '{"a": ['];

const soup = (pieces: string[]): fc.Arbitrary<string> => fc.oneof({ weight: 4, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((list) => list.join('')) }, fc.string({ unit: 'binary', maxLength: 60 }));

function checkSpans(node: unknown, file: HclFile): void {
  const waiting: unknown[] = [node];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    if ('start' in value && 'end' in value) {
      const { start, end } = value as { start: number; end: number };
      if (!(start >= 0 && start <= end && end <= file.text.length)) throw new Error(`a node from ${start} to ${end}: ${JSON.stringify(value).slice(0, 200)}`);
    }
    for (const inner of Object.values(value)) waiting.push(inner);
  }
}

test('any text is parsed, printed back as it was, and its tree lies within it', () => {
  fc.assert(
    fc.property(soup(PIECES), (text) => {
      const file = parseHcl(text, 'f');
      expect(printHcl(file)).toBe(text);
      checkSpans(file.body, file);
      checkSpans(file.problems, file);
      for (let index = 1; index < file.tokens.count; index++) if ((file.tokens.starts[index] as number) < (file.tokens.ends[index - 1] as number)) throw new Error('tokens overlap');
    }),
    { numRuns: 500 },
  );
});

test('any text is an expression or a template, or has a problem', () => {
  fc.assert(
    fc.property(soup(PIECES), (text) => {
      const { expression, problems } = parseHclExpression(text, 'f');
      if (expression.kind === 'invalid') expect(problems.length).toBeGreaterThan(0);
      parseHclTemplate(text, 'f');
    }),
    { numRuns: 600 },
  );
});

test('any text is JSON or has a problem, and agrees with JSON.parse', () => {
  fc.assert(
    fc.property(soup(JSON_PIECES), (text) => {
      const file = parseHclJson(text, 'f');
      checkSpans(file.body, file);
      let valid = true;
      try {
        valid = typeof JSON.parse(text) === 'object' && JSON.parse(text) !== null;
      } catch {
        valid = false;
      }
      if (!valid) expect(file.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 600 },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
      expect(parseHclJson(JSON.stringify(value), 'f').problems).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

const MANY = 30_000;
test.each([
  ['parentheses', '('], ['lists', '['], ['objects', '{ a = '], ['calls', 'f('], ['conditionals', 'b ? c : '], ['minus signs', '-'], ['strings', '"${'], ['for expressions', '[for b in '], ['full splats after a name', 'b[*]'],
])('%s nested without end have a clear problem', (_name, piece) => {
  const file = parseHcl(`a = ${piece === 'b[*]' ? 'b' : ''}${(piece === 'b[*]' ? '[*]' : piece).repeat(MANY)}\nc = 1\n`, 'f');
  expect(file.problems.map(({ message }) => message)).toContainEqual(expect.stringMatching(/nested more than/));
});

test('blocks nested without end have a problem each, up to a limit', () => {
  const file = parseHcl('a {\n'.repeat(MANY), 'f');
  expect(file.problems.length).toBeGreaterThan(0);
  expect(file.problems.length).toBeLessThanOrEqual(100);
});

test.each([
  ['sums', ' + 1'], ['traversals', '.b'], ['indexes', '[0]'],
])('chains of %s are refused when they are higher than any reader\'s stack', (_name, link) => {
  expect(parseHcl(`a = b${link.repeat(400)}\n`, 'f').problems).toEqual([]);
  expect(parseHcl(`a = b${link.repeat(MANY)}\n`, 'f').problems).toMatchObject([{ message: expect.stringContaining('operations high') as string }]);
});

test.each([
  ['a line of a megabyte', `a = "${'x'.repeat(1_000_000)}"\n`, 0],
  ['many comments that are not closed', '/*'.repeat(MANY), undefined],
  ['many strings that are not closed', 'a = "b\n'.repeat(MANY), 100],
  ['many heredocs that are not closed', 'a = <<A\n'.repeat(MANY), undefined],
  ['many lists that are not closed', 'a = [\n'.repeat(MANY), undefined],
  ['nested strings closed on other lines', `${'a = "${\n'.repeat(MANY)}${'}\n'.repeat(MANY)}`, undefined],
  ['many arguments of one name', 'a = 1\n'.repeat(MANY), 100],
  ['nothing but NUL', '\0'.repeat(MANY), 100],
  ['nothing but closing braces', '}\n'.repeat(MANY), undefined],
  ['a number of dots', `a = 1${'.'.repeat(MANY)}\n`, undefined],
  ['a heredoc of many interpolations', `a = <<-A\n${'  ${b}\n'.repeat(MANY)}A\n`, 0],
])('%s takes no more than its share of time', (_name, text, count) => {
  const file = parseHcl(text, 'f');
  if (count !== undefined) expect(file.problems).toHaveLength(count);
  else expect(file.problems.length).toBeGreaterThan(0);
});
