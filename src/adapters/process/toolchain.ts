/**
 * Makes `node` and `npm` reachable for programs that run as another user.
 *
 * Roadbed may run on a Node in a private place (root's home, a clone). The same Node has to be first on the
 * PATH of workloads and steps, so a folder with links to it is made below the shared folder; what
 * others may not read is copied there once.
 */
import { constants, existsSync, readdirSync, rmSync } from 'node:fs';
import { copyFile, cp, mkdir, chmod, realpath, rename, stat, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { openToOthers } from './users.ts';

export interface Toolchain {
  /** First on PATH: `node`, and `npm` and `npx` where npm was found. */
  folder: string;
  /** Folders that must be visible for these to work. */
  mounts: string[];
}

async function replaceLink(target: string, path: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}

async function reachable(path: string, forOthers: boolean): Promise<boolean> {
  return !forOthers || openToOthers(path);
}

/** The package folder of npm: beside this Node, or the one that PATH leads to. */
async function findNpm(node: string): Promise<string | undefined> {
  const beside = join(dirname(node), '..', 'lib', 'node_modules', 'npm');
  if (existsSync(join(beside, 'bin', 'npm-cli.js'))) return realpath(beside);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = join(folder, 'npm');
    if (folder === '' || !existsSync(found)) continue;
    const packageFolder = dirname(dirname(await realpath(found)));
    if (existsSync(join(packageFolder, 'bin', 'npm-cli.js'))) return packageFolder;
  }
  return undefined;
}

/** Copies a file once for each size and time of change of the original. */
async function copyOnce(source: string, folder: string, name: string): Promise<string> {
  const { size, mtimeMs } = await stat(source);
  const copy = join(folder, `${name}-${size}-${Math.round(mtimeMs)}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await copyFile(source, unfinished, constants.COPYFILE_FICLONE);
  await chmod(unfinished, 0o755);
  await rename(unfinished, copy);
  for (const old of readdirSync(folder)) if (old.startsWith(`${name}-`) && join(folder, old) !== copy) rmSync(join(folder, old), { recursive: true, force: true });
  return copy;
}

async function copyNpmOnce(source: string, folder: string): Promise<string> {
  const { mtimeMs } = await stat(join(source, 'package.json'));
  const copy = join(folder, `npm-${Math.round(mtimeMs)}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await cp(source, unfinished, { recursive: true, dereference: false, verbatimSymlinks: true });
  await rename(unfinished, copy);
  return copy;
}

/**
 * Prepares `<sharedDir>/tools/bin`. `forOthers`: programs will run as another user, so what is private is copied.
 * Works without npm: then only `node` is offered.
 */
export async function prepareToolchain(sharedDir: string, node: string, forOthers: boolean): Promise<Toolchain> {
  const tools = join(sharedDir, 'tools');
  const folder = join(tools, 'bin');
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const path of [tools, folder]) await chmod(path, 0o755);
  const realNode = await realpath(node);
  const usableNode = (await reachable(realNode, forOthers)) ? realNode : await copyOnce(realNode, tools, 'node');
  await replaceLink(usableNode, join(folder, 'node'));
  const npm = await findNpm(realNode);
  const usableNpm = npm === undefined || (await reachable(join(npm, 'bin', 'npm-cli.js'), forOthers)) ? npm : await copyNpmOnce(npm, tools);
  if (usableNpm !== undefined) {
    for (const name of ['npm', 'npx']) await replaceLink(join(usableNpm, 'bin', `${name}-cli.js`), join(folder, name));
  }
  const mounts = [tools, dirname(usableNode), ...(usableNpm === undefined ? [] : [usableNpm])];
  return { folder, mounts: [...new Set(mounts)] };
}
