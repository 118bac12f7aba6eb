/** A Hold: this release does not come back to this environment by any automation, until a person lifts it with a reason. */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { FieldProblem, KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { immutable } from './immutable.ts';
import { conditions, integer, observedGeneration, record, text, time } from './schema.ts';

export interface HoldSpec {
  service: string;
  environment: string;
  /** Name and hash of the held release, and the commit it was built from: a re-push of either is refused. */
  release: string;
  hash: string;
  commit: string;
  sequence: number;
  reason: string;
  by: string;
  chain: string;
  lifted?: { by: string; reason: string; at: string };
  /** A release of the held commit with newer secrets that a person let in; what is held stays out. */
  passed?: { release: string; hash: string; by: string; reason: string; at: string };
}

export interface HoldStatus {
  observedGeneration?: number;
  conditions?: Condition[];
}

export const HOLD: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'Hold',
  plural: 'holds',
  singular: 'hold',
  shortNames: [],
  categories: ['roadbed'],
  scope: 'Namespaced',
  description: 'A release that no automation brings back to an environment until a person lifts the hold with a reason.',
  spec: record(
    'What is held, and why.',
    {
      service: text('The service.', { minLength: 1 }),
      environment: text('The environment.', { minLength: 1 }),
      release: text('Name of the held release.', { minLength: 1 }),
      hash: text('Hash of the held release.', { minLength: 1 }),
      commit: text('The commit it was built from; a re-push of it is refused too.'),
      sequence: integer('Position of the commit on its branch: a release from a larger one passes.', { minimum: 0 }),
      reason: text('The verdict sentence, or what the person gave.', { minLength: 1 }),
      by: text('Who held it.', { minLength: 1 }),
      chain: text('Chain of the events that led to it.'),
      lifted: record(
        'Set by the person who lifts the hold; cannot be taken back.',
        {
          by: text('Who lifted it.', { minLength: 1 }),
          reason: text('Why.', { minLength: 1 }),
          at: time('When.'),
        },
        ['by', 'reason', 'at'],
      ),
      passed: record(
        'A release of the held commit with newer secrets that a person let in; what is held stays out.',
        {
          release: text('Name of that release.', { minLength: 1 }),
          hash: text('Its hash.', { minLength: 1 }),
          by: text('Who let it in.', { minLength: 1 }),
          reason: text('Why.', { minLength: 1 }),
          at: time('When.'),
        },
        ['release', 'hash', 'by', 'reason', 'at'],
      ),
    },
    ['service', 'environment', 'release', 'hash', 'commit', 'sequence', 'reason', 'by', 'chain'],
  ),
  status: record('What the platform knows.', { observedGeneration: observedGeneration(), conditions: conditions() }),
  selectableFields: ['spec.service', 'spec.environment', 'spec.release'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Service', '.spec.service', 'The service.'),
    column('Environment', '.spec.environment', 'The environment.'),
    column('Release', '.spec.release', 'The held release.'),
    column('Lifted', '.spec.lifted.by', 'Who lifted it.'),
    column('Reason', '.spec.reason', 'Why it is held.', { priority: 1 }),
    AGE,
  ],
  validate: validateHold,
};

function validateHold(object: Record<string, unknown>, old: Record<string, unknown> | undefined): FieldProblem[] {
  if (old === undefined) return [];
  const { lifted, passed: _passed, ...held } = object['spec'] as HoldSpec;
  const { lifted: liftedBefore, passed: _before, ...heldBefore } = old['spec'] as HoldSpec;
  return [
    ...immutable('spec', held, heldBefore),
    ...(liftedBefore === undefined ? [] : immutable('spec.lifted', lifted, liftedBefore)),
  ];
}
