/**
 * Checks a YAML document against a schema, every fault with its path, line and column.
 *
 * The schema is the same small subset that object kinds use. Unknown names are faults: a misspelt field that
 * is silently ignored is a setting that never held.
 */
import type { Schema } from '../../domain/kinds/definition.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import { printPath, type Path, type SourceDocument } from '../yaml-source/read.ts';

const MOST_PROBLEMS = 50;

export class Checker {
  readonly problems: SourceProblem[] = [];
  readonly #document: SourceDocument;
  readonly #file: string;
  readonly #keys: Record<string, { pattern: RegExp; what: string }>;

  constructor(document: SourceDocument, file: string, keys: Record<string, { pattern: RegExp; what: string }>) {
    this.#document = document;
    this.#file = file;
    this.#keys = keys;
  }

  report(path: Path, message: string, options: { hint?: string; which?: 'key' | 'value' } = {}): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    const place = this.#document.position(path, options.which ?? 'value');
    this.problems.push({ file: this.#file, ...place, path: printPath(path), message, ...(options.hint === undefined ? {} : { hint: options.hint }) });
  }

  check(value: unknown, schema: Schema, path: Path): void {
    if (schema.type === undefined) return;
    const actual = typeOf(value);
    if (actual !== schema.type && !(actual === 'integer' && schema.type === 'number')) {
      return this.report(path, `must be ${WORDS[schema.type]}, is ${actual === 'null' ? 'empty' : WORDS[actual]}`, quoteHint(schema, value));
    }
    if (schema.type === 'object') this.#record(value as Record<string, unknown>, schema, path);
    else if (schema.type === 'array') this.#list(value as unknown[], schema, path);
    else this.#scalar(value as string | number | boolean, schema, path);
  }

  #record(value: Record<string, unknown>, schema: Schema, path: Path): void {
    const known = schema.properties ?? {};
    for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) this.report(path, `"${name}" is missing`, { which: 'key' });
    const rule = this.#keys[path.map((part) => (typeof part === 'number' ? '*' : part)).join('.')] ?? this.#keys[generic(path)];
    for (const [name, inner] of Object.entries(value)) {
      const property = Object.hasOwn(known, name) ? known[name] : schema.additionalProperties;
      const place = [...path, name];
      if (property === undefined) this.report(place, `"${name.slice(0, 80)}" is not known here`, { which: 'key', ...didYouMean(name, Object.keys(known)) });
      else if (schema.additionalProperties !== undefined && rule !== undefined && !rule.pattern.test(name)) this.report(place, `"${name.slice(0, 80)}" is not the name of ${rule.what}`, { which: 'key' });
      else this.check(inner, property, place);
    }
  }

  #list(value: unknown[], schema: Schema, path: Path): void {
    if (value.length < (schema.minItems ?? 0)) this.report(path, `needs at least ${schema.minItems} entr${schema.minItems === 1 ? 'y' : 'ies'}`);
    if (value.length > (schema.maxItems ?? Infinity)) return this.report(path, `has ${value.length} entries; at most ${schema.maxItems} are allowed`);
    const { items } = schema;
    if (items !== undefined) value.forEach((item, index) => this.check(item, items, [...path, index]));
  }

  #scalar(value: string | number | boolean, schema: Schema, path: Path): void {
    const shown = JSON.stringify(value).slice(0, 100);
    if (schema.enum !== undefined && !schema.enum.includes(value as string)) this.report(path, `${shown} is not one of ${schema.enum.join(', ')}`, didYouMean(String(value), schema.enum.map(String)));
    if (typeof value === 'number') {
      if (value < (schema.minimum ?? -Infinity)) this.report(path, `${shown} is less than ${schema.minimum}`);
      if (value > (schema.maximum ?? Infinity)) this.report(path, `${shown} is more than ${schema.maximum}`);
    }
    if (typeof value !== 'string') return;
    if (value.length < (schema.minLength ?? 0)) this.report(path, 'must not be empty');
    else if (value.length > (schema.maxLength ?? 10_000)) this.report(path, `is longer than ${schema.maxLength ?? 10_000} characters`);
    else if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) this.report(path, `${shown} is not of the right form: ${schema.description ?? schema.pattern}`);
  }
}

const WORDS: Record<string, string> = { object: 'a map', array: 'a list', string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false' };

function typeOf(value: unknown): NonNullable<Schema['type']> | 'null' {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

function quoteHint(schema: Schema, value: unknown): { hint?: string } {
  return schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean') ? { hint: `write "${String(value)}" in quotes` } : {};
}

/** `environments.prod.variables` -> `environments.*.variables`, the form of the key rules. */
function generic(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' || index % 2 === 1 ? '*' : part)).join('.');
}

/** The known name that is one slip away, or the list of known names. */
export function didYouMean(name: string, known: readonly string[]): { hint?: string } {
  const near = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase()) ?? known.find((candidate) => distance(candidate, name) <= Math.min(2, Math.floor(candidate.length / 3)));
  if (near !== undefined) return { hint: `did you mean "${near}"?` };
  return known.length === 0 ? {} : { hint: `known: ${known.join(', ')}` };
}

/** Edit distance with neighbours swapped (optimal string alignment); names over 40 characters are far from everything. */
function distance(a: string, b: string): number {
  if (a.length > 40 || b.length > 40) return 40;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 40;
}
