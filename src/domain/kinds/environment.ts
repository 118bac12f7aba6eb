/** An Environment: where releases run, in which order they reach it, and how carefully. Cluster-scoped. */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { STRATEGY_SCHEMA } from './strategy-schema.ts';
import { conditions, flag, integer, record, text } from './schema.ts';
import type { RolloutStrategy } from './rollout.ts';

export interface EnvironmentSpec {
  /** Position in the promotion path, lowest first. */
  order: number;
  production: boolean;
  /** Environment in which a release must be verified before it may come here; absent: releases come from the pipeline. */
  promotesFrom?: string;
  /** Promote by itself what is verified in `promotesFrom` (or, without it, what the pipeline made). */
  autoPromote: boolean;
  /** Return by itself to the last healthy release when a check fails. */
  autoRollback: boolean;
  strategy: RolloutStrategy;
}

export interface EnvironmentStatus {
  services?: number;
  conditions?: Condition[];
}

export const ENVIRONMENT: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'Environment',
  plural: 'environments',
  singular: 'environment',
  shortNames: ['env'],
  categories: ['roadbed'],
  scope: 'Cluster',
  description: 'Where releases run, in which order they reach it, and how carefully.',
  spec: record(
    'Place in the promotion path and strategy.',
    {
      order: integer('Position in the promotion path, lowest first.', { minimum: 0 }),
      production: flag('Whether users depend on it: deployments here count for the delivery metrics.', { default: false }),
      promotesFrom: text('Environment in which a release must be verified before it may come here; absent: releases come from the pipeline.'),
      autoPromote: flag('Promote by itself what is verified in `promotesFrom` (or, without it, what the pipeline made).', { default: true }),
      autoRollback: flag('Return by itself to the last healthy release when a check fails.', { default: true }),
      strategy: { ...STRATEGY_SCHEMA, default: { steps: [] } },
    },
    ['order'],
  ),
  status: record('What runs there.', { services: integer('Number of services.'), conditions: conditions() }),
  selectableFields: ['spec.promotesFrom'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Order', '.spec.order', 'Position in the promotion path.', { type: 'integer' }),
    column('Production', '.spec.production', 'Whether users depend on it.', { type: 'boolean' }),
    column('From', '.spec.promotesFrom', 'Where releases must be verified first.'),
    column('Services', '.status.services', 'Number of services.', { type: 'integer', priority: 1 }),
    AGE,
  ],
};
