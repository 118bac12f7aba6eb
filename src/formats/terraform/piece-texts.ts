/** Goes through the texts in the attributes of one instance, in its bytes; nothing is parsed but what holds escapes. */
import type { JsonPiece } from './state-pieces.ts';
import { afterBlanks, endOfText, textBetween } from './state-pieces.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BLANK = 0x20;
const KNOWN_NAMES = 1021;
const LONGEST_KNOWN = 128;

export interface TextVisitor {
  /** An attribute begins; false leaves it out. */
  attribute(name: string): boolean;
  /** A text as it stands in the bytes. `name` when it is one of a map's names below an attribute; `depth` counts from 0 at the attribute's value. */
  bytes(bytes: Uint8Array, from: number, to: number, name: boolean, depth: number): void;
  /** A text that is written with escapes. */
  text(text: string, name: boolean, depth: number): void;
}

/** Names repeat from instance to instance: a text is made of each once, or of several that share a place anew. */
export class PieceTexts {
  readonly #known: ({ bytes: Uint8Array; text: string } | undefined)[] = new Array<undefined>(KNOWN_NAMES).fill(undefined);
  #escaped = false;

  /** `piece` is a valid object with `attributes`; a text that stands in a field given twice is visited too. */
  visit(piece: JsonPiece, visitor: TextVisitor): void {
    const { bytes, to } = piece;
    let at = piece.from + 1;
    for (;;) {
      while (at < to && bytes[at] !== QUOTE) at += 1;
      if (at >= to) return;
      const end = this.#closing(bytes, at);
      const name = this.#name(bytes, at, end);
      const value = afterBlanks(bytes, afterBlanks(bytes, end + 1) + 1);
      at = name === 'attributes' && bytes[value] === OPEN_OBJECT ? this.#attributes(bytes, value, visitor) : endOfValue(bytes, value);
    }
  }

  /** Visits the object that opens at `from`; answers where it ends. */
  #attributes(bytes: Uint8Array, from: number, visitor: TextVisitor): number {
    let depth = 0;
    for (let at = from; ; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) at = this.#text(bytes, at, depth, visitor);
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth === 0) return at + 1;
      } else if (byte === undefined) return at;
    }
  }

  /** A name or a text; answers the place of the last byte that belongs to it, for an attribute that is left out to its value. */
  #text(bytes: Uint8Array, at: number, depth: number, visitor: TextVisitor): number {
    const end = this.#closing(bytes, at);
    const next = afterBlanks(bytes, end + 1);
    const isName = bytes[next] === COLON;
    if (isName && depth === 1) return visitor.attribute(this.#name(bytes, at, end)) ? next : endOfValue(bytes, afterBlanks(bytes, next + 1)) - 1;
    if (this.#escaped) visitor.text(unescaped(bytes, at, end), isName, depth - 1);
    else visitor.bytes(bytes, at + 1, end, isName, depth - 1);
    return isName ? next : end;
  }

  /** Place of the quote that closes the text which opens at `from`. */
  #closing(bytes: Uint8Array, from: number): number {
    this.#escaped = false;
    let at = from + 1;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) {
        this.#escaped = true;
        at += 1;
      }
    }
    return at;
  }

  #name(bytes: Uint8Array, quote: number, end: number): string {
    if (this.#escaped) return unescaped(bytes, quote, end);
    const place = ((bytes[quote + 1] ?? 0) * 31 + (bytes[end - 1] ?? 0) * 7 + (bytes[(quote + end) >> 1] ?? 0) * 3 + (end - quote)) % KNOWN_NAMES;
    const known = this.#known[place];
    if (known !== undefined && isSame(known.bytes, bytes, quote + 1, end)) return known.text;
    const text = textBetween(bytes, quote + 1, end);
    if (end - quote <= LONGEST_KNOWN) this.#known[place] = { bytes: new Uint8Array(bytes.subarray(quote + 1, end)), text };
    return text;
  }
}

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let at = 0; at < name.length; at += 1) if (name[at] !== bytes[from + at]) return false;
  return true;
}

function unescaped(bytes: Uint8Array, quote: number, end: number): string {
  return JSON.parse(textBetween(bytes, quote, end + 1)) as string;
}

function endOfValue(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfText(bytes, at);
      if (depth === 0) return at + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1;
      if (depth <= 0) return depth < 0 ? at : at + 1;
    } else if (byte === COMMA && depth === 0) return at;
  }
  return bytes.length;
}
