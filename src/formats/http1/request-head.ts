/**
 * The head of a request: bytes to validated fields, or a refusal (RFC 9112 2.2, 3, 5, 6).
 *
 * One object is reused for every request of a process: `parse` fills it, and what a caller wants to
 * keep it reads before the next parse. Positions refer to the bytes given to `parse`. Nothing is repaired: each
 * doubt about where a message ends, or for whom it is, is a refusal.
 */
import { FIELD, FieldLines, HEAD_LIMIT, isWord, parseLength, parseTokenList } from './fields.ts';
import { BACKSLASH, CR, HOST, LF, OCTETS, SP, TARGET, TOKEN } from './octets.ts';
import type { Refusal } from './refusal.ts';
import { REFUSALS } from './refusal.ts';

const METHOD_LIMIT = 32;
const VERSION_WORD = 'HTTP/';
const NOBODY: readonly string[] = [];
/** Fields that a client may not have removed by nominating them in Connection (RFC 9110 7.6.1). */
const NOT_NOMINATED = new Set(['host', 'content-length', 'transfer-encoding', 'cookie', 'authorization', 'traceparent', 'tracestate', 'forwarded', 'x-real-ip']);
const PLAIN_OPTIONS = new Set(['close', 'keep-alive', 'upgrade', 'te']);

export class RequestHead {
  readonly lines = new FieldLines();
  method = '';
  /** In origin-form or `*`, as it goes upstream. */
  target = '';
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  minor = 1;
  /** Host and port as received; that of an absolute-form target when there is one; empty in HTTP/1.0 without Host. */
  authority = '';
  /** The authority came from the target, so the Host line must be replaced. */
  absolute = false;
  /** -1 when there is no Content-Length. */
  contentLength = -1;
  chunked = false;
  keepAlive = true;
  expectContinue = false;
  /** Protocol name of a wanted upgrade, lower case; empty when none. Only in HTTP/1.1 and without a body. */
  upgrade = '';
  /** Fields nominated by Connection, lower case. */
  nominated: readonly string[] = NOBODY;
  refusal: Refusal | undefined;

  /** Returns the position after the head, 0 when the bytes end before it, -1 when refused (see `refusal`). */
  parse(bytes: Buffer, from: number, end: number): number {
    this.refusal = undefined;
    let at = from;
    while (at < end && bytes[at] === CR) {
      if (at + 1 >= end) return 0;
      if (bytes[at + 1] !== LF) return this.#refuse(REFUSALS.bareCarriageReturn);
      at += 2;
    }
    const fields = this.#requestLine(bytes, at, end);
    if (fields <= 0) return this.#incomplete(fields, from, end);
    const after = this.lines.parse(bytes, fields, end);
    if (after < 0 && this.lines.refusal !== undefined) return this.#refuse(this.lines.refusal);
    if (after === 0) return this.#incomplete(after, from, end);
    if (after - from > HEAD_LIMIT) return this.#refuse(REFUSALS.headTooLarge);
    const offence = this.#readFields(bytes);
    return offence === undefined ? after : this.#refuse(offence);
  }

