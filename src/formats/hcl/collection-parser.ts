/** Lists, objects, and the `for` expressions that make them. */
import type { Expression, ForObject, ForTuple, ObjectConstructor, ObjectItem, Span, TupleConstructor } from './syntax-tree.ts';
import * as token from './token.ts';
import { TemplateParser } from './template-parser.ts';

interface ForHead {
  open: number;
  keyName: string | undefined;
  valueName: string;
  collection: Expression;
}

export abstract class CollectionParser extends TemplateParser {
  /** At `[`. */
  protected parseTuple(): TupleConstructor | ForTuple | ForObject {
    const open = this.start;
    const outer = this.skipsNewlines;
    this.setSkipsNewlines(true);
    this.advance();
    if (this.kind === token.IDENTIFIER && this.isWord(this.at, 'for')) return this.parseFor(open, outer, token.CLOSE_BRACKET);
    const elements: Expression[] = [];
    let height = 0;
    while (this.kind !== token.CLOSE_BRACKET) {
      elements.push(this.parseExpression());
      if (this.height > height) height = this.height;
      if (this.kind === token.COMMA) this.advance();
      else if (this.kind !== token.CLOSE_BRACKET) this.failInList(open);
    }
    const end = this.close(outer);
    this.growTo(height + 1);
    return { kind: 'tuple', start: open, end, elements };
  }

  /** At `{`. Line breaks separate the items, but a `for` may stand on the next line. */
  protected parseObject(): ObjectConstructor | ForTuple | ForObject {
    const open = this.start;
    const outer = this.skipsNewlines;
    if (this.isForAhead()) {
      this.setSkipsNewlines(true);
      this.advance();
      return this.parseFor(open, outer, token.CLOSE_BRACE);
    }
    this.skipsNewlines = false;
    this.advance();
    const items: ObjectItem[] = [];
    let height = 0;
    for (;;) {
      while (this.kind === token.NEWLINE) this.advance();
      if (this.kind === token.CLOSE_BRACE) break;
      const item = this.parseItem(open);
      items.push(item);
      if (this.height > height) height = this.height;
      if (this.kind === token.COMMA || this.kind === token.NEWLINE) this.advance();
      else if (this.kind !== token.CLOSE_BRACE) this.failAfterItem(open);
    }
    const end = this.close(outer);
    this.growTo(height + 1);
    return { kind: 'object', start: open, end, items };
  }

  private parseItem(open: number): ObjectItem {
    const written = this.parseExpression();
    const keyHeight = this.height;
    if (this.kind !== token.EQUALS && this.kind !== token.COLON) this.failAfterKey(open, written);
    this.advance();
    const value = this.parseExpression();
    if (keyHeight > this.height) this.height = keyHeight;
    const bare = written.kind === 'variable' || written.kind === 'boolean' || written.kind === 'null';
    const { start, end } = written;
    const key: Expression = bare && written.kind !== 'variable' ? { kind: 'variable', start, end, name: this.text.slice(start, end) } : written;
    return { start, end: value.end, key, bare, value };
  }

  private isForAhead(): boolean {
    let index = this.at + 1;
    while (this.kinds[index] === token.NEWLINE) index += 1;
    return this.kinds[index] === token.IDENTIFIER && this.isWord(index, 'for');
  }

