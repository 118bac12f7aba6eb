/** Errors as answers: the one place that maps a PlatformError to a status and the problem form. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { PlatformError } from '../../domain/error.ts';
import type { ErrorClass } from '../../domain/error.ts';
import type { Problem } from '../contract/problem.ts';

const STATUS: Readonly<Record<ErrorClass, number>> = {
  failed: 500,
  usage: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'already-exists': 409,
  invalid: 422,
  refused: 409,
  'timed-out': 504,
  unavailable: 503,
  incomplete: 500,
};

/** An unknown error is told as ROADBED-5000 with an id that also stands in the log; its text stays here. */
export function problemOf(error: unknown, log: (line: string) => void): { status: number; problem: Problem } {
  if (error instanceof PlatformError) {
    const { code, message, why, next } = error;
    return {
      status: STATUS[error.class],
      problem: { code, class: error.class, message, ...(why === undefined ? {} : { why }), ...(next === undefined ? {} : { next }) },
    };
  }
  const id = randomUUID().slice(0, 8);
  log(`console: request failed, id ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return {
    status: 500,
    problem: { code: 'ROADBED-5000', class: 'failed', message: 'The platform could not answer.', why: `Unexpected error ${id}; the log has the cause.`, next: 'roadbed doctor' },
  };
}

export function sendProblem(response: ServerResponse, status: number, problem: Problem): void {
  response.writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(problem));
}

export function notFound(what: string, next?: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-5004', class: 'not-found', message: `There is no ${what}.`, why: 'It does not exist, or you may not read it.', ...(next === undefined ? {} : { next }) });
}
