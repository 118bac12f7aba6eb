import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateQuery, parseQuery, type AggregateName, type Side } from './query.ts';

const VALUES: Record<string, number | undefined> = { 'canary.requests': 200, 'canary.errors': 10, 'canary.p99': 30, 'stable.p99': 20, 'stable.requests': 0, 'stable.p50': undefined };
const lookup = (side: Side, name: AggregateName): number | undefined => VALUES[`${side}.${name}`];

function value(text: string): number | undefined {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(`${parsed.column}: ${parsed.message}`);
  return evaluateQuery(parsed.expression, lookup);
}

test.each([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 4 - 3', 3],
  ['24 / 4 / 2', 3],
  ['-2 * -3', 6],
  ['--4', 4],
  ['1.5e2', 150],
  ['min(3, 1, 2) + max(5)', 6],
  ['canary.p99 / stable.p99', 1.5],
  ['100 * canary.errors / max(canary.requests, 1)', 5],
])('%s is %d', (text, expected) => {
  expect(value(text)).toBe(expected);
});

test.each(['1 / 0', 'canary.requests / stable.requests', 'stable.p50 + 1', 'min(stable.p50, 1)', '-stable.p50', '1e300 * 1e300'])('%s is no data', (text) => {
  expect(value(text)).toBeUndefined();
});

test.each([
  ['', 1, 'ends where a value was expected'],
  ['1 +', 4, 'ends where a value was expected'],
  ['1 2', 3, 'unexpected "2"'],
  ['canary.p98', 1, 'unknown aggregate "p98"'],
  ['  canray.p99', 3, 'unknown name "canray.p99"'],
  ['canary', 1, 'unknown name'],
  ['sqrt(2)', 1, 'unknown name "sqrt"'],
  ['min()', 5, 'expected a value'],
  ['min 1', 5, 'expected "("'],
  ['(1 + 2', 7, 'expected ")" before the end'],
  ['1 ; 2', 3, 'unexpected ";"'],
  ['constructor.p99', 1, 'unknown name'],
  ['canary.__proto__', 7, 'unexpected "."'],
  [`${'('.repeat(60)}1${')'.repeat(60)}`, 42, 'nested deeper than 40'],
  ['1+'.repeat(400), 501, 'longer than 500'],
])('%j is refused at column %d', (text, column, message) => {
  expect(parseQuery(text)).toEqual({ ok: false, column, message: expect.stringContaining(message) });
});

test('the revisions that a query names are known', () => {
  const parsed = parseQuery('canary.p99 / stable.p99');
  expect(parsed.ok && [...parsed.sides].sort()).toEqual(['canary', 'stable']);
});

describe('laws', () => {
  interface Sum {
    text: string;
    value: number;
  }
  const { sum } = fc.letrec<{ sum: Sum }>((tie) => ({
    sum: fc.oneof(
      { maxDepth: 5 },
      fc.nat(1_000).map((number) => ({ text: String(number), value: number })),
      fc.tuple(tie('sum'), fc.constantFrom('+', '-', '*'), tie('sum')).map(([left, operator, right]) => ({
        text: `(${left.text} ${operator} ${right.text})`,
        value: operator === '+' ? left.value + right.value : operator === '-' ? left.value - right.value : left.value * right.value,
      })),
    ),
  }));

  test('parenthesised arithmetic has the value that arithmetic has', () => {
    fc.assert(fc.property(sum, (one) => (one.text.length > 500 ? true : value(one.text) === one.value)));
  });

  test('no text makes the parser throw, and every refusal has a column inside the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom('canary.p99', 'min', '(', ')', ',', '+', '-', '/', '1', ' ', '.', 'x')).map((parts) => parts.join(''))), (text) => {
        const parsed = parseQuery(text);
        if (!parsed.ok) expect(parsed.column >= 1 && parsed.column <= text.length + 1).toBe(true);
      }),
    );
  });
});
