import type { SourceProblem } from '../../domain/source-problem.ts';
import type { LineIndex } from './line-index.ts';
import type { Body, Span } from './syntax-tree.ts';
import type { TokenList } from './token.ts';

/** What is wrong at a place of an HCL file; `line` and `column` are those of `span.start`. */
export interface HclProblem extends SourceProblem {
  span: Span;
  /** The line the problem is on, shortened around the column where it is very long. */
  sourceLine: string;
}

/** `end` is exclusive and stands before the line break. */
export interface Comment extends Span {
  style: 'line' | 'block';
}

/** One parsed file. `body` holds everything that could be read, also where `problems` is not empty. */
export interface HclFile {
  file: string;
  /** The whole text, with its byte order mark if it had one. */
  text: string;
  syntax: 'native' | 'json';
  body: Body;
  /** In the order of their places, at most 100; empty means that the file is valid HCL. */
  problems: HclProblem[];
  /**
   * For JSON: what is wrong in strings as templates, by the offset at which the string begins. It counts
   * only where the string is evaluated, for a description may hold a lone `${`.
   */
  deferredProblems: ReadonlyMap<number, HclProblem[]>;
  comments: Comment[];
  lines: LineIndex;
  /** Every token with its offsets; blanks and comments are the gaps between them. Empty for JSON. */
  tokens: TokenList;
}
