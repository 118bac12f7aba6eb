/** A Hold: this release does not come back to this environment by any automation, until a person lifts it with a reason. */
import type { Condition } from '../object.ts';

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
}

export interface HoldStatus {
  observedGeneration?: number;
  conditions?: Condition[];
}
