/**
 * Starts the edge, or adopts the one that runs, and keeps it running while the control plane lives.
 *
 * The edge is detached (a session of its own, no pipes), so it goes on serving when the control plane
 * dies; the next control plane finds it by its record and adopts it. What is the same process is decided by id and start
 * time. The program is the file beside this one with the same extension: TypeScript in the repository, JavaScript in the package.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../domain/error.ts';
import { callEdge } from './client.ts';
import type { EdgeRecord } from './edge-folder.ts';
import { readLiveRecord } from './edge-folder.ts';
import { isSameProcess } from './process-identity.ts';

const START_TIMEOUT = 15_000;
const POLL = 25;
const WATCH_EVERY = 100;
const STOP_TIMEOUT = 10_000;
const LOG_TAIL = 2_000;
/** MiB, half of Node's own: with two workers and 1,000 connections 106 MB in all, where the default takes a third more. Workers inherit it. */
const YOUNG_GENERATION = '--max-semi-space-size=8';
/** Exit code of a program that found another edge in its folder: somebody else has just started one, which is as good. */
const FOLDER_TAKEN = 3;
/** What the program needs of the environment: no NODE_OPTIONS, no secrets. */
const KEPT_ENVIRONMENT = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_COMPILE_CACHE'];

export interface EdgeOptions {
  folder: string;
  /** 0: the port this folder's edge had last, or any free one. */
  port: number;
  host?: string;
  /** Path of the Node executable; this process's own by default. */
  node?: string;
  /** Path of the log file; `edge.log` in the folder by default. */
  log?: string;
  workers?: number;
  /** Path of the program; the one beside this file by default. */
  program?: string;
}

export interface RunningEdge {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** It ran already. */
  readonly adopted: boolean;
  /** Drains it and waits for its end; after `timeout` ms it is killed. */
  stop(timeout?: number): Promise<void>;
}

export interface EdgeWatch {
  /** The edge as it runs now. */
  readonly edge: RunningEdge;
  /** Ends the watching, not the edge. */
  stop(): void;
}

function program(): string {
  const here = fileURLToPath(import.meta.url);
  return join(here, '..', `main${extname(here)}`);
}

function logPath(options: EdgeOptions): string {
  return options.log ?? join(options.folder, 'edge.log');
}

function logTail(options: EdgeOptions): string {
  try {
    return readFileSync(logPath(options), 'utf8').slice(-LOG_TAIL).trim();
  } catch {
    return 'it left no log';
  }
}

function running(record: EdgeRecord, folder: string, adopted: boolean): RunningEdge {
  return { host: record.host, port: record.port, pid: record.pid, adopted, stop: async (timeout = STOP_TIMEOUT) => stopProcess(record, folder, timeout) };
}

async function stopProcess(record: EdgeRecord, folder: string, timeout: number): Promise<void> {
  const deadline = Date.now() + timeout;
  if (!isSameProcess(record)) return;
  await callEdge(folder, 'stop', {}, { patience: 0 }).catch(() => signal(record, 'SIGTERM'));
  while (isSameProcess(record) && Date.now() < deadline) await pause(POLL);
  if (isSameProcess(record)) signal(record, 'SIGKILL');
  while (isSameProcess(record)) await pause(POLL);
}

function signal(record: EdgeRecord, name: NodeJS.Signals): void {
  try {
    process.kill(record.pid, name);
  } catch {
    // It ended between the check and the signal, which is what was wanted.
  }
}

const pause = async (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function start(options: EdgeOptions): { ended: () => number | string | undefined } {
  const args = ['--folder', options.folder, '--host', options.host ?? '127.0.0.1', '--port', String(options.port), '--workers', String(options.workers ?? 1), '--log', logPath(options)];
  const environment = Object.fromEntries(KEPT_ENVIRONMENT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  const child = spawn(options.node ?? process.execPath, [YOUNG_GENERATION, options.program ?? program(), ...args], { detached: true, stdio: 'ignore', env: environment, cwd: options.folder });
  let end: number | string | undefined;
  child.on('error', (error) => (end = error.message));
  child.on('exit', (code, name) => (end = name ?? code ?? 'unknown'));
  child.unref();
  return { ended: () => end };
}

/** An edge that runs but does not answer is wedged: it cannot be steered, so it is replaced. */
async function adopt(options: EdgeOptions): Promise<RunningEdge | undefined> {
  const record = readLiveRecord(options.folder);
  if (record === undefined) return undefined;
  try {
    const health = await callEdge(options.folder, 'health', {}, { patience: 500, timeout: 3_000 });
    if (!health.draining) return running(record, options.folder, true);
    while (isSameProcess(record)) await pause(POLL);
  } catch {
    await stopProcess(record, options.folder, 1_000);
  }
  return undefined;
}

/** The edge of this folder: adopted when one runs and answers, else started. Returns when it serves; throws ROADBED-1205 with the end of its log when it does not start. */
export async function ensureEdge(options: EdgeOptions): Promise<RunningEdge> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const adopted = await adopt(options);
  if (adopted !== undefined) return adopted;
  const child = start(options);
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    const record = readLiveRecord(options.folder);
    if (record !== undefined) return running(record, options.folder, false);
    const end = child.ended();
    if (end !== undefined && end !== FOLDER_TAKEN) {
      throw new PlatformError({ code: 'ROADBED-1205', class: 'failed', message: `The edge ended while it was starting (${end}).`, why: logTail(options), next: `Read ${logPath(options)}.` });
    }
    await pause(POLL);
  }
  throw new PlatformError({ code: 'ROADBED-1205', class: 'timed-out', message: 'The edge did not start in time.', why: logTail(options), next: `Read ${logPath(options)}.` });
}

/** Looks after the edge: when it dies it is started again with the same port. `onRestart` hears of each new one, `onFailure` of each vain attempt. */
export function watchEdge(options: EdgeOptions, edge: RunningEdge, on: { restart?: (edge: RunningEdge) => void; failure?: (error: unknown) => void } = {}): EdgeWatch {
  let current = edge;
  let stopped = false;
  let busy = false;
  const check = async (): Promise<void> => {
    if (busy || stopped || readLiveRecord(options.folder)?.pid === current.pid) return;
    busy = true;
    try {
      const next = await ensureEdge({ ...options, port: current.port });
      current = next;
      on.restart?.(next);
    } catch (error) {
      on.failure?.(error);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void check(), WATCH_EVERY);
  return {
    get edge() {
      return current;
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}
