/**
 * The relations of a set of entities: every declared reference gives a pair, one edge in each direction.
 *
 * Default kinds and namespaces are those of Backstage's processors (an owner is a Group of the entity's
 * own namespace unless it says otherwise). A reference to nothing still gives its edges, as in Backstage,
 * and is listed as dangling, so that the page can say what is not there.
 */
import { ENTITY_KINDS, type Entity, type RelationName } from '../../formats/backstage/kinds.ts';
import { parseReference, printReference, type EntityReference } from '../../formats/backstage/reference.ts';

export interface Relation {
  type: RelationName;
  /** Lower-case complete reference, as Backstage writes it. */
  targetRef: string;
}

export interface Relations {
  /** By reference of the entity: its outgoing edges, sorted by type, then target; each once. */
  bySource: Map<string, Relation[]>;
  /** References to entities that are not in the set. */
  dangling: { source: string; field: string; target: string }[];
  /** References that could not be read. */
  malformed: { source: string; field: string; message: string }[];
}

const INVERSE: Record<RelationName, RelationName> = {
  ownedBy: 'ownerOf', ownerOf: 'ownedBy', providesApi: 'apiProvidedBy', apiProvidedBy: 'providesApi', consumesApi: 'apiConsumedBy', apiConsumedBy: 'consumesApi',
  dependsOn: 'dependencyOf', dependencyOf: 'dependsOn', parentOf: 'childOf', childOf: 'parentOf', memberOf: 'hasMember', hasMember: 'memberOf', partOf: 'hasPart', hasPart: 'partOf',
};

/** The same relation seen from its other end. */
export function inverse(relation: RelationName): RelationName {
  return INVERSE[relation];
}

export function referenceOf(entity: Pick<Entity, 'kind' | 'metadata'>): string {
  return printReference({ kind: entity.kind, name: entity.metadata.name, ...(entity.metadata.namespace === undefined ? {} : { namespace: entity.metadata.namespace }) });
}

/** All relations among `entities` and towards what they name. */
export function relate(entities: readonly Entity[]): Relations {
  const known = new Set(entities.map(referenceOf));
  const edges = new Map<string, Map<string, Relation>>();
  const result: Relations = { bySource: new Map(), dangling: [], malformed: [] };
  const connect = (source: string, type: RelationName, targetRef: string): void => {
    const outgoing = edges.get(source) ?? new Map<string, Relation>();
    outgoing.set(`${type} ${targetRef}`, { type, targetRef });
    edges.set(source, outgoing);
  };
  for (const entity of entities) {
    const source = referenceOf(entity);
    for (const declared of declaredReferences(entity)) {
      if ('message' in declared) {
        result.malformed.push({ source, field: declared.field, message: declared.message });
        continue;
      }
      const target = printReference(declared.reference);
      connect(source, declared.relation, target);
      connect(target, INVERSE[declared.relation], source);
      if (!known.has(target)) result.dangling.push({ source, field: declared.field, target });
    }
  }
  for (const [source, outgoing] of edges) result.bySource.set(source, sortedRelations(outgoing.values()));
  return result;
}

/** What an entity itself declares, each edge once, sorted; the other ends' edges are not in it. */
export function declaredRelations(entity: Entity): Relation[] {
  const edges = new Map<string, Relation>();
  for (const declared of declaredReferences(entity)) {
    if ('message' in declared) continue;
    const targetRef = printReference(declared.reference);
    edges.set(`${declared.relation} ${targetRef}`, { type: declared.relation, targetRef });
  }
  return sortedRelations(edges.values());
}

/** In the order in which relations are stored: by type, then target. */
export function sortedRelations(relations: Iterable<Relation>): Relation[] {
  return [...relations].sort(byTypeAndTarget);
}

type Declared = { field: string; relation: RelationName; reference: EntityReference } | { field: string; message: string };

/** What an entity's `spec` refers to, field by field. */
function declaredReferences(entity: Entity): Declared[] {
  const definition = Object.hasOwn(ENTITY_KINDS, entity.kind) ? ENTITY_KINDS[entity.kind] : undefined;
  const namespace = entity.metadata.namespace ?? 'default';
  return (definition?.relations ?? []).flatMap(({ field, relation, defaultKind }) => {
    const value = entity.spec?.[field];
    const texts = (Array.isArray(value) ? value : [value]).filter((text): text is string => typeof text === 'string' && text !== '');
    return texts.map((text): Declared => {
      const parsed = parseReference(text, { namespace, ...(defaultKind === undefined ? {} : { kind: defaultKind }) });
      return parsed.ok ? { field: `spec.${field}`, relation, reference: parsed.reference } : { field: `spec.${field}`, message: parsed.message };
    });
  });
}

function byTypeAndTarget(one: Relation, other: Relation): number {
  return one.type === other.type ? (one.targetRef < other.targetRef ? -1 : 1) : one.type < other.type ? -1 : 1;
}
