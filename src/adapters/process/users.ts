/**
 * Numeric users for programs that root starts.
 *
 * Two programs of one user may read each other's environment and signal each other, so every service in an
 * environment has a user of its own (volumes outlive revisions and stay readable), and so has every running
 * task, except that tasks which share a folder must share the user too. The numbers have no entry in
 * the password file and lie apart from those of PostgreSQL and of people.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lchown, lstat, open, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const FIRST_TASK_USER = 64_000;
const TASK_USERS = 500;
const FIRST_WORKLOAD_USER = 64_500;
const WORKLOAD_USERS = 1_000;

/**
 * Where a supervisor begins in a range: two of one machine, with different folders, seldom meet.
 */
export function userOffset(folder: string): number {
  return createHash('sha256').update(folder).digest().readUInt16BE();
}

/** The first number of a range, from an offset on and around, that is not taken; undefined when all are. */
function firstFree(first: number, count: number, offset: number, taken: ReadonlySet<number>): number | undefined {
  for (let step = 0; step < count; step += 1) {
    const user = first + ((offset + step) % count);
    if (!taken.has(user)) return user;
  }
  return undefined;
}

/** The user of a service in an environment: the remembered one, else a free one. */
export function workloadUser(remembered: Readonly<Record<string, number>>, owner: string, offset: number): number | undefined {
  return remembered[owner] ?? firstFree(FIRST_WORKLOAD_USER, WORKLOAD_USERS, offset, new Set(Object.values(remembered)));
}

export interface TaskFolders {
  user: number;
  folders: string[];
}

function overlaps(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`);
}

/**
 * The user of a new task: that of a running one which shares a folder with it, else one that no running task
 * and no living process has (`alive`), for all processes of a task's user are killed at its end.
 */
export function taskUser(running: readonly TaskFolders[], folders: readonly string[], offset: number, alive: Iterable<number>): number | undefined {
  const sharing = running.find((task) => task.folders.some((one) => folders.some((other) => overlaps(one, other))));
  return sharing?.user ?? firstFree(FIRST_TASK_USER, TASK_USERS, offset, new Set([...alive, ...running.map((task) => task.user)]));
}

const DEEPEST = 200;

/**
 * Gives a folder and all in it to a user; never follows a symbolic link. Only what belongs to someone else is
 * touched, so that a second pass over a large folder is reading only.
 *
 * A program of that user may run meanwhile and put a link to /etc where a folder was: each folder is held open
 * and its entries are reached through it, so that no way through what the program owns is ever walked.
 */
export async function giveFolder(path: string, user: number, depth = 0): Promise<void> {
  if (depth > DEEPEST) throw new Error(`${path} is nested deeper than ${DEEPEST} folders`);
  const found = await lstat(path);
  if (!found.isDirectory()) {
    if (found.uid !== user || found.gid !== user) await lchown(path, user, user);
    return;
  }
  const held = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const inside = `/proc/self/fd/${held.fd}`;
    for (const name of await readdir(inside)) await giveFolder(join(inside, name), user, depth + 1).catch(unlessGone);
    const { uid, gid } = await held.stat();
    if (uid !== user || gid !== user) await held.chown(user, user);
  } finally {
    await held.close();
  }
}

/** Removed, or replaced by a link, by the program itself: nothing is left to give. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP' && error.code !== 'ENOTDIR') throw error;
}

/** The first folder above `path` that other users may not enter, or undefined. Symbolic links are resolved first. */
export async function closedFolderAbove(path: string): Promise<string | undefined> {
  for (let folder = dirname(await realpath(path)); ; folder = dirname(folder)) {
    if (((await lstat(folder)).mode & 0o001) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Whether every user may read a file or folder and reach it. */
export async function openToOthers(path: string): Promise<boolean> {
  const found = await lstat(await realpath(path));
  const needed = found.isDirectory() ? 0o005 : 0o004;
  return (found.mode & needed) === needed && (await closedFolderAbove(path)) === undefined;
}
