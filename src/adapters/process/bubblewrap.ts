/**
 * The argument array of bubblewrap for a world that holds only what was named.
 *
 * The program gets mount, process, IPC and host-name spaces of its own: the system folders read-only, its own
 * folders, a private /tmp, and nothing else of the machine; other processes are not merely forbidden but
 * absent. `--die-with-parent` ties it to its shim, so killing the shim ends everything inside at once,
 * daemons included. When root starts it, the mounts are made as root and the program then becomes an
 * unprivileged user with no capability left (`setpriv`); a user namespace is not needed, which
 * some kernels forbid.
 */
import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Bind {
  /** Path on the host. */
  source: string;
  /** Absolute path inside. */
  target: string;
  readOnly: boolean;
}

export interface World {
  /** Folder of /tmp inside. */
  temporary: string;
  /** Mounted in this order; an inner path after its outer one. */
  binds: Bind[];
  /** Folders of the platform that stay empty inside, also where they lie below a system folder. */
  hidden: string[];
  workingDirectory: string;
  network: boolean;
  /** Numeric user to become, when started by root. */
  user?: number;
}

const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/opt', '/nix/store', '/run/systemd/resolve'];

function below(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/**
 * A mount point cannot be made inside a read-only folder, so a folder that holds a target is rebuilt: an
 * empty folder with each of its entries mounted separately, down along the target's path.
 */
function systemMount(path: string, targets: readonly string[]): string[] {
  let kind;
  try {
    kind = lstatSync(path);
  } catch {
    return [];
  }
  if (kind.isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
  if (!kind.isDirectory() || !targets.some((target) => below(target, path))) return ['--ro-bind-try', path, path];
  const entries = readdirSync(path).map((name) => join(path, name));
  return ['--perms', '0755', '--dir', path, ...entries.filter((entry) => !targets.includes(entry)).flatMap((entry) => systemMount(entry, targets))];
}

/** Folders above the mount points: bubblewrap itself would make them for root's eyes only. */
function parents(binds: readonly Bind[], isThere: (path: string) => boolean): string[] {
  const above = binds.flatMap((bind) => {
    const parts = dirname(bind.target).split('/').filter(Boolean);
    return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
  });
  return [...new Set(above)].filter((path) => !isThere(path)).flatMap((path) => ['--perms', '0755', '--dir', path]);
}

function mounts(world: World): string[] {
  const inSystem = (path: string): boolean => SYSTEM.some((system) => path === system || below(path, system));
  const isHidden = (path: string): boolean => world.hidden.some((folder) => path === folder || below(path, folder));
  const visible = (path: string): boolean => inSystem(path) && !isHidden(path) && existsSync(path);
  // What is to be seen at its own place is there already when it belongs to the system.
  const wanted = world.binds.filter((bind) => !(bind.readOnly && bind.source === bind.target && visible(bind.target)));
  const missing = wanted.map((bind) => bind.target).filter((target) => !existsSync(target));
  const seen = SYSTEM.filter((path) => !missing.includes(path)).flatMap((path) => systemMount(path, missing));
  const hidden = world.hidden.filter((path) => inSystem(path) && existsSync(path)).flatMap((path) => ['--tmpfs', path]);
  const isThere = (path: string): boolean => path === '/tmp' || visible(path) || wanted.some((bind) => path === bind.target || below(path, bind.target));
  const binds = wanted.flatMap((bind) => [bind.readOnly ? '--ro-bind' : '--bind', bind.source, bind.target]);
  return [...seen, ...hidden, '--bind', world.temporary, '/tmp', ...parents(wanted, isThere), ...binds];
}

/** `setpriv` arguments that become an unprivileged user for good. */
function becomeUser(user: number): string[] {
  return ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--'];
}

/** `[bwrap, ...]` that runs `command` (looked up inside) in `world`. Reads the system folders; touches nothing. */
export function bubblewrapCommand(bubblewrap: string, world: World, command: readonly string[]): string[] {
  return [
    bubblewrap,
    '--die-with-parent',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...(world.network ? [] : ['--unshare-net']),
    '--perms', '0755', '--dir', '/var',
    '--perms', '0755', '--dir', '/run',
    ...mounts(world),
    '--proc', '/proc',
    '--dev', '/dev',
    '--perms', '1777', '--tmpfs', '/dev/shm',
    // What was not named can neither be written nor filled.
    '--remount-ro', '/',
    '--chdir', world.workingDirectory,
    '--',
    ...(world.user === undefined ? [] : becomeUser(world.user)),
    ...command,
  ];
}

/** Folders whose mounts would collide are mounted outer first. */
export function orderBinds(binds: readonly Bind[]): Bind[] {
  const depth = (path: string): number => (path === '/' ? 0 : 1 + depth(dirname(path)));
  return [...binds].sort((left, right) => depth(left.target) - depth(right.target));
}
