/**
 * The audit row of a write and of a refusal: who, what, before and after, why.
 *
 * Before and after are stored as the two merge patches between the states, without what the server keeps
 * for itself, so a small change makes a small row. The row is written in the object's own transaction.
 */
import type { NewEvent } from '../../domain/event.ts';
import type { ApiObject } from '../../domain/object.ts';
import { objectReference, requestReference } from '../../domain/reference.ts';
import { mergePatchBetween } from '../../formats/patch/merge-patch.ts';
import type { Identity } from '../../ports/identity.ts';
import type { WriteContext } from './context.ts';
import type { ObjectApiError } from './failure.ts';
import type { ServedKind } from './served-kinds.ts';

export type WriteKind = 'object.created' | 'object.updated' | 'object.deleted' | 'object.status';

/** What a reader of the log wants to see of an object: all that people and controllers have written. */
function essence(object: ApiObject, withStatus: boolean): Record<string, unknown> {
  const { managedFields: _managed, resourceVersion: _version, generation: _generation, creationTimestamp: _created, uid: _uid, name: _name, namespace: _namespace, ...metadata } = object.metadata;
  const { apiVersion: _api, kind: _kind, status, metadata: _metadata, ...rest } = object as ApiObject & Record<string, unknown>;
  const hasMetadata = Object.keys(metadata).length > 0;
  return { ...(hasMetadata ? { metadata } : {}), ...rest, ...(withStatus && status !== undefined ? { status } : {}) };
}

export function writeEvent(type: WriteKind, kind: ServedKind, before: ApiObject | undefined, after: ApiObject | undefined, context: WriteContext): NewEvent {
  const object = (after ?? before) as ApiObject;
  const { name, namespace, uid, generation } = object.metadata;
  const { group, kind: title } = kind.definition;
  return {
    ...(context.chain === undefined ? {} : { chain: context.chain }),
    ...(namespace === undefined ? {} : { namespace }),
    actor: { issuer: context.identity.issuer, subject: context.identity.subject },
    subject: objectReference(group, title, namespace, name),
    kind: type,
    schemaVersion: 1,
    body: {
      apiVersion: kind.apiVersion,
      kind: title,
      name,
      uid,
      generation,
      manager: context.manager,
      ...(context.identity.tokenId === undefined ? {} : { token: context.identity.tokenId }),
      ...(context.reason === undefined ? {} : { reason: context.reason }),
      ...changeBody(type, before, after),
    },
  };
}

function changeBody(type: WriteKind, before: ApiObject | undefined, after: ApiObject | undefined): Record<string, unknown> {
  if (type === 'object.status') {
    return { before: mergePatchBetween(after?.status ?? {}, before?.status ?? {}) ?? {}, after: mergePatchBetween(before?.status ?? {}, after?.status ?? {}) ?? {} };
  }
  if (before === undefined && after !== undefined) return { after: essence(after, false) };
  if (after === undefined && before !== undefined) return { before: essence(before, true) };
  if (before === undefined || after === undefined) return {};
  const old = essence(before, true);
  const now = essence(after, true);
  return { before: mergePatchBetween(now, old) ?? {}, after: mergePatchBetween(old, now) ?? {} };
}

export interface Attempt {
  identity: Identity;
  verb: string;
  kind?: ServedKind;
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string | undefined;
  method?: string;
  path?: string;
}

/** Refusals that the log keeps: who may not, what is not allowed, what is wrong. Misses and lost races are none. */
export function isRefusal(error: ObjectApiError): boolean {
  return error.http === 401 || error.http === 403 || error.http === 422 || error.http === 413;
}

export function refusalEvent(attempt: Attempt, error: ObjectApiError): NewEvent {
  const { identity, kind, namespace, name } = attempt;
  const subject = kind === undefined ? requestReference(attempt.method ?? attempt.verb, attempt.path ?? '') : objectReference(kind.definition.group, kind.definition.kind, namespace, name === undefined || name === '' ? '*' : name);
  return {
    ...(namespace === undefined ? {} : { namespace }),
    actor: { issuer: identity.issuer, subject: identity.subject },
    subject,
    kind: 'request.refused',
    schemaVersion: 1,
    body: {
      verb: attempt.verb,
      ...(attempt.subresource === undefined ? {} : { subresource: attempt.subresource }),
      ...(attempt.path === undefined ? {} : { method: attempt.method, path: attempt.path }),
      code: error.http,
      error: error.code,
      message: error.message.slice(0, 1000),
    },
  };
}
