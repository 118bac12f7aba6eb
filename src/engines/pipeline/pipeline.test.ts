import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PipelineDefinition, StepStatus } from '../../domain/kinds/pipeline-run.ts';
import { decidePipeline, firstStates, restartPoint, reusableSteps, takenOver, type PipelineAction, type PipelineView, type TaskSeen } from './decide.ts';
import { dependentsOf, graphProblems } from './graph.ts';
import { supersededBy, type RunSeen } from './supersede.ts';

function pipeline(needs: Record<string, string[]>, timeoutSeconds = 60): PipelineDefinition {
  return { origin: 'test', steps: Object.entries(needs).map(([name, own]) => ({ name, needs: own, commands: [['true']], timeoutSeconds })), artifact: { path: '.', exclude: [] } };
}

function view(definition: PipelineDefinition, steps: readonly StepStatus[], tasks: Record<string, TaskSeen> = {}, extra: Partial<PipelineView> = {}): PipelineView {
  return { definition, steps, tasks: new Map(Object.entries(tasks)), now: Date.UTC(2026, 0, 1), concurrency: 4, taskId: (step) => `task-${step}`, ...extra };
}

const START = '2026-01-01T00:00:00.000Z';
const ended = (state: TaskSeen['state'], extra: Partial<TaskSeen> = {}): TaskSeen => ({ state, startedAt: START, logTail: [], ...(state === 'running' ? {} : { finishedAt: START }), ...extra });

test('parallel branches start together, and what joins them waits for both', () => {
  const definition = pipeline({ install: [], lint: ['install'], test: ['install'], pack: ['lint', 'test'] });
  let decision = decidePipeline(view(definition, firstStates(definition)));
  expect(decision.actions.map((action) => action.kind === 'start' && action.step.name)).toEqual(['install']);
  decision = decidePipeline(view(definition, decision.steps, { install: ended('succeeded') }));
  expect(decision.actions.map((action) => action.task)).toEqual(['task-lint', 'task-test']);
  decision = decidePipeline(view(definition, decision.steps, { lint: ended('succeeded'), test: ended('running') }));
  expect(decision.actions).toEqual([]);
  decision = decidePipeline(view(definition, decision.steps, { test: ended('succeeded') }));
  expect(decision.actions.map((action) => action.task)).toEqual(['task-pack']);
  decision = decidePipeline(view(definition, decision.steps, { pack: ended('succeeded') }));
  expect(decision).toMatchObject({ phase: 'Succeeded', message: '4 steps succeeded' });
});

test('a failure names the step and its last lines, lets the neighbour finish, and skips the rest', () => {
  const definition = pipeline({ lint: [], test: [], pack: ['lint', 'test'] });
  const steps = decidePipeline(view(definition, firstStates(definition))).steps;
  const during = decidePipeline(view(definition, steps, { lint: ended('failed', { exitCode: 2, reason: 'eslint: exit code 2', logTail: ['a', '', 'no-unused'] }), test: ended('running') }));
  expect(during.phase).toBe('Running');
  const after = decidePipeline(view(definition, during.steps, { test: ended('succeeded') }));
  expect(after.phase).toBe('Failed');
  expect(after.message).toBe('step "lint" failed: eslint: exit code 2; last lines: a | no-unused');
  expect(after.steps.map((step) => step.phase)).toEqual(['Failed', 'Succeeded', 'Skipped']);
  expect(after.steps[0]?.exitCode).toBe(2);
});

test('a stop cancels what runs, and the run ends once it is gone', () => {
  const definition = pipeline({ a: [], b: ['a'] });
  const steps = decidePipeline(view(definition, firstStates(definition))).steps;
  const stop = { phase: 'Superseded', message: 'overtaken by run-2' } as const;
  const stopping = decidePipeline(view(definition, steps, { a: ended('running') }, { stop }));
  expect(stopping.actions).toEqual([{ kind: 'cancel', step: 'a', task: 'task-a' }]);
  expect(stopping.phase).toBe('Running');
  const over = decidePipeline(view(definition, stopping.steps, { a: ended('cancelled') }, { stop }));
  expect(over).toMatchObject({ phase: 'Superseded', message: 'overtaken by run-2' });
  expect(over.steps.map((step) => step.phase)).toEqual(['Cancelled', 'Cancelled']);
});

test('a step whose task was never started, because the control plane died before, is started again', () => {
  const definition = pipeline({ a: [] });
  const { steps } = decidePipeline(view(definition, firstStates(definition)));
  expect(decidePipeline(view(definition, steps)).actions).toEqual([{ kind: 'start', step: definition.steps[0], task: 'task-a' }]);
});

