/** The kinds of the core group that clients expect: a Namespace is a team, an Event is a row of the event log. */
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { choice, conditions, integer, list, open, record, text, time } from './schema.ts';

export interface NamespaceSpec {
  finalizers: string[];
}

export interface NamespaceStatus {
  phase: 'Active' | 'Terminating';
}

export const NAMESPACE: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  scope: 'Cluster',
  description: 'A team: what its objects, grants and repositories stand in.',
  spec: record('Set by the server.', { finalizers: list('What has to be done before it may go.', text('Name.')) }),
  status: record('State.', { phase: choice('State.', ['Active', 'Terminating']), conditions: conditions() }),
  selectableFields: ['status.phase'],
  columns: [column('Name', '.metadata.name', 'Name.'), column('Status', '.status.phase', 'State.'), AGE],
};

/** Read-only: a view of the event log, never stored. */
export const EVENT: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  scope: 'Namespaced',
  description: 'Something that happened to an object: a row of the event log.',
  spec: record('Not used.', {}),
  extra: {
    involvedObject: record('What it happened to.', {
      apiVersion: text('Group and version.'),
      kind: text('Kind.'),
      name: text('Name.'),
      namespace: text('Namespace.'),
      uid: text('Uid.'),
      fieldPath: text('Field.'),
    }),
    reason: text('One word in CamelCase.'),
    message: text('One sentence.'),
    type: choice('Whether it is as it should be.', ['Normal', 'Warning']),
    source: record('Who saw it.', { component: text('Component.'), host: text('Host.') }),
    firstTimestamp: time('First time.'),
    lastTimestamp: time('Last time.'),
    count: integer('How often.'),
    eventTime: text('When, exactly.'),
    reportingComponent: text('Who reports it.'),
    reportingInstance: text('Which instance reports it.'),
    action: text('What was done.'),
    related: open('Another object.'),
  },
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.apiVersion',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.uid',
    'reason',
    'type',
    'reportingComponent',
    'source',
  ],
  columns: [],
};
