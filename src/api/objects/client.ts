/** The object API in process: the same admission, authorisation and audit as over HTTP, for one identity. */
import type { NewEvent } from '../../domain/event.ts';
import type { ApiObject, NewObject } from '../../domain/object.ts';
import { mergePatch } from '../../formats/patch/merge-patch.ts';
import { parseFieldSelector } from '../../engines/selectors/fields.ts';
import { parseLabelSelector, SelectorError } from '../../engines/selectors/labels.ts';
import type { Identity } from '../../ports/identity.ts';
import type { StoreChange } from '../../ports/object-store.ts';
import type { KindName, ListOptions, ObjectEvent, ObjectWrite, Objects, WriteOptions } from '../../ports/objects.ts';
import type { Planned } from './commit.ts';
import type { WriteContext } from './context.ts';
import { badRequest, forbidden } from './failure.ts';
import { planCreate, planDelete, planUpdate } from './plan.ts';
import type { ServedKind } from './served-kinds.ts';
import type { ObjectService, Target } from './service.ts';

const SHOWN_AT_ONCE = 500;

export function objectClient(service: ObjectService, identity: Identity): Objects {
  const { kinds } = service;

  function contextOf(options: WriteOptions | undefined): WriteContext {
    return {
      identity,
      manager: identity.subject.replace(/^[a-z]+:/, ''),
      dryRun: false,
      fieldValidation: 'Strict',
      duplicates: [],
      warnings: [],
      ...(options?.reason === undefined ? {} : { reason: options.reason }),
      ...(options?.chain === undefined ? {} : { chain: options.chain }),
    };
  }

  function kindNamed(name: KindName): ServedKind {
    const kind = kinds.byName(name);
    if (kind === undefined) throw badRequest(`no kind ${name} is served`);
    return kind;
  }

  function targetOf(object: { apiVersion: string; kind: string; metadata: { name?: string; namespace?: string } }): Target {
    const kind = kinds.byKind(object.apiVersion, object.kind);
    if (kind === undefined) throw badRequest(`no kind "${object.kind}" is registered for version "${object.apiVersion}"`);
    return { kind, namespace: object.metadata.namespace, name: object.metadata.name ?? '' };
  }

  async function update(object: ApiObject, subresource: 'status' | undefined, options: WriteOptions | undefined): Promise<ApiObject> {
    const target: Target = { ...targetOf(object), subresource };
    const { stored } = await service.update('update', target, contextOf(options), false, () => ({ candidate: withoutManagedFields(object) }));
    return stored.object;
  }

  function planOf(write: ObjectWrite, context: WriteContext): Planned {
    const { kind, namespace, name } = targetOfWrite(write);
    if (write.action === 'create') return { kind, plan: planCreate(service.foundation, kind, namespace, write.object, context) };
    const stored = service.get({ kind, namespace, name });
    if (write.action === 'delete') return { kind, plan: planDelete(service.foundation, kind, stored, { propagationPolicy: 'Background' }, context) };
    return { kind, plan: planUpdate(service.foundation, kind, stored, write.action === 'updateStatus' ? 'status' : undefined, context, () => ({ candidate: withoutManagedFields(write.object) })) };
  }

  function targetOfWrite(write: ObjectWrite): Target {
    if (write.action === 'delete') return { kind: kindNamed(write.kind), namespace: write.namespace, name: write.name };
    return { ...targetOf(write.object as ApiObject), ...(write.action === 'updateStatus' ? { subresource: 'status' } : {}) };
  }

  async function transact(writes: readonly ObjectWrite[], events: readonly NewEvent[], options?: WriteOptions): Promise<ApiObject[]> {
    const context = contextOf(options);
    for (const write of writes) {
      const target = targetOfWrite(write);
      if (target.kind.definition.kind === 'AccessToken') throw badRequest('access tokens are not written in transactions');
      await service.authorise(identity, write.action === 'updateStatus' ? 'update' : write.action, target);
    }
    const outcomes = await service.audited({ identity, verb: 'transact' }, () => service.commit(context, false, () => writes.map((write) => planOf(write, context)), events));
    return outcomes.map(({ stored }) => stored.object);
  }

  return {
    async get<T extends ApiObject>(name: KindName, namespace: string | undefined, objectName: string): Promise<T | undefined> {
      const target = { kind: kindNamed(name), namespace, name: objectName };
      await service.authorise(identity, 'get', target);
      try {
        return service.get(target).object as T;
      } catch (error) {
        if ((error as { class?: string }).class === 'not-found') return undefined;
        throw error;
      }
    },
    async list<T extends ApiObject>(name: KindName, options: ListOptions = {}): Promise<T[]> {
      const kind = kindNamed(name);
      await service.authorise(identity, 'list', { kind, namespace: options.namespace, name: '' });
      return service.select(kind, options.namespace, selectionOf(kind, options)).map((stored) => stored.object as T);
    },
    async create<T extends ApiObject>(object: NewObject, options?: WriteOptions): Promise<T> {
      const { stored } = await service.create(targetOf(object as ApiObject), object, contextOf(options));
      return stored.object as T;
    },
    update: async <T extends ApiObject>(object: T, options?: WriteOptions) => (await update(object, undefined, options)) as T,
    updateStatus: async <T extends ApiObject>(object: T, options?: WriteOptions) => (await update(object, 'status', options)) as T,
    async patch<T extends ApiObject>(name: KindName, namespace: string | undefined, objectName: string, patch: Record<string, unknown>, options?: WriteOptions): Promise<T> {
      const target = { kind: kindNamed(name), namespace, name: objectName };
      const { stored } = await service.update('patch', target, contextOf(options), true, (old) => ({ candidate: mergePatch(old, patch) as ApiObject }));
      return stored.object as T;
    },
    async delete(name, namespace, objectName, options) {
      await service.remove({ kind: kindNamed(name), namespace, name: objectName }, { propagationPolicy: 'Background' }, contextOf(options));
    },
    transact,
    watch(name: KindName, onEvent: (event: ObjectEvent) => void, { namespace }: { namespace?: string } = {}) {
      const kind = kindNamed(name);
      const target = { kind, namespace, name: '' };
      const decision = service.decide(identity, 'watch', target);
      if (!decision.allowed) throw forbidden(kind, { user: identity.subject, verb: 'watch', namespace, name: '', why: decision.reason });
      return watch(service, kind, namespace === undefined ? onEvent : (event) => { if (event.object.metadata.namespace === namespace) onEvent(event); });
    },
  };
}

