/**
 * What a commit declares: the entities of `catalog-info.yaml`, of what its Locations name, and the workload of `score.yaml`.
 *
 * Only files of the commit are read, and only so many: substitutions and locations that lead elsewhere are
 * faults. Every fault has its file, line and column.
 */
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import type { Entity } from '../../formats/backstage/kinds.ts';
import { parseEntities, resolvePath } from '../../formats/backstage/parse.ts';
import { parseScore } from '../../formats/score/parse.ts';
import { fileFaults, SCORE_FILE, textOf, unrunnableProblems } from '../pipeline/plan.ts';

const CATALOG_FILES: readonly string[] = ['catalog-info.yaml', 'catalog-info.yml'];
const MOST_FILES = 50;
const MOST_INCLUDES = 100;
const MOST_ENTITIES = 1000;

export interface DeclaredEntity {
  entity: Entity;
  file: string;
  line: number;
}

export interface Declarations {
  entities: DeclaredEntity[];
  workload?: { document: ScoreDocument; file: string };
  problems: SourceProblem[];
}

export async function readDeclarations(tree: SourceTree): Promise<Declarations> {
  const files = new Set(await tree.list());
  const result: Declarations = { entities: [], problems: [] };
  const root = CATALOG_FILES.find((file) => files.has(file));
  const queue = root === undefined ? [] : [root];
  const seen = new Set(queue);
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const target of await readDescriptor(tree, file, result)) {
      if (seen.has(target.path)) continue;
      if (seen.size >= MOST_FILES) result.problems.push({ ...target.problem, message: `more than ${MOST_FILES} descriptor files are named` });
      else if (!files.has(target.path)) result.problems.push(target.problem);
      else queue.push(target.path);
      seen.add(target.path);
    }
  }
  const score = files.has(SCORE_FILE) ? await textOf(tree, SCORE_FILE) : undefined;
  if (score === undefined) return result;
  const parsed = parseScore(score, SCORE_FILE);
  const { document } = parsed;
  // What asks for more than can be had here is still a workload: it is imported, and its faults are told.
  result.problems.push(...parsed.problems, ...unrunnableProblems(parsed));
  return document === undefined ? result : { ...result, workload: { document, file: SCORE_FILE } };
}

/** Every fault of the files that Roadbed reads in a commit: catalog, workload, pipeline. */
export async function descriptorFaults(tree: SourceTree): Promise<SourceProblem[]> {
  const catalog = (await readDeclarations(tree)).problems.filter((problem) => problem.file !== SCORE_FILE);
  return [...catalog, ...(await fileFaults(tree))];
}

interface LocationTarget {
  path: string;
  problem: SourceProblem;
}

/** Puts a descriptor's entities and faults into `result`; answers the files that its Locations name. */
async function readDescriptor(tree: SourceTree, file: string, result: Declarations): Promise<LocationTarget[]> {
  const text = await textOf(tree, file);
  const whole = (message: string): SourceProblem => ({ file, line: 1, column: 1, path: '', message });
  if (text === undefined) {
    result.problems.push(whole('the file is too large to be read'));
    return [];
  }
  const includes = new Map<string, string>();
  let parsed = parseEntities(text, file, includes);
  for (let round = 0; parsed.missing.length > 0 && round < MOST_INCLUDES; round++) {
    for (const path of parsed.missing) {
      const content = includes.size < MOST_INCLUDES ? await textOf(tree, path) : undefined;
      if (content === undefined) {
        result.problems.push(whole(`${path}, which the file includes, is not in the repository or cannot be read`));
        return [];
      }
      includes.set(path, content);
    }
    parsed = parseEntities(text, file, includes);
  }
  result.problems.push(...parsed.problems);
  result.entities.push(...parsed.entities.map(({ entity, line }) => ({ entity, file, line })));
  if (result.entities.length > MOST_ENTITIES) {
    result.problems.push(whole(`more than ${MOST_ENTITIES} entities are declared`));
    result.entities.length = MOST_ENTITIES;
  }
  return parsed.entities.flatMap(({ entity, line }) => (entity.kind === 'Location' ? locationTargets(entity, file, line, result) : []));
}

function locationTargets(entity: Entity, file: string, line: number, result: Declarations): LocationTarget[] {
  const spec = entity.spec ?? {};
  const named = [spec['target'], ...(Array.isArray(spec['targets']) ? (spec['targets'] as unknown[]) : [])].filter((target): target is string => typeof target === 'string');
  return named.flatMap((target) => {
    const problem = (message: string): SourceProblem => ({ file, line, column: 1, path: 'spec.target', message });
    const path = insideRepository(file, target);
    if (path !== undefined) return [{ path, problem: problem(`there is no file ${path} in the repository`) }];
    result.problems.push(problem(`"${target.slice(0, 100)}" is not a file of this repository; nothing else is read`));
    return [];
  });
}

/** A path relative to `file`, inside the repository; undefined for addresses, absolute paths, patterns and ways out. */
export function insideRepository(file: string, target: string): string | undefined {
  return /[*?]/.test(target) ? undefined : resolvePath(file, target);
}