test('a time limit holds even where the runtime forgot it, and a clock that goes back ends nothing early', () => {
  const definition = pipeline({ a: [] }, 10);
  const { steps } = decidePipeline(view(definition, firstStates(definition)));
  const now = Date.UTC(2026, 0, 1);
  expect(decidePipeline(view(definition, steps, { a: ended('running') }, { now: now - 3_600_000 })).actions).toEqual([]);
  expect(decidePipeline(view(definition, steps, { a: ended('running') }, { now: now + 39_000 })).actions).toEqual([]);
  const late = decidePipeline(view(definition, steps, { a: ended('running') }, { now: now + 41_000 }));
  expect(late.actions).toEqual([{ kind: 'cancel', step: 'a', task: 'task-a' }]);
  const over = decidePipeline(view(definition, late.steps, { a: ended('cancelled') }, { now: now + 42_000 }));
  expect(over).toMatchObject({ phase: 'Failed', message: 'step "a" ran out of time: took longer than 10 s' });
});

test('a pipeline without steps says that there was nothing to do', () => {
  const definition = pipeline({});
  expect(decidePipeline(view(definition, []))).toMatchObject({ phase: 'Succeeded', message: 'nothing to do: there is nothing to install, build or test' });
});

test('a re-run takes over what succeeded and repeats from the failed step, or from the one that is asked for', () => {
  const definition = pipeline({ install: [], lint: ['install'], test: ['install'], pack: ['lint', 'test'] });
  const earlier: StepStatus[] = [
    { name: 'install', needs: [], phase: 'Succeeded' },
    { name: 'lint', needs: ['install'], phase: 'Reused' },
    { name: 'test', needs: ['install'], phase: 'Failed' },
    { name: 'pack', needs: ['lint', 'test'], phase: 'Skipped' },
  ];
  expect([...reusableSteps(definition, earlier)]).toEqual(['install', 'lint']);
  expect([...reusableSteps(definition, earlier, 'lint')]).toEqual(['install']);
  expect([...reusableSteps(definition, earlier, 'install')]).toEqual([]);
  expect(firstStates(definition, new Set(['install'])).map((step) => step.phase)).toEqual(['Reused', 'Pending', 'Pending', 'Pending']);
});

test.each([
  [{ a: ['b'], b: ['a'] }, 'steps wait for each other: a -> b -> a'],
  [{ a: ['a'] }, 'steps wait for each other: a -> a'],
  [{ a: ['x'] }, 'step "a" needs "x", which is not there'],
])('%j cannot run: %s', (needs, says) => {
  expect(graphProblems(pipeline(needs as Record<string, string[]>).steps)).toContain(says);
});

test('doubled names and empty commands are faults', () => {
  const [step] = pipeline({ a: [] }).steps;
  expect(graphProblems([step!, step!])).toEqual(['two steps are named "a"']);
  expect(graphProblems([{ ...step!, commands: [] }])).toEqual(['step "a" has no command']);
  expect(graphProblems([{ ...step!, commands: [[]] }])).toEqual(['step "a" has no command']);
});

const run = (name: string, order: number, extra: Partial<RunSeen['spec']> = {}, finished = false): RunSeen => ({
  name, finished, order,
  spec: { repository: 'web', ref: 'refs/heads/main', commit: name, trigger: { kind: 'push', by: 'x' }, ...extra },
});

test('a newer push to the same branch supersedes, another branch, a re-run and a finished run do not', () => {
  const old = run('old', 1);
  const newer = run('new', 2);
  const newest = run('newest', 3, {}, true);
  expect(supersededBy(old, [old, newer, newest])?.name).toBe('newest');
  expect(supersededBy(newest, [old, newer, newest])).toBeUndefined();
  expect(supersededBy(newer, [old, newer])).toBeUndefined();
  expect(supersededBy(old, [old, run('other', 9, { ref: 'refs/heads/x' })])).toBeUndefined();
  expect(supersededBy(old, [old, run('hand', 9, { trigger: { kind: 'manual', by: 'x' } })])).toBeUndefined();
  expect(supersededBy(run('mine', 1, { trigger: { kind: 'manual', by: 'x' } }), [newer])).toBeUndefined();
  expect(supersededBy({ ...old, finished: true }, [newer])).toBeUndefined();
  expect(supersededBy(old, [old, run('again', 9, { commit: 'old' })])).toBeUndefined();
});

/** Acyclic pipelines: a step needs only earlier ones. */
const pipelines = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: 1, maxLength: 8 }).map((rows) =>
  pipeline(Object.fromEntries(rows.map((row, index) => [`s${index}`, index === 0 ? [] : [...new Set(row.map((n) => `s${n % index}`))]]))),
);
const outcomes = fc.array(fc.constantFrom<TaskSeen['state'] | 'stop' | 'nothing' | 'forgotten'>('succeeded', 'succeeded', 'succeeded', 'failed', 'timed-out', 'lost', 'cancelled', 'running', 'stop', 'nothing', 'forgotten'), { maxLength: 60 });

