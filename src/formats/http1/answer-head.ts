/**
 * The head of an answer: bytes to validated fields and the way its body ends (RFC 9112 4, 6.3).
 *
 * The same field rules as for requests; every offence here is the upstream's, so the client reads
 * 502 and the connection is destroyed. Reused like `RequestHead`.
 */
import { FIELD, FieldLines, HEAD_LIMIT, isWord, parseLength, parseTokenList } from './fields.ts';
import { CR, LF, OCTETS, SP, VALUE } from './octets.ts';
import type { Refusal } from './refusal.ts';
import { REFUSALS } from './refusal.ts';

export const BODY = { none: 0, length: 1, chunked: 2, close: 3 } as const;

const NOBODY: readonly string[] = [];
const NOT_NOMINATED = new Set(['content-length', 'transfer-encoding', 'set-cookie']);
const PLAIN_OPTIONS = new Set(['close', 'keep-alive', 'upgrade']);

export class AnswerHead {
  readonly lines = new FieldLines();
  status = 0;
  minor = 1;
  /** "200 OK" as received. */
  statusText = '';
  /** One of BODY. */
  body: number = BODY.none;
  contentLength = -1;
  keepAlive = true;
  /** Seconds of `Keep-Alive: timeout=`, or -1. */
  keepAliveTimeout = -1;
  eventStream = false;
  upgrade = '';
  nominated: readonly string[] = NOBODY;
  refusal: Refusal | undefined;
  #chunked = false;

  /** Returns the position after the head, 0 when the bytes end before it, -1 when refused. `headRequest`: the request's method was HEAD. */
  parse(bytes: Buffer, from: number, end: number, headRequest: boolean): number {
    this.refusal = undefined;
    const fields = this.#statusLine(bytes, from, end);
    if (fields <= 0) return this.#incomplete(fields, from, end);
    const after = this.lines.parse(bytes, fields, end);
    if (after < 0 && this.lines.refusal !== undefined) return this.#refuse(this.lines.refusal);
    if (after === 0) return this.#incomplete(after, from, end);
    if (after - from > HEAD_LIMIT) return this.#refuse(REFUSALS.headTooLarge);
    const offence = this.#readFields(bytes) ?? this.#decideBody(headRequest);
    return offence === undefined ? after : this.#refuse(offence);
  }

