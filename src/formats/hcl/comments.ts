/**
 * Comments as documentation: which one belongs to a block, an argument or a whole file.
 *
 * A comment belongs to what begins on the next line; comments on lines that follow each other are one.
 * The comment of a file is the first one, when nothing stands before it and a blank line (or nothing)
 * stands behind it: directly above a block it is that block's. A block comment `/** … *\/` is cleaned of
 * the stars at the beginning of its lines, as terraform-docs does.
 */
import type { Comment, HclFile } from './hcl-file.ts';
import type { Span } from './syntax-tree.ts';

/** Text of the comment directly above `node`, without its marks; undefined when there is none. */
export function commentAbove(file: HclFile, node: Span): string | undefined {
  const lineStart = file.text.lastIndexOf('\n', node.start - 1) + 1;
  if (node.start > 0 && !isBlank(file.text, lineStart, node.start)) return undefined;
  return textOf(file, runEndingAt(file, lineStart));
}

/** Text of the comment behind `node` on the line it ends on; undefined when there is none. */
export function commentBeside(file: HclFile, node: Span): string | undefined {
  const comment = file.comments[firstCommentFrom(file, node.end)];
  if (comment === undefined || !isBlank(file.text, node.end, comment.start) || file.text.slice(node.end, comment.start).includes('\n')) return undefined;
  return textOf(file, [comment]);
}

/** Text of the comment a file begins with; undefined when it belongs to the first block or there is none. */
export function leadingComment(file: HclFile): string | undefined {
  const first = file.comments[0];
  if (first === undefined || !isBlank(file.text, file.text.startsWith('\uFEFF') ? 1 : 0, first.start)) return undefined;
  const run = [first];
  for (const comment of file.comments.slice(1)) {
    if (!isNextLine(file.text, (run[run.length - 1] as Comment).end, comment.start)) break;
    run.push(comment);
  }
  const end = (run[run.length - 1] as Comment).end;
  const next = file.body.items[0];
  if (next !== undefined && isNextLine(file.text, end, next.start)) return undefined;
  return textOf(file, run);
}

/** The comments on lines of their own that follow each other and end directly before the line at `lineStart`. */
function runEndingAt(file: HclFile, lineStart: number): Comment[] {
  const run: Comment[] = [];
  let next = lineStart;
  for (let index = firstCommentFrom(file, lineStart) - 1; index >= 0; index--) {
    const comment = file.comments[index] as Comment;
    const start = file.text.lastIndexOf('\n', comment.start - 1) + 1;
    if (!isBlank(file.text, start, comment.start) || !isNextLine(file.text, comment.end, next)) break;
    run.unshift(comment);
    next = comment.start;
  }
  return run;
}

/** Index of the first comment that begins at `offset` or behind it. */
function firstCommentFrom(file: HclFile, offset: number): number {
  let low = 0;
  let high = file.comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((file.comments[middle] as Comment).start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether only blanks and exactly one line break stand between the offsets. */
function isNextLine(text: string, from: number, to: number): boolean {
  let breaks = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) breaks += 1;
    else if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return false;
    if (breaks > 1) return false;
  }
  return breaks === 1;
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d && code !== 0xfeff) return false;
  }
  return true;
}

function textOf(file: HclFile, run: Comment[]): string | undefined {
  if (run.length === 0) return undefined;
  const text = run.map((comment) => withoutMarks(file.text.slice(comment.start, comment.end), comment.style)).join('\n');
  return text.replace(/^(?:[ \t]*\n)+|\s+$/g, '');
}

function withoutMarks(comment: string, style: Comment['style']): string {
  if (style === 'line') return comment.replace(/^(?:#+|\/\/+) ?/, '').trimEnd();
  const inner = comment.slice(2, -2).replace(/^\*(?=\s|$)/, '');
  const lines = inner.split(/\r?\n/);
  const starred = lines.slice(1).every((line, index, rest) => /^\s*\*/.test(line) || (line.trim() === '' && index === rest.length - 1));
  return lines.map((line, index) => (index === 0 ? line.trim() : starred ? line.replace(/^\s*\*? ?/, '').trimEnd() : line.trimEnd())).join('\n');
}
