/**
 * Where everything lives below one data directory.
 *
 * Some of it must be reached by other users when root starts the platform (PostgreSQL, pipeline steps and
 * workloads never run as root): `reachable` is the data directory itself if every folder above it lets
 * others through, else a folder of its own below /var/lib. Keys, repositories and sockets stay private.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface Folders {
  dataDir: string;
  /** Parent of all that other users must reach; the data directory itself for an ordinary user. */
  reachable: string;
  run: string;
  keys: string;
  logs: string;
  repositories: string;
  desiredState: string;
  artifacts: string;
  edge: string;
  supervisor: string;
  postgres: string;
  /** Binaries and unpacked artifacts, readable by all. */
  shared: string;
  workspaces: string;
  volumes: string;
}

const REACHABLE_PARENT = '/var/lib/roadbed-reachable';

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** True when others may pass through the folder and all above it; what does not exist yet will be made so. */
export function othersMayPass(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      if ((statSync(at).mode & 0o001) === 0) return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (at === dirname(at)) return true;
  }
}

function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function openFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o755 });
  return path;
}

/** The place for what other users must reach, without making it. */
export function reachableFor(dataDir: string): string {
  const parentPasses = othersMayPass(dirname(resolve(dataDir)));
  if (!isRoot() || parentPasses) return resolve(dataDir);
  return join(REACHABLE_PARENT, createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12));
}

/** Makes the folders and answers them. Idempotent. */
export function makeFolders(dataDirectory: string): Folders {
  const wanted = reachableFor(dataDirectory);
  mkdirSync(dataDirectory, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  const dataDir = realpathSync(dataDirectory);
  if (isRoot() && wanted === resolve(dataDirectory)) chmodSync(dataDir, 0o711);
  mkdirSync(wanted, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  const reachable = realpathSync(wanted);
  return {
    dataDir,
    reachable,
    run: privateFolder(join(dataDir, 'run')),
    keys: privateFolder(join(dataDir, 'keys')),
    logs: privateFolder(join(dataDir, 'logs')),
    repositories: privateFolder(join(dataDir, 'repositories')),
    desiredState: join(dataDir, 'desired-state.git'),
    artifacts: privateFolder(join(dataDir, 'artifacts')),
    edge: privateFolder(join(dataDir, 'edge')),
    supervisor: openFolder(join(reachable, 'supervisor')),
    postgres: join(reachable, 'postgres'),
    shared: openFolder(join(reachable, 'shared')),
    workspaces: openFolder(join(reachable, 'workspaces')),
    volumes: openFolder(join(reachable, 'volumes')),
  };
}
