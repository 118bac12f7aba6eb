/**
 * Reads regular expressions in RE2's syntax, which is Go's and Terraform's: no backreferences, no
 * lookaround, `(?P<name>..)`, flags `imsU`, `\pL`, `[[:alpha:]]`, `\Q..\E`. What RE2 refuses is refused,
 * also where JavaScript would take it.
 */
import { FunctionError } from './definition.ts';
import { PERL_CLASSES, POSIX_CLASSES, classSet, propertyTest, type CharacterTest } from './re2-classes.ts';

export type Node =
  | { kind: 'empty' }
  | { kind: 'one'; test: CharacterTest }
  | { kind: 'assert'; what: 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'boundary' | 'no-boundary' }
  | { kind: 'concat' | 'alternate'; parts: Node[] }
  | { kind: 'repeat'; inner: Node; min: number; max: number; greedy: boolean }
  | { kind: 'capture'; inner: Node; index: number };

export interface ParsedPattern {
  root: Node;
  /** Names of the groups by number from 1; empty for those without. */
  groups: string[];
}

interface Flags {
  i: boolean;
  m: boolean;
  s: boolean;
  U: boolean;
}

const MAX_REPEAT = 1000;
const MAX_DEPTH = 200;
const SIMPLE_ESCAPES: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** Parses a pattern; throws a FunctionError with Go's reason. */
export function parsePattern(pattern: string): ParsedPattern {
  return new PatternParser(pattern).parse();
}

class PatternParser {
  readonly #characters: string[];
  #at = 0;
  #depth = 0;
  #groups: string[] = [];
  #flags: Flags = { i: false, m: false, s: false, U: false };

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  parse(): ParsedPattern {
    const root = this.#alternation();
    if (this.#at < this.#characters.length) this.#refuse('unexpected )');
    return { root, groups: this.#groups };
  }

  #refuse(reason: string): never {
    throw new FunctionError(`invalid regexp pattern: ${reason} in ${this.#characters.join('')}`, 0);
  }

  #peek(ahead = 0): string | undefined {
    return this.#characters[this.#at + ahead];
  }

  #take(text: string): boolean {
    if (this.#characters.slice(this.#at, this.#at + text.length).join('') !== text) return false;
    this.#at += text.length;
    return true;
  }

