/**
 * The log of one revision or task: every line of every program in it, in order of arrival, with its time.
 *
 * A file of JSON lines that only the supervisor writes. Full ones are renamed, the oldest goes, so the
 * disk used is bounded. A position is `<number of the file>:<byte in it>`: it stays valid across
 * rotations, and one that points at a vanished file goes on at the oldest that is left.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from '../../ports/runtime.ts';

export interface JournalBounds {
  fileBytes: number;
  files: number;
}

const DEFAULT_BOUNDS: JournalBounds = { fileBytes: 10 * 1024 * 1024, files: 3 };

/** Most bytes that one answer to a query is made of. */
const ANSWER_BYTES = 1024 * 1024;

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => (/^journal\.\d+$/.test(name) ? [Number(name.slice(8))] : [])).sort((a, b) => a - b);
  } catch {
    return [];
  }
}

function readBytes(path: string, from: number, most: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const length = Math.max(0, Math.min(most, fstatSync(descriptor).size - from));
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, length === 0 ? 0 : readSync(descriptor, buffer, 0, length, from));
  } finally {
    closeSync(descriptor);
  }
}

function parseLines(text: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      // The last line of a supervisor that was killed while it wrote.
      return [];
    }
  });
}

export class LogJournal {
  readonly #folder: string;
  readonly #bounds: JournalBounds;
  #descriptor: number | undefined;
  #number = 0;
  #size = 0;

  constructor(folder: string, bounds: JournalBounds = DEFAULT_BOUNDS) {
    this.#folder = folder;
    this.#bounds = bounds;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#open(numbersIn(folder).at(-1) ?? 1);
    // A line cut short by a crash must not swallow the next one.
    if (this.#size > 0) this.#write('\n');
  }

  #open(number: number): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#number = number;
    this.#descriptor = openSync(join(this.#folder, `journal.${number}`), 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #write(text: string): void {
    if (this.#descriptor !== undefined) this.#size += writeSync(this.#descriptor, text);
  }

  /** Adds lines; on a full disk they are lost and the supervisor lives on. */
  append(lines: readonly LogLine[]): void {
    if (lines.length === 0 || this.#descriptor === undefined) return;
    try {
      if (this.#size >= this.#bounds.fileBytes) {
        this.#open(this.#number + 1);
        for (const old of numbersIn(this.#folder)) if (old <= this.#number - this.#bounds.files) rmSync(join(this.#folder, `journal.${old}`), { force: true });
      }
      this.#write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** The last `count` lines and the position after them. */
export function readTail(folder: string, count: number): { lines: LogLine[]; next: string } {
  const numbers = numbersIn(folder);
  const last = numbers.at(-1) ?? 1;
  let lines: LogLine[] = [];
  let next = `${last}:0`;
  for (const number of numbers.toReversed()) {
    const path = join(folder, `journal.${number}`);
    const size = readBytesLength(path);
    const from = Math.max(0, size - ANSWER_BYTES);
    const bytes = readBytes(path, from, ANSWER_BYTES);
    const end = bytes.lastIndexOf(10) + 1;
    const start = from === 0 ? 0 : bytes.indexOf(10) + 1;
    if (number === last) next = `${number}:${from + end}`;
    lines = [...parseLines(bytes.toString('utf8', start, Math.max(start, end))), ...lines];
    if (lines.length >= count || from > 0) break;
  }
  return { lines: count === 0 ? [] : lines.slice(-count), next };
}

function readBytesLength(path: string): number {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return fstatSync(descriptor).size;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return 0;
  }
}

/** Lines after a position, at most about a megabyte; `next` continues. A malformed position starts at the oldest line. */
export function readAfter(folder: string, position: string): { lines: LogLine[]; next: string } {
  const numbers = numbersIn(folder);
  const match = /^(\d{1,12}):(\d{1,15})$/.exec(position);
  const oldest = numbers[0] ?? 1;
  const asked = match === null ? oldest : Number(match[1]);
  let number = numbers.includes(asked) ? asked : (numbers.find((candidate) => candidate > asked) ?? oldest);
  let offset = number === asked && match !== null ? Number(match[2]) : 0;
  let bytes = readBytes(join(folder, `journal.${number}`), offset, ANSWER_BYTES);
  if (bytes.lastIndexOf(10) < 0 && numbers.includes(number + 1)) {
    number += 1;
    offset = 0;
    bytes = readBytes(join(folder, `journal.${number}`), 0, ANSWER_BYTES);
  }
  const end = bytes.lastIndexOf(10) + 1;
  return { lines: parseLines(bytes.toString('utf8', 0, end)), next: `${number}:${offset + end}` };
}
