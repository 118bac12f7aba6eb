/** Edits inside of blocks: the text as `terraform fmt` would leave it, and everything else byte for byte. */
import { expect, test } from 'vitest';
import { blockAt, insertIntoBlock, removeAttribute, removeBlocks } from './body-edits.ts';
import type { NewBody } from './body-edits.ts';
import { applyEdits } from './edit.ts';
import { parseHcl } from './parse.ts';
import type { Attribute, Block } from './syntax-tree.ts';

function first(text: string): { file: ReturnType<typeof parseHcl>; block: Block } {
  const file = parseHcl(text, 'main.tf');
  const block = blockAt(file.body, text.indexOf('resource'));
  if (block === undefined) throw new Error('no block');
  return { file, block };
}

function inserted(text: string, attributes: NewBody['attributes'], blocks: NewBody['blocks'] = []): string {
  const { file, block } = first(text);
  const result = applyEdits(file, insertIntoBlock(file, block, { attributes, blocks }));
  expect(parseHcl(result, 'main.tf').problems).toEqual([]);
  return result;
}

test('a new argument stands after the first group, its equals sign below the others', () => {
  expect(inserted('resource "a" "b" {\n  size = 10 # GB\n  zone = "x"\n\n  tags = {\n    A = 1\n  }\n}\n', [['type', '"gp3"']])).toBe('resource "a" "b" {\n  size = 10 # GB\n  zone = "x"\n  type = "gp3"\n\n  tags = {\n    A = 1\n  }\n}\n');
  expect(inserted('resource "a" "b" {\n  availability_zone = "x"\n  size              = 10\n}\n', [['type', '"gp3"']])).toContain('  size              = 10\n  type              = "gp3"\n}');
});

test('a longer name moves a group that was aligned, and leaves one that was not', () => {
  expect(inserted('resource "a" "b" {\n  size = 10\n  zone = "x"\n}\n', [['monitoring', 'false']])).toBe('resource "a" "b" {\n  size       = 10\n  zone       = "x"\n  monitoring = false\n}\n');
  expect(inserted('resource "a" "b" {\n  size = 10\n  az = "x"\n}\n', [['monitoring', 'false']])).toBe('resource "a" "b" {\n  size = 10\n  az = "x"\n  monitoring = false\n}\n');
});

test('count and for_each keep their own group', () => {
  expect(inserted('resource "a" "b" {\n  count = 2\n\n  size = 1\n}\n', [['type', '1']])).toBe('resource "a" "b" {\n  count = 2\n\n  size = 1\n  type = 1\n}\n');
  expect(inserted('resource "a" "b" {\n  count = 2\n}\n', [['type', '1']])).toBe('resource "a" "b" {\n  count = 2\n\n  type = 1\n}\n');
});

test('empty blocks and blocks on one line are opened; Windows line ends stay', () => {
  expect(inserted('resource "a" "b" {}\n', [['type', '1']])).toBe('resource "a" "b" {\n  type = 1\n}\n');
  expect(inserted('resource "a" "b" { size = 1 }\n', [['monitoring', '1']])).toBe('resource "a" "b" {\n  size       = 1\n  monitoring = 1\n}\n');
  expect(inserted('resource "a" "b" {\r\n  size = 1\r\n}\r\n', [['type', '1']])).toBe('resource "a" "b" {\r\n  size = 1\r\n  type = 1\r\n}\r\n');
});

test('a new block stands last, with what is in it', () => {
  expect(inserted('resource "a" "b" {\n  size = 1\n}\n', [], [['rule', { attributes: [['id', '"x"']], blocks: [['abort', { attributes: [['days', '7']], blocks: [] }]] }]])).toBe('resource "a" "b" {\n  size = 1\n\n  rule {\n    id = "x"\n\n    abort {\n      days = 7\n    }\n  }\n}\n');
});

test('an argument goes with its line, and its group closes up', () => {
  const { file, block } = first('resource "a" "b" {\n  size       = 1\n  monitoring = true # dear\n  zone       = "x"\n}\n');
  const attribute = block.body.items.find((item): item is Attribute => item.kind === 'attribute' && item.name === 'monitoring');
  expect(attribute && applyEdits(file, removeAttribute(file, block, attribute))).toBe('resource "a" "b" {\n  size = 1\n  zone = "x"\n}\n');
});

test('a block goes with the comments right above it, and one blank line', () => {
  const { file, block } = first('# of the file\n\n// The old one,\n// not used.\nresource "a" "b" {\n  x = 1\n}\n\noutput "y" {}\n');
  expect(applyEdits(file, removeBlocks(file, [block]))).toBe('# of the file\n\noutput "y" {}\n');
  const last = first('output "y" {}\n\nresource "a" "b" {\n}\n');
  expect(applyEdits(last.file, removeBlocks(last.file, [last.block]))).toBe('output "y" {}\n');
});
