import { expect, test } from 'vitest';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import { Estate } from './estate.ts';
import { ExpressionCompiler, RuleExpressionError } from './expression.ts';

function judge(when: string, attributes: Record<string, AttributeValue>): boolean {
  const member = { source: { path: 's', root: 's', workspace: 'default' }, model: { outputs: [], resources: [{ address: 'aws_x.a', resource: 'aws_x.a', module: '', mode: 'managed' as const, type: 'aws_x', name: 'a', attributes }] } };
  const estate = new Estate([member], new Set(['aws_x']));
  const [resource] = estate.resources;
  if (resource === undefined) throw new Error('no resource');
  return new ExpressionCompiler({ old: ['m1'] }).compile(when).evaluate(resource, estate);
}

test('attributes are read through lists, numbers and flags from texts, absent ones as nothing', () => {
  expect(judge("text('a.b') == 'x' && 'y' in texts('a.b')", { a: [{ b: 'x' }, { b: 'y' }] })).toBe(true);
  expect(judge("number('size') == 10.0 && flag('on') && !known('none') && number('none') == 0.0", { size: '10', on: 'true' })).toBe(true);
  expect(judge("listed('old', part(text('t'), '.', 0)) && part('a/b/c', '/', -1) == 'c'", { t: 'm1.large' })).toBe(true);
});

test('what is sensitive is as if absent', () => {
  expect(judge("known('secret') || text('secret') == 'x'", { secret: new SensitiveAttribute('x') })).toBe(false);
});

test('an expression that is none, gives no truth value, or could take for ever is refused when it is compiled', () => {
  const compiler = new ExpressionCompiler({});
  for (const bad of ["text('a'", "text('a')", 'nobody()', "text('a').matches('(a+)+$')", "texts('a').all(x, texts('a').all(y, texts('a').all(z, x == y)))", `${"known('a') && ".repeat(200)}true`]) expect(() => compiler.compile(bad), bad).toThrow(RuleExpressionError);
});

test('an expression that goes through too much is stopped while it runs', () => {
  const many = Array.from({ length: 900 }, (_, at) => `v${at}`);
  expect(() => judge("texts('a').all(x, texts('a').exists(y, y == 'none') || true)", { a: many })).toThrow(/steps/);
});
