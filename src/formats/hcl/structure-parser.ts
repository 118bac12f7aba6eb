/**
 * Bodies, arguments and blocks, and how the parser goes on after an error.
 *
 * An error gives up the argument or block header it stands in and nothing else: the tokens from the
 * beginning of the item are walked again, brackets counted, up to the line break that ends it or the
 * brace that ends the block around it. A block without its closing brace has swallowed everything to the
 * end of the file; what begins in the first column in it is given back to the file.
 */
import type { Attribute, Block, Body, BodyItem, Expression, Label } from './syntax-tree.ts';
import * as token from './token.ts';
import { ExpressionParser } from './expression-parser.ts';
import { nameAt } from './name-cache.ts';
import { unescape } from './string-literal.ts';
import { SYNTAX_FAILURE } from './token-reader.ts';

/** Above this many arguments duplicates are looked for with a set. */
const FEW = 12;

export class StructureParser extends ExpressionParser {
  /** What blocks without a closing brace have swallowed. */
  private swallowed: BodyItem[] = [];
  /** One missing brace leaves every block around it open; the innermost is reported, and those that swallowed others. */
  private reportedUnclosed = false;

  parseFile(start: number, end: number): Body {
    const items: BodyItem[] = [];
    this.parseItems(items, token.END_OF_FILE);
    if (this.swallowed.length > 0) items.push(...this.swallowed.sort((left, right) => left.start - right.start));
    this.reportDuplicates(items);
    return { kind: 'body', start, end, items };
  }

  /** An expression and nothing else; line breaks do not count. */
  parseWholeExpression(end: number): Expression {
    try {
      this.setSkipsNewlines(true);
      const expression = this.parseExpression();
      if (this.kind !== token.END_OF_FILE) this.fail(`The expression ends here, but ${this.found()} follows.`);
      return expression;
    } catch (failure) {
      if (failure !== SYNTAX_FAILURE) throw failure;
      return { kind: 'invalid', start: 0, end };
    }
  }

  /** Items up to the token `close`, which stays at hand; up to the end of the file when it is missing. */
  private parseItems(items: BodyItem[], close: number): void {
    for (;;) {
      const kind = this.kind;
      if (kind === token.NEWLINE) {
        this.advance();
      } else if (kind === close || kind === token.END_OF_FILE) {
        return;
      } else if (kind === token.IDENTIFIER) {
        const item = this.parseBodyItem();
        if (item !== undefined) items.push(item);
      } else {
        this.skipStray();
      }
    }
  }

  private parseBodyItem(): BodyItem | undefined {
    const index = this.at;
    const nesting = this.nesting;
    try {
      const next = this.kinds[index + 1];
      if (next === token.EQUALS) return this.parseAttribute(index);
      if (next === token.OPEN_QUOTE || next === token.OPEN_BRACE || next === token.IDENTIFIER) return this.parseBlock(index);
      return this.failAfterName(index);
    } catch (failure) {
      if (failure !== SYNTAX_FAILURE) throw failure;
      return this.recover(index, nesting);
    }
  }

  /** Goes on behind the item that began at token `index`; its name and place are kept where it was an argument. */
  private recover(index: number, nesting: number): Attribute | undefined {
    this.nesting = nesting;
    this.skipsNewlines = false;
    this.skipItem(index);
    if (this.kinds[index + 1] !== token.EQUALS) return undefined;
    const start = this.starts[index] as number;
    const nameEnd = this.ends[index] as number;
    const valueStart = this.ends[index + 1] as number;
    const end = Math.max(valueStart, this.ends[Math.max(index + 1, this.at - 1)] as number);
    return { kind: 'attribute', start, end, name: this.textOf(index), nameSpan: { start, end: nameEnd }, expression: { kind: 'invalid', start: valueStart, end } };
  }

  private parseAttribute(index: number): Attribute {
    const start = this.starts[index] as number;
    const nameEnd = this.ends[index] as number;
    this.moveTo(index + 2);
    const expression = this.parseExpression();
    const attribute: Attribute = { kind: 'attribute', start, end: expression.end, name: nameAt(this.text, start, nameEnd), nameSpan: { start, end: nameEnd }, expression };
    if (this.kind === token.NEWLINE) {
      this.advance();
    } else if (this.kind !== token.END_OF_FILE) {
      this.reportMissingNewline();
      this.skipItem(index);
    }
    return attribute;
  }

