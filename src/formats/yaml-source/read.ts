/**
 * YAML with the position of everything in it, for files that come from repositories.
 *
 * Reading blocks the program that reads, so hostile input is bounded before it costs anything: bytes, and the
 * reader's tokens, which are what its time goes by (65,536 bytes of `,` cost fifty times a text of that size);
 * number of documents, aliases (an alias bomb expands without end), depth. Duplicate keys are problems, not
 * last-one-wins; they are looked for here, because the parser compares every key with every other. Only the
 * core schema is known, so no tag constructs anything.
 */
import { isMap, isPair, isScalar, isSeq, Lexer, LineCounter, parseAllDocuments, visit, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import type { SourceProblem } from '../../domain/source-problem.ts';

const LARGEST_BYTES = 524_288;
/** Some 50 to 100 ms of a processor. */
const MOST_TOKENS = 30_000;
const MOST_DOCUMENTS = 500;
const MOST_ALIASES = 100;
/** Values after aliases are expanded. */
const MOST_VALUES = 50_000;
const MOST_PROBLEMS = 20;
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
  /** Largest size of this kind of file. */
  mostBytes?: number;
  /** Values after aliases are expanded, where a file is read that may be large. */
  mostValues?: number;
  /** What several texts may cost together; what is read is taken from it. */
  allowance?: { tokens: number };
}

/** For a descriptor and all that it includes. */
export function allowance(): { tokens: number } {
  return { tokens: MOST_TOKENS };
}

/** Reads every document of a file. Never throws on content. */
export function readYaml(text: string, file: string, options: ReadOptions = {}): SourceDocument[] {
  const whole = (message: string): SourceDocument[] => [{ value: undefined, problems: [{ file, line: 1, column: 1, path: '', message }], position: () => ({ line: 1, column: 1 }) }];
  const bytes = Buffer.byteLength(text);
  const mostBytes = options.mostBytes ?? LARGEST_BYTES;
  if (bytes > mostBytes) return whole(`the file has ${bytes} bytes; at most ${mostBytes} are read`);
  const costly = tooDeep(text) ?? tooManyTokens(text, options.allowance ?? allowance());
  if (costly !== undefined) return whole(costly);
  const lines = new LineCounter();
  try {
    const parsed = withoutStacks(() => parseAllDocuments(text.replace(/^\ufeff/, ''), { lineCounter: lines, merge: options.merge ?? false, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' }));
    const documents: Document[] = Array.isArray(parsed) ? parsed : [];
    if (documents.length > MOST_DOCUMENTS) return whole(`the file has more than ${MOST_DOCUMENTS} documents`);
    return documents.map((document) => convert(document, file, lines, options.mostValues ?? MOST_VALUES));
  } catch (error) {
    return whole(`not readable as YAML: ${error instanceof RangeError ? 'nested too deeply' : 'the reader gave up'}`);
  }
}

function tooManyTokens(text: string, left: { tokens: number }): string | undefined {
  const tokens = new Lexer().lex(text);
  while (left.tokens >= 0 && tokens.next().done !== true) left.tokens -= 1;
  return left.tokens < 0 ? `the file has too many parts to be read: at most ${MOST_TOKENS} words, marks and blanks, with all that it includes` : undefined;
}

/** The parser makes an Error of every fault: with a stack each, a small file of faults would take half a second. */
function withoutStacks<T>(parse: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return parse();
  } finally {
    Error.stackTraceLimit = limit;
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

function convert(document: Document, file: string, lines: LineCounter, mostValues: number): SourceDocument {
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const position: SourceDocument['position'] = (path, which = 'value') => at(locate(document, path, which));
  const faults = [...document.errors.slice(0, MOST_PROBLEMS).map((error) => ({ offset: error.pos[0], message: error.message.split('\n')[0] ?? '' })), ...repeatedKeys(document)].sort((one, other) => one.offset - other.offset);
  const problems = faults.slice(0, MOST_PROBLEMS).map(({ offset, message }): SourceProblem => ({ file, ...at(offset), path: '', message: `not valid YAML: ${message}` }));
  if (problems.length > 0) return { value: undefined, problems, position };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    if (depth(value, { values: mostValues }) > DEEPEST) throw new RangeError('deep');
    return { value: value ?? undefined, problems, position };
  } catch (error) {
    const message = error instanceof RangeError ? `nested deeper than ${DEEPEST} levels` : `too many aliases (more than ${MOST_ALIASES} expansions)`;
    return { value: undefined, problems: [{ file, ...at(document.range?.[0] ?? 0), path: '', message }], position };
  }
}

/** Throws when there are more values than `left`: every use of an alias counts anew. */
function depth(value: unknown, left: { values: number }, level = 0): number {
  if (typeof value !== 'object' || value === null || level > DEEPEST) return level;
  const inner = Object.values(value);
  left.values -= inner.length;
  if (left.values < 0) throw new Error('expands too far');
  return inner.reduce((most: number, one) => Math.max(most, depth(one, left, level + 1)), level + 1);
}

function repeatedKeys(document: Document): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) found.push({ offset: start(key) ?? 0, message: 'Map keys must be unique' });
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** Many problems may stand in one large map, so its keys are put in order once. */
const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  let index = indexes.get(map);
  if (index === undefined) {
    index = new Map(map.items.filter((item) => isPair(item)).map((item) => [String(isScalar(item.key) ? item.key.value : item.key), item]));
    indexes.set(map, index);
  }
  return index.get(key);
}

function locate(document: Document, path: Path, which: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? document.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = pairOf(node, String(part));
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
