/**
 * Workspaces as folders: `<root>/runs/<namespace>/<run>/{workspace,home}` and `<root>/caches/<namespace>/<repository>/<name>`.
 *
 * A restart point is a copy of both as they were when steps began, `<run>/point`, closed to all others. It has the form
 * of a run's folder, so a re-run takes it over by one rename.
 *
 * A workspace is built under another name and moved into place, so that a kill half-way leaves nothing that looks
 * finished. Caches are links made before any step runs, while the tree is known to hold no link of anybody
 * else. Whatever is done after steps ran trusts nothing in the workspace: paths are resolved first, and files of
 * the platform are written only into real folders.
 */
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, readFile, realpath, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { WorkspaceRequest, Workspaces } from '../../ports/workspaces.ts';
import { copyTree } from '../held-folder/copy-tree.ts';
import { removeFolder, throughFolders } from '../held-folder/held-folder.ts';

const NAME = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;
const OPEN_TO_OTHERS = 0o711;
const CLOSED_TO_OTHERS = 0o700;
const POINT = 'point';
const DRAFT = 'point.new';
const DONE = 'done.json';

/** `root` must be reachable for the users that steps run as. */
export function openWorkspaces(root: string): Workspaces {
  const runFolder = (namespace: string, run: string): string => join(root, 'runs', checked(namespace), checked(run));
  const cacheFolder = (namespace: string, repository: string): string => join(root, 'caches', checked(namespace), checked(repository));
  return {
    exists: async (namespace, run) => (await isThere(join(runFolder(namespace, run), 'workspace'))) || (await isThere(join(runFolder(namespace, run), POINT))),
    keepPoint: async (namespace, run, done) => await keepPoint(runFolder(namespace, run), done),
    pointOf: async (namespace, run) => await pointOf(runFolder(namespace, run)),
    reduceToPoint: async (namespace, run) => {
      for (const part of ['workspace', 'home', DRAFT]) await removeFolder(join(runFolder(namespace, run), part));
    },
    prepare: async (request) => {
      const own = runFolder(request.namespace, request.run);
      const caches = cacheFolder(request.namespace, request.repository);
      const earlier = request.takeOver === undefined ? undefined : runFolder(request.namespace, request.takeOver);
      await makeReachable(root, dirname(own));
      await makeReachable(root, caches);
      let taken = false;
      const fresh = !(await isThere(join(own, 'workspace')));
      if (fresh) {
        await removeFolder(own);
        if (earlier !== undefined && (await pointOf(earlier)) !== undefined) {
          await rename(join(earlier, POINT), own);
          await removeFolder(earlier);
          taken = true;
        } else await build(own, request);
      }
      await chmod(own, OPEN_TO_OTHERS);
      const names = [...new Set(request.caches.map((cache) => checked(cache.name)))];
      const writable = [join(own, 'home'), ...names.map((name) => join(caches, name))];
      for (const folder of writable.slice(1)) await touch(folder);
      await linkCaches(own, caches, request.caches, fresh && !taken);
      return { folder: join(own, 'workspace'), home: join(own, 'home'), writable };
    },
    inside: async (namespace, run, path) => {
      const workspace = await realpath(join(runFolder(namespace, run), 'workspace'));
      const folder = await realpath(join(workspace, path)).catch(() => undefined);
      if (folder === undefined || !(await lstat(folder)).isDirectory()) throw notThere(path, 'no step made it');
      if (folder !== workspace && !folder.startsWith(`${workspace}${sep}`)) throw notThere(path, 'it leads out of the workspace');
      return folder;
    },
    write: writeInto,
    remove: async (namespace, run) => await removeFolder(runFolder(namespace, run)),
    boundCaches: async (namespace, repository, bytes) => await bound(cacheFolder(namespace, repository), bytes),
    removeCaches: async (namespace, repository) => await removeFolder(cacheFolder(namespace, repository)),
  };
}

