/**
 * Reads type constraints: `string`, `list(...)`, `object({ a = optional(string, "x") })`, `any`, and the
 * quoted `"string"`, `"list"` and `"map"` of Terraform 0.11. Defaults of optional attributes come apart
 * from the type, because they are applied before a value is converted, and to every element of a collection.
 */
import type { Expression, FunctionCall, ObjectConstructor, Span } from '../../../formats/hcl/syntax-tree.ts';
import { ConversionError, tryConvert } from '../value/convert.ts';
import { applyDefaults, type Defaults } from '../value/defaults.ts';
import { BOOL, DYNAMIC, NUMBER, STRING, listOf, mapOf, objectOf, setOf, tupleOf } from '../value/type.ts';
import type { Type, Value } from '../value/value.ts';
import { evaluate } from './evaluate.ts';
import type { EvaluationProblem } from './scope.ts';
import { didYouMean } from './suggestion.ts';

/** A type with the defaults of its optional attributes; `problems` say what could not be read, and what is `any` because of it. */
export interface TypeConstraint {
  type: Type;
  defaults: Defaults | undefined;
  problems: EvaluationProblem[];
}

const PRIMITIVES: Record<string, Type> = { string: STRING, number: NUMBER, bool: BOOL, any: DYNAMIC };
const CONSTRUCTORS = ['list', 'set', 'map', 'tuple', 'object', 'optional'];
const QUOTED: Record<string, Type> = { string: STRING, list: listOf(DYNAMIC), map: mapOf(DYNAMIC) };
const MAX_NESTING = 100;

/** Reads the type constraint of a variable. */
export function parseTypeConstraint(expression: Expression): TypeConstraint {
  const problems: EvaluationProblem[] = [];
  const read = readType(expression, problems, 0);
  return { type: read.type, defaults: read.defaults, problems };
}

/** The value as the constraint wants it: defaults filled in, then converted; throws a ConversionError. */
export function applyTypeConstraint(value: Value, constraint: Pick<TypeConstraint, 'type' | 'defaults'>): Value {
  const filled = constraint.defaults === undefined ? value : applyDefaults(value, constraint.defaults);
  const converted = tryConvert(filled, constraint.type);
  if (converted instanceof ConversionError) throw converted;
  return converted;
}

interface Read {
  type: Type;
  defaults: Defaults | undefined;
}

const ANY: Read = { type: DYNAMIC, defaults: undefined };

function refuse(problems: EvaluationProblem[], span: Span, detail: string): Read {
  problems.push({ severity: 'error', summary: 'Invalid type specification', detail, span: { start: span.start, end: span.end } });
  return ANY;
}

function readType(expression: Expression, problems: EvaluationProblem[], depth: number): Read {
  if (depth > MAX_NESTING) return refuse(problems, expression, `Types nested more than ${MAX_NESTING} levels deep are not read.`);
  if (expression.kind === 'parentheses') return readType(expression.inner, problems, depth + 1);
  if (expression.kind === 'variable') {
    const primitive = Object.hasOwn(PRIMITIVES, expression.name) ? PRIMITIVES[expression.name] : undefined;
    if (primitive !== undefined) return { type: primitive, defaults: undefined };
    // Terraform 0.12 and later read a bare `list` or `map` as a collection of anything.
    if (expression.name === 'list' || expression.name === 'map' || expression.name === 'set') return { type: { kind: expression.name, element: DYNAMIC }, defaults: undefined };
    if (CONSTRUCTORS.includes(expression.name)) return refuse(problems, expression, `The ${expression.name} type constructor requires an argument, such as ${expression.name === 'tuple' ? 'tuple([string])' : 'object({ name = string })'}.`);
    return refuse(problems, expression, `The keyword "${expression.name}" is not a valid type specification.${didYouMean(expression.name, [...Object.keys(PRIMITIVES), ...CONSTRUCTORS])}`);
  }
  if (expression.kind === 'template') {
    const [part] = expression.parts;
    const text = part?.kind === 'text' && expression.parts.length === 1 ? part.value : '';
    const quoted = Object.hasOwn(QUOTED, text) ? QUOTED[text] : undefined;
    return quoted === undefined ? refuse(problems, expression, 'A type specification is either a primitive type keyword (bool, number, string), a collection, or a structural type.') : { type: quoted, defaults: undefined };
  }
  if (expression.kind === 'call') return readConstructor(expression, problems, depth);
  return refuse(problems, expression, 'A type specification is either a primitive type keyword (bool, number, string) or a type constructor call, like list(string).');
}

