/**
 * Reads `roadbed.yaml`: a repository's own pipeline, its start command, and what differs by environment.
 *
 * Everything is optional but the version; without `pipeline` the detected one is used. Whatever the file
 * says is checked as a whole, so that one push shows all its faults.
 */
import { parseDuration } from '../../domain/duration.ts';
import type { FieldProblem } from '../../domain/kinds/definition.ts';
import type { PipelineDefinition, PipelineStep } from '../../domain/kinds/pipeline-run.ts';
import type { RolloutStrategy } from '../../domain/kinds/rollout.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import { readYaml, type Path } from '../yaml-source/read.ts';
import { Checker, didYouMean } from './check.ts';
import { parseCommand } from './commands.ts';
import { readInfrastructure, type DeclaredRoot } from './infrastructure.ts';
import { FILE_SCHEMA, KEY_PATTERNS } from './schema.ts';
import { isInside, type Start } from './start.ts';

export const ROADBED_FILE = 'roadbed.yaml';
const MOST_BYTES = 131_072;
const DEFAULT_TIMEOUT_SECONDS = 600;
const LONGEST_TIMEOUT_SECONDS = 7200;

export interface RoadbedFile {
  pipeline?: PipelineDefinition;
  start?: Start;
  /** Root modules to show; absent: they are found by themselves. */
  infrastructure?: DeclaredRoot[];
  /** Environment -> variables. */
  configuration: Record<string, Record<string, string>>;
  /** Environment -> strategy. */
  strategies: Record<string, RolloutStrategy>;
}

export interface ParsedRoadbedFile {
  /** Present when there is no problem. */
  file?: RoadbedFile;
  problems: SourceProblem[];
}

interface RawStep {
  name: string;
  run: unknown[];
  needs?: string[];
  environment?: Record<string, string>;
  timeout?: string;
  caches?: { name: string; path: string }[];
  limits?: { memory?: string; processes?: number; disk?: string };
}

interface RawFile {
  pipeline?: { steps: RawStep[]; artifact?: { path?: string; exclude?: string[] } };
  start?: { command?: string[]; static?: string; fallback?: string };
  infrastructure?: DeclaredRoot[];
  environments?: Record<string, { variables?: Record<string, string>; strategy?: RolloutStrategy } | null>;
}

/** Rules of strategies beyond their schema: which checks can give a verdict is decided elsewhere. Fields are relative to the strategy. */
export type StrategyRules = (strategy: RolloutStrategy) => readonly FieldProblem[];

/** Parses the file; `file` is what problems are reported against. Never throws on content. */
export function parseRoadbedFile(text: string, file: string, strategyRules: StrategyRules): ParsedRoadbedFile {
  const [document, ...others] = readYaml(text, file, { mostBytes: MOST_BYTES });
  if (document === undefined) return { file: { configuration: {}, strategies: {} }, problems: [] };
  if (document.problems.length > 0) return { problems: document.problems };
  const checker = new Checker(document, file, KEY_PATTERNS);
  if (others.length > 0) checker.report([], 'has more than one document');
  checker.check(document.value, FILE_SCHEMA, []);
  if (checker.problems.length > 0) return { problems: checker.problems };
  const raw = document.value as RawFile;
  const pipeline = raw.pipeline === undefined ? undefined : readPipeline(raw.pipeline, checker);
  const start = raw.start === undefined ? undefined : readStart(raw.start, checker);
  const infrastructure = raw.infrastructure === undefined ? undefined : readInfrastructure(raw.infrastructure, checker);
  const environments = Object.entries(raw.environments ?? {});
  for (const [name, own] of environments) {
    for (const problem of own?.strategy === undefined ? [] : strategyRules(own.strategy)) checker.report(['environments', name, 'strategy', ...pathOf(problem.field)], problem.message);
  }
  if (checker.problems.length > 0) return { problems: checker.problems };
  return {
    problems: [],
    file: {
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(start === undefined ? {} : { start }),
      ...(infrastructure === undefined ? {} : { infrastructure }),
      configuration: Object.fromEntries(environments.flatMap(([name, own]) => (own?.variables === undefined ? [] : [[name, own.variables]]))),
      strategies: Object.fromEntries(environments.flatMap(([name, own]) => (own?.strategy === undefined ? [] : [[name, own.strategy]]))),
    },
  };
}

