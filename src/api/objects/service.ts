/**
 * The one path of every request for objects, over HTTP or in process: authorise, admit, plan, commit, audit.
 *
 * The identity has been established by the caller. Reads come from the process's cache; writes are
 * durable and readable here when they resolve. Refusals leave an audit row before they are thrown.
 */
import { can } from '../../engines/access/decide.ts';
import type { Decision } from '../../engines/access/decide.ts';
import { apply } from '../../engines/field-sets/managed-fields.ts';
import type { FieldSelector } from '../../engines/selectors/fields.ts';
import { matchesFields, selectedName } from '../../engines/selectors/fields.ts';
import { matchesLabels } from '../../engines/selectors/labels.ts';
import type { LabelSelector } from '../../engines/selectors/labels.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { Identity } from '../../ports/identity.ts';
import type { StoredObject } from '../../ports/object-store.ts';
import { PlatformError } from '../../domain/error.ts';
import { createToken, revokeToken } from './access-tokens.ts';
import type { Subresource } from './admission.ts';
import { isRefusal, refusalEvent } from './audit.ts';
import type { Attempt } from './audit.ts';
import { commit } from './commit.ts';
import type { Outcome, Planned } from './commit.ts';
import type { Foundation, ObjectServiceOptions, WriteContext } from './context.ts';
import { applyConflict, asObjectApiError, badRequest, forbidden, notFound } from './failure.ts';
import { followGrants } from './grants.ts';
import { keptMetadata } from './metadata-rules.ts';
import { checkedBody, keyOf, planCreate, planDelete, planUpdate, writerOf } from './plan.ts';
import type { Change, DeleteOptions } from './plan.ts';
import { guardPrivilegedFields } from './privileged-fields.ts';
import type { ServedKind, ServedKinds } from './served-kinds.ts';

/** Objects of a collection that are deleted in one transaction; the whole collection is no unit. */
const DELETE_GROUP = 100;

export interface Target {
  kind: ServedKind;
  namespace: string | undefined;
  name: string;
  subresource?: Subresource;
}

export interface Selection {
  labels: LabelSelector;
  fields: FieldSelector;
}

export interface ObjectService {
  kinds: ServedKinds;
  foundation: Foundation;
  decide(identity: Identity, verb: string, target: Target): Decision;
  /** Throws 403 with its reason unless the identity may; leaves the audit row. */
  authorise(identity: Identity, verb: string, target: Target): Promise<void>;
  get(target: Target): StoredObject;
  select(kind: ServedKind, namespace: string | undefined, selection?: Selection): StoredObject[];
  create(target: Target, body: unknown, context: WriteContext): Promise<Outcome>;
  /** `change` is called on the stored object, again after a lost race unless `precondition`. */
  update(verb: 'update' | 'patch', target: Target, context: WriteContext, mayRetry: boolean, change: (old: ApiObject) => Change): Promise<Outcome>;
  apply(target: Target, body: unknown, context: WriteContext, force: boolean): Promise<Outcome & { created: boolean }>;
  remove(target: Target, options: DeleteOptions, context: WriteContext): Promise<Outcome>;
  removeAll(kind: ServedKind, namespace: string | undefined, selection: Selection, options: DeleteOptions, context: WriteContext): Promise<Outcome[]>;
  /** Several plans in one transaction with `events`; authorised by the caller. */
  commit(context: WriteContext, mayRetry: boolean, decide: () => Planned[], events: readonly NewEvent[]): Promise<Outcome[]>;
  /** Runs `act`; a refusal it throws leaves an audit row first. */
  audited<T>(attempt: Attempt, act: () => Promise<T>): Promise<T>;
  stop(): void;
}

