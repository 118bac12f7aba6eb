/** A ResourceClaim: one Score resource in one environment, provisioned for real; shared by (type, class, id). */
import type { Condition } from '../object.ts';

export interface ResourceClaimSpec {
  type: string;
  class: string;
  /** Score's resource identity: `type.class#id` or `type.class#workload.name`. */
  uid: string;
  environment: string;
  params: Record<string, unknown>;
  /** Workloads that use it. */
  workloads: string[];
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
