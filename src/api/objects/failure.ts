/**
 * Every refusal of the object API, in the form of a Kubernetes Status and as a PlatformError at once.
 *
 * Clients parse reason, details and causes; kubectl prints the message, for `Invalid` the causes. The
 * wording is that of kube-apiserver where a client depends on it.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ErrorClass } from '../../domain/error.ts';
import type { FieldProblem } from '../../domain/kinds/definition.ts';
import type { FieldConflict } from '../../engines/field-sets/managed-fields.ts';
import type { ServedKind } from './served-kinds.ts';

export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

interface Failure {
  code: `ROADBED-${string}`;
  http: number;
  reason: string;
  class: ErrorClass;
  message: string;
  details?: StatusDetails;
  next?: string;
  retry?: 'backoff';
}

export class ObjectApiError extends PlatformError {
  readonly http: number;
  readonly status: Status;

  constructor(failure: Failure) {
    super({
      code: failure.code,
      class: failure.class,
      message: failure.message,
      ...(failure.next === undefined ? {} : { next: failure.next }),
      ...(failure.retry === undefined ? {} : { retry: failure.retry }),
    });
    this.http = failure.http;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: failure.message,
      reason: failure.reason,
      ...(failure.details === undefined ? {} : { details: failure.details }),
      code: failure.http,
    };
  }
}

function detailsOf(kind: ServedKind, name: string): StatusDetails {
  return { ...(name === '' ? {} : { name }), group: kind.definition.group, kind: kind.definition.plural };
}

export function badRequest(message: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1101', http: 400, reason: 'BadRequest', class: 'usage', message });
}

export function unauthorized(): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1102', http: 401, reason: 'Unauthorized', class: 'unauthenticated', message: 'Unauthorized', next: 'roadbed login' });
}

export interface Denied {
  user: string;
  verb: string;
  namespace: string | undefined;
  name: string;
  subresource?: string | undefined;
  why: string;
}

export function forbidden(kind: ServedKind, denied: Denied): ObjectApiError {
  const { group } = kind.definition;
  const resource = denied.subresource === undefined ? kind.definition.plural : `${kind.definition.plural}/${denied.subresource}`;
  const where = denied.namespace === undefined ? ' at the cluster scope' : ` in the namespace "${denied.namespace}"`;
  const object = denied.name === '' ? kind.resource : `${kind.resource} "${denied.name}"`;
  return new ObjectApiError({
    code: 'ROADBED-1103',
    http: 403,
    reason: 'Forbidden',
    class: 'forbidden',
    message: `${object} is forbidden: User "${denied.user}" cannot ${denied.verb} resource "${resource}" in API group "${group}"${where}: ${denied.why}`,
    details: detailsOf(kind, denied.name),
  });
}

/** A refusal by a rule (hold, quota, policy); `rule` is its id. */
export function refusedByRule(kind: ServedKind, name: string, rule: string, sentence: string): ObjectApiError {
  return new ObjectApiError({
    code: 'ROADBED-1104',
    http: 403,
    reason: 'Forbidden',
    class: 'refused',
    message: `${kind.resource} "${name}" is forbidden: ${sentence}`,
    details: { ...detailsOf(kind, name), causes: [{ reason: rule, message: sentence }] },
  });
}

export function notFound(kind: ServedKind, name: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1105', http: 404, reason: 'NotFound', class: 'not-found', message: `${kind.resource} "${name}" not found`, details: detailsOf(kind, name) });
}

export function unknownPath(): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1106', http: 404, reason: 'NotFound', class: 'not-found', message: 'the server could not find the requested resource', details: {} });
}

export function methodNotAllowed(method: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1107', http: 405, reason: 'MethodNotAllowed', class: 'usage', message: `the server does not allow this method on the requested resource: ${method}` });
}

export function notAcceptable(): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1108', http: 406, reason: 'NotAcceptable', class: 'usage', message: 'only the following media types are accepted: application/json' });
}

export function alreadyExists(kind: ServedKind, name: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1109', http: 409, reason: 'AlreadyExists', class: 'already-exists', message: `${kind.resource} "${name}" already exists`, details: detailsOf(kind, name) });
}

export function conflict(kind: ServedKind, name: string, why = 'the object has been modified; please apply your changes to the latest version and try again'): ObjectApiError {
  return new ObjectApiError({
    code: 'ROADBED-1110',
    http: 409,
    reason: 'Conflict',
    class: 'conflict',
    message: `Operation cannot be fulfilled on ${kind.resource} "${name}": ${why}`,
    details: detailsOf(kind, name),
    retry: 'backoff',
  });
}

