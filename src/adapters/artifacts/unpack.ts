/**
 * An archive into a read-only folder, verified on the way: the digest is computed over what is unpacked, and
 * a folder gets its name only when it was right. Links are made last, so nothing is ever written through one.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, open, symlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveProblem, checkLinks, type ArchiveEntry } from '../../formats/archive/entry.ts';
import { ArchiveReader, type ArchivePart } from '../../formats/archive/read.ts';
import { removeFolder } from '../held-folder/held-folder.ts';
import { damaged } from './problem.ts';

const CHUNK = 1_048_576;

/** Unpacks into the new folder `target`. Throws ROADBED-4004 when the archive is not what `digest` names. */
export async function unpackArchive(archive: string, digest: string, target: string): Promise<void> {
  await mkdir(target, { mode: 0o755 });
  const builder = new TreeBuilder(target);
  try {
    const actual = await readArchive(archive, (part) => builder.take(part));
    if (actual !== digest) throw damaged(digest, `it has the digest ${actual}`);
    await builder.finish();
  } catch (error) {
    await builder.abandon();
    await removeFolder(target);
    throw error instanceof ArchiveProblem ? damaged(digest, error.message) : error;
  }
}

/** Streams an archive file through the reader; answers its digest. Throws ArchiveProblem. */
export async function readArchive(archive: string, take: (part: ArchivePart) => Promise<void> | void): Promise<string> {
  const hash = createHash('sha256');
  const reader = new ArchiveReader();
  const input = await open(archive, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await input.read(buffer, 0, CHUNK);
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      for (const part of reader.push(piece)) await take(part);
    }
  } finally {
    await input.close();
  }
  if (!reader.ended) throw new ArchiveProblem('it ends too early');
  return `sha256:${hash.digest('hex')}`;
}

class TreeBuilder {
  readonly #root: string;
  readonly #folders: string[] = [''];
  readonly #links: ArchiveEntry[] = [];
  #file: { handle: FileHandle; executable: boolean } | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async take(part: ArchivePart): Promise<void> {
    if (part.kind === 'bytes') {
      for (let written = 0; written < part.bytes.length; ) written += (await this.#file?.handle.write(part.bytes, written))?.bytesWritten ?? part.bytes.length;
      return;
    }
    if (part.kind === 'close') return this.#close();
    const { entry } = part;
    if (entry.type === 'link') this.#links.push(entry);
    else if (entry.type === 'folder') {
      await mkdir(join(this.#root, entry.path), { mode: 0o755 });
      this.#folders.push(entry.path);
    } else this.#file = { handle: await open(join(this.#root, entry.path), 'wx', 0o600), executable: entry.executable };
  }

  async #close(): Promise<void> {
    await this.#file?.handle.chmod(this.#file.executable ? 0o555 : 0o444);
    await this.abandon();
  }

  async abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async finish(): Promise<void> {
    checkLinks(this.#links);
    for (const { path, target } of this.#links) await symlink(target ?? '', join(this.#root, path));
    for (const folder of this.#folders.reverse()) await chmod(join(this.#root, folder), 0o555);
  }
}
