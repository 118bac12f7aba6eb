/**
 * W3C trace context at the edge: a valid `traceparent` keeps its trace and flags and gets a new
 * parent; anything else (none, two lines, another version, zero ids) begins a new trace, and then a
 * `tracestate` that came along is dropped, because it belongs to a trace that is not continued.
 *
 * Identifiers come from a pool of random hexadecimal digits that is filled 8 KiB at a time.
 */
import { randomBytes } from 'node:crypto';
import { FIELD } from '../../formats/http1/fields.ts';
import type { RequestHead } from '../../formats/http1/request-head.ts';

const POOL_BYTES = 8_192;
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACE_PREFIX = 36;

let pool = '';
let position = 0;

/** `digits` random hexadecimal digits, never all zero. */
export function randomHex(digits: number): string {
  if (position + digits > pool.length) {
    pool = randomBytes(POOL_BYTES).toString('hex');
    position = 0;
  }
  const hex = pool.slice(position, position + digits);
  position += digits;
  return /[^0]/.test(hex) ? hex : randomHex(digits);
}

/** The index of the one valid traceparent line of a request, or -1. */
export function continuedTrace(head: RequestHead, bytes: Buffer): number {
  const { lines } = head;
  let found = -1;
  for (let index = 0; index < lines.count; index += 1) {
    if (lines.field[index] !== FIELD.traceparent) continue;
    if (found >= 0) return -1;
    found = index;
  }
  if (found < 0) return -1;
  return TRACEPARENT.test(bytes.toString('latin1', lines.valueStart[found], lines.valueEnd[found])) ? found : -1;
}

/** The traceparent line to send; `continued` as given by `continuedTrace`. */
export function traceLine(head: RequestHead, bytes: Buffer, continued: number): string {
  if (continued < 0) return `traceparent: 00-${randomHex(32)}-${randomHex(16)}-01\r\n`;
  const start = head.lines.valueStart[continued] ?? 0;
  const kept = bytes.toString('latin1', start, start + TRACE_PREFIX);
  const flags = bytes.toString('latin1', start + 52, start + 55);
  return `traceparent: ${kept}${randomHex(16)}${flags}\r\n`;
}
