/** The object API on a plain loopback listener, for tests: requests as JSON, watches as a list of events. */
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Identity } from '../../../ports/identity.ts';
import { createObjectApi, type ObjectApiOptions } from '../http/handler.ts';
import type { ObjectService } from '../service.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: Record<string, never> & { items?: unknown[]; metadata?: { resourceVersion?: string; continue?: string } };
}

export interface WatchEvent {
  type: string;
  object: { kind: string; metadata: { name: string; resourceVersion: string; annotations?: Record<string, string> }; code?: number };
}

export interface WatchLog {
  events: WatchEvent[];
  ended: Promise<void>;
  stop(): void;
}

export interface HttpWorld {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  watch(path: string, headers?: Record<string, string>): WatchLog;
  stop(): Promise<void>;
}

/** `identity`: who asks, as the console's session would say; absent: the bearer token decides. */
export async function httpWorld(service: ObjectService, identity?: Identity, more: Pick<ObjectApiOptions, 'scaleThrough'> = {}): Promise<HttpWorld> {
  const errors: unknown[] = [];
  const api = createObjectApi({ service, version: '0.0.0', ...more, onError: (error) => void errors.push(error) });
  const server = createServer((request, response) => {
    void api(request, response, identity).then((taken) => {
      if (!taken) response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: text.startsWith('{') ? (JSON.parse(text) as Answer['json']) : {} });
        });
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  function watch(path: string, headers: Record<string, string> = {}): WatchLog {
    const events: WatchEvent[] = [];
    let rest = '';
    const call = httpRequest({ host: '127.0.0.1', port, path, headers });
    const ended = new Promise<void>((resolve) => {
      call.on('error', () => resolve());
      call.on('response', (response) => {
        response.on('data', (chunk: Buffer) => {
          const lines = (rest + chunk.toString('utf8')).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) events.push(JSON.parse(line) as WatchEvent);
        });
        response.on('close', resolve);
        response.on('error', () => resolve());
      });
    });
    call.end();
    return { events, ended, stop: () => void call.destroy() };
  }

  return {
    send,
    watch,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (errors.length > 0) throw new AggregateError(errors, 'the object API reported internal errors');
    },
  };
}
