/**
 * From a flat run of template pieces to the parts of a template.
 *
 * The dedent of `<<-` follows HashiCorp's parser to the letter, quirks included, because values must be
 * the same: it looks at tokens (a line, or what is left of one beside a `${`), after the trim marks were
 * applied. The least number of leading blanks of all tokens that begin a line is taken from each of them;
 * a blank line does not count, a line that begins with a sequence counts as 0, and so does one whose
 * blanks a trim mark has eaten.
 */
import { isSpace } from './identifier.ts';
import type { ProblemCollector } from './problem-collector.ts';
import type { Expression, TemplateFor, TemplateIf, TemplateInterpolation, TemplatePart, TemplateText } from './syntax-tree.ts';

/** `%{if}`, `%{for}` and what closes them, before they have been matched with each other. */
export interface Directive {
  kind: 'if' | 'else' | 'endif' | 'for' | 'endfor';
  start: number;
  end: number;
  expression: Expression | undefined;
  keyName: string | undefined;
  valueName: string;
}

export type TemplatePiece = TemplateText | TemplateInterpolation | Directive;

const MOST_NESTED_DIRECTIVES = 100;

/** Removes the common indentation from the texts, in place. */
export function dedent(pieces: TemplatePiece[]): void {
  let least = Number.POSITIVE_INFINITY;
  let beginsLine = true;
  const indented: TemplateText[] = [];
  for (const piece of pieces) {
    if (beginsLine) {
      beginsLine = false;
      const blanks = piece.kind === 'text' ? leadingBlanks(piece.value) : 0;
      if (piece.kind !== 'text') {
        least = 0;
      } else if (blanks < piece.value.length || !piece.value.endsWith('\n')) {
        indented.push(piece);
        if (blanks < least) least = blanks;
      }
    }
    if (piece.kind === 'text' && piece.value.endsWith('\n')) beginsLine = true;
  }
  if (least === 0 || least === Number.POSITIVE_INFINITY) return;
  for (const text of indented) text.value = text.value.slice(least);
}

function leadingBlanks(value: string): number {
  let count = 0;
  while (count < value.length && isSpace(value.charCodeAt(count))) count += 1;
  return count;
}

/** Puts texts that follow each other together. */
export function meld(pieces: TemplatePiece[]): TemplatePiece[] {
  const melded: TemplatePiece[] = [];
  let values: string[] = [];
  let open: TemplateText | undefined;
  for (const piece of pieces) {
    if (piece.kind === 'text' && open !== undefined) {
      values.push(piece.value);
      open.end = piece.end;
      continue;
    }
    if (open !== undefined && values.length > 1) open.value = values.join('');
    open = piece.kind === 'text' ? piece : undefined;
    values = open === undefined ? [] : [open.value];
    melded.push(piece);
  }
  if (open !== undefined && values.length > 1) open.value = values.join('');
  return melded;
}

interface OpenDirective {
  directive: Directive;
  then: TemplatePart[];
  otherwise: TemplatePart[] | undefined;
}

/** Matches the directives with each other; `height` is how deep they stand in one another. */
export function structure(pieces: TemplatePiece[], problems: ProblemCollector): { parts: TemplatePart[]; height: number } {
  const root: TemplatePart[] = [];
  const open: OpenDirective[] = [];
  let parts = root;
  let height = 0;
  for (const piece of pieces) {
    const top = open[open.length - 1];
    if (piece.kind === 'text' || piece.kind === 'interpolation') {
      parts.push(piece);
    } else if (piece.kind === 'if' || piece.kind === 'for') {
      if (open.length === MOST_NESTED_DIRECTIVES) {
        problems.add(piece.start, piece.end, `Directives are nested more than ${MOST_NESTED_DIRECTIVES} levels deep.`, 'split the template up');
        break;
      }
      const opened: OpenDirective = { directive: piece, then: [], otherwise: undefined };
      open.push(opened);
      height = Math.max(height, open.length);
      parts = opened.then;
    } else if (piece.kind === 'else' && top?.directive.kind === 'if' && top.otherwise === undefined) {
      top.otherwise = [];
      parts = top.otherwise;
    } else if (top !== undefined && closes(piece, top.directive)) {
      open.pop();
      const outer = open[open.length - 1];
      parts = outer === undefined ? root : (outer.otherwise ?? outer.then);
      parts.push(closed(top, piece.end));
    } else {
      problems.add(piece.start, piece.end, `%{ ${piece.kind} } has nothing to ${piece.kind === 'else' ? 'be the other case of' : 'close'} here.`, top === undefined ? undefined : `the %{ ${top.directive.kind} } that is open is closed with %{ end${top.directive.kind} }`);
    }
  }
  for (const { directive } of open) problems.add(directive.start, directive.end, `%{ ${directive.kind} } is not closed.`, `close it with %{ end${directive.kind} }`);
  return { parts: root, height };
}

function closes(piece: Directive, opened: Directive): boolean {
  return piece.kind === `end${opened.kind}`;
}

function closed({ directive, then, otherwise }: OpenDirective, end: number): TemplateIf | TemplateFor {
  const expression: Expression = directive.expression ?? { kind: 'invalid', start: directive.start, end: directive.end };
  if (directive.kind === 'if') return { kind: 'if-directive', start: directive.start, end, condition: expression, then, otherwise: otherwise ?? [] };
  const { keyName, valueName } = directive;
  return { kind: 'for-directive', start: directive.start, end, ...(keyName === undefined ? {} : { keyName }), valueName, collection: expression, parts: then };
}
