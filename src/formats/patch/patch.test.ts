import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonPatchError, applyJsonPatch, parseJsonPatch } from './json-patch.ts';
import type { PatchOperation } from './json-patch.ts';
import { mergePatch, mergePatchBetween } from './merge-patch.ts';

describe('merge patch', () => {
  /** RFC 7386, appendix A: original, patch, result. */
  const VECTORS: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [['a', 'b'], ['c', 'd'], ['c', 'd']],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];

  test.each(VECTORS)('of %j with %j is %j', (original, patch, result) => {
    const before = structuredClone(original);
    expect(mergePatch(original, patch)).toEqual(result);
    expect(original).toEqual(before);
  });

  const json = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.boolean(), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4 }),
  })).object;

  test('between two states leads from one to the other', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const patch = mergePatchBetween(before, after);
        expect(patch === undefined ? before : mergePatch(before, patch)).toEqual(after);
      }),
    );
  });
});

describe('JSON patch', () => {
  const apply = (document: unknown, patch: unknown): unknown => applyJsonPatch(document, parseJsonPatch(patch));

  /** RFC 6902, appendix A, the examples that succeed. */
  const VECTORS: [string, unknown, unknown, unknown][] = [
    ['A.1', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    ['A.2', { foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    ['A.3', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    ['A.4', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    ['A.5', { baz: 'qux', foo: 'bar' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo', foo: 'bar' }],
    ['A.6', { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } }, [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }], { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } }],
    ['A.7', { foo: ['all', 'grass', 'cows', 'eat'] }, [{ op: 'move', from: '/foo/1', path: '/foo/3' }], { foo: ['all', 'cows', 'eat', 'grass'] }],
    ['A.8', { baz: 'qux', foo: ['a', 2, 'c'] }, [{ op: 'test', path: '/baz', value: 'qux' }, { op: 'test', path: '/foo/1', value: 2 }], { baz: 'qux', foo: ['a', 2, 'c'] }],
    ['A.10', { foo: 'bar' }, [{ op: 'add', path: '/child', value: { grandchild: {} } }], { foo: 'bar', child: { grandchild: {} } }],
    ['A.11', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }], { foo: 'bar', baz: 'qux' }],
    ['A.14', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
    ['A.16', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }], { foo: ['bar', ['abc', 'def']] }],
  ];

  test.each(VECTORS)('example %s of the RFC', (_name, document, patch, result) => {
    const before = structuredClone(document);
    expect(apply(document, patch)).toEqual(result);
    expect(document).toEqual(before);
  });

  test.each([
    ['A.9, a failed test', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }], 'test-failed'],
    ['A.12, a parent that is not there', { foo: 'bar' }, [{ op: 'add', path: '/baz/bat', value: 'qux' }], 'inapplicable'],
    ['A.15, a number is no text', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: '10' }], 'test-failed'],
    ['a leading zero', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], 'inapplicable'],
    ['a position beyond the end', { a: [1] }, [{ op: 'add', path: '/a/2', value: 1 }], 'inapplicable'],
    ['a replacement of nothing', {}, [{ op: 'replace', path: '/a', value: 1 }], 'inapplicable'],
    ['a move into itself', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }], 'inapplicable'],
    ['an inherited name', {}, [{ op: 'test', path: '/constructor', value: 1 }], 'inapplicable'],
    ['an unknown operation', {}, [{ op: 'increment', path: '/a' }], 'malformed'],
    ['a missing value', {}, [{ op: 'add', path: '/a' }], 'malformed'],
    ['a bad escape', { '~': 1 }, [{ op: 'remove', path: '/~2' }], 'malformed'],
    ['no list', {}, {}, 'malformed'],
  ])('refuses %s', (_name, document, patch, kind) => {
    try {
      apply(document, patch);
      expect.fail('it was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(JsonPatchError);
      expect((error as JsonPatchError).kind).toBe(kind);
    }
  });

  test('names no prototype', () => {
    const result = apply({}, JSON.parse('[{"op":"add","path":"/__proto__","value":{"polluted":true}}]')) as Record<string, unknown>;
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});

test('copies that double with every step are refused before they fill the memory', () => {
  const doubling: PatchOperation[] = [{ op: 'add', path: '/a', value: { x: 1 } }, ...Array.from({ length: 60 }, (_, index) => ({ op: 'copy' as const, from: '/a', path: `/a/k${index}` }))];
  expect(() => applyJsonPatch({}, doubling)).toThrow('may bring at most 100000 values');
  expect(applyJsonPatch({ a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }])).toEqual({ a: [1], b: [1] });
});
