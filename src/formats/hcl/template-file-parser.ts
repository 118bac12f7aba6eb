import { ExpressionParser } from './expression-parser.ts';
import type { Template } from './syntax-tree.ts';
import { END_OF_FILE } from './token.ts';
import { SYNTAX_FAILURE } from './token-reader.ts';

/** A template that is not in quotes: a whole file, or the contents of a JSON string. */
export class TemplateFileParser extends ExpressionParser {
  /** One text part with everything in it where the template is not valid. */
  parseBareTemplate(form: Template['form'], start: number, end: number): Template {
    try {
      const template = this.parseParts(start, form, END_OF_FILE, false);
      template.end = end;
      return template;
    } catch (failure) {
      if (failure !== SYNTAX_FAILURE) throw failure;
      return { kind: 'template', start, end, form, parts: [{ kind: 'text', start, end, value: this.text.slice(start, end) }] };
    }
  }
}
