/**
 * Sees to it that a supervisor runs for a folder: adopts the living one, starts a new one, and starts it again
 * when it dies. The workloads do not notice; the next supervisor adopts them.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../domain/error.ts';
import { createProcessRuntime, type SupervisorClient } from './client.ts';
import { runningInstance } from './instance-lock.ts';
import type { Isolation } from './isolation.ts';
import { readProcess } from './process-table.ts';
import { PROTOCOL, type ShutdownRequest, socketPath } from './protocol.ts';

const START_MS = 20_000;
const WATCH_MS = 100;

export interface LaunchOptions {
  /** Private folder of the supervisor (made 0700): state, socket, journals. */
  folder: string;
  /** A folder that every user may pass through: homes, private copies, tools. Only the supervisor's own entries in it are used. */
  sharedDir: string;
  /** The Node to run with, and to offer to programs. */
  node: string;
  log: (message: string, fields?: Record<string, unknown>) => void;
  /** Folders of the platform that no confined program may see. */
  hidden?: string[];
  /** Key of the supervisor's state, 32 bytes; default: one made in `folder`. */
  keyFile?: string;
  ports?: { first: number; last: number };
  isolation?: Isolation['kind'][];
  cgroups?: boolean;
}

export interface SupervisorHandle {
  readonly pid: number;
  readonly runtime: SupervisorClient;
  /** Stops watching only; supervisor and workloads go on. */
  release(): void;
  /** Ends the supervisor; `keepWorkloads: false` also drains and stops what it runs, to be restored at the next start. */
  stop(options: { keepWorkloads: boolean; graceSeconds?: number }): Promise<void>;
  /** Stops everything, forgets it, and deletes the supervisor's folder and its entries in the shared one. */
  purge(graceSeconds?: number): Promise<void>;
}

/** The program: `main.ts` in a clone, `main.js` when compiled. */
function supervisorProgram(): string {
  const self = fileURLToPath(import.meta.url);
  return join(dirname(self), `main${self.slice(self.lastIndexOf('.'))}`);
}

/** Arguments of the program for these options. */
export function supervisorArguments(options: LaunchOptions): string[] {
  return [
    '--max-semi-space-size=1',
    '--max-old-space-size=256',
    supervisorProgram(),
    '--folder', options.folder,
    '--shared', options.sharedDir,
    ...(options.hidden ?? []).flatMap((path) => ['--hide', path]),
    ...(options.keyFile === undefined ? [] : ['--key-file', options.keyFile]),
    ...(options.ports === undefined ? [] : ['--ports', `${options.ports.first}-${options.ports.last}`]),
    ...(options.isolation ?? []).flatMap((kind) => ['--isolation', kind]),
    ...(options.cgroups === false ? ['--no-cgroups'] : []),
  ];
}

/** The environment of a supervisor: nothing of the control plane's, which may hold secrets. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'HOME', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function startDetached(options: LaunchOptions): void {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const output = openSync(join(options.folder, 'start.log'), 'w', 0o600);
  try {
    const child = spawn(options.node, supervisorArguments(options), { cwd: '/', detached: true, stdio: ['ignore', output, output], env: ownEnvironment() });
    child.on('error', (error) => options.log('the supervisor cannot be started', { error: error.message }));
    child.unref();
  } finally {
    closeSync(output);
  }
}

function startFailure(folder: string): PlatformError {
  const path = join(folder, 'start.log');
  const why = existsSync(path) ? readFileSync(path, 'utf8').slice(-500).trim() : '';
  return new PlatformError({ code: 'ROADBED-1307', class: 'failed', message: 'The supervisor of the local processes did not start.', why: why === '' ? `no answer in ${START_MS / 1000} s` : why, next: `Look at ${join(folder, 'supervisor.log')}.` });
}

/** Starts one when none lives, and waits for its answer. Two callers at once get the same one. */
async function ensureOnce(options: LaunchOptions, runtime: SupervisorClient): Promise<number> {
  const deadline = performance.now() + START_MS;
  let startedAt = -Infinity;
  for (;;) {
    const hello = await runtime.hello().catch(() => undefined);
    if (hello !== undefined) {
      if (hello.protocol === PROTOCOL) return hello.pid;
      throw new PlatformError({ code: 'ROADBED-1306', class: 'failed', message: `The running supervisor speaks version ${hello.protocol} of its protocol, this Roadbed version ${PROTOCOL}.`, next: 'Run roadbed down with the version that started it.' });
    }
    if (performance.now() > deadline) throw startFailure(options.folder);
    if (runningInstance(options.folder) === undefined && performance.now() - startedAt > 2_000) {
      startDetached(options);
      startedAt = performance.now();
    }
    await sleep(20);
  }
}

/**
 * Starts or adopts the supervisor of `options.folder` and keeps it alive while this process lives.
 * Throws ROADBED-1306 for another protocol version and ROADBED-1307 when it does not start.
 */
export async function ensureSupervisor(options: LaunchOptions): Promise<SupervisorHandle> {
  const runtime = createProcessRuntime(options.folder);
  let pid = await ensureOnce(options, runtime);
  let watching = true;
  const watch = async (): Promise<void> => {
    while (watching) {
      await sleep(WATCH_MS, undefined, { ref: false });
      if (!watching || runningInstance(options.folder) !== undefined) continue;
      options.log('the supervisor is gone, it is started again', { pid });
      pid = await ensureOnce(options, runtime).catch((error: unknown) => {
        options.log('the supervisor could not be started again', { error: String(error) });
        return pid;
      });
    }
  };
  void watch();
  const end = async (request: ShutdownRequest): Promise<void> => {
    watching = false;
    if (runningInstance(options.folder) === undefined && request.workloads !== 'keep') await ensureOnce(options, runtime);
    const instance = runningInstance(options.folder);
    if (instance === undefined) return;
    await runtime.shutdown(request);
    while (readProcess(instance.pid)?.startTime === instance.startTime) await sleep(10);
  };
  return {
    get pid() {
      return pid;
    },
    runtime,
    release: () => {
      watching = false;
    },
    stop: ({ keepWorkloads, graceSeconds }) => end({ workloads: keepWorkloads ? 'keep' : 'stop', ...(graceSeconds === undefined ? {} : { graceSeconds }) }),
    purge: async (graceSeconds) => {
      await end({ workloads: 'purge', ...(graceSeconds === undefined ? {} : { graceSeconds }) });
      rmSync(options.folder, { recursive: true, force: true });
      const socketFolder = dirname(socketPath(options.folder));
      if (socketFolder !== options.folder) rmSync(socketFolder, { recursive: true, force: true });
    },
  };
}
