/**
 * The desired-state repository: one file for each service and environment, naming a release by hash.
 *
 * The platform is its only writer (pushes to it are refused), and it is an ordinary repository to read:
 * `git log environments/prod` is the history of production. Writing the entry that is already there
 * makes no commit, so a write that was interrupted can simply be done again.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { PlatformError } from '../../domain/error.ts';
import { SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DesiredEntry, DesiredState } from '../../ports/source.ts';
import { git, gitText, tryGit } from './exec.ts';
import { commitChange, readRef, type Person } from './plumbing.ts';
import { createRepository } from './repository-folder.ts';
import type { GitSource } from './source.ts';

/** Its name in the platform's namespace. */
export const DESIRED_STATE_REPOSITORY = 'desired-state';
const REF = 'refs/heads/main';
const README = 'What runs where. Roadbed writes this repository; read it, clone it, but do not push to it.\n';
const PATH = /^environments\/([^/]+)\/([^/]+)\/([^/]+)\.yaml$/;
const LABEL = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
const LONGEST_HISTORY = 1000;

/** Opens the repository, making it when it is not there. */
export async function openDesiredState(source: GitSource, clock: Clock): Promise<DesiredState> {
  const gitDir = source.gitDir(SYSTEM_NAMESPACE, DESIRED_STATE_REPOSITORY);
  const seconds = (): number => Math.floor(clock.now() / 1000);
  const platform = { name: 'Roadbed', email: 'roadbed@invalid' };
  await createRepository(gitDir, 'main', { files: { 'README.md': README }, author: platform, time: seconds() });

  // Writers in this process take turns; against others the compare-and-swap decides.
  let turn: Promise<unknown> = Promise.resolve();
  const change = async (path: string, content: string | undefined, message: string, author: Person): Promise<string> => {
    const work = (): Promise<string> => commitChange({ gitDir, ref: REF, files: { [path]: content }, message: `${message.trimEnd()}\n`, author, time: seconds() });
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return await mine;
  };

  // Looked at every other second: the ref's own file says whether anything moved, without starting a git.
  let last: { head: string; entries: readonly DesiredEntry[] } | undefined;
  const head = async (): Promise<string | undefined> => (await looseRef(gitDir)) ?? (await readRef(gitDir, REF));

  return {
    read: async (environment, namespace, service) => {
      const path = entryPath(environment, namespace, service);
      if (last !== undefined && last.head === (await head())) return last.entries.find((entry) => entry.environment === environment && entry.namespace === namespace && entry.service === service);
      const outcome = await tryGit(['cat-file', 'blob', `${REF}:${path}`], { gitDir });
      return outcome.code === 0 ? parseEntry(path, outcome.stdout.toString('utf8')) : undefined;
    },
    list: async () => {
      const commit = await head();
      if (commit === undefined) return [];
      if (last?.head === commit) return [...last.entries];
      const names = await gitText(['ls-tree', '-r', '-z', '--name-only', commit, '--', 'environments/'], { gitDir });
      const paths = names.split('\0').filter((path) => PATH.test(path));
      const texts = await readBlobs(gitDir, paths.map((path) => `${commit}:${path}`));
      const entries = paths.map((path, index) => parseEntry(path, texts[index] ?? ''));
      last = { head: commit, entries };
      return [...entries];
    },
    write: async (entry, message, by) => await change(entryPath(entry.environment, entry.namespace, entry.service), printEntry(entry), message, by),
    remove: async (environment, namespace, service, message, by) => await change(entryPath(environment, namespace, service), undefined, message, by),
    history: async (environment, namespace, service, limit) => {
      const path = entryPath(environment, namespace, service);
      const count = String(Math.max(1, Math.min(limit, LONGEST_HISTORY)));
      const log = await gitText(['log', '-z', `--max-count=${count}`, '--format=%H%n%ct%n%an%n%B', REF, '--', path], { gitDir });
      const commits = log.split('\0').filter((part) => part !== '').map((part) => part.split('\n'));
      const texts = await readBlobs(gitDir, commits.map(([commit]) => `${commit}:${path}`));
      return commits.map(([commit = '', time = '0', author = '', ...message], index) => {
        const text = texts[index];
        const release = text === undefined ? undefined : parseEntry(path, text).release;
        return { commit, at: new Date(Number(time) * 1000).toISOString(), author, message: message.join('\n').trim(), ...(release === undefined ? {} : { release }) };
      });
    },
  };
}

/** What stands in the ref's own file; undefined when it has none (it is packed). */
async function looseRef(gitDir: string): Promise<string | undefined> {
  const text = await readFile(join(gitDir, REF), 'utf8').catch(() => '');
  return /^[0-9a-f]{40,64}$/.test(text.trim()) ? text.trim() : undefined;
}

function entryPath(environment: string, namespace: string, service: string): string {
  for (const part of [environment, namespace, service]) {
    if (!LABEL.test(part) || part.includes('..')) {
      throw new PlatformError({ code: 'ROADBED-2004', class: 'invalid', message: `${JSON.stringify(part)} cannot name a service, team or environment` });
    }
  }
  return `environments/${environment}/${namespace}/${service}.yaml`;
}

function printEntry(entry: DesiredEntry): string {
  return stringify({ service: entry.service, namespace: entry.namespace, environment: entry.environment, release: entry.release, hash: entry.hash, replicas: entry.replicas });
}

function parseEntry(path: string, text: string): DesiredEntry {
  const value = parse(text) as Partial<DesiredEntry> | null;
  const [, environment = '', namespace = '', service = ''] = PATH.exec(path) ?? [];
  if (typeof value?.release === 'string' && typeof value.hash === 'string' && Number.isInteger(value.replicas)) {
    return { namespace, service, environment, release: value.release, hash: value.hash, replicas: value.replicas ?? 1 };
  }
  throw new PlatformError({ code: 'ROADBED-2009', class: 'failed', message: `${path} in the desired-state repository is not an entry`, next: 'restore the desired-state repository from a backup' });
}

/** Contents by object name in one call; undefined where the name has no blob. */
async function readBlobs(gitDir: string, names: readonly string[]): Promise<(string | undefined)[]> {
  if (names.length === 0) return [];
  const output = await git(['cat-file', '--batch'], { gitDir, input: names.map((name) => `${name}\n`).join('') });
  const texts: (string | undefined)[] = [];
  let at = 0;
  for (const _ of names) {
    const end = output.indexOf(0x0a, at);
    const match = /^[0-9a-f]+ blob (\d+)$/.exec(output.toString('utf8', at, end));
    const size = match === null ? -1 : Number(match[1]);
    texts.push(size < 0 ? undefined : output.toString('utf8', end + 1, end + 1 + size));
    at = size < 0 ? end + 1 : end + 2 + size;
  }
  return texts;
}
