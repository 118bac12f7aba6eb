/**
 * Looking around in a repository's history: which commit a name means, and which commits touched some folders.
 *
 * Names come from requests. A commit counts only when a branch or tag leads to it: what was pushed and
 * taken back again is not shown to anybody who happens to know its hash.
 */
import { gitText, tryGit } from './exec.ts';

export interface HistoryEntry {
  commit: string;
  author: string;
  committedAt: string;
  subject: string;
}

const REFERENCE = /^[A-Za-z0-9_][A-Za-z0-9._/+=#-]{0,199}$/;
const DIGITS = /^[0-9a-f]{7,64}$/;
const LATEST_TIME = 253_402_300_799;

/** The commit that a hash (seven digits or more), branch or tag of the repository means; undefined when none does, or several do. */
export async function resolveCommit(gitDir: string, reference: string): Promise<string | undefined> {
  if (!REFERENCE.test(reference) || reference.includes('..') || reference.endsWith('.lock')) return undefined;
  const candidates = [...(DIGITS.test(reference) ? [reference] : []), `refs/heads/${reference}`, `refs/tags/${reference}`];
  for (const candidate of candidates) {
    const found = await tryGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`], { gitDir });
    const commit = found.stdout.toString('utf8').trim();
    if (found.code === 0 && (candidate !== reference || (await isReachable(gitDir, commit)))) return commit;
  }
  return undefined;
}

async function isReachable(gitDir: string, commit: string): Promise<boolean> {
  const refs = await tryGit(['for-each-ref', '--count=1', '--format=%(refname)', `--contains=${commit}`, 'refs/heads', 'refs/tags'], { gitDir });
  return refs.code === 0 && refs.stdout.length > 0;
}

/** At most `limit` commits up to `from` that touched one of the folders, newest first; `.` is the whole repository. */
export async function commitsTouching(gitDir: string, from: string, folders: readonly string[], limit: number): Promise<HistoryEntry[]> {
  const paths = folders.includes('.') ? [] : folders;
  const text = await gitText(['--literal-pathspecs', 'log', '-z', `--max-count=${limit}`, '--no-show-signature', '--format=%H%x1f%an%x1f%ct%x1f%s', '--end-of-options', from, '--', ...paths], { gitDir });
  return text.split('\0').flatMap((line) => {
    const [commit = '', author = '', time = '0', subject = ''] = line.split('\x1f');
    if (commit === '') return [];
    const seconds = Math.min(LATEST_TIME, Math.max(0, Number(time) || 0));
    return [{ commit, author: shown(author, 200), committedAt: new Date(seconds * 1000).toISOString(), subject: shown(subject, 300) }];
  });
}

function shown(text: string, length: number): string {
  return text.replace(/[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ').slice(0, length);
}
