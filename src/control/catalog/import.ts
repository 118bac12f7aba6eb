/**
 * Imports what a commit declares: read, plan, one transaction with the event that tells of it.
 *
 * All that is without fault is written; the faults stand in the repository's condition and in the event. Doing it
 * again for the same commit writes nothing.
 */
import { PlatformError } from '../../domain/error.ts';
import type { NewEvent } from '../../domain/event.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { WorkloadStatus } from '../../domain/kinds/workload.ts';
import type { ApiObject } from '../../domain/object.ts';
import { commitReference } from '../../domain/reference.ts';
import { describeProblem, type SourceProblem } from '../../domain/source-problem.ts';
import type { KindName, Objects } from '../../ports/objects.ts';
import type { Source } from '../../ports/source.ts';
import { runsOf } from '../repository/moves.ts';
import { SOURCE_LABEL, sourceLabel, type RepositoryObject } from '../repository/names.ts';
import { IMPORTED_KINDS, planImport, planRemoval } from './desired.ts';
import { readDeclarations } from './read.ts';

export interface CatalogDependencies {
  objects: Objects;
  source: Pick<Source, 'tree'>;
}

const CATALOG_IMPORTER = { issuer: 'roadbed', subject: 'service:catalog-importer' } as const;
const ATTEMPTS = 5;
const MOST_SHOWN = 10;

/** For the repository's reconciler. Throws only for what trying again may help. */
export async function importCatalog(deps: CatalogDependencies, repository: RepositoryObject, commit: string): Promise<{ ok: boolean; message: string }> {
  const namespace = repository.metadata.namespace ?? '';
  const { name } = repository.metadata;
  let declarations;
  try {
    declarations = await readDeclarations(await deps.source.tree(namespace, name, commit));
  } catch (error) {
    if (error instanceof PlatformError && error.retry === 'never') return { ok: false, message: error.message };
    throw error;
  }
  const chain = (await runsOf(deps.objects, namespace, name)).filter((run) => run.spec.commit === commit).at(-1)?.spec.chain;
  for (let attempt = 1; ; attempt++) {
    const plan = planImport(repository, declarations, await presentObjects(deps.objects));
    const message = plan.problems.length === 0 ? `${plan.counts.declared} declared, ${plan.counts.written} written, ${plan.counts.removed} removed` : sentence(plan.problems);
    const told = plan.writes.length > 0 || plan.problems.length > 0;
    try {
      if (told) await deps.objects.transact(plan.writes, [importEvent(repository, commit, chain, plan.problems, plan.counts)], { reason: `declared by ${namespace}/${name} at ${commit}`, ...(chain === undefined ? {} : { chain }) });
      if (declarations.workload !== undefined) await noteSource(deps.objects, repository, declarations.workload.document.metadata.name, { repository: name, commit, path: declarations.workload.file });
      return { ok: plan.problems.length === 0, message };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      if (error.class === 'invalid' || error.class === 'forbidden' || error.class === 'refused') return { ok: false, message: `${error.message}${error.why === undefined ? '' : `: ${error.why}`}` };
      const overtaken = error.class === 'conflict' || error.class === 'already-exists' || error.class === 'not-found';
      if (error.class === 'not-found' && attempt === ATTEMPTS) return { ok: false, message: error.message };
      if (!overtaken || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Removes what a repository that is gone had declared; idempotent. */
export async function removeImported(deps: CatalogDependencies, namespace: string, name: string): Promise<void> {
  const writes = planRemoval(namespace, name, await presentObjects(deps.objects));
  if (writes.length > 0) await deps.objects.transact(writes, [], { reason: `the repository ${namespace}/${name} was removed` });
}

async function presentObjects(objects: Objects): Promise<Map<KindName, ApiObject[]>> {
  return new Map(await Promise.all(IMPORTED_KINDS.map(async (kind) => [kind, await objects.list(kind)] as const)));
}

/** The commit that a workload was read from, as its status; that of another repository's workload is not ours to tell. */
async function noteSource(objects: Objects, { metadata: { namespace = '', name: repository } }: RepositoryObject, name: string, source: NonNullable<WorkloadStatus['source']>): Promise<void> {
  const workload = await objects.get<ApiObject<unknown, WorkloadStatus>>('roadbed.dev/Workload', namespace, name);
  if (workload?.metadata.labels?.[SOURCE_LABEL] !== sourceLabel(namespace, repository) || workload.apiVersion !== API_VERSION || JSON.stringify(workload.status?.source) === JSON.stringify(source)) return;
  await objects.updateStatus({ ...workload, status: { ...workload.status, source } });
}

function importEvent(repository: RepositoryObject, commit: string, chain: string | undefined, problems: readonly SourceProblem[], counts: Record<string, number>): NewEvent {
  const namespace = repository.metadata.namespace ?? '';
  const { name } = repository.metadata;
  return {
    ...(chain === undefined ? {} : { chain }),
    namespace,
    actor: CATALOG_IMPORTER,
    subject: commitReference(namespace, name, commit),
    kind: problems.length === 0 ? 'catalog.imported' : 'catalog.faulty',
    schemaVersion: 1,
    body: { namespace, repository: name, commit, ...counts, ...(problems.length === 0 ? {} : { problems: problems.slice(0, MOST_SHOWN).map(describeProblem) }) },
  };
}

function sentence(problems: readonly SourceProblem[]): string {
  const more = problems.length > MOST_SHOWN ? `; and ${problems.length - MOST_SHOWN} more` : '';
  return `${problems.slice(0, MOST_SHOWN).map(describeProblem).join('; ')}${more}`;
}
