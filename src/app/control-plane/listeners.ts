/**
 * The two listeners of the control plane: TLS for kubectl and the CLI, plain HTTP on loopback for the console
 * and Git. Workloads never share either: they live behind the edge.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { PlatformError } from '../../domain/error.ts';

const HEADER_LIMIT = 32 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
/** A push may take long; the Git server has its own limit. */
const REQUEST_TIMEOUT_MS = 15 * 60_000;

export interface HttpListener {
  port: number;
  close(): Promise<void>;
}

export async function listenHttp(host: string, port: number, handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<HttpListener> {
  const server = createHttpServer({ maxHeaderSize: HEADER_LIMIT, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, noDelay: true }, handle);
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        new PlatformError({
          code: 'ROADBED-7010',
          class: 'failed',
          message: `the console cannot listen on ${host}:${port}`,
          why: taken ? 'another program listens there' : error.message,
          next: taken ? 'roadbed up --port 0 takes any free port' : 'choose another address with --host or --port',
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** `preferred` when nobody listens there, else 0 (any free port). */
export function freePort(host: string, preferred: number): Promise<number> {
  if (preferred === 0) return Promise.resolve(0);
  return new Promise((resolve) => {
    const probe = createNetServer();
    probe.once('error', () => resolve(0));
    probe.listen(preferred, host, () => probe.close(() => resolve(preferred)));
  });
}
