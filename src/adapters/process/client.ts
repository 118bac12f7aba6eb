/**
 * The control plane's side: `ports/runtime` spoken over the supervisor's socket.
 *
 * It holds no state. While the supervisor is being restarted, calls wait up to three seconds for it, as all
 * of them are idempotent, and then fail with ROADBED-1305, which is worth trying again.
 */
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorClass, PlatformError } from '../../domain/error.ts';
import type { LogLine, LogQuery, RevisionObservation, RevisionSpec, Runtime, TaskObservation, TaskSpec } from '../../ports/runtime.ts';
import { type ErrorBody, HEARTBEAT_MS, type Hello, PROTOCOL, type ShutdownRequest, socketPath } from './protocol.ts';

const PATIENCE_MS = 3_000;
const CALL_MS = 30_000;
const NOT_THERE = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

function unavailable(cause: Error): PlatformError {
  return new PlatformError({ code: 'ROADBED-1305', class: 'unavailable', message: 'The supervisor of the local processes does not answer.', why: cause.message, next: 'It is started again within seconds; if not, look at supervisor.log in its folder.', retry: 'backoff', cause });
}

function send(socket: string, method: string, path: string, body: unknown, timeoutMs: number): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = httpRequest({ socketPath: socket, method, path: `/v${PROTOCOL}/${path}`, agent: false, timeout: timeoutMs, headers: text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 500, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.on('error', reject);
    request.end(text);
  });
}

export interface SupervisorClient extends Runtime {
  /** Who answers; throws ROADBED-1305 at once when nobody does. */
  hello(): Promise<Hello>;
  shutdown(request: ShutdownRequest): Promise<void>;
}

/** A client of the supervisor of `folder`. Opens nothing until it is used. */
export function createProcessRuntime(folder: string): SupervisorClient {
  const socket = socketPath(folder);

  async function call<T>(method: string, path: string, body?: unknown, patienceMs = PATIENCE_MS, timeoutMs = CALL_MS): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        const answer = await send(socket, method, path, body, timeoutMs);
        if (answer.status < 400) return answer.body as T;
        const { error } = answer.body as ErrorBody;
        throw new PlatformError({ ...error, class: error.class as ErrorClass });
      } catch (error) {
        if (error instanceof PlatformError) throw error;
        const code = (error as NodeJS.ErrnoException).code ?? '';
        if (!NOT_THERE.has(code) || performance.now() > deadline) throw unavailable(error as Error);
        await sleep(50);
      }
    }
  }

  return {
    hello: () => call<Hello>('GET', 'hello', undefined, 0, 5_000),
    shutdown: async (request) => void (await call('POST', 'shutdown', request, 0, 3_700_000)),
    apply: async (revision: RevisionSpec) => void (await call('PUT', `revisions/${encodeURIComponent(revision.id)}`, revision)),
    remove: async (id) => void (await call('DELETE', `revisions/${encodeURIComponent(id)}`)),
    observe: () => call<RevisionObservation[]>('GET', 'revisions'),
    onChange: (listener) => followChanges(socket, listener),
    startTask: async (task: TaskSpec) => void (await call('POST', 'tasks', task)),
    observeTask: async (id) => (await call<TaskObservation | null>('GET', `tasks/${encodeURIComponent(id)}`)) ?? undefined,
    cancelTask: async (id) => void (await call('POST', `tasks/${encodeURIComponent(id)}/cancel`)),
    forgetTask: async (id) => void (await call('DELETE', `tasks/${encodeURIComponent(id)}`)),
    logs: (query: LogQuery) => {
      const parameters = new URLSearchParams({ ...(query.tail === undefined ? {} : { tail: String(query.tail) }), ...(query.after === undefined ? {} : { after: query.after }) });
      return call<{ lines: LogLine[]; next: string }>('GET', `logs/${encodeURIComponent(query.id)}?${parameters.toString()}`);
    },
    capabilities: () => call('GET', 'capabilities'),
  };
}

/** Follows the stream of changes for ever; after every reconnection the listener hears of `*`: anything may have changed. */
function followChanges(socket: string, listener: (revisionId: string) => void): { stop(): void } {
  let stopped = false;
  let close = (): void => undefined;
  const connectOnce = (): Promise<void> =>
    new Promise((resolve) => {
      const request = httpRequest({ socketPath: socket, path: `/v${PROTOCOL}/changes`, agent: false, timeout: HEARTBEAT_MS * 3 }, (response) => {
        let rest = '';
        listener('*');
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line !== '' && !stopped) listener((JSON.parse(line) as { revision: string }).revision);
        });
        response.on('error', () => undefined);
        response.on('close', resolve);
      });
      close = () => void request.destroy();
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve());
      request.end();
    });
  void (async () => {
    while (!stopped) {
      await connectOnce();
      if (!stopped) await sleep(100, undefined, { ref: false });
    }
  })();
  return {
    stop: () => {
      stopped = true;
      close();
    },
  };
}
