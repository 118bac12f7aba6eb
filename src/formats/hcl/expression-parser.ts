/** Expressions: terms, what may follow a term (`.a`, `[0]`, splats), operators by precedence, conditionals. */
import { isNumberInRange } from './number-literal.ts';
import type { Binary, BinaryOperator, Expression, FunctionCall, Splat, SplatStep } from './syntax-tree.ts';
import * as token from './token.ts';
import { CollectionParser } from './collection-parser.ts';
import { nameAt } from './name-cache.ts';

/** By kind of token: 0 is no operator, a higher one binds tighter. */
const PRECEDENCE = new Uint8Array(64);
const OPERATORS: BinaryOperator[] = [];
const operators: [kind: number, operator: BinaryOperator, precedence: number][] = [
  [token.OR, '||', 1], [token.AND, '&&', 2], [token.EQUAL_TO, '==', 3], [token.NOT_EQUAL_TO, '!=', 3],
  [token.LESS, '<', 4], [token.GREATER, '>', 4], [token.LESS_OR_EQUAL, '<=', 4], [token.GREATER_OR_EQUAL, '>=', 4],
  [token.PLUS, '+', 5], [token.MINUS, '-', 5], [token.STAR, '*', 6], [token.SLASH, '/', 6], [token.PERCENT, '%', 6],
];
for (const [kind, operator, precedence] of operators) {
  PRECEDENCE[kind] = precedence;
  OPERATORS[kind] = operator;
}

export class ExpressionParser extends CollectionParser {
  parseExpression(): Expression {
    this.enter();
    const condition = this.parseOperations(1);
    if (this.kind !== token.QUESTION) {
      this.nesting -= 1;
      return condition;
    }
    let height = this.height;
    this.advance();
    const then = this.parseExpression();
    height = Math.max(height, this.height);
    if (this.kind !== token.COLON) this.fail(`The conditional needs ": value" for its other case, but ${this.found()} follows.`, 'write condition ? value : value');
    this.advance();
    const otherwise = this.parseExpression();
    this.leave();
    this.growTo(Math.max(height, this.height) + 1);
    return { kind: 'conditional', start: condition.start, end: otherwise.end, condition, then, otherwise };
  }

  /** Operators of `least` precedence and tighter; all of them group to the left. */
  private parseOperations(least: number): Expression {
    let left = this.parseOperand();
    for (;;) {
      const kind = this.kind;
      const precedence = PRECEDENCE[kind] as number;
      if (precedence === 0 || precedence < least) return left;
      const height = this.height;
      this.advance();
      const right = this.parseOperations(precedence + 1);
      this.growTo(Math.max(height, this.height) + 1);
      const binary: Binary = { kind: 'binary', start: left.start, end: right.end, operator: OPERATORS[kind] as BinaryOperator, left, right };
      left = binary;
    }
  }

  private parseOperand(): Expression {
    let expression = this.parseTerm();
    for (;;) {
      if (this.kind === token.DOT) expression = this.parseDot(expression);
      else if (this.kind === token.OPEN_BRACKET) expression = this.parseIndex(expression);
      else return expression;
    }
  }

  private parseTerm(): Expression {
    const { kind, start, end } = this;
    if (kind === token.IDENTIFIER) return this.parseName();
    if (kind === token.OPEN_QUOTE || kind === token.OPEN_HEREDOC) return this.parseTemplate();
    if (kind === token.NUMBER) {
      this.height = 1;
      const text = this.text.slice(start, end);
      if (text.length > 1 && !isNumberInRange(text)) this.report(`${text.slice(0, 40)} is not a number.`, 'write it as 12, 1.5 or 1e3', start, end);
      this.advance();
      return { kind: 'number', start, end, text };
    }
    if (kind === token.OPEN_BRACKET) return this.parseTuple();
    if (kind === token.OPEN_BRACE) return this.parseObject();
    if (kind === token.OPEN_PARENTHESIS) return this.parseParentheses();
    if (kind === token.MINUS || kind === token.BANG) {
      this.enter();
      this.advance();
      const operand = this.parseOperand();
      this.leave();
      this.growTo(this.height + 1);
      return { kind: 'unary', start, end: operand.end, operator: kind === token.MINUS ? '-' : '!', operand };
    }
    return this.failAtTerm();
  }

  private failAtTerm(): never {
    if (this.kind === token.END_OF_FILE) this.fail('A value is needed here, but the file ends.');
    const hint = this.kind === token.EQUALS ? 'compare with ==' : this.kind === token.NEWLINE ? 'write the value on the same line as the =, or open parentheses' : undefined;
    this.fail(`A value is needed here, but ${this.found()} follows.`, hint);
  }

