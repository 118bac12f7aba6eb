/**
 * Commits without a work tree: blobs, a temporary index, a tree, a commit, and one compare-and-swap of the branch.
 *
 * Until the last step nothing refers to what was written, so a kill at any moment leaves the repository as it was
 * plus a few unreachable objects. Of two writers one loses the swap, reads the branch again and puts its
 * change on top: no commit is lost. A lock that a killed git left behind is removed once it is old: the
 * step it guards takes milliseconds.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import { git, gitFailure, gitText, tryGit } from './exec.ts';

const ATTEMPTS = 20;
const STALE_LOCK_MS = 5_000;

export interface Person {
  name: string;
  email: string;
}

export interface CommitChange {
  gitDir: string;
  /** `refs/heads/...` */
  ref: string;
  /** Path -> content; undefined removes the file. */
  files: Record<string, string | undefined>;
  message: string;
  author: Person;
  /** Seconds since the epoch. */
  time: number;
}

/** The commit a ref points to; undefined when there is none. */
export async function readRef(gitDir: string, ref: string): Promise<string | undefined> {
  const outcome = await tryGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], { gitDir });
  const commit = outcome.stdout.toString('utf8').trim();
  return outcome.code === 0 && commit !== '' ? commit : undefined;
}

/** Puts a change on top of the branch and answers the commit that holds it; the branch's head when nothing changes. */
export async function commitChange(change: CommitChange): Promise<string> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const head = await readRef(change.gitDir, change.ref);
    const commit = await writeCommit(change, head);
    if (commit === head) return commit;
    if (await swapRef(change.gitDir, change.ref, commit, head)) return commit;
    await new Promise((resolve) => setTimeout(resolve, 5 * attempt));
  }
  throw new PlatformError({
    code: 'ROADBED-2008',
    class: 'conflict',
    message: `${change.ref} kept moving while a change was written to it`,
    why: `${ATTEMPTS} tries`,
    retry: 'backoff',
  });
}

async function writeCommit(change: CommitChange, head: string | undefined): Promise<string> {
  const { gitDir } = change;
  const scratch = await mkdtemp(join(tmpdir(), 'roadbed-index-'));
  try {
    const environment = { GIT_INDEX_FILE: join(scratch, 'index') };
    await git(head === undefined ? ['read-tree', '--empty'] : ['read-tree', head], { gitDir, environment });
    let lines = '';
    for (const [path, content] of Object.entries(change.files)) {
      const object = content === undefined ? '0'.repeat(40) : await gitText(['hash-object', '-w', '--stdin'], { gitDir, input: content });
      lines += `${content === undefined ? '0' : '100644'} ${object}\t${path}\0`;
    }
    await git(['update-index', '-z', '--index-info'], { gitDir, environment, input: lines });
    const tree = await gitText(['write-tree'], { gitDir, environment });
    if (head !== undefined && tree === (await gitText(['rev-parse', '--verify', '--end-of-options', `${head}^{tree}`], { gitDir }))) return head;
    return await gitText(['commit-tree', tree, ...(head === undefined ? [] : ['-p', head])], { gitDir, input: change.message, environment: identity(change.author, change.time) });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function identity(author: Person, time: number): Record<string, string> {
  const date = `@${Math.max(0, Math.floor(time))} +0000`;
  const clean = (text: string): string => text.replace(/[\x00-\x1f<>]/g, ' ').trim();
  return {
    GIT_AUTHOR_NAME: clean(author.name) || 'unknown',
    GIT_AUTHOR_EMAIL: clean(author.email) || 'unknown@invalid',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: clean(author.name) || 'unknown',
    GIT_COMMITTER_EMAIL: clean(author.email) || 'unknown@invalid',
    GIT_COMMITTER_DATE: date,
  };
}

/** False when somebody else moved the ref meanwhile. */
async function swapRef(gitDir: string, ref: string, commit: string, head: string | undefined): Promise<boolean> {
  const args = ['update-ref', '--create-reflog', ref, commit, head ?? '0'.repeat(commit.length)];
  const environment = { GIT_COMMITTER_NAME: 'roadbed', GIT_COMMITTER_EMAIL: 'roadbed@invalid' };
  const outcome = await tryGit(args, { gitDir, environment });
  if (outcome.code === 0) return true;
  if (/but expected|reference already exists|is at/.test(outcome.stderr)) return false;
  if (/\.lock': File exists|Unable to create/.test(outcome.stderr)) {
    await removeStaleLocks(gitDir);
    return false;
  }
  throw gitFailure(args, outcome);
}

/** Removes lock files that no living git can still hold; a ref is locked for milliseconds. */
export async function removeStaleLocks(gitDir: string): Promise<void> {
  const places = [gitDir, ...(await foldersBelow(join(gitDir, 'refs')))];
  for (const place of places) {
    for (const name of await namesIn(place)) {
      if (!name.endsWith('.lock')) continue;
      const path = join(place, name);
      const age = await stat(path).then((found) => Date.now() - found.mtimeMs, () => 0);
      if (age > STALE_LOCK_MS) await rm(path, { force: true });
    }
  }
}

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = await Promise.all(entries.filter((entry) => entry.isDirectory()).map((entry) => foldersBelow(join(folder, entry.name))));
  return [folder, ...inner.flat()];
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
