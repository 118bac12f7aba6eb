/**
 * Field lines: one pass over the bytes, positions into reused typed arrays, no object per field.
 *
 * The parser stops at the first offence, or says "incomplete" when the bytes end first, so that a
 * prefix of a good head is never refused and each cut of a head gives the same result as the whole.
 * Known names get a small number, by which the head parsers and the edge find them without strings.
 */
import { classOf, COLON, CR, HTAB, LF, lowerCase, OCTETS, SP, TOKEN, VALUE } from './octets.ts';
import type { Refusal } from './refusal.ts';
import { REFUSALS } from './refusal.ts';

export const HEAD_LIMIT = 16_384;
/** "a:" CR LF: no head within the limit has more lines. */
const MOST_FIELDS = HEAD_LIMIT / 4;

export const FIELD = {
  other: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  keepAlive: 5,
  upgrade: 6,
  expect: 7,
  te: 8,
  proxyConnection: 9,
  proxyAuthorization: 10,
  forwarded: 11,
  xForwarded: 12,
  xRoadbed: 13,
  traceparent: 14,
  tracestate: 15,
  cookie: 16,
  contentType: 17,
  proxyAuthenticate: 18,
  authorization: 19,
  accept: 20,
  xRealIp: 21,
} as const;

const KNOWN: readonly (readonly [name: string, field: number])[] = [
  ['host', FIELD.host],
  ['content-length', FIELD.contentLength],
  ['transfer-encoding', FIELD.transferEncoding],
  ['connection', FIELD.connection],
  ['keep-alive', FIELD.keepAlive],
  ['upgrade', FIELD.upgrade],
  ['expect', FIELD.expect],
  ['te', FIELD.te],
  ['proxy-connection', FIELD.proxyConnection],
  ['proxy-authorization', FIELD.proxyAuthorization],
  ['proxy-authenticate', FIELD.proxyAuthenticate],
  ['forwarded', FIELD.forwarded],
  ['traceparent', FIELD.traceparent],
  ['tracestate', FIELD.tracestate],
  ['cookie', FIELD.cookie],
  ['content-type', FIELD.contentType],
  ['authorization', FIELD.authorization],
  ['accept', FIELD.accept],
  ['x-real-ip', FIELD.xRealIp],
];
const PREFIXES: readonly (readonly [prefix: string, field: number])[] = [
  ['x-forwarded-', FIELD.xForwarded],
  ['x-roadbed-', FIELD.xRoadbed],
];

const KNOWN_BY_LENGTH: (readonly (readonly [string, number])[])[] = Array.from({ length: 24 }, (_, length) => KNOWN.filter(([name]) => name.length === length));
const LOWER_X = 0x78;

function startsWith(bytes: Uint8Array, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (lowerCase(bytes[start + index] ?? 0) !== name.charCodeAt(index)) return false;
  }
  return true;
}

/** True when the bytes are this word, case aside; `word` is lower case. */
export function isWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  return end - start === word.length && startsWith(bytes, start, word);
}

/** The number of a field name (lower case or not). */
function fieldOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const candidates = KNOWN_BY_LENGTH[length];
  if (candidates !== undefined) {
    for (let index = 0; index < candidates.length; index += 1) {
      const candidate = candidates[index];
      if (candidate !== undefined && startsWith(bytes, start, candidate[0])) return candidate[1];
    }
  }
  if (length > 10 && lowerCase(bytes[start] ?? 0) === LOWER_X) {
    for (const [prefix, field] of PREFIXES) if (length >= prefix.length && startsWith(bytes, start, prefix)) return field;
  }
  return FIELD.other;
}

/** Positions of field lines in the bytes that were parsed last. Reused: read it before the next parse. */
export class FieldLines {
  count = 0;
  /** Where the line begins. */
  readonly start = new Int32Array(MOST_FIELDS);
  readonly nameEnd = new Int32Array(MOST_FIELDS);
  /** Value without surrounding white space. */
  readonly valueStart = new Int32Array(MOST_FIELDS);
  readonly valueEnd = new Int32Array(MOST_FIELDS);
  /** After CR LF. */
  readonly end = new Int32Array(MOST_FIELDS);
  readonly field = new Uint8Array(MOST_FIELDS);
  refusal: Refusal | undefined;

