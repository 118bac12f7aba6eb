/**
 * YAML as Terraform writes and reads it. Reading takes the structure from the `yaml` library and decides
 * what plain scalars mean itself, because Terraform's rules are neither YAML 1.1 nor 1.2: `yes` is true,
 * `0o7` is a number, `2001-01-01` a timestamp. Writing is Terraform's emitter: quoted texts, block style.
 */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Document, type ParsedNode } from 'yaml';
import { FALSE, NULL, TRUE, numberValue, objectValue, stringValue, tupleValue } from '../value/construct.ts';
import { NEGATIVE_INFINITY, POSITIVE_INFINITY, decimalFromBigInt, formatDecimal, parseDecimal } from '../value/decimal.ts';
import type { Value } from '../value/value.ts';
import { convert } from '../value/convert.ts';
import { STRING } from '../value/type.ts';
import { FunctionError, boundedCount, boundedText } from './definition.ts';

const MAX_DEPTH = 200;
const MAX_SOURCE = 4 * 1024 * 1024;

const WORDS = new Map<string, Value>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, TRUE] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, FALSE] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, NULL] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, numberValue(POSITIVE_INFINITY)] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, numberValue(NEGATIVE_INFINITY)] as const),
]);
const NUMBER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/;
const TIMESTAMP = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(Z|[+-]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?))?$/;

class YamlReader {
  readonly #document: Document.Parsed;
  #count = 0;

  constructor(document: Document.Parsed) {
    this.#document = document;
  }

  read(node: ParsedNode | null | undefined, depth: number): Value {
    boundedCount((this.#count += 1));
    if (depth > MAX_DEPTH) throw new FunctionError(`YAML nested more than ${MAX_DEPTH} levels deep is not read`, 0);
    if (node === null || node === undefined) return NULL;
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) throw new FunctionError(`undefined alias ${JSON.stringify(node.source)}`, 0);
      return this.read(target as ParsedNode, depth + 1);
    }
    if (isScalar(node)) return scalar(typeof node.source === 'string' ? node.source : String(node.value ?? ''), node.type === 'PLAIN' || node.type === undefined, node.tag);
    if (isSeq(node)) return tupleValue(node.items.map((item) => this.read(item as ParsedNode, depth + 1)));
    if (isMap(node)) return this.#mapping(node.items as { key: ParsedNode; value: ParsedNode | null }[], depth);
    throw new FunctionError('unsupported YAML node', 0);
  }

  #mapping(items: readonly { key: ParsedNode; value: ParsedNode | null }[], depth: number): Value {
    const entries = new Map<string, Value>();
    const merged = new Map<string, Value>();
    for (const { key, value } of items) {
      if (isScalar(key) && key.type === 'PLAIN' && key.source === '<<') {
        this.#merge(this.read(value, depth + 1), merged);
        continue;
      }
      const name = this.read(key, depth + 1);
      if (name.kind === 'null' || name.kind === 'object' || name.kind === 'tuple') throw new FunctionError('only scalar mapping keys are supported', 0);
      const text = convert(name, STRING);
      entries.set(text.kind === 'string' ? text.value : '', this.read(value, depth + 1));
    }
    for (const [name, value] of merged) if (!entries.has(name)) entries.set(name, value);
    return objectValue(entries);
  }

  #merge(value: Value, into: Map<string, Value>): void {
    const sources = value.kind === 'tuple' ? value.elements : [value];
    for (const source of sources) {
      if (source.kind !== 'object') throw new FunctionError('cannot merge a value that is no mapping', 0);
      for (const [name, entry] of source.entries) if (!into.has(name)) into.set(name, entry);
    }
  }
}

function scalar(source: string, plain: boolean, tag: string | undefined): Value {
  const short = tag?.replace('tag:yaml.org,2002:', '!!');
  if (short !== undefined && short !== '!' && !['!!str', '!!bool', '!!int', '!!float', '!!null', '!!timestamp', '!!binary'].includes(short)) throw new FunctionError(`unsupported tag ${JSON.stringify(short)}`, 0);
  if (!plain || short === '!!str' || short === '!!binary' || short === '!') return stringValue(source);
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  if (/^\.(nan|NaN|NAN)$/.test(source)) throw new FunctionError('floating point NaN is not supported', 0);
  const timestamp = TIMESTAMP.exec(source);
  if (timestamp !== null && (short === undefined || short === '!!timestamp')) return stringValue(timestampText(timestamp));
  if (NUMBER.test(source)) {
    const number = parseDecimal(source) ?? (/^0[xo]/.test(source) ? decimalFromBigInt(BigInt(source)) : undefined);
    if (number === undefined) throw new FunctionError(`cannot parse ${JSON.stringify(source)} as a number`, 0);
    return numberValue(number);
  }
  if (short !== undefined) throw new FunctionError(`cannot parse ${JSON.stringify(source)} as ${short}`, 0);
  return stringValue(source);
}

