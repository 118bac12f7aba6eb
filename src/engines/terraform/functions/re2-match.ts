/**
 * Matches regular expressions the way RE2 does: all alternatives at once, one character of the text at a
 * time (Pike's machine), so that no pattern takes more than text times pattern. That is also what makes
 * the result equal Go's: the leftmost match, and of those the one that is preferred first.
 */
import { FunctionError } from './definition.ts';
import { isWordCode, type CharacterTest } from './re2-classes.ts';
import { parsePattern, type Node } from './re2-syntax.ts';

type Instruction =
  | { op: 'one'; test: CharacterTest }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { op: 'save'; slot: number }
  | { op: 'assert'; what: Extract<Node, { kind: 'assert' }>['what'] }
  | { op: 'match' };

export interface Pattern {
  program: Instruction[];
  groups: string[];
}

/** A match: start and end of the whole and of each group as offsets in code points, -1 for groups that took no part. */
export type Match = Int32Array;

const MAX_PROGRAM = 20_000;
const MAX_WORK = 40_000_000;
const cache = new Map<string, Pattern>();
const MAX_CACHED = 100;

/** Compiles a pattern; throws a FunctionError for what RE2 refuses. */
export function compilePattern(text: string): Pattern {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const { root, groups } = parsePattern(text);
  const program: Instruction[] = [];
  emit(root, program);
  program.push({ op: 'match' });
  const pattern = { program, groups };
  if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
  cache.set(text, pattern);
  return pattern;
}

function push(program: Instruction[], instruction: Instruction): number {
  if (program.length >= MAX_PROGRAM) throw new FunctionError('invalid regexp pattern: expression too large', 0);
  return program.push(instruction) - 1;
}

function emit(node: Node, program: Instruction[]): void {
  switch (node.kind) {
    case 'empty':
      return;
    case 'one':
      push(program, { op: 'one', test: node.test });
      return;
    case 'assert':
      push(program, { op: 'assert', what: node.what });
      return;
    case 'concat':
      for (const part of node.parts) emit(part, program);
      return;
    case 'capture':
      push(program, { op: 'save', slot: node.index * 2 });
      emit(node.inner, program);
      push(program, { op: 'save', slot: node.index * 2 + 1 });
      return;
    case 'alternate':
      emitAlternatives(node.parts, program);
      return;
    case 'repeat':
      emitRepeat(node, program);
  }
}

function emitAlternatives(parts: readonly Node[], program: Instruction[]): void {
  const jumps: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(part, program);
      break;
    }
    const split = push(program, { op: 'split', first: 0, second: 0 });
    emit(part, program);
    jumps.push(push(program, { op: 'jump', to: 0 }));
    program[split] = { op: 'split', first: split + 1, second: program.length };
  }
  for (const jump of jumps) program[jump] = { op: 'jump', to: program.length };
}

function splitAt(into: number, past: number, greedy: boolean): Instruction {
  return greedy ? { op: 'split', first: into, second: past } : { op: 'split', first: past, second: into };
}

function emitRepeat(node: Extract<Node, { kind: 'repeat' }>, program: Instruction[]): void {
  for (let count = 0; count < node.min; count += 1) {
    if (node.max === Infinity && count === node.min - 1) {
      const start = program.length;
      emit(node.inner, program);
      const split = push(program, { op: 'jump', to: 0 });
      program[split] = splitAt(start, split + 1, node.greedy);
      return;
    }
    emit(node.inner, program);
  }
  if (node.max === Infinity && canBeEmpty(node.inner)) {
    // `(a*)*` is `((a*)+)?` for Go, so that the group takes part even when it is empty.
    const split = push(program, { op: 'jump', to: 0 });
    emit(node.inner, program);
    const again = push(program, { op: 'jump', to: 0 });
    program[again] = splitAt(split + 1, again + 1, node.greedy);
    program[split] = splitAt(split + 1, program.length, node.greedy);
    return;
  }
  if (node.max === Infinity) {
    const split = push(program, { op: 'jump', to: 0 });
    emit(node.inner, program);
    push(program, { op: 'jump', to: split });
    program[split] = splitAt(split + 1, program.length, node.greedy);
    return;
  }
  const splits: number[] = [];
  for (let count = node.min; count < node.max; count += 1) {
    splits.push(push(program, { op: 'jump', to: 0 }));
    emit(node.inner, program);
  }
  for (const split of splits) program[split] = splitAt(split + 1, program.length, node.greedy);
}

function canBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case 'one':
      return false;
    case 'concat':
      return node.parts.every(canBeEmpty);
    case 'alternate':
      return node.parts.some(canBeEmpty);
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.inner);
    case 'capture':
      return canBeEmpty(node.inner);
    default:
      return true;
  }
}

interface Threads {
  places: number[];
  captures: Match[];
}

/** One text to match against: its code points, and how much work is left for all matches in it. */
export class Matcher {
  readonly #pattern: Pattern;
  readonly #codes: Int32Array;
  readonly #visited: Int32Array;
  #generation = 0;
  #work = 0;

  constructor(pattern: Pattern, codes: Int32Array) {
    this.#pattern = pattern;
    this.#codes = codes;
    this.#visited = new Int32Array(pattern.program.length).fill(-1);
  }

  /** The leftmost match at or after `start`. */
  find(start: number): Match | undefined {
    const slots = (this.#pattern.groups.length + 1) * 2;
    let current: Threads = { places: [], captures: [] };
    let found: Match | undefined;
    for (let at = start; at <= this.#codes.length; at += 1) {
      this.#generation += 1;
      const next: Threads = { places: [], captures: [] };
      const runnable: Threads = { places: [], captures: [] };
      for (const [index, place] of current.places.entries()) this.#follow(place, at, current.captures[index] as Match, runnable);
      if (found === undefined) this.#follow(0, at, new Int32Array(slots).fill(-1).fill(at, 0, 1), runnable);
      if (runnable.places.length === 0) {
        if (found !== undefined) break;
        continue;
      }
      const code = this.#codes[at];
      for (const [index, place] of runnable.places.entries()) {
        const instruction = this.#pattern.program[place];
        const captures = runnable.captures[index] as Match;
        if (instruction?.op === 'match') {
          found = captures.slice();
          found[1] = at;
          break;
        }
        if (instruction?.op === 'one' && code !== undefined && instruction.test(code)) {
          next.places.push(place + 1);
          next.captures.push(captures);
        }
      }
      current = next;
    }
    return found;
  }

  /** Adds what is reachable from `place` without taking a character, in order of preference. */
  #follow(place: number, at: number, captures: Match, threads: Threads): void {
    const stack: [number, Match][] = [[place, captures]];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [here, saved] = top;
      if (this.#visited[here] === this.#generation) continue;
      this.#visited[here] = this.#generation;
      this.#work += 1;
      if (this.#work > MAX_WORK) throw new FunctionError('the text is too long for this pattern');
      const instruction = this.#pattern.program[here];
      if (instruction === undefined) continue;
      if (instruction.op === 'jump') stack.push([instruction.to, saved]);
      else if (instruction.op === 'split') stack.push([instruction.second, saved], [instruction.first, saved]);
      else if (instruction.op === 'save') {
        const copy = saved.slice();
        copy[instruction.slot] = at;
        stack.push([here + 1, copy]);
      } else if (instruction.op === 'assert') {
        if (this.#holds(instruction.what, at)) stack.push([here + 1, saved]);
      } else {
        threads.places.push(here);
        threads.captures.push(saved);
      }
    }
  }

  #holds(what: Extract<Instruction, { op: 'assert' }>['what'], at: number): boolean {
    const codes = this.#codes;
    switch (what) {
      case 'text-start':
        return at === 0;
      case 'text-end':
        return at === codes.length;
      case 'line-start':
        return at === 0 || codes[at - 1] === 10;
      case 'line-end':
        return at === codes.length || codes[at] === 10;
      case 'boundary':
        return isWordCode(codes[at - 1]) !== isWordCode(codes[at]);
      case 'no-boundary':
        return isWordCode(codes[at - 1]) === isWordCode(codes[at]);
    }
  }
}

/** All matches from left to right; an empty one right behind the one before does not count. */
export function findAll(pattern: Pattern, codes: Int32Array): Match[] {
  const matcher = new Matcher(pattern, codes);
  const matches: Match[] = [];
  let previousEnd = -1;
  for (let at = 0; at <= codes.length; ) {
    const match = matcher.find(at);
    if (match === undefined) break;
    const start = match[0] ?? 0;
    const end = match[1] ?? 0;
    if (end > start || start !== previousEnd) matches.push(match);
    previousEnd = end;
    at = end > at ? end : at + 1;
    if (end > start) continue;
    at = Math.max(at, end + (end === start && end >= at ? 1 : 0));
  }
  return matches;
}
