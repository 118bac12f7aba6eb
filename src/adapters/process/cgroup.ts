/**
 * Control groups: limits that the kernel enforces, and a list of members that no process can leave.
 *
 * Groups are made below the supervisor's own group, so that limits set on Roadbed as a whole still hold.
 * Version 2 needs the controllers delegated to that group (systemd: `Delegate=yes`); version 1 needs its
 * folders writable (root, mostly). Where neither is so, `detectCgroups` says why and the watchdog stands in.
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '../../ports/runtime.ts';

/** Where groups can be made. `folders` maps controller to parent folder; in version 2 all are the same. */
export interface Cgroups {
  version: 1 | 2;
  /** In the name of every group, so that a supervisor finds its own again. */
  tag: string;
  folders: Partial<Record<'memory' | 'pids' | 'cpu', string>>;
}

/** One group: its folders, to be kept in the record of what runs in it. */
export interface CgroupHandle {
  version: 1 | 2;
  folders: Partial<Record<'memory' | 'pids' | 'cpu', string>>;
}

const ROOT = '/sys/fs/cgroup';

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function write(path: string, value: string): boolean {
  try {
    writeFileSync(path, value);
    return true;
  } catch {
    return false;
  }
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const trial = join(folder, `roadbed-trial-${process.pid}`);
    mkdirSync(trial);
    rmdirSync(trial);
    return true;
  } catch {
    return false;
  }
}

function detectVersion1(memberships: string, root: string): CgroupHandle | undefined {
  const folders: Cgroups['folders'] = {};
  for (const line of memberships.split('\n')) {
    const [, controllers = '', path = ''] = line.split(':');
    for (const name of ['memory', 'pids', 'cpu'] as const) {
      const folder = join(root, name, path);
      if (controllers.split(',').includes(name) && existsSync(folder) && writable(folder)) folders[name] = folder;
    }
  }
  return folders.memory !== undefined && folders.pids !== undefined ? { version: 1, folders } : undefined;
}

/** A group with members cannot hand controllers on, so the supervisor first moves itself into a leaf, if it is alone. */
function delegateVersion2(own: string): boolean {
  const enabled = (): boolean => ['memory', 'pids'].every((name) => read(join(own, 'cgroup.subtree_control')).split(/\s+/).includes(name));
  if (enabled() || (write(join(own, 'cgroup.subtree_control'), '+memory +pids') && enabled())) return true;
  const members = read(join(own, 'cgroup.procs')).split('\n').filter(Boolean);
  if (members.length !== 1 || members[0] !== String(process.pid)) return false;
  const leaf = join(own, 'supervisor');
  mkdirSync(leaf, { recursive: true });
  return write(join(leaf, 'cgroup.procs'), String(process.pid)) && write(join(own, 'cgroup.subtree_control'), '+memory +pids') && enabled();
}

function detectVersion2(memberships: string, root: string): CgroupHandle | undefined {
  const path = /^0::(.*)$/m.exec(memberships)?.[1];
  if (path === undefined || !existsSync(join(root, 'cgroup.controllers'))) return undefined;
  // After an earlier start the supervisor may already sit in its leaf.
  const own = join(root, path.replace(/\/supervisor$/, ''));
  if (!writable(own) || !delegateVersion2(own)) return undefined;
  const cpu = write(join(own, 'cgroup.subtree_control'), '+cpu');
  return { version: 2, folders: { memory: own, pids: own, ...(cpu ? { cpu: own } : {}) } };
}

/** What this process may do with control groups; undefined when the watchdog has to stand in. */
export function detectCgroups(tag: string, root = ROOT, memberships = read('/proc/self/cgroup')): Cgroups | undefined {
  try {
    const found = detectVersion2(memberships, root) ?? detectVersion1(memberships, root);
    return found === undefined ? undefined : { ...found, tag };
  } catch {
    return undefined;
  }
}

/**
 * The kernel counts threads, people count processes, and a Node process has about ten threads. So the group
 * gets a hard roof of so many threads a process, and the processes themselves are counted by sampling.
 */
export const THREADS_PER_PROCESS = 12;

