/** What holds for every function: no secret is lost, no unknown becomes known, hostile arguments end soon. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectValue, stringValue, tupleValue, numberValue, unknownValue, valueFromData } from '../value/construct.ts';
import { isDeeplySecret, withMarks } from '../value/marks.ts';
import { DYNAMIC, STRING } from '../value/type.ts';
import type { Type, Value } from '../value/value.ts';
import { FunctionError, callFunction, type CallContext, type FunctionDefinition, type ModuleFiles } from './definition.ts';
import { findFunction, functionNames } from './registry.ts';

const files: ModuleFiles = {
  read: (path) => (path === 'a.txt' || path === 'sub/b.json' ? new TextEncoder().encode(`text of ${path}`) : undefined),
  list: () => ['a.txt', 'sub/b.json', 'sub/deep/c.txt'],
};
const context: CallContext = { files, renderTemplate: (text, _file, variables) => withMarks(stringValue(text), [...variables.values()].find((value) => value.marks)?.marks) };
const names = functionNames().filter((name) => name !== 'try' && name !== 'can');

/** Removes the mark on purpose (nonsensitive), or tells only whether there is one (issensitive, whose answer Terraform does not hide). */
const DOCUMENTED = new Set(['nonsensitive', 'issensitive']);

function define(name: string): FunctionDefinition {
  const definition = findFunction(name);
  if (definition === undefined) throw new Error(name);
  return definition;
}

function call(name: string, ...args: Value[]): Value {
  return callFunction(define(name), args, context);
}

const POOL: Value[] = [stringValue('a'), stringValue('10.0.0.0/8'), stringValue('2024-02-29T13:04:05Z'), stringValue('[1]'), stringValue('a.txt'), stringValue('UTF-8'), stringValue('%s'), numberValue(1), numberValue(2), valueFromData(['a', 'b']), valueFromData([true]), valueFromData([1, 2]), valueFromData({ a: 'x' }), valueFromData({ a: ['x'] }), valueFromData('1h'), valueFromData('dns'), valueFromData('YWJj')];

function argumentsOf(definition: FunctionDefinition): fc.Arbitrary<Value[]> {
  const fixed = definition.parameters.map(() => fc.constantFrom(...POOL));
  const rest = definition.variadic === undefined ? fc.constant<Value[]>([]) : fc.array(fc.constantFrom(...POOL), { maxLength: 2 });
  return fc.tuple(fc.tuple(...fixed), rest).map(([head, tail]) => [...(head as Value[]), ...tail]);
}

function attempt(definition: FunctionDefinition, args: readonly Value[]): Value | undefined {
  try {
    return callFunction(definition, args, context);
  } catch (error) {
    if (error instanceof FunctionError) return undefined;
    throw error;
  }
}

test('no function loses the mark of a sensitive argument', () => {
  const marked = new Set<string>();
  for (const name of names.filter((candidate) => !DOCUMENTED.has(candidate))) {
    const definition = define(name);
    fc.assert(fc.property(argumentsOf(definition), fc.nat(), (args, pick) => {
      if (args.length === 0) return;
      const chosen = pick % args.length;
      const result = attempt(definition, args.map((value, index) => (index === chosen ? withMarks(value, { sensitive: true }) : value)));
      if (result === undefined) return;
      marked.add(name);
      expect(isDeeplySecret(result), `${name}(${JSON.stringify(args.map((value) => value.kind))}) argument ${chosen}`).toBe(true);
    }), { numRuns: 150, seed: 7 });
  }
  expect(marked.size).toBeGreaterThan(80);
});

test('no function makes a known value from a wholly unknown argument that decides it', () => {
  const reason = { kind: 'computed', message: 'known after apply' } as const;
  // length and keys know the shape of a type, coalesce and merge may have decided before, contains may have found it.
  const decides = names.filter((name) => !['coalesce', 'coalescelist', 'length', 'keys', 'ephemeralasnull', 'sensitive', 'nonsensitive'].includes(name));
  for (const name of decides) {
    const definition = define(name);
    fc.assert(fc.property(argumentsOf(definition), fc.nat(), (args, pick) => {
      if (args.length === 0) return;
      const chosen = pick % args.length;
      const type: Type = (definition.parameters[chosen] ?? definition.variadic)?.type ?? DYNAMIC;
      const result = attempt(definition, args.map((value, index) => (index === chosen ? unknownValue(type, reason) : value)));
      if (result === undefined || (name === 'lookup' && chosen === 2) || name === 'contains') return;
      expect(hasUnknown(result), `${name} argument ${chosen}`).toBe(true);
    }), { numRuns: 60, seed: 7 });
  }
});

function hasUnknown(value: Value): boolean {
  if (value.kind === 'unknown') return true;
  if ('elements' in value) return value.elements.some(hasUnknown);
  return 'entries' in value && [...value.entries.values()].some(hasUnknown);
}

