/** Expressions as they were written, set against the left margin. */
import type { BlockPlace, Written } from '../terraform/configuration/declarations.ts';
import type { ModelLocation } from '../infrastructure/model.ts';

export function writtenText(written: Written): string {
  return againstMargin(written.file.text.slice(written.expression.start, written.expression.end));
}

/** Lines after the first lose the indentation that they have in common. */
export function againstMargin(text: string): string {
  const [first = '', ...rest] = text.replace(/\r\n/g, '\n').split('\n');
  const indents = rest.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const common = indents.length === 0 ? 0 : Math.min(...indents);
  return [first, ...rest.map((line) => line.slice(Math.min(common, line.length)))].join('\n').trimEnd();
}

export function blockLocation(place: BlockPlace): ModelLocation {
  const start = place.file.locate(place.start);
  return { file: place.file.path, line: start.line, column: start.column, endLine: place.file.locate(Math.max(place.start, place.end - 1)).line };
}
