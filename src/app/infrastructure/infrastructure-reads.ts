/**
 * The console's reads of infrastructure: each answer is made once by the analysis thread and kept while there is room.
 *
 * A commit never changes, so an answer is good for ever, and so is a refusal that the code itself caused. What
 * failed for want of time or memory is tried again after a while, when somebody asks: a page that asks every
 * second must not make a hostile repository cost all of a processor.
 */
import { commitsTouching, resolveCommit } from '../../adapters/git/history.ts';
import { commitTree } from '../../adapters/git/tree.ts';
import type { InfrastructureReads, Known, RepositoryName, RootAtCommit } from '../../api/console/infrastructure-reads.ts';
import { problemOf } from '../../api/console/problems.ts';
import type { CommitView, RootContent } from '../../api/contract/infrastructure-page.ts';
import { PlatformError } from '../../domain/error.ts';
import type { FoundRoots } from '../../engines/infrastructure-roots/find-roots.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AnalysisJob, RootPlace } from './analysis-job.ts';
import type { AnalysisThread } from './analysis-thread.ts';

export interface InfrastructureReadsParts {
  thread: AnalysisThread;
  /** Folder of a bare repository. */
  gitDir: (namespace: string, name: string) => string;
  clock: Clock;
  log: (line: string) => void;
  /** Bytes of answers that are kept. */
  mostBytes?: number;
}

interface Entry {
  since: number;
  urgent: boolean;
  bytes: number;
  done: Promise<void>;
  value?: unknown;
  failure?: unknown;
  failedAt?: number;
}

const MOST_BYTES = 48 * 1024 * 1024;
const MOST_ENTRIES = 2_000;
const RETRY_MS = 5 * 60_000;
const TRANSIENT = new Set(['ROADBED-8401', 'ROADBED-8402', 'ROADBED-8403', 'ROADBED-8406', 'ROADBED-2002']);
const SOON_MS = 5_000;

export function openInfrastructureReads(parts: InfrastructureReadsParts): InfrastructureReads {
  const { thread, clock } = parts;
  const kept = new Map<string, Entry>();
  const histories = new Map<string, Promise<CommitView[]>>();
  const folder = (repository: RepositoryName): string => parts.gitDir(repository.namespace, repository.name);

  function makeRoom(): void {
    let bytes = [...kept.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of kept) {
      if (bytes <= (parts.mostBytes ?? MOST_BYTES) && kept.size <= MOST_ENTRIES) return;
      if (entry.value === undefined && entry.failure === undefined) continue;
      kept.delete(key);
      bytes -= entry.bytes;
    }
  }

  /** Least recently asked first in the map, so that room is made at its beginning. */
  function entryOf<T>(job: AnalysisJob, urgent: boolean, read: (bytes: Uint8Array) => T): Entry {
    const key = JSON.stringify(job);
    const known = kept.get(key);
    kept.delete(key);
    const stale = known?.failedAt !== undefined && clock.now() - known.failedAt > waitAfter(known.failure);
    const entry = known === undefined || stale ? begin(job, urgent, read) : known;
    kept.set(key, entry);
    return entry;
  }

  function begin<T>(job: AnalysisJob, urgent: boolean, read: (bytes: Uint8Array) => T): Entry {
    const entry: Entry = { since: clock.now(), urgent, bytes: 0, done: Promise.resolve() };
    entry.done = thread.run(job, urgent).then(
      (bytes) => {
        entry.value = read(bytes);
        entry.bytes = bytes.length;
        makeRoom();
      },
      (error: unknown) => {
        entry.failure = error;
        if (!(error instanceof PlatformError) || TRANSIENT.has(error.code)) entry.failedAt = clock.now();
      },
    );
    return entry;
  }

  async function known<T>(job: AnalysisJob, patience: number, urgent: boolean): Promise<Known<T>> {
    const entry = entryOf(job, urgent, (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T);
    if (patience > 0) await within(patience, entry.done);
    if (entry.failure !== undefined) return { state: 'failed', problem: problemOf(entry.failure, parts.log).problem };
    if (entry.value !== undefined) return { state: 'ready', value: entry.value as T };
    return { state: 'reading', since: new Date(entry.since).toISOString(), step: thread.ahead > 1 ? `waits its turn; ${thread.ahead - 1} before it or beside it` : 'the code is being read' };
  }

  async function bytesOf(job: AnalysisJob): Promise<Uint8Array> {
    const entry = entryOf(job, true, (bytes) => bytes);
    await entry.done;
    if (entry.failure !== undefined) throw entry.failure as Error;
    return entry.value as Uint8Array;
  }

  const placeOf = ({ repository, root, commit, compared }: RootAtCommit): RootPlace => ({ gitDir: folder(repository), commit, root, title: titleOf(root.name, repository.name), ...(compared === undefined ? {} : { compared }) });

  return {
    roots: (repository, commit, patience) => known<FoundRoots>({ kind: 'roots', gitDir: folder(repository), commit }, patience, patience > 0),
    content: (asked, patience) => known<RootContent>({ kind: 'content', ...placeOf(asked) }, patience, patience > 0),
    drawing: (asked, diagram, link) => bytesOf({ kind: 'drawing', ...placeOf(asked), diagram, ...(link === undefined ? {} : { link }) }),
    modules: (asked) => bytesOf({ kind: 'modules', ...placeOf(asked) }),
    // Kept by whoever saved it.
    file: (asked, format, diagram, link) => thread.run({ kind: 'file', ...placeOf(asked), format, ...(diagram === undefined ? {} : { diagram }), ...(link === undefined ? {} : { link }) }, true),
    resolve: (repository, reference) => resolveCommit(folder(repository), reference),
    commits: (repository, from, folders, limit) => {
      const key = JSON.stringify([repository, from, folders, limit]);
      const history = histories.get(key) ?? commitsTouching(folder(repository), from, folders, limit);
      histories.delete(key);
      histories.set(key, history);
      history.catch(() => histories.delete(key));
      for (const oldest of histories.keys()) if (histories.size > 200) histories.delete(oldest);
      return history;
    },
    source: async (repository, commit, path) => (await commitTree(folder(repository), commit)).read(path),
  };
}

/** The last folder of a path says what it is; a root that is the whole repository has its name. */
function titleOf(root: string, repository: string): string {
  const last = root.split('/').at(-1) ?? root;
  return last === '.' ? repository : last;
}

/** A busy thread is soon free again; what is too large stays it for a while. */
function waitAfter(failure: unknown): number {
  return failure instanceof PlatformError && failure.code === 'ROADBED-8403' ? SOON_MS : RETRY_MS;
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))]);
  clearTimeout(timer);
}
