/** Catalog: every entity with owner and freshness; an entity with its relations in both directions. */
import type { Catalog, CatalogRow, EntityPage, RolloutObject } from '../../contract/pages.ts';
import { notFound } from '../problems.ts';
import type { EntityObject, Snapshot } from '../snapshot.ts';
import { ownerName } from './summaries.ts';

const SOURCE_ANNOTATIONS = ['roadbed.dev/source', 'backstage.io/source-location', 'backstage.io/managed-by-location'];

/** Backstage's comparison form: `kind:namespace/name`, lower case. */
export function entityRef(entity: EntityObject): string {
  return `${entity.kind}:${entity.metadata.namespace ?? 'default'}/${entity.metadata.name}`.toLowerCase();
}

function row(entity: EntityObject, known: ReadonlySet<string>, rollouts: readonly RolloutObject[]): CatalogRow {
  const { metadata, spec } = entity;
  const annotations = metadata.annotations ?? {};
  const source = SOURCE_ANNOTATIONS.map((name) => annotations[name]).find((value) => value !== undefined);
  const owner = ownerName(spec.owner);
  const running = entity.kind === 'Component' ? rollouts.filter((rollout) => rollout.metadata.namespace === metadata.namespace && rollout.spec.service === metadata.name) : [];
  return {
    kind: entity.kind,
    apiVersion: entity.apiVersion,
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    ...(metadata.title === undefined ? {} : { title: metadata.title }),
    ...(metadata.description === undefined ? {} : { description: metadata.description }),
    ...(spec.type === undefined ? {} : { type: spec.type }),
    ...(spec.lifecycle === undefined ? {} : { lifecycle: spec.lifecycle }),
    ...(owner === undefined ? {} : { owner }),
    ...(spec.system === undefined ? {} : { system: ownerName(spec.system) }),
    ...(source === undefined ? {} : { source }),
    tags: metadata.tags ?? [],
    observedAt: annotations['roadbed.dev/observed-at'] ?? lastWrite(entity),
    running: running.map((rollout) => ({ environment: rollout.spec.environment, phase: rollout.status?.phase ?? 'Empty' })),
    dangling: (entity.relations ?? []).filter((relation) => !known.has(relation.targetRef.toLowerCase())).length,
  };
}

function lastWrite(entity: EntityObject): string {
  const times = (entity.metadata.managedFields ?? []).flatMap((entry) => entry.time ?? []);
  return times.toSorted().at(-1) ?? entity.metadata.creationTimestamp;
}

export async function catalogPage(snapshot: Snapshot): Promise<Catalog> {
  const [entities, rollouts] = await Promise.all([snapshot.entities(), snapshot.rollouts()]);
  const known = new Set(entities.map(entityRef));
  return { checkedAt: new Date(snapshot.now).toISOString(), entities: entities.map((entity) => row(entity, known, rollouts)) };
}

export async function entityPage(snapshot: Snapshot, kind: string, namespace: string, name: string): Promise<EntityPage> {
  const [entities, rollouts] = await Promise.all([snapshot.entities(), snapshot.rollouts()]);
  const wanted = `${kind}:${namespace}/${name}`.toLowerCase();
  const entity = entities.find((candidate) => entityRef(candidate) === wanted);
  if (entity === undefined) throw notFound(`${kind} ${namespace}/${name} in the catalog`, 'roadbed get components --all-namespaces');
  const known = new Set(entities.map(entityRef));
  const own = row(entity, known, rollouts);
  return {
    row: own,
    relations: (entity.relations ?? []).map(({ type, targetRef }) => ({ type, targetRef, found: known.has(targetRef.toLowerCase()) })),
    links: (entity.metadata.links ?? []).filter((link) => /^https?:\/\//.test(link.url)).map((link) => ({ url: link.url, title: link.title ?? link.url })),
    object: entity,
    ...(own.running.length === 0 ? {} : { service: { kind: 'Rollout', namespace: own.namespace, name: own.name } }),
  };
}
