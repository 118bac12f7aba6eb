/**
 * Copies a folder that somebody else owns, and may still be changing, to a place of our own.
 *
 * As in `held-folder`, each folder is held open and each file is opened without following links, so whatever is put
 * in the way meanwhile, nothing outside is read. Links are copied as links; pipes, sockets and devices are left out.
 * Modes and times stay, owners do not: the copy is ours until it is given to somebody. Blocks are shared where the
 * file system can (reflinks); a hard link becomes a file of its own, so no copy changes with its original.
 */
import { constants, existsSync, type Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readlink, symlink, utimes, type FileHandle } from 'node:fs/promises';

const CAN_HOLD = existsSync('/proc/self/fd');
const FILES_AT_ONCE = 16;
const DEEPEST = 200;
const PERMISSIONS = 0o777;
const OWNER_MAY_ENTER = 0o700;

/** Copies `source` to `target`, which must not exist. Throws what the file system says, and for a tree deeper than 200 folders. */
export async function copyTree(source: string, target: string): Promise<void> {
  await copyFolder(Buffer.from(source), Buffer.from(target), 0);
}

function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}

function through(handle: FileHandle, path: Buffer): Buffer {
  return CAN_HOLD ? Buffer.from(`/proc/self/fd/${handle.fd}`) : path;
}

async function copyFolder(source: Buffer, target: Buffer, depth: number): Promise<void> {
  if (depth > DEEPEST) throw new Error(`a folder lies deeper than ${DEEPEST} others`);
  const held = await open(source, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(unlessGone);
  if (held === undefined) return;
  try {
    const { mode } = await held.stat();
    await mkdir(target, { mode: OWNER_MAY_ENTER });
    const place = through(held, source);
    const entries = await readdir(place, { encoding: 'buffer', withFileTypes: true });
    const others = entries.filter((entry) => !entry.isDirectory());
    for (let at = 0; at < others.length; at += FILES_AT_ONCE) {
      await Promise.all(others.slice(at, at + FILES_AT_ONCE).map((entry) => copyEntry(entry, below(place, entry.name), below(target, entry.name))));
    }
    for (const { name } of entries.filter((entry) => entry.isDirectory())) await copyFolder(below(place, name), below(target, name), depth + 1);
    await chmod(target, mode & PERMISSIONS);
  } finally {
    await held.close();
  }
}

/** What the listing said decides only how to look: a file is opened without following links and looked at again. */
async function copyEntry(entry: Dirent<Buffer>, source: Buffer, target: Buffer): Promise<void> {
  if (entry.isFile()) return await copyRegular(source, target);
  if (!entry.isSymbolicLink()) return;
  const leadsTo = await readlink(source, { encoding: 'buffer' }).catch(unlessGone);
  if (leadsTo !== undefined) await symlink(leadsTo, target);
}

async function copyRegular(source: Buffer, target: Buffer): Promise<void> {
  const from = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(unlessGone);
  if (from === undefined) return;
  try {
    const found = await from.stat();
    if (!found.isFile()) return;
    // The mode comes along; nobody else reaches the target, so its name still means it.
    await copyFile(through(from, source), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await utimes(target, found.atime, found.mtime);
  } finally {
    await from.close();
  }
}

/** Removed, or replaced by something else, while we were on the way: nothing is left to copy. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP' && error.code !== 'ENOTDIR' && error.code !== 'ENXIO' && error.code !== 'EINVAL') throw error;
  return undefined;
}
