/**
 * JSON as Terraform writes and reads it: keys in order, `<`, `>` and `&` escaped as Go does, numbers with
 * all their digits both ways.
 */
import { NULL, boolValue, numberValue, objectValue, stringValue, tupleValue } from '../value/construct.ts';
import { formatDecimal, parseDecimal } from '../value/decimal.ts';
import type { Value } from '../value/value.ts';
import { FunctionError, boundedText } from './definition.ts';

const MAX_DEPTH = 1000;
const ESCAPED = /[<>&\u2028\u2029]/g;

/** Text in quotes, with Go's escapes. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A known value as JSON on one line. */
export function toJson(value: Value): string {
  const pieces: string[] = [];
  write(value, pieces, { length: 0 });
  return pieces.join('');
}

function write(value: Value, pieces: string[], size: { length: number }): void {
  const put = (text: string): void => {
    size.length += text.length;
    boundedText(size.length);
    pieces.push(text);
  };
  switch (value.kind) {
    case 'string':
      return put(jsonString(value.value));
    case 'number': {
      if (value.value.safe === Infinity || value.value.safe === -Infinity) throw new FunctionError("can't represent infinity in JSON");
      return put(formatDecimal(value.value));
    }
    case 'bool':
      return put(String(value.value));
    case 'null':
      return put('null');
    case 'unknown':
      throw new FunctionError('value is not known');
    case 'list':
    case 'set':
    case 'tuple':
      put('[');
      for (const [index, element] of value.elements.entries()) {
        if (index > 0) put(',');
        write(element, pieces, size);
      }
      return put(']');
    case 'map':
    case 'object': {
      put('{');
      let first = true;
      for (const [name, entry] of value.entries) {
        put(`${first ? '' : ','}${jsonString(name)}:`);
        first = false;
        write(entry, pieces, size);
      }
      return put('}');
    }
  }
}

/** A number of a JSON text with all its digits. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Reads JSON: arrays become tuples, objects objects. Throws a FunctionError. */
export function fromJson(text: string): Value {
  let data: unknown;
  try {
    // The third argument of revivers is not in the library types yet: it has the source text of primitives.
    const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown => (typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value);
    data = JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw new FunctionError(`invalid JSON: ${error instanceof SyntaxError ? error.message : 'nested too deeply'}`, 0);
  }
  return valueOf(data, 0);
}

function valueOf(data: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) throw new FunctionError(`JSON nested more than ${MAX_DEPTH} levels deep is not read`, 0);
  if (data === null || data === undefined) return NULL;
  if (typeof data === 'string') return stringValue(data.toWellFormed());
  if (typeof data === 'boolean') return boolValue(data);
  if (data instanceof NumberText) {
    const number = parseDecimal(data.text);
    if (number === undefined) throw new FunctionError('a number has more digits or a larger exponent than is read', 0);
    return numberValue(number);
  }
  if (Array.isArray(data)) return tupleValue(data.map((item) => valueOf(item, depth + 1)));
  return objectValue(new Map(Object.entries(data).map(([name, entry]) => [name.toWellFormed().normalize('NFC'), valueOf(entry, depth + 1)])));
}
