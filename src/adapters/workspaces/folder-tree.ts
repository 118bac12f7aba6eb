/**
 * A developer's folder as the platform would see it: what git tracks or would track, copied to a place of its own.
 *
 * Without a Git repository it is every file but `node_modules` and hidden version control. The same things are
 * refused as on the platform, by name: links, files that are too large, too many files.
 */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { SourceTree } from '../../domain/source-tree.ts';
import { tryGit } from '../git/exec.ts';
import { LIMITS, megabytes } from '../git/limits.ts';
import { pathProblem } from '../git/tree.ts';

const LEFT_OUT = new Set(['node_modules', '.git', '.hg', '.svn']);

/**
 * Copies the folder's files to `target`, which must not exist.
 * Throws ROADBED-2006 naming the first file that the platform would refuse.
 */
export async function copyFolder(folder: string, target: string): Promise<void> {
  const root = await realpath(folder);
  const paths = await filesOf(root);
  if (paths.length > LIMITS.files) throw refused('the folder', `has more than ${LIMITS.files} files`);
  await mkdir(target, { recursive: true });
  for (const path of paths) await copyOne(root, target, path);
}

/** The files of a folder as engines see them. Links are not followed. */
export function folderTree(folder: string): SourceTree {
  let files: Promise<string[]> | undefined;
  return {
    list: async () => await (files ??= walk(folder, '').then((paths) => paths.sort())),
    read: async (path) => {
      if (pathProblem(path) !== undefined) return undefined;
      const found = await lstat(join(folder, path)).catch(() => undefined);
      return found?.isFile() === true && found.size <= LIMITS.readBytes ? await readFile(join(folder, path)) : undefined;
    },
  };
}

async function filesOf(root: string): Promise<string[]> {
  const outcome = await tryGit(['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (outcome.code !== 0) return (await walk(root, '')).sort();
  const listed = [...new Set(outcome.stdout.toString('utf8').split('\0').filter((path) => path !== ''))];
  const present = await Promise.all(listed.map((path) => lstat(join(root, path)).then(() => true, () => false)));
  return listed.filter((_, index) => present[index]).sort();
}

async function walk(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const inner = await Promise.all(
    entries.filter((entry) => !LEFT_OUT.has(entry.name)).map(async (entry) => (entry.isDirectory() ? await walk(root, join(below, entry.name)) : [join(below, entry.name)])),
  );
  return inner.flat();
}

async function copyOne(root: string, workspace: string, path: string): Promise<void> {
  const found = await lstat(join(root, path));
  const problem = found.isSymbolicLink() ? 'is a symbolic link' : !found.isFile() ? 'is no regular file' : found.size > LIMITS.fileBytes ? `has ${megabytes(found.size)}; a file may have ${megabytes(LIMITS.fileBytes)}` : pathProblem(path);
  if (problem !== undefined) throw refused(JSON.stringify(path), problem);
  await mkdir(dirname(join(workspace, path)), { recursive: true });
  await copyFile(join(root, path), join(workspace, path), constants.COPYFILE_FICLONE);
}

function refused(what: string, problem: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2006', class: 'refused', message: `${what} ${problem}`, why: 'the platform would refuse it in the same way' });
}