  #alternation(): Node {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#refuse('expression nests too deeply');
    const flags = this.#flags;
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#flags = flags;
    this.#depth -= 1;
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'alternate', parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    let repeated = false;
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next === '|' || next === ')') break;
      if (next === '\\' && this.#peek(1) === 'Q') {
        this.#quoted(parts);
        repeated = false;
        continue;
      }
      const bounds = this.#repetition();
      if (bounds === undefined) {
        const atom = this.#atom();
        if (atom !== undefined) parts.push(atom);
        repeated = atom === undefined;
        if (atom !== undefined) repeated = false;
        continue;
      }
      const inner = parts.pop();
      if (inner === undefined) this.#refuse('missing argument to repetition operator');
      if (repeated) this.#refuse('invalid nested repetition operator');
      parts.push({ kind: 'repeat', inner, ...bounds });
      repeated = true;
    }
    return parts.length === 1 ? (parts[0] as Node) : parts.length === 0 ? { kind: 'empty' } : { kind: 'concat', parts };
  }

  #quoted(parts: Node[]): void {
    this.#at += 2;
    while (this.#at < this.#characters.length && !this.#take('\\E')) {
      parts.push(this.#literal(this.#peek()?.codePointAt(0) ?? 0));
      this.#at += 1;
    }
  }

  #repetition(): { min: number; max: number; greedy: boolean } | undefined {
    const start = this.#at;
    let bounds: [number, number] | undefined;
    if (this.#take('*')) bounds = [0, Infinity];
    else if (this.#take('+')) bounds = [1, Infinity];
    else if (this.#take('?')) bounds = [0, 1];
    else if (this.#peek() === '{') bounds = this.#counted();
    if (bounds === undefined) {
      this.#at = start;
      return undefined;
    }
    const lazy = this.#take('?');
    return { min: bounds[0], max: bounds[1], greedy: lazy === this.#flags.U };
  }

  #counted(): [number, number] | undefined {
    const end = this.#characters.indexOf('}', this.#at);
    const match = end === -1 ? null : /^\{(\d+)(,(\d*))?\}$/.exec(this.#characters.slice(this.#at, end + 1).join(''));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3]);
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT) || max < min) this.#refuse('invalid repeat count');
    this.#at = end + 1;
    return [min, max];
  }

  #literal(code: number): Node {
    return { kind: 'one', test: classSet([[code, code]], [], false, this.#flags.i) };
  }

  /** One atom; undefined for flags such as `(?i)`, which are none. */
  #atom(): Node | undefined {
    const character = this.#peek() ?? '';
    this.#at += 1;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'one', test: this.#bracket() };
      case '.':
        return { kind: 'one', test: this.#flags.s ? classSet([[0, 0x10ffff]], [], false, false) : classSet([[10, 10]], [], true, false) };
      case '^':
        return { kind: 'assert', what: this.#flags.m ? 'line-start' : 'text-start' };
      case '$':
        return { kind: 'assert', what: this.#flags.m ? 'line-end' : 'text-end' };
      case '\\':
        return this.#escape();
      default:
        return this.#literal(character.codePointAt(0) ?? 0);
    }
  }

  #escape(): Node {
    const character = this.#peek();
    if (character === undefined) this.#refuse('trailing backslash at end of expression');
    const asserts: Record<string, Extract<Node, { kind: 'assert' }>['what']> = { A: 'text-start', z: 'text-end', b: 'boundary', B: 'no-boundary' };
    const what = asserts[character];
    if (what !== undefined) {
      this.#at += 1;
      return { kind: 'assert', what };
    }
    const named = this.#namedClass();
    if (named !== undefined) return { kind: 'one', test: classSet([], [named], false, this.#flags.i) };
    return this.#literal(this.#escapedCode());
  }

  /** `\d`, `\pL`, `\p{Greek}` after the backslash. */
  #namedClass(): CharacterTest | undefined {
    const character = this.#peek() ?? '';
    const ranges = PERL_CLASSES[character.toLowerCase()];
    if (ranges !== undefined) {
      this.#at += 1;
      return classSet(ranges, [], character !== character.toLowerCase(), false);
    }
    if (character !== 'p' && character !== 'P') return undefined;
    this.#at += 1;
    let name = this.#peek() ?? '';
    this.#at += 1;
    if (name === '{') {
      const end = this.#characters.indexOf('}', this.#at);
      if (end === -1) this.#refuse('invalid character class range');
      name = this.#characters.slice(this.#at, end).join('');
      this.#at = end + 1;
    }
    const negated = (character === 'P') !== name.startsWith('^');
    const test = propertyTest(name.replace(/^\^/, ''));
    if (test === undefined) this.#refuse(`invalid character class range \\p{${name}}`);
    return negated ? (code) => !test(code) : test;
  }

  #escapedCode(): number {
    const character = this.#peek() ?? '';
    this.#at += 1;
    const simple = SIMPLE_ESCAPES[character];
    if (simple !== undefined) return simple;
    if (character === 'x') return this.#hexadecimal();
    if (/[0-7]/.test(character) && (character === '0' || /[0-7]/.test(this.#peek() ?? ''))) {
      let digits = character;
      while (digits.length < 3 && /[0-7]/.test(this.#peek() ?? '')) {
        digits += this.#peek();
        this.#at += 1;
      }
      return Number.parseInt(digits, 8);
    }
    if (/[0-9A-Za-z]/.test(character)) this.#refuse(`invalid escape sequence: \`\\${character}\``);
    return character.codePointAt(0) ?? 0;
  }

  #hexadecimal(): number {
    const rest = this.#characters.slice(this.#at, this.#at + 12).join('');
    const match = /^(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/.exec(rest);
    if (match === null) this.#refuse('invalid escape sequence: `\\x`');
    this.#at += match[0].length;
    const code = Number.parseInt(match[1] ?? match[2] ?? '0', 16);
    if (code > 0x10ffff) this.#refuse('invalid escape sequence');
    return code;
  }

  #group(): Node | undefined {
    if (!this.#take('?')) return this.#captured('');
    const named = /^P?<([A-Za-z0-9_]+)>/.exec(this.#characters.slice(this.#at, this.#at + 200).join(''));
    if (named !== null) {
      this.#at += named[0].length;
      const name = named[1] ?? '';
      if (this.#groups.includes(name)) this.#refuse('duplicate capture group name');
      return this.#captured(name);
    }
    const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.#characters.slice(this.#at, this.#at + 20).join(''));
    if (flags === null || flags[0] === ')') this.#refuse('invalid or unsupported Perl syntax: `(?`');
    this.#at += flags[0].length;
    const changed = { ...this.#flags };
    for (const flag of flags[1] ?? '') changed[flag as keyof Flags] = true;
    for (const flag of flags[2] ?? '') changed[flag as keyof Flags] = false;
    if (flags[3] === ')') {
      this.#flags = changed;
      return undefined;
    }
    const before = this.#flags;
    this.#flags = changed;
    const inner = this.#closed();
    this.#flags = before;
    return inner;
  }

  #captured(name: string): Node {
    this.#groups.push(name);
    const index = this.#groups.length;
    return { kind: 'capture', inner: this.#closed(), index };
  }

  #closed(): Node {
    const inner = this.#alternation();
    if (!this.#take(')')) this.#refuse('missing closing )');
    return inner;
  }

  #bracket(): CharacterTest {
    const negated = this.#take('^');
    const ranges: [number, number][] = [];
    const tests: CharacterTest[] = [];
    let first = true;
    while (first || this.#peek() !== ']') {
      if (this.#peek() === undefined) this.#refuse('missing closing ]');
      first = false;
      const posix = this.#posixClass();
      if (posix !== undefined) {
        tests.push(posix);
        continue;
      }
      if (this.#peek() === '\\') {
        this.#at += 1;
        const named = this.#namedClass();
        if (named !== undefined) {
          tests.push(named);
          continue;
        }
        this.#at -= 1;
      }
      const low = this.#bracketCharacter();
      let high = low;
      if (this.#peek() === '-' && this.#peek(1) !== undefined && this.#peek(1) !== ']') {
        this.#at += 1;
        high = this.#bracketCharacter();
        if (high < low) this.#refuse('invalid character class range');
      }
      ranges.push([low, high]);
    }
    this.#at += 1;
    return classSet(ranges, tests, negated, this.#flags.i);
  }

  #posixClass(): CharacterTest | undefined {
    const match = /^\[:(\^?)([a-z0-9]+):\]/.exec(this.#characters.slice(this.#at, this.#at + 12).join(''));
    if (match === null) return undefined;
    const ranges = POSIX_CLASSES[match[2] ?? ''];
    if (ranges === undefined) this.#refuse(`invalid character class range ${match[0]}`);
    this.#at += match[0].length;
    return classSet(ranges, [], match[1] === '^', false);
  }

  #bracketCharacter(): number {
    const character = this.#peek();
    if (character === undefined) this.#refuse('missing closing ]');
    this.#at += 1;
    return character === '\\' ? (this.#peek() === undefined ? this.#refuse('trailing backslash at end of expression') : this.#escapedCode()) : (character.codePointAt(0) ?? 0);
  }
}
