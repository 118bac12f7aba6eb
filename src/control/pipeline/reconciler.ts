/**
 * The reconciler of PipelineRun: observe, decide (engines/pipeline), act.
 *
 * Every state is written before the act that it announces: a step is `Running` before its task is started. A
 * control plane that is killed in between finds a running step without a task and starts it; the runtime takes
 * the same task twice as one. The events of a change stand in the transaction of its status, so each is
 * written once.
 */
import { PlatformError } from '../../domain/error.ts';
import type { PipelineDefinition, PipelineRunStatus, StepStatus } from '../../domain/kinds/pipeline-run.ts';
import type { NewEvent } from '../../domain/event.ts';
import { decidePipeline, firstStates, restartPoint, reusableSteps, takenOver, type PipelineDecision, type TaskSeen } from '../../engines/pipeline/decide.ts';
import { supersededBy } from '../../engines/pipeline/supersede.ts';
import type { CommitInfo } from '../../ports/source.ts';
import type { Workspace } from '../../ports/workspaces.ts';
import type { Reconciler, ReconcileResult } from '../loop/reconciler.ts';
import { runsOf } from '../repository/moves.ts';
import { runOrder, type PipelineRunObject, type RepositoryObject } from '../repository/names.ts';
import { claim, dismantle, isFinished, tidyAfter } from './clean-up.ts';
import { packArtifact, releaseOf, serviceOf } from './package.ts';
import { planCommit, type CommitPlan } from './plan.ts';
import { finishedEvents, packagedEvents, startedEvents, stepEvents, type Outcome } from './run-events.ts';
import { cachesOf, taskId, taskOf } from './steps.ts';
import type { PipelineWorld } from './world.ts';

const LOOK_MS = 500;
const WAIT_MS = 1_000;

/** Named `pipeline-run` in the loop. */
export function pipelineReconciler(world: PipelineWorld): Reconciler {
  const admission = new Admission();
  return {
    name: 'pipeline-run',
    kind: 'roadbed.dev/PipelineRun',
    reconcile: async ({ namespace = '', name }) => {
      const run = await world.objects.get<PipelineRunObject>('roadbed.dev/PipelineRun', namespace, name);
      if (run === undefined) return;
      if (run.metadata.deletionTimestamp !== undefined) return await dismantle(world, run);
      if (isFinished(run.status?.phase)) return await tidyAfter(world, run);
      if (await claim(world, run)) return { requeueAfterMs: 1 };
      const repository = await world.objects.get<RepositoryObject>('roadbed.dev/Repository', namespace, run.spec.repository);
      const commit = repository === undefined ? undefined : await world.source.commit(namespace, run.spec.repository, run.spec.commit);
      if (repository === undefined || commit === undefined) return await finish(world, run, undefined, 'Failed', 'the repository or the commit is gone');
      try {
        return await advance(world, admission, run, repository, commit);
      } catch (error) {
        // The commit itself is at fault: trying again cannot help, and the run says why.
        if (error instanceof PlatformError && error.retry === 'never' && (error.class === 'invalid' || error.class === 'refused')) {
          const now = await world.objects.get<PipelineRunObject>('roadbed.dev/PipelineRun', namespace, name);
          if (now !== undefined) return await finish(world, now, commit, 'Failed', sentenceOf(error));
        }
        throw error;
      }
    },
  };
}

/** Runs begin one after the other: each counts those that run. */
class Admission {
  #last: Promise<unknown> = Promise.resolve();

  async run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return await mine;
  }
}

async function advance(world: PipelineWorld, admission: Admission, run: PipelineRunObject, repository: RepositoryObject, commit: CommitInfo): Promise<ReconcileResult | void> {
  const namespace = run.metadata.namespace ?? '';
  const stop = await stopOf(world, run);
  const definition = run.status?.pipeline;
  if (definition === undefined) {
    if (stop !== undefined) return await finish(world, run, commit, stop.phase, stop.message);
    const plan = await planCommit(await world.source.tree(namespace, repository.metadata.name, commit.commit), world.detectors);
    return await admission.run(async () => ((await hasRoom(world)) ? await begin(world, run, commit, repository, plan.definition) : { requeueAfterMs: WAIT_MS }));
  }
  const before = run.status?.steps ?? [];
  const decision = decidePipeline({
    definition,
    steps: before,
    tasks: await observe(world, before),
    now: world.clock.now(),
    concurrency: world.settings.stepsAtOnce,
    taskId: (step) => taskId(namespace, run.metadata.name, step),
    ...(stop === undefined ? {} : { stop }),
  });
  // Unpacking comes first: a commit that may not be unpacked must not leave a step that seems to run.
  const workspace = decision.actions.some((action) => action.kind === 'start') ? await prepare(world, run, repository, definition) : undefined;
  const done = workspace === undefined ? undefined : restartPoint(before, decision);
  if (done !== undefined) await world.workspaces.keepPoint(namespace, run.metadata.name, done);
  const current = await writeSteps(world, run, commit, before, decision);
  await act(world, current, repository, decision, workspace);
  if (decision.phase === 'Running') return { requeueAfterMs: LOOK_MS };
  if (decision.phase !== 'Succeeded') return await finish(world, current, commit, decision.phase, decision.message);
  return await conclude(world, current, repository, commit, definition, decision.message);
}

