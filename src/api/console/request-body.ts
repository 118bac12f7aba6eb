/** JSON bodies and query strings at the border: parsed, checked, or refused with the path of what is wrong. */
import type { MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { PlatformError } from '../../domain/error.ts';

/**
 * Refuses bodies above `mostBytes` with 413 and ROADBED-5006, whether their length was told or not.
 *
 * Hono's own limit cannot be used here: for a chunked body it makes a Request of the listener's, which is none
 * that Node takes. What was read is handed on as a Request of Node's own.
 */
export function limitBody(mostBytes: number): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    const declared = raw.headers.get('content-length');
    const chunked = raw.headers.has('transfer-encoding') || declared === null;
    const body = chunked && raw.body !== null ? await readWithin(raw.body, mostBytes) : undefined;
    if (body === 'too large' || Number(declared ?? 0) > mostBytes) {
      const problem = { code: 'ROADBED-5006', class: 'invalid', message: 'The request is too large.', why: `At most ${mostBytes} bytes are read.` };
      // The rest of the body is not read, so the connection cannot be used again.
      return context.json(problem, 413, { 'content-type': 'application/problem+json', 'cache-control': 'no-store', connection: 'close' });
    }
    if (body !== undefined) {
      const headers = new Headers(raw.headers);
      headers.delete('transfer-encoding');
      context.req.raw = new Request(raw.url, { method: raw.method, headers, ...(body.length === 0 ? {} : { body }) });
    }
    return next();
  };
}

async function readWithin(stream: ReadableStream<Uint8Array>, mostBytes: number): Promise<Buffer<ArrayBuffer> | 'too large'> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > mostBytes) return 'too large';
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Throws ROADBED-5008 for a body that is not JSON, ROADBED-5009 naming the first field that is wrong. */
export async function checked<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/json\b/.test(request.headers.get('content-type') ?? '')) {
    throw new PlatformError({ code: 'ROADBED-5008', class: 'invalid', message: 'The request must be JSON.', why: 'Its content-type is not application/json.' });
  }
  let body: unknown;
  try {
    body = await request.json();
  } catch (cause) {
    throw new PlatformError({ code: 'ROADBED-5008', class: 'invalid', message: 'The request is not valid JSON.', ...(cause instanceof Error ? { why: cause.message } : {}) });
  }
  return valid(body, schema);
}

export function valid<T>(value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new PlatformError({ code: 'ROADBED-5009', class: 'invalid', message: field === '' ? 'The request is not complete.' : `"${field}" is not as it must be.`, why: issue?.message ?? 'It does not match its schema.' });
}
