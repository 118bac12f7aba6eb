/**
 * Prepares the place in which a container's program runs: home, temporary folder, files, volumes.
 *
 * Targets below the working folder are put into a private copy of it, because the unpacked artifact is
 * shared by replicas and environments. Other absolute targets are mounted by bubblewrap; nothing is ever
 * created outside the replica's own folder.
 */
import { chmodSync, chownSync, constants, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** Creates the folders above `path` below `root`; refuses to step through a symbolic link of the artifact. */
function makeParents(root: string, place: string, user: number | undefined): string {
  let folder = root;
  for (const part of dirname(place).split('/').filter((name) => name !== '.' && name !== '')) {
    folder = join(folder, part);
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined) {
      mkdirSync(folder, { mode: 0o755 });
      if (user !== undefined) chownSync(folder, user, user);
    } else if (!found.isDirectory()) throw invalid(`target ${place}`, `leads through ${part}, which is not a folder`);
  }
  return join(root, place);
}

function writeOwn(path: string, content: string, mode: string, user: number | undefined): void {
  rmSync(path, { force: true, recursive: true });
  writeFileSync(path, Buffer.from(content, 'base64'), { flag: 'wx', mode: 0o600 });
  if (user !== undefined) chownSync(path, user, user);
  chmodSync(path, Number.parseInt(mode, 8));
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
    const path = place === undefined ? join(ownFolder(join(folder, 'files'), user), String(index)) : makeParents(work, place, user);
    writeOwn(path, file.content, file.mode, user);
    if (place === undefined) binds.push({ source: path, target: file.target, readOnly: true });
  }
  for (const volume of container.volumes) {
    const place = placeInWorkingDirectory(container, volume.target);
    // Once given it stays given: what the program writes there is its own.
    if (user !== undefined && !volume.readOnly && lstatSync(volume.source).uid !== user) await giveFolder(volume.source, user);
    if (confined) {
      if (place !== undefined) mkdirSync(makeParents(work, place, user), { recursive: true });
      binds.push({ source: volume.source, target: place === undefined ? volume.target : join(container.workingDirectory, place), readOnly: volume.readOnly });
    } else if (place !== undefined) {
      const link = makeParents(work, place, user);
      rmSync(link, { recursive: true, force: true });
      symlinkSync(volume.source, link);
    }
  }
  return { work, binds };
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
