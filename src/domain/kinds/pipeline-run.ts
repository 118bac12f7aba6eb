/** A PipelineRun: one run of a repository's pipeline on one commit. */
import type { Condition } from '../object.ts';

export interface PipelineStep {
  name: string;
  needs: string[];
  /** Argument arrays, run one after the other; never a shell line. `["sh", "-c", "..."]` is the author's own choice. */
  commands: string[][];
  environment?: Record<string, string>;
  timeoutSeconds: number;
  /** Named caches mounted at paths relative to the workspace or the step's home. */
  caches?: { name: string; path: string }[];
  limits?: { memoryBytes?: number; processes?: number; diskBytes?: number };
}

export interface PipelineDefinition {
  /** What made it: `roadbed.yaml`, or the detector's name (`node`, `static-site`). */
  origin: string;
  steps: PipelineStep[];
  /** Folder of the workspace that becomes the artifact, and what to leave out. */
  artifact: { path: string; exclude: string[] };
}

export interface PipelineRunSpec {
  repository: string;
  ref: string;
  commit: string;
  trigger: { kind: 'push' | 'manual' | 'rerun' | 'poll' | 'webhook'; by: string };
  /** Chain id of the change's events. */
  chain: string;
  /** Name of the run whose successful steps are taken over, and the first step to run again. */
  rerunOf?: { run: string; fromStep?: string };
  cancel?: { by: string; reason: string };
}

export interface StepStatus {
  name: string;
  needs: string[];
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Cancelled' | 'Skipped' | 'Reused';
  startedAt?: string;
  finishedAt?: string;
  exitCode?: number;
  /** One sentence: the cause, with the last log lines when it failed. */
  message?: string;
  task?: string;
}

export interface PipelineRunStatus {
  observedGeneration?: number;
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Superseded';
  pipeline?: PipelineDefinition;
  steps?: StepStatus[];
  /** How the steps were confined: `bubblewrap`, `user`, `none`; limits by `cgroup` or `watchdog`. */
  isolation?: string;
  limits?: string;
  startedAt?: string;
  finishedAt?: string;
  artifact?: { digest: string; size: number };
  release?: string;
  message?: string;
  conditions?: Condition[];
}
