/**
 * Encodings. `base64gzip` gives a stream that unpacks to the same text, but not Go's very bytes: two
 * compressors never agree on those.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { listValue, objectValue, stringValue, tupleValue } from '../value/construct.ts';
import { DYNAMIC, STRING, objectOf } from '../value/type.ts';
import type { Value } from '../value/value.ts';
import { FunctionError, MAX_TEXT, boundedCount, textOf, type FunctionDefinition, type Parameter } from './definition.ts';
import { fromJson, toJson } from './json-text.ts';
import { fromYaml, toYaml } from './yaml-text.ts';

/** Bytes as text; refused when they are not UTF-8. */
export function utf8Text(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FunctionError(what, 0);
  }
}

function base64Bytes(text: string): Buffer {
  const body = text.replace(/[\r\n]/g, '');
  if (body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body)) throw new FunctionError('failed to decode base64 data', 0);
  return Buffer.from(body, 'base64');
}

function gunzip(text: string): string {
  let bytes: Buffer;
  try {
    bytes = gunzipSync(base64Bytes(text), { maxOutputLength: MAX_TEXT });
  } catch (error) {
    if (error instanceof FunctionError) throw error;
    throw new FunctionError('failed to gunzip bytes', 0);
  }
  return utf8Text(bytes, 'the result of decoding and decompressing the given string is not valid UTF-8');
}

function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%20', '+');
}

function urlDecode(text: string): string {
  const bytes: number[] = [];
  const source = Buffer.from(text, 'utf8').toString('latin1');
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character !== '%') {
      bytes.push(character === '+' ? 32 : source.charCodeAt(at));
      continue;
    }
    const hex = source.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) throw new FunctionError(`failed to decode URL '${text}': invalid URL escape "${source.slice(at, at + 3)}"`, 0);
    bytes.push(Number.parseInt(hex, 16));
    at += 2;
  }
  return utf8Text(Uint8Array.from(bytes), 'the result of decoding the given string is not valid UTF-8');
}

type Charset = { kind: 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-16' | 'latin1' } | { kind: 'table'; label: string };

/** IANA names; what Terraform's library does not know by its IANA name is refused. */
function charset(name: string): Charset {
  const label = name.toLowerCase();
  if (label === 'utf-8' || label === 'utf8') return { kind: 'utf-8' };
  if (label === 'utf-16le' || label === 'utf-16be' || label === 'utf-16') return { kind: label };
  if (['iso-8859-1', 'iso_8859-1', 'latin1', 'l1', 'iso-ir-100', 'cp819', 'ibm819'].includes(label)) return { kind: 'latin1' };
  if (/^(windows-125\d|cp125\d|iso-8859-(?:[2-9]|1[0-6])|koi8-r|koi8-u|macintosh|ibm866|cp866|shift_jis|euc-jp|euc-kr|gbk|gb18030|big5|iso-2022-jp)$/.test(label)) return { kind: 'table', label };
  throw new FunctionError(`${JSON.stringify(name)} is not a supported IANA encoding name or alias in this Terraform version`, 1);
}

function encodeText(text: string, encoding: string): Uint8Array {
  const known = charset(encoding);
  switch (known.kind) {
    case 'utf-8':
      return Buffer.from(text, 'utf8');
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
    case 'utf-16':
      return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]);
    case 'latin1':
      return fromTable(text, Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)), encoding);
    case 'table':
      if (!/^(windows|cp|iso-8859|koi8|macintosh|ibm)/.test(known.label)) throw new FunctionError(`writing ${encoding} is not supported here`, 1);
      return fromTable(text, Array.from({ length: 256 }, (_, byte) => new TextDecoder(known.label).decode(Uint8Array.of(byte))), encoding);
  }
}

function fromTable(text: string, table: readonly string[], encoding: string): Uint8Array {
  const bytes = new Map(table.map((character, byte) => [character, byte]));
  return Uint8Array.from(text, (character) => {
    const byte = bytes.get(character);
    if (byte === undefined || character === '\ufffd') throw new FunctionError(`the given string contains characters that cannot be represented in ${encoding}`, 0);
    return byte;
  });
}

