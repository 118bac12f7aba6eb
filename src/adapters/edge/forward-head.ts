/**
 * The head as it goes on: kept lines are copied as runs, in their order and letter case; only a
 * dropped line breaks a run.
 *
 * Dropped are hop-by-hop fields (RFC 9110 7.6.1) and the ones nominated by Connection, and what a
 * client could use to lie about where it comes from: X-Forwarded-*, Forwarded, X-Real-IP, X-Roadbed-*. The edge sets its own instead.
 */
import type { AnswerHead } from '../../formats/http1/answer-head.ts';
import type { FieldLines } from '../../formats/http1/fields.ts';
import { FIELD } from '../../formats/http1/fields.ts';
import type { RequestHead } from '../../formats/http1/request-head.ts';
import { continuedTrace, traceLine } from './trace-context.ts';

const FIELD_NUMBERS = 32;

function dropping(...fields: number[]): Uint8Array {
  const drop = new Uint8Array(FIELD_NUMBERS);
  for (const field of fields) drop[field] = 1;
  return drop;
}

const HOP_BY_HOP = [FIELD.connection, FIELD.keepAlive, FIELD.upgrade, FIELD.te, FIELD.proxyConnection];
const CLAIMS = [FIELD.forwarded, FIELD.xForwarded, FIELD.xRealIp, FIELD.xRoadbed, FIELD.traceparent];
const OF_REQUEST = dropping(...HOP_BY_HOP, ...CLAIMS, FIELD.proxyAuthorization);
const OF_NEW_TRACE = dropping(...HOP_BY_HOP, ...CLAIMS, FIELD.proxyAuthorization, FIELD.tracestate);
const OF_ANSWER = dropping(...HOP_BY_HOP, FIELD.xRoadbed, FIELD.proxyAuthenticate);

/** Lines without the dropped ones, as one latin1 string. */
function keptLines(lines: FieldLines, bytes: Buffer, drop: Uint8Array, nominated: readonly string[], alsoDropped: number): string {
  const { count } = lines;
  if (count === 0) return '';
  let kept = '';
  let runStart = lines.start[0] ?? 0;
  for (let index = 0; index < count; index += 1) {
    const field = lines.field[index] ?? 0;
    if (drop[field] === 0 && field !== alsoDropped && (nominated.length === 0 || !nominated.includes(lineName(lines, bytes, index)))) continue;
    const lineStart = lines.start[index] ?? 0;
    if (lineStart > runStart) kept += bytes.toString('latin1', runStart, lineStart);
    runStart = lines.end[index] ?? 0;
  }
  const end = lines.end[count - 1] ?? 0;
  return end > runStart ? kept + bytes.toString('latin1', runStart, end) : kept;
}

function lineName(lines: FieldLines, bytes: Buffer, index: number): string {
  return bytes.toString('latin1', lines.start[index], lines.nameEnd[index]).toLowerCase();
}

/** `X-Forwarded-For`, `-Proto` and the name of `-Host`: the same for all requests of a connection. */
export function forwardedPrefix(address: string): string {
  return `X-Forwarded-For: ${address}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: `;
}

/** The head to send upstream. */
export function requestText(head: RequestHead, bytes: Buffer, prefix: string): string {
  const continued = continuedTrace(head, bytes);
  let lines = keptLines(head.lines, bytes, continued < 0 ? OF_NEW_TRACE : OF_REQUEST, head.nominated, head.absolute ? FIELD.host : head.minor === 0 ? FIELD.expect : -1);
  if (head.absolute) lines = `Host: ${head.authority}\r\n${lines}`;
  const upgrade = head.upgrade === '' ? '' : `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`;
  return `${head.method} ${head.target} HTTP/1.1\r\n${lines}${prefix}${head.authority}\r\n${traceLine(head, bytes, continued)}${upgrade}\r\n`;
}

/** The head to send to the client. `connection` is a whole Connection line or empty; `extra` are further lines. */
export function answerText(head: AnswerHead, bytes: Buffer, extra: string, connection: string, unchunk: boolean): string {
  return `HTTP/1.1 ${head.statusText}\r\n${keptLines(head.lines, bytes, OF_ANSWER, head.nominated, unchunk ? FIELD.transferEncoding : -1)}${extra}${connection}\r\n`;
}

/** The value of a request's field by name (lower case), or undefined; of several lines the first. */
export function fieldText(head: RequestHead, bytes: Buffer, name: string): string | undefined {
  const { lines } = head;
  for (let index = 0; index < lines.count; index += 1) {
    if ((lines.nameEnd[index] ?? 0) - (lines.start[index] ?? 0) === name.length && lineName(lines, bytes, index) === name) {
      return bytes.toString('latin1', lines.valueStart[index], lines.valueEnd[index]);
    }
  }
  return undefined;
}
