/**
 * Conversion of values to types, as go-cty does it wherever Terraform converts on its own: arguments of
 * functions and blocks, variables with a type, operands. A refusal is a `ConversionError` that names the
 * path inside the value (`[2].name`) and what was needed there.
 *
 * One leniency: where elements of unknown type stand beside known ones, Terraform refuses because it
 * would know the type when it really runs; here the result is unknown instead.
 */
import { listValue, mapValue, nullValue, objectValue, setValue, stringValue, tupleValue, unknownValue, boolValue, numberValue } from './construct.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { deepMarks, manyElementsOf, withMarks } from './marks.ts';
import type { Elements } from './marks.ts';
import { DYNAMIC, hasDynamic, isPrimitive, sameType, setOf, typeName, typeOf } from './type.ts';
import { canConvert, replaceDynamic, unify } from './unify.ts';
import type { Type, Value } from './value.ts';

/** Why a value cannot have a type. `path` leads to the offending part, such as `[2].name`, and is empty for the value itself. */
export class ConversionError extends Error {
  readonly path: string;
  readonly reason: string;
  constructor(reason: string, path = '') {
    super(path === '' ? reason : `${path}: ${reason}`);
    this.name = 'ConversionError';
    this.path = path;
    this.reason = reason;
  }
}

/** The value as `type`; throws a ConversionError. Optional attributes that are missing become null. */
export function convert(value: Value, type: Type): Value {
  if (type.kind === 'dynamic' || value.kind === type.kind) {
    if (isPrimitive(type) || type.kind === 'dynamic') return value;
  }
  return convertAt(value, type, '');
}

/** As `convert`, with the refusal as a result. */
export function tryConvert(value: Value, type: Type): Value | ConversionError {
  try {
    return convert(value, type);
  } catch (error) {
    if (error instanceof ConversionError) return error;
    throw error;
  }
}

function convertAt(value: Value, type: Type, path: string): Value {
  if (type.kind === 'dynamic') return value;
  if (value.kind === 'null' || value.kind === 'unknown') {
    if (!sameType(value.type, type) && !canConvert(value.type, type, true)) throw new ConversionError(mismatch(value.type, type), path);
    return { ...value, type: replaceDynamic(value.type, type) };
  }
  const elements = manyElementsOf(value);
  if (elements === undefined) return withMarks(convertKnown(value, type, path), value.marks);
  const before = conversions.get(elements);
  const result = before?.type === type && before.kind === value.kind ? before.result : convertKnown(value, type, path);
  conversions.set(elements, { type, kind: value.kind, result });
  return withMarks(result, value.marks);
}

/** The last conversion of a large collection: thousands of instances may give the same one to the same argument. */
const conversions = new WeakMap<Elements, { type: Type; kind: Value['kind']; result: Value }>();

function convertKnown(value: Value, type: Type, path: string): Value {
  switch (type.kind) {
    case 'string':
    case 'number':
    case 'bool':
      return convertPrimitive(value, type.kind, path);
    case 'list':
    case 'set':
      if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') return convertSequence(value, type.kind, type.element, path);
      break;
    case 'map':
      if (value.kind === 'map' || value.kind === 'object') return convertEntries(value, type.element, path);
      break;
    case 'tuple':
      if (value.kind === 'tuple' && value.elements.length === type.elements.length) {
        return tupleValue(value.elements.map((element, index) => convertAt(element, type.elements[index] ?? DYNAMIC, `${path}[${index}]`)));
      }
      break;
    case 'object':
      if (value.kind === 'map' || value.kind === 'object') return convertToObject(value, type, path);
      break;
    case 'dynamic':
      return value;
  }
  throw new ConversionError(mismatch(typeOf(value), type), path);
}

function convertPrimitive(value: Value, wanted: 'string' | 'number' | 'bool', path: string): Value {
  if (value.kind === wanted) return value;
  if (wanted === 'string') {
    if (value.kind === 'number') return stringValue(formatDecimal(value.value));
    if (value.kind === 'bool') return stringValue(String(value.value));
  } else if (value.kind === 'string') {
    if (wanted === 'bool') return boolValue(parseBool(value.value, path));
    const number = parseDecimal(value.value);
    if (number !== undefined) return numberValue(number);
    throw new ConversionError('a number is required', path);
  }
  throw new ConversionError(mismatch(typeOf(value), { kind: wanted }), path);
}

function parseBool(text: string, path: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  const lower = text.toLowerCase();
  const hint = lower === 'true' || lower === 'false' ? `; to convert from string, use lowercase "${lower}"` : '';
  throw new ConversionError(`a bool is required${hint}`, path);
}

