/**
 * A state of version 4 taken apart in its bytes: where each instance begins and ends, and the document without them.
 *
 * A state of 100 MB is never one text and never one tree. A look at every byte finds the objects within
 * `resources[].instances[]`; the rest, with a number in the place of each, is a small document that `JSON.parse`
 * judges, and each instance is parsed by itself, so that its garbage dies young. Nothing is taken for granted of
 * the bytes: the document is whole exactly when what is left is valid with a number in an instance's place and
 * every instance is valid, since a value may stand wherever a number may. What is not of the usual form (escaped
 * names, instances that are no objects) is not taken apart, and read in the plain way.
 */
import type { JsonObject, JsonValue } from './json-document.ts';
import { isJsonObject, parseJson } from './json-document.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BLANK = 0x20;
/** A number of so many digits may be beyond 2^53. */
const LONG_DIGITS = 16;

/** The bytes of one JSON object within a file, parsed when asked for. */
export class JsonPiece {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Holds a number that may be beyond 2^53. */
  readonly #exact: boolean;

  constructor(bytes: Uint8Array, from: number, to: number, exact: boolean) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.#exact = exact;
  }

  /** Throws SyntaxError. */
  parse(): JsonValue {
    return parseJson(textBetween(this.bytes, this.from, this.to), this.#exact);
  }
}

export interface StatePieces {
  /** The document; in `resources[].instances[]` stand numbers, which count `instances`. */
  skeleton: JsonObject;
  instances: readonly JsonPiece[];
}

/** `bytes` are UTF-8 (nobody looks again). Undefined for what is no JSON, or not of the usual form: the plain reader says why. */
export function takeApart(bytes: Uint8Array): StatePieces | undefined {
  const cutter = new Cutter(bytes);
  if (!cutter.run()) return undefined;
  try {
    const skeleton = parseJson(cutter.skeleton(), cutter.exactSkeleton);
    return isJsonObject(skeleton) ? { skeleton, instances: cutter.instances } : undefined;
  } catch {
    return undefined;
  }
}

export function textBetween(bytes: Uint8Array, from: number, to: number): string {
  return asBuffer(bytes).toString('utf8', from, to);
}

/** The same bytes, with a Buffer's way to make texts of them. */
function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Finds the instances by depth: document 1, `resources` 2, a resource 3, its `instances` 4. */
class Cutter {
  readonly instances: JsonPiece[] = [];
  exactSkeleton = false;
  readonly #bytes: Uint8Array;
  readonly #kept: string[] = [];
  #keptFrom = 0;
  #longDigits = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  skeleton(): string {
    return this.#kept.join('');
  }

  /** False when this is not of the usual form. */
  run(): boolean {
    const bytes = this.#bytes;
    const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    this.#keptFrom = start;
    let depth = 0;
    let resources = false;
    let instances = false;
    let name = '';
    let digits = 0;
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x30 && byte <= 0x39) {
        digits += 1;
        if (digits >= LONG_DIGITS) this.exactSkeleton = true;
      } else digits = 0;
      if (byte === QUOTE) {
        const end = endOfText(bytes, at);
        if ((depth === 1 || (depth === 3 && resources)) && bytes[afterBlanks(bytes, end + 1)] === COLON) {
          name = textBetween(bytes, at + 1, end);
          if (name.includes('\\')) return false;
        }
        at = end;
        if (instances && depth === 4) return false;
      } else if (byte === OPEN_OBJECT) {
        if (instances && depth === 4) {
          at = this.#cut(at) - 1;
          if (at < 0) return false;
        } else depth += 1;
      } else if (byte === OPEN_LIST) {
        depth += 1;
        if (depth === 2) resources = name === 'resources';
        else if (depth === 4) instances = resources && name === 'instances';
        else if (instances) return false;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth < 4) instances = false;
        if (depth < 2) resources = false;
      } else if (instances && depth === 4 && byte !== COMMA && byte > BLANK) return false;
    }
    this.#kept.push(textBetween(bytes, this.#keptFrom, bytes.length));
    return depth === 0;
  }

  /** Takes the object at `from` out; answers its end, or 0 when it has none. */
  #cut(from: number): number {
    const end = this.#endOfObject(from);
    if (end === 0) return 0;
    // Blanks around the number: it must not become part of another one.
    this.#kept.push(textBetween(this.#bytes, this.#keptFrom, from), ` ${this.instances.length} `);
    this.#keptFrom = end;
    this.instances.push(new JsonPiece(this.#bytes, from, end, this.#longDigits));
    return end;
  }

  #endOfObject(from: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    let digits = 0;
    this.#longDigits = false;
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        at = endOfText(bytes, at);
        digits = 0;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        digits = 0;
        if (depth === 0) return at + 1;
      } else if (byte !== undefined && byte >= 0x30 && byte <= 0x39) {
        digits += 1;
        if (digits >= LONG_DIGITS) this.#longDigits = true;
      } else if (byte === COMMA || byte === COLON) digits = 0;
    }
    return 0;
  }
}

/** Index of the closing quote of the text that opens at `from`; the end of the bytes when it has none. */
export function endOfText(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return at;
}

/** Index of the first byte that is no blank. */
export function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] ?? QUOTE) <= BLANK) at += 1;
  return at;
}
