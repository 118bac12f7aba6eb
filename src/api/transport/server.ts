/** The TLS listener of the object API: bounded headers, sockets and times; HTTP/1.1. */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlatformError } from '../../domain/error.ts';
import { BodyTimes } from './body-time.ts';
import type { Certificates } from './certificates.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

export interface TlsListenerOptions {
  host?: string;
  /** 0: any free one. */
  port: number;
  certificates: Certificates;
  /** Answers whether it has taken the request; what nobody takes is 404. */
  handler: RequestHandler;
  onError: (error: unknown) => void;
  /** How long the body of a request may take; a handler may allow one of its requests more. */
  bodyMs?: number;
}

export interface TlsListener {
  url: string;
  port: number;
  /** A renewed certificate for new connections. */
  useCertificates(certificates: Certificates): void;
  /** Ends watches and idle connections; resolves when all are closed. */
  close(): Promise<void>;
}

const HEADER_LIMIT = 32 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
/** A bill or a state may take long to come; those who read large bodies see to it that they keep coming, all others read few bytes. */
const BODY_MS = 15 * 60_000;
const KEEP_ALIVE_MS = 65_000;
const GRACE_MS = 2_000;

export async function listenTls(options: TlsListenerOptions): Promise<TlsListener> {
  const { certificates, handler, onError, host = '127.0.0.1', bodyMs = BODY_MS } = options;
  const bodies = new BodyTimes(bodyMs);
  const server = createServer(
    {
      cert: certificates.certificate,
      key: certificates.key,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      maxHeaderSize: HEADER_LIMIT,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // Of the body each request has a limit of its own.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    },
    (request, response) => {
      response.on('error', onError);
      bodies.watch(request, response);
      handler(request, response).then(
        (taken) => {
          if (taken) return;
          response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
          response.end('404 page not found\n');
        },
        (error: unknown) => {
          onError(error);
          response.destroy();
        },
      );
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenFailure(error, host, options.port)));
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    useCertificates: (renewed) => server.setSecureContext({ cert: renewed.certificate, key: renewed.key }),
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(timer);
          bodies.stop();
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): PlatformError {
  const inUse = error.code === 'EADDRINUSE';
  return new PlatformError({
    code: 'ROADBED-1131',
    class: 'unavailable',
    message: inUse ? `Port ${port} on ${host} is in use.` : `The object API cannot listen on ${host}:${port}.`,
    why: error.message,
    next: 'choose another port, or 0 for any free one',
    cause: error,
  });
}
