/**
 * From declarations to objects: where each may go, whose it is, what is to be written and what removed. Plan, not act.
 *
 * A repository declares in the namespaces that its registration names and nowhere else, and takes nothing that
 * another repository or a person declared. With any fault, nothing is removed: a descriptor that cannot be
 * read must not empty the catalog.
 */
import { ENTITY_NAME_ANNOTATION } from '../../domain/kinds/backstage.ts';
import { API_VERSION, ANNOTATION_PREFIX } from '../../domain/kinds/group.ts';
import type { ApiObject, NewObject } from '../../domain/object.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import type { Entity } from '../../formats/backstage/kinds.ts';
import type { KindName, ObjectWrite } from '../../ports/objects.ts';
import { GENERATED_LABEL } from './team-group.ts';
import { SOURCE_LABEL, sourceLabel, type RepositoryObject } from '../repository/names.ts';
import type { Declarations } from './read.ts';

export const PATH_ANNOTATION = `${ANNOTATION_PREFIX}source-path`;
export const REPOSITORY_ANNOTATION = `${ANNOTATION_PREFIX}source-repository`;

/** The kinds that are imported; `Workload` comes from Score. */
export const IMPORTED_KINDS: readonly KindName[] = [
  'backstage.io/API', 'backstage.io/Component', 'backstage.io/Domain', 'backstage.io/Group', 'backstage.io/Location',
  'backstage.io/Resource', 'backstage.io/System', 'backstage.io/User', 'roadbed.dev/Workload',
];

export interface ImportPlan {
  writes: ObjectWrite[];
  problems: SourceProblem[];
  counts: { declared: number; written: number; removed: number };
}

interface Wanted {
  kind: KindName;
  object: NewObject & Record<string, unknown>;
  file: string;
  line: number;
}

/** `present`: every object of the imported kinds. */
export function planImport(repository: RepositoryObject, declarations: Declarations, present: ReadonlyMap<KindName, readonly ApiObject[]>): ImportPlan {
  const namespace = repository.metadata.namespace ?? '';
  const label = sourceLabel(namespace, repository.metadata.name);
  const problems = [...declarations.problems];
  const wanted = new Map<string, Wanted>();
  for (const one of wantedObjects(repository, declarations, problems)) {
    const key = identity(one.kind, one.object.metadata.namespace, one.object.metadata.name ?? '');
    const first = wanted.get(key);
    if (first === undefined) wanted.set(key, one);
    else problems.push(fault(one, `${describe(one)} is declared twice; first at ${first.file}:${first.line}`));
  }
  const existing = new Map([...present].flatMap(([kind, objects]) => objects.map((object) => [identity(kind, object.metadata.namespace, nameOf(object)), { kind, object }] as const)));
  const writes: ObjectWrite[] = [];
  for (const [key, one] of wanted) {
    const found = existing.get(key)?.object;
    const owner = found?.metadata.labels?.[SOURCE_LABEL];
    if (found === undefined) writes.push({ action: 'create', object: one.object });
    else if (owner !== label && found.metadata.labels?.[GENERATED_LABEL] === undefined) problems.push(fault(one, `${describe(one)} belongs to ${found.metadata.annotations?.[REPOSITORY_ANNOTATION] ?? owner ?? 'somebody who wrote it by hand'}`, 'rename it, or remove it there first'));
    else if (differs(found, one.object)) writes.push({ action: 'update', object: merged(found, one.object) });
  }
  const written = writes.length;
  if (problems.length === 0) {
    for (const [key, { kind, object }] of existing) {
      if (object.metadata.labels?.[SOURCE_LABEL] === label && !wanted.has(key)) writes.push(removal(kind, object));
    }
  }
  return { writes, problems, counts: { declared: wanted.size, written, removed: writes.length - written } };
}

/** Removes everything that a repository declared. */
export function planRemoval(namespace: string, name: string, present: ReadonlyMap<KindName, readonly ApiObject[]>): ObjectWrite[] {
  const label = sourceLabel(namespace, name);
  return [...present].flatMap(([kind, objects]) => objects.filter((object) => object.metadata.labels?.[SOURCE_LABEL] === label).map((object) => removal(kind, object)));
}

