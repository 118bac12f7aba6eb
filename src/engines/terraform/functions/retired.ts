/**
 * `list(...)` and `map(...)` of Terraform 0.11. Terraform 0.15 took them away, and refuses them; they are
 * still all over public modules, and what they mean is plain, so they are evaluated here.
 */
import { EMPTY_OBJECT, objectValue, tupleValue } from '../value/construct.ts';
import { ConversionError, convert } from '../value/convert.ts';
import { DYNAMIC, STRING, listOf, mapOf } from '../value/type.ts';
import type { Type, Value } from '../value/value.ts';
import { FunctionError, textOf, type FunctionDefinition } from './definition.ts';

const ANY = { name: 'values', type: DYNAMIC, allowNull: true, unknown: 'inside' } as const;

function converted(value: Value, type: Type): Value {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof ConversionError) throw new FunctionError(error.message);
    throw error;
  }
}

function mapOfPairs(args: readonly Value[]): Value {
  if (args.length === 0) return EMPTY_OBJECT;
  if (args.length % 2 === 1) throw new FunctionError('an even number of arguments is required: names and their values');
  const entries = new Map<string, Value>();
  for (let at = 0; at < args.length; at += 2) entries.set(textOf(converted(args[at] as Value, STRING)), args[at + 1] as Value);
  return converted(objectValue(entries), mapOf(DYNAMIC));
}

export const RETIRED_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'list', parameters: [], variadic: ANY, returns: listOf(DYNAMIC), marks: 'origins-inside', call: (args) => converted(tupleValue(args), listOf(DYNAMIC)) },
  { name: 'map', parameters: [], variadic: ANY, returns: mapOf(DYNAMIC), marks: 'origins-inside', call: mapOfPairs },
];
