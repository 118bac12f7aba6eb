/** What the parts of an evaluation need of the module instance that they stand in. */
import type { CheckRule, Written } from '../configuration/declarations.ts';
import type { Value } from '../value/value.ts';
import type { Evaluation } from './evaluation.ts';
import type { ExpandedInstance } from './expansion.ts';
import type { ModuleNode } from './module-node.ts';

/** What an expression sees beside its module. */
export interface Surroundings {
  /** `count.index`. */
  index?: Value;
  /** `each.key` and `each.value`. */
  each?: { key: Value; value: Value };
  self?: Value;
  /** Iterators of dynamic blocks, inner ones last. */
  iterators?: ReadonlyMap<string, Value>;
  /** The expression may never be evaluated for real, because nobody knows whether there are instances: its faults are not told. */
  doubtful?: true;
}

export interface ModuleContext {
  readonly evaluation: Evaluation;
  readonly node: ModuleNode;
  /** `module.network["a"]`; empty for the root. */
  readonly address: string;
  /** What addresses in this module begin with. */
  readonly prefix: string;
  readonly isRoot: boolean;
  addressOf(local: string): string;
  evaluate(written: Written, around: Surroundings, path: string): Value;
  check(rule: CheckRule, around: Surroundings, path: string, at?: Written): void;
  /** Values of names; undefined when nothing declares them. */
  variable(name: string): Value | undefined;
  local(name: string): Value | undefined;
  callValue(name: string): Value | undefined;
  resourceValue(address: string): Value | undefined;
  pathValue(name: string): Value | undefined;
}

const NOTHING_AROUND: Surroundings = {};

export function surroundingsOf(instance: ExpandedInstance): Surroundings {
  if (instance.doubtful !== true && instance.index === undefined && instance.each === undefined) return NOTHING_AROUND;
  return { ...(instance.doubtful ? { doubtful: true as const } : {}), ...(instance.index === undefined ? {} : { index: instance.index }), ...(instance.each === undefined ? {} : { each: instance.each }) };
}
