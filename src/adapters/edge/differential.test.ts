/**
 * Differential fuzzing: whatever the edge accepts, the second implementation accepts with the same
 * reading (method, target, body bytes, number of requests), and a request is delivered at most as sent.
 *
 * The other direction does not hold: node:http is laxer in documented places, and the edge
 * refuses what it takes. How often that happened is printed, so that a change of either side is seen.
 */
import fc from 'fast-check';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChunkedBody } from '../../formats/http1/chunked.ts';
import { RequestHead } from '../../formats/http1/request-head.ts';
import { MALFORMED_REQUESTS } from '../../formats/http1/testing/malformed-requests.ts';
import type { EdgeServer } from './edge-server.ts';
import { startEdgeServer } from './edge-server.ts';
import { startOracleEdge } from './testing/oracle-edge.ts';
import { talk } from './testing/raw-client.ts';
import { HOST, revision, table } from './testing/tables.ts';

const RUNS = Number(process.env['ROADBED_FUZZ_RUNS'] ?? 250);
const MARK = 'x-case';

interface Reading {
  method: string;
  target: string;
  body: string;
}

let upstream: Server;
let own: EdgeServer;
let oracle: EdgeServer;
const readings = new Map<string, Reading[]>();

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (bytes: Buffer) => body.push(bytes));
    request.on('error', () => undefined);
    request.on('end', () => {
      const key = String(request.headers[MARK] ?? '');
      readings.set(key, [...(readings.get(key) ?? []), { method: request.method ?? '', target: request.url ?? '', body: Buffer.concat(body).toString('latin1') }]);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  const options = { host: '127.0.0.1', port: 0, offset: 0, table: table(1, [revision('r1', 1, port)]), settings: { linger: 200, sweep: 50, head: 500, bodyIdle: 500 } };
  own = await startEdgeServer(options);
  oracle = await startOracleEdge(options);
});
afterAll(async () => {
  await own.close();
  await oracle.close();
  upstream.closeAllConnections();
  upstream.close();
});

const finished = (text: string): boolean => /HTTP\/1\.1 [2345]\d\d [^]*\r\n\r\n/.test(text);

/**
 * Up to where the own framing sees the end of the first message, so that both get exactly one; all of it when that sees no end.
 * `whole`: there is an end, so an answer must come, and is waited for even on a busy machine.
 */
function firstMessage(text: string): { text: string; whole: boolean } {
  const bytes = Buffer.from(text, 'latin1');
  const head = new RequestHead();
  const after = head.parse(bytes, 0, bytes.length);
  if (after <= 0) return { text, whole: after < 0 };
  const body = new ChunkedBody();
  const end = head.chunked ? body.scan(bytes, after, bytes.length) : after + Math.max(0, head.contentLength);
  return end < 0 ? { text, whole: true } : { text: text.slice(0, end), whole: head.chunked ? body.done : end <= text.length };
}

const patienceFor = (whole: boolean): number => (whole ? 10_000 : 250);

async function read(edge: EdgeServer, key: string, bytes: string): Promise<{ accepted: boolean; readings: Reading[] }> {
  readings.delete(key);
  const first = firstMessage(bytes.replaceAll('@CASE@', key));
  const { text } = await talk(edge.port, [first.text], { until: finished, patience: patienceFor(first.whole) });
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { accepted: /^(HTTP\/1\.1 1\d\d [^]*)?HTTP\/1\.1 200/.test(text), readings: readings.get(key) ?? [] };
}

const fragments = ['\r\n', '\n', '\r', ' ', '\t', ':', ',', ';', '0', '3', 'a', '\0', '\x80', 'chunked', 'Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'Connection: close\r\n', 'X-A: b\r\n', '3\r\nabc\r\n', '0\r\n\r\n', 'HTTP/1.1', '/'];
const sound = [
  `GET /a?b HTTP/1.1\r\nHost: ${HOST}\r\n${MARK}: @CASE@\r\nX-A: b\r\n\r\n`,
  `POST /up HTTP/1.1\r\nHost: ${HOST}\r\n${MARK}: @CASE@\r\nContent-Length: 3\r\n\r\nabc`,
  `PUT /up HTTP/1.1\r\n${MARK}: @CASE@\r\nTransfer-Encoding: chunked\r\nHost: ${HOST}\r\n\r\n3;e=1\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`,
  `POST http://${HOST}/abs HTTP/1.1\r\nHost: other\r\n${MARK}: @CASE@\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc`,
  `POST /ten HTTP/1.0\r\nHost: ${HOST}\r\n${MARK}: @CASE@\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc`,
];
const unsound = MALFORMED_REQUESTS.filter(({ bytes }) => bytes.length < 400).map(({ bytes }) => bytes.replace('\r\n', `\r\n${MARK}: @CASE@\r\n`));
const seed = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...sound) }, { weight: 1, arbitrary: fc.constantFrom(...unsound) });
const edit = fc.record({ at: fc.nat(), remove: fc.nat(2), insert: fc.oneof(fc.constant(''), fc.constantFrom(...fragments)) });
const message = fc.tuple(seed, fc.array(edit, { minLength: 0, maxLength: 3, size: 'small' })).map(([start, edits]) =>
  edits.reduce((text, { at, remove, insert }) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + insert + text.slice(place + remove);
  }, start),
);

test('what the edge accepts, the other one reads in the same way', async () => {
  let number = 0;
  const seen = { both: 0, neither: 0, onlyOracle: 0 };
  await fc.assert(
    fc.asyncProperty(message, async (bytes) => {
      number += 1;
      const [ours, theirs] = await Promise.all([read(own, `own-${number}`, bytes), read(oracle, `oracle-${number}`, bytes)]);
      if (!ours.accepted) {
        expect(ours.readings.length).toBe(0);
        seen[theirs.accepted ? 'onlyOracle' : 'neither'] += 1;
        return;
      }
      seen.both += 1;
      expect(theirs.accepted, JSON.stringify(bytes)).toBe(true);
      expect(ours.readings, JSON.stringify(bytes)).toEqual(theirs.readings);
    }),
    { numRuns: RUNS },
  );
  console.log(`differential fuzzing: ${RUNS} messages, accepted by both ${seen.both}, refused by both ${seen.neither}, refused by the edge alone ${seen.onlyOracle}`);
  expect(seen.both).toBeGreaterThan(0);
}, 300_000);
