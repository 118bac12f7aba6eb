/**
 * Reads a Score file (v1b1): the official schema decides, every problem says where it stands.
 *
 * The schema is the published file, unchanged. Ajv reports one fault of a `oneOf` several times over;
 * what is told to the person is the deepest and most specific of them, once.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import { printPath, readYaml, type Path, type SourceDocument } from '../yaml-source/read.ts';
import schema from './score-v1b1.schema.json' with { type: 'json' };

export interface ParsedScore {
  /** Present when there is no problem. */
  document?: ScoreDocument;
  problems: SourceProblem[];
  /** Where a value of the document stands; present with it. */
  position?: SourceDocument['position'];
}

let compiled: ValidateFunction | undefined;

/** Compiled on first use and kept: compiling costs more than validating a thousand files. */
function validator(): ValidateFunction {
  compiled ??= new Ajv2020({ allErrors: true, strict: false, verbose: true }).compile(schema);
  return compiled;
}

/** Parses one Score document. `file` is what problems are reported against. */
export function parseScore(text: string, file: string): ParsedScore {
  const documents = readYaml(text, file, { merge: true }).filter((document) => document.value !== undefined || document.problems.length > 0);
  const [document] = documents;
  if (document === undefined) return { problems: [{ file, line: 1, column: 1, path: '', message: 'the file is empty', hint: 'a Score file begins with apiVersion: score.dev/v1b1' }] };
  if (documents.length > 1) return { problems: [{ file, ...(documents[1] as SourceDocument).position([]), path: '', message: 'a Score file has one document, this one has several' }] };
  if (document.problems.length > 0) return { problems: document.problems };
  const faults = scoreFaults(document.value);
  const problems = faults.map((fault): SourceProblem => ({
    file, ...document.position(fault.path, fault.which), path: printPath(fault.path), message: fault.message, ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  }));
  return problems.length > 0 ? { problems } : { document: document.value as ScoreDocument, problems, position: document.position };
}

export interface ScoreFault {
  path: Path;
  which: 'key' | 'value';
  message: string;
  hint?: string;
}

/** Validates data that is already parsed (an object from the API). No fault: it is a ScoreDocument. */
export function scoreFaults(value: unknown): ScoreFault[] {
  const validate = validator();
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).filter((error) => !['oneOf', 'anyOf', 'allOf', 'if', 'propertyNames'].includes(error.keyword) || standsAlone(error, validate.errors ?? []));
  const faults = errors.filter((error) => !wrongAlternative(error)).map((error) => describe(error, value));
  const seen = new Set<string>();
  return (faults.length > 0 ? faults : (validate.errors ?? []).slice(0, 1).map((error) => describe(error, value))).filter((fault) => {
    const key = `${printPath(fault.path)} ${fault.message}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** A `oneOf` of a file's three content fields fails as a whole: none of its branches says anything useful. */
function standsAlone(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword === 'oneOf') return contentChoice(error) || !all.some((other) => other !== error && other.instancePath.startsWith(error.instancePath) && !wrongAlternative(other));
  return error.keyword === 'anyOf';
}

function contentChoice(error: ErrorObject): boolean {
  return error.schemaPath.includes('containerFile/oneOf');
}

/** Errors of the branch that the author did not choose: the array form of a map, one of three content fields, a probe kind. */
function wrongAlternative(error: ErrorObject): boolean {
  if (/(?:oneOf|anyOf)\/\d+\/required$/.test(error.schemaPath)) return true;
  const branch = /\/properties\/(?:files|volumes)\/oneOf\/([01])\/type$/.exec(error.schemaPath);
  if (branch === null) return false;
  return branch[1] === '0' ? !Array.isArray(error.data) : Array.isArray(error.data) || typeof error.data !== 'object';
}

function describe(error: ErrorObject, root: unknown): ScoreFault {
  const path = pointer(error.instancePath, root);
  const named = (key: string): Path => [...path, key];
  switch (error.keyword) {
    case 'required':
      return { path, which: 'key', message: `"${String(error.params['missingProperty'])}" is missing` };
    case 'additionalProperties':
      return unknownField(named(String(error.params['additionalProperty'])), error);
    case 'const':
    case 'enum':
      return { path, which: 'value', message: `${short(error.data)} is none of ${(error.params['allowedValues'] as unknown[] ?? []).map(String).join(', ')}` };
    case 'type':
      return { path, which: 'value', message: `must be ${article(String(error.params['type']))}, is ${typeName(error.data)}`, ...quoteHint(error) };
    case 'not':
      return { path: named('target'), which: 'key', message: '"target" may not stand in the map form: the key is the target' };
    case 'oneOf':
      return { path, which: 'key', message: contentChoice(error) ? 'needs exactly one of content, binaryContent and source' : 'must be a map (or, deprecated, a list)' };
    case 'anyOf':
      return { path, which: 'key', message: 'a probe needs httpGet or exec' };
    case 'minProperties':
      return { path, which: 'key', message: 'needs at least one entry' };
    default:
      return violation(error, path);
  }
}

function violation(error: ErrorObject, path: Path): ScoreFault {
  if (error.propertyName !== undefined) return { path: [...path, error.propertyName], which: 'key', message: `the name ${short(error.propertyName)} ${error.message ?? 'is not valid'}` };
  const version = path.length === 1 && path[0] === 'apiVersion';
  return { path, which: 'value', message: `${short(error.data)} ${error.message ?? 'is not valid'}`, ...(version ? { hint: 'write score.dev/v1b1' } : {}) };
}

function unknownField(path: Path, error: ErrorObject): ScoreFault {
  const known = Object.keys((error.parentSchema?.['properties'] as Record<string, unknown> | undefined) ?? {});
  const name = String(path.at(-1));
  const close = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase() || distance(candidate, name) <= 2);
  const hint = close !== undefined ? `did you mean "${close}"?` : known.length > 0 ? `known here: ${known.join(', ')}` : undefined;
  return { path, which: 'key', message: `"${name.slice(0, 80)}" is not a field of Score v1b1`, ...(hint === undefined ? {} : { hint }) };
}

function quoteHint(error: ErrorObject): { hint?: string } {
  return error.params['type'] === 'string' && (typeof error.data === 'number' || typeof error.data === 'boolean') ? { hint: `write "${String(error.data)}" in quotes` } : {};
}

/** A JSON pointer's parts; an index where the data is a list. */
function pointer(text: string, root: unknown): Path {
  let value = root;
  return text.split('/').slice(1).map((part) => {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const index = Array.isArray(value) ? Number(key) : key;
    value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[index] : undefined;
    return index;
  });
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : `the ${typeof value} ${short(value)}`;
}

/** Edit distance, for names of at most 40 characters. */
function distance(a: string, b: string): number {
  if (Math.max(a.length, b.length) > 40) return 40;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length] ?? 40;
}

/** A schema type in the words of YAML; the schema may allow several. */
function article(type: string): string {
  return type.split(',').map((one) => (one === 'object' ? 'a map' : one === 'array' ? 'a list' : one === 'integer' ? 'a whole number' : `a ${one}`)).join(' or ');
}
