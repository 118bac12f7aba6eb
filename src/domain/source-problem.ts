/** What is wrong in a file that a person wrote, and where: one form for Score, catalog and pipeline files. */
export interface SourceProblem {
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
  /** Dotted path of the value: `containers.web.image`; empty for the document itself. */
  path: string;
  /** One sentence: what is wrong. */
  message: string;
  /** What to write instead, where that can be said. */
  hint?: string;
  /** The input was read whole; it is a value in it that cannot be, such as a default that a rule refuses. */
  ofValue?: true;
}

/** `score.yaml:3:5: containers.web: must have an image`. */
export function describeProblem(problem: SourceProblem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  return `${place}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
}
