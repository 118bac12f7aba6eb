/**
 * A branch moved: one event `change.merged` and one PipelineRun for it, in one transaction with the repository's new head.
 *
 * A move is told twice, by the push and by the reconciler that compares heads, and in any order. Whoever comes
 * second finds the run and the head and does nothing, because both stand in the same transaction. Two pushes
 * at once are two moves; the older commit's run is made too, and superseded by the newer one.
 */
import { randomUUID } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { Actor, NewEvent } from '../../domain/event.ts';
import { API_VERSION, GROUP } from '../../domain/kinds/group.ts';
import type { PipelineRunSpec } from '../../domain/kinds/pipeline-run.ts';
import type { NewObject } from '../../domain/object.ts';
import { commitReference, objectReference } from '../../domain/reference.ts';
import type { Objects } from '../../ports/objects.ts';
import type { CommitInfo, Source } from '../../ports/source.ts';
import { AUTHOR_ANNOTATION, branchOf, changeFacts, ORDER_ANNOTATION, RUN_FINALIZER, runName, runOrder, SUBJECT_ANNOTATION, type PipelineRunObject, type RepositoryObject } from './names.ts';

const ATTEMPTS = 10;

export interface Move {
  /** `refs/heads/...` */
  ref: string;
  commit: string;
  /** Where the branch was before, if that is known. */
  old?: string;
  trigger: PipelineRunSpec['trigger'];
  actor: Actor;
}

export interface MoveDependencies {
  objects: Objects;
  source: Source;
  /** Files that differ between two commits; `from` is absent for a first commit. */
  changedFiles?(namespace: string, name: string, from: string | undefined, to: string): Promise<number>;
}