  /** At `for`, in the mode that skips line breaks. */
  private parseFor(open: number, outer: boolean, closing: number): ForTuple | ForObject {
    this.advance();
    const names = { keyName: undefined as string | undefined, valueName: '' };
    this.parseForVariables(names);
    const collection = this.parseExpression();
    let height = this.height;
    if (this.kind !== token.COLON) this.fail(`A colon is needed after the collection of a for expression, but ${this.found()} follows.`, 'for example: [for value in list : value]');
    this.advance();
    let value = this.parseExpression();
    height = Math.max(height, this.height);
    let key: Expression | undefined;
    if (this.kind === token.FAT_ARROW) {
      key = value;
      this.advance();
      value = this.parseExpression();
      height = Math.max(height, this.height);
    }
    let grouping: Span | undefined;
    if (this.kind === token.ELLIPSIS) {
      grouping = { start: this.start, end: this.end };
      this.advance();
    }
    let condition: Expression | undefined;
    if (this.kind === token.IDENTIFIER && this.isWord(this.at, 'if')) {
      this.advance();
      condition = this.parseExpression();
      height = Math.max(height, this.height);
    }
    if (this.kind !== closing) this.fail(`The for expression should end here with ${closing === token.CLOSE_BRACE ? '}' : ']'}, but ${this.found()} follows.`);
    const end = this.close(outer);
    this.growTo(height + 1);
    const head = { open, ...names, collection };
    return closing === token.CLOSE_BRACE ? this.forObject(head, end, key, value, grouping, condition) : this.forTuple(head, end, key, value, grouping, condition);
  }

  private forTuple(head: ForHead, end: number, key: Expression | undefined, value: Expression, grouping: Span | undefined, condition: Expression | undefined): ForTuple {
    const { open, keyName, valueName, collection } = head;
    if (key !== undefined) this.report('A for expression in [ ] makes a list and takes no key.', 'remove "key =>", or use { } to make an object', key.start, key.end);
    if (grouping !== undefined) this.report('Values can only be grouped with ... in an object.', 'remove the ..., or use { for … : key => value... }', grouping.start, grouping.end);
    return { kind: 'for-tuple', start: open, end, ...(keyName === undefined ? {} : { keyName }), valueName, collection, value, ...(condition === undefined ? {} : { condition }) };
  }

  private forObject(head: ForHead, end: number, key: Expression | undefined, value: Expression, grouping: Span | undefined, condition: Expression | undefined): ForObject {
    const { open, keyName, valueName, collection } = head;
    if (key === undefined) this.report('A for expression in { } makes an object and needs a key.', 'write { for … : key => value }', value.start, value.end);
    return {
      kind: 'for-object', start: open, end, ...(keyName === undefined ? {} : { keyName }), valueName, collection,
      key: key ?? { kind: 'invalid', start: value.start, end: value.start }, value, grouped: grouping !== undefined, ...(condition === undefined ? {} : { condition }),
    };
  }

  /** Past the closing bracket, in the mode that was outside; gives its end. */
  protected close(outer: boolean): number {
    const end = this.end;
    this.skipsNewlines = outer;
    this.advance();
    return end;
  }

  private failInList(open: number): never {
    if (this.kind === token.END_OF_FILE) this.fail('The list is not closed before the end of the file.', 'close it with ]', open, open + 1);
    this.fail(`A comma or ] is needed here, but ${this.found()} follows.`, this.kind === token.EQUALS ? 'a list has no keys; is the ] of this list missing?' : `separate the elements with commas, or close the list of line ${this.lineOf(open)} with ]`);
  }

  private failAfterKey(open: number, key: Expression): never {
    if (this.kind === token.END_OF_FILE) this.fail('The object is not closed before the end of the file.', 'close it with }', open, open + 1);
    if (this.kind === token.NEWLINE || this.kind === token.COMMA) this.fail('This key has no value.', 'write key = value', key.start, key.end);
    this.fail(`= or : is needed after the key, but ${this.found()} follows.`, this.kind === token.OPEN_BRACE ? 'inside of an object nothing is a block: write key = { … }' : 'quote keys that have dots or blanks in them');
  }

  private failAfterItem(open: number): never {
    if (this.kind === token.END_OF_FILE) this.fail('The object is not closed before the end of the file.', 'close it with }', open, open + 1);
    this.fail(`A line break, a comma or } is needed after the value, but ${this.found()} follows.`);
  }

  protected lineOf(offset: number): number {
    return this.problems.lines.locate(offset).line;
  }
}
