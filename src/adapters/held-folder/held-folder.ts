/**
 * Walks folders that somebody else may be changing at this moment.
 *
 * A step or a workload owns what it writes, and one of its processes may have outlived it. Between looking at
 * a folder and stepping into it, such a process can put a link to /etc there, and root would follow. So each
 * folder is held open, refusing links, and its entries are reached only through the held folder: whatever is
 * exchanged meanwhile, the walk stays where it is. Linux gives such paths under /proc/self/fd; where there is
 * none of that (macOS), nobody runs programs as another user, and plain paths are walked.
 */
import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { chmod, chown, mkdir, open, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const CAN_HOLD = existsSync('/proc/self/fd');
/** Linux's O_PATH, which node does not name: holds a folder without the right to read it. */
const HOLD_ONLY = 0o10000000;
const FOLDER = constants.O_DIRECTORY | (CAN_HOLD ? HOLD_ONLY : constants.O_RDONLY);
const FILES_AT_ONCE = 16;
/** Folders held at once; what lies deeper is moved up first. */
const MOST_HELD = 64;
/** How often, in one removal, a folder may turn out to hold something after it was emptied. */
const MOST_REPEATS = 10_000;

/** A folder that is held open: `path` leads to it, and through it to its entries, whatever happens to its name. */
export interface HeldFolder {
  path: string;
  handle: FileHandle;
}

/** Holds the folder at `path`. Fails with ENOTDIR or ELOOP when it is something else, a link for instance. */
async function hold(path: string | Buffer): Promise<HeldFolder> {
  const handle = await open(path, FOLDER | constants.O_NOFOLLOW);
  return { path: CAN_HOLD ? `/proc/self/fd/${handle.fd}` : path.toString(), handle };
}

/**
 * Steps from `root` into `parts`, making what is missing for `user`, and calls `use` with the path of the last folder.
 * Throws what `blocked` makes of the name of a part that is no folder.
 */
export async function throughFolders<T>(root: string, parts: readonly string[], options: { user?: number | undefined; blocked: (part: string) => Error }, use: (folder: string) => Promise<T>): Promise<T> {
  let held = await hold(root);
  try {
    for (const part of parts) {
      const next = await step(held, part, options.user).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ELOOP' || error.code === 'ENOTDIR' ? options.blocked(part) : error;
      });
      await held.handle.close();
      held = next;
    }
    return await use(held.path);
  } finally {
    await held.handle.close();
  }
}

async function step(parent: HeldFolder, part: string, user: number | undefined): Promise<HeldFolder> {
  const path = join(parent.path, part);
  const made = await mkdir(path, { mode: 0o755 }).then(() => 'made', code('EEXIST'));
  const next = await hold(path);
  if (made === 'made' && user !== undefined) await chown(next.path, user, user);
  return next;
}

/**
 * Removes `path` and all below it, links themselves and never what they lead to; nothing when it is absent.
 * The folder above `path` must be the platform's own. Folders whose owner took the rights away are removed too.
 */
export async function removeFolder(path: string): Promise<void> {
  if (!CAN_HOLD) {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    return;
  }
  const parent = await open(dirname(path), FOLDER).catch(code('ENOENT'));
  if (typeof parent === 'string') return;
  try {
    await new Removal().remove(`/proc/self/fd/${parent.fd}`, Buffer.from(basename(path)), 0);
  } finally {
    await parent.close();
  }
}

class Removal {
  #repeats = MOST_REPEATS;
  /** The folder that is removed, while it is held: deep ones are moved up into it. */
  #top: string | undefined;

  /** Names are bytes: one that is not UTF-8 would else never be found. */
  async remove(parent: string, name: Buffer, depth: number): Promise<void> {
    const place = entryOf(parent, name);
    while (!(await this.#removeOnce(place, depth))) {
      // A process is writing there, or a deep folder was moved up.
      this.#repeats -= 1;
      if (this.#repeats < 0) throw new Error(`${name.toString()} cannot be removed: something goes on writing there`);
    }
  }

  /** False when something else stands there by now. */
  async #removeOnce(place: Buffer, depth: number): Promise<boolean> {
    const outcome = await unlink(place).then(() => 'removed', code('ENOENT', 'EISDIR'));
    if (outcome !== 'EISDIR') return true;
    const folder = await hold(place).catch(code('ENOENT', 'ENOTDIR', 'ELOOP'));
    if (typeof folder === 'string') return folder === 'ENOENT';
    try {
      if (depth === 0) this.#top = folder.path;
      await this.#empty(folder, depth);
    } finally {
      await folder.handle.close();
    }
    const left = await rmdir(place).then(() => 'removed', code('ENOENT', 'ENOTEMPTY', 'ENOTDIR'));
    return left === 'removed' || left === 'ENOENT';
  }

  async #empty(folder: HeldFolder, depth: number): Promise<void> {
    const { path } = folder;
    await unlock(folder);
    const entries = await readdir(path, { encoding: 'buffer', withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
      await Promise.all(files.slice(at, at + FILES_AT_ONCE).map((entry) => this.remove(path, entry.name, depth + 1)));
    }
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      if (depth < MOST_HELD || this.#top === undefined) await this.remove(path, name, depth + 1);
      else await this.#moveUp(entryOf(path, name), this.#top);
    }
  }

  async #moveUp(place: Buffer, top: string): Promise<void> {
    const folder = await hold(place).catch(code('ENOENT', 'ENOTDIR', 'ELOOP'));
    if (typeof folder === 'string') return;
    try {
      await unlock(folder);
      await rename(place, join(top, `.removing-${randomUUID()}`)).catch(code('ENOENT'));
    } finally {
      await folder.handle.close();
    }
  }
}

/** The owner may always give himself back the right to change a folder. */
async function unlock({ path, handle }: HeldFolder): Promise<void> {
  if (((await handle.stat()).mode & 0o700) !== 0o700) await chmod(path, 0o700);
}

function entryOf(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), name]);
}

/** For `catch`: the error's code when it is one of these. */
function code(...expected: readonly string[]): (error: NodeJS.ErrnoException) => string {
  return (error) => {
    if (error.code === undefined || !expected.includes(error.code)) throw error;
    return error.code;
  };
}
