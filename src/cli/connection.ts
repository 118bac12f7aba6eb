/**
 * One HTTPS client for the object API and Roadbed's own endpoints: bearer token, pinned CA, time limits.
 *
 * Answers that are not 2xx become PlatformError: a Kubernetes Status by its reason, a problem document by
 * its code. The token is never part of a message.
 */
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { PlatformError, type ErrorClass } from '../domain/error.ts';
import type { Context } from './context.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

export interface CallOptions {
  body?: unknown;
  contentType?: string;
  accept?: string;
  timeoutMs?: number;
  /** A body that is too large to be held: sent as it is read. `bytes`: its length, where it is known. */
  stream?: { from: Readable; bytes?: number };
}

interface StatusBody {
  reason?: string;
  message?: string;
  code?: number | string;
  why?: string;
  next?: string;
}

const CLASS_BY_HTTP: Record<number, ErrorClass> = { 400: 'usage', 401: 'unauthenticated', 403: 'forbidden', 404: 'not-found', 409: 'conflict', 412: 'refused', 422: 'invalid', 503: 'unavailable', 504: 'timed-out' };

function toError(status: number, text: string): PlatformError {
  let body: StatusBody = {};
  try {
    body = JSON.parse(text) as StatusBody;
  } catch {
    body = { message: text.slice(0, 300) };
  }
  const isOurs = typeof body.code === 'string' && body.code.startsWith('ROADBED-');
  const errorClass = (body as { class?: ErrorClass }).class ?? (body.reason === 'AlreadyExists' ? 'already-exists' : (CLASS_BY_HTTP[status] ?? 'failed'));
  return new PlatformError({
    code: isOurs ? (body.code as `ROADBED-${string}`) : `ROADBED-6${status}`,
    class: errorClass,
    message: body.message ?? `the server answered ${status}`,
    ...(body.why === undefined ? (body.reason === undefined ? {} : { why: body.reason }) : { why: body.why }),
    ...(body.next === undefined ? (status === 401 ? { next: 'roadbed login, the token is unknown or expired' } : {}) : { next: body.next }),
  });
}

const NOT_TRUSTED = new Set(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_SIGNATURE_FAILURE', 'ERR_TLS_CERT_ALTNAME_INVALID']);

function unreachable(context: Context, cause: Error): PlatformError {
  if (NOT_TRUSTED.has((cause as NodeJS.ErrnoException).code ?? '')) {
    return new PlatformError({
      code: 'ROADBED-6008',
      class: 'refused',
      message: `the certificate of ${context.apiUrl} is not trusted, so no token was sent`,
      why: cause.message,
      next: `copy keys/tls/ca.crt from the data directory of that Roadbed, then: roadbed login ${context.apiUrl} --token-file FILE --ca ca.crt`,
      cause,
    });
  }
  return new PlatformError({ code: 'ROADBED-6004', class: 'unavailable', message: `Roadbed at ${context.apiUrl} does not answer`, why: cause.message, next: 'roadbed up, or roadbed doctor', retry: 'backoff', cause });
}

export interface Connection {
  readonly context: Context;
  /** Sends and answers the parsed JSON (or the text, when it is not JSON). */
  call<T = unknown>(method: string, path: string, options?: CallOptions): Promise<T>;
  /** Streams an answer line by line until it ends or `signal` fires. */
  lines(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
}

export function connect(context: Context): Connection {
  const open = (method: string, path: string, options: CallOptions, signal?: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = new URL(path, context.apiUrl);
      const payload = options.body === undefined ? undefined : typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
      const outgoing = httpsRequest(url, {
        method,
        ...(context.ca === undefined ? {} : { ca: context.ca }),
        ...(signal === undefined ? {} : { signal }),
        headers: {
          authorization: `Bearer ${context.token}`,
          accept: options.accept ?? 'application/json',
          'user-agent': 'roadbed-cli',
          ...(payload === undefined ? {} : { 'content-type': options.contentType ?? 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...(options.stream === undefined ? {} : { 'content-type': options.contentType ?? 'application/json', ...(options.stream.bytes === undefined ? {} : { 'content-length': options.stream.bytes }) }),
        },
      });
      if (signal === undefined) outgoing.setTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, () => outgoing.destroy(new Error('no answer in time')));
      // A refusal comes before all of a large body is out; what breaks afterwards is no news.
      let answered = false;
      outgoing.on('response', (response) => {
        answered = true;
        resolve(response);
      });
      outgoing.on('error', (error) => {
        if (!answered) reject(unreachable(context, error));
      });
      if (options.stream === undefined) outgoing.end(payload);
      else {
        options.stream.from.on('error', (error) => outgoing.destroy(error));
        options.stream.from.pipe(outgoing);
      }
    });

  const read = async (response: IncomingMessage): Promise<string> => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new PlatformError({ code: 'ROADBED-6005', class: 'failed', message: 'the answer is larger than 256 MiB', next: 'narrow it with a namespace or a selector' });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  };

  return {
    context,
    async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
      const response = await open(method, path, options);
      const text = await read(response);
      const status = response.statusCode ?? 500;
      if (status >= 300) throw toError(status, text);
      return (/json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : text) as T;
    },
    async lines(path, onLine, signal) {
      const response = await open('GET', path, {}, signal);
      if ((response.statusCode ?? 500) >= 300) throw toError(response.statusCode ?? 500, await read(response));
      let rest = '';
      response.setEncoding('utf8');
      try {
        for await (const chunk of response as AsyncIterable<string>) {
          const parts = (rest + chunk).split('\n');
          rest = parts.pop() ?? '';
          for (const line of parts) onLine(line);
        }
      } catch (error) {
        if (!signal.aborted) throw unreachable(context, error as Error);
      }
      if (rest !== '') onLine(rest);
    },
  };
}
