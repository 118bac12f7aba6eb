/** The schema of `metadata`, the same for every kind; foreign kinds add fields of their own. */
import type { Schema } from './definition.ts';
import { flag, integer, list, map, open, record, text, time } from './schema.ts';

const OWNER_REFERENCE: Schema = record(
  'An object that this one belongs to.',
  {
    apiVersion: text('Group and version of the owner.', { minLength: 1 }),
    kind: text('Kind of the owner.', { minLength: 1 }),
    name: text('Name of the owner.', { minLength: 1 }),
    uid: text('Uid of the owner: a new object under the same name is not the owner.', { minLength: 1 }),
    controller: flag('Whether the owner manages this object; at most one may.'),
    blockOwnerDeletion: flag('Whether a foreground deletion of the owner waits for this object.'),
  },
  ['apiVersion', 'kind', 'name', 'uid'],
);

const MANAGED_FIELDS_ENTRY: Schema = record('The fields that one manager has set in one way.', {
  manager: text('Name of the writer.'),
  operation: text('Apply or Update.'),
  apiVersion: text('Version of the object the fields are written in.'),
  time: text('When the set last changed.'),
  fieldsType: text('Always FieldsV1.'),
  fieldsV1: open('The fields.'),
  subresource: text('The subresource it was written through.'),
});

export const METADATA_SCHEMA: Schema = {
  ...record('Name, labels and what the server knows about the object.', {
    name: text('Unique within namespace and kind.'),
    generateName: text('Prefix of a name that the server makes up.'),
    namespace: text('The team it belongs to; absent for cluster-scoped kinds.'),
    uid: text('Unique in time: a new object under the same name has another.'),
    resourceVersion: text('Changes with every write; opaque.'),
    generation: integer('Counts the changes of what is desired.'),
    creationTimestamp: { type: 'string', nullable: true, description: 'When it was created.' },
    deletionTimestamp: time('When its deletion was asked for; finalizers are still at work.'),
    deletionGracePeriodSeconds: integer('0 once the deletion was asked for.'),
    labels: map('For selecting.', text('Value.')),
    annotations: map('For everything else.', text('Value.')),
    finalizers: list('What has to be done before the object may go.', text('Name.'), { 'x-kubernetes-list-type': 'set' }),
    ownerReferences: list('The objects it belongs to.', OWNER_REFERENCE, {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
    }),
    managedFields: list('Who has set which fields.', MANAGED_FIELDS_ENTRY),
    selfLink: text('Not used; accepted and dropped.'),
  }),
};
