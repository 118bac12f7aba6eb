/**
 * One evaluation under way: its scope, the variables of the `for` expressions around, what went wrong so
 * far, and how much work is left. The parts of the evaluator call each other through `evaluate`.
 */
import type { Expression, Span, TemplatePart } from '../../../formats/hcl/syntax-tree.ts';
import { unknownValue } from '../value/construct.ts';
import { DYNAMIC } from '../value/type.ts';
import type { Type, UnknownReason, Value } from '../value/value.ts';
import type { EvaluationProblem, Scope } from './scope.ts';

/** Steps of one evaluation: an expression evaluated or an element visited is one. An expression of a large module needs some thousands. */
export const MAX_STEPS = 1_000_000;
export const MAX_DEPTH = 400;
export const MAX_TEMPLATE_DEPTH = 16;

/** Variables of a `for` expression, innermost first. */
export interface Frame {
  parent: Frame | undefined;
  key: string | undefined;
  keyValue: Value;
  name: string;
  value: Value;
}

export interface Run {
  scope: Scope;
  problems: EvaluationProblem[];
  frame: Frame | undefined;
  work: { steps: number; depth: number; templates: number };
  evaluate(expression: Expression, run: Run): Value;
  renderParts(parts: readonly TemplatePart[], span: Span, run: Run): Value;
}

/** The evaluation did more than any real configuration needs. */
export class WorkLimitError extends Error {
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.name = 'WorkLimitError';
    this.span = span;
  }
}

/** Counts one step of work. */
export function step(run: Run, span: Span, count = 1): void {
  run.work.steps += count;
  if (run.work.steps > MAX_STEPS) throw new WorkLimitError(`The expression needs more than ${MAX_STEPS} steps.`, span);
}

/** Notes a problem; the value of what failed is unknown. */
export function fail(run: Run, span: Span, summary: string, detail: string, type: Type = DYNAMIC): Value {
  run.problems.push({ severity: 'error', summary, detail, span: { start: span.start, end: span.end } });
  return unknownValue(type, reasonAt(run, span, 'failed', detail));
}

export function reasonAt(run: Run, span: Span, kind: UnknownReason['kind'], message: string): UnknownReason {
  return { kind, message, ...(run.scope.locate === undefined ? {} : { at: run.scope.locate(span) }) };
}

/** Runs with variables of a `for` expression in reach. */
export function within<Result>(run: Run, frame: Frame, work: () => Result): Result {
  const before = run.frame;
  run.frame = frame;
  try {
    return work();
  } finally {
    run.frame = before;
  }
}

export function lookUp(frame: Frame | undefined, name: string): Value | undefined {
  for (let current = frame; current !== undefined; current = current.parent) {
    if (current.name === name) return current.value;
    if (current.key === name) return current.keyValue;
  }
  return undefined;
}
