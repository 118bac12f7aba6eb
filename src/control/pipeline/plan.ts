/**
 * What a commit asks for: its pipeline, how its artifact starts, its workload and what differs by environment.
 *
 * Read from the commit alone, so reading it again gives the same; faults in `roadbed.yaml` and `score.yaml` stop
 * the run before the first step, with line and column.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import { describeProblem, type SourceProblem } from '../../domain/source-problem.ts';
import { detectPipeline, type Detected } from '../../engines/pipeline-detection/detect.ts';
import type { Detector } from '../../engines/pipeline-detection/detector.ts';
import { validateStrategy } from '../../engines/rollout-verdict/validate.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import { parseRoadbedFile, ROADBED_FILE, type RoadbedFile } from '../../formats/roadbed-yaml/parse.ts';
import { parseScore } from '../../formats/score/parse.ts';

export const SCORE_FILE = 'score.yaml';
const MOST_SHOWN = 5;

export interface CommitPlan extends Detected {
  own?: RoadbedFile;
  workload?: ScoreDocument;
}

/** Throws ROADBED-2101 for faults in the files, and what detection throws. */
export async function planCommit(tree: SourceTree, detectors: readonly Detector[]): Promise<CommitPlan> {
  const [ownText, scoreText] = [await textOf(tree, ROADBED_FILE), await textOf(tree, SCORE_FILE)];
  const own = ownText === undefined ? undefined : parseRoadbedFile(ownText, ROADBED_FILE, (strategy) => validateStrategy(strategy, ''));
  const score = scoreText === undefined ? undefined : parseScore(scoreText, SCORE_FILE);
  const problems = [...(own?.problems ?? []), ...(score?.problems ?? [])];
  if (problems.length > 0) throw faulty(problems);
  const detected = await detectPipeline(tree, detectors, own?.file);
  return {
    ...detected,
    ...(own?.file === undefined ? {} : { own: own.file }),
    ...(score?.document === undefined ? {} : { workload: score.document }),
  };
}

export async function textOf(tree: SourceTree, path: string): Promise<string | undefined> {
  const bytes = await tree.read(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function faulty(problems: readonly SourceProblem[]): PlatformError {
  const [first] = problems;
  return new PlatformError({
    code: 'ROADBED-2101',
    class: 'invalid',
    message: first === undefined ? 'the files have faults' : describeProblem(first),
    ...(problems.length > 1 ? { why: problems.slice(1, MOST_SHOWN).map(describeProblem).join('; ') } : {}),
    next: 'correct the file and push again',
  });
}