function applyLimits(handle: CgroupHandle, limits: Limits): void {
  const { memory, pids, cpu } = handle.folders;
  if (pids !== undefined && limits.processes !== undefined) write(join(pids, 'pids.max'), String(limits.processes * THREADS_PER_PROCESS));
  if (memory !== undefined && limits.memoryBytes !== undefined) {
    const bytes = String(limits.memoryBytes);
    if (handle.version === 2) {
      write(join(memory, 'memory.max'), bytes);
      write(join(memory, 'memory.swap.max'), '0');
      write(join(memory, 'memory.oom.group'), '1');
    } else {
      write(join(memory, 'memory.limit_in_bytes'), bytes);
      write(join(memory, 'memory.memsw.limit_in_bytes'), bytes);
    }
  }
  if (cpu !== undefined && limits.cpu !== undefined) {
    const quota = String(Math.max(1_000, Math.round(limits.cpu * 100_000)));
    if (handle.version === 2) write(join(cpu, 'cpu.max'), `${quota} 100000`);
    else write(join(cpu, 'cpu.cfs_quota_us'), quota);
  }
}

/** Makes a group with these limits; undefined when the kernel refuses (the watchdog stands in). */
export function createCgroup(cgroups: Cgroups, name: string, limits: Limits): CgroupHandle | undefined {
  const handle: CgroupHandle = { version: cgroups.version, folders: {} };
  try {
    for (const [controller, parent] of Object.entries(cgroups.folders)) {
      const folder = join(parent, `roadbed-${cgroups.tag}-${name}`);
      mkdirSync(folder, { recursive: true });
      handle.folders[controller as 'memory'] = folder;
    }
    applyLimits(handle, limits);
    return handle;
  } catch {
    removeCgroup(handle);
    return undefined;
  }
}

function eachFolder(handle: CgroupHandle): string[] {
  return [...new Set(Object.values(handle.folders))];
}

/** Moves a process in; its later children are born there. */
export function joinCgroup(handle: CgroupHandle, pid: number): boolean {
  return eachFolder(handle).every((folder) => write(join(folder, 'cgroup.procs'), String(pid)));
}

/** Pids of the members. */
export function cgroupMembers(handle: CgroupHandle): number[] {
  const folder = handle.folders.pids ?? eachFolder(handle)[0];
  if (folder === undefined) return [];
  return read(join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
}

/** Forbids new members by fork, so that killing the present ones ends a fork bomb; version 2 kills them all at once. */
export function sealCgroup(handle: CgroupHandle): void {
  const folder = handle.folders.pids;
  if (folder === undefined) return;
  write(join(folder, 'pids.max'), '0');
  if (handle.version === 2) write(join(folder, 'cgroup.kill'), '1');
}

/** How often the kernel killed for want of memory in this group. */
export function outOfMemoryKills(handle: CgroupHandle): number {
  const folder = handle.folders.memory;
  if (folder === undefined) return 0;
  const text = handle.version === 2 ? read(join(folder, 'memory.events')) : read(join(folder, 'memory.oom_control'));
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** The most memory ever charged to the group, bytes. */
export function peakMemory(handle: CgroupHandle): number | undefined {
  const folder = handle.folders.memory;
  if (folder === undefined) return undefined;
  const text = read(join(folder, handle.version === 2 ? 'memory.peak' : 'memory.max_usage_in_bytes')).trim();
  return text === '' ? undefined : Number(text);
}

/** Removes an empty group; false while it still has members. */
export function removeCgroup(handle: CgroupHandle): boolean {
  let gone = true;
  for (const folder of eachFolder(handle)) {
    if (!existsSync(folder)) continue;
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) rmdirSync(join(folder, entry.name));
      rmdirSync(folder);
    } catch {
      gone = false;
    }
  }
  return gone;
}

/** Removes empty groups of this tag: left when a supervisor died at the wrong moment. Groups in use stay, the kernel sees to that. */
export function sweepCgroups(cgroups: Cgroups): void {
  for (const parent of new Set(Object.values(cgroups.folders))) {
    for (const name of readdirSync(parent)) {
      if (name.startsWith(`roadbed-${cgroups.tag}-`)) removeCgroup({ version: cgroups.version, folders: { pids: join(parent, name) } });
    }
  }
}
