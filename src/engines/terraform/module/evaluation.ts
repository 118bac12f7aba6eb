/**
 * The evaluation of a whole module tree: what all of its modules share.
 *
 * Everything is worked out when it is first asked for, and once. Asking for something that is being worked
 * out is a cycle: all that stand in it become unknown, and the path of the cycle is one problem. It is
 * written from its alphabetically first member, so that the order of files does not matter.
 */
import type { BlockPlace, Written } from '../configuration/declarations.ts';
import { Problems } from '../configuration/problems.ts';
import { constantValue, evaluate } from '../expression/evaluate.ts';
import type { Scope } from '../expression/scope.ts';
import type { ModuleFiles } from '../functions/definition.ts';
import { unknownValue } from '../value/construct.ts';
import { DYNAMIC, compareText } from '../value/type.ts';
import type { UnknownReason, Value } from '../value/value.ts';

/** Instances of one block, and of all blocks and modules together. */
export const MOST_INSTANCES = 10_000;
export const MOST_INSTANCES_TOGETHER = 50_000;
/** References that lead to references; beyond it the stack would end. */
const DEEPEST = 300;

export type KnownAttributeData = Readonly<Record<string, unknown>>;

export interface EvaluationOptions {
  /** `terraform.workspace`; `default` when left out. */
  workspace?: string;
  /** `path.cwd`; unknown when left out, for it depends on where the command runs. */
  currentFolder?: string;
  files?: ModuleFiles;
  /**
   * Attributes of resources and data sources from a state, by address. They stand for what the code
   * does not set: ids of resources, all that a data source answers.
   */
  known?: (address: string) => KnownAttributeData | undefined;
}

interface Step {
  label: string;
  place: BlockPlace | undefined;
  cyclic: boolean;
}

export class Evaluation {
  readonly problems = new Problems();
  readonly workspace: string;
  readonly options: EvaluationOptions;
  readonly files: ModuleFiles;
  readonly #steps: Step[] = [];
  readonly #open = new Set<string>();
  #instancesLeft = MOST_INSTANCES_TOGETHER;

  constructor(options: EvaluationOptions) {
    this.options = options;
    this.workspace = options.workspace ?? 'default';
    this.files = options.files ?? { read: () => undefined, list: () => [] };
  }

  /** How many instances one more block may have. */
  get instanceLimit(): number {
    return Math.max(1, Math.min(MOST_INSTANCES, this.#instancesLeft));
  }

  takeInstances(count: number): void {
    this.#instancesLeft -= count;
  }

  /** The value of an expression; what goes wrong in it becomes problems at its place, unless it is `doubtful`. */
  value(written: Written, scope: Scope, path: string, doubtful: boolean): Value {
    const { value, problems } = evaluate(written.expression, scope);
    if (doubtful) return value;
    for (const problem of problems) if (problem.severity === 'error') this.problems.ofValue(written.file, problem.span, path, `${problem.summary}: ${problem.detail}`);
    return value;
  }

  /** The value of a literal: nothing leads back from it, so that it needs no step of its own. */
  literal(written: Written): Value | undefined {
    return this.#steps.length >= DEEPEST ? undefined : constantValue(written.expression);
  }

  /** Works something out, unless that is being done already. `label` is its full name. */
  once<Result>(label: string, place: BlockPlace | undefined, compute: () => Result, cyclic: (reason: UnknownReason) => Result): Result {
    if (this.#open.has(label)) return cyclic(this.#cycle(label));
    if (this.#steps.length >= DEEPEST) return cyclic(this.#tooDeep(label, place));
    const step: Step = { label, place, cyclic: false };
    this.#steps.push(step);
    this.#open.add(label);
    try {
      const result = compute();
      return step.cyclic ? cyclic(CYCLE) : result;
    } finally {
      this.#steps.pop();
      this.#open.delete(label);
    }
  }

  #cycle(label: string): UnknownReason {
    const steps = this.#steps.slice(this.#steps.findIndex((step) => step.label === label));
    for (const step of steps) step.cyclic = true;
    const first = steps.reduce((least, step, index) => (compareText(step.label, steps[least]?.label ?? '') < 0 ? index : least), 0);
    const path = [...steps.slice(first), ...steps.slice(0, first + 1)].map((step) => step.label);
    const place = steps[first]?.place;
    if (place !== undefined) this.problems.at(place.file, place, path[0] ?? '', `depends on itself: ${shortened(path).join(' -> ')}`, 'break the circle: one of them has to stand without the others');
    return CYCLE;
  }

  #tooDeep(label: string, place: BlockPlace | undefined): UnknownReason {
    if (place !== undefined) this.problems.at(place.file, place, label, `more than ${DEEPEST} references lead to each other in a row here; what lies behind is taken as unknown`);
    return { kind: 'unsupported', message: 'too many references in a row' };
  }
}

const CYCLE: UnknownReason = { kind: 'cycle', message: 'depends on itself' };

export function unknownCycle(reason: UnknownReason): Value {
  return unknownValue(DYNAMIC, reason);
}

function shortened(path: readonly string[]): string[] {
  return path.length <= 12 ? [...path] : [...path.slice(0, 8), `(${path.length - 11} more)`, ...path.slice(-3)];
}
