/** Finds things by the short names people type: a service wherever it lives, a kind by any of its names. */
import { PlatformError } from '../domain/error.ts';
import { API_VERSION } from '../domain/kinds/group.ts';
import type { ApiObject } from '../domain/object.ts';
import type { RolloutSpec, RolloutStatus } from '../domain/kinds/rollout.ts';
import type { Session as SessionInfo } from '../api/contract/pages.ts';
import type { Connection } from './connection.ts';

export type RolloutObject = ApiObject<RolloutSpec, RolloutStatus>;

interface ObjectList<T> {
  items: T[];
}

export interface DiscoveredKind {
  group: string;
  version: string;
  resource: string;
  kind: string;
  namespaced: boolean;
  names: string[];
}

const CLUSTER_WIDE: ReadonlySet<string> = new Set(['accesstokens', 'environments']);
const OWN = `/apis/${API_VERSION}`;

/** `/apis/roadbed.dev/v1alpha1/namespaces/shop/rollouts`; without a namespace, all of them. */
export function ownPath(plural: string, namespace?: string, name?: string): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${OWN}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** Objects of a kind; without a namespace those of every team that the caller may read. */
export async function listOwn<T extends ApiObject = ApiObject>(connection: Connection, plural: string, namespace?: string, fieldSelector?: string): Promise<T[]> {
  const query = fieldSelector === undefined ? '' : `?fieldSelector=${encodeURIComponent(fieldSelector)}`;
  const list = async (where: string | undefined): Promise<T[]> => (await connection.call<ObjectList<T>>('GET', `${ownPath(plural, where)}${query}`)).items;
  try {
    return await list(namespace);
  } catch (refused) {
    if (namespace !== undefined || CLUSTER_WIDE.has(plural) || !(refused instanceof PlatformError) || refused.class !== 'forbidden') throw refused;
    // Whoever may not read all of them together may read those of the own teams.
    const { PREFIX, reads } = await import('../api/contract/routes.ts');
    const { namespaces } = await connection.call<SessionInfo>('GET', `${PREFIX}${reads.session.path}`);
    if (namespaces.length === 0) throw refused;
    return (await Promise.all(namespaces.map(list))).flat();
  }
}

/** The rollouts of a service, one for each environment; throws ROADBED-6010 with a suggestion when there is none. */
export async function rolloutsOf(connection: Connection, service: string, namespace?: string): Promise<RolloutObject[]> {
  const found = await listOwn<RolloutObject>(connection, 'rollouts', namespace, `spec.service=${service}`);
  if (found.length > 0) return found;
  const all = [...new Set((await listOwn<RolloutObject>(connection, 'rollouts', namespace)).map((rollout) => rollout.spec.service))];
  const near = closest(service, all);
  throw new PlatformError({
    code: 'ROADBED-6010',
    class: 'not-found',
    message: `there is no service "${service}"${namespace === undefined ? '' : ` in ${namespace}`} that was ever deployed`,
    ...(near === undefined ? { next: 'roadbed status, to see what there is' } : { next: `Did you mean ${near}?` }),
  });
}

/** The namespace of a service; one service name never belongs to two teams in one environment. */
export async function namespaceOf(connection: Connection, service: string, namespace?: string): Promise<string> {
  if (namespace !== undefined) return namespace;
  return (await rolloutsOf(connection, service))[0]?.metadata.namespace ?? 'default';
}

interface AggregatedDiscovery {
  items: { metadata: { name?: string }; versions: { version: string; resources: { resource: string; responseKind: { kind: string }; scope: string; singularResource: string; shortNames?: string[] }[] }[] }[];
}

/** Every kind that the server offers. */
export async function discover(connection: Connection): Promise<DiscoveredKind[]> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const [core, groups] = await Promise.all(['/api', '/apis'].map((path) => connection.call<AggregatedDiscovery>('GET', path, { accept })));
  return [...(core?.items ?? []), ...(groups?.items ?? [])].flatMap((group) =>
    group.versions.flatMap((version) =>
      version.resources.map((resource) => ({
        group: group.metadata.name ?? '',
        version: version.version,
        resource: resource.resource,
        kind: resource.responseKind.kind,
        namespaced: resource.scope === 'Namespaced',
        names: [resource.resource, resource.singularResource, resource.responseKind.kind.toLowerCase(), ...(resource.shortNames ?? [])],
      })),
    ),
  );
}

/** A kind by plural, singular, kind or short name, also `plural.group`; throws ROADBED-6011 with a suggestion. */
export async function findKind(connection: Connection, name: string): Promise<DiscoveredKind> {
  const wanted = name.toLowerCase();
  const kinds = await discover(connection);
  const kind = kinds.find((one) => one.names.includes(wanted) || `${one.resource}.${one.group}` === wanted);
  if (kind !== undefined) return kind;
  const near = closest(wanted, kinds.flatMap((one) => one.names));
  throw new PlatformError({ code: 'ROADBED-6011', class: 'not-found', message: `there is no kind "${name}"`, next: near === undefined ? `one of: ${kinds.map((one) => one.resource).join(', ')}` : `Did you mean ${near}?` });
}

export function kindPath(kind: DiscoveredKind, namespace?: string, name?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${kind.resource}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** The candidate within two edits (one for short words); for "did you mean". */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const limit = word.length <= 4 ? 1 : 2;
  const ranked = candidates.map((candidate) => ({ candidate, distance: editDistance(word, candidate) })).sort((a, b) => a.distance - b.distance);
  return ranked[0] !== undefined && ranked[0].distance <= limit ? ranked[0].candidate : undefined;
}

/** Levenshtein distance by the two-row method. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
