/** Changes as data: what is read, what is refused, and that a change that was made has nothing left to do. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttributeValue } from '../infrastructure/model.ts';
import type { RuleChange } from './change.ts';
import { changedAttributes, readChange } from './change.ts';

const change = (value: unknown): RuleChange & { kind: 'attributes' } => {
  const read = readChange(value);
  if (read?.kind !== 'attributes') throw new Error('no change of attributes');
  return read;
};

test('forms that are none are refused', () => {
  for (const wrong of [undefined, null, 'delete', 7, [], {}, { set: {} }, { set: { 'a b': 1 } }, { set: { a: null } }, { set: { a: { from: {}, part: 0 } } }, { set: { a: { part: 0, of: '', to: {} } } }, { remove: 'x' }, { remove: [], set: { a: 1 } }, { unset: [1] }, { sets: { a: 1 } }, { add: 'x_y' }, { add: 'x_y', refer: {}, body: {} }, { add: 'x_y', refer: { a: 'b' }, body: { a: [1] } }, { add: 'X Y', refer: { a: 'b' }, body: {} }]) expect(readChange(wrong), JSON.stringify(wrong)).toBeUndefined();
  expect(readChange('remove')).toEqual({ kind: 'remove', companions: [] });
  expect(readChange({ add: 'x_y', refer: { a: 'b' }, body: { c: [{ d: 1 }], e: { json: { f: [1] } } } })?.kind).toBe('add');
});

test('a value is set in every block and makes the block that is missing; others change only what is there', () => {
  expect(changedAttributes({ disk: [{ kind: 'a' }, { kind: 'b', size: 1 }] }, change({ set: { 'disk.kind': 'c' } }))).toEqual({ disk: [{ kind: 'c' }, { kind: 'c', size: 1 }] });
  expect(changedAttributes({}, change({ set: { 'disk.kind': 'c' } }))).toEqual({ disk: [{ kind: 'c' }] });
  expect(changedAttributes({ disk: [{ kind: 'a' }, { kind: 'b' }] }, change({ set: { 'disk.kind': { from: { a: 'c' } } } }))).toEqual({ disk: [{ kind: 'c' }, { kind: 'b' }] });
  expect(changedAttributes({}, change({ set: { 'disk.kind': { from: { a: 'c' } } } }))).toEqual({});
  expect(changedAttributes({ type: 'db.m4.large' }, change({ set: { type: { part: 1, of: '.', to: { m4: 'm6g' } } } }))).toEqual({ type: 'db.m6g.large' });
  expect(changedAttributes({ a: 1, disk: [{ iops: 3, kind: 'x' }] }, change({ unset: ['a', 'disk.iops', 'none'] }))).toEqual({ a: null, disk: [{ iops: null, kind: 'x' }] });
});

test('a change that was made has nothing left to do, and touches nothing but its paths', () => {
  const value = fc.constantFrom<AttributeValue>('a', 'b', 'c', 1, true, null, ['a'], [{ kind: 'a' }], [{ kind: 'b' }, { kind: 'a', other: 1 }], {});
  const changes = fc.constantFrom<unknown>({ set: { x: 'c' } }, { set: { x: ['c'] } }, { set: { 'x.kind': 'c' } }, { set: { 'x.kind': { from: { a: 'c' } } } }, { set: { x: { part: 0, of: '.', to: { a: 'c' } } } }, { unset: ['x', 'y.kind'] }, { set: { x: 1 }, unset: ['y'] });
  fc.assert(fc.property(fc.dictionary(fc.constantFrom('x', 'y', 'z'), value), changes, (attributes, given) => {
    const once = changedAttributes(attributes, change(given));
    expect(changedAttributes(once, change(given))).toEqual(once);
    expect(once['z']).toBe(attributes['z']);
  }));
});
