/**
 * What a commit contains, looked at before anything is unpacked.
 *
 * Git stores names and links as the author wrote them; a tree may hold `../x`, `.git/hooks/pre-commit`, links
 * to anywhere and submodules. Listing is harmless. Unpacking refuses the whole commit at the first such
 * entry, by name, because a file silently left out is a build nobody can explain.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { SourceTree } from '../../ports/source.ts';
import { git, gitEnvironment, killGroup } from './exec.ts';
import { LIMITS, megabytes } from './limits.ts';

export interface TreeEntry {
  mode: string;
  type: string;
  object: string;
  size: number;
  path: string;
}

/** Every entry below a commit; ROADBED-2006 when there are more than 20,000. */
async function listEntries(gitDir: string, commit: string): Promise<TreeEntry[]> {
  let listing: Buffer;
  try {
    listing = await git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], { gitDir, outputBytes: LIMITS.listingBytes });
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'ROADBED-2002') throw tooManyFiles('more files than can be listed');
    throw error;
  }
  const entries: TreeEntry[] = [];
  for (const line of listing.toString('utf8').split('\0')) {
    const match = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t([\s\S]*)$/.exec(line);
    if (match === null) continue;
    const [, mode = '', type = '', object = '', size = '0', path = ''] = match;
    entries.push({ mode, type, object, size: size === '-' ? 0 : Number(size), path });
    if (entries.length > LIMITS.files) throw tooManyFiles(`more than ${LIMITS.files} files`);
  }
  return entries;
}

/** Why an entry may not be unpacked; undefined when it may. */
function entryProblem(entry: TreeEntry): string | undefined {
  if (entry.mode === '120000') return 'is a symbolic link';
  if (entry.type === 'commit') return 'is a submodule';
  if (entry.type !== 'blob') return `is a ${entry.type}`;
  const name = pathProblem(entry.path);
  if (name !== undefined) return name;
  if (entry.size > LIMITS.fileBytes) return `has ${megabytes(entry.size)}; a file may have ${megabytes(LIMITS.fileBytes)}`;
  return undefined;
}

/** Why a path may not be written; the same on every platform, so that a build does not depend on where it runs. */
export function pathProblem(path: string): string | undefined {
  if (path === '' || path.startsWith('/')) return 'has an absolute name';
  if (Buffer.byteLength(path) > LIMITS.pathBytes) return `has a name of more than ${LIMITS.pathBytes} bytes`;
  if (/[\x00-\x1f\x7f\ufffd]/.test(path)) return 'has control characters in its name';
  if (path.includes('\\')) return 'has a backslash in its name';
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'has a name that leads elsewhere';
    if (Buffer.byteLength(part) > 255) return 'has a part of its name longer than 255 bytes';
    // U+200C and its like are ignored by some file systems, "git~1" is .git on others.
    const folded = part.toLowerCase().replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '').replace(/[. ]+$/, '');
    if (folded === '.git' || folded === 'git~1') return 'has a name that git keeps for itself';
  }
  return undefined;
}

/** The regular files of a commit as a value for engines. */
export async function commitTree(gitDir: string, commit: string): Promise<SourceTree> {
  const entries = await listEntries(gitDir, commit);
  const files = new Map(entries.filter((entry) => entry.type === 'blob' && entry.mode !== '120000' && pathProblem(entry.path) === undefined).map((entry) => [entry.path, entry]));
  return {
    list: async () => [...files.keys()],
    read: async (path) => {
      const entry = files.get(path);
      if (entry === undefined || entry.size > LIMITS.readBytes) return undefined;
      return await git(['cat-file', 'blob', entry.object], { gitDir, outputBytes: LIMITS.readBytes });
    },
  };
}

/**
 * Writes a commit's files into `folder`, which must not exist or be empty.
 * ROADBED-2006 names the first entry that may not be unpacked, and why.
 */
export async function unpackCommit(gitDir: string, commit: string, folder: string): Promise<void> {
  const entries = await listEntries(gitDir, commit);
  let total = 0;
  for (const entry of entries) {
    const problem = entryProblem(entry);
    if (problem !== undefined) throw refusedEntry(entry.path, problem);
    total += entry.size;
  }
  if (total > LIMITS.checkoutBytes) throw refusedEntry('the commit', `has ${megabytes(total)} of files; ${megabytes(LIMITS.checkoutBytes)} are allowed`);
  await mkdir(folder, { recursive: true });
  const folders = new Set(entries.map((entry) => dirname(entry.path)));
  for (const inner of folders) await mkdir(join(folder, inner), { recursive: true });
  await writeBlobs(gitDir, entries, folder);
}

/** One `cat-file --batch` for all files: a process for each would take minutes. */
async function writeBlobs(gitDir: string, entries: readonly TreeEntry[], folder: string): Promise<void> {
  if (entries.length === 0) return;
  const child = spawn('git', ['cat-file', '--batch'], { env: { ...gitEnvironment(), GIT_DIR: gitDir }, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined);
  child.stdin.end(entries.map((entry) => `${entry.object}\n`).join(''));
  try {
    const bytes = new ByteReader(child.stdout);
    for (const entry of entries) {
      const header = (await bytes.until(0x0a)).toString('utf8');
      if (header !== `${entry.object} blob ${entry.size}`) throw new Error(`git answered ${JSON.stringify(header)} for ${entry.path}`);
      const file = await open(join(folder, entry.path), 'wx', entry.mode === '100755' ? 0o755 : 0o644);
      try {
        await file.writeFile(await bytes.take(entry.size));
      } finally {
        await file.close();
      }
      await bytes.take(1);
    }
    await closed;
  } finally {
    if (child.exitCode === null) killGroup(child.pid);
  }
}

/** Lines and counted bytes from a stream of chunks. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async until(byte: number): Promise<Buffer> {
    let at = this.#rest.indexOf(byte);
    while (at < 0) {
      await this.#more();
      at = this.#rest.indexOf(byte);
    }
    const line = this.#rest.subarray(0, at);
    this.#rest = this.#rest.subarray(at + 1);
    return line;
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0) await this.#more();
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async #more(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done === true) throw new Error('git ended early');
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }
}

function tooManyFiles(what: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2006', class: 'refused', message: `the commit has ${what}`, why: `a repository may have ${LIMITS.files} files` });
}

function refusedEntry(path: string, problem: string): PlatformError {
  return new PlatformError({
    code: 'ROADBED-2006',
    class: 'refused',
    message: `${path === 'the commit' ? path : JSON.stringify(path)} ${problem}`,
    next: 'remove it from the repository and push again',
  });
}
