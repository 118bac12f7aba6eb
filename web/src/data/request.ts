/** Requests to the console's own origin. Errors keep the platform's words: what happened, why, what next. */
import type { z } from 'zod';
import type { OperationArguments, OperationName, OperationResult } from '../../../src/api/contract/operations.ts';
import type { Problem } from '../../../src/api/contract/problem.ts';
import type { ReadName, reads } from '../../../src/api/contract/routes.ts';

export type Answer<Name extends ReadName> = z.infer<(typeof reads)[Name]['answer']>;

export class RequestProblem extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }
}

const PREFIX = '/roadbed/v1';
const TIMEOUT_MS = 15_000;

async function request<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(PREFIX + path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch {
    throw new RequestProblem(0, { code: 'ROADBED-5091', message: 'The platform does not answer.', why: 'It is stopped, restarting, or the network is down.', next: 'roadbed status' });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  throw new RequestProblem(response.status, isProblem(answer) ? answer : { code: 'ROADBED-5090', message: `The platform answered ${response.status}.` });
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

export function get<T>(path: string): Promise<T> {
  return request('GET', path);
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return request('POST', path, body);
}

export function operate<Name extends OperationName>(name: Name, args: OperationArguments<Name>): Promise<OperationResult> {
  return post(`/operations/${name}`, args);
}

/** `path` of the parts, each percent-encoded. */
export function pathOf(...parts: string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}
