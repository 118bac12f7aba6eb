/**
 * Which known texts a text mentions: the whole of it, or the pieces that ids and arns are.
 *
 * A piece is a run of the characters of ids (`arn:aws:s3:::assets/logos/*` has one), looked up as a whole,
 * up to each of its last separators (a path below a bucket mentions the bucket), and part by part
 * (composite ids). Everything happens on bytes of UTF-8 in one pass; a text is never made. Scripts in
 * base64 are looked into as well.
 */
import { HASH_START, hashBetween, hashed } from './text-table.ts';
import type { TextTable } from './text-table.ts';

/** Shorter texts are equal by chance. */
export const MIN_LENGTH = 6;
/** Longer ones are no identities. */
export const MAX_IDENTITY = 4096;
/** Of a text; the rest of a longer one is not searched. */
const MAX_TEXT = 1024 * 1024;
const MIN_COMPOSITE = 16;
const MIN_SCRIPT = 40;
const MAX_PREFIXES = 20;

const FIRST = 1;
const INNER = 2;
const BASE64 = 4;
const AZURE = '/subscriptions/';
const SLASH = 0x2f;
const COLON = 0x3a;
const UNDERSCORE = 0x5f;

/** What each byte may be part of. */
const CLASS = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789') CLASS[character.charCodeAt(0)] = FIRST | INNER | BASE64;
CLASS[SLASH] = FIRST | INNER | BASE64;
for (const character of '_.:@-') CLASS[character.charCodeAt(0)] = INNER;
for (const character of '+\r\n') CLASS[character.charCodeAt(0)] = BASE64;

/** Is told the number of each known text that is mentioned; one may come more than once. */
export type OnMention = (number: number) => void;

export class TextMentions {
  readonly #table: TextTable;
  #scratch = new Uint8Array(1 << 12);
  #lowered = new Uint8Array(1 << 12);
  readonly #encoder = new TextEncoder();
  readonly #prefixEnds = new Int32Array(MAX_PREFIXES);
  readonly #prefixHashes = new Int32Array(MAX_PREFIXES);

  constructor(table: TextTable) {
    this.#table = table;
  }

  inText(text: string, found: OnMention): void {
    const searched = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
    if (searched.length * 3 > this.#scratch.length) this.#scratch = new Uint8Array(searched.length * 3);
    const { written } = this.#encoder.encodeInto(searched, this.#scratch);
    this.inBytes(this.#scratch, 0, written, found);
  }

  inBytes(bytes: Uint8Array, from: number, end: number, found: OnMention): void {
    const length = end - from;
    if (length < MIN_LENGTH) return;
    if (length <= MAX_IDENTITY) {
      const whole = isAzureId(bytes, from, end) ? this.#lowerCase(bytes, from, end, length) : this.#table.find(bytes, from, end, hashBetween(bytes, from, end));
      if (whole >= 0) return found(whole);
    }
    if (length < MIN_COMPOSITE) return;
    const to = Math.min(end, from + MAX_TEXT);
    this.#pieces(bytes, from, to, found);
    if (to - from < MIN_SCRIPT || !isBase64(bytes, from, to)) return;
    const decoded = Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1'), 'base64');
    if (isPlain(decoded[0])) this.#pieces(decoded, 0, decoded.length, found);
  }

  #pieces(bytes: Uint8Array, from: number, to: number, found: OnMention): void {
    for (let at = from; at < to; at += 1) {
      if ((CLASS[bytes[at]!]! & FIRST) === 0) continue;
      at = this.#piece(bytes, at, to, found);
    }
  }

  /** Looks up the piece that begins at `from`; answers where it ends. */
  #piece(bytes: Uint8Array, from: number, to: number, found: OnMention): number {
    let hash = HASH_START;
    let partHash = HASH_START;
    let partFrom = from;
    let prefixes = 0;
    let slash = false;
    let at = from;
    for (; at < to; at += 1) {
      const byte = bytes[at]!;
      if ((CLASS[byte]! & INNER) === 0) break;
      if (byte === SLASH || byte === COLON || byte === UNDERSCORE) {
        if (at - partFrom >= MIN_LENGTH) this.#report(bytes, partFrom, at, partHash, found);
        if (byte !== UNDERSCORE && at - from >= MIN_LENGTH) {
          this.#prefixEnds[prefixes % MAX_PREFIXES] = at;
          this.#prefixHashes[prefixes % MAX_PREFIXES] = hash;
          prefixes += 1;
        }
        slash ||= byte === SLASH;
        partFrom = at + 1;
        partHash = HASH_START;
      } else partHash = hashed(partHash, byte);
      hash = hashed(hash, byte);
    }
    if (at - from < MIN_LENGTH) return at;
    if (partFrom > from && at - partFrom >= MIN_LENGTH) this.#report(bytes, partFrom, at, partHash, found);
    const azure = isAzureId(bytes, from, at);
    if (azure) this.#reportLowered(bytes, from, at, at, found);
    else this.#report(bytes, from, at, hash, found);
    if (!slash && !isArn(bytes, from)) return at;
    for (let one = Math.min(prefixes, MAX_PREFIXES) - 1; one >= 0; one -= 1) {
      if (azure) this.#reportLowered(bytes, from, this.#prefixEnds[one]!, at, found);
      else this.#report(bytes, from, this.#prefixEnds[one]!, this.#prefixHashes[one]!, found);
    }
    return at;
  }

  #reportLowered(bytes: Uint8Array, from: number, to: number, end: number, found: OnMention): void {
    if (end - from > MAX_IDENTITY) return;
    const number = this.#lowerCase(bytes, from, end, to - from);
    if (number >= 0) found(number);
  }

  /** Number of the first `length` bytes, as `identityKey` writes them. */
  #lowerCase(bytes: Uint8Array, from: number, end: number, length: number): number {
    for (let at = from; at < end; at += 1) {
      const byte = bytes[at]!;
      this.#lowered[at - from] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    }
    return this.#table.find(this.#lowered, 0, length, hashBetween(this.#lowered, 0, length));
  }

  #report(bytes: Uint8Array, from: number, to: number, hash: number, found: OnMention): void {
    const number = this.#table.find(bytes, from, to, hash);
    if (number >= 0) found(number);
  }
}

/** Resource ids of Azure have no case: its services write them in several. */
export function identityKey(text: string): string {
  return text.startsWith(AZURE) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

function isAzureId(bytes: Uint8Array, from: number, end: number): boolean {
  if (end - from < AZURE.length || bytes[from] !== SLASH) return false;
  for (let at = 1; at < AZURE.length; at += 1) if (bytes[from + at] !== AZURE.charCodeAt(at)) return false;
  return true;
}

function isArn(bytes: Uint8Array, from: number): boolean {
  return bytes[from] === 0x61 && bytes[from + 1] === 0x72 && bytes[from + 2] === 0x6e && bytes[from + 3] === COLON;
}

/** Scripts of launch templates stand in base64, with lines or without. */
function isBase64(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && (CLASS[bytes[at]!]! & BASE64) !== 0) at += 1;
  for (let padding = 0; padding < 2 && bytes[at] === 0x3d && at < to; padding += 1) at += 1;
  while (at < to && (bytes[at] === 0x20 || (bytes[at]! >= 0x09 && bytes[at]! <= 0x0d))) at += 1;
  return at === to;
}

function isPlain(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