  /**
   * Parses from the first field line to the empty line.
   * Returns the position after the empty line, 0 when the bytes end before it, -1 when refused.
   */
  parse(bytes: Uint8Array, from: number, end: number): number {
    this.count = 0;
    this.refusal = undefined;
    let at = from;
    for (;;) {
      if (at >= end) return 0;
      const first = bytes[at];
      if (first === CR) {
        if (at + 1 >= end) return 0;
        return bytes[at + 1] === LF ? at + 2 : this.#refuse(REFUSALS.bareCarriageReturn);
      }
      if (first === LF) return this.#refuse(REFUSALS.bareLineFeed);
      if (first === SP || first === HTAB) return this.#refuse(REFUSALS.fold);
      at = this.#line(bytes, at, end);
      if (at <= 0) return at;
    }
  }

  #line(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && ((OCTETS[bytes[at] ?? 0] ?? 0) & TOKEN) !== 0) at += 1;
    if (at >= end) return 0;
    if (bytes[at] !== COLON || at === start) return this.#refuse(lineOffence(bytes[at], REFUSALS.fieldName));
    const nameEnd = at;
    at += 1;
    while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at += 1;
    const valueStart = at;
    while (at < end && ((OCTETS[bytes[at] ?? 0] ?? 0) & VALUE) !== 0) at += 1;
    if (at >= end) return 0;
    if (bytes[at] !== CR) return this.#refuse(lineOffence(bytes[at], REFUSALS.fieldValue));
    if (at + 1 >= end) return 0;
    if (bytes[at + 1] !== LF) return this.#refuse(REFUSALS.bareCarriageReturn);
    let valueEnd = at;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB)) valueEnd -= 1;
    const index = this.count;
    if (index >= MOST_FIELDS) return this.#refuse(REFUSALS.headTooLarge);
    this.start[index] = start;
    this.nameEnd[index] = nameEnd;
    this.valueStart[index] = valueStart;
    this.valueEnd[index] = valueEnd;
    this.end[index] = at + 2;
    this.field[index] = fieldOf(bytes, start, nameEnd);
    this.count = index + 1;
    return at + 2;
  }

  #refuse(refusal: Refusal): number {
    this.refusal = refusal;
    return -1;
  }
}

function lineOffence(octet: number | undefined, otherwise: Refusal): Refusal {
  if (octet === LF) return REFUSALS.bareLineFeed;
  return octet === CR ? REFUSALS.bareCarriageReturn : otherwise;
}

/** Content-Length as a number of bytes: 1 to 15 digits and nothing else; -1 when it is not that. */
export function parseLength(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > 15) return -1;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const octet = bytes[at] ?? 0;
    if (octet < 0x30 || octet > 0x39) return -1;
    length = length * 10 + (octet - 0x30);
  }
  return length;
}

/**
 * The members of a comma-separated list of tokens, lower case; undefined when a member is no token.
 * Empty members are allowed (RFC 9110 5.6.1.2).
 */
export function parseTokenList(bytes: Uint8Array, start: number, end: number): string[] | undefined {
  const tokens: string[] = [];
  let at = start;
  while (at < end) {
    const octet = bytes[at];
    if (octet === SP || octet === HTAB || octet === 0x2c) {
      at += 1;
      continue;
    }
    let token = '';
    while (at < end && (classOf(bytes[at]) & TOKEN) !== 0) {
      token += String.fromCharCode(lowerCase(bytes[at] ?? 0));
      at += 1;
    }
    if (token === '') return undefined;
    tokens.push(token);
    while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at += 1;
    if (at < end && bytes[at] !== 0x2c) return undefined;
  }
  return tokens;
}
