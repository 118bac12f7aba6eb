import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MALFORMED_REQUESTS } from '../../formats/http1/testing/malformed-requests.ts';
import type { EdgeServer } from './edge-server.ts';
import { startEdgeServer } from './edge-server.ts';
import { startOracleEdge } from './testing/oracle-edge.ts';
import { talk } from './testing/raw-client.ts';
import type { ScriptedUpstream } from './testing/scripted-upstream.ts';
import { startScriptedUpstream } from './testing/scripted-upstream.ts';
import { revision, table } from './testing/tables.ts';

describe.each([
  ['own framing', startEdgeServer, false],
  ['node:http and undici', startOracleEdge, true],
] as const)('a malformed request at the edge (%s)', (_, start, oracle) => {
  let upstream: ScriptedUpstream;
  let edge: EdgeServer;

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    edge = await start({ host: '127.0.0.1', port: 0, offset: 0, table: table(1, [revision('r1', 1, upstream.port)]), settings: { linger: 300, sweep: 50 } });
  });
  afterAll(async () => {
    await edge.close();
    await upstream.close();
  });

  const cases = MALFORMED_REQUESTS.filter(({ laxOracle }) => !(oracle && laxOracle === true));
  test.each(cases.map((request) => [request.name, request] as const))('is answered, not forwarded, and closed: %s', async (_name, request) => {
    const before = upstream.requests.length;
    const { text, ending } = await talk(edge.port, [request.bytes], { patience: 2_000 });
    expect(ending).not.toBe('open');
    expect(upstream.requests.length).toBe(before);
    if (!oracle) {
      expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${request.status} [^]*X-Roadbed-Reason: ${request.reason}\\r\\n[^]*Connection: close\\r\\n`));
      expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    } else if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 (4|5)\d\d /);
  });

  test('nothing of a second request behind a malformed one is served', async () => {
    const { text } = await talk(edge.port, ['GET / HTTP/1.1\r\nHost: a.dev.localhost\r\nX-A : b\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.dev.localhost\r\n\r\n'], { patience: 2_000 });
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect(upstream.received()).not.toContain('/smuggled');
  });
});
