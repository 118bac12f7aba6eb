import { expect, test } from 'vitest';
import { commentAbove, commentBeside, leadingComment } from './comments.ts';
import { parseHcl } from './parse.ts';

const item = (text: string, index = 0): [string | undefined, string | undefined] => {
  const file = parseHcl(text, 'main.tf');
  const node = file.body.items[index];
  if (node === undefined) throw new Error('no such item');
  return [commentAbove(file, node), commentBeside(file, node)];
};

test('the comment above a block is its own, line by line', () => {
  expect(item('# one\n## two\n//   three\nvariable "a" {}\n')[0]).toBe('one\ntwo\n  three');
});

test('a blank line parts a comment from what follows', () => {
  expect(item('# one\n\nvariable "a" {}\n')[0]).toBeUndefined();
  expect(item('# one\n\n# two\nvariable "a" {}\n')[0]).toBe('two');
});

test('a comment behind an argument is not above the next one', () => {
  const text = 'a = 1 # one\nb = 2\n';
  expect([item(text, 0), item(text, 1)]).toEqual([[undefined, 'one'], [undefined, undefined]]);
});

test('a block comment loses its stars', () => {
  expect(item('/**\n * One.\n *\n *   two\n */\nvariable "a" {}\n')[0]).toBe('One.\n\n  two');
  expect(item('/* one\n   two */\nvariable "a" {}\n')[0]).toBe('one\n   two');
});

test('the first comment of a file is about the file unless it stands directly above a block', () => {
  const leading = (text: string): string | undefined => leadingComment(parseHcl(text, 'main.tf'));
  expect(leading('\uFEFF# A module.\r\n# It does.\r\n\r\nvariable "a" {}\r\n')).toBe('A module.\nIt does.');
  expect(leading('/**\n * # Title\n */\n\nvariable "a" {}\n')).toBe('# Title');
  expect(leading('# about a\nvariable "a" {}\n')).toBeUndefined();
  expect(leading('variable "a" {}\n# late\n')).toBeUndefined();
  expect(leading('# nothing else')).toBe('nothing else');
});