  #incomplete(result: number, from: number, end: number): number {
    return result === 0 && end - from >= HEAD_LIMIT ? this.#refuse(REFUSALS.headTooLarge) : result;
  }

  #refuse(refusal: Refusal): number {
    this.refusal = refusal;
    return -1;
  }

  #statusLine(bytes: Buffer, from: number, end: number): number {
    const version = 'HTTP/1.';
    for (let index = 0; index < version.length; index += 1) {
      if (from + index >= end) return 0;
      if (bytes[from + index] !== version.charCodeAt(index)) return this.#refuse(REFUSALS.statusLine);
    }
    if (from + 12 >= end) return 0;
    const minor = bytes[from + 7] ?? 0;
    if ((minor !== 0x30 && minor !== 0x31) || bytes[from + 8] !== SP) return this.#refuse(REFUSALS.statusLine);
    this.minor = minor - 0x30;
    this.status = parseLength(bytes, from + 9, from + 12);
    if (this.status < 100 || this.status > 599) return this.#refuse(REFUSALS.statusLine);
    let at = from + 12;
    if (bytes[at] !== SP && bytes[at] !== CR) return this.#refuse(REFUSALS.statusLine);
    while (at < end && ((OCTETS[bytes[at] ?? 0] ?? 0) & VALUE) !== 0) at += 1;
    if (at >= end) return 0;
    if (bytes[at] !== CR) return this.#refuse(bytes[at] === LF ? REFUSALS.bareLineFeed : REFUSALS.statusLine);
    if (at + 1 >= end) return 0;
    if (bytes[at + 1] !== LF) return this.#refuse(REFUSALS.bareCarriageReturn);
    this.statusText = this.#text(bytes, from + 9, at);
    return at + 2;
  }

  /** "200 OK" is by far the most frequent; it needs no new string. */
  #text(bytes: Buffer, start: number, end: number): string {
    if (isWord(bytes, start, end, '200 ok') && bytes[start + 4] === 0x4f && bytes[start + 5] === 0x4b) return '200 OK';
    const text = bytes.toString('latin1', start, end);
    return text.length === 3 ? `${text} ` : text;
  }

  #readFields(bytes: Buffer): Refusal | undefined {
    const { lines } = this;
    this.contentLength = -1;
    this.#chunked = false;
    this.keepAlive = this.minor === 1;
    this.keepAliveTimeout = -1;
    this.eventStream = false;
    this.upgrade = '';
    this.nominated = NOBODY;
    for (let index = 0; index < lines.count; index += 1) {
      const field = lines.field[index] ?? 0;
      if (field === FIELD.other) continue;
      const start = lines.valueStart[index] ?? 0;
      const end = lines.valueEnd[index] ?? 0;
      let offence: Refusal | undefined;
      if (field === FIELD.contentLength) offence = this.#readLength(bytes, start, end);
      else if (field === FIELD.transferEncoding) offence = this.#readEncoding(bytes, start, end);
      else if (field === FIELD.connection) offence = this.#readConnection(bytes, start, end);
      else if (field === FIELD.keepAlive) this.#readKeepAlive(bytes.toString('latin1', start, end));
      else if (field === FIELD.contentType) this.eventStream = isWord(bytes, start, Math.min(end, start + 17), 'text/event-stream');
      else if (field === FIELD.upgrade) this.upgrade = bytes.toString('latin1', start, end).toLowerCase();
      if (offence !== undefined) return offence;
    }
    return undefined;
  }

  #readLength(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.contentLength >= 0) return REFUSALS.contentLengthRepeated;
    if (this.#chunked) return REFUSALS.lengthAndEncoding;
    this.contentLength = parseLength(bytes, start, end);
    return this.contentLength < 0 ? REFUSALS.contentLength : undefined;
  }

  #readEncoding(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.#chunked) return REFUSALS.transferEncodingRepeated;
    if (this.contentLength >= 0) return REFUSALS.lengthAndEncoding;
    if (this.minor === 0) return REFUSALS.transferEncodingVersion;
    this.#chunked = isWord(bytes, start, end, 'chunked');
    return this.#chunked ? undefined : REFUSALS.transferEncoding;
  }

  #readConnection(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (isWord(bytes, start, end, 'keep-alive')) {
      this.keepAlive = true;
      return undefined;
    }
    const options = parseTokenList(bytes, start, end);
    if (options === undefined) return REFUSALS.connection;
    for (const option of options) {
      if (option === 'close') this.keepAlive = false;
      else if (option === 'keep-alive') this.keepAlive = !options.includes('close');
      if (NOT_NOMINATED.has(option)) return REFUSALS.nominated;
      if (!PLAIN_OPTIONS.has(option)) this.nominated = [...this.nominated, option];
    }
    return undefined;
  }

  #readKeepAlive(value: string): void {
    const timeout = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,6})/i.exec(value)?.[1];
    if (timeout !== undefined) this.keepAliveTimeout = Number(timeout);
  }

  #decideBody(headRequest: boolean): Refusal | undefined {
    const { status } = this;
    const announced = this.#chunked || this.contentLength > 0;
    if (status < 200 || status === 204) {
      this.body = BODY.none;
      return announced ? REFUSALS.bodyOfBodiless : undefined;
    }
    if (headRequest || status === 304 || this.contentLength === 0) this.body = BODY.none;
    else if (this.#chunked) this.body = BODY.chunked;
    else this.body = this.contentLength > 0 ? BODY.length : BODY.close;
    return undefined;
  }
}
