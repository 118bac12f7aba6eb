/** The kinds as the API serves them: looked up by plural in a path or by kind in a body, schemas compiled once. */
import type { KindDefinition, Schema } from '../../domain/kinds/definition.ts';
import type { KindName } from '../../ports/objects.ts';
import { rootSchema } from '../../engines/object-schema/root.ts';

export interface ServedKind {
  definition: KindDefinition;
  /** `roadbed.dev/v1alpha1`, or `v1` for the core group. */
  apiVersion: string;
  /** `releases.roadbed.dev`, as messages name it. */
  resource: string;
  schema: Schema;
  namespaced: boolean;
  hasStatus: boolean;
  /** Top-level fields that only the status subresource writes (a Backstage entity's relations). */
  observed: readonly string[];
  /** Served from the event log, never stored. */
  isView: boolean;
}

export interface ServedKinds {
  all: readonly ServedKind[];
  byPlural(group: string, version: string, plural: string): ServedKind | undefined;
  byKind(apiVersion: string, kind: string): ServedKind | undefined;
  byName(name: KindName): ServedKind | undefined;
  /** Every served group and its version, in order; the core group has the empty name. */
  groups: readonly { group: string; version: string; kinds: readonly ServedKind[] }[];
}

export function serveKinds(definitions: readonly KindDefinition[]): ServedKinds {
  const all = definitions.map(served);
  const byPlural = new Map(all.map((kind) => [`${kind.apiVersion}/${kind.definition.plural}`, kind]));
  const byKind = new Map(all.map((kind) => [`${kind.apiVersion}/${kind.definition.kind}`, kind]));
  const byName = new Map(all.map((kind) => [`${kind.definition.group}/${kind.definition.kind}`, kind]));
  const groups = [...Map.groupBy(all, (kind) => kind.apiVersion).values()].map((kinds) => {
    const { group, version } = (kinds[0] as ServedKind).definition;
    return { group, version, kinds };
  });
  return {
    all,
    byPlural: (group, version, plural) => byPlural.get(`${apiVersionOf(group, version)}/${plural}`),
    byKind: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
    byName: (name) => byName.get(name),
    groups,
  };
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

function served(definition: KindDefinition): ServedKind {
  const { group, version, plural } = definition;
  return {
    definition,
    apiVersion: apiVersionOf(group, version),
    resource: group === '' ? plural : `${plural}.${group}`,
    schema: rootSchema(definition),
    namespaced: definition.scope === 'Namespaced',
    hasStatus: definition.status !== undefined,
    observed: Object.keys(definition.extra ?? {}),
    isView: group === '' && plural === 'events',
  };
}
