import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesFields, parseFieldSelector, selectedName } from './fields.ts';
import { SelectorError, matchesLabels, parseLabelSelector } from './labels.ts';
import { valueAt, withValueAt } from './path.ts';

const LABELS = { team: 'a', tier: 'web', 'example.com/zone': 'eu' };

test.each([
  ['', true],
  ['team=a', true],
  ['team==b', false],
  ['team!=b', true],
  ['missing!=b', true],
  ['team', true],
  ['!team', false],
  ['!missing', true],
  ['team in (a, b),tier notin (db)', true],
  ['missing notin (x)', true],
  ['missing in (x)', false],
  ['example.com/zone=eu,tier', true],
  ['team=', false],
])('the label selector "%s" says %s', (text, expected) => {
  expect(matchesLabels(parseLabelSelector(text), LABELS)).toBe(expected);
});

test.each(['=a', 'team in (a', 'team in a', 'a b', 'team=a,,tier=b', '-x=1', 'team=a b', 'team in ((a))', `${'x'.repeat(64)}=1`, 'a>1'])('the label selector "%s" is refused', (text) => {
  expect(() => parseLabelSelector(text)).toThrow(SelectorError);
});

test('a selector and its opposite divide all objects', () => {
  const labels = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', ''));
  fc.assert(
    fc.property(labels, fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y'), (object, key, value) => {
      for (const [one, other] of [[`${key}=${value}`, `${key}!=${value}`], [key, `!${key}`], [`${key} in (x,y)`, `${key} notin (x,y)`]] as const) {
        expect(matchesLabels(parseLabelSelector(one), object)).not.toBe(matchesLabels(parseLabelSelector(other), object));
      }
    }),
  );
});

test('a field selector reads declared fields only', () => {
  const object = { metadata: { name: 'x', namespace: 'n' }, spec: { owner: 'a,b' } };
  expect(matchesFields(parseFieldSelector('metadata.name=x,spec.owner=a\\,b', ['spec.owner']), object)).toBe(true);
  expect(matchesFields(parseFieldSelector('spec.owner!=c', ['spec.owner']), object)).toBe(true);
  expect(matchesFields(parseFieldSelector('spec.system=', ['spec.system']), object)).toBe(true);
  expect(selectedName(parseFieldSelector('metadata.name=x', []))).toBe('x');
  expect(() => parseFieldSelector('spec.nope=1', [])).toThrow('field label not supported: spec.nope');
  expect(() => parseFieldSelector('nonsense', [])).toThrow(SelectorError);
});

test('a path finds list items by a key, and writes share the rest', () => {
  const object = { status: { conditions: [{ type: 'Ready', status: 'True' }] }, spec: { deep: { a: 1 } } };
  expect(valueAt(object, '.status.conditions[type=Ready].status')).toBe('True');
  expect(valueAt(object, '.status.constructor')).toBeUndefined();
  const changed = withValueAt(object, '.spec.deep.a', 2) as typeof object;
  expect(changed.spec.deep.a).toBe(2);
  expect(object.spec.deep.a).toBe(1);
  expect(changed.status).toBe(object.status);
});