  private parseName(): Expression {
    const start = this.start;
    const end = this.end;
    this.advance();
    if (this.kind === token.OPEN_PARENTHESIS || this.kind === token.DOUBLE_COLON) return this.parseCall(start, end);
    this.height = 1;
    const name = nameAt(this.text, start, end);
    if (end - start === 4) {
      if (name === 'true') return { kind: 'boolean', start, end, value: true };
      if (name === 'null') return { kind: 'null', start, end };
    } else if (name === 'false') {
      return { kind: 'boolean', start, end, value: false };
    }
    return { kind: 'variable', start, end, name };
  }

  private parseParentheses(): Expression {
    const start = this.start;
    const outer = this.skipsNewlines;
    this.setSkipsNewlines(true);
    this.advance();
    const inner = this.parseExpression();
    if (this.kind !== token.CLOSE_PARENTHESIS) {
      if (this.kind === token.END_OF_FILE) this.fail('The parenthesis is not closed before the end of the file.', 'close it with )', start, start + 1);
      this.fail(`) is needed here, but ${this.found()} follows.`, `close the parenthesis of line ${this.lineOf(start)}`);
    }
    const end = this.close(outer);
    this.growTo(this.height + 1);
    return { kind: 'parentheses', start, end, inner };
  }

  private parseCall(start: number, nameEnd: number): FunctionCall {
    let name = nameAt(this.text, start, nameEnd);
    let nameSpanEnd = nameEnd;
    while (this.kind === token.DOUBLE_COLON) {
      this.advance();
      if (this.kind !== token.IDENTIFIER) this.fail(`A function name is needed after ::, but ${this.found()} follows.`);
      name = `${name}::${this.textOf(this.at)}`;
      nameSpanEnd = this.end;
      this.advance();
    }
    if (this.kind !== token.OPEN_PARENTHESIS) this.fail(`( is needed after the function name ${name}, but ${this.found()} follows.`);
    const outer = this.skipsNewlines;
    this.setSkipsNewlines(true);
    this.advance();
    const list: Expression[] = [];
    let height = 0;
    let expandFinal = false;
    while (this.kind !== token.CLOSE_PARENTHESIS) {
      list.push(this.parseExpression());
      if (this.height > height) height = this.height;
      if (this.kind === token.COMMA) {
        this.advance();
      } else if (this.kind === token.ELLIPSIS) {
        expandFinal = true;
        this.advance();
        if (this.kind !== token.CLOSE_PARENTHESIS) this.fail(`Nothing may follow the ... of a call, but ${this.found()} does.`, 'only the last argument can be expanded, and without a comma behind it');
      } else if (this.kind !== token.CLOSE_PARENTHESIS) {
        this.failInCall(name, start, nameSpanEnd);
      }
    }
    const end = this.close(outer);
    this.growTo(height + 1);
    return { kind: 'call', start, end, name, nameSpan: { start, end: nameSpanEnd }, arguments: list, expandFinal };
  }

  private failInCall(name: string, start: number, end: number): never {
    if (this.kind === token.END_OF_FILE) this.fail(`The call of ${name} is not closed before the end of the file.`, 'close it with )', start, end);
    this.fail(`A comma or ) is needed in the call of ${name}, but ${this.found()} follows.`, 'separate the arguments with commas');
  }

  /** `.name`, the old `.0`, or `.*` with all the names that follow it. */
  private parseDot(source: Expression): Expression {
    const height = this.height;
    this.advance();
    const { kind, start, end } = this;
    if (kind === token.IDENTIFIER) {
      this.growTo(height + 1);
      this.advance();
      return { kind: 'attribute-access', start: source.start, end, source, name: nameAt(this.text, start, end), nameSpan: { start, end } };
    }
    if (kind === token.NUMBER) {
      const key = this.legacyKey();
      this.growTo(height + 1);
      return { kind: 'index', start: source.start, end, source, key, legacy: true };
    }
    if (kind !== token.STAR) this.fail(`A name is needed after the dot, but ${this.found()} follows.`);
    this.advance();
    const steps = this.attributeSteps();
    this.growTo(height + this.height + 1);
    return { kind: 'splat', start: source.start, end: steps[steps.length - 1]?.end ?? end, style: 'attribute', source, steps };
  }

