/** Finds and kills the real processes of one platform, by the data directory that each of them carries somewhere. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function isZombie(pid: string): boolean {
  const stat = text(`/proc/${pid}/stat`);
  return stat === '' || /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** Living processes that work below the folder, or have it in their command line or environment; never this one. */
export function processesOf(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && !isZombie(name))
    .filter((pid) => folderOf(pid).startsWith(dataDir) || text(`/proc/${pid}/cmdline`).includes(dataDir) || text(`/proc/${pid}/environ`).includes(dataDir))
    .map(Number);
}

export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !isZombie(String(pid));
}

/** SIGKILL, and waits until each is gone. */
export async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already: one of the others was its parent.
    }
  }
  const deadline = Date.now() + 10_000;
  while (pids.some(isAlive)) {
    if (Date.now() > deadline) throw new Error(`still alive: ${pids.filter(isAlive).join(', ')}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

export function parentOf(pid: number): number {
  const stat = text(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

export function edgePid(dataDir: string): number {
  return (JSON.parse(readFileSync(join(dataDir, 'edge', 'edge.json'), 'utf8')) as { pid: number }).pid;
}

export function supervisorPid(dataDir: string): number {
  return (JSON.parse(readFileSync(join(dataDir, 'supervisor', 'supervisor.pid'), 'utf8')) as { pid: number }).pid;
}

export function postmasterPid(dataDir: string): number {
  const folder = join(dataDir, 'postgres');
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('postmaster.pid'));
  if (file === undefined) throw new Error(`no server runs in ${folder}`);
  return Number(readFileSync(join(folder, file), 'utf8').split('\n')[0]);
}
