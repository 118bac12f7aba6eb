/** What the edge does with weights, dead endpoints, unknown hosts and drains; and what it counts. */
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { histogramCount } from '../../domain/histogram.ts';
import type { Route, RouteRevision } from '../../ports/traffic.ts';
import type { EdgeServer } from './edge-server.ts';
import { startEdgeServer } from './edge-server.ts';
import { COUNT } from './revision-stats.ts';
import type { StatsReport } from './revision-stats.ts';
import type { EdgeSettings } from './settings.ts';
import { answers, open, talk } from './testing/raw-client.ts';
import type { ScriptedUpstream } from './testing/scripted-upstream.ts';
import { ok, startScriptedUpstream } from './testing/scripted-upstream.ts';
import { HOST, revision, table } from './testing/tables.ts';

const get = (path = '/', lines = ''): string => `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n${lines}\r\n`;
const soon = async (condition: () => boolean): Promise<void> => {
  for (const deadline = Date.now() + 3_000; !condition() && Date.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 5));
};
const revisionsOf = (text: string): string[] => [...text.matchAll(/X-Roadbed-Revision: (\S+)/g)].map((match) => match[1] ?? '');

describe('traffic through the edge', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let edge: EdgeServer | undefined;
  let dead = 0;

  beforeEach(async () => {
    one = await startScriptedUpstream();
    two = await startScriptedUpstream();
    const gone = await startScriptedUpstream();
    dead = gone.port;
    await gone.close();
  });
  afterEach(async () => {
    await edge?.close();
    await one.close();
    await two.close();
  });

  const start = async (revisions: RouteRevision[], settings: Partial<EdgeSettings> = {}, more: Partial<Route> = {}): Promise<EdgeServer> => {
    edge = await startEdgeServer({ host: '127.0.0.1', port: 0, offset: 0, table: table(1, revisions, more), settings: { linger: 300, sweep: 50, retryDelay: 20, ...settings } });
    return edge;
  };
  const counted = (reports: StatsReport[], name: string, count: number): number => reports.find((report) => report.revision === name)?.counts[count] ?? 0;

  test('the choice is made for each request, also on one open connection, and a new table holds from the next request on', async () => {
    const running = await start([revision('stable', 9, one.port), revision('canary', 1, two.port)]);
    const { text } = await talk(running.port, Array.from({ length: 20 }, () => get()), { until: answers(20), pause: 2 });
    expect(revisionsOf(text).filter((name) => name === 'canary')).toHaveLength(2);
    const client = open(running.port);
    let seen = '';
    client.on('data', (bytes) => (seen += bytes.toString()));
    client.write(get());
    await soon(() => answers(1)(seen));
    running.apply(table(2, [revision('stable', 0, one.port), revision('canary', 1, two.port)]));
    for (let count = 2; count < 8; count += 1) {
      client.write(get());
      await soon(() => answers(count)(seen));
    }
    client.destroy();
    expect(revisionsOf(seen).slice(1)).toEqual(Array.from({ length: 6 }, () => 'canary'));
  });

  test('a user stays on one revision by cookie or header', async () => {
    const running = await start([revision('stable', 50, one.port), revision('canary', 50, two.port)], {}, { sticky: { kind: 'cookie', name: 'roadbed-user' } });
    const first = await talk(running.port, [get()], { until: answers(1) });
    const cookie = /Set-Cookie: (roadbed-user=[0-9a-f]{32}); Path=\/; HttpOnly; SameSite=Lax/.exec(first.text)?.[1] ?? '';
    const again = await talk(running.port, Array.from({ length: 6 }, () => get('/', `Cookie: x=1; ${cookie}\r\n`)), { until: answers(6), pause: 2 });
    expect(new Set([...revisionsOf(first.text), ...revisionsOf(again.text)]).size).toBe(1);
    expect(again.text).not.toMatch(/Set-Cookie/);
    running.apply(table(2, [revision('stable', 50, one.port), revision('canary', 50, two.port)], { sticky: { kind: 'header', name: 'X-User' } }));
    const byHeader = await talk(running.port, Array.from({ length: 6 }, () => get('/', 'x-user: anna\r\n')), { until: answers(6), pause: 2 });
    expect(new Set(revisionsOf(byHeader.text)).size).toBe(1);
  });

  test('an unknown host reads what is served here, as text or as a page', async () => {
    const running = await start([revision('r1', 1, one.port)]);
    const text = await talk(running.port, ['GET / HTTP/1.1\r\nHost: <b>.dev\r\n\r\n', ''], { patience: 500 });
    expect(text.text).toMatch(/^HTTP\/1\.1 400/);
    const plain = await talk(running.port, ['GET / HTTP/1.1\r\nHost: nope.dev.localhost:80\r\n\r\n'], { until: answers(1) });
    expect(plain.text).toMatch(/^HTTP\/1\.1 404 [^]*Content-Type: text\/plain[^]*nope\.dev\.localhost[^]*a\.dev\.localhost/);
    expect(plain.ending).toBe('open');
    const page = await talk(running.port, ['GET / HTTP/1.1\r\nHost: nope.dev.localhost\r\nAccept: text/html,*/*\r\n\r\n'], { until: answers(1) });
    expect(page.text).toContain(`<a href="http://${HOST}:${running.port}/">`);
    expect(running.report().refusals).toMatchObject({ 'unknown-host': 2 });
  });

  test('a route without anybody to serve is 503 and says when to come again', async () => {
    const running = await start([revision('r1', 0, one.port), revision('r2', 5)]);
    const { text } = await talk(running.port, [get()], { until: answers(1) });
    expect(text).toMatch(/^HTTP\/1\.1 503 [^]*Retry-After: 1\r\n/);
    expect(running.report().refusals).toEqual({ 'no-endpoints': 1 });
  });

  test('a refused connection is tried elsewhere, in the same revision first, whatever the method', async () => {
    const running = await start([revision('r1', 1, dead, one.port), revision('r2', 1, two.port)]);
    for (let count = 0; count < 8; count += 1) {
      const { text } = await talk(running.port, [`POST /${count} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3\r\n\r\nabc`], { until: answers(1) });
      expect(text).toMatch(/^HTTP\/1\.1 200[^]*abc$/);
    }
    expect(one.requests).toHaveLength(4);
    expect(two.requests).toHaveLength(4);
    const { stats } = running.report();
    expect(counted(stats, 'r1', COUNT.connectErrors)).toBeGreaterThan(0);
    expect(counted(stats, 'r1', COUNT.retries)).toBe(counted(stats, 'r1', COUNT.connectErrors));
    expect(counted(stats, 'r2', COUNT.connectErrors)).toBe(0);
    // Its own second process answered: nothing of it failed.
    expect(counted(stats, 'r1', COUNT.failedOver)).toBe(0);
  });

  test('a revision that is all dead hands its requests to another one, and bears the connect errors', async () => {
    const running = await start([revision('stable', 1, one.port), revision('canary', 1, dead)]);
    const { text } = await talk(running.port, Array.from({ length: 6 }, () => get()), { until: answers(6), pause: 30 });
    expect(revisionsOf(text)).toEqual(Array.from({ length: 6 }, () => 'stable'));
    const { stats } = running.report();
    expect(counted(stats, 'canary', COUNT.connectErrors)).toBe(3);
    expect(counted(stats, 'canary', COUNT.failedOver)).toBe(3);
    expect(counted(stats, 'stable', COUNT.failedOver)).toBe(0);
    expect(counted(stats, 'stable', COUNT.requests)).toBe(6);
    expect(stats.every(({ inFlight }) => inFlight === 0)).toBe(true);
  });

  test('when nobody can be reached it is 502 after three attempts, counted as a failure of the revision', async () => {
    const running = await start([revision('r1', 1, dead)]);
    expect((await talk(running.port, [get()], { until: answers(1) })).text).toMatch(/^HTTP\/1\.1 502 [^]*X-Roadbed-Reason: connect-failed/);
    const { stats } = running.report();
    expect(counted(stats, 'r1', COUNT.connectErrors)).toBe(3);
    expect(counted(stats, 'r1', COUNT.classes + 4)).toBe(1);
  });

  test('an endpoint that comes up between the attempts gets the request', async () => {
    const running = await start([revision('r1', 1, one.port)], { retryDelay: 150 });
    const port = one.port;
    await one.close();
    const asked = talk(running.port, [get('/late')], { until: answers(1) });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { createServer } = await import('node:http');
    const back = createServer((_request, response) => response.end('back'));
    await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
    expect((await asked).text).toMatch(/^HTTP\/1\.1 200 [^]*back/);
    back.closeAllConnections();
    back.close();
  });

  test('repeats a safe request once on a stale connection only when that is switched on', async () => {
    for (const repeatSafe of [false, true]) {
      const running = await start([revision('r1', 1, one.port)], { repeatSafe });
      one.onRequest = (request, socket) => {
        if (request.path === '/again' && one.requests.filter(({ path }) => path === '/again').length % 2 === 1) socket.destroy();
        else socket.write(ok('fine'));
      };
      one.requests.length = 0;
      const { text } = await talk(running.port, [get('/first'), get('/again')], { until: answers(2), pause: 40 });
      expect(text).toMatch(repeatSafe ? /^HTTP\/1\.1 200[^]*HTTP\/1\.1 200/ : /^HTTP\/1\.1 200[^]*HTTP\/1\.1 502/);
      await running.close();
    }
  });

  test('counts requests, classes, bytes, latency and refusals; leaves event streams and tunnels out of the latency', async () => {
    const running = await start([revision('r1', 1, one.port)]);
    one.onRequest = (request, socket) => socket.write(request.path === '/bad' ? 'HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n' : request.path === '/events' ? 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nContent-Length: 2\r\n\r\nhi' : ok('fine'));
    await talk(running.port, [get('/1'), get('/bad'), get('/events')], { until: answers(3), pause: 20 });
    await talk(running.port, ['nonsense\r\n\r\n'], { until: answers(1) });
    const { stats, refusals } = running.report();
    expect(stats).toHaveLength(1);
    const [report] = stats;
    expect(report).toMatchObject({ service: 'a', environment: 'dev', revision: 'r1', route: `${HOST}/`, inFlight: 0 });
    expect(report?.counts.slice(0, 6)).toEqual([3, 0, 2, 0, 0, 1]);
    expect(report?.counts[COUNT.bytesIn]).toBeGreaterThan(100);
    expect(report?.counts[COUNT.bytesOut]).toBeGreaterThan(100);
    expect(histogramCount(report?.firstByte ?? [])).toBe(2);
    expect(histogramCount(report?.total ?? [])).toBe(2);
    expect(refusals).toEqual({ 'request-line': 1 });
    expect(running.report()).toEqual({ stats: [], refusals: {} });
  });

  test('a client that leaves is no failure of the revision; an answer cut short is', async () => {
    const running = await start([revision('r1', 1, one.port)]);
    one.onRequest = (request, socket) => {
      if (request.path === '/cut') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart', () => socket.destroy());
    };
    const client = open(running.port);
    client.write(get('/slow'));
    await soon(() => one.requests.length === 1);
    expect(running.report().stats[0]?.inFlight).toBe(1);
    client.destroy();
    await talk(running.port, [get('/cut')]);
    const { stats } = running.report();
    expect(counted(stats, 'r1', COUNT.clientAborts)).toBe(1);
    expect(counted(stats, 'r1', COUNT.upstreamResets)).toBe(1);
    expect(counted(stats, 'r1', COUNT.requests)).toBe(1);
    expect(counted(stats, 'r1', COUNT.classes + 4)).toBe(0);
    expect(stats[0]?.inFlight).toBe(0);
  });

  test('a client that half-closes gets its answer when that is allowed', async () => {
    const running = await start([revision('r1', 1, one.port)], { allowHalfClose: true });
    one.onRequest = (_request, socket) => setTimeout(() => socket.write(ok('late')), 60);
    const { text, ending } = await talk(running.port, [get()], { end: true });
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*late$/);
    expect(ending).toBe('end');
  });

  test('a dead idle connection leaves the pool, however it ends', async () => {
    const running = await start([revision('r1', 1, one.port)], { upstreamIdle: 150 });
    for (const end of [(socket: Socket): unknown => socket.end(), (socket: Socket): unknown => socket.resetAndDestroy(), (socket: Socket): unknown => socket.write('stray'), (): unknown => undefined]) {
      const count = one.sockets.length;
      await talk(running.port, [get()], { until: answers(1) });
      const socket = one.sockets[count];
      let closed = false;
      socket?.on('close', () => (closed = true));
      if (socket !== undefined) end(socket);
      await soon(() => closed);
      expect(closed).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(one.sockets).toHaveLength(4);
  });

  test('taking a revision out closes its idle connections at once and lets a running request finish', async () => {
    const running = await start([revision('old', 1, one.port)]);
    let release = (): void => undefined;
    one.onRequest = (request, socket) => {
      if (request.path === '/slow') release = () => socket.write(ok('finished'));
      else socket.write(ok('quick'));
    };
    const slow = talk(running.port, [get('/slow')], { until: answers(1), patience: 5_000 });
    await soon(() => one.requests.length === 1);
    await talk(running.port, [get('/quick')], { until: answers(1) });
    let idleClosed = false;
    one.sockets[1]?.on('close', () => (idleClosed = true));
    running.apply(table(2, [revision('old', 0, one.port), revision('new', 1, two.port)]));
    await soon(() => idleClosed);
    expect(idleClosed).toBe(true);
    expect(revisionsOf((await talk(running.port, [get()], { until: answers(1) })).text)).toEqual(['new']);
    release();
    expect((await slow).text).toContain('finished');
    let runningClosed = one.sockets[0]?.destroyed === true;
    one.sockets[0]?.on('close', () => (runningClosed = true));
    await soon(() => runningClosed);
    expect(runningClosed).toBe(true);
  });

  test("a service's own port takes requests for it whatever their Host line says, opens and closes with the table, and drains like the rest", async () => {
    const taken = await startScriptedUpstream();
    const { port } = taken;
    await taken.close();
    const running = await start([revision('r1', 1, one.port)], { drainIdle: 100 });
    running.apply({ ...table(2, [revision('r1', 1, one.port)]), listeners: [{ port, host: HOST }] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await talk(port, [`GET /direct HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`], { until: answers(1) })).text).toMatch(/X-Roadbed-Revision: r1[^]*GET \/direct/);
    running.apply(table(3, [revision('r1', 1, one.port)]));
    expect((await talk(port, [get()], { until: answers(1), patience: 300 })).ending).toBe('reset');
    running.apply({ ...table(4, [revision('r1', 1, one.port)]), listeners: [{ port, host: HOST }] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    let release = (): void => undefined;
    one.onRequest = (_request, socket) => (release = () => socket.write(ok('finished')));
    const slow = talk(port, [get('/slow')], { patience: 5_000 });
    await soon(() => one.requests.some(({ path }) => path === '/slow'));
    const drained = running.drain();
    await new Promise((resolve) => setTimeout(resolve, 150));
    running.apply({ ...table(5, [revision('r1', 1, one.port)]), listeners: [{ port, host: HOST }] });
    release();
    expect((await slow).text).toContain('finished');
    await drained;
    expect((await talk(port, [get()], { patience: 300 })).ending).toBe('reset');
  });

  test('a draining edge finishes what runs, says close, and gives idle clients a second', async () => {
    const running = await start([revision('r1', 1, one.port)], { drainIdle: 150 });
    let release = (): void => undefined;
    one.onRequest = (request, socket) => {
      if (request.path === '/slow') release = () => socket.write(ok('finished'));
      else socket.write(ok('quick'));
    };
    const slow = talk(running.port, [get('/slow')], { patience: 5_000 });
    const kept = talk(running.port, [get('/1')], { patience: 5_000 });
    await soon(() => one.requests.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const drained = running.drain();
    expect((await kept).ending).toBe('end');
    release();
    const { text, ending } = await slow;
    expect(text).toMatch(/Connection: close[^]*finished/);
    expect(ending).toBe('end');
    await drained;
  });
});
