/** Processes of the benchmark: started on one core, read from /proc, ended. Linux only. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const TICKS_PER_SECOND = 100;

export function hasTool(name: string): boolean {
  return spawnSync('which', [name]).status === 0;
}

/** Pins all threads of this process to a core. */
export function pinSelf(core: number): void {
  spawnSync('taskset', ['-acp', String(core), String(process.pid)]);
}

export function startOn(core: number, command: string, args: string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const child = spawn('taskset', ['-c', String(core), command, ...args], { stdio: ['ignore', 'ignore', 'inherit'], env });
  child.on('error', (error) => process.stderr.write(`${command}: ${error.message}\n`));
  return child;
}

export async function portOpen(port: number, patience = 10_000): Promise<void> {
  for (const deadline = Date.now() + patience; ; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    if (Date.now() > deadline) throw new Error(`nobody listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** User and system time in microseconds, of the processes together. */
export function cpuMicroseconds(pids: number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return (ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND) * 1e6;
}

/** Resident memory in MB: RSS (shared pages counted in each process) and PSS (shared out). */
export function memory(pids: number[]): { rssMb: number; pssMb: number } {
  const read = (pid: number, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1_024;
  const sum = (name: string): number => Math.round(pids.reduce((total, pid) => total + read(pid, name), 0) * 10) / 10;
  return { rssMb: sum('Rss'), pssMb: sum('Pss') };
}

export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
