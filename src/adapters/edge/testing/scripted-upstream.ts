/** A workload that does exactly what a test tells it, byte for byte, and remembers what it was sent. */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  head: string;
  body: string;
  /** Which connection, counted from 0. */
  connection: number;
}

export type Script = (request: SeenRequest, socket: Socket) => void;

export interface ScriptedUpstream {
  port: number;
  requests: SeenRequest[];
  sockets: Socket[];
  /** Everything that was received, on all connections. */
  received(): string;
  /** Called when a request is complete. */
  onRequest: Script;
  /** Called when a head is complete; return true to handle the request there and then. */
  onHead: (request: SeenRequest, socket: Socket) => boolean;
  close(): Promise<void>;
}

export function ok(body: string, extra = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n${extra}\r\n${body}`;
}

function bodyEnd(head: string, rest: string): number {
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (length !== undefined) return rest.length >= Number(length) ? Number(length) : -1;
  if (!/^transfer-encoding: chunked/im.test(head)) return 0;
  const end = /(?:^|\r\n)0(?:;[^\r]*)?\r\n(?:[^\r]+\r\n)*\r\n/.exec(rest);
  return end === null ? -1 : end.index + end[0].length;
}

export async function startScriptedUpstream(onRequest: Script = (request, socket) => socket.write(ok(`${request.method} ${request.path} ${request.body}`))): Promise<ScriptedUpstream> {
  const sockets: Socket[] = [];
  const texts: string[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const connection = sockets.push(socket) - 1;
    let pending = '';
    let announced = false;
    texts[connection] = '';
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('data', (bytes) => {
      texts[connection] += bytes.toString('latin1');
      pending += bytes.toString('latin1');
      for (;;) {
        const headEnd = pending.indexOf('\r\n\r\n');
        if (headEnd < 0) return;
        const head = pending.slice(0, headEnd + 2);
        const [method = '', path = ''] = head.split(' ');
        const request = { method, path, head, body: '', connection };
        if (!announced && upstream.onHead(request, socket)) {
          upstream.requests.push(request);
          pending = '';
          return;
        }
        announced = true;
        const end = bodyEnd(head, pending.slice(headEnd + 4));
        if (end < 0) return;
        request.body = pending.slice(headEnd + 4, headEnd + 4 + end);
        pending = pending.slice(headEnd + 4 + end);
        announced = false;
        upstream.requests.push(request);
        upstream.onRequest(request, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: ScriptedUpstream = {
    port: (server.address() as AddressInfo).port,
    requests: [],
    sockets,
    received: () => texts.join(''),
    onRequest,
    onHead: () => false,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return upstream;
}
