/** A folder into one canonical archive: the walk, then the bytes, hashed as they are written. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveProblem, checkLinks, comparePaths, pathProblem, type ArchiveEntry } from '../../formats/archive/entry.ts';
import { header, padding, TRAILER } from '../../formats/archive/write.ts';
import { changedWhilePacking, refusedContent, tooLarge } from './problem.ts';

export interface PackLimits {
  bytes: number;
  entries: number;
}

const CHUNK = 1_048_576;

/** Everything of a folder that belongs into the archive, in canonical order. Refuses by name what cannot. */
export async function listFolder(folder: string, isExcluded: (path: string) => boolean, limits: PackLimits): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  let bytes = 0;
  const visit = async (within: string): Promise<void> => {
    for (const { name } of await readdir(join(folder, within), { withFileTypes: true })) {
      const path = within === '' ? name : `${within}/${name}`;
      if (isExcluded(path)) continue;
      const problem = pathProblem(path);
      if (problem !== undefined) throw refusedContent(`the path ${JSON.stringify(path.slice(0, 200))} ${problem}`);
      const entry = await entryAt(folder, path);
      bytes += entry.size;
      entries.push(entry);
      if (entries.length > limits.entries) throw tooLarge(`more than ${limits.entries} files`, `${limits.entries} files`);
      if (bytes > limits.bytes) throw tooLarge(`more than ${megabytes(bytes)}`, megabytes(limits.bytes));
      if (entry.type === 'folder') await visit(path);
    }
  };
  await visit('');
  try {
    checkLinks(entries);
  } catch (error) {
    throw error instanceof ArchiveProblem ? refusedContent(error.message) : error;
  }
  return entries.sort((one, other) => comparePaths(one.path, other.path));
}

async function entryAt(folder: string, path: string): Promise<ArchiveEntry> {
  const status = await lstat(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
    // A name that is not UTF-8 cannot be asked for again by what it was read as.
    throw error.code === 'ENOENT' ? refusedContent(`${JSON.stringify(path)} has a name that is not UTF-8, or vanished`) : error;
  });
  if (status.isDirectory()) return { path, type: 'folder', size: 0, executable: false };
  if (status.isSymbolicLink()) return { path, type: 'link', size: 0, executable: false, target: await readlink(join(folder, path)) };
  if (!status.isFile()) throw refusedContent(`${JSON.stringify(path)} is neither a file nor a folder (a socket, pipe or device)`);
  return { path, type: 'file', size: status.size, executable: (status.mode & 0o111) !== 0 };
}

/** Writes the archive of `entries` to an open file; answers digest and size. */
export async function writeArchive(folder: string, entries: readonly ArchiveEntry[], output: FileHandle): Promise<{ digest: string; size: number }> {
  const sink = new Sink(output);
  for (const entry of entries) {
    await sink.write(header(entry));
    if (entry.type === 'file') await copyFile(join(folder, entry.path), entry, sink);
    await sink.write(new Uint8Array(padding(entry.size)));
  }
  await sink.write(TRAILER);
  return sink.finish();
}

async function copyFile(path: string, entry: ArchiveEntry, sink: Sink): Promise<void> {
  const input = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await input.stat()).isFile()) throw changedWhilePacking(entry.path);
    let copied = 0;
    for (;;) {
      const { bytesRead, buffer } = await input.read(Buffer.allocUnsafe(Math.min(CHUNK, entry.size - copied + 1)), 0);
      if (bytesRead === 0) break;
      copied += bytesRead;
      if (copied > entry.size) throw changedWhilePacking(entry.path);
      await sink.write(buffer.subarray(0, bytesRead));
    }
    if (copied !== entry.size) throw changedWhilePacking(entry.path);
  } finally {
    await input.close();
  }
}

/** Gathers small pieces, so that ten thousand small files are not thirty thousand writes. */
class Sink {
  readonly #output: FileHandle;
  readonly #hash = createHash('sha256');
  #pieces: Uint8Array[] = [];
  #gathered = 0;
  #size = 0;

  constructor(output: FileHandle) {
    this.#output = output;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#gathered += bytes.length;
    if (this.#gathered >= CHUNK) await this.#flush();
  }

  async #flush(): Promise<void> {
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#gathered = 0;
    this.#hash.update(whole);
    this.#size += whole.length;
    for (let written = 0; written < whole.length; ) written += (await this.#output.write(whole, written)).bytesWritten;
  }

  async finish(): Promise<{ digest: string; size: number }> {
    await this.#flush();
    return { digest: `sha256:${this.#hash.digest('hex')}`, size: this.#size };
  }
}

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}
