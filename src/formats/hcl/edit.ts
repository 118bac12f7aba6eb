/**
 * Changes to the text of a file by place: the basis of every patch. What is not replaced stays byte for
 * byte as it was, so a difference shows nothing but the change.
 */
import type { HclFile } from './hcl-file.ts';
import type { Span } from './syntax-tree.ts';

/** `text` takes the place of `span`; a span of no length inserts. */
export interface Edit {
  span: Span;
  text: string;
}

/**
 * The text of the file after all edits, whatever their order. Edits at the same place are made in the
 * order given. Throws a RangeError when two overlap or one reaches beyond the text: that is a bug of the caller.
 */
export function applyEdits(file: HclFile, edits: readonly Edit[]): string {
  const ordered = edits.map((edit, order) => ({ edit, order })).sort((left, right) => left.edit.span.start - right.edit.span.start || left.edit.span.end - right.edit.span.end || left.order - right.order);
  const pieces: string[] = [];
  let done = 0;
  for (const { edit } of ordered) {
    const { start, end } = edit.span;
    if (start < done || end < start || end > file.text.length) throw new RangeError(`edit of ${start} to ${end} overlaps another one or lies outside of ${file.file}`);
    pieces.push(file.text.slice(done, start), edit.text);
    done = end;
  }
  pieces.push(file.text.slice(done));
  return pieces.join('');
}
