/** The one list of built-in functions: Terraform 1.11's and those that OpenTofu adds. `try` and `can` stand in the evaluator. */
import type { FunctionDefinition } from './definition.ts';
import { NUMERIC_FUNCTIONS } from './numeric.ts';

const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map([NUMERIC_FUNCTIONS].flat().map((definition) => [definition.name, definition]));

/** A built-in function by its name without `core::`; undefined when there is none. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return FUNCTIONS.get(name);
}

/** Names of all functions, `try` and `can` included. */
export function functionNames(): string[] {
  return [...FUNCTIONS.keys(), 'try', 'can'];
}
