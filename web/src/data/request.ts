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

async function request<T>(method: 'GET' | 'POST' | 'PATCH', address: string, body?: unknown, type = 'application/json'): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }),
    });
  } catch {
    throw new RequestProblem(0, { code: 'ROADBED-5091', message: 'The platform does not answer.', why: 'It is stopped, restarting, or the network is down.', next: 'roadbed status' });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  throw new RequestProblem(response.status, isProblem(answer) ? answer : refusalOf(response.status, answer));
}

/** The object API refuses with a Kubernetes Status: its message, and each field that is not as it must be. */
function refusalOf(status: number, answer: unknown): Problem {
  const { message, details } = (answer ?? {}) as { message?: string; details?: { causes?: { field?: string; message?: string }[] } };
  if (typeof message !== 'string') return { code: 'ROADBED-5090', message: `The platform answered ${status}.` };
  if (status === 409) return { code: 'ROADBED-5092', message: 'Somebody changed it meanwhile.', why: 'What you see is based on an older version.', next: 'Discard your changes, look at the new settings, and change them again.' };
  const causes = (details?.causes ?? []).map((cause) => [cause.field, cause.message].filter(Boolean).join(': ')).join('; ');
  return { code: 'ROADBED-5093', message: status === 403 ? 'Your role does not let you change this.' : 'The platform did not take the change.', why: causes === '' ? message : causes };
}

function isProblem(value: unknown): value is Problem {
  // A Kubernetes Status has a code too, but a number.
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'message' in value;
}

export function get<T>(path: string): Promise<T> {
  return request('GET', PREFIX + path);
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return request('POST', PREFIX + path, body);
}

export function operate<Name extends OperationName>(name: Name, args: OperationArguments<Name>): Promise<OperationResult> {
  return post(`/operations/${name}`, args);
}

const OBJECTS = '/apis/roadbed.dev/v1alpha1';

/** Changes a cluster-scoped object of Roadbed's own group by a merge patch; what is wrong in it is named, nothing is dropped. */
export function patchObject(plural: string, name: string, patch: object): Promise<unknown> {
  return request('PATCH', `${OBJECTS}/${plural}${pathOf(name)}?fieldValidation=Strict&fieldManager=console`, patch, 'application/merge-patch+json');
}

/** Whether the person may do so, by the same rules that the object API follows; undefined when nobody says. */
export async function may(verb: string, resource: string, name: string): Promise<boolean | undefined> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { group: 'roadbed.dev', resource, verb, name } } };
  const answer = await request<{ status?: { allowed?: boolean } }>('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
  return answer.status?.allowed;
}

/** `path` of the parts, each percent-encoded. */
export function pathOf(...parts: string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}
