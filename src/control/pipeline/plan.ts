/**
 * What a commit asks for: its pipeline, how its artifact starts, its workload and what differs by environment.
 *
 * Read from the commit alone, so reading it again gives the same; faults in `roadbed.yaml` and `score.yaml` stop
 * the run before the first step, with line and column.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import { describeProblem, type SourceProblem } from '../../domain/source-problem.ts';
import { unrunnableParts } from '../../engines/desired-workload/unrunnable.ts';
import { detectPipeline, type Detected } from '../../engines/pipeline-detection/detect.ts';
import type { Detector } from '../../engines/pipeline-detection/detector.ts';
import { validateStrategy } from '../../engines/rollout-verdict/validate.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import { parseRoadbedFile, ROADBED_FILE, type RoadbedFile } from '../../formats/roadbed-yaml/parse.ts';
import { parseScore, type ParsedScore } from '../../formats/score/parse.ts';
import { printPath } from '../../formats/yaml-source/read.ts';

export const SCORE_FILE = 'score.yaml';
const MOST_SHOWN = 5;

export interface CommitPlan extends Detected {
  own?: RoadbedFile;
  workload?: ScoreDocument;
}

/** Throws ROADBED-2101 for faults in the files, and what detection throws. */
export async function planCommit(tree: SourceTree, detectors: readonly Detector[]): Promise<CommitPlan> {
  const { own, score, problems } = await readFiles(tree);
  if (problems.length > 0) throw faulty(problems);
  const detected = await detectPipeline(tree, detectors, own?.file);
  return {
    ...detected,
    ...(own?.file === undefined ? {} : { own: own.file }),
    ...(score?.document === undefined ? {} : { workload: score.document }),
  };
}

/** What would stop the run before its first step. */
export async function fileFaults(tree: SourceTree): Promise<SourceProblem[]> {
  return (await readFiles(tree)).problems;
}

async function readFiles(tree: SourceTree): Promise<{ own?: ReturnType<typeof parseRoadbedFile>; score?: ParsedScore; problems: SourceProblem[] }> {
  const [ownText, scoreText] = [await textOf(tree, ROADBED_FILE), await textOf(tree, SCORE_FILE)];
  const own = ownText === undefined ? undefined : parseRoadbedFile(ownText, ROADBED_FILE, (strategy) => validateStrategy(strategy, ''));
  const score = scoreText === undefined ? undefined : parseScore(scoreText, SCORE_FILE);
  const problems = [...(own?.problems ?? []), ...(score === undefined ? [] : [...score.problems, ...unrunnableProblems(score)])];
  return { ...(own === undefined ? {} : { own }), ...(score === undefined ? {} : { score }), problems };
}

export async function textOf(tree: SourceTree, path: string): Promise<string | undefined> {
  const bytes = await tree.read(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** What no runtime or provisioner here can give, where it stands in the file. */
export function unrunnableProblems({ document, position }: ParsedScore): SourceProblem[] {
  if (document === undefined || position === undefined) return [];
  return unrunnableParts(document).map(({ at, message }) => ({ file: SCORE_FILE, ...position(at), path: printPath(at), message }));
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
