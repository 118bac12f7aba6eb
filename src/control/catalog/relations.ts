/**
 * The reconciler of relations: both directions of what entities declare, written beside their status.
 *
 * One entity's change can change another's relations in any repository. An index that follows every entity
 * says whose, so a change costs what it touches and not the catalog. Only entities whose relations differ are
 * written; one that many others name (a team that owns a thousand components) at most once a second.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import { RelationIndex } from '../../engines/relations/relation-index.ts';
import { declaredRelations, referenceOf, type Relation } from '../../engines/relations/relations.ts';
import type { Entity } from '../../formats/backstage/kinds.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KindName, ObjectEvent, Objects } from '../../ports/objects.ts';
import { keyText, type ReconcileKey, type Reconciler } from '../loop/reconciler.ts';
import { IMPORTED_KINDS, nameOf } from './desired.ts';

const GROUP = 'backstage.io/';
const MANY = 50;
const MANY_EVERY_MS = 1_000;

type EntityObject = ApiObject & { relations?: Relation[] };

/** Named `relations` in the loop; its keys are `Component:team` and the object's name. */
export function relationsReconciler(objects: Objects, clock: Clock): Reconciler {
  const index = new RelationIndex();
  const known = new Map<string, ReconcileKey>();
  const writtenAt = new Map<string, number>();

  const follow = ({ type, object }: ObjectEvent): ReconcileKey[] => {
    const entity = entityOf(object);
    const reference = referenceOf(entity);
    const own: ReconcileKey = { namespace: `${object.kind}:${object.metadata.namespace ?? ''}`, name: object.metadata.name };
    if (type === 'DELETED') known.delete(reference);
    else known.set(reference, own);
    const touched = type === 'DELETED' ? index.remove(reference) : index.put(reference, declaredRelations(entity));
    const keys = touched.flatMap((target) => known.get(target) ?? []);
    return type === 'DELETED' || isShown(object, index.of(reference)) ? keys : [own, ...keys];
  };

  return {
    name: 'relations',
    also: IMPORTED_KINDS.filter((kind) => kind.startsWith(GROUP)).map((kind) => ({ kind, keys: follow })),
    reconcile: async (key) => {
      const wait = MANY_EVERY_MS - (clock.monotonic() - (writtenAt.get(keyText(key)) ?? -Infinity));
      if (wait > 0) return { requeueAfterMs: wait };
      writtenAt.delete(keyText(key));
      const [kind = '', namespace] = (key.namespace ?? '').split(':');
      const object = await objects.get<EntityObject>(`${GROUP}${kind}` as KindName, namespace, key.name);
      if (object === undefined) return;
      const relations = index.of(referenceOf(entityOf(object)));
      if (isShown(object, relations)) return;
      if (relations.length > MANY) writtenAt.set(keyText(key), clock.monotonic());
      await write(objects, { ...object, relations } as EntityObject);
    },
  };
}

function entityOf(object: ApiObject): Entity {
  return { apiVersion: object.apiVersion, kind: object.kind, metadata: { ...object.metadata, name: nameOf(object) }, spec: object.spec as Record<string, unknown> };
}

function isShown(object: EntityObject, relations: readonly Relation[]): boolean {
  const shown = object.relations ?? [];
  return shown.length === relations.length && relations.every(({ type, targetRef }, place) => shown[place]?.type === type && shown[place].targetRef === targetRef);
}

/** Who changed the entity meanwhile woke this reconciler again. */
async function write(objects: Objects, object: EntityObject): Promise<void> {
  try {
    await objects.updateStatus(object);
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.class !== 'conflict' && error.class !== 'not-found')) throw error;
  }
}
