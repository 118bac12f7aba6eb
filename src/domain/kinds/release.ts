/**
 * A Release: what runs, content-addressed and immutable.
 *
 * The hash covers artifact, workload, configuration, secret versions, template version and the strategies
 * that the repository chose, and not the source commit: the same content is the same release whoever pushed it. Rolling back to a release
 * therefore brings its configuration and secrets back with it.
 */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { immutable } from './immutable.ts';
import { conditions, integer, list, map, open, record, text, time } from './schema.ts';
import type { RolloutStrategy } from './rollout.ts';
import { STRATEGY_SCHEMA } from './strategy-schema.ts';
import type { ScoreDocument } from './workload.ts';

export interface ReleaseSource {
  /** Name of the Repository object in the same namespace. */
  repository: string;
  commit: string;
  branch: string;
  /** Position of the commit on its branch's first-parent line; a larger one is newer. */
  sequence: number;
  author: { name: string; email: string };
  subject: string;
  committedAt: string;
  pipelineRun: string;
}

export interface ReleaseSpec {
  service: string;
  artifact: { digest: string; size: number; mediaType: string };
  workload: ScoreDocument;
  /** Overrides by environment, merged over the workload's container variables. */
  configuration: Record<string, Record<string, string>>;
  /** Pinned secret versions by environment: name -> version. */
  secrets: Record<string, Record<string, number>>;
  template?: { name: string; version: string };
  /** By environment: how it is rolled out there, instead of the environment's own strategy. Absent when the repository says nothing. */
  strategies?: Record<string, RolloutStrategy>;
  source: ReleaseSource;
  /** `sha256:<hex>` of the canonical content; see engines/release. The object's name is `<service>-<first 12 hex digits>`. */
  hash: string;
}

export interface ReleaseStatus {
  /** Environments in which a rollout of this release completed, with the time. */
  verified?: { environment: string; at: string }[];
  conditions?: Condition[];
}

const SOURCE_SCHEMA = record(
  'Where it was built from.',
  {
    repository: text('Name of the Repository in the same namespace.', { minLength: 1 }),
    commit: text('Commit.', { minLength: 1 }),
    branch: text('Branch.'),
    sequence: integer('Position of the commit on its branch\'s first-parent line; a larger one is newer.', { minimum: 0 }),
    author: record('Author of the commit.', { name: text('Name.'), email: text('E-mail address.') }),
    subject: text('First line of the commit message.'),
    committedAt: text('Commit time, RFC 3339.'),
    pipelineRun: text('The run that built it.'),
  },
  ['repository', 'commit', 'sequence'],
);

/** Immutable: what runs under a hash is always the same. */
export const RELEASE: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'Release',
  plural: 'releases',
  singular: 'release',
  shortNames: ['rel'],
  categories: ['all', 'roadbed'],
  scope: 'Namespaced',
  description: 'What runs: artifact, workload, configuration and secret versions under one hash; immutable.',
  spec: record(
    'The content of the release.',
    {
      service: text('The service.', { minLength: 1 }),
      artifact: record(
        'What was built.',
        { digest: text('`sha256:<hex>`.', { pattern: '^sha256:[0-9a-f]{64}$' }), size: integer('Bytes.', { minimum: 0 }), mediaType: text('Media type.') },
        ['digest', 'size', 'mediaType'],
      ),
      workload: open('The Score document.'),
      configuration: { ...map('Overrides by environment.', map('Variables.', text('Value.'))), default: {} },
      secrets: { ...map('Pinned secret versions by environment.', map('Version by name.', integer('Version.', { minimum: 1 }))), default: {} },
      template: record('Golden path it follows.', { name: text('Name.'), version: text('Version.') }, ['name', 'version']),
      strategies: map('By environment: how it is rolled out there, instead of the environment\'s own strategy.', STRATEGY_SCHEMA),
      source: SOURCE_SCHEMA,
      hash: text('`sha256:<hex>` of the canonical content.', { pattern: '^sha256:[0-9a-f]{64}$' }),
    },
    ['service', 'artifact', 'workload', 'source', 'hash'],
  ),
  status: record('Where it has proved itself.', {
    verified: list(
      'Environments in which a rollout of it completed.',
      record('One environment.', { environment: text('Environment.'), at: time('When.') }, ['environment', 'at']),
      { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['environment'] },
    ),
    conditions: conditions(),
  }),
  selectableFields: ['spec.service', 'spec.hash', 'spec.source.commit'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Service', '.spec.service', 'The service.'),
    column('Commit', '.spec.source.commit', 'Commit it was built from.'),
    column('Subject', '.spec.source.subject', 'First line of the commit message.', { priority: 1 }),
    AGE,
  ],
  validate: (object, old) => (old === undefined ? [] : immutable('spec', object['spec'], old['spec'])),
};
