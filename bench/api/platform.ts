/** The product under test: `roadbed up --empty` as anybody starts it, its processes, their memory and CPU time. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoint } from './load.ts';

const root = join(import.meta.dirname, '../..');
const CLOCK_TICK_MS = 10;

export interface Platform extends Endpoint {
  child: ChildProcess;
  /** The control plane; `child` is the bootstrap before it when the Node on the path is older than 24. */
  pid: number;
  /** From starting the command to its line that says ready. */
  startMs: number;
}

/** Groups of processes, so that each figure says whose it is. */
export interface Processes {
  controlPlane: number[];
  postgres: number[];
  edge: number[];
  supervisor: number[];
  bootstrap: number[];
}

export interface StartOptions {
  dataDir: string;
  empty?: boolean;
  /** A folder for a CPU profile of the control plane. */
  profile?: string | undefined;
}

function command({ dataDir, empty = true, profile }: StartOptions): string[] {
  const program = profile === undefined ? [join(root, 'bin/roadbed')] : ['--cpu-prof', '--cpu-prof-dir', profile, join(root, 'src/app/main.ts')];
  return [...program, 'up', ...(empty ? ['--empty'] : []), '--port', '0', '--json', '--data-dir', dataDir];
}

/** Starts the platform and waits until it says that it is ready. */
export async function startPlatform(options: StartOptions): Promise<Platform> {
  const from = performance.now();
  const child = spawn(process.execPath, command(options), { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const startMs = Math.round(performance.now() - from);
    const ready = JSON.parse(line) as { apiUrl: string; token: string; kubeconfig: string; pid: number };
    const authority = /certificate-authority-data"?: "?([A-Za-z0-9+/=]+)/.exec(readFileSync(ready.kubeconfig, 'utf8'))?.[1];
    if (authority === undefined) throw new Error('the kubeconfig holds no authority');
    return { child, pid: ready.pid, startMs, url: ready.apiUrl, token: ready.token, authority: Buffer.from(authority, 'base64').toString('utf8') };
  }
  throw new Error('the platform ended before it was ready');
}

export async function stopPlatform({ child }: Platform): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

interface ProcessStat {
  parent: number;
  cpuMs: number;
}

function statOf(pid: number): ProcessStat | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS };
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** The supervisor gives itself a name and leaves its parent; its log says who it is. */
function supervisorPid(dataDir: string): number | undefined {
  try {
    const ready = readFileSync(join(dataDir, 'supervisor/supervisor.log'), 'utf8').trimEnd().split('\n').filter((line) => line.includes('"message":"ready"')).at(-1);
    return ready === undefined ? undefined : (JSON.parse(ready) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}

/** The platform's processes: they name its data directory, or one that does is above them. */
export function processesOf(platform: Platform, dataDir: string): Processes {
  const supervisor = supervisorPid(dataDir);
  const found: Processes = { controlPlane: [platform.pid], postgres: [], edge: [], supervisor: supervisor === undefined ? [] : [supervisor], bootstrap: platform.child.pid === platform.pid ? [] : [platform.child.pid ?? 0] };
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number);
  const parents = new Map(pids.map((pid) => [pid, statOf(pid)?.parent]));
  const rootOf = (pid: number): keyof Processes | undefined => {
    const text = commandLine(pid);
    if (!text.includes(dataDir)) return undefined;
    if (text.includes('/postgres -D ')) return 'postgres';
    return text.includes('/edge/main.') ? 'edge' : undefined;
  };
  for (const pid of pids) {
    const own = rootOf(pid);
    const above = parents.get(pid);
    const group = own ?? (above === undefined ? undefined : rootOf(above));
    if (group !== undefined) found[group].push(pid);
  }
  return found;
}

function pssMb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Proportional set sizes in MB; `totalMb` is control plane and PostgreSQL, the others stand apart. */
export function memory(processes: Processes): Record<`${keyof Processes | 'total'}Mb`, number> {
  const of = (group: keyof Processes): number => Math.round(processes[group].reduce((sum, pid) => sum + pssMb(pid), 0));
  const controlPlaneMb = of('controlPlane');
  const postgresMb = of('postgres');
  return { totalMb: controlPlaneMb + postgresMb, controlPlaneMb, postgresMb, edgeMb: of('edge'), supervisorMb: of('supervisor'), bootstrapMb: of('bootstrap') };
}

export type CpuTimes = Record<'controlPlane' | 'postgres' | 'edge' | 'supervisor' | 'load', number>;

/** CPU milliseconds spent so far, by group and by this load generator. */
export function cpuTimes(processes: Processes): CpuTimes {
  const of = (group: keyof Processes): number => processes[group].reduce((sum, pid) => sum + (statOf(pid)?.cpuMs ?? 0), 0);
  const own = process.cpuUsage();
  return { controlPlane: of('controlPlane'), postgres: of('postgres'), edge: of('edge'), supervisor: of('supervisor'), load: (own.user + own.system) / 1000 };
}
