/** Catalog: every entity with owner and freshness; an entity with its relations in both directions. */
import type { Catalog, CatalogRow, EntityPage, RolloutObject } from '../../contract/pages.ts';
import { notFound } from '../problems.ts';
import { PATH_ANNOTATION, REPOSITORY_ANNOTATION } from '../../../control/catalog/desired.ts';
import { IMPORTED } from '../../../control/repository/reconciler.ts';
import type { EntityObject, RepositoryObject, Snapshot } from '../snapshot.ts';
import { serviceMap } from './service-map.ts';
import { lastWrite, ownerName } from './summaries.ts';

/** Backstage's comparison form: `kind:namespace/name`, lower case. */
function entityRef(entity: EntityObject): string {
  return `${entity.kind}:${entity.metadata.namespace ?? 'default'}/${entity.metadata.name}`.toLowerCase();
}

/** The commit that a repository's descriptors were read from last; the condition's message begins with it. */
function importedCommit(repository: RepositoryObject | undefined): string | undefined {
  return /^[0-9a-f]{7,}/.exec(repository?.status?.conditions?.find((condition) => condition.type === IMPORTED)?.message ?? '')?.[0];
}

function sourceOf(entity: EntityObject, repositories: readonly RepositoryObject[]): CatalogRow['source'] {
  const repository = entity.metadata.annotations?.[REPOSITORY_ANNOTATION];
  if (repository === undefined) return undefined;
  const path = entity.metadata.annotations?.[PATH_ANNOTATION];
  const commit = importedCommit(repositories.find((candidate) => `${candidate.metadata.namespace}/${candidate.metadata.name}` === repository));
  return { repository, ...(path === undefined ? {} : { path }), ...(commit === undefined ? {} : { commit }) };
}

interface Around {
  known: ReadonlySet<string>;
  rollouts: readonly RolloutObject[];
  repositories: readonly RepositoryObject[];
}

function row(entity: EntityObject, { known, rollouts, repositories }: Around): CatalogRow {
  const { metadata, spec } = entity;
  const source = sourceOf(entity, repositories);
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
    changedAt: lastWrite(entity),
    running: running.map((rollout) => ({ environment: rollout.spec.environment, phase: rollout.status?.phase ?? 'Empty' })),
    dangling: (entity.relations ?? []).filter((relation) => !known.has(relation.targetRef.toLowerCase())).length,
  };
}

async function around(snapshot: Snapshot): Promise<Around & { entities: EntityObject[] }> {
  const [entities, rollouts, repositories] = await Promise.all([snapshot.entities(), snapshot.rollouts(), snapshot.repositories()]);
  return { entities, rollouts, repositories, known: new Set(entities.map(entityRef)) };
}

function declared(entities: readonly EntityObject[]): Parameters<typeof serviceMap>[0] {
  return entities.map((entity) => ({ ref: entityRef(entity), relations: entity.relations ?? [] }));
}

export async function catalogPage(snapshot: Snapshot): Promise<Catalog> {
  const all = await around(snapshot);
  return { checkedAt: new Date(snapshot.now).toISOString(), entities: all.entities.map((entity) => row(entity, all)), map: serviceMap(declared(all.entities)) };
}

export async function entityPage(snapshot: Snapshot, kind: string, namespace: string, name: string): Promise<EntityPage> {
  const all = await around(snapshot);
  const wanted = `${kind}:${namespace}/${name}`.toLowerCase();
  const entity = all.entities.find((candidate) => entityRef(candidate) === wanted);
  if (entity === undefined) throw notFound(`${kind} ${namespace}/${name} in the catalog`, 'roadbed get components --all-namespaces');
  const own = row(entity, all);
  return {
    row: own,
    relations: (entity.relations ?? []).map(({ type, targetRef }) => ({ type, targetRef, found: all.known.has(targetRef.toLowerCase()) })),
    map: serviceMap(declared(all.entities), wanted),
    links: (entity.metadata.links ?? []).filter((link) => /^https?:\/\//.test(link.url)).map((link) => ({ url: link.url, title: link.title ?? link.url })),
    object: entity,
    ...(own.running.length === 0 ? {} : { service: { kind: 'Rollout', namespace: own.namespace, name: own.name } }),
  };
}
