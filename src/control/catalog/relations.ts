/**
 * The reconciler of relations: from all entities together, both directions, written beside the entities' status.
 *
 * One entity's change can change another's relations in any repository, so there is one key, `all`, and the
 * queue makes one pass of many changes. Only entities whose relations differ are written.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import { relate, referenceOf, type Relation } from '../../engines/relations/relations.ts';
import type { Entity } from '../../formats/backstage/kinds.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Reconciler } from '../loop/reconciler.ts';
import { IMPORTED_KINDS, nameOf } from './desired.ts';

const ENTITY_KINDS = IMPORTED_KINDS.filter((kind) => kind.startsWith('backstage.io/'));
const ALL = { name: 'all' };

type EntityObject = ApiObject & { relations?: Relation[] };

/** Named `relations` in the loop. */
export function relationsReconciler(objects: Objects): Reconciler {
  return {
    name: 'relations',
    concurrency: 1,
    also: ENTITY_KINDS.map((kind) => ({ kind, keys: () => [ALL] })),
    reconcile: async () => {
      const present = (await Promise.all(ENTITY_KINDS.map((kind) => objects.list<EntityObject>(kind)))).flat();
      const entities = present.map(entityOf);
      const { bySource } = relate(entities);
      for (const [index, object] of present.entries()) {
        const relations = bySource.get(referenceOf(entities[index] as Entity)) ?? [];
        if (JSON.stringify(relations) === JSON.stringify(shown(object.relations))) continue;
        await write(objects, { ...object, relations } as EntityObject);
      }
    },
  };
}

function entityOf(object: EntityObject): Entity {
  return { apiVersion: object.apiVersion, kind: object.kind, metadata: { ...object.metadata, name: nameOf(object) }, spec: object.spec as Record<string, unknown> };
}

/** What is stored, in the form that is computed. */
function shown(relations: readonly Relation[] | undefined): Relation[] {
  return (relations ?? []).map(({ type, targetRef }) => ({ type, targetRef }));
}

/** Who changed the entity meanwhile woke this reconciler again. */
async function write(objects: Objects, object: EntityObject): Promise<void> {
  try {
    await objects.updateStatus(object);
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.class !== 'conflict' && error.class !== 'not-found')) throw error;
  }
}
