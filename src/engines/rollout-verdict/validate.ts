/** Rules for checks beyond their schema: what could never give a verdict, or would give one by accident, is refused when it is declared. */
import { parseDuration } from '../../domain/duration.ts';
import type { FieldProblem } from '../../domain/kinds/definition.ts';
import type { MetricCheck, RolloutStep, RolloutStrategy } from '../../domain/kinds/rollout.ts';
import { parseQuery } from './query.ts';

const POLICIES = ['fail', 'pass', 'inconclusive', 'wait'];

/** Problems of a whole strategy; `path` is where it stands (`spec.strategy`), empty for the value itself. */
export function validateStrategy(strategy: RolloutStrategy, path: string): FieldProblem[] {
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`);
  const { steps, background } = strategy;
  const problems = steps.flatMap((step, index) => stepProblems(step, at(`steps[${index}]`)));
  if (background === undefined) return problems;
  if (background.startingStep >= steps.length) problems.push(invalid(at('background.startingStep'), `there are ${steps.length} steps: checks that begin at step ${background.startingStep}, counted from 0, would never run`));
  return [...problems, ...validateChecks(background.checks, at('background.checks'))];
}

function stepProblems(step: RolloutStep, path: string): FieldProblem[] {
  if (Object.keys(step).length !== 1) return [invalid(path, 'a step is one of setWeight, pause or analysis')];
  if ('analysis' in step) return validateChecks(step.analysis.checks, `${path}.analysis.checks`);
  if ('pause' in step && step.pause.duration !== undefined && parseDuration(step.pause.duration) === undefined) return [invalid(`${path}.pause.duration`, `"${step.pause.duration}" is not a duration; write 30s, 500ms, 5m or 1h`)];
  return [];
}

/** Problems of a list of checks; `path` is where the list stands (`spec.strategy.steps[1].analysis.checks`). */
export function validateChecks(checks: readonly MetricCheck[], path: string): FieldProblem[] {
  const problems = checks.flatMap((check, index) => validateCheck(check, `${path}[${index}]`));
  if (checks.length === 0) problems.push(required(path, 'an analysis needs at least one check: nothing measured is no verdict'));
  checks.forEach((check, index) => {
    if (checks.findIndex((other) => other.name === check.name) !== index) problems.push({ field: `${path}[${index}].name`, reason: 'FieldValueDuplicate', message: `there is another check named "${check.name}"` });
  });
  return problems;
}

function validateCheck(check: MetricCheck, path: string): FieldProblem[] {
  return [...metricProblems(check, path), ...limitProblems(check, path), ...durationProblems(check, path), ...dataProblems(check, path)];
}

function metricProblems(check: MetricCheck, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (check.metric === 'latency' && check.quantile === undefined) problems.push(required(`${path}.quantile`, 'latency needs a quantile, for example 0.99'));
  if (check.quantile !== undefined && !(check.quantile > 0 && check.quantile < 1)) problems.push(invalid(`${path}.quantile`, 'the quantile must lie between 0 and 1'));
  if (check.metric === 'query') {
    const parsed = parseQuery(check.query ?? '');
    if (check.query === undefined) problems.push(required(`${path}.query`, 'metric "query" needs a query'));
    else if (!parsed.ok) problems.push(invalid(`${path}.query`, `column ${parsed.column}: ${parsed.message}`));
  }
  if (check.min === undefined && check.max === undefined) problems.push(required(`${path}.min`, 'a check without min and max can never fail: give at least one'));
  if (check.min !== undefined && check.max !== undefined && check.min > check.max) problems.push(invalid(`${path}.min`, `min ${check.min} is above max ${check.max}: nothing can pass`));
  if (check.metric === 'successRate') {
    for (const side of ['min', 'max'] as const) {
      const limit = check[side];
      if (limit !== undefined && (limit < 0 || limit > 1)) problems.push(invalid(`${path}.${side}`, 'a success rate is a share from 0 to 1: write 0.99 for 99 %'));
    }
  }
  return problems;
}

function limitProblems(check: MetricCheck, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const failures = check.failureLimit ?? 0;
  const successes = check.consecutiveSuccessLimit ?? 0;
  for (const [name, lowest] of [['count', 0], ['failureLimit', -1], ['inconclusiveLimit', 0], ['consecutiveErrorLimit', 0], ['consecutiveSuccessLimit', 0]] as const) {
    const value = check[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= lowest)) problems.push(invalid(`${path}.${name}`, `must be a whole number of at least ${lowest}`));
  }
  if (check.count !== undefined && check.count > 0 && check.count < Math.max(0, failures) + successes) {
    problems.push(invalid(`${path}.count`, `count ${check.count} is less than failureLimit + consecutiveSuccessLimit (${Math.max(0, failures) + successes}): a limit could never be reached`));
  }
  if ((check.count ?? 0) > 1 && check.interval === undefined) problems.push(required(`${path}.interval`, 'more than one measurement needs an interval'));
  if (failures < 0 && successes === 0) problems.push(invalid(`${path}.failureLimit`, 'failureLimit and consecutiveSuccessLimit are both disabled: the check could neither fail nor succeed'));
  return problems;
}

function durationProblems(check: MetricCheck, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const name of ['interval', 'window', 'initialDelay'] as const) {
    const text = check[name];
    if (text === undefined) continue;
    const milliseconds = parseDuration(text);
    if (milliseconds === undefined) problems.push(invalid(`${path}.${name}`, `"${text}" is not a duration; write 30s, 500ms, 5m or 1h`));
    else if (milliseconds === 0 && name !== 'initialDelay') problems.push(invalid(`${path}.${name}`, 'must be longer than 0'));
  }
  return problems;
}

function dataProblems(check: MetricCheck, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (check.noData === undefined) problems.push(required(`${path}.noData`, 'say what no data means here: fail, pass, inconclusive or wait'));
  else if (!POLICIES.includes(check.noData)) problems.push({ field: `${path}.noData`, reason: 'FieldValueNotSupported', message: `"${String(check.noData)}" is none of ${POLICIES.join(', ')}` });
  if (check.minSamples === undefined) problems.push(required(`${path}.minSamples`, 'say how many requests a verdict needs'));
  else if (!(Number.isInteger(check.minSamples) && check.minSamples >= 1)) problems.push(invalid(`${path}.minSamples`, 'a verdict needs at least 1 sample'));
  return problems;
}

function required(field: string, message: string): FieldProblem {
  return { field, reason: 'FieldValueRequired', message };
}

function invalid(field: string, message: string): FieldProblem {
  return { field, reason: 'FieldValueInvalid', message };
}
