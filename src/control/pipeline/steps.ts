/** From a step of the pipeline to a task of the runtime. */
import { createHash } from 'node:crypto';
import type { PipelineDefinition, PipelineStep } from '../../domain/kinds/pipeline-run.ts';
import type { Limits, TaskSpec } from '../../ports/runtime.ts';
import type { Workspace } from '../../ports/workspaces.ts';
import { branchOf, type PipelineRunObject, type RepositoryObject } from '../repository/names.ts';
import type { PipelineSettings } from './world.ts';

const LONGEST_ID = 180;

/** `<namespace>.<run>.<step>`, or a hash of it where that is too long for an id. */
export function taskId(namespace: string, run: string, step: string): string {
  const id = `${namespace}.${run}.${step}`;
  return id.length <= LONGEST_ID ? id : `${namespace}.${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
}

/** The run that a task belongs to, for the loop's `enqueue`; undefined for what is no step's task. */
export function runOfTask(id: string): { namespace: string; name: string } | undefined {
  const [namespace, ...rest] = id.split('.');
  return namespace === undefined || rest.length < 2 ? undefined : { namespace, name: rest.slice(0, -1).join('.') };
}

export function cachesOf(definition: PipelineDefinition): { name: string; path: string }[] {
  const all = definition.steps.flatMap((step) => step.caches ?? []);
  return [...new Map(all.map((cache) => [`${cache.name} ${cache.path}`, cache])).values()];
}

/** The task of a step. Its environment holds nothing of the platform's own. */
export function taskOf(step: PipelineStep, id: string, run: PipelineRunObject, repository: RepositoryObject, workspace: Workspace, settings: PipelineSettings): TaskSpec {
  return {
    id,
    commands: step.commands,
    workingDirectory: workspace.folder,
    environment: {
      CI: 'true',
      npm_config_update_notifier: 'false',
      npm_config_fund: 'false',
      npm_config_audit: 'false',
      ...settings.environment,
      HOME: workspace.home,
      ROADBED_REPOSITORY: repository.metadata.name,
      ROADBED_BRANCH: branchOf(run.spec.ref),
      ROADBED_COMMIT: run.spec.commit,
      ...step.environment,
    },
    writable: workspace.writable,
    readable: [...settings.readable],
    timeoutSeconds: step.timeoutSeconds,
    limits: smaller(step.limits ?? {}, settings.limits),
    isolation: repository.spec.trusted ? 'preferred' : 'required',
    network: true,
  };
}

function smaller(asked: NonNullable<PipelineStep['limits']>, allowed: PipelineSettings['limits']): Limits {
  return {
    memoryBytes: Math.min(asked.memoryBytes ?? Infinity, allowed.memoryBytes),
    processes: Math.min(asked.processes ?? Infinity, allowed.processes),
    diskBytes: Math.min(asked.diskBytes ?? Infinity, allowed.diskBytes),
  };
}