test('whatever happens, no step starts before its needs succeeded, none starts twice, and every run ends', () => {
  fc.assert(
    fc.property(pipelines, outcomes, fc.integer({ min: 1, max: 4 }), (definition, happens, concurrency) => {
      expect(graphProblems(definition.steps)).toEqual([]);
      const tasks = new Map<string, TaskSeen>();
      const ran = new Set<string>();
      let steps = firstStates(definition);
      let stop: PipelineView['stop'];
      for (let turn = 0; turn < 200; turn++) {
        const event = turn < happens.length ? happens[turn] : 'succeeded';
        const before = steps;
        const decision = decidePipeline({ ...view(definition, steps), tasks, concurrency, ...(stop === undefined ? {} : { stop }) });
        steps = decision.steps;
        // Asked twice in the same situation it answers the same: interrupted and resumed is as if never interrupted.
        expect(decidePipeline({ ...view(definition, before), tasks, concurrency, ...(stop === undefined ? {} : { stop }) })).toEqual(decision);
        for (const [index, step] of steps.entries()) {
          const was = before[index]?.phase;
          if (was !== 'Pending' && was !== 'Running') expect(step.phase).toBe(was);
          if (step.phase === 'Running') expect(step.needs.every((need) => steps.find((other) => other.name === need)?.phase === 'Succeeded')).toBe(true);
        }
        expect(steps.filter((step) => step.phase === 'Running').length).toBeLessThanOrEqual(concurrency);
        for (const action of decision.actions) {
          if (action.kind === 'start') {
            expect(tasks.has(action.step.name)).toBe(false);
            expect(stop).toBeUndefined();
            ran.add(action.step.name);
            tasks.set(action.step.name, ended('running'));
          } else tasks.set(action.step, ended('cancelled'));
        }
        if (decision.phase !== 'Running') {
          const phases = new Set(steps.map((step) => step.phase));
          expect(phases.has('Running') || phases.has('Pending')).toBe(false);
          if (decision.phase === 'Succeeded') expect([...phases]).toEqual(['Succeeded']);
          return;
        }
        const running = steps.find((step) => step.phase === 'Running' && tasks.get(step.name)?.state === 'running');
        if (event === 'stop') stop = { phase: 'Cancelled', message: 'cancelled by somebody' };
        else if (event === 'forgotten' && running !== undefined) tasks.delete(running.name);
        else if (event !== 'nothing' && event !== undefined && event !== 'forgotten' && running !== undefined) tasks.set(running.name, ended(event));
      }
      throw new Error('the run did not end');
    }),
    { numRuns: 500 },
  );
});

test('what follows a step is closed under needing', () => {
  fc.assert(fc.property(pipelines, fc.nat(7), (definition, index) => {
    const from = definition.steps[index % definition.steps.length]?.name ?? '';
    const found = dependentsOf(definition.steps, new Set([from]));
    for (const step of definition.steps) if (step.needs.some((need) => found.has(need))) expect(found.has(step.name)).toBe(true);
    for (const name of found) if (name !== from) expect(definition.steps.find((step) => step.name === name)?.needs.some((need) => found.has(need))).toBe(true);
  }));
});

test('a restart point is kept when steps begin and none is running, and holds what was done by then', () => {
  const state = (name: string, phase: StepStatus['phase']): StepStatus => ({ name, needs: [], phase });
  const start = (name: string): PipelineAction => ({ kind: 'start', step: { name, needs: [], commands: [], timeoutSeconds: 1 }, task: name });
  const before = [state('a', 'Running'), state('b', 'Pending'), state('c', 'Pending')];
  expect(restartPoint(before, { steps: [state('a', 'Succeeded'), state('b', 'Running'), state('c', 'Running')], actions: [start('b'), start('c')] })).toEqual(['a']);
  expect(restartPoint(before, { steps: [state('a', 'Running'), state('b', 'Running'), state('c', 'Pending')], actions: [start('b')] })).toBeUndefined();
  // Nothing is done yet: a checkout gives the same. And a task that is started again after a kill finds its files half-made.
  expect(restartPoint([state('a', 'Pending')], { steps: [state('a', 'Running')], actions: [start('a')] })).toBeUndefined();
  expect(restartPoint([state('a', 'Succeeded'), state('b', 'Running')], { steps: [state('a', 'Succeeded'), state('b', 'Running')], actions: [start('b')] })).toBeUndefined();
});

test('a re-run takes over a restart point whole or not at all', () => {
  expect(takenOver(new Set(['a', 'b', 'beside']), ['a', 'b'])).toEqual(new Set(['a', 'b']));
  expect(takenOver(new Set(['a']), ['a', 'b'])).toEqual(new Set());
  expect(takenOver(new Set(['a']), undefined)).toEqual(new Set());
});
