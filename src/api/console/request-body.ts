/** JSON bodies and query strings at the border: parsed, checked, or refused with the path of what is wrong. */
import type { z } from 'zod';
import { PlatformError } from '../../domain/error.ts';

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
