/**
 * A detector: what a repository must look like, and the pipeline that then follows. Plain data in one documented form.
 *
 * A platform team adds its own as a JSON file without building Roadbed (docs/reference/pipeline-detection.md);
 * the ones that ship are data of the same form. The first detector whose `when` holds is taken. A step whose
 * own `when` does not hold is left out, and steps that need it need what it needed.
 */
import type { PipelineStep } from '../../domain/kinds/pipeline-run.ts';

/** A fact about the tree; paths are relative to the repository's root. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  /** A regular file is there. */
  | { file: string }
  /** A JSON file has a value at a dotted path that is not empty; with `matches`, text that matches the regular expression. */
  | { json: string; at: string; matches?: string };

export interface DetectedStep extends Omit<PipelineStep, 'environment'> {
  when?: Condition;
  environment?: Record<string, string>;
}

export type DetectedStart =
  | { kind: 'static'; root: string }
  /** From package.json: `scripts.start`, else `main`, else `server.js` or `index.js`. */
  | { kind: 'package-json' };

export interface Detector {
  name: string;
  /** One sentence: what it takes a repository for. */
  description: string;
  when: Condition;
  steps: DetectedStep[];
  artifact: { path: string; exclude: string[] };
  start: DetectedStart;
}
