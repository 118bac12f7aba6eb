/**
 * The pipeline of a folder, run here: the same files decide, the same engine drives, no server is needed.
 *
 * What runs is a copy of the folder, as on the platform: a test that only passes because of a file that is not
 * in the repository fails here as well, and the developer's own folder stays as it is.
 */
import { decidePipeline, firstStates, type TaskSeen } from '../../engines/pipeline/decide.ts';
import type { Detector } from '../../engines/pipeline-detection/detector.ts';
import { PlatformError } from '../../domain/error.ts';
import type { PipelineStep, StepStatus } from '../../domain/kinds/pipeline-run.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import { planCommit } from './plan.ts';
import type { TaskRuntime } from './world.ts';

export interface LocalRun {
  /** The files to run. */
  tree: SourceTree;
  /** Absolute folder with a copy of them; steps work in it. */
  workspace: string;
  home: string;
  tasks: TaskRuntime;
  detectors: readonly Detector[];
  environment: Record<string, string>;
  onLine(line: string): void;
  signal?: AbortSignal;
  now(): number;
  /** Resolves soon after a task ended, or after `ms`. */
  wait(ms: number): Promise<void>;
}

export interface LocalVerdict {
  ok: boolean;
  message: string;
  steps: StepStatus[];
}

const STEPS_AT_ONCE = 2;
const LOOK_MS = 200;

/** Never throws for what the pipeline does; faults in the files are the verdict's message. */
export async function runLocally(run: LocalRun): Promise<LocalVerdict> {
  let definition;
  try {
    ({ definition } = await planCommit(run.tree, run.detectors));
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { ok: false, message: [error.message, error.why, error.next].filter((part) => part !== undefined).join('\n  '), steps: [] };
  }
  run.onLine(`pipeline: ${definition.origin}, ${definition.steps.length} steps; isolation: none (commands run as you)`);
  let steps = firstStates(definition);
  for (;;) {
    const tasks = new Map<string, TaskSeen>();
    for (const step of steps) {
      const task = step.phase === 'Running' ? await run.tasks.observeTask(step.name) : undefined;
      if (task !== undefined) tasks.set(step.name, task);
    }
    const stop = run.signal?.aborted === true ? ({ phase: 'Cancelled', message: 'interrupted' } as const) : undefined;
    const decision = decidePipeline({ definition, steps, tasks, now: run.now(), concurrency: STEPS_AT_ONCE, taskId: (step) => step, ...(stop === undefined ? {} : { stop }) });
    tell(run, steps, decision.steps);
    steps = decision.steps;
    for (const action of decision.actions) {
      if (action.kind === 'cancel') await run.tasks.cancelTask(action.task);
      else await run.tasks.startTask(localTask(run, action.step));
    }
    if (decision.phase !== 'Running') return { ok: decision.phase === 'Succeeded', message: decision.message, steps };
    await run.wait(LOOK_MS);
  }
}

function localTask(run: LocalRun, step: PipelineStep): Parameters<TaskRuntime['startTask']>[0] {
  return {
    id: step.name,
    commands: step.commands,
    workingDirectory: run.workspace,
    environment: { CI: 'true', ...run.environment, HOME: run.home, ...step.environment },
    writable: [run.home],
    readable: [],
    timeoutSeconds: step.timeoutSeconds,
    limits: {},
    isolation: 'preferred',
    network: true,
  };
}

function tell(run: LocalRun, before: readonly StepStatus[], after: readonly StepStatus[]): void {
  for (const [index, step] of after.entries()) {
    if (step.phase !== before[index]?.phase) run.onLine(`${step.name}: ${step.phase}${step.message === undefined ? '' : `: ${step.message}`}`);
  }
}
