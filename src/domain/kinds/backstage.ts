/**
 * The Backstage catalog kinds in their own group. `spec` is open here; whether an entity is valid is
 * decided exactly as the official model does, by the `validate` hook that the registry is given.
 */
import { AGE, column } from './columns.ts';
import type { Column, KindDefinition, Schema } from './definition.ts';
import { conditions, list, map, open, record, text } from './schema.ts';

export const BACKSTAGE_GROUP = 'backstage.io';
const BACKSTAGE_VERSION = 'v1alpha1';

/** Entity names may have upper case and underscores; the object's name is made of it and this annotation keeps the original. */
export const ENTITY_NAME_ANNOTATION = 'roadbed.dev/entity-name';

const EXTRA_METADATA: Record<string, Schema> = {
  title: text('Name for people.'),
  description: text('One or two sentences.'),
  tags: list('For searching.', text('Tag.')),
  links: list(
    'Addresses that belong to it.',
    record('A link.', { url: text('Address.'), title: text('Text.'), icon: text('Name of an icon.'), type: text('Type.') }),
  ),
};

const RELATIONS: Schema = list(
  'Relations to other entities, in both directions; computed, never written.',
  record('One relation.', { type: text('Type.'), targetRef: text('Reference of the other entity.'), target: open('The reference in parts.') }),
);

const STATUS: Schema = {
  ...record('What the platform knows of it.', {
    conditions: conditions(),
    source: map('Commit and file it was imported from.', text('Value.')),
  }),
  'x-kubernetes-preserve-unknown-fields': true,
};

interface Variation {
  kind: string;
  plural: string;
  shortNames?: readonly string[];
  description: string;
  fields: readonly string[];
}

const COLUMN_NAMES: Record<string, string> = { type: 'Type', lifecycle: 'Lifecycle', owner: 'Owner', system: 'System', domain: 'Domain', target: 'Target', parent: 'Parent' };

function entity({ kind, plural, shortNames, description, fields }: Variation): KindDefinition {
  const printed: Column[] = fields.map((field) => column(COLUMN_NAMES[field] ?? field, `.spec.${field}`, `The entity's ${field}.`, field === 'system' || field === 'domain' ? { priority: 1 } : {}));
  const properties = Object.fromEntries(fields.map((field) => [field, { description: `The entity's ${field}.`, 'x-kubernetes-preserve-unknown-fields': true } satisfies Schema]));
  return {
    group: BACKSTAGE_GROUP,
    version: BACKSTAGE_VERSION,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: shortNames ?? [],
    categories: ['all', 'catalog'],
    scope: 'Namespaced',
    description,
    spec: { ...open('As in the Backstage entity model.'), properties },
    status: STATUS,
    extra: { relations: RELATIONS },
    extraMetadata: EXTRA_METADATA,
    selectableFields: fields.map((field) => `spec.${field}`),
    columns: [column('Name', '.metadata.name', 'Name.'), ...printed, AGE],
  };
}

export const BACKSTAGE_KINDS: readonly KindDefinition[] = [
  entity({ kind: 'API', plural: 'apis', description: 'An interface that a component provides.', fields: ['type', 'lifecycle', 'owner', 'system'] }),
  entity({ kind: 'Component', plural: 'components', shortNames: ['comp'], description: 'A piece of software: a service, a site, a library.', fields: ['type', 'lifecycle', 'owner', 'system'] }),
  entity({ kind: 'Domain', plural: 'domains', description: 'An area of the business that systems serve.', fields: ['owner'] }),
  entity({ kind: 'Group', plural: 'groups', description: 'A team or an organisation.', fields: ['type', 'parent'] }),
  entity({ kind: 'Location', plural: 'locations', description: 'A place that descriptors are read from.', fields: ['type', 'target'] }),
  entity({ kind: 'Resource', plural: 'resources', description: 'Infrastructure that a component needs.', fields: ['type', 'owner', 'system'] }),
  entity({ kind: 'System', plural: 'systems', shortNames: ['sys'], description: 'Components and resources that serve one purpose.', fields: ['owner', 'domain'] }),
  entity({ kind: 'User', plural: 'users', description: 'A person.', fields: [] }),
];
