/**
 * Reads a catalog descriptor (`catalog-info.yaml`): any number of entities, each fault with its place.
 *
 * `$text`, `$json` and `$yaml` stand for other files of the same repository. They are resolved from the
 * files given; what is not there yet is reported as `missing`, so that the caller reads it and parses again.
 * Addresses elsewhere are refused: a descriptor does not make the platform fetch. One file may be included at
 * many places, so what is included is bounded by what it comes to, not by what it is.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import { allowance, printPath, readYaml, type SourceDocument } from '../yaml-source/read.ts';
import type { Entity } from './kinds.ts';
import { entityFaults, isRecord } from './validate.ts';

export interface ParsedEntities {
  /** Those without a fault, in the order of the file. */
  entities: { entity: Entity; line: number }[];
  problems: SourceProblem[];
  /** Repository paths that substitutions name and `files` lacks. */
  missing: string[];
}

/** Parses a descriptor at `file` (path in the repository); `files` holds what substitutions may name. */
export function parseEntities(text: string, file: string, files: ReadonlyMap<string, string> = new Map()): ParsedEntities {
  const result: ParsedEntities = { entities: [], problems: [], missing: [] };
  const budget: Budget = { includedBytes: MOST_INCLUDED_BYTES, allowance: allowance() };
  for (const document of readYaml(text, file, budget)) {
    result.problems.push(...document.problems);
    if (document.value === undefined) continue;
    const substitution = new Substitution(file, files, document, budget);
    const value = substitution.resolve(document.value, []);
    result.missing.push(...substitution.missing);
    result.problems.push(...substitution.problems);
    if (substitution.missing.length > 0 || substitution.problems.length > 0) continue;
    const faults = entityFaults(value);
    result.problems.push(...faults.map((fault) => problemAt(document, file, fault.path, fault.which, fault.message, fault.hint)));
    if (faults.length === 0) result.entities.push({ entity: value as Entity, line: document.position([]).line });
  }
  return result;
}

function problemAt(document: SourceDocument, file: string, path: (string | number)[], which: 'key' | 'value', message: string, hint?: string): SourceProblem {
  return { file, ...document.position(path, which), path: printPath(path), message, ...(hint === undefined ? {} : { hint }) };
}

const DIRECTIVES = ['$text', '$json', '$yaml'];
const MOST_INCLUDED_BYTES = 1_048_576;

/** What is left for a descriptor and all that it includes. */
interface Budget {
  includedBytes: number;
  allowance: { tokens: number };
}

class Substitution {
  readonly missing: string[] = [];
  readonly problems: SourceProblem[] = [];
  private readonly file: string;
  private readonly files: ReadonlyMap<string, string>;
  private readonly document: SourceDocument;
  private readonly budget: Budget;

  constructor(file: string, files: ReadonlyMap<string, string>, document: SourceDocument, budget: Budget) {
    this.budget = budget;
    this.file = file;
    this.files = files;
    this.document = document;
  }

  resolve(value: unknown, path: (string | number)[]): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, [...path, index]));
    if (!isRecord(value)) return value;
    const [directive, ...others] = Object.keys(value).filter((key) => key.startsWith('$'));
    const target = directive === undefined ? undefined : value[directive];
    if (directive !== undefined && others.length === 0 && DIRECTIVES.includes(directive) && typeof target === 'string') return this.include(directive, target, path);
    // defineProperty semantics: a key `__proto__` stays data.
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.resolve(inner, [...path, key])]));
  }

  private include(directive: string, target: string, path: (string | number)[]): unknown {
    const place = [...path, directive];
    const resolved = resolvePath(this.file, target);
    if (resolved === undefined) return this.refuse(place, `${directive} may name a file of this repository only, not "${target.slice(0, 100)}"`);
    const content = this.files.get(resolved);
    if (content === undefined) {
      this.missing.push(resolved);
      return undefined;
    }
    this.budget.includedBytes -= Buffer.byteLength(content);
    if (this.budget.includedBytes < 0) return this.refuse(place, `what the file includes comes to more than ${MOST_INCLUDED_BYTES} bytes`);
    if (directive === '$text') return content;
    if (directive === '$json') {
      try {
        return JSON.parse(content) as unknown;
      } catch {
        return this.refuse(place, `${resolved} is not valid JSON`);
      }
    }
    const [first, ...rest] = readYaml(content, resolved, this.budget);
    const fault = first?.problems[0]?.message ?? (rest.length > 0 ? 'has more than one document' : undefined);
    return fault === undefined ? first?.value : this.refuse(place, `${resolved}: ${fault}`);
  }

  private refuse(path: (string | number)[], message: string): undefined {
    this.problems.push(problemAt(this.document, this.file, path, 'value', message));
    return undefined;
  }
}

/** A path relative to the descriptor, inside the repository; undefined for URLs, absolute paths and ways out. */
export function resolvePath(file: string, target: string): string | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(target) || target.startsWith('/') || /[\0\\]/.test(target)) return undefined;
  const parts = file.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join('/');
}