export function createObjectService(options: ObjectServiceOptions): ObjectService {
  const foundation: Foundation = { ...options, hooks: [guardPrivilegedFields(() => foundation.grants), ...(options.hooks ?? [])], grants: followGrants(options.store) };
  const { kinds, store, grants } = foundation;

  function decide(identity: Identity, verb: string, { kind, namespace, name, subresource }: Target): Decision {
    return can(identity, grants.of(identity.subject), {
      verb,
      group: kind.definition.group,
      resource: kind.definition.plural,
      name,
      ...(subresource === undefined ? {} : { subresource }),
      ...(kind.namespaced && namespace !== undefined ? { namespace } : {}),
    });
  }

  function mustBeAllowed(identity: Identity, verb: string, target: Target): void {
    const decision = decide(identity, verb, target);
    if (decision.allowed) return;
    throw forbidden(target.kind, { user: identity.subject, verb, namespace: target.namespace, name: target.name, subresource: target.subresource, why: decision.reason });
  }

  async function audited<T>(attempt: Attempt, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      const failure = asObjectApiError(error);
      if (isRefusal(failure)) await foundation.events.append([refusalEvent(attempt, failure)]);
      throw failure;
    }
  }

  function guarded<T>(verb: string, target: Target, context: WriteContext, act: () => Promise<T>): Promise<T> {
    return audited({ identity: context.identity, verb, kind: target.kind, namespace: target.namespace, name: target.name, subresource: target.subresource }, async () => {
      mustBeAllowed(context.identity, verb, target);
      return act();
    });
  }

  function get({ kind, namespace, name }: Target): StoredObject {
    const stored = store.get(keyOf(kind, namespace, name));
    if (stored === undefined) throw notFound(kind, name);
    return stored;
  }

  function select(kind: ServedKind, namespace: string | undefined, selection?: Selection): StoredObject[] {
    const name = selection === undefined ? undefined : selectedName(selection.fields);
    if (name !== undefined && (namespace !== undefined || !kind.namespaced)) {
      const stored = store.get(keyOf(kind, namespace, name));
      return stored !== undefined && matches(stored, selection) ? [stored] : [];
    }
    const all = store.list(kind.definition.group, kind.definition.plural, namespace);
    if (selection === undefined || (selection.labels.length === 0 && selection.fields.length === 0)) return all;
    return all.filter((stored) => matches(stored, selection));
  }

  async function single(context: WriteContext, mayRetry: boolean, plan: () => Planned): Promise<Outcome> {
    const [outcome] = await commit(foundation, context, mayRetry, () => [plan()]);
    return outcome as Outcome;
  }

  async function create(target: Target, body: unknown, context: WriteContext): Promise<Outcome> {
    const { kind, namespace } = target;
    return guarded('create', target, context, async () => {
      if (kind.definition.kind === 'AccessToken') return createToken(foundation, kind, body, context);
      const generated = (body as { metadata?: { name?: unknown } } | null)?.metadata?.name === undefined;
      return single(context, generated, () => ({ kind, plan: planCreate(foundation, kind, namespace, body, context) }));
    });
  }

  async function update(verb: 'update' | 'patch', target: Target, context: WriteContext, mayRetry: boolean, change: (old: ApiObject) => Change): Promise<Outcome> {
    return guarded(verb, target, context, () => single(context, mayRetry, () => ({ kind: target.kind, plan: planUpdate(foundation, target.kind, get(target), target.subresource, context, change) })));
  }

  async function applyTo(target: Target, body: unknown, context: WriteContext, force: boolean): Promise<Outcome & { created: boolean }> {
    const { kind, namespace, name, subresource } = target;
    return guarded('patch', target, context, async () => {
      let created = false;
      const outcome = await single(context, (body as ApiObject | null)?.metadata?.resourceVersion === undefined, () => {
        const stored = store.get(keyOf(kind, namespace, name));
        created = stored === undefined;
        if (stored !== undefined) return { kind, plan: planUpdate(foundation, kind, stored, subresource, context, (old) => applied(foundation, target, old, body, context, force)) };
        if (subresource !== undefined) throw notFound(kind, name);
        mustBeAllowed(context.identity, 'create', target);
        const given = checkedBody(kind, namespace, body);
        if (given.metadata.name !== undefined && given.metadata.name !== name) throw badRequest(`the name of the object (${given.metadata.name}) does not match the name on the URL (${name})`);
        const configuration = { ...given, metadata: { ...given.metadata, name } };
        const { entries = [] } = applied(foundation, target, undefined, configuration, context, force);
        return { kind, plan: planCreate(foundation, kind, namespace, configuration, context, entries) };
      });
      return { ...outcome, created };
    });
  }

  async function remove(target: Target, deletion: DeleteOptions, context: WriteContext): Promise<Outcome> {
    return guarded('delete', target, context, async () => {
      if (target.kind.definition.kind === 'AccessToken' && !context.dryRun) await revokeToken(foundation, get(target));
      return single(context, deletion.resourceVersion === undefined, () => ({ kind: target.kind, plan: planDelete(foundation, target.kind, get(target), deletion, context) }));
    });
  }

  async function removeAll(kind: ServedKind, namespace: string | undefined, selection: Selection, deletion: DeleteOptions, context: WriteContext): Promise<Outcome[]> {
    return guarded('deletecollection', { kind, namespace, name: '' }, context, async () => {
      const chosen = select(kind, namespace, selection);
      if (kind.definition.kind === 'AccessToken' && !context.dryRun) for (const stored of chosen) await revokeToken(foundation, stored);
      const outcomes: Outcome[] = [];
      for (let start = 0; start < chosen.length; start += DELETE_GROUP) {
        const group = chosen.slice(start, start + DELETE_GROUP);
        const removed = await commit(foundation, context, true, () =>
          group.flatMap(({ key }) => {
            const stored = store.get(key);
            return stored === undefined ? [] : [{ kind, plan: planDelete(foundation, kind, stored, deletion, context) }];
          }),
        );
        outcomes.push(...removed);
      }
      return outcomes;
    });
  }

  return {
    kinds,
    foundation,
    decide,
    authorise: (identity, verb, target) =>
      audited({ identity, verb, kind: target.kind, namespace: target.namespace, name: target.name, subresource: target.subresource }, async () => mustBeAllowed(identity, verb, target)),
    get,
    select,
    create,
    update,
    apply: applyTo,
    remove,
    removeAll,
    commit: (context, mayRetry, plans, events) => commit(foundation, context, mayRetry, plans, events),
    audited,
    stop: () => grants.stop(),
  };
}

