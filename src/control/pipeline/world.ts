/** What the pipeline reconciler needs of the world. */
import type { RolloutStrategy } from '../../domain/kinds/rollout.ts';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import type { Detector } from '../../engines/pipeline-detection/detector.ts';
import type { Artifact, Artifacts } from '../../ports/artifacts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Limits, Runtime } from '../../ports/runtime.ts';
import type { CommitInfo, Source } from '../../ports/source.ts';
import type { Workspaces } from '../../ports/workspaces.ts';
import type { PipelineRunObject, RepositoryObject } from '../repository/names.ts';

export type TaskRuntime = Pick<Runtime, 'startTask' | 'observeTask' | 'cancelTask' | 'forgetTask' | 'capabilities'>;

/** A packed artifact with all that is known of where it came from. */
export interface MadeArtifact {
  /** Absolute folder that was packed; still there while this is handled. */
  folder: string;
  artifact: Artifact;
  run: PipelineRunObject;
  repository: RepositoryObject;
  commit: CommitInfo;
}

export interface ReleaseOrder extends MadeArtifact {
  service: string;
  workload: ScoreDocument;
  /** Environment -> variables, from roadbed.yaml. */
  configuration: Record<string, Record<string, string>>;
  /** Environment -> strategy, from roadbed.yaml. */
  strategies: Record<string, RolloutStrategy>;
}

export interface PipelineWorld {
  objects: Objects;
  source: Source;
  runtime: TaskRuntime;
  workspaces: Workspaces;
  artifacts: Pick<Artifacts, 'pack'>;
  clock: Clock;
  detectors: readonly Detector[];
  /** Attaches SBOM and provenance; idempotent. */
  recordArtifact(made: MadeArtifact): Promise<void>;
  /** Answers the release's name; idempotent. */
  makeRelease(order: ReleaseOrder): Promise<string>;
  settings: PipelineSettings;
}

export interface PipelineSettings {
  /** Given to every step: proxies, `npm_config_registry`; never a secret of the platform. */
  environment: Record<string, string>;
  /** Folders that steps may read besides their own. */
  readable: readonly string[];
  /** Limits of a step; a repository may ask for less, never for more. */
  limits: Required<Pick<Limits, 'memoryBytes' | 'processes' | 'diskBytes'>>;
  /** Steps of one run at a time. */
  stepsAtOnce: number;
  /** Runs at a time; others wait. */
  runsAtOnce: number;
  /** All caches of a repository together. */
  cacheBytes: number;
  /** Finished runs that are kept for each repository. */
  keptRuns: number;
}

const GIGABYTE = 2 ** 30;

export const DEFAULT_SETTINGS: PipelineSettings = {
  environment: {},
  readable: [],
  limits: { memoryBytes: 2 * GIGABYTE, processes: 512, diskBytes: 4 * GIGABYTE },
  stepsAtOnce: 2,
  runsAtOnce: 2,
  cacheBytes: 2 * GIGABYTE,
  keptRuns: 50,
};
