import type { HclProblem } from './hcl-file.ts';
import type { LineIndex } from './line-index.ts';

/** A file with more is not HCL; the rest would only be noise. */
const MOST_PROBLEMS = 100;

/** Gathers the problems of one file; places are worked out here, once a problem. */
export class ProblemCollector {
  private readonly file: string;
  readonly lines: LineIndex;
  private readonly found: HclProblem[] = [];
  private readonly places = new Set<number>();

  constructor(file: string, lines: LineIndex) {
    this.file = file;
    this.lines = lines;
  }

  get count(): number {
    return this.found.length;
  }

  /** Whether a problem that was found earlier takes in `offset`: what is wrong there is a consequence of it. */
  covers(offset: number): boolean {
    return this.found.some(({ span }) => span.start <= offset && offset < span.end);
  }

  /** Adds a problem; a second one at the same offset is a consequence of the first and is left out. */
  add(start: number, end: number, message: string, hint?: string): void {
    if (this.found.length >= MOST_PROBLEMS || this.places.has(start)) return;
    this.places.add(start);
    const { line, column } = this.lines.locate(start);
    this.found.push({
      file: this.file,
      line,
      column,
      path: '',
      message,
      ...(hint === undefined ? {} : { hint }),
      span: { start, end: Math.max(start, end) },
      sourceLine: this.lines.excerpt(start),
    });
  }

  /** In the order of their places. */
  sorted(): HclProblem[] {
    return this.found.sort((left, right) => left.span.start - right.span.start);
  }
}
