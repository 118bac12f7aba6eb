/** What the Infrastructure pages need of the house: code in repositories, read elsewhere and remembered. */
import type { FoundRoots, InfrastructureRoot } from '../../engines/infrastructure-roots/find-roots.ts';
import type { CommitView, DownloadFormat, Reading, RootContent } from '../contract/infrastructure-page.ts';

export interface RepositoryName {
  namespace: string;
  name: string;
}

/** A root as it is at a commit, or as it differs from `compared` there. Commits are full. */
export interface RootAtCommit {
  repository: RepositoryName;
  root: InfrastructureRoot;
  commit: string;
  compared?: string;
}

/** What is known by now; reading begins when it is first asked for. */
export type Known<T> = Exclude<Reading, { state: 'ready' }> | { state: 'ready'; value: T };

export interface InfrastructureReads {
  /** `patience`: milliseconds to wait for the end of reading. */
  roots(repository: RepositoryName, commit: string, patience: number): Promise<Known<FoundRoots>>;
  content(asked: RootAtCommit, patience: number): Promise<Known<RootContent>>;
  /** JSON of a `Drawing`. `link`: where a part's source is, with `{file}` and `{line}`. Throws what reading throws. */
  drawing(asked: RootAtCommit, diagram: string, link: string | undefined): Promise<Uint8Array>;
  /** JSON of `RootModules`. */
  modules(asked: RootAtCommit): Promise<Uint8Array>;
  file(asked: RootAtCommit, format: DownloadFormat, diagram: string | undefined, link: string | undefined): Promise<Uint8Array>;
  /** The full hash of what a person wrote; undefined when the repository has no such commit, branch or tag. */
  resolve(repository: RepositoryName, reference: string): Promise<string | undefined>;
  /** Commits up to `from` that touched one of the folders, newest first, at most `limit`. */
  commits(repository: RepositoryName, from: string, folders: readonly string[], limit: number): Promise<CommitView[]>;
  /** Bytes of one file of a commit; undefined when it is not there. */
  source(repository: RepositoryName, commit: string, path: string): Promise<Uint8Array | undefined>;
}
