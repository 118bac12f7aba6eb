/**
 * A typed client of `/roadbed/v1` for the CLI and tests. Transport is injected: `send` is a plain
 * fetch-like function that knows the base URL, the CA and the token.
 */
import type { z } from 'zod';
import { PlatformError } from '../../domain/error.ts';
import type { ErrorClass } from '../../domain/error.ts';
import { operationResultSchema } from './operations.ts';
import type { OperationArguments, OperationName, OperationResult } from './operations.ts';
import { problemSchema } from './problem.ts';
import { PREFIX, readPath, reads } from './routes.ts';
import type { ReadName } from './routes.ts';

export interface ClientAnswer {
  status: number;
  /** The body, parsed as JSON; undefined when it is none. */
  body: unknown;
}

export type Send = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<ClientAnswer>;

export interface RoadbedClient {
  read<Name extends ReadName>(name: Name, parameters?: Readonly<Record<string, string>>, query?: Readonly<Record<string, string>>): Promise<z.infer<(typeof reads)[Name]['answer']>>;
  operate<Name extends OperationName>(name: Name, args: OperationArguments<Name>): Promise<OperationResult>;
}

const CLASSES: Readonly<Record<number, ErrorClass>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  408: 'timed-out',
  409: 'conflict',
  410: 'failed',
  422: 'invalid',
  503: 'unavailable',
  504: 'timed-out',
};

/** Throws PlatformError with the server's code, words and class; ROADBED-5090 for an answer of another form. */
export function createClient(send: Send): RoadbedClient {
  return {
    async read(name, parameters = {}, query = {}) {
      const route = reads[name];
      const search = new URLSearchParams(query).toString();
      const answer = await send('GET', readPath(route.path, parameters) + (search === '' ? '' : `?${search}`));
      return accepted(answer, route.answer as z.ZodType) as never;
    },
    async operate(name, args) {
      return accepted(await send('POST', `${PREFIX}/operations/${name}`, args), operationResultSchema);
    },
  };
}

function accepted<T>(answer: ClientAnswer, schema: z.ZodType<T>): T {
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw unexpected(answer, parsed.error.issues[0]?.message);
  }
  const problem = problemSchema.safeParse(answer.body);
  if (!problem.success) throw unexpected(answer, undefined);
  const { code, message, why, next } = problem.data;
  throw new PlatformError({
    code: code as `ROADBED-${string}`,
    class: problem.data.class ?? CLASSES[answer.status] ?? 'failed',
    message,
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next }),
  });
}

function unexpected(answer: ClientAnswer, why: string | undefined): PlatformError {
  return new PlatformError({
    code: 'ROADBED-5090',
    class: 'failed',
    message: `The server answered ${answer.status} in a form this client does not know.`,
    why: why ?? 'The answer is neither the documented result nor a problem.',
    next: 'Check that client and server are of the same version: roadbed doctor',
  });
}
