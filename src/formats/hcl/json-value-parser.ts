/**
 * JSON text to expressions: an object is an object constructor with `json` templates for keys, an array a
 * tuple, a string a template of the form `json`. Duplicate properties and their order are kept, which
 * `JSON.parse` would lose, and everything has its place.
 *
 * Whether a string is a template is for the reader to say: a description is taken as it stands, an argument
 * of a resource is evaluated. So a string that is no valid template is not an error of the file. Its
 * problems are kept by its place and count when it is evaluated. What HashiCorp's JSON parser refuses is
 * refused here: a byte order mark, trailing commas, comments, control characters in strings.
 */
import type { HclProblem } from './hcl-file.ts';
import type { LineIndex } from './line-index.ts';
import { parseJsonString } from './json-string.ts';
import { isNumberInRange } from './number-literal.ts';
import { ProblemCollector } from './problem-collector.ts';
import type { Expression, ObjectConstructor, ObjectItem, Template, TupleConstructor } from './syntax-tree.ts';
import { SYNTAX_FAILURE } from './token-reader.ts';

const MOST_NESTED = 250;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_][A-Za-z_0-9]*/y;
const NUMBER_LIKE = /[-+.0-9eE]+/y;

export class JsonValueParser {
  /** Problems of strings as templates, by the offset at which the string begins. */
  readonly deferred = new Map<number, HclProblem[]>();
  private readonly text: string;
  private readonly file: string;
  private readonly lines: LineIndex;
  private readonly problems: ProblemCollector;
  private at = 0;
  private nesting = 0;

  constructor(text: string, file: string, lines: LineIndex, problems: ProblemCollector) {
    this.text = text;
    this.file = file;
    this.lines = lines;
    this.problems = problems;
  }

  /** The one value of the text; `invalid` when it could not be read. */
  parseRoot(): Expression {
    try {
      if (this.text.startsWith('\uFEFF')) {
        this.problems.add(0, 1, 'A JSON file must not begin with a byte order mark.', 'save it as UTF-8 without a byte order mark');
        this.at = 1;
      }
      const value = this.parseValue();
      this.skipBlanks();
      if (this.at < this.text.length) this.fail('Something follows the JSON value.', 'a file holds one object, or one array of objects');
      return value;
    } catch (failure) {
      if (failure !== SYNTAX_FAILURE) throw failure;
      return { kind: 'invalid', start: 0, end: this.text.length };
    }
  }

  private fail(message: string, hint?: string, start = this.at, end = start + 1): never {
    this.problems.add(start, Math.min(end, this.text.length), message, hint);
    throw SYNTAX_FAILURE;
  }

