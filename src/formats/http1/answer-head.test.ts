import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerHead, BODY } from './answer-head.ts';

function read(text: string, headRequest = false): { after: number; head: AnswerHead } {
  const head = new AnswerHead();
  const bytes = Buffer.from(text, 'latin1');
  return { after: head.parse(bytes, 0, bytes.length, headRequest), head };
}

describe('an answer head', () => {
  test('says how its body ends', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n').head).toMatchObject({ status: 200, statusText: '200 OK', body: BODY.length, contentLength: 3, keepAlive: true });
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n').head.body).toBe(BODY.none);
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', true).head.body).toBe(BODY.none);
    expect(read('HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n').head.body).toBe(BODY.none);
    expect(read('HTTP/1.1 204 No Content\r\n\r\n').head.body).toBe(BODY.none);
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n').head.body).toBe(BODY.chunked);
    expect(read('HTTP/1.0 200 OK\r\n\r\n').head).toMatchObject({ body: BODY.close, keepAlive: false });
    expect(read('HTTP/1.1 200\r\n\r\n').head.statusText).toBe('200 ');
  });

  test('tells how long the connection may stay open', () => {
    expect(read('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5, max=10\r\nContent-Length: 0\r\n\r\n').head).toMatchObject({ keepAlive: true, keepAliveTimeout: 5 });
    expect(read('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n').head.keepAlive).toBe(false);
    expect(read('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n').head.keepAlive).toBe(true);
  });

  test.each([
    ['no status line', 'hello\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status above 599', 'HTTP/1.1 600 OK\r\n\r\n'],
    ['version 2', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n'],
    ['two Content-Length lines', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n'],
    ['Content-Length and Transfer-Encoding', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['Transfer-Encoding in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['204 with a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n'],
    ['100 with a body', 'HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['Connection nominates Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: content-length\r\n\r\n'],
    ['a control in the reason', 'HTTP/1.1 200 O\x00K\r\n\r\n'],
    ['a head of more than 16 KiB', `HTTP/1.1 200 OK\r\nX-A: ${'b'.repeat(17_000)}\r\n\r\n`],
  ])('is refused: %s', (_, text) => {
    const { after, head } = read(text);
    expect(after).toBe(-1);
    expect(head.refusal).toBeDefined();
  });

  test('reads the same however it is cut, and never throws', () => {
    const fragments = ['HTTP/1.1 ', '200', '204', ' OK', '\r\n', '\n', '\r', 'Content-Length: 3', 'Transfer-Encoding: chunked', 'Connection: close', ': ', ' ', '\0', 'X-A'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 14 }), (parts) => {
        const bytes = Buffer.from(`HTTP/1.1 200${parts.join('')}\r\n\r\n`, 'latin1');
        const whole = new AnswerHead().parse(bytes, 0, bytes.length, false);
        const grown = new AnswerHead();
        let result = 0;
        for (let end = 1; end <= bytes.length && result === 0; end += 1) result = grown.parse(bytes, 0, end, false);
        expect(result).toBe(whole);
      }),
      { numRuns: 5_000 },
    );
  });
});