/** Labels first: they are there without parsing the object. */
export function matches(stored: StoredObject, selection: Selection | undefined): boolean {
  if (selection === undefined) return true;
  return matchesLabels(selection.labels, stored.labels) && (selection.fields.length === 0 || matchesFields(selection.fields, stored.object));
}

/** Server-side apply of `body` over the stored object (undefined: none). Throws 400 or 409. */
function applied(foundation: Foundation, target: Target, old: ApiObject | undefined, body: unknown, context: WriteContext, force: boolean): Change {
  const { kind, namespace, subresource } = target;
  const given = checkedBody(kind, namespace, body) as ApiObject & Record<string, unknown>;
  if ((given.metadata.managedFields ?? []).length > 0) throw badRequest('metadata.managedFields must be nil');
  const { resourceVersion, uid, managedFields: _managed, ...metadata } = given.metadata;
  const configuration: Record<string, unknown> = { ...given, metadata };
  for (const field of ['status', ...kind.observed]) if (subresource === undefined && kind.hasStatus) delete configuration[field];
  if (subresource === 'status') for (const field of ['metadata', 'spec']) delete configuration[field];
  const { managedFields: entries = [], ...liveMetadata } = old?.metadata ?? ({} as ApiObject['metadata']);
  const live = old === undefined ? {} : { ...old, metadata: liveMetadata };
  const result = apply({ live, applied: configuration, entries, writer: writerOf(foundation, kind, subresource, context), force, schema: kind.schema });
  if ('conflicts' in result) throw applyConflict(result.conflicts);
  const object = result.object as ApiObject;
  if (old === undefined) return { candidate: object, entries: result.entries };
  const kept = keptMetadata(kind, old.metadata, object.metadata);
  return {
    candidate: { ...object, metadata: { ...kept, resourceVersion: resourceVersion ?? old.metadata.resourceVersion, ...(uid === undefined ? {} : { uid }) } },
    entries: result.entries,
  };
}
