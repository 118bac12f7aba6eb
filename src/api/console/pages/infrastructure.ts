/** The Infrastructure pages: which roots the repositories have, and one of them at a commit. */
import { PlatformError } from '../../../domain/error.ts';
import type { FoundRoots, InfrastructureRoot } from '../../../engines/infrastructure-roots/find-roots.ts';
import type { CommitView, InfrastructurePage, Reading, RootPage, RootQuery, RootRow, RootSummary, RootView } from '../../contract/infrastructure-page.ts';
import type { InfrastructureReads, Known, RootAtCommit } from '../infrastructure-reads.ts';
import { notFound } from '../problems.ts';
import type { RepositoryObject, Snapshot } from '../snapshot.ts';

/** Milliseconds that the first answer of a page may take; what is not ready by then is told in the next. */
const LIST_PATIENCE = 250;
const ROOTS_PATIENCE = 8_000;
const CONTENT_PATIENCE = 1_500;
const LISTED_COMMITS = 100;

export async function infrastructurePage(snapshot: Snapshot, reads: InfrastructureReads): Promise<InfrastructurePage> {
  const repositories = (await snapshot.repositories()).toSorted((a, b) => idOf(a).localeCompare(idOf(b)));
  const looked = await Promise.all(repositories.map((repository) => lookAt(repository, reads)));
  return {
    roots: looked.flatMap((one) => one.rows),
    repositories: looked.map(({ repository, rows, reading, problems }) => {
      const commit = repository.status?.head;
      return { namespace: repository.metadata.namespace ?? '', name: repository.metadata.name, branch: repository.spec.branch, ...(commit === undefined ? {} : { commit }), roots: rows.length, reading, problems: [...problems] };
    }),
  };
}

function idOf(repository: RepositoryObject): string {
  return `${repository.metadata.namespace}/${repository.metadata.name}`;
}

interface Looked {
  repository: RepositoryObject;
  rows: RootRow[];
  reading: Reading;
  problems: FoundRoots['problems'];
}

async function lookAt(repository: RepositoryObject, reads: InfrastructureReads): Promise<Looked> {
  const commit = repository.status?.head;
  if (commit === undefined) return { repository, rows: [], reading: { state: 'ready' }, problems: [] };
  const name = nameOf(repository);
  const found = await reads.roots(name, commit, LIST_PATIENCE);
  if (found.state !== 'ready') return { repository, rows: [], reading: found, problems: [] };
  const rows = await Promise.all(found.value.roots.map((root) => rowOf(repository, commit, root, reads)));
  return { repository, rows, reading: { state: 'ready' }, problems: found.value.problems };
}

async function rowOf(repository: RepositoryObject, commit: string, root: InfrastructureRoot, reads: InfrastructureReads): Promise<RootRow> {
  const content = await reads.content({ repository: nameOf(repository), root, commit }, 0);
  const head = await commitOf(reads, repository, commit, content.state === 'ready' ? content.value.summary : undefined, root);
  return { root: viewOf(repository, root), branch: repository.spec.branch, head, reading: readingOf(content), ...(content.state === 'ready' ? { summary: content.value.summary } : {}) };
}

/** The newest commit that touched the root's folders: that is how old what it shows is. */
async function commitOf(reads: InfrastructureReads, repository: RepositoryObject, commit: string, summary: RootSummary | undefined, root: InfrastructureRoot): Promise<CommitView> {
  const [newest] = await reads.commits(nameOf(repository), commit, summary?.folders ?? [root.path], 1);
  return newest ?? (await exactly(reads, repository, commit));
}

async function exactly(reads: InfrastructureReads, repository: RepositoryObject, commit: string): Promise<CommitView> {
  const [found] = await reads.commits(nameOf(repository), commit, ['.'], 1);
  return found ?? { commit, author: '', committedAt: new Date(0).toISOString(), subject: '' };
}

function readingOf(known: Known<unknown>): Reading {
  return known.state === 'ready' ? { state: 'ready' } : known;
}

export function nameOf(repository: RepositoryObject): { namespace: string; name: string } {
  return { namespace: repository.metadata.namespace ?? '', name: repository.metadata.name };
}

function viewOf(repository: RepositoryObject, root: InfrastructureRoot): RootView {
  return { namespace: repository.metadata.namespace ?? '', repository: repository.metadata.name, ...root, variableFiles: [...root.variableFiles] };
}

export interface AskedRoot extends RootAtCommit {
  object: RepositoryObject;
  /** Newest commit of the branch. */
  head: string;
}

