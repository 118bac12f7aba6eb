/**
 * Prepares the place in which a container's program runs: home, temporary folder, files, volumes.
 *
 * Targets below the working folder are put into a private copy of it, because the unpacked artifact is
 * shared by replicas and environments. Other absolute targets are mounted by bubblewrap; nothing is ever
 * created outside the replica's own folder.
 */
import { chmodSync, chownSync, closeSync, constants, existsSync, fchmodSync, fchownSync, lstatSync, mkdirSync, openSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ContainerSpec } from '../../ports/runtime.ts';
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

const FOLDER_ONLY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
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

/**
 * Opens the folder above `place` below `root`, making what is missing; refuses to step through a symbolic link.
 *
 * The user of the program may own the way and change it at any time (another replica runs already), so every folder
 * is held open and the next one is reached through it. `use` gets a path that leads through the held folder.
 */
function throughParents<T>(root: string, place: string, user: number | undefined, use: (folder: string) => T): T {
  let held = openSync(root, FOLDER_ONLY);
  try {
    for (const part of dirname(place).split('/').filter((name) => name !== '.' && name !== '')) {
      const next = openFolderIn(held, part, place, user);
      closeSync(held);
      held = next;
    }
    return use(`/proc/self/fd/${held}`);
  } finally {
    closeSync(held);
  }
}

function openFolderIn(parent: number, name: string, place: string, user: number | undefined): number {
  const path = `/proc/self/fd/${parent}/${name}`;
  const isNew = lstatSync(path, { throwIfNoEntry: false }) === undefined;
  if (isNew) mkdirSync(path, { mode: 0o755 });
  let folder: number;
  try {
    folder = openSync(path, FOLDER_ONLY);
  } catch (error) {
    if (!['ELOOP', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw invalid(`target ${place}`, `leads through ${name}, which is not a folder`);
  }
  if (isNew && user !== undefined) fchownSync(folder, user, user);
  return folder;
}

/** Mode and owner are set on the file that was made here, whatever stands under its name by then. */
function writeOwn(path: string, content: string, mode: string, user: number | undefined): void {
  rmSync(path, { force: true, recursive: true });
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeFileSync(file, Buffer.from(content, 'base64'));
    if (user !== undefined) fchownSync(file, user, user);
    fchmodSync(file, Number.parseInt(mode, 8));
  } finally {
    closeSync(file);
  }
}

async function privateCopy(container: ContainerSpec, folder: string, user: number | undefined): Promise<string> {
  const copy = join(folder, 'work');
  if (!existsSync(copy)) {
    const unfinished = `${copy}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    await cp(container.workingDirectory, unfinished, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    rmSync(copy, { recursive: true, force: true });
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
      writeOwn(path, file.content, file.mode, user);
      binds.push({ source: path, target: file.target, readOnly: true });
    } else throughParents(work, place, user, (parent) => writeOwn(join(parent, basename(place)), file.content, file.mode, user));
  }
  for (const volume of container.volumes) {
    const place = placeInWorkingDirectory(container, volume.target);
    // Once given it stays given: what the program writes there is its own.
    if (user !== undefined && !volume.readOnly && lstatSync(volume.source).uid !== user) await giveFolder(volume.source, user);
    if (confined) {
      if (place !== undefined) throughParents(work, join(place, 'x'), user, () => undefined);
      binds.push({ source: volume.source, target: place === undefined ? volume.target : join(container.workingDirectory, place), readOnly: volume.readOnly });
    } else if (place !== undefined) {
      throughParents(work, place, user, (parent) => linkVolume(volume.source, join(parent, basename(place))));
    }
  }
  return { work, binds };
}

/** The link of an earlier start stays. */
function linkVolume(source: string, link: string): void {
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(link) === source) return;
  rmSync(link, { recursive: true, force: true });
  symlinkSync(source, link);
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