/** Answers the run of the move, new or already there; undefined when the repository or the commit is gone. */
export async function recordMove(deps: MoveDependencies, namespace: string, name: string, move: Move): Promise<PipelineRunObject | undefined> {
  for (let attempt = 1; ; attempt++) {
    const repository = await deps.objects.get<RepositoryObject>('roadbed.dev/Repository', namespace, name);
    const commit = repository === undefined ? undefined : await deps.source.commit(namespace, name, move.commit);
    if (repository === undefined || repository.metadata.deletionTimestamp !== undefined || commit === undefined) return undefined;
    try {
      return await recordOnce(deps, repository, commit, move);
    } catch (error) {
      const overtaken = error instanceof PlatformError && (error.class === 'conflict' || error.class === 'already-exists');
      if (!overtaken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function recordOnce(deps: MoveDependencies, repository: RepositoryObject, commit: CommitInfo, move: Move): Promise<PipelineRunObject | undefined> {
  const namespace = repository.metadata.namespace ?? '';
  const { name } = repository.metadata;
  const known = repository.status?.head;
  const followed = move.ref === `refs/heads/${repository.spec.branch}`;
  const all = await runsOf(deps.objects, namespace, name);
  const runs = all.filter((run) => run.spec.commit === move.commit);
  const same = runs.filter((run) => run.spec.ref === move.ref && run.spec.trigger.kind !== 'rerun');
  const late = followed && known !== undefined && known !== move.commit && move.old !== known && (await deps.source.isAncestor(namespace, name, move.commit, known));
  const seen = same.at(-1);
  if (seen !== undefined && (!followed || late || known === move.commit)) return seen;

  const chain = randomUUID();
  const run = newRun(repository, commit, move, { chain, name: nextName(name, move.commit, runs), order: late ? orderBefore(all, move.ref, known) : nextOrder(all) });
  const files = await deps.changedFiles?.(namespace, name, move.old, move.commit).catch(() => undefined);
  const head = followed && !late ? [{ action: 'updateStatus' as const, object: { ...repository, status: { ...repository.status, head: move.commit } } }] : [];
  const written = await deps.objects.transact([{ action: 'create', object: run }, ...head], moveEvents(repository, commit, move, run, chain, files), { chain, reason: `${move.ref} moved to ${move.commit}` });
  return written[0] as PipelineRunObject;
}

/** Runs of one repository, oldest first. */
export async function runsOf(objects: Objects, namespace: string, repository: string): Promise<PipelineRunObject[]> {
  const runs = await objects.list<PipelineRunObject>('roadbed.dev/PipelineRun', { namespace, fieldSelector: `spec.repository=${repository}` });
  return runs.sort((one, other) => runOrder(one) - runOrder(other));
}

/** The first free name for one more run of a commit; `runs` are those of the commit. */
export function nextName(repository: string, commit: string, runs: readonly PipelineRunObject[]): string {
  const taken = new Set(runs.map((run) => run.metadata.name));
  let ordinal = runs.length + 1;
  while (taken.has(runName(repository, commit, ordinal))) ordinal += 1;
  return runName(repository, commit, ordinal);
}

/** A place below the run of the head, for an older commit that is told of late: it must not supersede the newer one. */
function orderBefore(runs: readonly PipelineRunObject[], ref: string, head: string): number {
  const newer = runs.filter((run) => run.spec.ref === ref && run.spec.commit === head).map(runOrder);
  return newer.length === 0 ? 0 : Math.max(0, Math.min(...newer) - 0.5);
}

export function nextOrder(runs: readonly PipelineRunObject[]): number {
  return 1 + Math.floor(runs.reduce((most, run) => Math.max(most, runOrder(run)), 0));
}

/** A run's object; owned by its repository, so that it goes with it. */
export function newRun(repository: RepositoryObject, commit: CommitInfo, move: Pick<Move, 'ref' | 'trigger'>, place: { chain: string; name: string; order: number }, rerunOf?: PipelineRunSpec['rerunOf']): NewObject<PipelineRunSpec> {
  return {
    apiVersion: API_VERSION,
    kind: 'PipelineRun',
    metadata: {
      name: place.name,
      ...(repository.metadata.namespace === undefined ? {} : { namespace: repository.metadata.namespace }),
      annotations: { [SUBJECT_ANNOTATION]: commit.subject, [AUTHOR_ANNOTATION]: commit.author.name, [ORDER_ANNOTATION]: String(place.order) },
      finalizers: [RUN_FINALIZER],
      ownerReferences: [{ apiVersion: API_VERSION, kind: 'Repository', name: repository.metadata.name, uid: repository.metadata.uid, controller: true }],
    },
    spec: { repository: repository.metadata.name, ref: move.ref, commit: commit.commit, trigger: move.trigger, chain: place.chain, ...(rerunOf === undefined ? {} : { rerunOf }) },
  };
}

function moveEvents(repository: RepositoryObject, commit: CommitInfo, move: Move, run: NewObject, chain: string, files: number | undefined): NewEvent[] {
  const namespace = repository.metadata.namespace ?? '';
  const { name } = repository.metadata;
  const facts = changeFacts(namespace, name, move.ref, commit);
  const common = { chain, namespace, actor: move.actor, schemaVersion: 1 as const };
  const runOf = run.metadata.name ?? '';
  return [
    {
      ...common,
      kind: 'change.merged',
      subject: commitReference(namespace, name, commit.commit),
      body: { ...facts, ...(move.old === undefined ? {} : { previous: move.old }), ...(files === undefined ? {} : { files }), pushedBy: move.trigger.by, via: move.trigger.kind, default: branchOf(move.ref) === repository.spec.branch },
    },
    ...queuedEvents(common, namespace, runOf, facts),
  ];
}

/** The first events of a run. */
export function queuedEvents(common: Pick<NewEvent, 'chain' | 'namespace' | 'actor' | 'schemaVersion'>, namespace: string, run: string, facts: Record<string, unknown>): NewEvent[] {
  const subject = objectReference(GROUP, 'PipelineRun', namespace, run);
  return ['pipelinerun.queued', 'build.queued'].map((kind) => ({ ...common, kind, subject, body: { ...facts, pipelineRun: run } }));
}
