/** Types and names that repository, pipeline and catalog control share. */
import { createHash } from 'node:crypto';
import type { ApiObject } from '../../domain/object.ts';
import { ANNOTATION_PREFIX } from '../../domain/kinds/group.ts';
import type { PipelineRunSpec, PipelineRunStatus } from '../../domain/kinds/pipeline-run.ts';
import type { RepositorySpec, RepositoryStatus } from '../../domain/kinds/repository.ts';
import type { CommitInfo } from '../../ports/source.ts';

export type RepositoryObject = ApiObject<RepositorySpec, RepositoryStatus>;
export type PipelineRunObject = ApiObject<PipelineRunSpec, PipelineRunStatus>;

/** Shown with a run before any release names the commit. */
export const SUBJECT_ANNOTATION = `${ANNOTATION_PREFIX}subject`;
export const AUTHOR_ANNOTATION = `${ANNOTATION_PREFIX}author`;
/** Position among the runs of its repository, rising; not a time, because clocks go back. */
export const ORDER_ANNOTATION = `${ANNOTATION_PREFIX}order`;
/** A run is taken apart (tasks, logs, workspace) before its object goes. */
export const RUN_FINALIZER = `${ANNOTATION_PREFIX}pipeline-run`;
/** A repository's data and what it had declared are removed before its object goes, also when nobody looked at that moment. */
export const REPOSITORY_FINALIZER = `${ANNOTATION_PREFIX}repository`;
/** Label of everything that was imported from a repository. */
export const SOURCE_LABEL = `${ANNOTATION_PREFIX}source`;

const LABEL_LENGTH = 63;

/** The label's value: `namespace.name`, or a hash of it where that is too long for a label. */
export function sourceLabel(namespace: string, name: string): string {
  const text = `${namespace}.${name}`;
  return text.length <= LABEL_LENGTH ? text : createHash('sha256').update(text).digest('hex').slice(0, 40);
}

/** `<repository>-<first 7 digits of the commit>-<n>`. */
export function runName(repository: string, commit: string, ordinal: number): string {
  return `${repository}-${commit.slice(0, 7)}-${ordinal}`;
}

export function runOrder(run: PipelineRunObject): number {
  return Number(run.metadata.annotations?.[ORDER_ANNOTATION] ?? 0) || 0;
}

/** `main` from `refs/heads/main`; the ref itself when it is no branch. */
export function branchOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}

/** What every event of a change says about it. */
export function changeFacts(namespace: string, repository: string, ref: string, commit: CommitInfo): Record<string, unknown> {
  return {
    namespace,
    repository,
    ref,
    branch: branchOf(ref),
    commit: commit.commit,
    author: commit.author.name,
    authorEmail: commit.author.email,
    subject: commit.subject,
    committedAt: commit.committedAt,
    sequence: commit.sequence,
  };
}