  /** `.0.1` is scanned as the number 0.1; HashiCorp's parser refuses it, and so do we. */
  private legacyKey(): Expression {
    const { start, end } = this;
    const text = this.text.slice(start, end);
    const dot = text.indexOf('.');
    if (dot !== -1) this.report('Two indexes cannot be chained in the old way.', `write [${text.slice(0, dot)}][${text.slice(dot + 1)}]`, start, end);
    else if (!isNumberInRange(text)) this.report(`${text.slice(0, 40)} is not an index.`, undefined, start, end);
    this.advance();
    return { kind: 'number', start, end, text };
  }

  /** What follows `.*`: names and old indexes only. Leaves its own height in `this.height`. */
  private attributeSteps(): SplatStep[] {
    const steps: SplatStep[] = [];
    while (this.kind === token.DOT) {
      const dot = this.start;
      this.advance();
      const { start, end } = this;
      if (this.kind === token.NUMBER) {
        steps.push({ kind: 'index-step', start: dot, end, key: this.legacyKey(), legacy: true });
      } else if (this.kind === token.IDENTIFIER) {
        this.advance();
        steps.push({ kind: 'attribute-step', start: dot, end, name: this.text.slice(start, end) });
      } else if (this.kind === token.STAR) {
        this.fail('A splat .* cannot stand inside of another one.', 'use [*], which may be repeated');
      } else {
        this.fail(`A name is needed after the dot, but ${this.found()} follows.`);
      }
    }
    this.growTo(1);
    return steps;
  }

  /** `[key]` or `[*]`; the star must stand alone between its brackets. */
  private parseIndex(source: Expression): Expression {
    const open = this.start;
    const height = this.height;
    const outer = this.skipsNewlines;
    this.advance();
    if (this.kind === token.STAR) {
      const markerEnd = this.closeStar();
      const steps = this.fullSteps();
      this.growTo(height + this.height + 1);
      const splat: Splat = { kind: 'splat', start: source.start, end: steps[steps.length - 1]?.end ?? markerEnd, style: 'full', source, steps };
      return splat;
    }
    const key = this.parseKey(open, outer);
    const end = this.close(outer);
    this.growTo(Math.max(height, this.height) + 1);
    return { kind: 'index', start: source.start, end, source, key, legacy: false };
  }

  private closeStar(): number {
    this.advance();
    if (this.kind !== token.CLOSE_BRACKET) this.fail(`] must follow the * of a splat, but ${this.found()} does.`);
    const end = this.end;
    this.advance();
    return end;
  }

  /** Behind `[`, up to the `]`, which stays at hand. */
  private parseKey(open: number, outer: boolean): Expression {
    this.setSkipsNewlines(true);
    const key = this.parseExpression();
    if (this.kind !== token.CLOSE_BRACKET) {
      this.skipsNewlines = outer;
      this.fail(`] is needed here, but ${this.found()} follows.`, `close the index of line ${this.lineOf(open)}`);
    }
    return key;
  }

  /** Everything that follows `[*]` applies to each element, further splats included. */
  private fullSteps(): SplatStep[] {
    this.enter();
    const steps: SplatStep[] = [];
    let height = 0;
    let nested = 0;
    for (;;) {
      const start = this.start;
      if (this.kind === token.DOT) {
        this.advance();
        if (this.kind === token.STAR) {
          const star = this.end;
          this.advance();
          const inner = this.attributeSteps();
          steps.push({ kind: 'splat-step', start, end: inner[inner.length - 1]?.end ?? star, style: 'attribute', steps: inner });
        } else if (this.kind === token.NUMBER) {
          const end = this.end;
          steps.push({ kind: 'index-step', start, end, key: this.legacyKey(), legacy: true });
        } else if (this.kind === token.IDENTIFIER) {
          const name = this.textOf(this.at);
          const end = this.end;
          this.advance();
          steps.push({ kind: 'attribute-step', start, end, name });
        } else {
          this.fail(`A name is needed after the dot, but ${this.found()} follows.`);
        }
      } else if (this.kind === token.OPEN_BRACKET) {
        const outer = this.skipsNewlines;
        this.advance();
        if (this.kind === token.STAR) {
          const markerEnd = this.closeStar();
          const inner = this.fullSteps();
          nested = Math.max(nested, this.height);
          steps.push({ kind: 'splat-step', start, end: inner[inner.length - 1]?.end ?? markerEnd, style: 'full', steps: inner });
        } else {
          const key = this.parseKey(start, outer);
          height = Math.max(height, this.height);
          steps.push({ kind: 'index-step', start, end: this.close(outer), key, legacy: false });
        }
      } else {
        this.leave();
        this.growTo(Math.max(height, nested) + 1);
        return steps;
      }
    }
  }
}
