/**
 * What a pipeline run does next: (definition, step states, what the runtime saw, now) -> new states and actions.
 *
 * Pure, so it can be asked again and again: the reconciler writes the new states first and acts then, and
 * a run that was interrupted between the two is decided anew from what is there. A step starts once all it needs
 * succeeded; after the first failure nothing new starts, but what runs may finish, because a later run takes its
 * result over. A time limit holds even where the runtime forgot it.
 */
import type { PipelineDefinition, PipelineStep, StepStatus } from '../../domain/kinds/pipeline-run.ts';
import { dependentsOf } from './graph.ts';

/** What the runtime says of a task; undefined when it knows none of that id. */
export interface TaskSeen {
  state: 'running' | 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'lost';
  exitCode?: number;
  reason?: string;
  startedAt: string;
  finishedAt?: string;
  logTail: readonly string[];
}

export interface PipelineView {
  definition: PipelineDefinition;
  steps: readonly StepStatus[];
  /** Step name -> its task, for steps that are running. */
  tasks: ReadonlyMap<string, TaskSeen>;
  /** Milliseconds since the epoch. */
  now: number;
  /** Why the run is to stop, in one sentence. */
  stop?: { phase: 'Cancelled' | 'Superseded'; message: string };
  /** Steps that may run at a time. */
  concurrency: number;
  /** Task id of a step. */
  taskId(step: string): string;
}

export type PipelineAction = { kind: 'start'; step: PipelineStep; task: string } | { kind: 'cancel'; step: string; task: string };

export interface PipelineDecision {
  steps: StepStatus[];
  actions: PipelineAction[];
  /** `Succeeded` means that every step did; the artifact comes after. */
  phase: 'Running' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Superseded';
  message: string;
  /** When to look again though nothing changed. */
  lookAgainAtMs?: number;
}

const GRACE_MS = 30_000;
const TAIL_LINES = 5;
const TAIL_CHARACTERS = 600;

/** The steps as they stand before anything ran; `reused` are taken over from an earlier run. */
export function firstStates(definition: PipelineDefinition, reused: ReadonlySet<string> = new Set()): StepStatus[] {
  return definition.steps.map((step) => ({ name: step.name, needs: step.needs, phase: reused.has(step.name) ? 'Reused' : 'Pending' }));
}

/**
 * The steps that a re-run takes over: those that succeeded in the earlier run and neither are nor follow
 * `fromStep` (by default: nor follow one that did not succeed).
 */
export function reusableSteps(definition: PipelineDefinition, earlier: readonly StepStatus[], fromStep?: string): Set<string> {
  const done = new Set(earlier.filter((step) => step.phase === 'Succeeded' || step.phase === 'Reused').map((step) => step.name));
  const again = new Set(definition.steps.filter((step) => !done.has(step.name) || step.name === fromStep).map((step) => step.name));
  const repeated = dependentsOf(definition.steps, again);
  return new Set(definition.steps.map((step) => step.name).filter((name) => !repeated.has(name)));
}

/**
 * What a re-run takes over of what was kept: the steps whose work the restart point holds, if it is to repeat none of
 * them. Steps that ran beside the failed one share its workspace, so they are not in the point and are repeated.
 */
export function takenOver(reusable: ReadonlySet<string>, point: readonly string[] | undefined): Set<string> {
  return point !== undefined && point.every((step) => reusable.has(step)) ? new Set(point) : new Set();
}

/**
 * The steps whose work a restart point would hold, when this is the moment for one: steps begin, none was running, so
 * the workspace is in nobody's hands. Undefined when it is not, and when nothing was done that a checkout would not give.
 */
export function restartPoint(before: readonly StepStatus[], decision: Pick<PipelineDecision, 'steps' | 'actions'>): string[] | undefined {
  const starting = new Set(decision.actions.flatMap((action) => (action.kind === 'start' ? [action.step.name] : [])));
  const fresh = starting.size > 0 && [...starting].every((name) => before.find((step) => step.name === name)?.phase === 'Pending');
  const running = decision.steps.some((step) => step.phase === 'Running' && !starting.has(step.name));
  const done = decision.steps.filter((step) => isDone(step.phase)).map((step) => step.name);
  return fresh && !running && done.length > 0 ? done : undefined;
}

export function decidePipeline(view: PipelineView): PipelineDecision {
  const at = new Date(view.now).toISOString();
  const actions: PipelineAction[] = [];
  let steps = view.steps.map((step) => (step.phase === 'Running' ? observed(step, view, at) : step));
  const failed = steps.find((step) => isBad(step.phase));
  if (view.stop !== undefined) {
    for (const step of steps) if (step.phase === 'Running' && step.task !== undefined) actions.push({ kind: 'cancel', step: step.name, task: step.task });
    steps = steps.map((step) => (step.phase === 'Pending' ? { ...step, phase: 'Cancelled', finishedAt: at } : step));
  } else if (failed !== undefined) {
    steps = steps.map((step) => (step.phase === 'Pending' ? { ...step, phase: 'Skipped', message: `"${failed.name}" did not succeed` } : step));
  } else {
    steps = startReady(steps, view, at);
  }
  for (const step of view.stop === undefined ? steps : []) actions.push(...actionsFor(step, view));
  return { ...verdict(steps, view), steps, actions, ...lookAgain(steps, view) };
}

