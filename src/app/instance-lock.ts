/**
 * One control plane a data directory.
 *
 * The file names the process by id and start time, so that a process id that was given out again after a
 * crash is not taken for the old control plane. It appears in one step with its content (a hard link), so
 * two that start at the same moment cannot both win.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../adapters/edge/process-identity.ts';
import { PlatformError } from '../domain/error.ts';

export interface InstanceLock {
  release(): void;
}

interface Holder {
  pid: number;
  started: string;
}

function alive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (startTimeOf(holder.pid) ?? '') === holder.started;
}

function read(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** The running control plane of a data directory, if there is one. */
export function runningInstance(runFolder: string): number | undefined {
  const holder = read(join(runFolder, 'control-plane.json'));
  return holder !== undefined && alive(holder) ? holder.pid : undefined;
}

/** False when the place is taken. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock or throws ROADBED-7001, naming the process that has it. */
export function lockInstance(runFolder: string): InstanceLock {
  const path = join(runFolder, 'control-plane.json');
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startTimeOf(process.pid) ?? '' }), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(own, path)) return { release: () => rmSync(path, { force: true }) };
      const holder = read(path);
      if (holder !== undefined && alive(holder)) {
        throw new PlatformError({ code: 'ROADBED-7001', class: 'failed', message: 'Roadbed already runs on this data directory', why: `process ${holder.pid} holds ${path}`, next: 'roadbed status, or roadbed down, or another --data-dir' });
      }
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new PlatformError({ code: 'ROADBED-7002', class: 'failed', message: 'the lock of the data directory could not be taken', why: path, next: 'another roadbed up is starting at the same moment; try again', retry: 'backoff' });
}
