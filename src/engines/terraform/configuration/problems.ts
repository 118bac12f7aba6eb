/** Collects what is wrong in configuration files, with places; bounded, because a hostile file may have a fault in every byte. */
import type { SourceProblem } from '../../../domain/source-problem.ts';
import type { SourceLocation } from '../value/value.ts';
import type { ConfigurationFile } from './declarations.ts';

const MOST_PROBLEMS = 1000;

export class Problems {
  readonly list: SourceProblem[] = [];
  readonly #seen = new Set<string>();
  #left = 0;

  /** Adds a problem at the start of a span of a file. */
  at(file: ConfigurationFile, span: { start: number }, path: string, message: string, hint?: string): void {
    this.add({ ...file.locate(span.start), file: file.path, path, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** A value that cannot be, in code that was read whole. */
  ofValue(file: ConfigurationFile, span: { start: number }, path: string, message: string, hint?: string): void {
    this.add({ ...file.locate(span.start), file: file.path, path, message, ...(hint === undefined ? {} : { hint }), ofValue: true });
  }

  atLocation(location: SourceLocation | undefined, fallbackFile: string, path: string, message: string, hint?: string): void {
    const place = location ?? { file: fallbackFile, line: 1, column: 1 };
    this.add({ file: place.file, line: place.line, column: place.column, path, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** The same problem at the same place is told once, however many instances have it. */
  add(problem: SourceProblem): void {
    const key = `${problem.file}\0${problem.line}\0${problem.column}\0${problem.message}`;
    if (this.#seen.has(key)) return;
    if (this.list.length >= MOST_PROBLEMS) {
      this.#left += 1;
      return;
    }
    this.#seen.add(key);
    this.list.push(problem);
  }

  /** All problems by file and line; the last one says how many were left out. */
  sorted(): SourceProblem[] {
    const sorted = [...this.list].sort((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message));
    if (this.#left > 0) sorted.push({ file: sorted[0]?.file ?? '.', line: 1, column: 1, path: '', message: `${this.#left} more problems are not shown` });
    return sorted;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