function convertSequence(value: Extract<Value, { elements: readonly Value[] }>, kind: 'list' | 'set', wanted: Type, path: string): Value {
  if (value.kind === kind && sameType(value.element, wanted)) return value;
  if (value.kind === 'set' && kind === 'list') {
    const unknown = value.elements.find((element) => element.kind === 'unknown');
    if (unknown?.kind === 'unknown') return unknownValue({ kind: 'list', element: value.element }, unknown.reason, deepMarks(value));
  }
  const make = kind === 'list' ? listValue : setValue;
  const [elements, element] = convertMembers(value.elements, wanted, value.kind === 'tuple' ? undefined : value.element, (index) => `${path}[${index}]`, path);
  const lost = elements.find((item) => item.kind === 'unknown' && item.type.kind === 'dynamic');
  if (element.kind === 'dynamic' && lost?.kind === 'unknown') return unknownValue(kind === 'set' ? setOf(DYNAMIC) : { kind: 'list', element: DYNAMIC }, lost.reason, deepMarks(value));
  return make(element, elements);
}

function convertEntries(value: Extract<Value, { entries: ReadonlyMap<string, Value> }>, element: Type, path: string): Value {
  if (value.kind === 'map' && sameType(value.element, element)) return value;
  const names = [...value.entries.keys()];
  const [members, type] = convertMembers([...value.entries.values()], element, value.kind === 'map' ? value.element : undefined, (index) => `${path}[${JSON.stringify(names[index])}]`, path);
  const lost = members.find((item) => item.kind === 'unknown' && item.type.kind === 'dynamic');
  if (type.kind === 'dynamic' && lost?.kind === 'unknown') return unknownValue({ kind: 'map', element: DYNAMIC }, lost.reason, deepMarks(value));
  return mapValue(type, new Map(names.map((name, index) => [name, members[index] as Value])));
}

/** All members as one type: the wanted one, or for `any` the one that they have in common. */
function convertMembers(members: readonly Value[], wanted: Type, known: Type | undefined, pathOf: (index: number) => string, path: string): [Value[], Type] {
  if (!hasDynamic(wanted)) return [members.map((member, index) => convertAt(member, wanted, pathOf(index))), replaceDynamic(DYNAMIC, wanted)];
  if (members.length === 0) return [[], replaceDynamic(known ?? DYNAMIC, wanted)];
  const converted = wanted.kind === 'dynamic' ? members : members.map((member, index) => convertAt(member, wanted, pathOf(index)));
  const type = unify(converted.map(typeOf), true);
  if (type?.kind === 'dynamic' && converted.some((member) => typeOf(member).kind !== 'dynamic')) {
    if (converted.some((member) => member.kind === 'unknown' && member.type.kind === 'dynamic')) return [[...converted], DYNAMIC];
    throw new ConversionError('all elements must have the same type', path);
  }
  if (type === undefined) throw new ConversionError('all elements must have the same type', path);
  return [converted.map((member, index) => convertAt(member, type, pathOf(index))), type];
}

function convertToObject(value: Extract<Value, { entries: ReadonlyMap<string, Value> }>, type: Extract<Type, { kind: 'object' }>, path: string): Value {
  const entries = new Map<string, Value>();
  const missing: string[] = [];
  for (const [name, wanted] of type.attributes) {
    const given = value.entries.get(name);
    if (given !== undefined) entries.set(name, convertAt(given, wanted, `${path}.${name}`));
    else if (type.optional.has(name)) entries.set(name, nullValue(replaceDynamic(DYNAMIC, wanted)));
    else missing.push(name);
  }
  if (missing.length === 0) return objectValue(entries);
  if (value.kind === 'map') throw new ConversionError(`map has no element for required attribute "${missing[0]}"`, path);
  throw new ConversionError(missingAttributes(missing), path);
}

function missingAttributes(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  if (quoted.length === 1) return `attribute ${quoted[0]} is required`;
  if (quoted.length === 2) return `attributes ${quoted.join(' and ')} are required`;
  return `attributes ${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)} are required`;
}

/** What is needed, in the words of Terraform's messages. */
export function mismatch(given: Type, wanted: Type): string {
  if (given.kind === 'object' && wanted.kind === 'object') {
    const missing = [...wanted.attributes.keys()].filter((name) => !given.attributes.has(name) && !wanted.optional.has(name));
    if (missing.length > 0) return missingAttributes(missing);
  }
  if (given.kind === 'tuple' && wanted.kind === 'tuple') return `tuple with ${wanted.elements.length} elements is required, but have ${given.elements.length}`;
  return `${typeName(wanted).replace('dynamic', 'any single type')} required, but have ${typeName(given)}`;
}
