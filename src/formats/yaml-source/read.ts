/**
 * YAML with the position of everything in it, for files that come from repositories.
 *
 * Hostile input is bounded before it costs anything: size, number of documents, aliases (an alias bomb
 * expands without end), depth. Duplicate keys are problems, not last-one-wins. Only the core schema is
 * known, so no tag constructs anything.
 */
import { isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { SourceProblem } from '../../domain/source-problem.ts';

export const LARGEST_BYTES = 1_048_576;
const MOST_DOCUMENTS = 500;
const MOST_ALIASES = 100;
const DEEPEST = 60;

export type Path = readonly (string | number)[];

export interface SourceDocument {
  /** Plain data; undefined for an empty document or one that could not be read. */
  value: unknown;
  problems: SourceProblem[];
  /** Position of the value at `path`, or of the nearest thing above it; `'key'` points at the key before the value. */
  position(path: Path, which?: 'key' | 'value'): { line: number; column: number };
}

export interface ReadOptions {
  /** `<<` merges maps, as YAML 1.1 readers do. */
  merge?: boolean;
}

/** Reads every document of a file. Never throws on content. */
export function readYaml(text: string, file: string, options: ReadOptions = {}): SourceDocument[] {
  const whole = (message: string): SourceDocument[] => [{ value: undefined, problems: [{ file, line: 1, column: 1, path: '', message }], position: () => ({ line: 1, column: 1 }) }];
  if (Buffer.byteLength(text) > LARGEST_BYTES) return whole(`the file is larger than ${LARGEST_BYTES} bytes`);
  const deep = tooDeep(text);
  if (deep !== undefined) return whole(deep);
  const lines = new LineCounter();
  try {
    const parsed = parseAllDocuments(text.replace(/^\ufeff/, ''), { lineCounter: lines, merge: options.merge ?? false, prettyErrors: false, logLevel: 'silent' });
    const documents: Document[] = Array.isArray(parsed) ? parsed : [];
    if (documents.length > MOST_DOCUMENTS) return whole(`the file has more than ${MOST_DOCUMENTS} documents`);
    return documents.map((document) => convert(document, file, lines));
  } catch (error) {
    return whole(`not readable as YAML: ${error instanceof RangeError ? 'nested too deeply' : 'the reader gave up'}`);
  }
}

/** The reader recurses; brackets and indentation bound how far it could. */
function tooDeep(text: string): string | undefined {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open = Math.max(0, open - 1);
    if (open > DEEPEST * 10) return `nested deeper than ${DEEPEST} levels`;
  }
  return /^(?:[ \t]*(?:[-?:][ \t]+)){200}/m.test(text) ? `nested deeper than ${DEEPEST} levels` : undefined;
}

function convert(document: Document, file: string, lines: LineCounter): SourceDocument {
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const position: SourceDocument['position'] = (path, which = 'value') => at(locate(document, path, which));
  const problems = document.errors.map((error): SourceProblem => ({ file, ...at(error.pos[0]), path: '', message: `not valid YAML: ${error.message.split('\n')[0] ?? ''}` }));
  if (problems.length > 0) return { value: undefined, problems, position };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    if (depth(value) > DEEPEST) throw new RangeError('deep');
    return { value: value ?? undefined, problems, position };
  } catch (error) {
    const message = error instanceof RangeError ? `nested deeper than ${DEEPEST} levels` : `too many aliases (more than ${MOST_ALIASES} expansions)`;
    return { value: undefined, problems: [{ file, ...at(document.range?.[0] ?? 0), path: '', message }], position };
  }
}

function depth(value: unknown, level = 0): number {
  if (typeof value !== 'object' || value === null || level > DEEPEST) return level;
  return Object.values(value).reduce((most: number, inner) => Math.max(most, depth(inner, level + 1)), level + 1);
}

function locate(document: Document, path: Path, which: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? document.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && String(isScalar(item.key) ? item.key.value : item.key) === String(part));
      if (pair === undefined) return offset;
      offset = (last && which === 'key' ? start(pair.key) : (start(pair.value) ?? start(pair.key))) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = start(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0] ?? undefined;
}

/** `containers.web.files["/a.txt"].mode`: the path as people read it. */
export function printPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