  #incomplete(result: number, from: number, end: number): number {
    return result === 0 && end - from >= HEAD_LIMIT ? this.#refuse(REFUSALS.headTooLarge) : result;
  }

  #refuse(refusal: Refusal): number {
    this.refusal = refusal;
    return -1;
  }

  #deny(refusal: Refusal): false {
    this.refusal = refusal;
    return false;
  }

  #requestLine(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (at < end && ((OCTETS[bytes[at] ?? 0] ?? 0) & TOKEN) !== 0) at += 1;
    if (at - from > METHOD_LIMIT) return this.#refuse(REFUSALS.method);
    if (at >= end) return 0;
    if (bytes[at] !== SP || at === from) return this.#refuse(lineOffence(bytes[at], REFUSALS.method));
    this.method = methodName(bytes, from, at);
    const targetStart = at + 1;
    at = targetStart;
    let queried = false;
    for (; at < end; at += 1) {
      const octet = bytes[at] ?? 0;
      const kind = OCTETS[octet] ?? 0;
      if ((kind & TARGET) !== 0) {
        if (octet === 0x3f) queried = true;
      } else if ((kind & BACKSLASH) === 0 || !queried) break;
    }
    if (at >= end) return 0;
    if (bytes[at] !== SP) return this.#refuse(lineOffence(bytes[at], REFUSALS.target));
    if (at === targetStart) return this.#refuse(REFUSALS.requestLine);
    const after = this.#version(bytes, at + 1, end);
    if (after <= 0) return after;
    return this.#readTarget(bytes, targetStart, at) ? after : -1;
  }

  #version(bytes: Buffer, from: number, end: number): number {
    for (let index = 0; index < VERSION_WORD.length; index += 1) {
      if (from + index >= end) return 0;
      if (bytes[from + index] !== VERSION_WORD.charCodeAt(index)) return this.#refuse(lineOffence(bytes[from + index], bytes[from + index] === SP ? REFUSALS.requestLine : REFUSALS.versionForm));
    }
    const at = from + VERSION_WORD.length;
    for (let index = at; index < at + 5; index += 1) {
      if (index >= end) return 0;
      const octet = bytes[index] ?? 0;
      if (index === at + 1 ? octet !== 0x2e : index < at + 3 && !isDigit(octet)) return this.#refuse(lineOffence(octet, REFUSALS.versionForm));
      if (index === at + 3 && octet !== CR) return this.#refuse(lineOffence(octet, REFUSALS.requestLine));
      if (index === at + 4 && octet !== LF) return this.#refuse(REFUSALS.bareCarriageReturn);
    }
    const minor = bytes[at + 2] ?? 0;
    if (bytes[at] !== 0x31 || minor > 0x31) return this.#refuse(REFUSALS.version);
    this.minor = minor - 0x30;
    return at + 5;
  }

  #readTarget(bytes: Buffer, start: number, end: number): boolean {
    this.authority = '';
    this.absolute = false;
    if (this.method === 'CONNECT' || this.method === 'TRACE') return this.#deny(REFUSALS.methodNotAllowed);
    const first = bytes[start];
    if (first === 0x2f) {
      this.target = bytes.toString('latin1', start, end);
      return true;
    }
    if (first === 0x2a && end - start === 1) {
      this.target = '*';
      return this.method === 'OPTIONS' || this.#deny(REFUSALS.target);
    }
    return this.#readAbsolute(bytes.toString('latin1', start, end));
  }

  #readAbsolute(target: string): boolean {
    const parts = /^https?:\/\/([^/?]*)(.*)$/i.exec(target);
    if (parts === null) return this.#deny(REFUSALS.target);
    const [, authority = '', rest = ''] = parts;
    const bytes = Buffer.from(authority, 'latin1');
    if (!isAuthority(bytes, 0, bytes.length)) return this.#deny(REFUSALS.authority);
    this.authority = authority;
    this.absolute = true;
    this.target = rest.startsWith('/') ? rest : rest === '' && this.method === 'OPTIONS' ? '*' : `/${rest}`;
    return true;
  }

  #readFields(bytes: Buffer): Refusal | undefined {
    const { lines } = this;
    this.contentLength = -1;
    this.chunked = false;
    this.keepAlive = this.minor === 1;
    this.expectContinue = false;
    this.upgrade = '';
    this.nominated = NOBODY;
    let hosts = 0;
    let wantsUpgrade = false;
    for (let index = 0; index < lines.count; index += 1) {
      const field = lines.field[index] ?? 0;
      if (field === FIELD.other || field > FIELD.expect) continue;
      const start = lines.valueStart[index] ?? 0;
      const end = lines.valueEnd[index] ?? 0;
      let offence: Refusal | undefined;
      if (field === FIELD.host) {
        hosts += 1;
        if (hosts > 1) return REFUSALS.hostRepeated;
        if (!isAuthority(bytes, start, end)) return REFUSALS.host;
        if (!this.absolute) this.authority = bytes.toString('latin1', start, end);
      } else if (field === FIELD.contentLength) offence = this.#readLength(bytes, start, end);
      else if (field === FIELD.transferEncoding) offence = this.#readEncoding(bytes, start, end);
      else if (field === FIELD.connection) {
        const options = parseTokenList(bytes, start, end);
        if (options === undefined) return REFUSALS.connection;
        wantsUpgrade = options.includes('upgrade') || wantsUpgrade;
        offence = this.#readConnection(options);
      } else if (field === FIELD.upgrade) this.upgrade = this.upgrade === '' ? bytes.toString('latin1', start, end).toLowerCase() : 'several';
      else if (field === FIELD.expect) offence = this.#readExpectation(bytes, start, end);
      if (offence !== undefined) return offence;
    }
    if (this.minor === 1 && hosts === 0) return REFUSALS.hostMissing;
    this.#decideUpgrade(wantsUpgrade);
    return undefined;
  }

  #readLength(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.contentLength >= 0) return REFUSALS.contentLengthRepeated;
    if (this.chunked) return REFUSALS.lengthAndEncoding;
    this.contentLength = parseLength(bytes, start, end);
    return this.contentLength < 0 ? REFUSALS.contentLength : undefined;
  }

  #readEncoding(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.chunked) return REFUSALS.transferEncodingRepeated;
    if (this.contentLength >= 0) return REFUSALS.lengthAndEncoding;
    if (this.minor === 0) return REFUSALS.transferEncodingVersion;
    this.chunked = isWord(bytes, start, end, 'chunked');
    return this.chunked ? undefined : REFUSALS.transferEncoding;
  }

  #readConnection(options: string[]): Refusal | undefined {
    for (const option of options) {
      if (option === 'close') this.keepAlive = false;
      else if (option === 'keep-alive') this.keepAlive = this.keepAlive || (this.minor === 0 && !options.includes('close'));
      if (PLAIN_OPTIONS.has(option)) continue;
      if (NOT_NOMINATED.has(option) || option.startsWith('x-forwarded-') || option.startsWith('x-roadbed-')) return REFUSALS.nominated;
      this.nominated = [...this.nominated, option];
    }
    return undefined;
  }

  #readExpectation(bytes: Buffer, start: number, end: number): Refusal | undefined {
    if (this.expectContinue || !isWord(bytes, start, end, '100-continue')) return REFUSALS.expectation;
    this.expectContinue = true;
    return undefined;
  }

  /** Upgrade counts only when Connection names it; h2c is dead (RFC 9113 3.1) and a known way to smuggle. */
  #decideUpgrade(wanted: boolean): void {
    const body = this.chunked || this.contentLength > 0;
    if (!wanted || this.minor === 0 || body || !/^[a-z0-9/._+-]+$/.test(this.upgrade) || this.upgrade === 'several' || this.upgrade === 'h2c') this.upgrade = '';
    if (this.minor === 0) this.expectContinue = false;
  }
}

