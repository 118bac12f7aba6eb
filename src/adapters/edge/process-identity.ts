/**
 * Who a process is: its id and when it began. Ids are used again by the system, so that a file with an
 * id alone may name a stranger; and Linux counts from the boot, so that after a restart of the machine another
 * process may have begun at the same tick.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { bootId } from '../process/process-table.ts';

/** An opaque word that differs for each process that ever had this id; undefined when there is none now. */
export function startTimeOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? linuxStartTime(pid) : portableStartTime(pid);
}

function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' || fields[19] === undefined ? undefined : `${bootId()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function portableStartTime(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2_000, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return started === '' ? undefined : started;
  } catch {
    return undefined;
  }
}

export function isSameProcess(identity: { pid: number; startTime: string }): boolean {
  return startTimeOf(identity.pid) === identity.startTime;
}
