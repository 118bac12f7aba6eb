/**
 * Text to tokens. One pass, character codes only, an explicit stack of modes instead of recursion.
 *
 * Modes: the language itself, and the literal text of a quoted string, of a heredoc and of a bare
 * template. `${` and `%{` enter the language, the `}` at the same depth of braces leaves it.
 * The result is the same as that of HashiCorp's scanner for everything valid. For invalid text it
 * differs on purpose in one thing: a quoted string ends at the end of its line, so that a forgotten
 * quote does not turn the rest of the file inside out.
 */
import { ASCII_IDENTIFIER_PART, identifierLength, isSpace } from './identifier.ts';
import type { ProblemCollector } from './problem-collector.ts';
import { reportStrangeCharacter } from './strange-character.ts';
import * as token from './token.ts';
import type { TokenList } from './token.ts';
import { TokenBuffer } from './token-buffer.ts';

const MAIN = 0;
const QUOTED = 1;
const HEREDOC = 2;
const BARE = 3;

const BLANK = 0;
const LETTER = 1;
const DIGIT = 2;
const SINGLE = 3;
const SPECIAL = 4;
const STRANGE = 5;

const CLASSES = new Uint8Array(128).fill(STRANGE);
const SINGLES = new Uint8Array(128);
const singleKinds: [string, number][] = [
  ['[', token.OPEN_BRACKET], [']', token.CLOSE_BRACKET], ['(', token.OPEN_PARENTHESIS], [')', token.CLOSE_PARENTHESIS],
  [',', token.COMMA], ['?', token.QUESTION], ['*', token.STAR], ['+', token.PLUS], ['-', token.MINUS], ['%', token.PERCENT], ['\n', token.NEWLINE],
];
for (let code = 0; code < 128; code++) if (ASCII_IDENTIFIER_PART[code] === 1) CLASSES[code] = code >= 0x30 && code <= 0x39 ? DIGIT : LETTER;
for (const [character, kind] of singleKinds) {
  CLASSES[character.charCodeAt(0)] = SINGLE;
  SINGLES[character.charCodeAt(0)] = kind;
}
for (const character of '"{}#/=<>!&|:.~\r') CLASSES[character.charCodeAt(0)] = SPECIAL;
CLASSES[0x20] = BLANK;
CLASSES[0x09] = BLANK;

interface HeredocInProgress {
  open: number;
  marker: string;
  startOfLine: boolean;
}

export class Scanner {
  /** Start, end and style (0 line, 1 block) of every comment, one after the other. */
  readonly comments: number[] = [];
  private readonly text: string;
  private readonly limit: number;
  private readonly problems: ProblemCollector;
  private readonly buffer: TokenBuffer;
  private readonly modes: number[];
  private readonly heredocs: HeredocInProgress[] = [];
  /** Depth of braces at which the innermost `${` stands, and the same for those around it. */
  private readonly returnDepths: number[] = [];
  private returnDepth = -1;
  private braces = 0;
  private readonly quotes: number[] = [];
  private commentsEnd = true;
  private at: number;

  /** Scans `text` from `from` to `limit`; `template` says that it begins as a bare template. */
  constructor(text: string, from: number, limit: number, template: boolean, problems: ProblemCollector) {
    this.text = text;
    this.limit = limit;
    this.problems = problems;
    this.buffer = new TokenBuffer(limit - from);
    this.modes = [template ? BARE : MAIN];
    this.at = from < limit && text.charCodeAt(from) === 0xfeff ? from + 1 : from;
  }

  scan(): TokenList {
    while (this.at < this.limit) {
      const mode = this.modes[this.modes.length - 1];
      if (mode === MAIN) this.scanMain();
      else if (mode === QUOTED) this.scanQuoted();
      else if (mode === HEREDOC) this.scanHeredoc();
      else this.scanBare();
    }
    this.reportUnclosed();
    this.buffer.add(token.END_OF_FILE, this.limit, this.limit);
    return this.buffer.finish();
  }