const isDigit = (octet: number): boolean => octet >= 0x30 && octet <= 0x39;

function methodName(bytes: Buffer, start: number, end: number): string {
  if (end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54) return 'GET';
  return bytes.toString('latin1', start, end);
}

function lineOffence(octet: number | undefined, otherwise: Refusal): Refusal {
  if (octet === LF) return REFUSALS.bareLineFeed;
  return octet === CR ? REFUSALS.requestLine : otherwise;
}

/** host, host:port, [IPv6] or [IPv6]:port; no user information, no empty host. */
function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  if (bytes[at] === 0x5b) {
    const close = bytes.indexOf(0x5d, at);
    if (close < 0 || close >= end || close - at < 3) return false;
    for (let index = at + 1; index < close; index += 1) if (!/[0-9A-Fa-f:.]/.test(String.fromCharCode(bytes[index] ?? 0))) return false;
    at = close + 1;
  } else {
    while (at < end && ((OCTETS[bytes[at] ?? 0] ?? 0) & HOST) !== 0) at += 1;
    if (at === start) return false;
  }
  if (at === end) return true;
  if (bytes[at] !== 0x3a || end - at > 6) return false;
  for (let index = at + 1; index < end; index += 1) if (!isDigit(bytes[index] ?? 0)) return false;
  return true;
}

/** The host of an authority as routes name it: lower case, without port and without the root's dot. */
export function hostOf(authority: string): string {
  const colon = authority.startsWith('[') ? authority.indexOf(':', authority.indexOf(']')) : authority.indexOf(':');
  const host = (colon < 0 ? authority : authority.slice(0, colon)).toLowerCase();
  return host.length > 1 && host.endsWith('.') ? host.slice(0, -1) : host;
}