  private skipBlanks(): void {
    const text = this.text;
    let code = text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.at);
  }

  private parseValue(): Expression {
    this.skipBlanks();
    const code = this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
    if (code === 0x22) return this.parseString();
    if (code === 0x7b || code === 0x5b) {
      this.nesting += 1;
      if (this.nesting > MOST_NESTED) this.fail(`This is nested more than ${MOST_NESTED} levels deep.`);
      const value = code === 0x7b ? this.parseObject() : this.parseArray();
      this.nesting -= 1;
      return value;
    }
    if (code === -1) this.fail('A JSON value is needed here, but the file ends.', 'is a brace or bracket not closed?');
    if (code === 0x2d || code === 0x2b || code === 0x2e || (code >= 0x30 && code <= 0x39)) return this.parseNumber();
    return this.parseWord();
  }

  private parseNumber(): Expression {
    const start = this.at;
    const text = this.match(NUMBER) ?? '';
    const written = this.match(NUMBER_LIKE) ?? '';
    if (text === '' || text !== written) this.fail(`${written.slice(0, 40)} is not a JSON number.`, 'write it as 12, -1.5 or 1e3', start, start + written.length);
    if (!isNumberInRange(text.replace('-', ''))) this.problems.add(start, start + text.length, `${text.slice(0, 40)} is too large.`);
    this.at = start + text.length;
    return { kind: 'number', start, end: this.at, text };
  }

  private parseWord(): Expression {
    const start = this.at;
    const word = this.match(WORD);
    if (word === undefined) {
      const comment = this.text.startsWith('//', start) || this.text.startsWith('/*', start) || this.text[start] === '#';
      const hint = comment ? 'JSON has no comments; a property "//" is ignored in bodies' : this.text[start] === "'" ? 'use double quotes' : undefined;
      this.fail(`A JSON value is needed here, but "${String.fromCodePoint(this.text.codePointAt(start) ?? 0)}" follows.`, hint);
    }
    const end = start + word.length;
    this.at = end;
    if (word === 'true' || word === 'false') return { kind: 'boolean', start, end, value: word === 'true' };
    if (word === 'null') return { kind: 'null', start, end };
    this.at = start;
    this.fail(`"${word.slice(0, 40)}" is not a JSON value.`, /^(true|false|null)$/i.test(word) ? `write ${word.toLowerCase()}` : 'strings need double quotes', start, end);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0];
  }

  private parseString(): Template {
    const start = this.at;
    const text = this.text;
    let at = start + 1;
    for (;;) {
      const code = at < text.length ? text.charCodeAt(at) : -1;
      if (code === 0x22) break;
      if (code === -1 || code === 0x0a || code === 0x0d) this.fail('The string is not closed before the end of its line.', 'close it with ", and write \\n for a line break', start, at);
      if (code < 0x20) this.fail('A control character stands in the string.', 'write it as an escape, such as \\t or \\u001b', at, at + 1);
      at += code === 0x5c ? 2 : 1;
    }
    this.at = at + 1;
    const parsed = parseJsonString(text, start, this.at, this.file, this.lines);
    if (parsed === undefined) this.fail('The string has an escape that JSON does not know.', 'the escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits', start, at + 1);
    if (parsed.problems.length > 0) this.deferred.set(start, parsed.problems);
    return parsed.template;
  }

  private parseArray(): TupleConstructor {
    const start = this.at;
    const elements: Expression[] = [];
    this.parseMembers(start, 0x5d, () => elements.push(this.parseValue()));
    return { kind: 'tuple', start, end: this.at, elements };
  }

  private parseObject(): ObjectConstructor {
    const start = this.at;
    const items: ObjectItem[] = [];
    this.parseMembers(start, 0x7d, () => items.push(this.parseProperty()));
    return { kind: 'object', start, end: this.at, items };
  }

  private parseProperty(): ObjectItem {
    if (this.text.charCodeAt(this.at) !== 0x22) this.fail('A property name in double quotes is needed here.');
    const key = this.parseString();
    this.skipBlanks();
    if (this.text[this.at] !== ':') this.fail('A colon is needed after the property name.', this.text[this.at] === '=' ? 'JSON has : where HCL has =' : undefined);
    this.at += 1;
    const value = this.parseValue();
    return { start: key.start, end: value.end, key, bare: false, value };
  }

  /** From the opening bracket to behind the closing one; an error in a member gives up that member only. */
  private parseMembers(open: number, close: number, parseMember: () => void): void {
    this.at += 1;
    this.skipBlanks();
    if (this.text.charCodeAt(this.at) === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      this.skipBlanks();
      const nesting = this.nesting;
      const member = this.at;
      try {
        if (this.text.charCodeAt(this.at) === close) this.fail('A comma stands before the closing bracket.', 'JSON allows no trailing comma');
        parseMember();
        this.skipBlanks();
        if (this.at < this.text.length && this.text[this.at] !== ',' && this.text.charCodeAt(this.at) !== close) this.fail(`A comma or ${String.fromCharCode(close)} is needed here.`);
      } catch (failure) {
        if (failure !== SYNTAX_FAILURE) throw failure;
        this.nesting = nesting;
        this.skipMember(member);
      }
      // After another error the missing bracket is its consequence.
      if (this.at >= this.text.length && this.problems.count > 0) throw SYNTAX_FAILURE;
      if (this.at >= this.text.length) this.fail('The bracket is not closed before the end of the file.', undefined, open, open + 1);
      this.at += 1;
      if (this.text.charCodeAt(this.at - 1) === close) return;
      if (this.text[this.at - 1] !== ',') this.fail(`${String.fromCharCode(close)} is needed here.`, undefined, this.at - 1, this.at);
    }
  }

  /** To the comma or bracket that ends the member at `start`, past the error at hand. */
  private skipMember(start: number): void {
    const error = this.at;
    const text = this.text;
    let depth = 0;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        for (at += 1; at < text.length && text.charCodeAt(at) !== 0x22 && text.charCodeAt(at) !== 0x0a; at++) if (text.charCodeAt(at) === 0x5c) at += 1;
      } else if (code === 0x7b || code === 0x5b) {
        depth += 1;
      } else if (code === 0x7d || code === 0x5d) {
        if (depth === 0) break;
        depth -= 1;
      } else if (code === 0x2c && depth === 0 && at >= error) {
        break;
      }
    }
    this.at = Math.min(Math.max(at, error), text.length);
  }
}