/** `steps[1].analysis` as parts. */
function pathOf(field: string): Path {
  return field.split(/[.[\]]+/).filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function readPipeline(raw: NonNullable<RawFile['pipeline']>, checker: Checker): PipelineDefinition {
  const names = raw.steps.map((step) => step.name);
  const steps = raw.steps.map((step, index) => readStep(step, names, ['pipeline', 'steps', index], index, checker));
  const path = raw.artifact?.path ?? '.';
  if (!isInside(path)) checker.report(['pipeline', 'artifact', 'path'], 'must be a folder of the workspace');
  raw.artifact?.exclude?.forEach((pattern, index) => {
    if (!isInside(pattern)) checker.report(['pipeline', 'artifact', 'exclude', index], 'must be a path inside the artifact');
  });
  return { origin: ROADBED_FILE, steps, artifact: { path, exclude: raw.artifact?.exclude ?? [] } };
}

function readStep(raw: RawStep, names: readonly string[], path: Path, index: number, checker: Checker): PipelineStep {
  if (names.indexOf(raw.name) !== index) checker.report([...path, 'name'], `"${raw.name}" is the name of an earlier step`);
  const commands = raw.run.flatMap((value, at) => {
    const parsed = parseCommand(value);
    if (parsed.ok) return [parsed.command];
    checker.report([...path, 'run', at], parsed.message, parsed.hint === undefined ? {} : { hint: parsed.hint });
    return [];
  });
  const needs = raw.needs ?? [];
  needs.forEach((need, at) => {
    if (!names.includes(need)) checker.report([...path, 'needs', at], `there is no step "${need}"`, didYouMean(need, names));
    else if (need === raw.name) checker.report([...path, 'needs', at], 'a step cannot need itself');
  });
  const timeoutSeconds = raw.timeout === undefined ? DEFAULT_TIMEOUT_SECONDS : Math.ceil((parseDuration(raw.timeout) ?? 0) / 1000);
  if (timeoutSeconds < 1 || timeoutSeconds > LONGEST_TIMEOUT_SECONDS) checker.report([...path, 'timeout'], 'must be between 1s and 2h');
  (raw.caches ?? []).forEach((cache, at) => {
    const inner = cache.path.startsWith('~/') ? cache.path.slice(2) : cache.path;
    if (!isInside(inner) || inner.split('/').includes('.')) checker.report([...path, 'caches', at, 'path'], 'must be a folder in the workspace, or in the home folder with ~/');
  });
  const limits = readLimits(raw.limits);
  return {
    name: raw.name,
    needs: [...new Set(needs)],
    commands,
    timeoutSeconds,
    ...(raw.environment === undefined ? {} : { environment: raw.environment }),
    ...(raw.caches === undefined ? {} : { caches: raw.caches }),
    ...(limits === undefined ? {} : { limits }),
  };
}

function readLimits(raw: RawStep['limits']): PipelineStep['limits'] | undefined {
  if (raw === undefined) return undefined;
  return {
    ...(raw.memory === undefined ? {} : { memoryBytes: bytes(raw.memory) }),
    ...(raw.processes === undefined ? {} : { processes: raw.processes }),
    ...(raw.disk === undefined ? {} : { diskBytes: bytes(raw.disk) }),
  };
}

const UNITS: Record<string, number> = { '': 1, K: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

function bytes(text: string): number {
  const [, count = '0', unit = ''] = /^(\d+)(\D*)$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? 1);
}

function readStart(raw: NonNullable<RawFile['start']>, checker: Checker): Start | undefined {
  if ((raw.command === undefined) === (raw.static === undefined)) {
    checker.report(['start'], 'needs either "command" or "static"', { which: 'key' });
    return undefined;
  }
  if (raw.command !== undefined) return { schemaVersion: 1, kind: 'command', command: raw.command };
  for (const field of ['static', 'fallback'] as const) if (raw[field] !== undefined && !isInside(raw[field])) checker.report(['start', field], 'must be a path inside the artifact');
  return { schemaVersion: 1, kind: 'static', root: raw.static ?? '.', ...(raw.fallback === undefined ? {} : { fallback: raw.fallback }) };
}
