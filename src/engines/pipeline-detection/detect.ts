/**
 * From a repository's files to its pipeline: `roadbed.yaml` where it says so, else the first detector that fits.
 *
 * Nothing is guessed beyond what the detectors state; a repository that none fits is refused with what to write.
 */
import { PlatformError } from '../../domain/error.ts';
import type { PipelineDefinition, PipelineStep } from '../../domain/kinds/pipeline-run.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import type { RoadbedFile } from '../../formats/roadbed-yaml/parse.ts';
import type { Start } from '../../formats/roadbed-yaml/start.ts';
import { graphProblems } from '../pipeline/graph.ts';
import type { DetectedStep, Detector } from './detector.ts';
import { Facts } from './facts.ts';
import { startFromFacts } from './start.ts';

export interface Detected {
  definition: PipelineDefinition;
  /** Absent when only the Score file's `command` can say it. */
  start?: Start;
}

/** A repository that declares infrastructure and nothing to build: its files are the artifact, and no step runs. */
const NOTHING_TO_BUILD: PipelineDefinition = { origin: 'infrastructure', steps: [], artifact: { path: '.', exclude: [] } };

/**
 * The pipeline of a tree. `own` is the parsed `roadbed.yaml`, if there is one.
 * Throws ROADBED-2102 when nothing fits, ROADBED-2103 when the steps form no graph that can run.
 */
export async function detectPipeline(tree: SourceTree, detectors: readonly Detector[], own?: RoadbedFile): Promise<Detected> {
  const facts = await Facts.of(tree);
  const detected = await fitting(facts, detectors);
  const definition = own?.pipeline ?? detected?.definition ?? ((own?.infrastructure ?? []).length === 0 ? undefined : NOTHING_TO_BUILD);
  if (definition === undefined) throw nothingFits(detectors);
  const problems = graphProblems(definition.steps);
  if (problems.length > 0) {
    throw new PlatformError({ code: 'ROADBED-2103', class: 'invalid', message: `the pipeline of ${definition.origin} cannot run: ${problems[0]}`, why: problems.join('; ') });
  }
  // An own pipeline may build anything; the files still say how a Node service starts, or that it is a site.
  const start = own?.start ?? (own?.pipeline === undefined ? undefined : await startFromFacts(facts)) ?? detected?.start;
  return { definition, ...(start === undefined ? {} : { start }) };
}

async function fitting(facts: Facts, detectors: readonly Detector[]): Promise<Detected | undefined> {
  for (const detector of detectors) {
    if (!(await facts.holds(detector.when))) continue;
    const start = detector.start.kind === 'static' ? ({ schemaVersion: 1, ...detector.start } as const) : await startFromFacts(facts);
    const definition = { origin: detector.name, steps: await applicableSteps(detector.steps, facts), artifact: detector.artifact };
    return { definition, ...(start === undefined ? {} : { start }) };
  }
  return undefined;
}

async function applicableSteps(steps: readonly DetectedStep[], facts: Facts): Promise<PipelineStep[]> {
  const left = new Map<string, readonly string[]>();
  const kept: PipelineStep[] = [];
  for (const { when, ...step } of steps) {
    if (when === undefined || (await facts.holds(when))) kept.push(step);
    else left.set(step.name, step.needs);
  }
  const inherited = (need: string): string[] => (left.has(need) ? (left.get(need) ?? []).flatMap(inherited) : [need]);
  return kept.map((step) => ({ ...step, needs: [...new Set(step.needs.flatMap(inherited))] }));
}

function nothingFits(detectors: readonly Detector[]): PlatformError {
  return new PlatformError({
    code: 'ROADBED-2102',
    class: 'invalid',
    message: 'no pipeline was found for this repository, and none is declared',
    why: `it is none of: ${[...new Set(detectors.map((detector) => detector.description))].join(' ')}`,
    next: 'add roadbed.yaml with the steps and the artifact: docs/reference/roadbed-yaml.md',
  });
}