  private reportMissingNewline(): void {
    if (this.kind === token.INVALID) return;
    if (this.kind === token.COMMA) this.report('Arguments are separated by line breaks, not by commas.', 'remove the comma and begin a new line');
    else if (this.kind === token.CLOSE_BRACE) this.report('A block of several lines must have its closing brace on a line of its own.', 'put a line break before }');
    else if (this.kind === token.EQUALS) this.report('An argument can only be set once; = cannot be chained.', 'compare with ==');
    else this.report(`A line break is needed after the argument, but ${this.found()} follows.`, this.kind === token.IDENTIFIER ? 'put every argument on a line of its own; is a quote, a comma or an operator missing?' : undefined);
  }

  private parseBlock(index: number): Block {
    this.enter();
    const start = this.starts[index] as number;
    const typeEnd = this.ends[index] as number;
    this.moveTo(index + 1);
    const labels: Label[] = [];
    while (this.kind !== token.OPEN_BRACE) {
      if (this.kind === token.OPEN_QUOTE) {
        labels.push(this.parseLabel());
      } else if (this.kind === token.IDENTIFIER) {
        labels.push({ start: this.start, end: this.end, value: this.textOf(this.at), quoted: false });
        this.advance();
      } else {
        this.failInHeader(index);
      }
    }
    const block: Block = { kind: 'block', start, end: typeEnd, type: nameAt(this.text, start, typeEnd), typeSpan: { start, end: typeEnd }, labels, body: this.parseBlockBody() };
    block.end = block.body.end;
    this.leave();
    if (this.kind === token.NEWLINE) {
      this.advance();
    } else if (this.kind !== token.END_OF_FILE) {
      if (this.kind === token.CLOSE_BRACE) this.report('A block of several lines must have its closing brace on a line of its own.', 'put a line break before }');
      else if (this.kind !== token.INVALID) this.report(`A line break is needed after the block, but ${this.found()} follows.`);
      this.skipItem(this.at);
    }
    return block;
  }

  /** At `{`; afterwards behind the `}`. The span holds the braces. */
  private parseBlockBody(): Body {
    const open = this.start;
    const items: BodyItem[] = [];
    const body: Body = { kind: 'body', start: open, end: open, items };
    this.advance();
    if (this.kind === token.NEWLINE || this.kind === token.CLOSE_BRACE || this.kind === token.END_OF_FILE) this.parseItems(items, token.CLOSE_BRACE);
    else this.parseOnlyAttribute(items);
    if (this.kind === token.CLOSE_BRACE) {
      this.reportDuplicates(items);
      body.end = this.end;
      this.advance();
    } else {
      this.endUnclosed(body);
    }
    return body;
  }

  /** A block that runs to the end of the file: blocks in it that begin in the first column are not its own. */
  private endUnclosed(body: Body): void {
    const { items } = body;
    const first = items.findIndex((item) => item.kind === 'block' && isFirstColumn(this.text, item.start));
    const foreign = first === -1 ? [] : items.splice(first);
    for (const item of foreign) this.swallowed.push(item);
    const last = items[items.length - 1];
    body.end = foreign.length === 0 ? this.end : (last?.end ?? body.start + 1);
    if (this.reportedUnclosed && foreign.length === 0) return;
    this.reportedUnclosed = true;
    const crooked = this.crookedBlock([...items, ...foreign]);
    const hint = crooked === undefined ? 'close it with }' : `close it with }; the block ${crooked.type} of line ${this.lineOf(crooked.start)} may be the one that is open, for its } is indented otherwise`;
    this.report('The block is not closed before the end of the file.', hint, body.start, body.start + 1);
  }

  /** The first block whose closing brace does not stand below its beginning. */
  private crookedBlock(items: BodyItem[]): Block | undefined {
    for (const item of items) {
      if (item.kind !== 'block' || this.text[item.end - 1] !== '}') continue;
      const inner = this.crookedBlock(item.body.items);
      if (inner !== undefined) return inner;
      const indentation = this.indentationAt(item.start);
      if (!this.text.slice(item.start, item.end).includes('\n') || indentation === undefined) continue;
      const closing = this.indentationAt(item.end - 1);
      if (closing !== undefined && closing !== indentation) return item;
    }
    return undefined;
  }

