/** Discovery: what is served, in the aggregated and in the legacy form, serialised once. */
import { createHash } from 'node:crypto';
import type { ServedKind, ServedKinds } from '../served-kinds.ts';
import { apiVersionOf } from '../served-kinds.ts';
import type { Form } from './negotiate.ts';

export interface Document {
  body: Buffer;
  etag: string;
  contentType: string;
}

export interface Discovery {
  /** `/api`, `/apis`, `/apis/{g}`, `/api/v1` or `/apis/{g}/{v}`; undefined for other paths. */
  find(path: string, form: Form): Document | undefined;
}

const OBJECT_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const VIEW_VERBS = ['get', 'list', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];
/** Groups that exist for the review calls only. */
const REVIEWS = [
  { group: 'authorization.k8s.io', version: 'v1', resources: [['selfsubjectaccessreviews', 'SelfSubjectAccessReview'], ['selfsubjectrulesreviews', 'SelfSubjectRulesReview']] },
  { group: 'authentication.k8s.io', version: 'v1', resources: [['selfsubjectreviews', 'SelfSubjectReview']] },
] as const;

interface Entry {
  name: string;
  kind: string;
  singular: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  served?: ServedKind;
}

interface GroupVersion {
  group: string;
  version: string;
  entries: Entry[];
}

export function createDiscovery(kinds: ServedKinds): Discovery {
  const groups: GroupVersion[] = [
    ...kinds.groups.map(({ group, version, kinds: served }) => ({ group, version, entries: served.map(entryOf) })),
    ...REVIEWS.map(({ group, version, resources }) => ({
      group,
      version,
      entries: resources.map(([name, kind]) => ({ name, kind, singular: kind.toLowerCase(), namespaced: false, verbs: ['create'], shortNames: [], categories: [] })),
    })),
  ];
  const core = groups.filter(({ group }) => group === '');
  const named = groups.filter(({ group }) => group !== '');
  const documents = new Map<string, Document>();
  const put = (key: string, value: unknown, contentType = 'application/json'): void => void documents.set(key, document(value, contentType));
  for (const version of ['v2', 'v2beta1'] as const) {
    const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    put(`/api ${version}`, aggregated(core, version), type);
    put(`/apis ${version}`, aggregated(named, version), type);
  }
  put('/api', { kind: 'APIVersions', versions: core.map(({ version }) => version), serverAddressByClientCIDRs: [] });
  put('/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(legacyGroup) });
  for (const group of named) put(`/apis/${group.group}`, { kind: 'APIGroup', apiVersion: 'v1', ...legacyGroup(group) });
  for (const group of groups) put(group.group === '' ? `/api/${group.version}` : `/apis/${group.group}/${group.version}`, resourceList(group));
  return { find: (path, form) => documents.get(form.kind === 'discovery' ? `${path} ${form.version}` : path) ?? documents.get(path) };
}

function document(value: unknown, contentType: string): Document {
  const body = Buffer.from(JSON.stringify(value));
  return { body, etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32).toUpperCase()}"`, contentType };
}

function entryOf(served: ServedKind): Entry {
  const { plural, kind, singular, shortNames, categories } = served.definition;
  return { name: plural, kind, singular, namespaced: served.namespaced, verbs: served.isView ? VIEW_VERBS : OBJECT_VERBS, shortNames, categories, served };
}

function aggregated(groups: readonly GroupVersion[], version: string): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: group.group === '' ? {} : { name: group.group },
      versions: [{ version: group.version, freshness: 'Current', resources: group.entries.map((entry) => aggregatedResource(group, entry)) }],
    })),
  };
}

function aggregatedResource({ group, version }: GroupVersion, entry: Entry): unknown {
  const responseKind = { group, version, kind: entry.kind };
  const subresources = [
    ...(entry.served?.hasStatus === true ? [{ subresource: 'status', responseKind, verbs: SUBRESOURCE_VERBS }] : []),
    ...(entry.served?.definition.scale === undefined ? [] : [{ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: SUBRESOURCE_VERBS }]),
  ];
  return {
    resource: entry.name,
    responseKind,
    scope: entry.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: entry.singular,
    verbs: entry.verbs,
    ...(entry.shortNames.length === 0 ? {} : { shortNames: entry.shortNames }),
    ...(entry.categories.length === 0 ? {} : { categories: entry.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

function legacyGroup({ group, version }: GroupVersion): Record<string, unknown> {
  const entry = { groupVersion: apiVersionOf(group, version), version };
  return { name: group, versions: [entry], preferredVersion: entry };
}

function resourceList({ group, version, entries }: GroupVersion): unknown {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: entries.flatMap((entry) => {
      const { name, kind, namespaced } = entry;
      return [
        {
          name,
          singularName: entry.singular,
          namespaced,
          kind,
          verbs: entry.verbs,
          ...(entry.shortNames.length === 0 ? {} : { shortNames: entry.shortNames }),
          ...(entry.categories.length === 0 ? {} : { categories: entry.categories }),
        },
        ...(entry.served?.hasStatus === true ? [{ name: `${name}/status`, singularName: '', namespaced, kind, verbs: SUBRESOURCE_VERBS }] : []),
        ...(entry.served?.definition.scale === undefined ? [] : [{ name: `${name}/scale`, singularName: '', namespaced, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: SUBRESOURCE_VERBS }]),
      ];
    }),
  };
}
