/**
 * One supervisor for a folder: the pid file names it by pid and start time.
 *
 * The file appears in one step with its content (a hard link), so two that start at the same moment cannot both
 * win; a file whose process is gone is moved aside first.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, readProcess } from './process-table.ts';

export interface InstanceRecord {
  pid: number;
  startTime: string;
  boot: string;
}

function pidFile(folder: string): string {
  return join(folder, 'supervisor.pid');
}

/** The supervisor that lives for this folder, if any. */
export function runningInstance(folder: string): InstanceRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(pidFile(folder), 'utf8')) as InstanceRecord;
    return record.boot === bootId() && readProcess(record.pid)?.startTime === record.startTime ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Becomes the one supervisor of the folder; returns the other one when there is one. */
export function takeInstance(folder: string): InstanceRecord | undefined {
  const mine: InstanceRecord = { pid: process.pid, startTime: readProcess(process.pid)?.startTime ?? '', boot: bootId() };
  const own = `${pidFile(folder)}.${process.pid}`;
  writeFileSync(own, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        linkSync(own, pidFile(folder));
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const other = runningInstance(folder);
      if (other !== undefined) return other;
      const aside = `${own}.stale`;
      renameSync(pidFile(folder), aside);
      rmSync(aside, { force: true });
    }
    return runningInstance(folder) ?? mine;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Gives the folder up. */
export function releaseInstance(folder: string): void {
  if (runningInstance(folder)?.pid === process.pid) rmSync(pidFile(folder), { force: true });
}