/** Made under another name and moved into place; what goes wrong leaves no point, and a re-run then does all steps again. */
async function keepPoint(own: string, done: readonly string[]): Promise<boolean> {
  const draft = join(own, DRAFT);
  const point = join(own, POINT);
  try {
    await removeFolder(draft);
    await mkdir(draft, { mode: CLOSED_TO_OTHERS });
    for (const part of ['workspace', 'home']) await copyTree(join(own, part), join(draft, part));
    await writeFile(join(draft, DONE), JSON.stringify(done));
    await removeFolder(point);
    await rename(draft, point);
    return true;
  } catch {
    for (const folder of [draft, point]) await removeFolder(folder);
    return false;
  }
}

async function pointOf(own: string): Promise<string[] | undefined> {
  const text = await readFile(join(own, POINT, DONE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as string[]);
}

async function build(own: string, request: WorkspaceRequest): Promise<void> {
  await mkdir(own, { recursive: true, mode: OPEN_TO_OTHERS });
  await chmod(own, OPEN_TO_OTHERS);
  await mkdir(join(own, 'home'), { recursive: true });
  await request.unpack(join(own, 'unpacking'));
  await mkdir(join(own, 'unpacking'), { recursive: true });
  await rename(join(own, 'unpacking'), join(own, 'workspace'));
}

/** Links where nothing is yet. What the commit has at such a place is refused; what a step left there is left alone. */
async function linkCaches(own: string, caches: string, wanted: WorkspaceRequest['caches'], untouched: boolean): Promise<void> {
  for (const cache of wanted) {
    const home = cache.path.startsWith('~/');
    const base = join(own, home ? 'home' : 'workspace');
    const parts = (home ? cache.path.slice(2) : cache.path).split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..') || parts.length === 0) throw occupied(cache.path, 'it leads elsewhere');
    const target = join(caches, cache.name);
    const inTheWay = occupied(cache.path, 'the repository has a file in the way');
    await throughFolders(base, parts.slice(0, -1), { blocked: () => inTheWay }, async (folder) => {
      const place = join(folder, parts.at(-1) ?? '');
      const found = await lstat(place).catch(() => undefined);
      if (found === undefined) await symlink(target, place);
      else if (untouched && !found.isSymbolicLink()) throw occupied(cache.path, 'the repository has something there');
    }).catch((error: unknown) => {
      if (untouched || error !== inTheWay) throw error;
    });
  }
}

async function writeInto(folder: string, path: string, content: string): Promise<void> {
  const parts = path.split('/');
  const blocked = (): PlatformError => notThere(path, 'a file or a link of the repository is in the way');
  await throughFolders(folder, parts.slice(0, -1), { blocked }, async (parent) => {
    const place = join(parent, parts.at(-1) ?? '');
    await removeFolder(place);
    const file = await open(place, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  });
}

async function bound(folder: string, bytes: number): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const caches = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), usedAt: (await lstat(join(folder, name))).mtimeMs, size: await sizeOf(join(folder, name)) })),
  );
  caches.sort((one, other) => one.usedAt - other.usedAt);
  let total = caches.reduce((sum, cache) => sum + cache.size, 0);
  for (const cache of caches) {
    if (total <= bytes) break;
    await removeFolder(cache.path);
    total -= cache.size;
  }
  return total;
}

/** Bytes on disk, links not followed. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.blocks * 512;
  let total = 0;
  for (const entry of await readdir(path).catch(() => [])) total += await sizeOf(join(path, entry));
  return total;
}

/** The time of a cache's folder is when it was last used. */
async function touch(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const now = new Date();
  await utimes(folder, now, now);
}

/** Folders between `root` and `folder` let others through, and nobody look around. */
async function makeReachable(root: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OPEN_TO_OTHERS });
  for (let place = folder; place.startsWith(`${root}${sep}`) || place === root; place = dirname(place)) await chmod(place, OPEN_TO_OTHERS);
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(() => true, () => false);
}

function checked(name: string): string {
  if (NAME.test(name) && !name.includes('..') && name.length <= 253) return name;
  throw new PlatformError({ code: 'ROADBED-2108', class: 'invalid', message: `${JSON.stringify(name)} cannot name a workspace or a cache` });
}

function occupied(path: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2106', class: 'invalid', message: `the cache at ${path} cannot be put there`, why, next: 'choose another path in roadbed.yaml' });
}

function notThere(path: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2107', class: 'invalid', message: `${path} cannot be taken as the artifact`, why, next: 'check the artifact path in roadbed.yaml, and what the steps write' });
}

