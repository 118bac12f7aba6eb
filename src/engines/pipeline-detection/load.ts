/**
 * Detectors of a platform team: JSON of the form in `detector.ts`, checked before anything relies on it.
 */
import { PlatformError } from '../../domain/error.ts';
import { graphProblems } from '../pipeline/graph.ts';
import type { Condition, DetectedStep, Detector } from './detector.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DEEPEST = 12;

/** Reads a list of detectors; throws ROADBED-2104 naming the first thing that is wrong. */
export function parseDetectors(text: string, file: string): Detector[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(file, 'it is not JSON');
  }
  if (!Array.isArray(value)) throw wrong(file, 'it must be a list of detectors');
  return value.map((one, index) => readDetector(one as Partial<Detector>, `${file}[${index}]`));
}

function readDetector(value: Partial<Detector>, place: string): Detector {
  if (typeof value !== 'object' || value === null || typeof value.name !== 'string' || !NAME.test(value.name)) throw wrong(place, '"name" must be lower-case letters, digits and -');
  const where = `${place} (${value.name})`;
  if (typeof value.description !== 'string' || value.description === '') throw wrong(where, '"description" is missing');
  checkCondition(value.when, `${where}.when`, 0);
  if (!Array.isArray(value.steps)) throw wrong(where, '"steps" must be a list');
  const steps = value.steps.map((step, index) => readStep(step as Partial<DetectedStep>, `${where}.steps[${index}]`));
  const problems = graphProblems(steps);
  if (problems.length > 0) throw wrong(where, problems.join('; '));
  const { artifact, start } = value;
  if (typeof artifact?.path !== 'string' || !isStrings(artifact.exclude)) throw wrong(where, '"artifact" needs "path" and "exclude"');
  if (start?.kind !== 'package-json' && !(start?.kind === 'static' && typeof start.root === 'string')) throw wrong(where, '"start" must be {"kind":"package-json"} or {"kind":"static","root":"..."}');
  return { name: value.name, description: value.description, when: value.when as Condition, steps, artifact: { path: artifact.path, exclude: artifact.exclude }, start };
}

function readStep(value: Partial<DetectedStep>, place: string): DetectedStep {
  if (typeof value.name !== 'string' || !NAME.test(value.name)) throw wrong(place, '"name" must be lower-case letters, digits and -');
  if (!isStrings(value.needs)) throw wrong(place, '"needs" must be a list of step names');
  if (!Array.isArray(value.commands) || !value.commands.every((command) => isStrings(command) && command.length > 0)) throw wrong(place, '"commands" must be a list of argument lists');
  const timeout = value.timeoutSeconds;
  if (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout < 1 || timeout > 7200) throw wrong(place, '"timeoutSeconds" must be between 1 and 7200');
  if (value.when !== undefined) checkCondition(value.when, `${place}.when`, 0);
  return value as DetectedStep;
}

function checkCondition(value: unknown, place: string, depth: number): void {
  if (depth > DEEPEST) throw wrong(place, 'it is nested too deeply');
  const condition = value as Record<string, unknown> | undefined;
  if (typeof condition !== 'object' || condition === null) throw wrong(place, 'a condition is a map with all, any, not, file or json');
  for (const kind of ['all', 'any'] as const) {
    const parts = condition[kind];
    if (Array.isArray(parts)) return parts.forEach((part, index) => checkCondition(part, `${place}.${kind}[${index}]`, depth + 1));
  }
  if (condition['not'] !== undefined) return checkCondition(condition['not'], `${place}.not`, depth + 1);
  if (typeof condition['file'] === 'string') return;
  if (typeof condition['json'] !== 'string' || typeof condition['at'] !== 'string') throw wrong(place, 'a condition is a map with all, any, not, file or json');
  try {
    if (condition['matches'] !== undefined) new RegExp(String(condition['matches']));
  } catch {
    throw wrong(place, '"matches" is not a regular expression');
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function wrong(place: string, message: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2104', class: 'invalid', message: `${place}: ${message}`, next: 'see docs/reference/pipeline-detection.md' });
}
