/**
 * Values of the language as attributes of the model, and their origins as references.
 *
 * Sensitive and ephemeral values go in behind `SensitiveAttribute`. A secret inside of a collection hides only
 * itself; where it came up to the whole, the whole is hidden.
 */
import type { ConfigurationFile, Written } from '../terraform/configuration/declarations.ts';
import { writtenReferences } from '../terraform/configuration/written-references.ts';
import { decimalToBigInt, decimalToNumber, isInteger } from '../terraform/value/decimal.ts';
import type { Decimal } from '../terraform/value/decimal.ts';
import { deepMarks, manyElementsOf } from '../terraform/value/marks.ts';
import type { Elements } from '../terraform/value/marks.ts';
import type { UnknownReason, Value } from '../terraform/value/value.ts';
import type { AttributeValue, ModelLocation, ModelReference } from './model.ts';
import { SensitiveAttribute, UnknownAttribute } from './model.ts';

/** What a reason of the evaluator is called in the model; the same for all values of a kind, so that they can be counted. */
const REASONS: Record<UnknownReason['kind'], string> = {
  computed: 'known only after apply',
  'data-source': 'read by a data source',
  'opaque-module': 'comes from a module whose code is not here',
  'no-value': 'a variable has no value',
  cycle: 'depends on itself',
  unsupported: 'not evaluated',
  failed: 'could not be evaluated',
  'outside-module': 'lies outside of the module',
  time: 'depends on the time',
};

export function reasonText(reason: UnknownReason): string {
  return REASONS[reason.kind];
}

/** A large collection that thousands of instances are given is one in the model, too. */
const largeValues = new WeakMap<Elements, { location: ModelLocation | undefined; made: AttributeValue }>();

export function attributeValue(value: Value, location?: ModelLocation): AttributeValue {
  const plain = plainOf(value, location);
  return value.marks?.sensitive === true || value.marks?.ephemeral === true ? new SensitiveAttribute(plain) : plain;
}

function plainOf(value: Value, location: ModelLocation | undefined): AttributeValue {
  const elements = manyElementsOf(value);
  if (elements === undefined) return plainValue(value, location);
  const known = largeValues.get(elements);
  if (known !== undefined && known.location === location) return known.made;
  const made = plainValue(value, location);
  largeValues.set(elements, { location, made });
  return made;
}

function plainValue(value: Value, location: ModelLocation | undefined): AttributeValue {
  switch (value.kind) {
    case 'string':
    case 'bool':
      return value.value;
    case 'number':
      return numberOf(value.value);
    case 'null':
      return null;
    case 'list':
    case 'set':
    case 'tuple':
      return value.elements.map((element) => attributeValue(element, location));
    case 'map':
    case 'object':
      return recordOf([...value.entries].map(([name, entry]) => [name, attributeValue(entry, location)]));
    case 'unknown':
      return new UnknownAttribute(reasonText(value.reason), (value.marks?.origins ?? []).filter((origin) => origin.address !== ''), location, value.document === undefined ? undefined : attributeValue(value.document, location));
  }
}

/** A record of entries, whatever they are called (`__proto__` too). */
export function recordOf(entries: readonly (readonly [string, AttributeValue])[]): { [name: string]: AttributeValue } {
  const record: { [name: string]: AttributeValue } = {};
  for (const [name, value] of entries) {
    if (name === '__proto__') Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
    else record[name] = value;
  }
  return record;
}

function numberOf(decimal: Decimal): number | bigint {
  if (decimal.safe !== undefined) return decimal.safe;
  return (isInteger(decimal) ? decimalToBigInt(decimal) : undefined) ?? decimalToNumber(decimal);
}

/** The first reason why something in a value is not known. */
export function unknownIn(value: Value): UnknownReason | undefined {
  if (value.kind === 'unknown') return value.reason;
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') return firstOf(value.elements);
  return value.kind === 'map' || value.kind === 'object' ? firstOf(value.entries.values()) : undefined;
}

function firstOf(values: Iterable<Value>): UnknownReason | undefined {
  for (const value of values) {
    const reason = unknownIn(value);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/**
 * The references in a value. Where its origins were lost with a failed evaluation, the references that are
 * written in the expression stand in: `declared` turns them into addresses.
 */
export function referencesOf(value: Value, attribute: string, self: string, written: Written | undefined, declared: (steps: readonly string[]) => string | undefined): ModelReference[] {
  const origins = deepMarks(value)?.origins ?? [];
  const references = origins
    .filter((origin) => origin.address !== '' && origin.address !== self)
    .map((origin): ModelReference => ({ attribute, target: origin.address, targetAttribute: origin.attribute, via: 'expression' }));
  if (references.length > 0 || written === undefined || unknownIn(value) === undefined) return references;
  return writtenReferences(written).flatMap((steps) => {
    const target = declared(steps);
    return target === undefined || target === self ? [] : [{ attribute, target, targetAttribute: '', via: 'expression' as const }];
  });
}

const LONGEST_FILE = 2 ** 26;
const places = new WeakMap<ConfigurationFile, Map<number, ModelLocation>>();

/** Place of a span; the same object for the same syntax, since many instances share it. */
export function locationOf(file: ConfigurationFile, span: { start: number; end: number }, withEnd = false): ModelLocation {
  let ofFile = places.get(file);
  if (ofFile === undefined) {
    ofFile = new Map();
    places.set(file, ofFile);
  }
  const key = withEnd ? -(span.end * LONGEST_FILE + span.start) - 1 : span.start;
  const known = ofFile.get(key);
  if (known !== undefined) return known;
  const { line, column } = file.locate(span.start);
  const location = { file: file.path, line, column, ...(withEnd ? { endLine: file.locate(Math.max(span.start, span.end - 1)).line } : {}) };
  ofFile.set(key, location);
  return location;
}
