/**
 * The repositories the platform serves or follows: bare folders `<root>/<namespace>/<name>.git`.
 *
 * Everything goes through git's own plumbing; this module keeps no state that git does not have.
 * Writers of one repository within this process take turns, so that they do not lose time against each
 * other; across processes the compare-and-swap in `plumbing` decides.
 */
import { rm } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.ts';
import type { CommitInfo, Source } from '../../ports/source.ts';
import { PlatformError } from '../../domain/error.ts';
import { git, gitText, tryGit } from './exec.ts';
import { fetchBranch, type Credentials } from './fetch.ts';
import { branchRef, commitName, remoteAddress, repositoryFolder } from './names.ts';
import { commitChange, readRef } from './plumbing.ts';
import { createRepository, exists } from './repository-folder.ts';
import { allowedHosts, type AllowedHosts } from './remote-network.ts';
import { commitTree, pathProblem, unpackCommit } from './tree.ts';

export interface GitSourceOptions {
  /** Absolute folder that holds all repositories. */
  folder: string;
  clock: Clock;
  /** Folders that `file://` addresses may name; none by default. */
  localFolders?: readonly string[];
  /** Hosts that external repositories may be fetched from besides those of the public internet; none by default. */
  allowedHosts?: AllowedHosts;
  /** User name and password or token for an external repository. */
  credentials?: (namespace: string, name: string) => Promise<Credentials | undefined>;
}

export interface GitSource extends Source {
  readonly folder: string;
  /** Called after a branch moved through this source (not by a push): the repository wants a look. */
  onMoved(listener: (namespace: string, name: string) => void): { stop(): void };
  /** Files that differ between two commits; all of them when `from` is absent. */
  changedFiles(namespace: string, name: string, from: string | undefined, to: string): Promise<number>;
  /** Folder of the bare repository, whether it exists or not. */
  gitDir(namespace: string, name: string): string;
}

const PLATFORM = { name: 'Roadbed', email: 'roadbed@invalid' };
const DEFAULT_BRANCH = 'main';
const LATEST_TIME = 253_402_300_799;

/** Opens the folder of repositories; nothing is created before it is asked for. */
export function openGitSource(options: GitSourceOptions): GitSource {
  const listeners = new Set<(namespace: string, name: string) => void>();
  const turns = new Map<string, Promise<unknown>>();
  const gitDir = (namespace: string, name: string): string => repositoryFolder(options.folder, namespace, name);
  const seconds = (): number => Math.floor(options.clock.now() / 1000);
  const inTurn = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
    const mine = (turns.get(folder) ?? Promise.resolve()).then(work, work);
    turns.set(folder, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(folder) === mine) turns.delete(folder);
    }
  };
  const moved = (namespace: string, name: string): void => {
    for (const listener of listeners) listener(namespace, name);
  };
  return {
    folder: options.folder,
    gitDir,
    onMoved: (listener) => {
      listeners.add(listener);
      return { stop: () => listeners.delete(listener) };
    },
    changedFiles: async (namespace, name, from, to) => {
      const range = from === undefined ? ['--root', commitName(to)] : [commitName(from), commitName(to)];
      const names = await git(['diff-tree', '-r', '-z', '--no-commit-id', '--name-only', '--no-renames', ...range], { gitDir: gitDir(namespace, name) });
      return names.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
    },
    create: async (namespace, name, files, author) => {
      const folder = gitDir(namespace, name);
      if (files !== undefined) checkPaths(files);
      const first = files === undefined ? undefined : { files, author: author ?? PLATFORM, time: seconds() };
      if (await inTurn(folder, () => createRepository(folder, DEFAULT_BRANCH, first))) moved(namespace, name);
    },
    remove: async (namespace, name) => {
      const folder = gitDir(namespace, name);
      await inTurn(folder, () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    },
    fetch: async (namespace, name, url, branch) => {
      const folder = gitDir(namespace, name);
      const address = remoteAddress(url, options.localFolders ?? []);
      const credentials = await options.credentials?.(namespace, name);
      return await inTurn(folder, async () => {
        await createRepository(folder, branch);
        return await fetchBranch(folder, address, branchRef(branch), credentials, options.allowedHosts ?? allowedHosts([], ''));
      });
    },
    head: async (namespace, name, branch) => {
      const folder = gitDir(namespace, name);
      return (await exists(folder)) ? await readRef(folder, branchRef(branch)) : undefined;
    },
    commit: async (namespace, name, commit) => await readCommit(gitDir(namespace, name), commitName(commit)),
    isAncestor: async (namespace, name, ancestor, descendant) => {
      const outcome = await tryGit(['merge-base', '--is-ancestor', commitName(ancestor), commitName(descendant)], { gitDir: gitDir(namespace, name) });
      return outcome.code === 0;
    },
    tree: async (namespace, name, commit) => await commitTree(gitDir(namespace, name), commitName(commit)),
    checkout: async (namespace, name, commit, folder) => await unpackCommit(gitDir(namespace, name), commitName(commit), folder),
    commitFiles: async (namespace, name, branch, files, message, author) => {
      checkPaths(files);
      const folder = gitDir(namespace, name);
      const change = { gitDir: folder, ref: branchRef(branch), files, message, author, time: seconds() };
      const commit = await inTurn(folder, () => commitChange(change));
      moved(namespace, name);
      return commit;
    },
  };
}

function checkPaths(files: Record<string, string>): void {
  for (const path of Object.keys(files)) {
    const problem = pathProblem(path);
    if (problem !== undefined) throw new PlatformError({ code: 'ROADBED-2006', class: 'refused', message: `${JSON.stringify(path)} ${problem}` });
  }
}

async function readCommit(gitDir: string, commit: string): Promise<CommitInfo | undefined> {
  if (!(await exists(gitDir))) return undefined;
  const known = await tryGit(['cat-file', '-e', `${commit}^{commit}`], { gitDir });
  if (known.code !== 0) return undefined;
  const text = await gitText(['log', '-1', '--no-show-signature', '--format=%an%x00%ae%x00%ct%x00%s', '--end-of-options', commit], { gitDir });
  const [name = '', email = '', time = '0', subject = ''] = text.split('\0');
  const count = await git(['rev-list', '--count', '--first-parent', '--end-of-options', commit], { gitDir });
  const seconds = Math.min(LATEST_TIME, Math.max(0, Number(time) || 0));
  return {
    commit,
    author: { name: shown(name, 200), email: shown(email, 200) },
    committedAt: new Date(seconds * 1000).toISOString(),
    subject: shown(subject, 300),
    sequence: Number(count.toString('utf8')),
  };
}

/** Text from a commit as objects and terminals may carry it. */
function shown(text: string, length: number): string {
  return text.replace(/[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ').slice(0, length);
}
