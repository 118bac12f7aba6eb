/**
 * The supervisor's door: HTTP on a Unix socket that only its own user can open.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PlatformError } from '../../domain/error.ts';
import type { RevisionSpec, TaskSpec } from '../../ports/runtime.ts';
import { type ErrorBody, HEARTBEAT_MS, type Hello, PROTOCOL, type ShutdownRequest } from './protocol.ts';
import type { Supervisor } from './supervisor.ts';

const MOST_BODY_BYTES = 64 * 1024 * 1024;

const STATUS: Partial<Record<PlatformError['class'], number>> = { invalid: 422, refused: 409, 'not-found': 404, 'already-exists': 409, conflict: 409, unavailable: 503 };

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) throw new PlatformError({ code: 'ROADBED-1302', class: 'invalid', message: `The process runtime takes no more than ${MOST_BODY_BYTES / 1024 / 1024} MB at once.` });
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof PlatformError ? error : new PlatformError({ code: 'ROADBED-1300', class: 'failed', message: 'The supervisor failed.', why: (error as Error).message });
  const body: ErrorBody = { error: { code: known.code as `ROADBED-${string}`, class: known.class, message: known.message, ...(known.why === undefined ? {} : { why: known.why }), ...(known.next === undefined ? {} : { next: known.next }) } };
  if (!response.headersSent) sendJson(response, STATUS[known.class] ?? 500, body);
}

function streamChanges(supervisor: Supervisor, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.write('\n');
  const subscription = supervisor.onChange((revision) => {
    // A reader that does not read is dropped: it will ask again and then look at everything.
    if (response.writableLength > 1024 * 1024) response.destroy();
    else response.write(`${JSON.stringify({ revision })}\n`);
  });
  const heartbeat = setInterval(() => response.write('\n'), HEARTBEAT_MS);
  response.once('close', () => {
    subscription.stop();
    clearInterval(heartbeat);
  });
}

/** `GET /v1/tasks/abc` -> `['GET', 'tasks', 'abc']`. */
function route(request: IncomingMessage): { method: string; noun: string; id: string; verb: string; query: URLSearchParams } {
  const url = new URL(request.url ?? '/', 'http://supervisor');
  const [, version, noun = '', id = '', verb = ''] = url.pathname.split('/');
  if (version !== `v${PROTOCOL}`) throw new PlatformError({ code: 'ROADBED-1306', class: 'failed', message: `The supervisor speaks version ${PROTOCOL} of its protocol, not ${version ?? '(none)'}.`, next: 'Run roadbed down and roadbed up with one version of Roadbed.' });
  return { method: request.method ?? 'GET', noun, id: decodeURIComponent(id), verb, query: url.searchParams };
}

async function answer(supervisor: Supervisor, hello: Hello, request: IncomingMessage, shutdown: (request: ShutdownRequest) => Promise<void>): Promise<unknown> {
  const { method, noun, id, verb, query } = route(request);
  switch (`${method} ${noun}${verb === '' ? '' : `/${verb}`}`) {
    case 'GET hello': return hello;
    case 'GET capabilities': return supervisor.capabilities();
    case 'GET revisions': return supervisor.observe();
    case 'PUT revisions': return supervisor.apply((await readBody(request)) as RevisionSpec);
    case 'DELETE revisions': return supervisor.remove(id);
    case 'POST tasks': return supervisor.startTask((await readBody(request)) as TaskSpec);
    case 'GET tasks': return supervisor.observeTask(id) ?? null;
    case 'POST tasks/cancel': return supervisor.cancelTask(id);
    case 'DELETE tasks': return supervisor.forgetTask(id);
    case 'GET logs': {
      const tail = query.get('tail');
      const after = query.get('after');
      return supervisor.logs({ id, ...(tail === null ? {} : { tail: Number(tail) }), ...(after === null ? {} : { after }) });
    }
    case 'POST shutdown': return shutdown((await readBody(request)) as ShutdownRequest);
    default: throw new PlatformError({ code: 'ROADBED-1306', class: 'not-found', message: `The supervisor knows no ${method} ${noun}.` });
  }
}

/** Builds the server; the caller listens. `shutdown` is called once its answer may be sent. */
export function createControlServer(supervisor: Supervisor, hello: Hello, shutdown: (request: ShutdownRequest) => Promise<void>): Server {
  return createServer({ requestTimeout: 0, keepAliveTimeout: 30_000 }, (request, response) => {
    if (request.url === `/v${PROTOCOL}/changes`) {
      streamChanges(supervisor, response);
      return;
    }
    answer(supervisor, hello, request, shutdown).then(
      (body) => sendJson(response, 200, body ?? null),
      (error: unknown) => sendError(response, error),
    );
  });
}
