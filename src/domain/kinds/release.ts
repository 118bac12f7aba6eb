/**
 * A Release: what runs, content-addressed and immutable.
 *
 * The hash covers artifact, workload, configuration, secret versions and template version, and not the
 * source commit: the same content is the same release whoever pushed it. Rolling back to a release
 * therefore brings its configuration and secrets back with it.
 */
import type { Condition } from '../object.ts';
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
  source: ReleaseSource;
  /** `sha256:<hex>` of the canonical content; see engines/release. The object's name is `<service>-<first 12 hex digits>`. */
  hash: string;
}

export interface ReleaseStatus {
  /** Environments in which a rollout of this release completed, with the time. */
  verified?: { environment: string; at: string }[];
  conditions?: Condition[];
}
