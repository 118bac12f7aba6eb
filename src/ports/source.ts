/** Git: repositories the platform serves or follows, and the desired-state repository that it owns. */
import type { SourceTree } from '../domain/source-tree.ts';

export type { SourceTree };

export interface CommitInfo {
  commit: string;
  author: { name: string; email: string };
  committedAt: string;
  subject: string;
  /** Count of first-parent ancestors including itself. */
  sequence: number;
}

export interface Source {
  /** Creates the bare repository if absent, with `files` as its first commit if given; idempotent. */
  create(namespace: string, name: string, files?: Record<string, string>, author?: { name: string; email: string }): Promise<void>;
  remove(namespace: string, name: string): Promise<void>;
  /** For external repositories: fetches; answers the branch's head. */
  fetch(namespace: string, name: string, url: string, branch: string): Promise<string>;
  head(namespace: string, name: string, branch: string): Promise<string | undefined>;
  commit(namespace: string, name: string, commit: string): Promise<CommitInfo | undefined>;
  isAncestor(namespace: string, name: string, ancestor: string, descendant: string): Promise<boolean>;
  tree(namespace: string, name: string, commit: string): Promise<SourceTree>;
  /** Unpacks a commit's regular files into an empty folder; links and hostile names are refused by name. */
  checkout(namespace: string, name: string, commit: string, folder: string): Promise<void>;
  /** Commits files on top of a branch of a built-in repository; for demos and golden paths. Answers the commit. */
  commitFiles(namespace: string, name: string, branch: string, files: Record<string, string>, message: string, author: { name: string; email: string }): Promise<string>;
}

/** One file for each service and environment: `environments/<environment>/<namespace>/<service>.yaml`. */
export interface DesiredEntry {
  namespace: string;
  service: string;
  environment: string;
  release: string;
  hash: string;
  replicas: number;
}

export interface DesiredState {
  read(environment: string, namespace: string, service: string): Promise<DesiredEntry | undefined>;
  list(): Promise<DesiredEntry[]>;
  /** Idempotent: the same entry makes no commit. Answers the commit that holds it. */
  write(entry: DesiredEntry, message: string, by: { name: string; email: string }): Promise<string>;
  remove(environment: string, namespace: string, service: string, message: string, by: { name: string; email: string }): Promise<string>;
  history(environment: string, namespace: string, service: string, limit: number): Promise<{ commit: string; at: string; message: string; author: string; release?: string }[]>;
}