/** Why the run is to stop: a person's wish, or a newer push. */
async function stopOf(world: PipelineWorld, run: PipelineRunObject): Promise<{ phase: 'Cancelled' | 'Superseded'; message: string } | undefined> {
  const { cancel } = run.spec;
  if (cancel !== undefined) return { phase: 'Cancelled', message: `cancelled by ${cancel.by}: ${cancel.reason}` };
  const runs = await runsOf(world.objects, run.metadata.namespace ?? '', run.spec.repository);
  const seen = runs.map((one) => ({ name: one.metadata.name, spec: one.spec, order: runOrder(one), finished: isFinished(one.status?.phase) }));
  const own = seen.find((one) => one.name === run.metadata.name);
  const newer = own === undefined ? undefined : supersededBy(own, seen);
  return newer === undefined ? undefined : { phase: 'Superseded', message: `overtaken by ${newer.name}, a newer push to the same branch` };
}

async function hasRoom(world: PipelineWorld): Promise<boolean> {
  const running = await world.objects.list<PipelineRunObject>('roadbed.dev/PipelineRun', { fieldSelector: 'status.phase=Running' });
  return running.length < world.settings.runsAtOnce;
}

async function begin(world: PipelineWorld, run: PipelineRunObject, commit: CommitInfo, repository: RepositoryObject, definition: PipelineDefinition): Promise<ReconcileResult> {
  const namespace = run.metadata.namespace ?? '';
  const capabilities = await world.runtime.capabilities();
  if (capabilities.isolation === 'none' && !repository.spec.trusted && definition.steps.length > 0) {
    throw new PlatformError({
      code: 'ROADBED-2105',
      class: 'refused',
      message: `the steps of ${repository.metadata.name} may not run here: the repository is not trusted, and nothing confines them`,
      why: capabilities.explanation,
      next: `install bubblewrap, or have a platform-admin trust it: kubectl patch repository ${repository.metadata.name} -n ${namespace} --type merge -p '{"spec":{"trusted":true}}'`,
    });
  }
  const earlier = run.spec.rerunOf === undefined ? undefined : await world.objects.get<PipelineRunObject>('roadbed.dev/PipelineRun', namespace, run.spec.rerunOf.run);
  const same = earlier !== undefined && earlier.spec.commit === run.spec.commit ? earlier : undefined;
  const reusable = same === undefined ? new Set<string>() : reusableSteps(definition, same.status?.steps ?? [], run.spec.rerunOf?.fromStep);
  const reused = takenOver(reusable, same === undefined ? undefined : await world.workspaces.pointOf(namespace, same.metadata.name));
  const now = world.clock.now();
  const status: PipelineRunStatus = {
    ...run.status,
    observedGeneration: run.metadata.generation,
    phase: 'Running',
    pipeline: definition,
    steps: firstStates(definition, reused),
    isolation: capabilities.isolation,
    limits: capabilities.limitsBy,
    startedAt: new Date(now).toISOString(),
    message: run.spec.rerunOf !== undefined && reused.size === 0 ? `no state of ${run.spec.rerunOf.run} is kept that this can go on from; every step runs again` : 'starting',
  };
  await world.objects.transact([{ action: 'updateStatus', object: { ...run, status } }], startedEvents(run, commit, now, definition.origin), { chain: run.spec.chain });
  return { requeueAfterMs: 1 };
}

async function observe(world: PipelineWorld, steps: readonly StepStatus[]): Promise<Map<string, TaskSeen>> {
  const seen = new Map<string, TaskSeen>();
  for (const step of steps) {
    const task = step.phase === 'Running' && step.task !== undefined ? await world.runtime.observeTask(step.task) : undefined;
    if (task !== undefined) seen.set(step.name, task);
  }
  return seen;
}