export function applyConflict(conflicts: readonly FieldConflict[]): ObjectApiError {
  const byManager = Map.groupBy(conflicts, (entry) => entry.manager);
  const plural = conflicts.length === 1 ? 'conflict' : 'conflicts';
  const parts = [...byManager].map(([manager, entries]) =>
    conflicts.length === 1 ? ` with ${manager}: ${entries[0]?.field ?? ''}` : `\nconflicts with ${manager}:\n${entries.map((entry) => `- ${entry.field}`).join('\n')}`,
  );
  return new ObjectApiError({
    code: 'ROADBED-1111',
    http: 409,
    reason: 'Conflict',
    class: 'conflict',
    message: conflicts.length === 1 ? `Apply failed with 1 conflict: conflict${parts.join('')}` : `Apply failed with ${conflicts.length} ${plural}:${byManager.size === 1 ? parts.join('').replace(/^\n/, ' ') : parts.join('')}`,
    details: { causes: conflicts.map((entry) => ({ reason: 'FieldManagerConflict', message: `conflict with ${entry.manager}`, field: entry.field })) },
  });
}

export function expired(message: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1112', http: 410, reason: 'Expired', class: 'failed', message });
}

export function tooLarge(limit: number): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1113', http: 413, reason: 'RequestEntityTooLarge', class: 'invalid', message: `Request entity too large: limit is ${limit}` });
}

export function unsupportedMediaType(accepted: readonly string[]): ObjectApiError {
  return new ObjectApiError({
    code: 'ROADBED-1114',
    http: 415,
    reason: 'UnsupportedMediaType',
    class: 'usage',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  });
}

export function invalid(kind: Pick<ServedKind, 'definition'>, name: string, problems: readonly FieldProblem[]): ObjectApiError {
  const { group, kind: title } = kind.definition;
  const texts = problems.map((problem) => `${problem.field}: ${withReason(problem)}`);
  const qualified = group === '' ? title : `${title}.${group}`;
  return new ObjectApiError({
    code: 'ROADBED-1115',
    http: 422,
    reason: 'Invalid',
    class: 'invalid',
    message: `${qualified} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    details: { name, group, kind: title, causes: problems.map((problem) => ({ reason: problem.reason, message: withReason(problem), field: problem.field })) },
  });
}

const PREFIXES: Record<FieldProblem['reason'], string> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
};

function withReason(problem: FieldProblem): string {
  const prefix = PREFIXES[problem.reason];
  return problem.message.startsWith(prefix) ? problem.message : `${prefix}: ${problem.message}`;
}

/** A request whose options are wrong: `PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: ...`. */
export function invalidOptions(options: string, problem: FieldProblem): ObjectApiError {
  return invalid({ definition: { group: 'meta.k8s.io', kind: options } as ServedKind['definition'] }, '', [problem]);
}

/** A patch that cannot be applied to the object as it is (a failed `test`, a missing path). */
export function unprocessable(message: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1116', http: 422, reason: 'Invalid', class: 'invalid', message: `the server rejected our request due to an error in our request: ${message}` });
}

export function timedOut(message: string, cause: string): ObjectApiError {
  return new ObjectApiError({
    code: 'ROADBED-1117',
    http: 504,
    reason: 'Timeout',
    class: 'timed-out',
    message,
    details: { causes: [{ reason: cause, message }], retryAfterSeconds: 1 },
    retry: 'backoff',
  });
}

export function unavailable(message: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1118', http: 503, reason: 'ServiceUnavailable', class: 'unavailable', message, details: { retryAfterSeconds: 1 }, retry: 'backoff' });
}

export function tooManyRequests(message: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1120', http: 429, reason: 'TooManyRequests', class: 'unavailable', message, details: { retryAfterSeconds: 5 }, retry: 'backoff' });
}

export function internalError(id: string): ObjectApiError {
  return new ObjectApiError({ code: 'ROADBED-1119', http: 500, reason: 'InternalError', class: 'failed', message: `Internal error occurred: see the log, error ${id}` });
}

/** The Status of any error; one that is no ObjectApiError is mapped by its class. */
const HTTP_OF_CLASS: Partial<Record<ErrorClass, [number, string]>> = {
  usage: [400, 'BadRequest'],
  unauthenticated: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  refused: [403, 'Forbidden'],
  'not-found': [404, 'NotFound'],
  conflict: [409, 'Conflict'],
  'already-exists': [409, 'AlreadyExists'],
  invalid: [422, 'Invalid'],
  unavailable: [503, 'ServiceUnavailable'],
  'timed-out': [504, 'Timeout'],
};

export function asObjectApiError(error: PlatformError): ObjectApiError {
  if (error instanceof ObjectApiError) return error;
  const [http, reason] = HTTP_OF_CLASS[error.class] ?? [500, 'InternalError'];
  return new ObjectApiError({ code: error.code as `ROADBED-${string}`, http, reason, class: error.class, message: error.why === undefined ? error.message : `${error.message} (${error.why})` });
}
