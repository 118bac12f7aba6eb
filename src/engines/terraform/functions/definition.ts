/**
 * What a built-in function is, and how one is called.
 *
 * As in go-cty, the call does what all functions have in common, so that no function can forget it:
 * arguments are counted, converted to the types of their parameters and refused when null; marks are
 * taken off and put on the result (so no function loses a sensitive mark); and an unknown argument makes
 * the result unknown with the argument's reason. A parameter says which of these it does itself.
 */
import { unknownValue } from '../value/construct.ts';
import { ConversionError, convert } from '../value/convert.ts';
import { firstUnknown } from '../value/equality.ts';
import { deepMarks, mapMarks, mergeMarks, originsOnly, secrecyOnly, unmarkDeep, withMarks, withoutMarks } from '../value/marks.ts';
import type { Marks, Type, Value } from '../value/value.ts';

/** The module's files. Paths are relative to the root module's folder; anything else is outside. */
export interface ModuleFiles {
  /** The root module's folder, where `read` and `list` name files by their place in a larger tree, to which paths may lead up. */
  folder?: string;
  /** The bytes of a file inside the module's tree; undefined when there is none. */
  read(path: string): Uint8Array | undefined;
  /** All paths of the tree, with `/` between folders. */
  list(): Iterable<string>;
}

/** What the functions may use beside their arguments. */
export interface CallContext {
  files?: ModuleFiles;
  /** Renders template text with these variables; the depth of templates in templates is bounded by the caller. */
  renderTemplate(text: string, file: string, variables: ReadonlyMap<string, Value>): Value;
}

export interface Parameter {
  name: string;
  type: Type;
  /** Null is a value like any other. */
  allowNull?: true;
  /** `inside`: only a wholly unknown argument makes the result unknown; `whole`: the function looks itself. */
  unknown?: 'inside' | 'whole';
  /** The function keeps marks itself. */
  allowMarked?: true;
}

export interface FunctionDefinition {
  name: string;
  parameters: readonly Parameter[];
  variadic?: Parameter;
  /** Type of the result when arguments are unknown. */
  returns: Type;
  /**
   * What stays on the elements of arguments and moves with them into the result: nothing, their origins
   * (secrecy goes to the whole), or all marks, as Terraform has it for `merge`, `concat` and their like.
   */
  marks?: 'origins-inside' | 'inside';
  call(args: readonly Value[], context: CallContext): Value;
  /** An unknown result keeps the first argument as its `document`: a policy says much before its arns are known. */
  keepsDocument?: true;
}

/** A refusal of a function; `argument` is the 0-based index of the argument to blame. */
export class FunctionError extends Error {
  readonly argument: number | undefined;
  constructor(message: string, argument?: number) {
    super(message);
    this.name = 'FunctionError';
    this.argument = argument;
  }
}

/** Longest text that a function makes, in UTF-16 units. */
export const MAX_TEXT = 16 * 1024 * 1024;
/** Most elements that a function makes. */
export const MAX_ELEMENTS = 200_000;

/** Calls a function with values; throws a FunctionError. */
export function callFunction(definition: FunctionDefinition, args: readonly Value[], context: CallContext): Value {
  checkCount(definition, args.length);
  let marks: Marks | undefined;
  let unknown: Value | undefined;
  const prepared = args.map((given, index) => {
    const parameter = definition.parameters[index] ?? definition.variadic;
    if (parameter === undefined) return given;
    const converted = convertArgument(given, parameter, index);
    if (converted.kind === 'null' && !parameter.allowNull) throw new FunctionError('argument must not be null', index);
    if (unknown === undefined && parameter.unknown !== 'whole') {
      if (converted.kind === 'unknown') unknown = converted;
      else if (parameter.unknown === undefined) {
        const reason = firstUnknown(converted);
        if (reason !== undefined) unknown = unknownValue(definition.returns, reason);
      }
    }
    if (parameter.allowMarked) return converted;
    const [bare, taken] = takeMarks(converted, definition.marks);
    marks = mergeMarks(marks, taken);
    return bare;
  });
  if (unknown?.kind === 'unknown') {
    const all = prepared.reduce<Marks | undefined>((sum, value) => mergeMarks(sum, deepMarks(value)), marks);
    const result = unknownValue(definition.returns, unknown.reason, all);
    const [document] = args;
    if (definition.keepsDocument !== true || document === undefined || result.kind !== 'unknown' || all?.sensitive === true || all?.ephemeral === true) return result;
    return { ...result, document };
  }
  return withMarks(definition.call(prepared, context), marks);
}

function checkCount(definition: FunctionDefinition, count: number): void {
  const { parameters, variadic, name } = definition;
  if (count < parameters.length) {
    const missing = parameters[count];
    throw new FunctionError(`Function "${name}" expects ${parameters.length} argument(s). Missing value for "${missing?.name ?? ''}".`);
  }
  if (variadic === undefined && count > parameters.length) throw new FunctionError(`Function "${name}" expects only ${parameters.length} argument(s).`);
}

function convertArgument(given: Value, parameter: Parameter, index: number): Value {
  try {
    return convert(given, parameter.type);
  } catch (error) {
    if (error instanceof ConversionError) throw new FunctionError(`Invalid value for "${parameter.name}" parameter: ${error.message}.`, index);
    throw error;
  }
}

function takeMarks(value: Value, staying: FunctionDefinition['marks']): [Value, Marks | undefined] {
  if (value.kind === 'string' || value.kind === 'number' || value.kind === 'bool') return value.marks === undefined ? [value, undefined] : [withoutMarks(value), value.marks];
  if (staying === 'inside') return [withoutMarks(value), value.marks];
  const all = deepMarks(value);
  if (all === undefined) return [value, undefined];
  if (staying === undefined) return [unmarkDeep(value), all];
  const own = mergeMarks(value.marks, secrecyOnly(all));
  return [withoutMarks(mapMarks(value, originsOnly)), own];
}

/** An unknown result that carries everything the arguments carried: for functions that look at unknown arguments themselves. */
export function unknownResult(type: Type, args: readonly Value[]): Value {
  const reason = args.map(firstUnknown).find((found) => found !== undefined) ?? { kind: 'computed', message: 'depends on a value that is not known' };
  return unknownValue(type, reason, args.reduce<Marks | undefined>((sum, value) => mergeMarks(sum, deepMarks(value)), undefined));
}

/** The text of a string argument. */
export function textOf(value: Value | undefined): string {
  return value?.kind === 'string' ? value.value : '';
}

/** The elements of a list, set or tuple argument. */
export function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'list' || value?.kind === 'set' || value?.kind === 'tuple' ? value.elements : [];
}

/** The entries of a map or object argument. */
export function entriesOf(value: Value | undefined): ReadonlyMap<string, Value> {
  return value?.kind === 'map' || value?.kind === 'object' ? value.entries : NO_ENTRIES;
}

const NO_ENTRIES: ReadonlyMap<string, Value> = new Map();

/** Refuses results that only exist to exhaust memory. */
export function boundedText(length: number): void {
  if (length > MAX_TEXT) throw new FunctionError(`the result would be longer than ${MAX_TEXT} characters`);
}

export function boundedCount(count: number): void {
  if (count > MAX_ELEMENTS) throw new FunctionError(`the result would have more than ${MAX_ELEMENTS} elements`);
}