async function prepare(world: PipelineWorld, run: PipelineRunObject, repository: RepositoryObject, definition: PipelineDefinition): Promise<Workspace> {
  const namespace = run.metadata.namespace ?? '';
  const repositoryName = repository.metadata.name;
  const reuses = run.status?.steps?.some((step) => step.phase === 'Reused') === true;
  return await world.workspaces.prepare({
    namespace,
    repository: repositoryName,
    run: run.metadata.name,
    caches: cachesOf(definition),
    ...(reuses && run.spec.rerunOf !== undefined ? { takeOver: run.spec.rerunOf.run } : {}),
    unpack: async (folder) => {
      // Steps that were taken over are worth nothing without the files they made.
      if (reuses) throw new PlatformError({ code: 'ROADBED-2109', class: 'refused', message: `the workspace of ${run.spec.rerunOf?.run ?? ''} is gone, and this run builds on it`, next: 'run the pipeline again from the start: roadbed pipeline run' });
      await world.source.checkout(namespace, repositoryName, run.spec.commit, folder);
    },
  });
}

async function writeSteps(world: PipelineWorld, run: PipelineRunObject, commit: CommitInfo, before: readonly StepStatus[], decision: PipelineDecision): Promise<PipelineRunObject> {
  const status: PipelineRunStatus = { ...(run.status as PipelineRunStatus), observedGeneration: run.metadata.generation, steps: decision.steps, message: decision.message };
  if (JSON.stringify(status) === JSON.stringify(run.status)) return run;
  const events = stepEvents(run, commit, before, decision.steps, world.clock.now());
  return await writeStatus(world, run, status, events);
}

async function writeStatus(world: PipelineWorld, run: PipelineRunObject, status: PipelineRunStatus, events: NewEvent[]): Promise<PipelineRunObject> {
  const [written] = await world.objects.transact([{ action: 'updateStatus', object: { ...run, status } }], events, { chain: run.spec.chain });
  return (written ?? { ...run, status }) as PipelineRunObject;
}

async function act(world: PipelineWorld, run: PipelineRunObject, repository: RepositoryObject, decision: PipelineDecision, workspace: Workspace | undefined): Promise<void> {
  for (const action of decision.actions) {
    if (action.kind === 'cancel') await world.runtime.cancelTask(action.task);
    else if (workspace !== undefined) await world.runtime.startTask(taskOf(action.step, action.task, run, repository, workspace, world.settings));
  }
}

/** All steps succeeded: artifact, release, end. Each is recorded once it is there, and skipped then. */
async function conclude(world: PipelineWorld, run: PipelineRunObject, repository: RepositoryObject, commit: CommitInfo, definition: PipelineDefinition, message: string): Promise<void> {
  const namespace = run.metadata.namespace ?? '';
  const plan: CommitPlan = await planCommit(await world.source.tree(namespace, repository.metadata.name, commit.commit), world.detectors);
  // A pipeline without steps has no workspace yet.
  await prepare(world, run, repository, definition);
  const made = await packArtifact(world, run, repository, commit, plan, definition);
  let current = run;
  if (run.status?.artifact === undefined) {
    const status: PipelineRunStatus = { ...(run.status as PipelineRunStatus), artifact: { digest: made.artifact.digest, size: made.artifact.size }, message: `${message}; packed ${made.artifact.digest.slice(0, 19)}` };
    current = await writeStatus(world, run, status, packagedEvents(run, commit, world.clock.now(), serviceOf(plan, repository), made.artifact));
  }
  const { release, message: outcome } = await releaseOf(world, made, plan);
  await finish(world, { ...current, status: { ...(current.status as PipelineRunStatus), ...(release === undefined ? {} : { release }) } }, commit, 'Succeeded', `${message}; ${outcome}`);
}

const OUTCOMES: Record<'Succeeded' | 'Failed' | 'Cancelled' | 'Superseded', Outcome> = { Succeeded: 'success', Failed: 'failure', Cancelled: 'cancel', Superseded: 'cancel' };

async function finish(world: PipelineWorld, run: PipelineRunObject, commit: CommitInfo | undefined, phase: keyof typeof OUTCOMES, message: string): Promise<void> {
  const now = world.clock.now();
  const at = new Date(now).toISOString();
  const steps = run.status?.steps?.map((step) => (step.phase === 'Pending' || step.phase === 'Running' ? { ...step, phase: 'Skipped' as const, finishedAt: at } : step));
  const status: PipelineRunStatus = {
    ...run.status,
    observedGeneration: run.metadata.generation,
    phase,
    ...(steps === undefined ? {} : { steps }),
    finishedAt: at,
    message,
  };
  await writeStatus(world, run, status, finishedEvents({ ...run, status }, commit, now, OUTCOMES[phase], message, status.artifact !== undefined));
  await world.workspaces.boundCaches(run.metadata.namespace ?? '', run.spec.repository, world.settings.cacheBytes);
}

function sentenceOf(error: PlatformError): string {
  return [`${error.code} ${error.message}`, error.why, error.next].filter((part) => part !== undefined).join('; ');
}