/** A large kind is shown in portions, so that requests are answered in between. */
function watch(service: ObjectService, kind: ServedKind, onEvent: (event: ObjectEvent) => void): { stop(): void } {
  const { store } = service.foundation;
  const { group, plural } = kind.definition;
  const from = store.position();
  const present = store.list(group, plural);
  // Changes that come while the present objects are still being shown wait their turn.
  let waiting: StoreChange[] | undefined = [];
  let stopped = false;
  const show = ({ type, stored }: Pick<StoreChange, 'type' | 'stored'>): void => onEvent({ type, object: stored.object });
  const following = store.follow(from, (change) => {
    if (change.stored.key.plural !== plural || change.stored.key.group !== group) return;
    if (waiting === undefined) show(change);
    else waiting.push(change);
  });
  if (following === 'expired') throw new Error('the store cannot follow from its own position');
  const showFrom = (start: number): void => {
    if (stopped) return;
    for (const stored of present.slice(start, start + SHOWN_AT_ONCE)) show({ type: 'ADDED', stored });
    if (start + SHOWN_AT_ONCE < present.length) {
      setImmediate(showFrom, start + SHOWN_AT_ONCE);
      return;
    }
    const missed = waiting ?? [];
    waiting = undefined;
    for (const change of missed) show(change);
  };
  showFrom(0);
  return {
    stop: () => {
      stopped = true;
      following.stop();
    },
  };
}

function selectionOf(kind: ServedKind, options: ListOptions): { labels: ReturnType<typeof parseLabelSelector>; fields: ReturnType<typeof parseFieldSelector> } {
  try {
    return { labels: parseLabelSelector(options.labelSelector ?? ''), fields: parseFieldSelector(options.fieldSelector ?? '', kind.definition.selectableFields) };
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

/** In-process writers send whole objects back; who owns which field is not theirs to say. */
function withoutManagedFields(object: ApiObject): ApiObject {
  const { managedFields: _managed, ...metadata } = object.metadata;
  return { ...object, metadata };
}
