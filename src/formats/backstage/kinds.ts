/** The Backstage kinds as data: which fields their `spec` has, which it must have, and which of them are relations. */
export const API_VERSIONS = ['backstage.io/v1alpha1', 'backstage.io/v1beta1'] as const;

export type FieldType = 'string' | 'strings' | 'object' | readonly string[];

export type RelationName =
  | 'ownedBy' | 'ownerOf' | 'providesApi' | 'apiProvidedBy' | 'consumesApi' | 'apiConsumedBy' | 'dependsOn' | 'dependencyOf'
  | 'parentOf' | 'childOf' | 'memberOf' | 'hasMember' | 'partOf' | 'hasPart';

export interface RelationField {
  field: string;
  relation: RelationName;
  /** Kind of a reference that names none; absent: it must name one. */
  defaultKind?: string;
}

export interface EntityKind {
  required: readonly string[];
  /** Strings are never empty; fields that are not listed may be anything. */
  fields: Readonly<Record<string, FieldType>>;
  relations: readonly RelationField[];
}

const OWNER: RelationField = { field: 'owner', relation: 'ownedBy', defaultKind: 'Group' };
const SYSTEM: RelationField = { field: 'system', relation: 'partOf', defaultKind: 'System' };
const DEPENDENCIES: readonly RelationField[] = [{ field: 'dependsOn', relation: 'dependsOn' }, { field: 'dependencyOf', relation: 'dependencyOf' }];

export const ENTITY_KINDS: Readonly<Record<string, EntityKind>> = {
  API: {
    required: ['type', 'lifecycle', 'owner', 'definition'],
    fields: { type: 'string', lifecycle: 'string', owner: 'string', system: 'string', definition: 'string' },
    relations: [OWNER, SYSTEM],
  },
  Component: {
    required: ['type', 'lifecycle', 'owner'],
    fields: { type: 'string', lifecycle: 'string', owner: 'string', system: 'string', subcomponentOf: 'string', providesApis: 'strings', consumesApis: 'strings', dependsOn: 'strings' },
    relations: [
      OWNER, { field: 'subcomponentOf', relation: 'partOf', defaultKind: 'Component' }, { field: 'providesApis', relation: 'providesApi', defaultKind: 'API' },
      { field: 'consumesApis', relation: 'consumesApi', defaultKind: 'API' }, ...DEPENDENCIES, SYSTEM,
    ],
  },
  Domain: {
    required: ['owner'],
    fields: { owner: 'string', subdomainOf: 'string', type: 'string' },
    relations: [OWNER, { field: 'subdomainOf', relation: 'partOf', defaultKind: 'Domain' }],
  },
  Group: {
    required: ['type', 'children'],
    fields: { type: 'string', profile: 'object', parent: 'string', children: 'strings', members: 'strings' },
    relations: [
      { field: 'parent', relation: 'childOf', defaultKind: 'Group' }, { field: 'children', relation: 'parentOf', defaultKind: 'Group' },
      { field: 'members', relation: 'hasMember', defaultKind: 'User' },
    ],
  },
  Location: { required: [], fields: { type: 'string', target: 'string', targets: 'strings', presence: ['required', 'optional'] }, relations: [] },
  Resource: {
    required: ['type', 'owner'],
    fields: { type: 'string', owner: 'string', dependsOn: 'strings', system: 'string' },
    relations: [OWNER, ...DEPENDENCIES, SYSTEM],
  },
  System: {
    required: ['owner'],
    fields: { owner: 'string', domain: 'string', type: 'string' },
    relations: [OWNER, { field: 'domain', relation: 'partOf', defaultKind: 'Domain' }],
  },
  User: {
    required: ['memberOf'],
    fields: { profile: 'object', memberOf: 'strings' },
    relations: [{ field: 'memberOf', relation: 'memberOf', defaultKind: 'Group' }],
  },
};

/** `profile` of User and Group: all optional, none empty. */
export const PROFILE_FIELDS = ['displayName', 'email', 'picture'] as const;

/** An entity as it stands in a descriptor. */
export interface Entity {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    title?: string;
    description?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    tags?: string[];
    links?: { url: string; title?: string; icon?: string; type?: string }[];
  } & Record<string, unknown>;
  spec?: Record<string, unknown>;
}