function readConstructor(call: FunctionCall, problems: EvaluationProblem[], depth: number): Read {
  const [argument] = call.arguments;
  if (call.name === 'optional') return refuse(problems, call, 'The optional modifier is allowed only for attributes of an object type.');
  if (!CONSTRUCTORS.includes(call.name)) return refuse(problems, call, `The keyword "${call.name}" is not a valid type constructor.${didYouMean(call.name, CONSTRUCTORS)}`);
  if (argument === undefined || call.arguments.length > 1) return refuse(problems, call, `The ${call.name} type constructor requires exactly one argument.`);
  switch (call.name) {
    case 'list':
    case 'set':
    case 'map': {
      const inner = readType(argument, problems, depth + 1);
      const type = call.name === 'list' ? listOf(inner.type) : call.name === 'set' ? setOf(inner.type) : mapOf(inner.type);
      return { type, defaults: inner.defaults === undefined ? undefined : { type, values: new Map(), children: new Map([['', inner.defaults]]) } };
    }
    case 'tuple': {
      if (argument.kind !== 'tuple') return refuse(problems, argument, 'The tuple type constructor requires a list of types, such as tuple([string, number]).');
      const inner = argument.elements.map((element) => readType(element, problems, depth + 1));
      const type = tupleOf(inner.map((read) => read.type));
      const children = new Map(inner.flatMap((read, index) => (read.defaults === undefined ? [] : [[String(index), read.defaults] as const])));
      return { type, defaults: children.size === 0 ? undefined : { type, values: new Map(), children } };
    }
    default:
      if (argument.kind !== 'object') return refuse(problems, argument, 'The object type constructor requires a map of attribute names and types, such as object({ name = string }).');
      return readObject(argument, problems, depth);
  }
}

function attributeName(item: ObjectConstructor['items'][number]): string | undefined {
  if (item.key.kind === 'variable') return item.key.name;
  const [part] = item.key.kind === 'template' ? item.key.parts : [];
  return part?.kind === 'text' ? part.value : undefined;
}

function readObject(object: ObjectConstructor, problems: EvaluationProblem[], depth: number): Read {
  const attributes = new Map<string, Type>();
  const optional = new Set<string>();
  const values = new Map<string, Value>();
  const children = new Map<string, Defaults>();
  for (const item of object.items) {
    const name = attributeName(item);
    if (name === undefined) {
      refuse(problems, item.key, 'Object constructor map keys must be attribute names.');
      continue;
    }
    const isOptional = item.value.kind === 'call' && item.value.name === 'optional';
    const [inner, fallback] = isOptional && item.value.kind === 'call' ? item.value.arguments : [item.value];
    if (inner === undefined || (isOptional && item.value.kind === 'call' && item.value.arguments.length > 2)) {
      refuse(problems, item.value, 'The optional modifier takes the attribute type and, if wanted, its default.');
      continue;
    }
    const read = readType(inner, problems, depth + 1);
    attributes.set(name, read.type);
    if (isOptional) optional.add(name);
    if (read.defaults !== undefined) children.set(name, read.defaults);
    if (fallback !== undefined) {
      const value = readDefault(fallback, read, problems);
      if (value !== undefined) values.set(name, value);
    }
  }
  const type = objectOf(attributes, optional);
  return { type, defaults: values.size + children.size === 0 ? undefined : { type, values, children } };
}

/** A default must be a constant; it is converted as a given value would be. */
function readDefault(expression: Expression, read: Read, problems: EvaluationProblem[]): Value | undefined {
  const result = evaluate(expression, { resolve: () => undefined });
  if (result.problems.length > 0) {
    problems.push(...result.problems);
    return undefined;
  }
  const filled = read.defaults === undefined ? result.value : applyDefaults(result.value, read.defaults);
  const converted = tryConvert(filled, read.type);
  if (!(converted instanceof ConversionError)) return converted;
  refuse(problems, expression, `This default value is not compatible with the attribute's type constraint: ${converted.message}.`);
  return undefined;
}