test('no function throws anything but a refusal, whatever it gets', () => {
  for (const name of names) {
    fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom(...POOL), fc.string().map(stringValue), fc.double({ noNaN: true, noDefaultInfinity: true }).map(numberValue), fc.json().map((text) => valueFromData(JSON.parse(text)))), { maxLength: 4 }), (args) => {
      attempt(define(name), args);
    }), { numRuns: 60, seed: 11 });
  }
});

test('origins of elements stay on the elements that move', () => {
  const of = (address: string): Value => unknownValue(STRING, { kind: 'computed', message: 'id' }, { origins: [{ address, attribute: 'id' }] });
  const joined = call('concat', tupleValue([of('aws_subnet.a')]), tupleValue([of('aws_subnet.b')]));
  const second = call('element', joined, numberValue(1));
  expect(second.marks?.origins).toEqual([{ address: 'aws_subnet.b', attribute: 'id' }]);
  const merged = call('merge', objectValue(new Map([['x', of('aws_subnet.a')]])), objectValue(new Map([['y', of('aws_subnet.b')]])));
  expect(merged.kind === 'object' && merged.entries.get('y')?.marks?.origins).toEqual([{ address: 'aws_subnet.b', attribute: 'id' }]);
  expect(call('format', stringValue('%s'), of('aws_subnet.a'))).toMatchObject({ kind: 'unknown', marks: { origins: [{ address: 'aws_subnet.a', attribute: 'id' }] } });
});

test('files come from the module and nowhere else', () => {
  expect(call('file', stringValue('./sub/../a.txt'))).toEqual(stringValue('text of a.txt'));
  for (const path of ['/etc/passwd', '../../etc/passwd', 'sub/../../x', '~/x', 'a\0b']) expect(call('file', stringValue(path))).toMatchObject({ kind: 'unknown', reason: { kind: 'outside-module' } });
  expect(() => call('file', stringValue('missing.txt'))).toThrow('no file exists');
  expect(call('fileexists', stringValue('missing.txt'))).toMatchObject({ value: false });
  const found = call('fileset', stringValue('.'), stringValue('**/*.{txt,json}'));
  expect(found.kind === 'set' && found.elements.map((item) => (item.kind === 'string' ? item.value : ''))).toEqual(['a.txt', 'sub/b.json', 'sub/deep/c.txt']);
  expect(call('filemd5', stringValue('a.txt'))).toEqual(call('md5', stringValue('text of a.txt')));
});

test('what depends on time or chance is unknown and says so', () => {
  for (const name of ['timestamp', 'plantimestamp', 'uuid']) expect(call(name)).toMatchObject({ kind: 'unknown', reason: { kind: 'time' } });
  expect(call('bcrypt', stringValue('x'))).toMatchObject({ kind: 'unknown', reason: { kind: 'time' } });
});

test("OpenTofu's own functions", () => {
  expect(call('base64gunzip', call('base64gzip', stringValue('héllo')))).toEqual(stringValue('héllo'));
  expect(call('urldecode', stringValue('a+b%20%C3%A9'))).toEqual(stringValue('a b é'));
  expect(call('cidrcontains', stringValue('10.0.0.0/8'), stringValue('10.1.2.3'))).toMatchObject({ value: true });
  expect(call('cidrcontains', stringValue('10.0.0.0/8'), stringValue('11.0.0.0/9'))).toMatchObject({ value: false });
});

test('lists and maps of Terraform 0.11 are read', () => {
  expect(call('list', stringValue('a'), stringValue('b'))).toMatchObject({ kind: 'list', element: { kind: 'string' } });
  expect(call('map', stringValue('k'), numberValue(1))).toMatchObject({ kind: 'map', element: { kind: 'number' } });
  expect(() => call('map', stringValue('k'))).toThrow('even number');
});

test('patterns that hang a backtracking matcher do not hang this one', () => {
  expect(() => call('regex', stringValue('^(a+)+$'), stringValue(`${'a'.repeat(5000)}b`))).toThrow(FunctionError);
  const glob = call('fileset', stringValue('.'), stringValue(`${'*a'.repeat(200)}b`));
  expect(glob.kind === 'set' && glob.elements.length).toBe(0);
});

test('sizes that only exist to exhaust memory are refused', () => {
  const big = tupleValue(Array.from({ length: 1000 }, (_, index) => numberValue(index)));
  expect(() => call('setproduct', big, big, big)).toThrow('more than');
  expect(() => call('range', numberValue(1e9))).toThrow('1024');
  expect(() => call('indent', numberValue(1e8), stringValue('a\nb'))).toThrow('longer');
  expect(() => call('format', stringValue('%999999999s'), stringValue('a'))).toThrow('width');
});
