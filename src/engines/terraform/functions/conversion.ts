/** `tostring` and its like, and the functions about secrecy. */
import { FALSE, TRUE, boolValue, nullValue } from '../value/construct.ts';
import { ConversionError, convert } from '../value/convert.ts';
import { deepMarks, mapMarks, withMarks } from '../value/marks.ts';
import { BOOL, DYNAMIC, NUMBER, STRING, listOf, mapOf, setOf, typeName, typeOf } from '../value/type.ts';
import type { Marks, Type, Value } from '../value/value.ts';
import { FunctionError, unknownResult, type FunctionDefinition } from './definition.ts';

const VALUE = { name: 'value', type: DYNAMIC, allowNull: true, unknown: 'whole', allowMarked: true } as const;

function conversion(name: string, type: Type): FunctionDefinition {
  return {
    name,
    parameters: [{ name: 'v', type: DYNAMIC, allowNull: true, unknown: 'whole', allowMarked: true }],
    returns: type,
    call: ([value]) => {
      try {
        return convert(value as Value, type);
      } catch (error) {
        if (!(error instanceof ConversionError)) throw error;
        const given = typeOf(value as Value);
        throw new FunctionError(value?.kind === 'string' ? `cannot convert ${JSON.stringify(value.value)} to ${typeName(type)}` : `cannot convert ${typeName(given)} to ${typeName(type)}: ${error.message}`, 0);
      }
    },
  };
}

function without(value: Value, mark: 'sensitive'): Value {
  return mapMarks(value, (marks): Marks | undefined => {
    const { [mark]: _removed, ...rest } = marks;
    return Object.keys(rest).length === 0 ? undefined : rest;
  });
}

/** `nonsensitive` takes the mark off the value itself; what is sensitive inside stays so. */
function nonsensitive(value: Value): Value {
  if (value.marks?.sensitive !== true) return value;
  const { sensitive: _removed, ...rest } = value.marks;
  const { marks: _marks, ...bare } = value;
  return Object.keys(rest).length === 0 ? (bare as Value) : ({ ...bare, marks: rest } as Value);
}

function ephemeralAsNull(value: Value): Value {
  if (value.marks?.ephemeral) {
    const { ephemeral: _removed, ...rest } = value.marks;
    return withMarks(nullValue(typeOf(value)), Object.keys(rest).length === 0 ? undefined : rest);
  }
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') return { ...value, elements: value.elements.map(ephemeralAsNull) };
  if (value.kind === 'map' || value.kind === 'object') return { ...value, entries: new Map([...value.entries].map(([name, entry]) => [name, ephemeralAsNull(entry)])) };
  return value;
}

export const CONVERSION_FUNCTIONS: readonly FunctionDefinition[] = [
  conversion('tostring', STRING),
  conversion('tonumber', NUMBER),
  conversion('tobool', BOOL),
  conversion('tolist', listOf(DYNAMIC)),
  conversion('toset', setOf(DYNAMIC)),
  conversion('tomap', mapOf(DYNAMIC)),
  { name: 'sensitive', parameters: [VALUE], returns: DYNAMIC, call: ([value]) => withMarks(without(value as Value, 'sensitive'), { sensitive: true }) },
  { name: 'nonsensitive', parameters: [VALUE], returns: DYNAMIC, call: ([value]) => nonsensitive(value as Value) },
  {
    name: 'issensitive',
    parameters: [VALUE],
    returns: BOOL,
    call: (args) => {
      const [value] = args;
      if (value?.marks?.sensitive) return TRUE;
      return value?.kind === 'unknown' ? withMarks(unknownResult(BOOL, args), deepMarks(value)) : value === undefined ? FALSE : boolValue(false);
    },
  },
  { name: 'ephemeralasnull', parameters: [VALUE], returns: DYNAMIC, call: ([value]) => ephemeralAsNull(value as Value) },
];