function decodeText(source: string, encoding: string): string {
  const known = charset(encoding);
  const bytes = base64Bytes(source);
  if (known.kind === 'latin1') return bytes.toString('latin1');
  if (known.kind.startsWith('utf-16') && bytes.length % 2 === 1) throw new FunctionError('the given data is not valid in this encoding', 0);
  if (known.kind === 'utf-16') {
    const little = bytes[0] === 0xff && bytes[1] === 0xfe;
    return new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(bytes);
  }
  const label = known.kind === 'table' ? known.label : known.kind;
  if (known.kind === 'utf-8') return utf8Text(bytes, 'the given data is not valid UTF-8');
  return new TextDecoder(label, { ignoreBOM: true }).decode(bytes);
}

/** Rows of a CSV text (RFC 4180 as Go reads it: blank lines do not count, every row is as long as the first). */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  const source = text.replaceAll('\r\n', '\n');
  let at = 0;
  while (at < source.length) {
    if (source[at] === '\n') {
      at += 1;
      continue;
    }
    const row: string[] = [];
    for (;;) {
      const [field, end] = csvField(source, at);
      row.push(field);
      at = end + 1;
      if (source[end] !== ',') break;
    }
    rows.push(row);
    boundedCount(rows.length);
  }
  return rows;
}

function csvField(source: string, start: number): [string, number] {
  if (source[start] !== '"') {
    let end = start;
    while (end < source.length && source[end] !== ',' && source[end] !== '\n') end += 1;
    const field = source.slice(start, end);
    if (field.includes('"')) throw new FunctionError('parse error: bare " in non-quoted-field', 0);
    return [field, end];
  }
  let field = '';
  let at = start + 1;
  for (;;) {
    const quote = source.indexOf('"', at);
    if (quote === -1) throw new FunctionError('parse error: extraneous or missing " in quoted-field', 0);
    field += source.slice(at, quote);
    at = quote + 1;
    if (source[at] !== '"') break;
    field += '"';
    at += 1;
  }
  if (at < source.length && source[at] !== ',' && source[at] !== '\n') throw new FunctionError('parse error: extraneous or missing " in quoted-field', 0);
  return [field, at];
}

function csvDecode(text: string): Value {
  const [header, ...rows] = csvRows(text);
  if (header === undefined) throw new FunctionError('missing header line', 0);
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated !== undefined) throw new FunctionError(`duplicate column name ${JSON.stringify(repeated)}`, 0);
  const wrong = rows.find((row) => row.length !== header.length);
  if (wrong !== undefined) throw new FunctionError('parse error: wrong number of fields', 0);
  const type = objectOf(new Map([...header].sort().map((name) => [name, STRING])));
  return listValue(type, rows.map((row) => objectValue(new Map(header.map((name, index) => [name, stringValue(row[index] ?? '')])))));
}

const text = (name: string): Parameter => ({ name, type: STRING });
const onText = (name: string, change: (value: string) => string): FunctionDefinition => ({ name, parameters: [text('str')], returns: STRING, call: ([value]) => stringValue(change(textOf(value))) });

export const ENCODING_FUNCTIONS: readonly FunctionDefinition[] = [
  onText('base64encode', (value) => Buffer.from(value, 'utf8').toString('base64')),
  onText('base64decode', (value) => utf8Text(base64Bytes(value), 'the result of decoding the provided string is not valid UTF-8')),
  onText('base64gzip', (value) => gzipSync(value).toString('base64')),
  onText('base64gunzip', gunzip),
  onText('urlencode', urlEncode),
  onText('urldecode', urlDecode),
  { name: 'textencodebase64', parameters: [text('string'), text('encoding')], returns: STRING, call: ([value, encoding]) => stringValue(Buffer.from(encodeText(textOf(value), textOf(encoding))).toString('base64')) },
  { name: 'textdecodebase64', parameters: [text('source'), text('encoding')], returns: STRING, call: ([value, encoding]) => stringValue(decodeText(textOf(value), textOf(encoding))) },
  { name: 'jsonencode', parameters: [{ name: 'val', type: DYNAMIC, allowNull: true }], returns: STRING, keepsDocument: true, call: ([value]) => stringValue(toJson(value ?? tupleValue([]))) },
  { name: 'jsondecode', parameters: [text('str')], returns: DYNAMIC, call: ([value]) => fromJson(textOf(value)) },
  { name: 'yamlencode', parameters: [{ name: 'value', type: DYNAMIC, allowNull: true }], returns: STRING, call: ([value]) => stringValue(toYaml(value ?? tupleValue([]))) },
  { name: 'yamldecode', parameters: [text('src')], returns: DYNAMIC, call: ([value]) => fromYaml(textOf(value)) },
  { name: 'csvdecode', parameters: [text('str')], returns: DYNAMIC, call: ([value]) => csvDecode(textOf(value)) },
];
