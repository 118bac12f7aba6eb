/**
 * The correctness cases, each against the edge and against its second implementation. What the second
 * one is known not to do (trailers, chunk boundaries, Expect, half-answered uploads) runs on the first alone.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ChunkedBody } from '../../formats/http1/chunked.ts';
import type { EdgeServer } from './edge-server.ts';
import { startEdgeServer } from './edge-server.ts';
import { startOracleEdge } from './testing/oracle-edge.ts';
import { answers, open, talk } from './testing/raw-client.ts';
import type { ScriptedUpstream } from './testing/scripted-upstream.ts';
import { ok, startScriptedUpstream } from './testing/scripted-upstream.ts';
import { HOST, revision, table } from './testing/tables.ts';

const get = (path = '/', lines = ''): string => `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n${lines}\r\n`;
const soon = async (condition: () => boolean, patience = 15_000): Promise<void> => {
  for (const deadline = Date.now() + patience; !condition() && Date.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 5));
};

const echo = (request: { method: string; path: string; body: string }): string => ok(`${request.method} ${request.path} ${request.body}`);

describe.each([
  ['own framing', startEdgeServer, true],
  ['node:http and undici', startOracleEdge, false],
] as const)('the edge (%s)', (_, start, own) => {
  let upstream: ScriptedUpstream;
  let edge: EdgeServer;
  /** What only the edge itself promises is no case of the other implementation. */
  const onlyOwn = own ? test : (): void => {};

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    edge = await start({ host: '127.0.0.1', port: 0, offset: 0, table: table(1, [revision('r1', 1, upstream.port)]), settings: { linger: 500, sweep: 50, head: 400, bodyIdle: 400, answerHead: 1_500, upstreamIdle: 1_000 } });
  });
  afterEach(() => {
    upstream.onRequest = (request, socket) => socket.write(echo(request));
    upstream.onHead = () => false;
    upstream.requests.length = 0;
  });
  afterAll(async () => {
    await edge.close();
    await upstream.close();
  });

  test('passes a request on and the answer back, and says which revision gave it', async () => {
    const { text } = await talk(edge.port, [`POST /x?y HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 5\r\n\r\nhello`], { until: answers(1) });
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toMatch(/x-roadbed-revision: r1\r\n/i);
    expect(text.endsWith('POST /x?y hello')).toBe(true);
  });

  test('serves many requests on one connection, also pipelined ones, in order', async () => {
    const { text } = await talk(edge.port, [get('/1') + get('/2') + get('/3'), get('/4')], { until: answers(4), pause: 30 });
    expect([...text.matchAll(/GET \/(\d)/g)].map((match) => match[1])).toEqual(['1', '2', '3', '4']);
  });

  test('hides hop-by-hop fields and those that Connection nominates, both ways, and keeps Set-Cookie lines apart', async () => {
    upstream.onRequest = (_request, socket) => socket.write(ok('x', 'Keep-Alive: timeout=5\r\nSet-Cookie: a=1\r\nX-Roadbed-Revision: liar\r\nSet-Cookie: b=2\r\nProxy-Connection: x\r\n'));
    const { text } = await talk(edge.port, [get('/', 'Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-Stays: 1\r\nTE: trailers\r\nProxy-Authorization: secret\r\nKeep-Alive: 5\r\n')], { until: answers(1) });
    const seen = upstream.requests[0]?.head ?? '';
    expect(seen).toMatch(/X-Stays: 1/i);
    expect(seen).not.toMatch(/X-Hop|\nTE:|Proxy-Authorization|Keep-Alive: 5/i);
    expect(text).toMatch(/Set-Cookie: a=1\r\n/i);
    expect(text).toMatch(/Set-Cookie: b=2\r\n/i);
    expect(text).not.toMatch(/liar|Proxy-Connection/i);
  });

  test('replaces what a client claims about where it comes from', async () => {
    await talk(edge.port, [get('/', 'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nForwarded: for=6.6.6.6\r\nX-Roadbed-Revision: r9\r\n')], { until: answers(1) });
    const seen = upstream.requests[0]?.head ?? '';
    expect(seen).not.toMatch(/6\.6\.6\.6|evil|r9/);
    expect(seen).toMatch(/X-Forwarded-For: 127\.0\.0\.1\r\n/i);
    expect(seen).toMatch(/X-Forwarded-Proto: http\r\n/i);
    expect(seen).toMatch(new RegExp(`X-Forwarded-Host: ${HOST}\r\n`, 'i'));
  });

  test('goes by the authority of an absolute target', async () => {
    const { text } = await talk(edge.port, [`GET http://${HOST}/abs?q HTTP/1.1\r\nHost: other\r\n\r\n`], { until: answers(1) });
    expect(text).toContain('GET /abs?q');
    expect(upstream.requests[0]?.head).toMatch(new RegExp(`\r\nHost: ${HOST}\r\n`, 'i'));
    expect(upstream.requests[0]?.head).not.toMatch(/Host: other/i);
  });

  test('HEAD, 204 and 304 have no body, and the next request works', async () => {
    upstream.onRequest = ({ method, path }, socket) =>
      socket.write(method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n' : path === '/204' ? 'HTTP/1.1 204 No Content\r\n\r\n' : path === '/304' ? `HTTP/1.1 304 Not Modified\r\n${own ? 'Content-Length: 10\r\n' : ''}\r\n` : ok('last'));
    const { text } = await talk(edge.port, [`HEAD / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, get('/204'), get('/304'), get('/last')], { until: (seen) => seen.endsWith('last'), pause: 50 });
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['200', '204', '304', '200']);
  });

  test('closes for HTTP/1.0, or keeps the connection when it asks for that', async () => {
    const once = await talk(edge.port, [`GET / HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`]);
    expect(once).toMatchObject({ ending: 'end' });
    expect(once.text).toMatch(/Connection: close/i);
    const kept = await talk(edge.port, [`GET / HTTP/1.0\r\nHost: ${HOST}\r\nConnection: keep-alive\r\n\r\n`], { until: answers(1) });
    expect(kept).toMatchObject({ ending: 'open' });
    expect(kept.text).toMatch(/Connection: keep-alive/i);
  });

  test('takes the chunks out for HTTP/1.0', async () => {
    upstream.onRequest = (_request, socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: 1\r\n\r\n');
    const { text, ending } = await talk(edge.port, [`GET / HTTP/1.0\r\nHost: ${HOST}\r\nConnection: keep-alive\r\n\r\n`]);
    expect(ending).toBe('end');
    expect(text).not.toMatch(/Transfer-Encoding/i);
    expect(text.endsWith('\r\n\r\nabcde')).toBe(true);
  });

  test('a chunked answer in pieces arrives whole', async () => {
    upstream.onRequest = (_request, socket) => {
      const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n';
      const writeFrom = (index: number): void => {
        if (index >= bytes.length) return;
        socket.write(bytes.charAt(index));
        setImmediate(writeFrom, index + 1);
      };
      writeFrom(0);
    };
    const { text } = await talk(edge.port, [get()], { until: (seen) => /\r\n0\r\n(X-T: 1\r\n)?\r\n$/.test(seen) });
    const bytes = Buffer.from(text, 'latin1');
    let data = '';
    const body = new ChunkedBody();
    body.scan(bytes, text.indexOf('\r\n\r\n') + 4, bytes.length, (from, to) => (data += text.slice(from, to)));
    expect([body.done, data]).toEqual([true, 'hello world']);
    if (own) expect(text).toContain('X-T: 1\r\n');
  });

  test('a close-delimited answer is passed on and closes', async () => {
    upstream.onRequest = (_request, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end');
    const { text, ending } = await talk(edge.port, [get()], { until: (seen) => !own && seen.endsWith('0\r\n\r\n') });
    expect(text).toContain('until the end');
    if (own) expect(ending).toBe('end');
    if (own) expect(text).toMatch(/Connection: close/i);
  });

  test.each([
    ['a Content-Length answer cut by FIN', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart', false, '1.1'],
    ['a chunked answer cut by FIN', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\npart', false, '1.1'],
    ['a chunked answer cut by RST', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\npart', true, '1.1'],
    ['a chunked answer cut by FIN, to HTTP/1.0', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\npart', false, '1.0'],
  ])('never ends cleanly what was cut: %s', async (_name, bytes, reset, version) => {
    upstream.onRequest = (_request, socket) => {
      socket.write(bytes);
      setTimeout(() => (reset ? socket.resetAndDestroy() : socket.end()), 50);
    };
    const { ending, text } = await talk(edge.port, [`GET / HTTP/${version}\r\nHost: ${HOST}\r\n\r\n`]);
    expect(ending, text).toBe('reset');
  });

  test('an answer that breaks the rules is 502', async () => {
    for (const bytes of [
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
      'SSH-2.0-OpenSSH\r\n',
    ]) {
      upstream.onRequest = (_request, socket) => socket.write(bytes);
      expect((await talk(edge.port, [get()], { until: answers(1) })).text, bytes).toMatch(/^HTTP\/1\.1 502 /);
    }
  });

  test('a connection that closes under a request is 502, and the request was sent once', async () => {
    upstream.onRequest = (_request, socket) => socket.destroy();
    expect((await talk(edge.port, [`POST /once HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 0\r\n\r\n`], { until: answers(1) })).text).toMatch(/^HTTP\/1\.1 502 /);
    expect(upstream.requests.filter(({ path }) => path === '/once')).toHaveLength(1);
  });

  test('a connection that closes while idle is not used again', async () => {
    upstream.onRequest = (request, socket) => {
      socket.write(echo(request));
      setTimeout(() => socket.end(), 20);
    };
    const { text } = await talk(edge.port, [get('/1'), get('/2')], { until: answers(2), pause: 150 });
    expect(text).toContain('GET /2');
    expect(new Set(upstream.requests.map(({ connection }) => connection)).size).toBe(2);
  });

  onlyOwn('bytes after an answer, or on an idle connection, never reach anybody', async () => {
    upstream.onRequest = (request, socket) => {
      socket.write(`${ok('first')}${request.path === '/glued' ? ok('POISON') : ''}`);
      if (request.path === '/late') setTimeout(() => socket.write(ok('POISON')), 20);
    };
    const { text } = await talk(edge.port, [get('/glued'), get('/late'), get('/after')], { until: answers(3), pause: 100 });
    expect(text).not.toContain('POISON');
    expect(text.match(/first/g)).toHaveLength(3);
  });

  onlyOwn('a 101 that nobody asked for is 502', async () => {
    upstream.onRequest = (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    expect((await talk(edge.port, [get()], { until: answers(1) })).text).toMatch(/^HTTP\/1\.1 502 /);
  });

  test('the upstream connection goes when the client goes', async () => {
    let gone = false;
    upstream.onRequest = (_request, socket) => socket.on('close', () => (gone = true));
    const client = open(edge.port);
    client.write(get('/slow'));
    await soon(() => upstream.requests.length === 1);
    client.destroy();
    await soon(() => gone);
    expect(gone).toBe(true);
    if (own) {
      const counts = edge.report().stats.reduce((sum, one) => sum + (one.counts[8] ?? 0), 0);
      expect(counts).toBe(1);
    }
  });

  test('a head that trickles gets 408, whatever arrives', async () => {
    const { text, ending } = await talk(edge.port, [...get('/slow', 'X-A: b\r\n')], { pause: 30, patience: 4_000 });
    expect(ending).not.toBe('open');
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  onlyOwn('a body that stalls gets 408', async () => {
    const { text, ending } = await talk(edge.port, [`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 10\r\n\r\nabc`]);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(ending).toBe('end');
  });

  test('no answer in time is 504, or 502 where the other client says so', async () => {
    upstream.onRequest = () => undefined;
    expect((await talk(edge.port, [get()], { until: answers(1), patience: 5_000 })).text).toMatch(own ? /^HTTP\/1\.1 504 / : /^HTTP\/1\.1 502 /);
  });

  test('events leave one by one', async () => {
    upstream.onRequest = (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
      let number = 0;
      const timer = setInterval(() => {
        number += 1;
        socket.write(`9\r\ndata: ${number}\n\n\r\n`);
        if (number === 3) clearInterval(timer);
      }, 60);
    };
    const client = open(edge.port);
    const times: number[] = [];
    client.on('data', (bytes) => {
      if (bytes.toString().includes('data:')) times.push(Date.now());
    });
    client.write(get('/events'));
    await soon(() => times.length === 3);
    client.destroy();
    expect(times).toHaveLength(3);
  });

  test('an upgrade becomes a tunnel: early bytes both ways, 20 MiB back and forth, FIN passed on', async () => {
    upstream.onHead = (request, socket) => {
      if (!/upgrade: websocket/i.test(request.head)) return false;
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nserver-first');
      socket.removeAllListeners('data');
      socket.on('data', (bytes) => {
        if (!socket.write(bytes)) socket.pause();
      });
      socket.on('drain', () => socket.resume());
      return true;
    };
    const client = open(edge.port);
    let head = '';
    let received = 0;
    let ended = false;
    client.on('data', (bytes) => {
      if (!head.includes('server-first')) {
        head += bytes.toString('latin1');
        received += Math.max(0, head.length - head.indexOf('server-first') - 12) * (head.includes('server-first') ? 1 : 0);
      } else received += bytes.length;
    });
    client.on('end', () => (ended = true));
    client.write(get('/chat', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n') + 'client-first');
    await soon(() => received >= 12);
    expect(head).toMatch(/^HTTP\/1\.1 101 [^]*upgrade: websocket[^]*\r\n\r\nserver-first/i);
    const block = Buffer.alloc(1_048_576, 'x');
    for (let count = 0; count < 20; count += 1) if (!client.write(block)) await new Promise((resolve) => client.once('drain', resolve));
    await soon(() => received >= 12 + 20 * block.length, 10_000);
    expect(received).toBe(12 + 20 * block.length);
    client.end();
    await soon(() => ended);
    expect(ended).toBe(true);
    client.destroy();
  });

  test('a large body passes both ways', async () => {
    const size = 4 * 1_048_576;
    let into = 0;
    upstream.onHead = (request, socket) => {
      if (request.path !== '/large') return false;
      socket.removeAllListeners('data');
      into = Math.max(0, upstream.received().split('\r\n\r\n').slice(-1)[0]?.length ?? 0);
      const answer = (): void => {
        if (into < size) return;
        socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
        socket.end(Buffer.alloc(size, 'y'));
      };
      socket.on('data', (bytes) => {
        into += bytes.length;
        answer();
      });
      answer();
      return true;
    };
    const { text } = await talk(edge.port, [`PUT /large HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${size}\r\n\r\n`, Buffer.alloc(size, 'z')], { until: (seen) => seen.length >= size && seen.length - seen.indexOf('\r\n\r\n') - 4 >= size, patience: 20_000 });
    expect(into).toBe(size);
    expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(size);
  });

  test('a client that does not read holds its upstream back', async () => {
    let sent = 0;
    upstream.onRequest = (_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${1_000 * 1_048_576}\r\n\r\n`);
      const block = Buffer.alloc(262_144);
      const more = (): void => {
        while (!socket.destroyed && socket.write(block)) sent += block.length;
        sent += block.length;
      };
      socket.on('drain', more);
      more();
    };
    const client = open(edge.port);
    client.pause();
    client.write(get('/huge'));
    await soon(() => sent > 0);
    await new Promise((resolve) => setTimeout(resolve, 700));
    client.destroy();
    expect(sent).toBeGreaterThan(262_144);
    expect(sent).toBeLessThan(64 * 1_048_576);
  });

  onlyOwn('a chunked request with extension, trailer and a successor passes, wherever it is cut', async () => {
    const body = '5;n="v"\r\nhello\r\n0\r\nX-T: 1\r\n\r\n';
    const text = `POST /up HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n${body}${get('/next')}`;
    const cutAt = async (cut: number): Promise<void> => {
      const { text: answer } = await talk(edge.port, [text.slice(0, cut), text.slice(cut)], { until: answers(2), pause: 15 });
      expect(answer.match(/HTTP\/1\.1 200/g), `cut at ${cut}`).toHaveLength(2);
      expect(answer).toContain('GET /next');
    };
    const cuts = Array.from({ length: text.length - 1 }, (_unused, index) => index + 1);
    while (cuts.length > 0) await Promise.all(cuts.splice(0, 16).map(cutAt));
    await cutAt(text.length);
    await talk(edge.port, [...text], { until: answers(2), pause: 1 });
    const uploads = upstream.requests.filter(({ path }) => path === '/up');
    expect(uploads).toHaveLength(text.length + 1);
    expect(new Set(uploads.map((request) => request.body))).toEqual(new Set([body]));
  }, 30_000);

  onlyOwn('100-continue and other interim answers are passed on, but not to HTTP/1.0', async () => {
    upstream.onHead = (request, socket) => {
      if (/expect: 100-continue/i.test(request.head)) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      if (request.path === '/hints') socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n');
      return false;
    };
    const client = open(edge.port);
    let text = '';
    client.on('data', (bytes) => (text += bytes.toString()));
    client.write(`PUT / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`);
    await soon(() => text.includes('100 Continue'));
    client.write('abc');
    await soon(() => text.includes('PUT / abc'));
    client.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect((await talk(edge.port, [get('/hints')], { until: (seen) => seen.includes('200 OK') })).text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink/);
    expect((await talk(edge.port, [`GET /hints HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`])).text).toMatch(/^HTTP\/1\.1 200/);
  });

  onlyOwn('a final answer instead of 100 closes', async () => {
    upstream.onHead = (_request, socket) => {
      socket.write('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno');
      return true;
    };
    const { text, ending } = await talk(edge.port, [`PUT / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`]);
    expect(text).toMatch(/^HTTP\/1\.1 417 [^]*Connection: close\r\n[^]*no$/);
    expect(ending).toBe('end');
  });

  onlyOwn('an early answer arrives whole while the upload runs, and then the connection ends', async () => {
    let gone = false;
    upstream.onHead = (_request, socket) => {
      socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig');
      socket.on('close', () => (gone = true));
      return true;
    };
    const { text } = await talk(edge.port, [`PUT / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 10000000\r\n\r\n`, ...Array.from({ length: 20 }, () => Buffer.alloc(50_000))], { pause: 5 });
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*\r\n\r\nbig$/);
    await soon(() => gone);
    expect(gone).toBe(true);
  });

  onlyOwn('FIN before the answer counts as gone away', async () => {
    let gone = false;
    upstream.onRequest = (_request, socket) => socket.on('close', () => (gone = true));
    const { text } = await talk(edge.port, [get()], { end: true, patience: 1_000 });
    await soon(() => gone);
    expect(text).toBe('');
    expect(gone).toBe(true);
  });
});
