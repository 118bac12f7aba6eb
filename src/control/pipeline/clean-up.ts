/**
 * What is left when a run is over: nothing, but the restart point of the newest failed run of a repository, which a
 * re-run may build on, and the logs of the newest runs.
 */
import type { PipelineRunStatus } from '../../domain/kinds/pipeline-run.ts';
import { runsOf } from '../repository/moves.ts';
import { RUN_FINALIZER, type PipelineRunObject } from '../repository/names.ts';
import type { PipelineWorld } from './world.ts';

export function isFinished(phase: PipelineRunStatus['phase'] | undefined): boolean {
  return phase !== undefined && phase !== 'Pending' && phase !== 'Running';
}

/** Idempotent; called for every finished run whenever it is looked at. */
export async function tidyAfter(world: PipelineWorld, run: PipelineRunObject): Promise<void> {
  const namespace = run.metadata.namespace ?? '';
  await stopTasks(world, run);
  const finished = (await runsOf(world.objects, namespace, run.spec.repository)).filter((one) => isFinished(one.status?.phase) && one.metadata.deletionTimestamp === undefined);
  const newestFailed = finished.filter((one) => one.status?.phase === 'Failed').at(-1);
  for (const one of finished) {
    const { name } = one.metadata;
    if (!(await world.workspaces.exists(namespace, name))) continue;
    const kept = name === newestFailed?.metadata.name && (await world.workspaces.pointOf(namespace, name)) !== undefined;
    await (kept ? world.workspaces.reduceToPoint(namespace, name) : world.workspaces.remove(namespace, name));
  }
  for (const old of finished.slice(0, Math.max(0, finished.length - world.settings.keptRuns))) {
    await world.objects.delete('roadbed.dev/PipelineRun', namespace, old.metadata.name, { reason: `only the newest ${world.settings.keptRuns} runs of a repository are kept` });
  }
}

/** A run that somebody wrote by hand gets its finalizer before anything is started for it. Answers whether it had none. */
export async function claim(world: PipelineWorld, run: PipelineRunObject): Promise<boolean> {
  const finalizers = run.metadata.finalizers ?? [];
  if (finalizers.includes(RUN_FINALIZER)) return false;
  await world.objects.update({ ...run, metadata: { ...run.metadata, finalizers: [...finalizers, RUN_FINALIZER] } }, { reason: 'what the run starts is to be taken apart with it' });
  return true;
}

/** Before a run's object goes: its tasks, their logs, its workspace; then the finalizer. */
export async function dismantle(world: PipelineWorld, run: PipelineRunObject): Promise<void> {
  const namespace = run.metadata.namespace ?? '';
  const finalizers = run.metadata.finalizers ?? [];
  if (!finalizers.includes(RUN_FINALIZER)) return;
  await stopTasks(world, run);
  for (const step of run.status?.steps ?? []) if (step.task !== undefined) await world.runtime.forgetTask(step.task);
  await world.workspaces.remove(namespace, run.metadata.name);
  await world.objects.update({ ...run, metadata: { ...run.metadata, finalizers: finalizers.filter((one) => one !== RUN_FINALIZER) } }, { reason: 'the run is taken apart' });
}

async function stopTasks(world: PipelineWorld, run: PipelineRunObject): Promise<void> {
  for (const step of run.status?.steps ?? []) {
    // Steps that were seen to end have no task that runs; the others were given up.
    if (step.task === undefined || step.phase === 'Succeeded' || step.phase === 'Failed' || step.phase === 'TimedOut') continue;
    const task = await world.runtime.observeTask(step.task);
    if (task?.state === 'running') await world.runtime.cancelTask(step.task);
  }
}
