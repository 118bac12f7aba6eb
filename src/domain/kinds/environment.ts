/** An Environment: where releases run, in which order they reach it, and how carefully. Cluster-scoped. */
import type { Condition } from '../object.ts';
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
