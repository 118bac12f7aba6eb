/**
 * Rows of the event log as core/v1 Events: what `kubectl describe` and `kubectl events` show.
 *
 * Every verdict's sentence becomes the message, so the reason of a rollback is seen where people look.
 * Writes of status are left out: they are many and say nothing that the object itself does not.
 */
import type { EventRow } from '../../../domain/event.ts';
import { objectReference, serviceReference } from '../../../domain/reference.ts';
import { GROUP } from '../../../domain/kinds/group.ts';
import type { ServedKind, ServedKinds } from '../served-kinds.ts';

export interface InvolvedObject {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
  uid?: string;
}

export interface EventObject {
  kind: 'Event';
  apiVersion: 'v1';
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string; creationTimestamp: string };
  involvedObject: InvolvedObject;
  reason: string;
  message: string;
  type: 'Normal' | 'Warning';
  source: { component: string };
  firstTimestamp: string;
  lastTimestamp: string;
  eventTime: null;
  count: number;
  reportingComponent: string;
  reportingInstance: string;
  action: string;
}

const DEFAULT_NAMESPACE = 'default';
const WARNING = /refused|failed|rolled|aborted|crash|expired|stopped|degraded|held|error|timedout|rejected/i;
const MAX_MESSAGE = 1024;

/** What a row is about, when that is an object or a service's rollout. */
export function involvedObject(kinds: ServedKinds, row: EventRow): InvolvedObject | undefined {
  const uid = typeof row.body['uid'] === 'string' ? { uid: row.body['uid'] } : {};
  const object = /^v1:object:([^/]+)\/([^/]+)\/([^/]+)\/(.+)$/.exec(row.subject);
  if (object !== null) {
    const [, group = '', title = '', namespace = '', name = ''] = object;
    const kind = kinds.byName(`${group === 'core' ? '' : group}/${title}`);
    if (kind === undefined || name === '*') return undefined;
    return { apiVersion: kind.apiVersion, kind: title, name, ...(namespace === '-' ? {} : { namespace }), ...uid };
  }
  const service = /^v1:service:([^@]+)@(.+)$/.exec(row.subject);
  const rollout = kinds.byName(`${GROUP}/Rollout`);
  if (service === null || rollout === undefined || row.namespace === undefined) return undefined;
  return { apiVersion: rollout.apiVersion, kind: 'Rollout', name: `${service[1] ?? ''}.${service[2] ?? ''}`, namespace: row.namespace, ...uid };
}

/** The references under which rows about an object stand in the log. */
export function subjectsOf(kind: ServedKind, namespace: string | undefined, name: string): string[] {
  const { group, kind: title } = kind.definition;
  const own = objectReference(group, title, kind.namespaced ? namespace : undefined, name);
  const dot = name.indexOf('.');
  return group === GROUP && title === 'Rollout' && dot > 0 ? [own, serviceReference(name.slice(0, dot), name.slice(dot + 1))] : [own];
}

/** Undefined for rows that are no event of an object, and for writes of status. */
export function eventObject(kinds: ServedKinds, row: EventRow, uidOf: (object: InvolvedObject) => string | undefined): EventObject | undefined {
  if (row.kind === 'object.status') return undefined;
  const involved = involvedObject(kinds, row);
  if (involved === undefined) return undefined;
  const uid = involved.uid ?? uidOf(involved);
  const at = `${row.occurredAt.slice(0, 19)}Z`;
  const count = typeof row.body['count'] === 'number' ? row.body['count'] : 1;
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: `${involved.name}.${row.id}`.toLowerCase(), namespace: involved.namespace ?? DEFAULT_NAMESPACE, uid: row.id, resourceVersion: String(row.sequence), creationTimestamp: `${row.recordedAt.slice(0, 19)}Z` },
    involvedObject: { ...involved, ...(uid === undefined ? {} : { uid }) },
    reason: reasonOf(row.kind),
    message: messageOf(row),
    type: WARNING.test(row.kind) ? 'Warning' : 'Normal',
    source: { component: row.actor.subject },
    firstTimestamp: at,
    lastTimestamp: at,
    eventTime: null,
    count,
    reportingComponent: row.actor.subject,
    reportingInstance: row.actor.issuer,
    action: row.kind,
  };
}

/** `service.rolledback` -> `ServiceRolledback`. */
function reasonOf(kind: string): string {
  return kind
    .split(/[._-]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

function messageOf(row: EventRow): string {
  const { body } = row;
  const verdict = body['verdict'] as { sentence?: unknown } | undefined;
  const candidates = [body['sentence'], verdict?.sentence, body['message'], body['reason']];
  const text = candidates.find((candidate): candidate is string => typeof candidate === 'string' && candidate !== '') ?? described(row);
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text;
}

function described(row: EventRow): string {
  const after = row.body['after'];
  const fields = row.kind === 'object.updated' && typeof after === 'object' && after !== null ? changedPaths(after, '', 0) : [];
  const what = row.kind.replace('.', ' ');
  return fields.length === 0 ? `${what} by ${row.actor.subject}` : `${what} by ${row.actor.subject}: ${fields.slice(0, 8).join(', ')}`;
}

function changedPaths(patch: object, prefix: string, depth: number): string[] {
  return Object.entries(patch).flatMap(([key, value]: [string, unknown]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return depth < 2 && typeof value === 'object' && value !== null && !Array.isArray(value) ? changedPaths(value, path, depth + 1) : [path];
  });
}
