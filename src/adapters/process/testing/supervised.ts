/**
 * A real supervisor for a test: its own folders, ended and searched for remains afterwards.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerSpec, ReplicaObservation, RevisionSpec, TaskObservation, TaskSpec } from '../../../ports/runtime.ts';
import { type LaunchOptions, type SupervisorHandle, ensureSupervisor } from '../launch.ts';
import { environmentHolds, readProcess, readProcesses } from '../process-table.ts';

export const AS_ROOT = process.getuid?.() === 0;

/** A server that answers on its port; `/stop` and friends let a test misuse it. */
export const SERVER = `
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/exit') process.exit(7);
  if (request.url === '/unhealthy') globalThis.unhealthy = true;
  response.statusCode = globalThis.unhealthy && request.url === '/health' ? 500 : 200;
  response.end(JSON.stringify({ pid: process.pid, user: process.getuid(), environment: process.env, cwd: process.cwd() }));
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening on', process.env.PORT));
process.on('SIGTERM', () => { console.log('asked to stop'); server.close(() => process.exit(0)); server.closeAllConnections(); });
`;

export interface TestBed {
  base: string;
  handle: SupervisorHandle;
  /** Writes a file below `base` that every user can read, with its folders. */
  write(path: string, content: string): string;
  revision(overrides?: Partial<RevisionSpec>, container?: Partial<ContainerSpec>): RevisionSpec;
  task(commands: string[][], overrides?: Partial<TaskSpec>): TaskSpec;
  replicas(id: string): Promise<ReplicaObservation[]>;
  /** Waits until the replicas of a revision are as asked; fails with what they were. */
  until(id: string, wanted: (replicas: ReplicaObservation[]) => boolean, timeoutMs?: number): Promise<ReplicaObservation[]>;
  runTask(spec: TaskSpec, timeoutMs?: number): Promise<TaskObservation>;
  taskLog(id: string): Promise<string>;
  restart(): Promise<void>;
  end(): Promise<void>;
}

/** Polls until `ask` gives a value. */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined, what: string, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(20);
  }
}

/** Living processes that were started under a marker of this test's own. */
export function processesMarked(entry: string): number[] {
  return readProcesses().filter((row) => row.pid !== process.pid && environmentHolds(row.pid, entry)).map((row) => row.pid);
}

export async function makeTestBed(options: Partial<LaunchOptions> = {}): Promise<TestBed> {
  const base = mkdtempSync(join(tmpdir(), 'roadbed-process-'));
  chmodSync(base, 0o755);
  const launch: LaunchOptions = { folder: join(base, 'supervisor'), sharedDir: join(base, 'shared'), node: process.execPath, log: () => undefined, ...options };
  let handle = await ensureSupervisor(launch);
  const mark = { ROADBED_TEST: base };

  const write = (path: string, content: string): string => {
    const full = join(base, path);
    mkdirSync(join(full, '..'), { recursive: true, mode: 0o755 });
    writeFileSync(full, content, { mode: 0o644 });
    return full;
  };
  write('app/server.js', SERVER);

  const bed: TestBed = {
    base,
    get handle() {
      return handle;
    },
    write,
    revision: (overrides = {}, container = {}) => ({
      id: 'web.dev.0123456789ab',
      service: 'web',
      environment: 'dev',
      release: '0123456789ab',
      replicas: 1,
      ports: [{ name: 'http' }],
      drainSeconds: 2,
      ...overrides,
      containers: overrides.containers ?? [
        { name: 'main', command: ['node', 'server.js'], workingDirectory: join(base, 'app'), files: [], volumes: [], limits: {}, after: [], ...container, environment: { ...mark, ...container.environment } },
      ],
    }),
    task: (commands, overrides = {}) => {
      const workspace = join(base, 'workspaces', overrides.id ?? 'step');
      mkdirSync(workspace, { recursive: true, mode: 0o755 });
      return { id: 'step', commands, workingDirectory: workspace, writable: [], readable: [], timeoutSeconds: 30, limits: {}, isolation: 'preferred', network: true, ...overrides, environment: { ...mark, ...overrides.environment } };
    },
    replicas: async (id) => (await handle.runtime.observe()).find((revision) => revision.id === id)?.replicas ?? [],
    until: async (id, wanted, timeoutMs) => {
      let last: ReplicaObservation[] = [];
      try {
        return await eventually(async () => {
          last = await bed.replicas(id);
          return wanted(last) ? last : undefined;
        }, `revision ${id}`, timeoutMs);
      } catch (error) {
        throw new Error(`${(error as Error).message}; it is ${JSON.stringify(last)}`);
      }
    },
    runTask: async (spec, timeoutMs) => {
      await handle.runtime.startTask(spec);
      return eventually(async () => {
        const task = await handle.runtime.observeTask(spec.id);
        return task?.state === 'running' ? undefined : task;
      }, `task ${spec.id}`, timeoutMs);
    },
    taskLog: async (id) => (await handle.runtime.logs({ id, tail: 10_000 })).lines.filter((line) => line.stream !== 'system').map((line) => line.text).join('\n'),
    restart: async () => {
      handle = await ensureSupervisor(launch);
    },
    end: async () => {
      await handle.purge();
      const left = processesMarked(`ROADBED_TEST=${base}`);
      for (const pid of left) if (readProcess(pid) !== undefined) process.kill(pid, 'SIGKILL');
      const folders = [launch.folder, ...(existsSync(launch.sharedDir) ? readdirSync(launch.sharedDir) : [])].filter((path) => path !== launch.folder || existsSync(path));
      rmSync(base, { recursive: true, force: true });
      if (left.length > 0 || folders.length > 0) throw new Error(`left behind: processes ${left.join(', ')}; ${folders.join(', ')}`);
    },
  };
  return bed;
}

export const ready = (count: number) => (replicas: ReplicaObservation[]): boolean => replicas.length === count && replicas.every((replica) => replica.state === 'ready');

export async function get(port: number, path = '/'): Promise<{ pid: number; user: number; environment: Record<string, string>; cwd: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
  return (await response.json()) as { pid: number; user: number; environment: Record<string, string>; cwd: string };
}
