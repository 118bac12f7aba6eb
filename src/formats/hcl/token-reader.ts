/**
 * The parser's place in the tokens. Line breaks are skipped inside of brackets and parentheses and
 * count everywhere else, so the bracket that closes is always left in the mode that was outside.
 *
 * A syntax error is reported and thrown as `SYNTAX_FAILURE`; who parses an argument catches it and goes
 * on behind the argument. Two limits keep the stack of every reader safe: `MOST_NESTED` for what the
 * parser recurses into, and `HIGHEST_TREE` for chains (`a + b + …`, `a.b.c…`), which are parsed by loops
 * but make a tree as high as they are long.
 */
import { nameAt } from './name-cache.ts';
import type { ProblemCollector } from './problem-collector.ts';
import { END_OF_FILE, INVALID, NEWLINE } from './token.ts';
import type { TokenList } from './token.ts';

const MOST_NESTED = 250;
const HIGHEST_TREE = 500;

/** Thrown after the problem was reported; without a stack trace, since it is nobody's bug. */
export const SYNTAX_FAILURE = { name: 'SyntaxFailure' } as const;

export class TokenReader {
  readonly text: string;
  protected readonly problems: ProblemCollector;
  protected readonly kinds: Uint8Array;
  protected readonly starts: Int32Array;
  protected readonly ends: Int32Array;
  protected readonly last: number;
  protected at = 0;
  /** Kind of the token at `at`. */
  protected kind: number;
  protected skipsNewlines = false;
  protected nesting = 0;
  /** Height of the expression parsed last. */
  protected height = 0;

  constructor(text: string, tokens: TokenList, problems: ProblemCollector) {
    this.text = text;
    this.problems = problems;
    this.kinds = tokens.kinds;
    this.starts = tokens.starts;
    this.ends = tokens.ends;
    this.last = tokens.count - 1;
    this.kind = tokens.kinds[0] as number;
  }

  /** Offset of the token at hand. */
  protected get start(): number {
    return this.starts[this.at] as number;
  }

  /** End of the token at hand. */
  protected get end(): number {
    return this.ends[this.at] as number;
  }

  protected advance(): void {
    let at = this.at + 1;
    if (at > this.last) at = this.last;
    const kinds = this.kinds;
    if (this.skipsNewlines) while (kinds[at] === NEWLINE) at += 1;
    this.at = at;
    this.kind = kinds[at] as number;
  }

  /** Sets the mode for what comes, the token at hand included. */
  protected setSkipsNewlines(skips: boolean): void {
    this.skipsNewlines = skips;
    if (skips) {
      let at = this.at;
      while (this.kinds[at] === NEWLINE) at += 1;
      this.at = at;
      this.kind = this.kinds[at] as number;
    }
  }

  protected moveTo(index: number): void {
    this.at = Math.min(index, this.last);
    this.kind = this.kinds[this.at] as number;
  }

  protected textOf(index: number): string {
    return nameAt(this.text, this.starts[index] as number, this.ends[index] as number);
  }

  /** Whether the token at hand is the identifier `word`. */
  protected isWord(index: number, word: string): boolean {
    const start = this.starts[index] as number;
    return (this.ends[index] as number) - start === word.length && this.text.startsWith(word, start);
  }

  /** What stands at the token at hand, for a message. */
  protected found(): string {
    if (this.kind === END_OF_FILE) return 'the end of the file';
    if (this.kind === NEWLINE) return 'the end of the line';
    const token = this.text.slice(this.start, Math.min(this.end, this.start + 40));
    return token.includes('"') ? token : `"${token}"`;
  }

  protected report(message: string, hint?: string, start = this.start, end = this.end): void {
    this.problems.add(start, end, message, hint);
  }

  /** Reports, unless the scanner did so already, and gives up the argument at hand. */
  protected fail(message: string, hint?: string, start = this.start, end = this.end): never {
    if (this.kind !== INVALID && !this.problems.covers(start)) this.problems.add(start, end, message, hint);
    throw SYNTAX_FAILURE;
  }

  protected enter(): void {
    this.nesting += 1;
    if (this.nesting > MOST_NESTED) this.fail(`This is nested more than ${MOST_NESTED} levels deep.`, 'split it up with locals');
  }

  protected leave(): void {
    this.nesting -= 1;
  }

  protected growTo(height: number): void {
    this.height = height;
    if (height > HIGHEST_TREE) this.fail(`This expression is more than ${HIGHEST_TREE} operations high.`, 'split it up with locals, or use a list and a function');
  }
}
