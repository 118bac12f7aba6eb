/** A ResourceClaim: one Score resource in one environment, provisioned for real; shared by (type, class, id). */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { choice, conditions, list, observedGeneration, open, record, text } from './schema.ts';

export interface ResourceClaimSpec {
  type: string;
  class: string;
  /** Score's resource identity: `type.class#id` or `type.class#workload.name`. */
  uid: string;
  environment: string;
  params: Record<string, unknown>;
  /** Workloads that use it; none: its data is kept until a platform-admin deletes the claim. */
  workloads: string[];
}

/** What stands behind claims of these types is made again from nothing; of any other type it may be somebody's data. */
const TYPES_WITHOUT_DATA = ['dns', 'environment', 'route', 'service-port'];

export function mayHoldData({ type }: Pick<ResourceClaimSpec, 'type'>): boolean {
  return !TYPES_WITHOUT_DATA.includes(type);
}

export interface ResourceClaimStatus {
  observedGeneration?: number;
  phase: 'Pending' | 'Bound' | 'Failed' | 'Releasing';
  /** Outputs that are not secret; secret ones live in the secret store under `secret`. */
  outputs?: Record<string, unknown>;
  /** Names of the secret outputs. */
  secretOutputs?: string[];
  message?: string;
  conditions?: Condition[];
}

export const RESOURCE_CLAIM: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  singular: 'resourceclaim',
  shortNames: ['claim'],
  categories: ['roadbed'],
  scope: 'Namespaced',
  description: 'One Score resource in one environment, provisioned for real; shared by type, class and id.',
  spec: record(
    'What is asked for.',
    {
      type: text('Type of the resource, e.g. postgres.', { minLength: 1 }),
      class: text('Class within the type.', { default: 'default' }),
      uid: text('Score identity: `type.class#id` or `type.class#workload.name`.', { minLength: 1 }),
      environment: text('The environment.', { minLength: 1 }),
      params: { ...open('Parameters.'), default: {} },
      workloads: list('Workloads that use it.', text('Name.'), { 'x-kubernetes-list-type': 'set', default: [] }),
    },
    ['type', 'uid', 'environment'],
  ),
  status: record('What was provisioned.', {
    observedGeneration: observedGeneration(),
    phase: choice('State.', ['Pending', 'Bound', 'Failed', 'Releasing']),
    outputs: open('Outputs that are not secret.'),
    secretOutputs: list('Names of the secret outputs.', text('Name.')),
    message: text('One sentence.'),
    conditions: conditions(),
  }),
  selectableFields: ['spec.type', 'spec.environment', 'status.phase'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Type', '.spec.type', 'Type.'),
    column('Environment', '.spec.environment', 'The environment.'),
    column('Phase', '.status.phase', 'State.'),
    column('Message', '.status.message', 'One sentence.', { priority: 1 }),
    AGE,
  ],
};
