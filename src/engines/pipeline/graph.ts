/**
 * Whether the steps of a pipeline form a graph that can be run: known needs, unique names, no cycle.
 */
import type { PipelineStep } from '../../domain/kinds/pipeline-run.ts';

const MOST_STEPS = 100;

/** Faults in one sentence each; empty when the pipeline can run. */
export function graphProblems(steps: readonly Pick<PipelineStep, 'name' | 'needs' | 'commands'>[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  if (steps.length > MOST_STEPS) return [`the pipeline has ${steps.length} steps; at most ${MOST_STEPS} are allowed`];
  for (const step of steps) {
    if (names.has(step.name)) problems.push(`two steps are named "${step.name}"`);
    names.add(step.name);
    if (step.commands.length === 0 || step.commands.some((command) => command.length === 0)) problems.push(`step "${step.name}" has no command`);
  }
  for (const step of steps) {
    for (const need of step.needs) if (!names.has(need)) problems.push(`step "${step.name}" needs "${need}", which is not there`);
  }
  const cycle = findCycle(steps);
  if (cycle !== undefined) problems.push(`steps wait for each other: ${cycle.join(' -> ')}`);
  return problems;
}

function findCycle(steps: readonly Pick<PipelineStep, 'name' | 'needs'>[]): string[] | undefined {
  const needs = new Map(steps.map((step) => [step.name, step.needs]));
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string, trail: readonly string[]): string[] | undefined => {
    if (state.get(name) === 'done') return undefined;
    if (state.get(name) === 'open') return [...trail.slice(trail.indexOf(name)), name];
    state.set(name, 'open');
    for (const next of needs.get(name) ?? []) {
      const found = visit(next, [...trail, name]);
      if (found !== undefined) return found;
    }
    state.set(name, 'done');
    return undefined;
  };
  for (const step of steps) {
    const found = visit(step.name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The steps that come after `from`, directly or not, and itself. */
export function dependentsOf(steps: readonly Pick<PipelineStep, 'name' | 'needs'>[], from: ReadonlySet<string>): Set<string> {
  const found = new Set(from);
  for (let grown = true; grown; ) {
    grown = false;
    for (const step of steps) {
      if (found.has(step.name) || !step.needs.some((need) => found.has(need))) continue;
      found.add(step.name);
      grown = true;
    }
  }
  return found;
}