  /** Until the end, or until a mark that changes the mode. */
  private scanMain(): void {
    const text = this.text;
    const limit = this.limit;
    const buffer = this.buffer;
    let at = this.at;
    while (at < limit) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? CLASSES[code] : LETTER;
      if (kind === BLANK) {
        at += 1;
      } else if (kind === LETTER) {
        const end = this.identifierEnd(at, code);
        if (end === at) at = reportStrangeCharacter(text, at, limit, this.problems, buffer);
        else buffer.add(token.IDENTIFIER, at, end);
        if (end > at) at = end;
      } else if (kind === SINGLE) {
        buffer.add(SINGLES[code] as number, at, at + 1);
        at += 1;
      } else if (kind === DIGIT) {
        const end = this.numberEnd(at);
        buffer.add(token.NUMBER, at, end);
        at = end;
      } else if (kind === SPECIAL) {
        const mode = this.modes.length;
        at = this.scanSpecial(code, at);
        if (this.modes.length !== mode) break;
      } else {
        at = reportStrangeCharacter(text, at, limit, this.problems, buffer);
      }
    }
    this.at = at;
  }

  private scanSpecial(code: number, at: number): number {
    const next = at + 1 < this.limit ? this.text.charCodeAt(at + 1) : -1;
    switch (code) {
      case 0x3d: // =
        if (next === 0x3d) return this.add(token.EQUAL_TO, at, at + 2);
        if (next === 0x3e) return this.add(token.FAT_ARROW, at, at + 2);
        return this.add(token.EQUALS, at, at + 1);
      case 0x22: // "
        this.quotes.push(at);
        this.modes.push(QUOTED);
        return this.add(token.OPEN_QUOTE, at, at + 1);
      case 0x2e: // .
        if (next === 0x2e && this.text.charCodeAt(at + 2) === 0x2e && at + 2 < this.limit) return this.add(token.ELLIPSIS, at, at + 3);
        return this.add(token.DOT, at, at + 1);
      case 0x7b: // {
        this.braces += 1;
        return this.add(token.OPEN_BRACE, at, at + 1);
      case 0x7d: // }
        return this.closeBrace(at, at + 1, token.CLOSE_BRACE);
      case 0x23: // #
        return this.lineComment(at);
      case 0x2f: // /
        if (next === 0x2f) return this.lineComment(at);
        if (next === 0x2a) return this.blockComment(at);
        return this.add(token.SLASH, at, at + 1);
      case 0x3a: // :
        return next === 0x3a ? this.add(token.DOUBLE_COLON, at, at + 2) : this.add(token.COLON, at, at + 1);
      case 0x21: // !
        return next === 0x3d ? this.add(token.NOT_EQUAL_TO, at, at + 2) : this.add(token.BANG, at, at + 1);
      case 0x3e: // >
        return next === 0x3d ? this.add(token.GREATER_OR_EQUAL, at, at + 2) : this.add(token.GREATER, at, at + 1);
      case 0x3c: // <
        if (next === 0x3c) return this.heredocOpen(at);
        return next === 0x3d ? this.add(token.LESS_OR_EQUAL, at, at + 2) : this.add(token.LESS, at, at + 1);
      case 0x26: // &
        if (next === 0x26) return this.add(token.AND, at, at + 2);
        break;
      case 0x7c: // |
        if (next === 0x7c) return this.add(token.OR, at, at + 2);
        break;
      case 0x7e: // ~
        if (next === 0x7d) return this.closeBrace(at, at + 2, token.CLOSE_SEQUENCE);
        break;
      case 0x0d: // carriage return
        if (next === 0x0a) return this.add(token.NEWLINE, at, at + 2);
        break;
    }
    return reportStrangeCharacter(this.text, at, this.limit, this.problems, this.buffer);
  }

  private add(kind: number, start: number, end: number): number {
    this.buffer.add(kind, start, end);
    return end;
  }

  private closeBrace(start: number, end: number, otherwise: number): number {
    const closes = this.returnDepth === this.braces;
    this.braces -= 1;
    if (!closes) return this.add(otherwise, start, end);
    this.returnDepths.pop();
    this.returnDepth = this.returnDepths[this.returnDepths.length - 1] ?? -1;
    this.modes.pop();
    return this.add(token.CLOSE_SEQUENCE, start, end);
  }

  private lineComment(start: number): number {
    const feed = this.text.indexOf('\n', start);
    if (feed === -1 || feed >= this.limit) {
      this.comments.push(start, this.limit, 0);
      return this.limit;
    }
    const end = this.text.charCodeAt(feed - 1) === 0x0d ? feed - 1 : feed;
    this.comments.push(start, end, 0);
    return this.add(token.NEWLINE, end, feed + 1);
  }

  private blockComment(start: number): number {
    const close = this.commentsEnd ? this.text.indexOf('*/', start + 2) : -1;
    if (close === -1 || close + 2 > this.limit) {
      // Remembered, so that a thousand unclosed comments do not search the rest of the file each.
      this.commentsEnd = false;
      this.problems.add(start, start + 2, 'The comment is not closed.', 'end it with */');
      return this.add(token.INVALID, start, start + 2);
    }
    this.comments.push(start, close + 2, 1);
    return close + 2;
  }

  private identifierEnd(start: number, first: number): number {
    const text = this.text;
    const limit = this.limit;
    let at = start;
    if (first < 128) {
      // `-` continues an identifier and never begins one; the table of classes has sorted that out.
      for (at += 1; at < limit; at++) {
        const code = text.charCodeAt(at);
        if (code >= 128) return start + identifierLength(text, start, limit);
        if (ASCII_IDENTIFIER_PART[code] === 0) return at;
      }
      return at;
    }
    return start + identifierLength(text, start, limit);
  }

  /** A digit, then digits, dots and exponents, and no dot at the end: `1.2.3` is one (invalid) number. */
  private numberEnd(start: number): number {
    const text = this.text;
    const limit = this.limit;
    let at = start + 1;
    let end = at;
    while (at < limit) {
      const code = text.charCodeAt(at);
      if (code >= 0x30 && code <= 0x39) {
        at += 1;
        end = at;
      } else if (code === 0x2e) {
        at += 1;
      } else if (code === 0x65 || code === 0x45) {
        let digit = at + 1;
        const sign = digit < limit ? text.charCodeAt(digit) : 0;
        if (sign === 0x2b || sign === 0x2d) digit += 1;
        const value = digit < limit ? text.charCodeAt(digit) : 0;
        if (value < 0x30 || value > 0x39) break;
        at = digit + 1;
        end = at;
      } else {
        break;
      }
    }
    return end;
  }

  private heredocOpen(start: number): number {
    const text = this.text;
    const name = text.charCodeAt(start + 2) === 0x2d ? start + 3 : start + 2;
    const length = identifierLength(text, name, this.limit);
    let end = name + length;
    if (length > 0 && text.charCodeAt(end) === 0x0d) end += 1;
    if (length === 0 || end >= this.limit || text.charCodeAt(end) !== 0x0a) {
      const hint = length === 0 ? 'a heredoc begins with << or <<- and a name, without a space or quotes: <<EOT' : `nothing may follow <<${text.slice(name, name + length)} on its line, not even a blank`;
      this.problems.add(start, name + length, 'This does not begin a heredoc.', hint);
      return this.add(token.INVALID, start, start + 2);
    }
    this.heredocs.push({ open: start, marker: text.slice(name, name + length), startOfLine: true });
    this.modes.push(HEREDOC);
    return this.add(token.OPEN_HEREDOC, start, end + 1);
  }

  /** `${` or `%{` at `at`. */
  private enterSequence(at: number, code: number): void {
    const end = at + 2 < this.limit && this.text.charCodeAt(at + 2) === 0x7e ? at + 3 : at + 2;
    this.buffer.add(code === 0x24 ? token.OPEN_INTERPOLATION : token.OPEN_DIRECTIVE, at, end);
    this.braces += 1;
    this.returnDepth = this.braces;
    this.returnDepths.push(this.braces);
    this.modes.push(MAIN);
    this.at = end;
  }

  /** A `$` or `%` in literal text: true when it has entered a sequence, and the mode is another. */
  private scanMarker(at: number, code: number): boolean {
    const text = this.text;
    const limit = this.limit;
    if (at + 1 < limit && text.charCodeAt(at + 1) === 0x7b) {
      this.enterSequence(at, code);
      return true;
    }
    const escaped = at + 2 < limit && text.charCodeAt(at + 1) === code && text.charCodeAt(at + 2) === 0x7b;
    const end = escaped ? at + 3 : at + 1;
    this.buffer.add(escaped ? token.ESCAPED_MARKER : token.LITERAL, at, end);
    this.at = end;
    return false;
  }

  private scanQuoted(): void {
    const text = this.text;
    const limit = this.limit;
    while (this.at < limit) {
      const start = this.at;
      let at = start;
      let escapes = false;
      let code = 0;
      for (; at < limit; at++) {
        code = text.charCodeAt(at);
        if (code === 0x22 || code === 0x24 || code === 0x25 || code === 0x0a || code === 0x0d) break;
        if (code === 0x5c) {
          escapes = true;
          const escaped = at + 1 < limit ? text.charCodeAt(at + 1) : 0x0a;
          if (escaped !== 0x0a && escaped !== 0x0d) at += 1;
        }
      }
      if (at > start) this.buffer.add(escapes ? token.ESCAPED_LITERAL : token.LITERAL, start, at);
      this.at = at;
      if (at >= limit) return;
      if (code === 0x22) {
        this.at = this.add(token.CLOSE_QUOTE, at, at + 1);
        this.quotes.pop();
        this.modes.pop();
        return;
      }
      if (code === 0x24 || code === 0x25) {
        if (this.scanMarker(at, code)) return;
      } else {
        this.endUnclosedQuote(at);
        return;
      }
    }
  }

  /**
   * A line break in a quoted string. Where the string stands in a `${` of another string that began on the
   * same line, the `}` is missing rather than the quote, and the other string ends here as well.
   */
  private endUnclosedQuote(at: number): void {
    let open = this.quotes.pop() as number;
    this.buffer.add(token.CLOSE_QUOTE, at, at);
    this.modes.pop();
    let hint = 'close it with ", write \\n for a line break, or use a heredoc: <<EOT';
    const line = this.quotes.length === 0 ? at : this.text.lastIndexOf('\n', open);
    while (this.quotes.length > 0 && (this.quotes[this.quotes.length - 1] as number) > line && this.modes[this.modes.length - 2] === QUOTED) {
      open = this.quotes.pop() as number;
      hint = 'is a } missing before the "?';
      this.braces = this.returnDepth;
      this.closeBrace(at, at, token.CLOSE_SEQUENCE);
      this.buffer.add(token.CLOSE_QUOTE, at, at);
      this.modes.pop();
    }
    this.problems.add(open, at, 'The string is not closed before the end of its line.', hint);
    this.at = at;
  }

  private scanHeredoc(): void {
    const text = this.text;
    const limit = this.limit;
    const heredoc = this.heredocs[this.heredocs.length - 1] as HeredocInProgress;
    while (this.at < limit) {
      const start = this.at;
      let at = start;
      let code = 0;
      for (; at < limit; at++) {
        code = text.charCodeAt(at);
        if (code === 0x24 || code === 0x25 || code === 0x0a || code === 0x0d) break;
      }
      const carriage = at < limit && code === 0x0d;
      if (carriage && text.charCodeAt(at + 1) !== 0x0a) {
        this.problems.add(at, at + 1, 'A carriage return without a line feed stands in a heredoc.', 'save the file with LF or CRLF line ends');
      }
      if (at >= limit || code === 0x24 || code === 0x25) {
        if (at > start) {
          this.buffer.add(token.LITERAL, start, at);
          heredoc.startOfLine = false;
        }
        this.at = at;
        if (at >= limit) return;
        heredoc.startOfLine = false;
        if (this.scanMarker(at, code)) return;
        continue;
      }
      const lineBreak = at;
      at += carriage && text.charCodeAt(at + 1) === 0x0a ? 2 : 1;
      if (heredoc.startOfLine && this.isOnly(heredoc.marker, start, lineBreak)) {
        this.buffer.add(token.CLOSE_HEREDOC, start, lineBreak);
        this.at = this.add(token.NEWLINE, lineBreak, at);
        this.heredocs.pop();
        this.modes.pop();
        return;
      }
      heredoc.startOfLine = true;
      this.at = this.add(token.LITERAL, start, at);
    }
  }

  /** Whether nothing but `marker` and white space stands between the offsets. */
  private isOnly(marker: string, from: number, to: number): boolean {
    let start = from;
    while (start < to && isSpace(this.text.charCodeAt(start))) start += 1;
    if (!this.text.startsWith(marker, start)) return false;
    let end = start + marker.length;
    while (end < to && isSpace(this.text.charCodeAt(end))) end += 1;
    return end === to;
  }

  /** A lone carriage return makes the rest of a bare template literal: HashiCorp's scanner stops there. */
  private scanBare(): void {
    const text = this.text;
    const limit = this.limit;
    while (this.at < limit) {
      const start = this.at;
      let at = start;
      let code = 0;
      for (; at < limit; at++) {
        code = text.charCodeAt(at);
        if (code === 0x24 || code === 0x25 || code === 0x0a || code === 0x0d) break;
      }
      if (at < limit && code === 0x0d) at = at + 1 < limit && text.charCodeAt(at + 1) === 0x0a ? at + 2 : limit;
      else if (at < limit && code === 0x0a) at += 1;
      if (at > start) this.buffer.add(token.LITERAL, start, at);
      this.at = at;
      if (at < limit && (code === 0x24 || code === 0x25) && this.scanMarker(at, code)) return;
    }
  }

  private reportUnclosed(): void {
    const mode = this.modes[this.modes.length - 1];
    if (mode === QUOTED) {
      const open = this.quotes.pop() ?? this.limit;
      this.problems.add(open, this.limit, 'The string is not closed.', 'close it with "');
      this.buffer.add(token.CLOSE_QUOTE, this.limit, this.limit);
    } else if (mode === HEREDOC) {
      const heredoc = this.heredocs[this.heredocs.length - 1] as HeredocInProgress;
      this.problems.add(heredoc.open, heredoc.open + 2, `The heredoc is not closed: no line holds only ${heredoc.marker}.`, `end it with a line ${heredoc.marker}, and a line break after it`);
      this.buffer.add(token.CLOSE_HEREDOC, this.limit, this.limit);
    }
  }
}
