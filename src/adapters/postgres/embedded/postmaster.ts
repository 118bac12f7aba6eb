/**
 * Reads a cluster's postmaster.pid and tells whether the process it names is this cluster's server.
 *
 * A pid file outlives a crash, and its number may belong to any other process by now: only a process that
 * works in the cluster's own folder is adopted or signalled.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Postmaster {
  pid: number;
  port: number;
  socketFolder: string;
  ready: boolean;
}

/** What the pid file says; undefined when there is none or it is half written. Lines: pid, folder, start, port, sockets, address, memory key, status. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, port: Number(lines[3] ?? 0), socketFolder: (lines[4] ?? '').trim(), ready: (lines[7] ?? '').trim() === 'ready' };
}

/** True when `pid` lives; EPERM means that it does, under another account. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True when `pid` is a server that works in `cluster`. */
export function servesCluster(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 }).includes(cluster);
  } catch {
    return false;
  }
}

/**
 * The server that already runs on `cluster`. A pid file whose number lives on as another program is
 * removed, because PostgreSQL would refuse to start over it; any other stale file it clears up itself.
 */
export function runningServer(cluster: string): Postmaster | undefined {
  const found = readPostmaster(cluster);
  if (found === undefined) return undefined;
  if (servesCluster(found.pid, cluster)) return found;
  if (isAlive(found.pid)) rmSync(join(cluster, 'postmaster.pid'), { force: true });
  return undefined;
}
