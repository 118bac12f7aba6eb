/**
 * Changes inside of blocks, as edits of the text: what a person with `terraform fmt` on save would have typed.
 *
 * A new argument goes after the first group of arguments, with its equals sign where the others have theirs; the
 * group moves only when it was aligned and the new name is longer. Lines with one-line values that follow each
 * other are a group (hclwrite's rule). New blocks go last. Comments, line endings and blank lines stay as they are.
 */
import type { Edit } from './edit.ts';
import type { HclFile } from './hcl-file.ts';
import type { Attribute, Block, Body } from './syntax-tree.ts';

/** What is to be added to a block; values are written expressions. */
export interface NewBody {
  attributes: readonly (readonly [name: string, value: string])[];
  blocks: readonly (readonly [type: string, body: NewBody])[];
}

/** Arguments that stand before a resource's own, in a group of theirs. */
const FIRST = new Set(['count', 'for_each', 'provider', 'providers', 'source', 'version', 'depends_on']);

/** The block whose first character is at `start`, at any depth. */
export function blockAt(body: Body, start: number): Block | undefined {
  for (const item of body.items) {
    if (item.kind !== 'block' || start < item.start || start >= item.end) continue;
    return item.start === start ? item : blockAt(item.body, start);
  }
  return undefined;
}

/** Adds to a block of the native syntax. */
export function insertIntoBlock(file: HclFile, block: Block, added: NewBody): Edit[] {
  const { text } = file;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const open = text.indexOf('{', block.labels.at(-1)?.end ?? block.typeSpan.end);
  const close = block.end - 1;
  const outer = indentAt(text, block.start);
  if (!text.slice(open + 1, close).includes('\n')) return [{ span: { start: open + 1, end: close }, text: onOwnLines(file, block, added, outer, eol) }];
  const indent = innerIndent(text, block, outer);
  const edits = added.attributes.length === 0 ? [] : insertAttributes(file, block, added.attributes, { indent, eol, open });
  if (added.blocks.length === 0) return edits;
  const last = block.body.items.at(-1);
  const at = last === undefined ? lineEnd(text, open) : lineEnd(text, last.end);
  const blank = last === undefined && edits.length === 0 ? '' : eol;
  return [...edits, { span: { start: at, end: at }, text: added.blocks.map((one) => `${blank}${eol}${blockText(one, indent, eol)}`).join('') }];
}

function onOwnLines(file: HclFile, block: Block, added: NewBody, outer: string, eol: string): string {
  const present = block.body.items.flatMap((item) => (item.kind === 'attribute' ? [[item.name, file.text.slice(item.expression.start, item.expression.end)] as const] : []));
  const inner = bodyText({ attributes: [...present, ...added.attributes], blocks: added.blocks }, `${outer}  `, eol);
  return `${eol}${inner}${eol}${outer}`;
}

function bodyText({ attributes, blocks }: NewBody, indent: string, eol: string): string {
  const width = Math.max(0, ...attributes.map(([name]) => name.length));
  const lines = attributes.map(([name, value]) => `${indent}${name.padEnd(width)} = ${value}`);
  return [lines.join(eol), ...blocks.map((one) => blockText(one, indent, eol))].filter((part) => part !== '').join(`${eol}${lines.length > 0 ? eol : ''}`);
}

function blockText([type, body]: readonly [string, NewBody], indent: string, eol: string): string {
  if (body.attributes.length + body.blocks.length === 0) return `${indent}${type} {}`;
  return `${indent}${type} {${eol}${bodyText(body, `${indent}  `, eol)}${eol}${indent}}`;
}

interface Surroundings {
  indent: string;
  eol: string;
  open: number;
}

function insertAttributes(file: HclFile, block: Block, added: NewBody['attributes'], { indent, eol, open }: Surroundings): Edit[] {
  const { text } = file;
  const groups = groupsOf(file, block.body);
  const own = groups.find((group) => group.some((attribute) => !FIRST.has(attribute.name)));
  const last = own?.at(-1);
  if (own === undefined || last === undefined) {
    const meta = groups.at(-1)?.at(-1);
    const at = lineEnd(text, meta?.end ?? open);
    const after = meta === undefined && block.body.items.length > 0 ? eol : '';
    return [{ span: { start: at, end: at }, text: `${meta === undefined ? '' : eol}${eol}${bodyText({ attributes: added, blocks: [] }, indent, eol)}${after}` }];
  }
  const widest = Math.max(...own.map((attribute) => attribute.name.length));
  const wanted = Math.max(widest, ...added.map(([name]) => name.length));
  const aligned = isAligned(text, own, widest);
  const width = aligned ? wanted : Math.max(...added.map(([name]) => name.length), equalsAt(text, last) - last.start - 1);
  const moved = aligned && wanted > widest ? own.map((attribute) => padded(text, attribute, wanted)) : [];
  const at = lineEnd(text, last.end);
  const ownIndent = indentAt(text, last.start);
  return [...moved, { span: { start: at, end: at }, text: added.map(([name, value]) => `${eol}${ownIndent}${name.padEnd(width)} = ${value}`).join('') }];
}

