/**
 * Prepares the place in which a container's program runs: home, temporary folder, files, volumes.
 *
 * Targets below the working folder are put into a private copy of it, because the unpacked artifact is
 * shared by replicas and environments. Other absolute targets are mounted by bubblewrap; nothing is ever
 * created outside the replica's own folder.
 */
import { chmodSync, chownSync, constants, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { cp, open, readlink, rename, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ContainerSpec } from '../../ports/runtime.ts';
import { removeFolder, throughFolders } from '../held-folder/held-folder.ts';
import { type Bind, bubblewrapCommand, orderBinds } from './bubblewrap.ts';
import type { Isolation } from './isolation.ts';
import { invalid, placeInWorkingDirectory } from './revision-check.ts';
import { closedFolderAbove, giveFolder } from './users.ts';

/** What every program of this supervisor needs to be reachable, and what must stay hidden. */
export interface Surroundings {
  isolation: Isolation;
  /** Folder with `node` and `npm`, first on PATH. */
  toolFolder: string;
  /** Folders that the tools live in. */
  toolMounts: string[];
  /** Folders of the platform, never visible inside bubblewrap. */
  hidden: string[];
}

export interface Habitat {
  workingDirectory: string;
  environment: Record<string, string>;
  /** Wraps a command so that it runs in this world, as the right user where the wrapper decides that. */
  wrap(command: readonly string[]): string[];
  wrapped: boolean;
  /** User for the operating system's own switch; undefined when the wrapper switches, or nobody does. */
  user?: number;
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Only these of the supervisor's own variables reach programs: its environment may hold secrets. */
export function baseEnvironment(surroundings: Surroundings, home: string, temporary: string, own: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['LANG', 'LC_ALL', 'TZ'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(kept), HOME: home, TMPDIR: temporary, ...own, PATH: `${surroundings.toolFolder}:${own['PATH'] ?? SYSTEM_PATH}` };
}

/** Makes a folder that only its user enters. */
export function ownFolder(path: string, user: number | undefined): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  if (user !== undefined) chownSync(path, user, user);
  return path;
}

/** The folder above `place` below `root`, made where missing, reached without ever following a link. */
async function throughParents(root: string, place: string, user: number | undefined, use: (folder: string) => Promise<void>): Promise<void> {
  const parts = dirname(place).split('/').filter((name) => name !== '.' && name !== '');
  await throughFolders(root, parts, { user, blocked: (part) => invalid(`target ${place}`, `leads through ${part}, which is not a folder`) }, use);
}

/** Mode and owner are set on the file that was made here, whatever stands under its name by then. */
async function writeOwn(path: string, content: string, mode: string, user: number | undefined): Promise<void> {
  await removeFolder(path);
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(Buffer.from(content, 'base64'));
    if (user !== undefined) await file.chown(user, user);
    await file.chmod(Number.parseInt(mode, 8));
  } finally {
    await file.close();
  }
}

async function privateCopy(container: ContainerSpec, folder: string, user: number | undefined): Promise<string> {
  const copy = join(folder, 'work');
  if (!existsSync(copy)) {
    const unfinished = `${copy}.new`;
    await removeFolder(unfinished);
    await cp(container.workingDirectory, unfinished, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    await removeFolder(copy);
    await rename(unfinished, copy);
  }
  if (user !== undefined) await giveFolder(copy, user);
  // Score files may hold secrets in the clear: nobody but the program enters, and the copy goes with the replica.
  chmodSync(copy, 0o700);
  return copy;
}

/** Puts files and volumes below the working folder into its private copy; volumes are mounted there or linked. */
async function furnish(container: ContainerSpec, folder: string, user: number | undefined, confined: boolean): Promise<{ work: string; binds: Bind[] }> {
  const inside = [...container.files, ...container.volumes].some((item) => placeInWorkingDirectory(container, item.target) !== undefined);
  const work = inside ? await privateCopy(container, folder, user) : container.workingDirectory;
  const binds: Bind[] = inside && confined ? [{ source: work, target: container.workingDirectory, readOnly: false }] : [];
  for (const [index, file] of container.files.entries()) {
    const place = placeInWorkingDirectory(container, file.target);
    if (place === undefined) {
      const path = join(ownFolder(join(folder, 'files'), user), String(index));
      await writeOwn(path, file.content, file.mode, user);
      binds.push({ source: path, target: file.target, readOnly: true });
    } else await throughParents(work, place, user, (parent) => writeOwn(join(parent, basename(place)), file.content, file.mode, user));
  }
  for (const volume of container.volumes) {
    const place = placeInWorkingDirectory(container, volume.target);
    // Once given it stays given: what the program writes there is its own.
    if (user !== undefined && !volume.readOnly && lstatSync(volume.source).uid !== user) await giveFolder(volume.source, user);
    if (confined) {
      if (place !== undefined) await throughParents(work, join(place, 'x'), user, async () => undefined);
      binds.push({ source: volume.source, target: place === undefined ? volume.target : join(container.workingDirectory, place), readOnly: volume.readOnly });
    } else if (place !== undefined) {
      await throughParents(work, place, user, (parent) => linkVolume(volume.source, join(parent, basename(place))));
    }
  }
  return { work, binds };
}

/** The link of an earlier start stays. */
async function linkVolume(source: string, link: string): Promise<void> {
  if ((await readlink(link).catch(() => undefined)) === source) return;
  await removeFolder(link);
  await symlink(source, link);
}

/**
 * Prepares a container's place in `folder` (the container's own, reachable for `user`). Idempotent: every
 * start of the program writes the files anew and keeps home and temporary folder.
 */
export async function prepareHabitat(container: ContainerSpec, folder: string, user: number | undefined, surroundings: Surroundings): Promise<Habitat> {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  chmodSync(folder, 0o711);
  const home = ownFolder(join(folder, 'home'), user);
  const temporary = ownFolder(join(folder, 'tmp'), user);
  const { bubblewrap } = surroundings.isolation;
  const needsWorld = container.files.length + container.volumes.length > 0 && bubblewrap !== undefined;
  const { work, binds } = await furnish(container, folder, user, needsWorld);
  if (!needsWorld) {
    const closed = user === undefined ? undefined : await closedFolderAbove(work);
    if (closed !== undefined) throw new Error(`${closed} is closed to other users, so the program's own user cannot reach its working folder`);
    return { workingDirectory: work, environment: baseEnvironment(surroundings, home, temporary, container.environment), wrap: (command) => [...command], wrapped: false, ...(user === undefined ? {} : { user }) };
  }
  const tools: Bind[] = surroundings.toolMounts.map((path) => ({ source: path, target: path, readOnly: true }));
  const workBind: Bind[] = binds.some((bind) => bind.target === container.workingDirectory) ? [] : [{ source: work, target: work, readOnly: false }];
  const world = {
    temporary,
    binds: orderBinds([...tools, ...workBind, { source: home, target: home, readOnly: false }, ...binds]),
    hidden: surroundings.hidden,
    workingDirectory: container.workingDirectory,
    network: true,
    ...(user === undefined ? {} : { user }),
  };
  return {
    workingDirectory: '/',
    environment: baseEnvironment(surroundings, home, '/tmp', container.environment),
    wrap: (command) => bubblewrapCommand(bubblewrap, world, command),
    wrapped: true,
  };
}
