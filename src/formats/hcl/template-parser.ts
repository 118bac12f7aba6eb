/** Quoted strings, heredocs and bare templates, from their opening token to the one that closes them. */
import { trimEnd, trimStart } from './identifier.ts';
import { unescape } from './string-literal.ts';
import type { Expression, Template, TemplateInterpolation } from './syntax-tree.ts';
import { dedent, meld, structure } from './template-pieces.ts';
import type { Directive, TemplatePiece } from './template-pieces.ts';
import * as token from './token.ts';
import { TokenReader } from './token-reader.ts';

export abstract class TemplateParser extends TokenReader {
  abstract parseExpression(): Expression;

  /** At an opening quote or heredoc; afterwards behind the closing one. */
  protected parseTemplate(): Template {
    const open = this.at;
    const start = this.starts[open] as number;
    if (this.kind === token.OPEN_QUOTE && this.kinds[open + 1] === token.LITERAL && this.kinds[open + 2] === token.CLOSE_QUOTE) {
      const from = this.starts[open + 1] as number;
      const to = this.ends[open + 1] as number;
      const end = this.ends[open + 2] as number;
      this.at = open + 2;
      this.advance();
      this.height = 1;
      return { kind: 'template', start, end, form: 'quoted', parts: [{ kind: 'text', start: from, end: to, value: this.text.slice(from, to) }] };
    }
    const quoted = this.kind === token.OPEN_QUOTE;
    const indented = !quoted && this.text.charCodeAt(start + 2) === 0x2d;
    const form = quoted ? 'quoted' : indented ? 'indented-heredoc' : 'heredoc';
    this.at += 1;
    this.kind = this.kinds[this.at] as number;
    const template = this.parseParts(start, form, quoted ? token.CLOSE_QUOTE : token.CLOSE_HEREDOC, indented);
    template.end = this.end;
    this.advance();
    return template;
  }

  /** Up to the token `close`, which stays at hand. */
  protected parseParts(start: number, form: Template['form'], close: number, dedents: boolean): Template {
    this.enter();
    const pieces: TemplatePiece[] = [];
    let height = 0;
    let directives = false;
    let trimsNext = false;
    let textBefore = false;
    while (this.kind !== close) {
      const trims = trimsNext;
      const index = this.at;
      trimsNext = false;
      if (this.kind === token.LITERAL || this.kind === token.ESCAPED_LITERAL || this.kind === token.ESCAPED_MARKER) {
        const value = this.literal(index);
        pieces.push({ kind: 'text', start: this.starts[index] as number, end: this.ends[index] as number, value: trims ? trimStart(value) : value });
        textBefore = true;
        this.moveTo(index + 1);
      } else if (this.kind === token.OPEN_INTERPOLATION || this.kind === token.OPEN_DIRECTIVE) {
        if (textBefore && this.end - this.start === 3) trimLast(pieces);
        textBefore = false;
        const piece = this.kind === token.OPEN_INTERPOLATION ? this.parseInterpolation() : this.parseDirective();
        if (this.height > height) height = this.height;
        if (piece.kind !== 'interpolation') directives = true;
        trimsNext = this.text.charCodeAt(piece.end - 2) === 0x7e;
        pieces.push(piece);
      } else {
        this.fail('The template is not closed.', undefined, start, start + 2);
      }
    }
    if (dedents) dedent(pieces);
    const flat = pieces.length > 1 ? meld(pieces) : pieces;
    const structured = directives ? structure(flat, this.problems) : { parts: flat as Template['parts'], height: 0 };
    this.leave();
    this.growTo(height + structured.height + 1);
    return { kind: 'template', start, end: this.end, form, parts: structured.parts };
  }

  private literal(index: number): string {
    const start = this.starts[index] as number;
    const end = this.ends[index] as number;
    if (this.kinds[index] === token.ESCAPED_LITERAL) return unescape(this.text, start, end, this.problems);
    return this.text.slice(this.kinds[index] === token.ESCAPED_MARKER ? start + 1 : start, end);
  }

  private parseInterpolation(): TemplateInterpolation {
    const open = this.start;
    const outer = this.skipsNewlines;
    this.setSkipsNewlines(true);
    this.advance();
    const expression = this.parseExpression();
    const end = this.closeSequence(open, 'interpolation', outer);
    return { kind: 'interpolation', start: open, end, expression };
  }

  private closeSequence(open: number, what: string, outer: boolean): number {
    if (this.kind !== token.CLOSE_SEQUENCE) {
      if (this.kind === token.END_OF_FILE) this.fail(`The ${what} is not closed before the end of the file.`, 'close it with }', open, open + 2);
      this.fail(`The ${what} should end here with }, but ${this.found()} follows.`, this.text.charCodeAt(open) === 0x24 ? 'if ${ is meant for a shell or another language, write $${' : undefined);
    }
    const end = this.end;
    this.skipsNewlines = outer;
    // What follows is literal text, never a line break of the language.
    this.moveTo(this.at + 1);
    return end;
  }

  private parseDirective(): Directive {
    const open = this.start;
    const outer = this.skipsNewlines;
    this.setSkipsNewlines(true);
    this.advance();
    this.height = 0;
    const keyword = this.kind === token.IDENTIFIER ? this.textOf(this.at) : '';
    const directive: Directive = { kind: 'if', start: open, end: open, expression: undefined, keyName: undefined, valueName: '' };
    if (keyword === 'if') {
      this.advance();
      directive.expression = this.parseExpression();
    } else if (keyword === 'for') {
      directive.kind = 'for';
      this.advance();
      this.parseForVariables(directive);
      directive.expression = this.parseExpression();
    } else if (keyword === 'else' || keyword === 'endif' || keyword === 'endfor') {
      directive.kind = keyword;
      this.advance();
    } else {
      this.fail('A directive begins with if, else, endif, for or endfor.', 'if %{ is meant for another language, write %%{');
    }
    directive.end = this.closeSequence(open, `directive ${keyword}`, outer);
    return directive;
  }

  /** `k, v in` or `v in`, of a directive as of a for expression. */
  protected parseForVariables(names: { keyName: string | undefined; valueName: string }): void {
    if (this.kind !== token.IDENTIFIER) this.fail(`After "for" a name is needed, but ${this.found()} follows.`, 'for example: for value in list');
    names.valueName = this.textOf(this.at);
    this.advance();
    if (this.kind === token.COMMA) {
      this.advance();
      if (this.kind !== token.IDENTIFIER) this.fail(`After the comma the name for the value is needed, but ${this.found()} follows.`, 'for example: for key, value in map');
      names.keyName = names.valueName;
      names.valueName = this.textOf(this.at);
      this.advance();
    }
    if (this.kind !== token.IDENTIFIER || !this.isWord(this.at, 'in')) this.fail(`"in" is needed after the names of "for", but ${this.found()} follows.`, 'for example: for value in list');
    this.advance();
  }
}

function trimLast(pieces: TemplatePiece[]): void {
  const last = pieces[pieces.length - 1];
  if (last?.kind === 'text') last.value = trimEnd(last.value);
}
