/**
 * One walk over an object with its schema: defaults are put in, unknown fields taken out and named,
 * violations collected with their path and reason.
 *
 * Objects are never changed: what stays as it was is shared, so an unchanged subtree costs nothing and
 * a subtree that is the stored one (`trusted`) is not looked at again. Wording and reasons are those
 * of the Kubernetes API server, which clients parse.
 */
import type { FieldProblem, Schema } from '../../domain/kinds/definition.ts';

export interface Normalised<T> {
  value: T;
  /** Paths of fields that the schema does not know; they are no longer in `value`. */
  unknown: string[];
  problems: FieldProblem[];
}

interface Report {
  unknown: string[];
  problems: FieldProblem[];
}

const MAX_DEPTH = 64;
const MAX_PROBLEMS = 100;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const patterns = new Map<string, RegExp>();

export function normalise<T>(schema: Schema, value: T, trusted?: unknown): Normalised<T> {
  const report: Report = { unknown: [], problems: [] };
  const result = walk(schema, value, '', report, trusted, 0) as T;
  return { value: result, unknown: report.unknown, problems: report.problems };
}

function walk(schema: Schema, value: unknown, path: string, report: Report, trusted: unknown, depth: number): unknown {
  if (value === trusted && value !== undefined) return value;
  if (report.problems.length >= MAX_PROBLEMS) return value;
  if (depth > MAX_DEPTH) {
    report.problems.push({ field: path, reason: 'FieldValueInvalid', message: `Invalid value: nested deeper than ${MAX_DEPTH} levels` });
    return value;
  }
  if (value === null && schema.nullable === true) return value;
  if (!hasType(schema, value)) {
    if (schema.type !== undefined) report.problems.push(typeProblem(schema, value, path));
    return value;
  }
  if (Array.isArray(value)) return walkList(schema, value, path, report, trusted, depth);
  if (typeof value === 'object' && value !== null) return walkObject(schema, value as Record<string, unknown>, path, report, trusted, depth);
  checkScalar(schema, value, path, report);
  return value;
}

function walkObject(schema: Schema, value: Record<string, unknown>, path: string, report: Report, trusted: unknown, depth: number): unknown {
  const { properties, additionalProperties } = schema;
  const keep = schema['x-kubernetes-preserve-unknown-fields'] === true || (properties === undefined && additionalProperties === undefined);
  const before = typeof trusted === 'object' && trusted !== null ? (trusted as Record<string, unknown>) : undefined;
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (known === undefined) {
      if (keep) continue;
      report.unknown.push(join(path, key));
      copy ??= { ...value };
      delete copy[key];
      continue;
    }
    if (value[key] === null && known.default !== undefined && known.nullable !== true) {
      copy ??= { ...value };
      delete copy[key];
      continue;
    }
    const next = walk(known, value[key], join(path, key), report, before?.[key], depth + 1);
    if (next !== value[key]) {
      copy ??= { ...value };
      copy[key] = next;
    }
  }
  const completed = withDefaults(schema, copy ?? value, path, report, depth);
  for (const key of schema.required ?? []) {
    if (completed[key] === undefined) report.problems.push({ field: join(path, key), reason: 'FieldValueRequired', message: 'Required value' });
  }
  return completed;
}

function withDefaults(schema: Schema, value: Record<string, unknown>, path: string, report: Report, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const key of defaultedKeys(schema)) {
    if (value[key] !== undefined) continue;
    const property = schema.properties?.[key] as Schema;
    copy ??= { ...value };
    copy[key] = walk(property, structuredClone(property.default), join(path, key), report, undefined, depth + 1);
  }
  return copy ?? value;
}

const defaulted = new WeakMap<Schema, readonly string[]>();

function defaultedKeys(schema: Schema): readonly string[] {
  let keys = defaulted.get(schema);
  if (keys === undefined) {
    keys = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => (property.default === undefined ? [] : [key]));
    defaulted.set(schema, keys);
  }
  return keys;
}

function walkList(schema: Schema, value: unknown[], path: string, report: Report, trusted: unknown, depth: number): unknown {
  const problem = (message: string): void => void report.problems.push({ field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${message}` });
  if (schema.minItems !== undefined && value.length < schema.minItems) problem(`${path} in body should have at least ${schema.minItems} items`);
  if (schema.maxItems !== undefined && value.length > schema.maxItems) problem(`${path} in body should have at most ${schema.maxItems} items`);
  const { items } = schema;
  if (items === undefined) return value;
  const before = Array.isArray(trusted) ? trusted : [];
  const walked = value.map((item, index) => walk(items, item, `${path}[${index}]`, report, before[index], depth + 1));
  checkDuplicates(schema, walked, path, report);
  return walked.every((item, index) => item === value[index]) ? value : walked;
}

function checkDuplicates(schema: Schema, list: readonly unknown[], path: string, report: Report): void {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const identity = type === 'set' ? item : Object.fromEntries(keys.map((key) => [key, (item as Record<string, unknown> | null)?.[key]]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) report.problems.push({ field: `${path}[${index}]`, reason: 'FieldValueDuplicate', message: `Duplicate value: ${text}` });
    seen.add(text);
  });
}

function hasType(schema: Schema, value: unknown): boolean {
  if (value === undefined) return true;
  if (schema['x-kubernetes-int-or-string'] === true) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case undefined:
      return true;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number';
    default:
      return typeof value === schema.type;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function typeProblem(schema: Schema, value: unknown, path: string): FieldProblem {
  const actual = typeName(value);
  const hint = schema.type === 'string' && actual === 'boolean' ? ' (unquoted y, n, yes, no, on and off are booleans in YAML 1.1: put the value in quotes)' : '';
  return {
    field: path,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${actual}": ${path} in body must be of type ${schema.type ?? 'integer or string'}: "${actual}"${hint}`,
  };
}

function checkScalar(schema: Schema, value: unknown, path: string, report: Report): void {
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) {
    const supported = schema.enum.map((entry) => JSON.stringify(entry)).join(', ');
    report.problems.push({ field: path, reason: 'FieldValueNotSupported', message: `Unsupported value: ${shown(value)}: supported values: ${supported}` });
    return;
  }
  const problem = typeof value === 'string' ? textProblem(schema, value) : typeof value === 'number' ? numberProblem(schema, value) : undefined;
  if (problem !== undefined) report.problems.push({ field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${path} in body ${problem}` });
}

function textProblem(schema: Schema, value: string): string | undefined {
  if (schema.minLength !== undefined && value.length < schema.minLength) return `should be at least ${schema.minLength} chars long`;
  if (schema.maxLength !== undefined && value.length > schema.maxLength) return `should be at most ${schema.maxLength} chars long`;
  if (schema.pattern !== undefined && !compiled(schema.pattern).test(value)) return `should match '${schema.pattern}'`;
  if (schema.format === 'date-time' && (!DATE_TIME.test(value) || Number.isNaN(Date.parse(value)))) return 'must be of type date-time (RFC 3339)';
  if (schema.format === 'uri' && !URL.canParse(value)) return 'must be of type uri';
  return undefined;
}

function numberProblem(schema: Schema, value: number): string | undefined {
  if (schema.minimum !== undefined && value < schema.minimum) return `should be greater than or equal to ${schema.minimum}`;
  if (schema.maximum !== undefined && value > schema.maximum) return `should be less than or equal to ${schema.maximum}`;
  return undefined;
}

function compiled(pattern: string): RegExp {
  let expression = patterns.get(pattern);
  if (expression === undefined) patterns.set(pattern, (expression = new RegExp(pattern, 'u')));
  return expression;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