function timestampText(match: RegExpExecArray): string {
  const two = (text: string | undefined): string => (text ?? '0').padStart(2, '0');
  const zone = match[7] === undefined || match[7] === '+00:00' || match[7] === '-00:00' ? 'Z' : match[7];
  return `${match[1]}-${two(match[2])}-${two(match[3])}T${two(match[4] ?? match[8])}:${two(match[5] ?? match[9])}:${two(match[6] ?? match[10])}${zone}`;
}

/** Reads one YAML document; throws a FunctionError. */
export function fromYaml(text: string): Value {
  if (text.length > MAX_SOURCE) throw new FunctionError(`YAML of more than ${MAX_SOURCE} characters is not read`, 0);
  let documents: Document.Parsed[];
  try {
    const parsed = parseAllDocuments(text, { version: '1.2', schema: 'failsafe', uniqueKeys: false, logLevel: 'silent', strict: true });
    documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  } catch {
    throw new FunctionError('the YAML could not be read', 0);
  }
  const [document, extra] = documents;
  if (document === undefined || (document.contents === null && document.errors.length === 0 && extra === undefined && !/\S/.test(text))) throw new FunctionError('on line 1, column 1: missing start of document', 0);
  const [error] = document.errors;
  if (error !== undefined) throw new FunctionError(`on line ${error.linePos?.[0].line ?? 1}, column ${error.linePos?.[0].col ?? 1}: ${error.message.split('\n')[0]}`, 0);
  if (extra !== undefined) throw new FunctionError('unexpected extra content after value', 0);
  return new YamlReader(document).read(document.contents, 0);
}

type Place = 'root' | 'entry' | 'item';

const pad = (column: number): string => ' '.repeat(column);

/** Writes a known value in Terraform's style, with a line break at the end. */
export function toYaml(value: Value): string {
  const text = lay(value, 0, 'root');
  boundedText(text.length);
  // A plain scalar alone is followed by the mark of the document's end.
  return value.kind === 'null' || value.kind === 'bool' || value.kind === 'number' ? `${text}\n...\n` : `${text}\n`;
}

/**
 * The text of a value behind its key or dash, which stands at `column`. A nested block behind a key starts
 * with a line break, one behind a dash goes on in the same line.
 */
function lay(value: Value, column: number, place: Place): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'bool':
      return String(value.value);
    case 'number':
      return formatDecimal(value.value);
    case 'string':
      return scalarText(value.value, column);
    case 'list':
    case 'set':
    case 'tuple': {
      if (value.elements.length === 0) return '[]';
      const own = place === 'item' ? column + 2 : column;
      return layRows(value.elements.map((element) => `- ${lay(element, own, 'item')}`), own, place);
    }
    case 'map':
    case 'object': {
      if (value.entries.size === 0) return '{}';
      const own = place === 'root' ? column : column + 2;
      return layRows([...value.entries].map(([name, entry]) => entryText(name, entry, own)), own, place);
    }
    case 'unknown':
      throw new FunctionError('cannot serialize unknown value as YAML', 0);
  }
}

function layRows(rows: readonly string[], own: number, place: Place): string {
  const text = rows.join(`\n${pad(own)}`);
  return place === 'entry' ? `\n${pad(own)}${text}` : text;
}

/** Longer keys, and keys with line breaks, are no simple keys for YAML and are written behind `?`. */
function entryText(name: string, entry: Value, own: number): string {
  const behind = lay(entry, own, 'entry');
  const value = behind.startsWith('\n') ? behind : ` ${behind}`;
  if (!name.includes('\n') && Buffer.byteLength(name) <= 126) return `${doubleQuoted(name)}:${value}`;
  return `? ${scalarText(name, own)}\n${pad(own)}:${value}`;
}

/** Text with line breaks is a literal block where YAML allows that, any other text is quoted. */
function scalarText(text: string, column: number): string {
  if (!text.includes('\n') || !isLiteral(text)) return doubleQuoted(text);
  const own = pad(column + 2);
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const keep = text === '\n' || text.endsWith('\n\n');
  const chomp = !text.endsWith('\n') ? '-' : keep ? '+' : '';
  const body = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return `|${hint}${chomp}\n${body.map((line) => (line === '' ? '' : own + line)).join('\n')}`;
}

/** No special characters, and no space at the end of a line. */
function isLiteral(text: string): boolean {
  return !/ (?:\n|$)/.test(text) && !/[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u.test(text);
}

const ESCAPES: Record<string, string> = { '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\u001b': '\\e', '"': '\\"', '\\': '\\\\', '\u0085': '\\N', '\u2028': '\\L', '\u2029': '\\P' };

function doubleQuoted(text: string): string {
  return `"${text.replace(/["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/gu, (character) => {
    const short = ESCAPES[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xffff) return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
    return code <= 0xff ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}` : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  })}"`;
}
