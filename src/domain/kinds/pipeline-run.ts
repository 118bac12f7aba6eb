/** A PipelineRun: one run of a repository's pipeline on one commit. */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { immutable } from './immutable.ts';
import { choice, conditions, integer, list, map, observedGeneration, record, text, time } from './schema.ts';

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

const COMMANDS = list('Argument arrays, run one after the other.', list('One command.', text('Argument.'), { minItems: 1 }));

const STEP_SCHEMA = record('One step.', {
  name: text('Name.'),
  needs: list('Steps that must have succeeded before.', text('Name.')),
  commands: COMMANDS,
  environment: map('Environment variables.', text('Value.')),
  timeoutSeconds: integer('Time limit.'),
  caches: list('Folders kept between runs.', record('A cache.', { name: text('Name.'), path: text('Relative path.') })),
  limits: record('Limits beside the platform\'s own.', {
    memoryBytes: integer('Memory.'),
    processes: integer('Number of processes.'),
    diskBytes: integer('Disk.'),
  }),
});

const STEP_STATUS_SCHEMA = record('State of one step.', {
  name: text('Name.'),
  needs: list('Steps it waits for.', text('Name.')),
  phase: choice('State.', ['Pending', 'Running', 'Succeeded', 'Failed', 'TimedOut', 'Cancelled', 'Skipped', 'Reused']),
  startedAt: time('Start.'),
  finishedAt: time('End.'),
  exitCode: integer('Exit code of the last command.'),
  message: text('One sentence: the cause, with the last log lines when it failed.'),
  task: text('Id of the task in the runtime.'),
});

export const PIPELINE_RUN: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'PipelineRun',
  plural: 'pipelineruns',
  singular: 'pipelinerun',
  shortNames: ['run'],
  categories: ['all', 'roadbed'],
  scope: 'Namespaced',
  description: 'One run of a repository\'s pipeline on one commit.',
  spec: record(
    'What to run.',
    {
      repository: text('Name of the Repository in the same namespace.', { minLength: 1 }),
      ref: text('The ref that moved.', { minLength: 1 }),
      commit: text('The commit (40 or 64 hex digits).', { pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$' }),
      trigger: record(
        'What started it.',
        { kind: choice('How.', ['push', 'manual', 'rerun', 'poll', 'webhook']), by: text('Who.') },
        ['kind', 'by'],
      ),
      chain: text('Chain of the change\'s events.'),
      rerunOf: record('Take over the successful steps of another run.', {
        run: text('Name of that run.'),
        fromStep: text('First step to run again.'),
      }, ['run']),
      cancel: record('Set to stop the run.', { by: text('Who.'), reason: text('Why.') }, ['by', 'reason']),
    },
    ['repository', 'ref', 'commit', 'trigger', 'chain'],
  ),
  status: record('How far it is.', {
    observedGeneration: observedGeneration(),
    phase: choice('State.', ['Pending', 'Running', 'Succeeded', 'Failed', 'Cancelled', 'Superseded']),
    pipeline: record('The pipeline as it was read from the commit.', {
      origin: text('`roadbed.yaml`, or the detector\'s name.'),
      steps: list('The steps.', STEP_SCHEMA),
      artifact: record('What becomes the artifact.', { path: text('Folder of the workspace.'), exclude: list('Patterns to leave out.', text('Pattern.')) }),
    }),
    steps: list('State of the steps.', STEP_STATUS_SCHEMA),
    isolation: text('How the steps were confined.'),
    limits: text('How the limits were enforced.'),
    startedAt: time('Start.'),
    finishedAt: time('End.'),
    artifact: record('The artifact.', { digest: text('Digest.'), size: integer('Bytes.') }),
    release: text('Name of the release it made.'),
    message: text('One sentence.'),
    conditions: conditions(),
  }),
  selectableFields: ['spec.repository', 'spec.commit', 'status.phase'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Repository', '.spec.repository', 'Repository.'),
    column('Commit', '.spec.commit', 'Commit.', { priority: 1 }),
    column('Phase', '.status.phase', 'State.'),
    column('Release', '.status.release', 'The release it made.'),
    column('Message', '.status.message', 'One sentence.', { priority: 1 }),
    AGE,
  ],
  validate: (object, old) => {
    if (old === undefined) return [];
    const { cancel: _cancel, ...rest } = object['spec'] as PipelineRunSpec;
    const { cancel: _before, ...restBefore } = old['spec'] as PipelineRunSpec;
    return immutable('spec', rest, restBefore);
  },
};
