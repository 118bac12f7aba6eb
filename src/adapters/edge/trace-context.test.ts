import { describe, expect, test } from 'vitest';
import { RequestHead } from '../../formats/http1/request-head.ts';
import { requestText } from './forward-head.ts';
import { randomHex } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

function forwarded(lines: string): string {
  const head = new RequestHead();
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`, 'latin1');
  expect(head.parse(bytes, 0, bytes.length)).toBe(bytes.length);
  return requestText(head, bytes, 'X-Forwarded-Host: ');
}

describe('the trace context', () => {
  test('is continued with a new parent, and its state stays', () => {
    const text = forwarded(`traceparent: 00-${TRACE}-${PARENT}-01\r\ntracestate: a=1\r\n`);
    expect(text).toMatch(new RegExp(`\r\ntraceparent: 00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01\r\n`));
    expect(text.match(/traceparent/gi)).toHaveLength(1);
    expect(text).toContain('tracestate: a=1');
    expect(forwarded(`traceparent: 00-${TRACE}-${PARENT}-00\r\n`)).toMatch(/-00\r\n/);
  });

  test.each([
    ['nothing', ''],
    ['two lines', `traceparent: 00-${TRACE}-${PARENT}-01\r\ntraceparent: 00-${TRACE}-${PARENT}-01\r\n`],
    ['another version', `traceparent: 01-${TRACE}-${PARENT}-01\r\n`],
    ['a zero trace', `traceparent: 00-${'0'.repeat(32)}-${PARENT}-01\r\n`],
    ['a zero parent', `traceparent: 00-${TRACE}-${'0'.repeat(16)}-01\r\n`],
    ['upper case', `traceparent: 00-${TRACE.toUpperCase()}-${PARENT}-01\r\n`],
    ['something longer', `traceparent: 00-${TRACE}-${PARENT}-01-x\r\n`],
  ])('begins anew, without the old state, when there is %s', (_, lines) => {
    const text = forwarded(`${lines}tracestate: a=1\r\n`);
    expect(text.match(/traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01\r\n/g)).toHaveLength(1);
    expect(text).not.toContain(TRACE);
    expect(text).not.toMatch(/tracestate/i);
  });

  test('gets identifiers that do not repeat', () => {
    const seen = new Set(Array.from({ length: 5_000 }, () => randomHex(16)));
    expect(seen.size).toBe(5_000);
    expect([...seen].every((hex) => /^[0-9a-f]{16}$/.test(hex))).toBe(true);
  });
});