  /** The blanks before an offset when nothing else stands before it on its line. */
  private indentationAt(offset: number): string | undefined {
    const before = this.text.slice(this.text.lastIndexOf('\n', offset - 1) + 1, offset);
    return before.trim() === '' ? before : undefined;
  }

  /** `{ name = value }` on one line: one argument, no nested block, no comma. Leaves the `}` at hand. */
  private parseOnlyAttribute(items: BodyItem[]): void {
    const index = this.at;
    const nesting = this.nesting;
    try {
      if (this.kind !== token.IDENTIFIER) this.fail(`An argument is needed in the block, but ${this.found()} follows.`, 'a block of several arguments has each on a line of its own');
      if (this.kinds[index + 1] !== token.EQUALS) this.fail('A block on one line can hold one argument and no block.', 'put the nested block on lines of its own');
      const start = this.start;
      const nameEnd = this.end;
      this.moveTo(index + 2);
      const expression = this.parseExpression();
      items.push({ kind: 'attribute', start, end: expression.end, name: nameAt(this.text, start, nameEnd), nameSpan: { start, end: nameEnd }, expression });
      if (this.kind === token.CLOSE_BRACE) return;
      if (this.kind === token.COMMA) this.fail('A block on one line can hold one argument only.', 'put every argument on a line of its own, without commas');
      if (this.kind === token.NEWLINE) this.fail('A block that begins with an argument on the line of its { must end on that line.', 'put a line break after the {');
      if (this.kind !== token.END_OF_FILE) this.fail(`} is needed here, but ${this.found()} follows.`);
    } catch (failure) {
      if (failure !== SYNTAX_FAILURE) throw failure;
      this.nesting = nesting;
      this.skipsNewlines = false;
      this.skipItem(index);
      this.parseItems(items, token.CLOSE_BRACE);
    }
  }

  private parseLabel(): Label {
    const start = this.start;
    let value = '';
    this.moveTo(this.at + 1);
    while (this.kind !== token.CLOSE_QUOTE) {
      const { kind, start: from, end: to } = this;
      if (kind === token.LITERAL || kind === token.ESCAPED_MARKER) value += this.text.slice(kind === token.ESCAPED_MARKER ? from + 1 : from, to);
      else if (kind === token.ESCAPED_LITERAL) value += unescape(this.text, from, to, this.problems);
      else this.fail('A label cannot hold a template.', 'write the name as it is; names are not computed');
      this.moveTo(this.at + 1);
    }
    const end = this.end;
    this.advance();
    return { start, end, value, quoted: true };
  }

  private reportDuplicates(items: BodyItem[]): void {
    const count = items.length;
    if (count > FEW) return this.reportDuplicatesOfMany(items);
    for (let later = 1; later < count; later++) {
      const item = items[later] as BodyItem;
      if (item.kind !== 'attribute') continue;
      for (let earlier = 0; earlier < later; earlier++) {
        const other = items[earlier] as BodyItem;
        if (other.kind === 'attribute' && other.name === item.name) {
          this.reportDuplicate(item, other);
          break;
        }
      }
    }
  }

  private reportDuplicatesOfMany(items: BodyItem[]): void {
    const first = new Map<string, Attribute>();
    for (const item of items) {
      if (item.kind !== 'attribute') continue;
      const other = first.get(item.name);
      if (other === undefined) first.set(item.name, item);
      else this.reportDuplicate(item, other);
    }
  }

  private reportDuplicate(attribute: Attribute, earlier: Attribute): void {
    this.report(`${attribute.name} is set twice.`, `it is already set in line ${this.lineOf(earlier.start)}; keep one of them`, attribute.nameSpan.start, attribute.nameSpan.end);
  }

  private failAfterName(index: number): never {
    const name = this.textOf(index).slice(0, 40);
    const { start, end } = this;
    this.moveTo(index + 1);
    if (this.kind === token.COLON) this.fail(`"${name}:" is not an argument.`, `did you mean "${name} ="?`, start, end);
    if (this.kind === token.DOT) this.fail('The name of an argument cannot have dots.', 'names with dots were possible before Terraform 0.12; use a map with quoted keys', start, end);
    if (this.kind === token.OPEN_BRACKET) this.fail('The name of an argument cannot have an index.', undefined, start, end);
    if (this.kind === token.NEWLINE || this.kind === token.END_OF_FILE) this.fail(`"${name}" alone is neither an argument nor a block.`, this.kinds[this.at + 1] === token.OPEN_BRACE ? 'put the { of a block on the line of its name' : `write ${name} = value, or ${name} { … }`, start, end);
    this.fail(`= or { is needed after "${name}", but ${this.found()} follows.`, `did you mean "${name} ="?`, start, end);
  }