/** Writes a block of its own after another one, with a blank line between. */
export function insertBlockAfter(file: HclFile, block: Block, head: string, body: NewBody): Edit {
  const { text } = file;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const at = lineEnd(text, block.end);
  return { span: { start: at, end: at }, text: `${eol}${eol}${blockText([head, body], indentAt(text, block.start), eol)}`.replace(/\r?\n/g, eol) };
}

/** Takes an argument out, with its line; the rest of its group closes up when it was aligned. */
export function removeAttribute(file: HclFile, block: Block, attribute: Attribute): Edit[] {
  const { text } = file;
  const start = lineStart(text, attribute.start);
  const end = lineEnd(text, attribute.end);
  if (start < block.start || end > block.end) return [{ span: { start: attribute.start, end: attribute.end }, text: '' }];
  const group = groupsOf(file, block.body).find((one) => one.includes(attribute)) ?? [attribute];
  const others = group.filter((one) => one !== attribute);
  const widest = Math.max(0, ...group.map((one) => one.name.length));
  const wanted = Math.max(0, ...others.map((one) => one.name.length));
  const moved = wanted < widest && isAligned(text, group, widest) ? others.map((one) => padded(text, one, wanted)) : [];
  return [...moved, { span: { start, end: afterBreak(text, end) }, text: '' }];
}

/** Takes blocks out, each with the comments right above it and one of the blank lines around it. */
export function removeBlocks(file: HclFile, blocks: readonly Block[]): Edit[] {
  const { text } = file;
  const gone: { start: number; end: number }[] = [];
  for (const block of [...blocks].sort((a, b) => a.start - b.start)) {
    const start = withComments(file, lineStart(text, block.start));
    const end = afterBreak(text, lineEnd(text, block.end));
    const blank = /^[ \t]*\r?\n/.exec(text.slice(end, end + 80))?.[0].length ?? 0;
    const last = gone.at(-1);
    if (last !== undefined && last.end >= start) last.end = end + blank;
    else gone.push({ start, end: end + blank });
  }
  const last = gone.at(-1);
  if (last !== undefined && last.end >= text.length) last.start -= /\r?\n(?:[ \t]*\r?\n)*$/.exec(text.slice(Math.max(0, last.start - 80), last.start))?.[0].replace(/^\r?\n/, '').length ?? 0;
  return gone.map((span) => ({ span, text: '' }));
}

function withComments(file: HclFile, from: number): number {
  const { text } = file;
  let start = from;
  for (const comment of [...file.comments].reverse()) {
    const above = lineStart(text, comment.start);
    if (comment.start < start && /^\r?\n?$/.test(text.slice(comment.end, start)) && text.slice(above, comment.start).trim() === '') start = above;
  }
  return start;
}

/** One-line arguments on lines that follow each other. */
function groupsOf(file: HclFile, body: Body): Attribute[][] {
  const groups: Attribute[][] = [];
  let next = -1;
  for (const item of body.items) {
    const [first, last] = [file.lines.locate(item.start).line, file.lines.locate(item.end).line];
    if (item.kind === 'attribute' && first === last) {
      if (first === next) groups.at(-1)?.push(item);
      else groups.push([item]);
      next = first + 1;
    } else next = -1;
  }
  return groups;
}

function isAligned(text: string, group: readonly Attribute[], widest: number): boolean {
  return group.every((attribute) => equalsAt(text, attribute) - attribute.start === widest + 1);
}

function padded(text: string, attribute: Attribute, width: number): Edit {
  return { span: { start: attribute.nameSpan.end, end: equalsAt(text, attribute) }, text: ' '.repeat(width - attribute.name.length + 1) };
}

function equalsAt(text: string, attribute: Attribute): number {
  return text.indexOf('=', attribute.nameSpan.end);
}

function innerIndent(text: string, block: Block, outer: string): string {
  const first = block.body.items.find((item) => text.slice(lineStart(text, item.start), item.start).trim() === '');
  return first === undefined ? `${outer}  ` : indentAt(text, first.start);
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Before the line break. */
function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  if (feed < 0) return text.length;
  return text[feed - 1] === '\r' && feed > offset ? feed - 1 : feed;
}

function afterBreak(text: string, end: number): number {
  return text[end] === '\r' ? end + 2 : text[end] === '\n' ? end + 1 : end;
}