function wantedObjects(repository: RepositoryObject, declarations: Declarations, problems: SourceProblem[]): Wanted[] {
  const own = repository.metadata.namespace ?? '';
  const allowed = new Set([own, ...(repository.spec.namespaces ?? [])]);
  const found: Wanted[] = declarations.entities.flatMap(({ entity, file, line }) => {
    const namespace = entity.metadata.namespace ?? own;
    const one: Wanted = { kind: `backstage.io/${entity.kind}` as KindName, object: entityObject(repository, entity, namespace, file), file, line };
    if (allowed.has(namespace)) return [one];
    problems.push(fault(one, `this repository may not declare in the namespace "${namespace}"`, `it may in ${[...allowed].join(', ')}; a platform-admin can add others to the Repository's spec.namespaces`));
    return [];
  });
  const { workload } = declarations;
  if (workload === undefined) return found;
  const object = { apiVersion: API_VERSION, kind: 'Workload', metadata: { name: workload.document.metadata.name, namespace: own, ...marks(repository, workload.file) }, spec: workload.document };
  return [...found, { kind: 'roadbed.dev/Workload', object, file: workload.file, line: 1 }];
}

function entityObject(repository: RepositoryObject, entity: Entity, namespace: string, file: string): Wanted['object'] {
  const { labels, annotations, ...metadata } = entity.metadata;
  const mark = marks(repository, file);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: entity.kind,
    metadata: { ...metadata, namespace, labels: { ...labels, ...mark.labels }, annotations: { ...annotations, ...mark.annotations } },
    spec: entity.spec ?? {},
  };
}

function marks(repository: RepositoryObject, file: string): { labels: Record<string, string>; annotations: Record<string, string> } {
  const { namespace = '', name } = repository.metadata;
  return { labels: { [SOURCE_LABEL]: sourceLabel(namespace, name) }, annotations: { [REPOSITORY_ANNOTATION]: `${namespace}/${name}`, [PATH_ANNOTATION]: file } };
}

/** The declared name: the object's own may be a form of it. */
export function nameOf(object: ApiObject): string {
  return object.metadata.annotations?.[ENTITY_NAME_ANNOTATION] ?? object.metadata.name;
}

/** Entity names are compared without case. */
function identity(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}|${namespace ?? ''}|${name.toLowerCase()}`;
}

const SERVER_METADATA = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'finalizers', 'ownerReferences', 'deletionTimestamp', 'deletionGracePeriodSeconds'];

function declaredPart(object: Record<string, unknown> & { metadata: object; spec: unknown }): unknown {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([name]) => !SERVER_METADATA.includes(name)));
  const annotations = { ...((metadata['annotations'] as Record<string, string> | undefined) ?? {}) };
  const name = annotations[ENTITY_NAME_ANNOTATION] ?? metadata['name'];
  delete annotations[ENTITY_NAME_ANNOTATION];
  return sorted({ metadata: { ...metadata, name, annotations }, spec: object.spec });
}

function differs(found: ApiObject, wanted: Wanted['object']): boolean {
  return JSON.stringify(declaredPart(found as never)) !== JSON.stringify(declaredPart(wanted as never));
}

/** The wanted object over the present one's identity. */
function merged(found: ApiObject, wanted: Wanted['object']): ApiObject {
  const kept = Object.fromEntries(SERVER_METADATA.flatMap((name) => ((found.metadata as unknown as Record<string, unknown>)[name] === undefined ? [] : [[name, (found.metadata as unknown as Record<string, unknown>)[name]]])));
  const original = found.metadata.annotations?.[ENTITY_NAME_ANNOTATION];
  const annotations = { ...wanted.metadata.annotations, ...(original === undefined ? {} : { [ENTITY_NAME_ANNOTATION]: String(wanted.metadata.name) }) };
  return { ...found, ...wanted, metadata: { ...wanted.metadata, ...kept, name: found.metadata.name, annotations } } as ApiObject;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]));
}

function removal(kind: KindName, object: ApiObject): ObjectWrite {
  const { namespace, name } = object.metadata;
  return { action: 'delete', kind, ...(namespace === undefined ? {} : { namespace }), name };
}

function describe(one: Wanted): string {
  return `${one.object.kind} ${one.object.metadata.namespace ?? ''}/${one.object.metadata.name ?? ''}`;
}

function fault(one: Wanted, message: string, hint?: string): SourceProblem {
  return { file: one.file, line: one.line, column: 1, path: 'metadata.name', message, ...(hint === undefined ? {} : { hint }) };
}