/** What a running step became. A task that the runtime does not know has not been started yet, or is to be started again. */
function observed(step: StepStatus, view: PipelineView, at: string): StepStatus {
  const task = view.tasks.get(step.name);
  if (task === undefined) return view.stop === undefined ? step : { ...step, phase: 'Cancelled', finishedAt: at };
  const times = { startedAt: task.startedAt, ...(task.finishedAt === undefined ? {} : { finishedAt: task.finishedAt }) };
  const exit = task.exitCode === undefined ? {} : { exitCode: task.exitCode };
  switch (task.state) {
    case 'running':
      return { ...step, startedAt: task.startedAt };
    case 'succeeded':
      return { ...step, ...times, ...exit, phase: 'Succeeded' };
    case 'timed-out':
      return { ...step, ...times, ...exit, phase: 'TimedOut', message: sentence(`took longer than ${limitOf(step, view)} s`, task.logTail) };
    case 'cancelled':
      return isLate(step, view) ? { ...step, ...times, phase: 'TimedOut', message: sentence(`took longer than ${limitOf(step, view)} s`, task.logTail) } : { ...step, ...times, phase: 'Cancelled', message: 'cancelled' };
    default:
      return { ...step, ...times, ...exit, phase: 'Failed', message: sentence(task.reason ?? (task.state === 'lost' ? 'it vanished' : 'it failed'), task.logTail) };
  }
}

function startReady(steps: readonly StepStatus[], view: PipelineView, at: string): StepStatus[] {
  const done = new Set(steps.filter((step) => isDone(step.phase)).map((step) => step.name));
  let free = view.concurrency - steps.filter((step) => step.phase === 'Running').length;
  return steps.map((step) => {
    if (step.phase !== 'Pending' || free <= 0 || !step.needs.every((need) => done.has(need))) return step;
    free -= 1;
    return { ...step, phase: 'Running', startedAt: at, task: view.taskId(step.name) };
  });
}

function actionsFor(step: StepStatus, view: PipelineView): PipelineAction[] {
  if (step.phase !== 'Running' || step.task === undefined) return [];
  const task = view.tasks.get(step.name);
  const definition = view.definition.steps.find((candidate) => candidate.name === step.name);
  if (task === undefined) return definition === undefined ? [] : [{ kind: 'start', step: definition, task: step.task }];
  return task.state === 'running' && isLate(step, view) ? [{ kind: 'cancel', step: step.name, task: step.task }] : [];
}

function verdict(steps: readonly StepStatus[], view: PipelineView): Pick<PipelineDecision, 'phase' | 'message'> {
  const running = steps.filter((step) => step.phase === 'Running');
  const failed = steps.find((step) => isBad(step.phase));
  if (running.length > 0) {
    const names = running.map((step) => `"${step.name}"`).join(', ');
    return { phase: 'Running', message: view.stop === undefined ? `running ${names}` : `stopping ${names}: ${view.stop.message}` };
  }
  if (view.stop !== undefined) return { phase: view.stop.phase, message: view.stop.message };
  if (failed !== undefined) return { phase: 'Failed', message: `step "${failed.name}" ${failed.phase === 'TimedOut' ? 'ran out of time' : failed.phase === 'Cancelled' ? 'was cancelled' : 'failed'}: ${failed.message ?? ''}` };
  if (steps.every((step) => isDone(step.phase))) {
    if (steps.length === 0) return { phase: 'Succeeded', message: 'nothing to do: there is nothing to install, build or test' };
    return { phase: 'Succeeded', message: `${steps.length} ${steps.length === 1 ? 'step' : 'steps'} succeeded` };
  }
  return { phase: 'Running', message: 'waiting' };
}

function lookAgain(steps: readonly StepStatus[], view: PipelineView): { lookAgainAtMs?: number } {
  const deadlines = steps.filter((step) => step.phase === 'Running').map((step) => deadlineOf(step, view));
  return deadlines.length === 0 ? {} : { lookAgainAtMs: Math.min(...deadlines) };
}

function limitOf(step: StepStatus, view: PipelineView): number {
  return view.definition.steps.find((candidate) => candidate.name === step.name)?.timeoutSeconds ?? 0;
}

/** The runtime enforces the limit; this is the point after which it evidently did not. */
function deadlineOf(step: StepStatus, view: PipelineView): number {
  const started = Date.parse(step.startedAt ?? '');
  return (Number.isNaN(started) ? view.now : started) + limitOf(step, view) * 1000 + GRACE_MS;
}

function isLate(step: StepStatus, view: PipelineView): boolean {
  return view.now > deadlineOf(step, view);
}

function isDone(phase: StepStatus['phase']): boolean {
  return phase === 'Succeeded' || phase === 'Reused';
}

function isBad(phase: StepStatus['phase']): boolean {
  return phase === 'Failed' || phase === 'TimedOut' || phase === 'Cancelled' || phase === 'Skipped';
}

function sentence(reason: string, logTail: readonly string[]): string {
  const lines = logTail.map((line) => line.trim()).filter((line) => line !== '').slice(-TAIL_LINES).join(' | ');
  return lines === '' ? reason : `${reason}; last lines: ${lines.slice(-TAIL_CHARACTERS)}`;
}