/**
 * Which root of which repository, and as of when: a root is looked for at the branch's head first, for that
 * is where it is declared today, and then at the commit itself, for it may be gone. Throws ROADBED-5004 when
 * it is nowhere or may not be read, ROADBED-8407 when there is no such commit, -8408 while roots are looked for.
 */
export async function askedRoot(snapshot: Snapshot, reads: InfrastructureReads, namespace: string, repository: string, query: RootQuery): Promise<AskedRoot> {
  const object = (await snapshot.repositories()).find((one) => one.metadata.namespace === namespace && one.metadata.name === repository);
  const head = object?.status?.head;
  if (object === undefined || head === undefined) throw notFound(`infrastructure of ${namespace}/${repository}`, 'roadbed get repositories');
  const commit = query.commit === undefined ? head : await resolved(reads, object, query.commit);
  const compared = query.compare === undefined ? undefined : await resolved(reads, object, query.compare);
  const root = await findRoot(reads, object, head, query.root) ?? (commit === head ? undefined : await findRoot(reads, object, commit, query.root));
  if (root === undefined) throw notFound(`root "${query.root.slice(0, 100)}" in ${namespace}/${repository}`, 'Go to the list: /infrastructure');
  return { repository: nameOf(object), object, root, head, commit, ...(compared === undefined ? {} : { compared }) };
}

async function resolved(reads: InfrastructureReads, repository: RepositoryObject, reference: string): Promise<string> {
  const commit = await reads.resolve(nameOf(repository), reference);
  if (commit !== undefined) return commit;
  throw new PlatformError({ code: 'ROADBED-8407', class: 'not-found', message: `There is no commit, branch or tag "${reference.slice(0, 80)}" in ${idOf(repository)}.`, why: 'It was never pushed here, was taken back, or stands for several commits.', next: 'choose one of the list, or give all digits of the commit' });
}

async function findRoot(reads: InfrastructureReads, repository: RepositoryObject, commit: string, name: string): Promise<InfrastructureRoot | undefined> {
  const found = await reads.roots(nameOf(repository), commit, ROOTS_PATIENCE);
  if (found.state === 'ready') return found.value.roots.find((root) => root.name === name);
  if (found.state === 'failed') throw new PlatformError({ code: found.problem.code as `ROADBED-${string}`, class: found.problem.class ?? 'failed', message: found.problem.message, ...(found.problem.why === undefined ? {} : { why: found.problem.why }), ...(found.problem.next === undefined ? {} : { next: found.problem.next }) });
  throw new PlatformError({ code: 'ROADBED-8408', class: 'unavailable', message: `The roots of ${idOf(repository)} are still being looked for.`, why: found.step, next: 'try again in a moment', retry: 'backoff' });
}

export async function rootPage(reads: InfrastructureReads, asked: AskedRoot): Promise<RootPage> {
  const { object, root, head, commit, compared } = asked;
  const known = await reads.content(asked, CONTENT_PATIENCE);
  const content = known.state === 'ready' ? known.value : undefined;
  const commits = await reads.commits(asked.repository, head, content?.summary.folders ?? [root.path], LISTED_COMMITS + 1);
  const cloneUrl = object.status?.cloneUrl;
  return {
    root: viewOf(object, root),
    branch: object.spec.branch,
    ...(cloneUrl === undefined ? {} : { cloneUrl }),
    commit: await exactly(reads, object, commit),
    head: await exactly(reads, object, head),
    ...(compared === undefined ? {} : { compared: await exactly(reads, object, compared) }),
    commits: commits.slice(0, LISTED_COMMITS),
    moreCommits: commits.length > LISTED_COMMITS,
    reading: readingOf(known),
    ...(content === undefined ? {} : { content }),
  };
}

/** Where a forge shows a line of a file at a commit; undefined for the built-in server, which shows none, and for forges unknown here. */
export function linkPattern(repository: RepositoryObject, commit: string): string | undefined {
  const address = repository.spec.url;
  const [, host, path] = /^(?:https?:\/\/|ssh:\/\/git@|git@)([^/:@]+)(?::\d+)?[/:](.+?)(?:\.git)?\/?$/.exec(address ?? '') ?? [];
  if (host === undefined || path === undefined || !/^[\w.~/-]+$/.test(path)) return undefined;
  if (host === 'github.com') return `https://${host}/${path}/blob/${commit}/{file}#L{line}`;
  if (/(^|\.)gitlab\./.test(host)) return `https://${host}/${path}/-/blob/${commit}/{file}#L{line}`;
  if (/^(codeberg\.org|(.*\.)?(forgejo|gitea)\..*)$/.test(host)) return `https://${host}/${path}/src/commit/${commit}/{file}#L{line}`;
  return undefined;
}
