/**
 * Tokens are three parallel arrays of numbers, no objects: a file of 100 kB has some 20,000 of them.
 * Blanks and comments are not tokens but the gaps between them; a line comment leaves the line break
 * that ends it, because a line break ends an argument.
 */
export const END_OF_FILE: number = 0;
export const NEWLINE: number = 1;
export const IDENTIFIER: number = 2;
export const NUMBER: number = 3;
export const OPEN_QUOTE: number = 4;
export const CLOSE_QUOTE: number = 5;
/** Literal text that means itself. */
export const LITERAL: number = 6;
/** Literal text of a quoted string with backslash escapes. */
export const ESCAPED_LITERAL: number = 7;
/** `$${` or `%%{` in any kind of template. */
export const ESCAPED_MARKER: number = 8;
export const OPEN_HEREDOC: number = 9;
export const CLOSE_HEREDOC: number = 10;
/** `${` or `${~`. */
export const OPEN_INTERPOLATION: number = 11;
/** `%{` or `%{~`. */
export const OPEN_DIRECTIVE: number = 12;
/** The `}` or `~}` that ends either of them. */
export const CLOSE_SEQUENCE: number = 13;
export const OPEN_BRACE: number = 14;
export const CLOSE_BRACE: number = 15;
export const OPEN_BRACKET: number = 16;
export const CLOSE_BRACKET: number = 17;
export const OPEN_PARENTHESIS: number = 18;
export const CLOSE_PARENTHESIS: number = 19;
export const COMMA: number = 20;
export const DOT: number = 21;
export const EQUALS: number = 22;
export const QUESTION: number = 23;
export const COLON: number = 24;
export const DOUBLE_COLON: number = 25;
export const ELLIPSIS: number = 26;
export const FAT_ARROW: number = 27;
export const BANG: number = 28;
export const STAR: number = 30;
export const SLASH: number = 31;
export const PERCENT: number = 32;
export const PLUS: number = 33;
export const MINUS: number = 34;
export const EQUAL_TO: number = 35;
export const NOT_EQUAL_TO: number = 36;
export const LESS: number = 37;
export const GREATER: number = 38;
export const LESS_OR_EQUAL: number = 39;
export const GREATER_OR_EQUAL: number = 40;
export const AND: number = 41;
export const OR: number = 42;
/** A character that belongs nowhere; the scanner has reported it. */
export const INVALID: number = 50;

/** `kinds`, `starts` and `ends` are parallel; the last token is the end of the file. */
export interface TokenList {
  count: number;
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
}

export function emptyTokenList(): TokenList {
  return { count: 0, kinds: new Uint8Array(0), starts: new Int32Array(0), ends: new Int32Array(0) };
}
