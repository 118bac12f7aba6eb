import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkedBody } from './chunked.ts';
import { HEAD_LIMIT } from './fields.ts';
import { REFUSALS } from './refusal.ts';
import { hostOf, RequestHead } from './request-head.ts';
import { MALFORMED_REQUESTS } from './testing/malformed-requests.ts';

interface Reading {
  after: number;
  reason?: string | undefined;
  head?: object;
}

const head = new RequestHead();
const body = new ChunkedBody();

/** Reads a request as a connection would: the head again with each piece, then the chunked body piece by piece. */
function readInPieces(pieces: Buffer[]): Reading {
  body.reset();
  let seen: Buffer = Buffer.alloc(0);
  let after = 0;
  let end = 0;
  for (const piece of pieces) {
    if (after === 0) {
      seen = Buffer.concat([seen, piece]);
      after = head.parse(seen, 0, seen.length);
      if (after < 0) return { after: -1, reason: head.refusal?.reason };
      if (after === 0) continue;
      end = after;
      if (head.chunked) end = body.scan(seen, after, seen.length);
    } else if (head.chunked && !body.done) {
      const used = body.scan(piece, 0, piece.length);
      end = used < 0 ? -1 : end + used;
    }
    if (end < 0) return { after: -1, reason: body.refusal?.reason };
  }
  const { method, target, minor, authority, contentLength, chunked, keepAlive, expectContinue, upgrade, nominated } = head;
  return after === 0 ? { after } : { after: end, head: { method, target, minor, authority, contentLength, chunked, keepAlive, expectContinue, upgrade, nominated, done: body.done } };
}

const GOOD = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  '\r\n\r\nGET /a?b=c|d\\e HTTP/1.1\r\nhost: a.dev.localhost:8080\r\nX-Empty:\r\nX-Tab:\ta\tb\t\r\n\r\n',
  'GET http://Other.dev.localhost:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n',
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nConnection: x-one, close\r\n\r\n5;name="v"\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\nX-U:\r\n\r\nGET / HTTP/1.1\r\n',
];

describe('a request head', () => {
  test('is read into validated fields', () => {
    const head = new RequestHead();
    const bytes = Buffer.from('POST /a/b?c=d HTTP/1.1\r\nHost: Shop.Prod.localhost:8080\r\nContent-Length: 5\r\nConnection: keep-alive, X-Hop\r\n\r\nhello', 'latin1');
    expect(head.parse(bytes, 0, bytes.length)).toBe(bytes.length - 5);
    expect(head).toMatchObject({ method: 'POST', target: '/a/b?c=d', minor: 1, authority: 'Shop.Prod.localhost:8080', contentLength: 5, chunked: false, keepAlive: true, nominated: ['x-hop'], upgrade: '' });
    expect(hostOf(head.authority)).toBe('shop.prod.localhost');
  });

  test.each(GOOD)('reads the same wherever it is cut: %j', (text) => {
    const bytes = Buffer.from(text, 'latin1');
    const whole = readInPieces([bytes]);
    expect(whole.after).toBeGreaterThan(0);
    for (let cut = 1; cut < bytes.length; cut += 1) expect(readInPieces([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    expect(readInPieces([...bytes].map((octet) => Buffer.from([octet])))).toEqual(whole);
  });

  test.each(MALFORMED_REQUESTS.map((request) => [request.name, request] as const))('is refused: %s', (_, request) => {
    const bytes = Buffer.from(request.bytes, 'latin1');
    expect(readInPieces([bytes])).toEqual({ after: -1, reason: request.reason });
    const cuts = bytes.length > 500 ? [1, 100, bytes.length - 2] : [...bytes.keys()].slice(1);
    for (const cut of cuts) expect(readInPieces([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual({ after: -1, reason: request.reason });
  });

  test('has a malformed example for every refusal that a request can meet', () => {
    const ofAnswers = new Set(['status-line', 'body-of-bodiless']);
    const shown = new Set(MALFORMED_REQUESTS.map(({ reason }) => reason));
    expect(Object.values(REFUSALS).map(({ reason }) => reason).filter((reason) => !shown.has(reason) && !ofAnswers.has(reason))).toEqual([]);
  });

  test('may be exactly as large as the limit and no byte larger', () => {
    const sized = (size: number): Buffer => {
      const frame = 'GET / HTTP/1.1\r\nHost: a\r\nX-A: \r\n\r\n';
      return Buffer.from(frame.replace('X-A: ', `X-A: ${'b'.repeat(size - frame.length)}`), 'latin1');
    };
    expect(readInPieces([sized(HEAD_LIMIT)]).after).toBe(HEAD_LIMIT);
    expect(readInPieces([sized(HEAD_LIMIT + 1)])).toEqual({ after: -1, reason: 'head-too-large' });
  });

  test('takes an upgrade only from HTTP/1.1, without a body, when Connection names it, and never to h2c', () => {
    const upgrade = (text: string): string => {
      const head = new RequestHead();
      const bytes = Buffer.from(text, 'latin1');
      head.parse(bytes, 0, bytes.length);
      return head.upgrade;
    };
    expect(upgrade('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n')).toBe('websocket');
    expect(upgrade('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n')).toBe('');
    expect(upgrade('GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')).toBe('');
    expect(upgrade('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')).toBe('');
    expect(upgrade('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc')).toBe('');
  });

  test('never throws, and never reads one message in two ways, whatever the bytes', () => {
    const fragments = ['GET ', 'POST ', '/', ' HTTP/1.1', '\r\n', '\r', '\n', 'Host: a', 'Content-Length: ', '3', 'Transfer-Encoding: chunked', ':', ' ', '\t', '\0', 'X-A', ';', '0', 'Connection: ', 'close', ',', '\x80', 'abc'];
    const piece = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...fragments) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) });
    const mutated = fc.tuple(fc.constantFrom(...GOOD, ...MALFORMED_REQUESTS.filter(({ bytes }) => bytes.length < 500).map(({ bytes }) => bytes)), fc.nat(), fc.array(piece, { maxLength: 3 }), fc.nat(3)).map(([base, at, inserted, removed]) => {
      const place = at % (base.length + 1);
      return base.slice(0, place) + inserted.join('') + base.slice(place + removed);
    });
    const anything = fc.oneof(mutated, fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')));
    fc.assert(
      fc.property(anything, fc.array(fc.nat(), { maxLength: 6 }), (text, cuts) => {
        const bytes = Buffer.from(text, 'latin1');
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other), bytes.length];
        const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
        expect(readInPieces(pieces)).toEqual(readInPieces([bytes]));
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);
});
