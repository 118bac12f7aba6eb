/**
 * What an expression is evaluated in: where names come from, which files functions may read, and what
 * comes back. `evaluate` never throws for anything an expression can do: what fails is a problem with
 * its place, and its value is unknown with the reason `failed`.
 */
import type { Span } from '../../../formats/hcl/syntax-tree.ts';
import type { ModuleFiles } from '../functions/definition.ts';
import type { SourceLocation, Value } from '../value/value.ts';

/**
 * A name and the attributes written right behind it: `local.tags.owner` is `local` with the steps `tags`
 * and `owner`. Steps end at the first index, splat or call, so that `local.a` can be looked up without
 * the value of all locals.
 */
export interface Reference {
  name: string;
  steps: readonly string[];
  span: Span;
}

export interface Resolution {
  value: Value;
  /** How many of the reference's steps the value already includes. */
  steps: number;
}

export interface Scope {
  /** Looks a name up; undefined when there is no such name. Problems of what stands behind the name belong to whoever evaluates that. */
  resolve(reference: Reference): Resolution | undefined;
  /** Names that there are, for "did you mean". */
  names?(): Iterable<string>;
  /** Files that functions may read; without it every file is unknown. */
  files?: ModuleFiles;
  /** Turns a span into the place that reasons of unknown values name. */
  locate?(span: Span): SourceLocation;
}

export interface EvaluationProblem {
  severity: 'error' | 'warning';
  /** Short, without values: `Unsupported attribute`. */
  summary: string;
  /** A sentence or more, with names and what is possible. */
  detail: string;
  span: Span;
}

export interface Evaluation {
  value: Value;
  problems: EvaluationProblem[];
}

/** A scope of plain values by name. */
export function scopeOf(values: ReadonlyMap<string, Value> | Record<string, Value>, files?: ModuleFiles): Scope {
  const map = values instanceof Map ? (values as ReadonlyMap<string, Value>) : new Map(Object.entries(values));
  return {
    resolve: (reference) => {
      const value = map.get(reference.name);
      return value === undefined ? undefined : { value, steps: 0 };
    },
    names: () => map.keys(),
    ...(files === undefined ? {} : { files }),
  };
}
