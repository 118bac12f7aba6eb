import { expect, test } from 'vitest';
import { decodeSource } from './source-text.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const problem = (source: Uint8Array): { message: string; offset: number } | undefined => {
  const decoded = decodeSource(source);
  return 'problem' in decoded ? decoded.problem : undefined;
};

test('UTF-8 is text, and its byte order mark is kept', () => {
  const text = '\uFEFFa = "é😀"\n';
  expect(decodeSource(Buffer.from(text, 'utf8'))).toEqual({ text });
  expect(decodeSource(bytes())).toEqual({ text: '' });
});

test('UTF-16 is refused by name, with its mark and without', () => {
  expect(problem(Buffer.from('\uFEFFa = 1\n', 'utf16le'))?.message).toContain('UTF-16 (little endian)');
  expect(problem(Buffer.from('a = 1\n', 'utf16le'))?.message).toContain('UTF-16 (little endian)');
  expect(problem(Buffer.from('a = 1\n', 'utf16le').swap16())?.message).toContain('UTF-16 (big endian)');
  expect(problem(bytes(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0))?.message).toContain('UTF-32');
});

test('a NUL is left to the parser', () => {
  expect(decodeSource(Buffer.from('a = "\0" # \0\n'))).toEqual({ text: 'a = "\0" # \0\n' });
});

test.each([
  ['Latin-1', bytes(0x61, 0xe9, 0x0a), 1],
  ['a sequence cut short', bytes(0x61, 0x62, 0xe2, 0x82), 2],
  ['an overlong sequence', bytes(0xc0, 0x80), 0],
  ['half of a surrogate pair', bytes(0x61, 0xed, 0xa0, 0x80), 1],
  ['beyond the last character', bytes(0xf4, 0x90, 0x80, 0x80), 0],
])('%s is refused with its offset', (_name, source, offset) => {
  expect(problem(source)).toMatchObject({ offset });
});
