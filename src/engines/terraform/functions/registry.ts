/** The one list of built-in functions: Terraform 1.11's, those that OpenTofu adds, and two of Terraform 0.11. `try` and `can` stand in the evaluator. */
import { CONVERSION_FUNCTIONS } from './conversion.ts';
import type { FunctionDefinition } from './definition.ts';
import { ENCODING_FUNCTIONS } from './encoding.ts';
import { FILE_FUNCTIONS } from './file.ts';
import { FORMAT_FUNCTIONS } from './format.ts';
import { HASH_FUNCTIONS } from './hash.ts';
import { MAPPING_FUNCTIONS } from './mapping.ts';
import { NETWORK_FUNCTIONS } from './network.ts';
import { NUMERIC_FUNCTIONS } from './numeric.ts';
import { REGULAR_EXPRESSION_FUNCTIONS } from './regular-expression.ts';
import { RETIRED_FUNCTIONS } from './retired.ts';
import { SEQUENCE_FUNCTIONS } from './sequence.ts';
import { TEXT_FUNCTIONS } from './text.ts';
import { TIME_FUNCTIONS } from './time.ts';

const FAMILIES = [NUMERIC_FUNCTIONS, TEXT_FUNCTIONS, REGULAR_EXPRESSION_FUNCTIONS, FORMAT_FUNCTIONS, HASH_FUNCTIONS, SEQUENCE_FUNCTIONS, MAPPING_FUNCTIONS, CONVERSION_FUNCTIONS, ENCODING_FUNCTIONS, NETWORK_FUNCTIONS, TIME_FUNCTIONS, FILE_FUNCTIONS, RETIRED_FUNCTIONS];
const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(FAMILIES.flat().map((definition) => [definition.name, definition]));

/** A built-in function by its name without `core::`; undefined when there is none. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return FUNCTIONS.get(name);
}

/** Names of all functions, `try` and `can` included. */
export function functionNames(): string[] {
  return [...FUNCTIONS.keys(), 'try', 'can'];
}