  /** Reports what stands between the name of a block and its `{`; goes on where the `{` follows all the same. */
  private failInHeader(index: number): void {
    const { at, kind } = this;
    const goesOn = (kind === token.EQUALS || kind === token.NEWLINE) && this.kinds[at + 1] === token.OPEN_BRACE;
    if (kind === token.NEWLINE) this.problems.add(this.starts[index] as number, this.ends[at - 1] as number, 'The { of a block must stand on the line of its name.', goesOn ? 'move the { up' : 'write { } behind the name, or name = value for an argument');
    else if (kind === token.EQUALS) this.report('A block is not set with =.', 'remove the =, or the labels if this is an argument');
    else this.fail(`A label or { is needed here, but ${this.found()} follows.`, 'quote labels with anything but letters, digits, _ and - in them');
    if (!goesOn) throw SYNTAX_FAILURE;
    this.moveTo(at + 1);
  }

  /** A token that begins nothing. */
  private skipStray(): void {
    const index = this.at;
    if (this.kind === token.OPEN_QUOTE) this.report('The name of an argument is not quoted.', 'write it without the quotes; quoted keys belong in a map: name = { "key" = value }');
    else if (this.kind === token.CLOSE_BRACE) this.report('This brace closes nothing.', 'remove it; is a { missing above?');
    else if (this.kind === token.OPEN_BRACE) this.report('A block needs a name before its {.');
    else if (this.kind !== token.INVALID) this.report(`An argument or a block is needed here, but ${this.found()} follows.`);
    if (this.kind === token.CLOSE_BRACE) this.moveTo(index + 1);
    else this.skipItem(index);
  }

  /** To the line break that ends the item begun at token `index`, past the error at hand (or before it, where it begins a line); or to a brace it does not own. */
  private skipItem(index: number): void {
    let error = this.at;
    while (error > index && this.kinds[error - 1] === token.NEWLINE) error -= 1;
    const open: number[] = [];
    let at = index;
    for (; at < this.last; at++) {
      const kind = this.kinds[at] as number;
      const top = open[open.length - 1];
      if (kind === token.NEWLINE) {
        if ((top === token.OPEN_BRACKET || top === token.OPEN_PARENTHESIS) && at >= error && this.beginsArgument(at + 1)) open.length = Math.max(0, open.lastIndexOf(token.OPEN_BRACE) + 1);
        if (open.length === 0 && at >= error) break;
      } else if (kind === token.OPEN_BRACE || kind === token.OPEN_BRACKET || kind === token.OPEN_PARENTHESIS || kind === token.OPEN_INTERPOLATION || kind === token.OPEN_DIRECTIVE) {
        open.push(kind);
      } else if (kind === token.CLOSE_BRACE) {
        while (open.length > 0 && open[open.length - 1] !== token.OPEN_BRACE) open.pop();
        if (open.length === 0) break;
        open.pop();
      } else if (kind === token.CLOSE_SEQUENCE) {
        while (open.length > 0 && open[open.length - 1] !== token.OPEN_INTERPOLATION && open[open.length - 1] !== token.OPEN_DIRECTIVE) open.pop();
        open.pop();
      } else if ((kind === token.CLOSE_BRACKET && top === token.OPEN_BRACKET) || (kind === token.CLOSE_PARENTHESIS && top === token.OPEN_PARENTHESIS)) {
        open.pop();
      }
    }
    this.moveTo(at);
    if (this.kind === token.NEWLINE) this.advance();
  }

  private beginsArgument(index: number): boolean {
    return this.kinds[index] === token.IDENTIFIER && (this.kinds[index + 1] === token.EQUALS || this.kinds[index + 1] === token.OPEN_QUOTE);
  }
}

function isFirstColumn(text: string, offset: number): boolean {
  return offset === 0 || text.charCodeAt(offset - 1) === 0x0a;
}
