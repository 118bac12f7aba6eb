/**
 * The second edge: the same interface on `node:http` and undici, whose framing other people wrote and
 * attack every day. Not in the product; it is what the own framing is compared with, and what could replace it at twice the price.
 *
 * Known differences, all documented in Node: it re-frames chunks (extensions are lost) and drops
 * trailers; it answers `Expect: 100-continue` itself; its parser is laxer (`laxOracle` in the list of malformed requests).
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { Agent, Client } from 'undici';
import { hostOf } from '../../../formats/http1/request-head.ts';
import type { RouteTable } from '../../../ports/traffic.ts';
import { EdgeState } from '../edge-state.ts';
import type { EdgeServer } from '../edge-server.ts';
import { chooseEndpoint, chooseNext } from '../routes.ts';
import type { Target } from '../routes.ts';
import type { EdgeSettings } from '../settings.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import type { Endpoint } from '../upstream.ts';

const DROPPED = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade', 'expect', 'forwarded', 'proxy-authorization', 'host']);

function kept(raw: string[], nominated: string): string[] {
  const names = nominated.toLowerCase().split(',').map((name) => name.trim());
  const lines: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    if (DROPPED.has(name) || names.includes(name) || name.startsWith('x-forwarded-') || name.startsWith('x-roadbed-')) continue;
    lines.push(raw[index] ?? '', raw[index + 1] ?? '');
  }
  return lines;
}

class OracleEdge {
  readonly state: EdgeState;
  readonly agent: Agent;

  constructor(settings: EdgeSettings) {
    this.state = new EdgeState(settings);
    this.agent = new Agent({ keepAliveTimeout: settings.upstreamIdle, connect: { timeout: settings.connect }, headersTimeout: settings.answerHead, bodyTimeout: settings.answerIdle, pipelining: 1, allowH2: false });
  }

  choose(request: IncomingMessage): { target: Target; endpoint: Endpoint; authority: string; path: string } | 404 | 503 {
    const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(request.url ?? '');
    const authority = absolute?.[1] ?? request.headers.host ?? '';
    const path = absolute === null ? (request.url ?? '/') : absolute[2]?.startsWith('/') === true ? absolute[2] : `/${absolute[2] ?? ''}`;
    const route = this.state.book.find(hostOf(authority), path);
    if (route === undefined) return 404;
    const target = chooseNext(route);
    const endpoint = target === undefined ? undefined : chooseEndpoint(target, [], 0);
    return target === undefined || endpoint === undefined ? 503 : { target, endpoint, authority, path };
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chosen = this.choose(request);
    if (typeof chosen === 'number') {
      response.writeHead(chosen, { 'content-type': 'text/plain' }).end('not served\n');
      return;
    }
    const { target, endpoint, authority, path } = chosen;
    const abort = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) abort.abort();
    });
    target.stats.inFlight += 1;
    try {
      const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
      const headers = [...kept(request.rawHeaders, request.headers.connection ?? ''), 'host', authority, 'x-forwarded-for', request.socket.remoteAddress ?? '', 'x-forwarded-proto', 'http', 'x-forwarded-host', authority];
      const answer = await this.agent.request({ origin: `http://${endpoint.host}:${endpoint.port}`, path, method: request.method as 'GET', headers, body: hasBody ? request : null, signal: abort.signal, responseHeaders: 'raw' });
      const raw = answer.headers as unknown as (string | Buffer)[];
      const lines = kept(raw.map(String), '');
      target.stats.answered(answer.statusCode);
      response.writeHead(answer.statusCode, [...lines, 'x-roadbed-revision', target.revision]);
      answer.body.on('error', () => request.socket.resetAndDestroy());
      answer.body.pipe(response);
    } catch {
      if (abort.signal.aborted) return;
      if (response.headersSent) response.socket?.resetAndDestroy();
      else response.writeHead(502, { connection: 'close' }).end('the service did not answer properly\n');
    } finally {
      target.stats.inFlight -= 1;
    }
  }

  async upgrade(request: IncomingMessage, client: Socket, early: Buffer): Promise<void> {
    client.on('error', () => client.destroy());
    const chosen = this.choose(request);
    if (typeof chosen === 'number') return void client.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    const { endpoint, authority, path } = chosen;
    try {
      const headers = [...kept(request.rawHeaders, ''), 'host', authority];
      const connection = new Client(`http://${endpoint.host}:${endpoint.port}`);
      const { headers: answer, socket } = await connection.upgrade({ path, method: 'GET', headers, protocol: request.headers.upgrade ?? '' });
      const lines = Object.entries(answer).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      if (early.length > 0) socket.write(early);
      pipeline(socket, client, () => client.destroy());
      pipeline(client, socket, () => undefined);
    } catch {
      client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    }
  }
}

export async function startOracleEdge(options: { host: string; port: number; table: RouteTable; offset: number; settings?: Partial<EdgeSettings> }): Promise<EdgeServer> {
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const edge = new OracleEdge(settings);
  edge.state.book.swap(options.table, options.offset);
  const server = createServer({ keepAliveTimeout: settings.clientIdle, headersTimeout: settings.head, requestTimeout: settings.bodyIdle, connectionsCheckingInterval: settings.sweep, noDelay: true }, (request, response) => void edge.serve(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, early: Buffer) => void edge.upgrade(request, socket, early));
  await new Promise<void>((resolve) => server.listen({ host: options.host, port: options.port }, resolve));
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await edge.agent.destroy();
    await closed;
  };
  return {
    port: (server.address() as AddressInfo).port,
    apply: (table) => edge.state.book.swap(table, options.offset),
    report: () => ({ stats: [...edge.state.book.stats.values()].map((one) => one.report()).filter((report) => report !== undefined), refusals: {} }),
    drain: close,
    close,
  };
}
