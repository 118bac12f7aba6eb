/**
 * Starts one server process on a cluster, or finds the one that runs, and stops it.
 *
 * The server leads a session of its own, so neither a Ctrl-C in the terminal nor the death of the control
 * plane reaches it. Ready means that it answers a query of ours with our password: the pid file alone
 * would also be believed of a stranger.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PlatformError } from '../../../domain/error.ts';
import { sqlState } from '../failure.ts';
import type { Binaries } from './binaries.ts';
import { asAccount, serverEnvironment } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { rotateLog } from './log-file.ts';
import { readPostmaster, runningServer, servesCluster } from './postmaster.ts';
import { serverArguments } from './settings.ts';

const WRONG_PASSWORD = '28P01';
const START_LIMIT_MS = 60_000;
const POLL_MS = 15;
const FAST_STOP_MS = 8_000;
const IMMEDIATE_STOP_MS = 3_000;

export interface ServerProcess {
  pid: number;
  port: number;
  socketFolder: string;
  adopted: boolean;
}

/** Adopts the server that runs on `cluster`, or starts one on `port`; resolves when it answers queries. */
export async function runServer(cluster: Cluster, binaries: Binaries, port: () => Promise<number>): Promise<ServerProcess> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const running = runningServer(cluster.folder);
    if (running !== undefined) {
      const adopted = await untilReady(cluster, running.pid, deadline);
      if (adopted !== undefined) return { ...adopted, adopted: true };
      continue;
    }
    const pid = spawnServer(cluster, binaries, await port());
    const started = await untilReady(cluster, pid, deadline);
    if (started !== undefined) return { ...started, adopted: false };
    if (Date.now() > deadline || !startsAgain(cluster)) throw startFailed(cluster);
    await delay(100);
  }
}

function spawnServer(cluster: Cluster, binaries: Binaries, port: number): number {
  rotateLog(cluster.logFile);
  const log = openSync(cluster.logFile, 'a', 0o600);
  try {
    const child = spawn(binaries.postgres, serverArguments(cluster.folder, port, cluster.socketFolder), {
      ...asAccount(cluster.account),
      env: serverEnvironment(),
      cwd: cluster.folder,
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.on('error', () => {});
    child.unref();
    if (child.pid === undefined) throw startFailed(cluster);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** Undefined when the process ended before it answered. */
async function untilReady(cluster: Cluster, pid: number, deadline: number): Promise<Omit<ServerProcess, 'adopted'> | undefined> {
  while (servesCluster(pid, cluster.folder)) {
    const found = readPostmaster(cluster.folder);
    if (found?.pid === pid && found.ready && (await answers(cluster, found.port, found.socketFolder))) {
      return { pid, port: found.port, socketFolder: found.socketFolder };
    }
    if (Date.now() > deadline) throw startFailed(cluster);
    await delay(POLL_MS);
  }
  return undefined;
}

/** How the superuser reaches the server over its socket. */
export function superuserConnection(cluster: Cluster, server: Pick<ServerProcess, 'port' | 'socketFolder'>, database: string): pg.ClientConfig {
  return { host: server.socketFolder, port: server.port, user: cluster.superuser, password: cluster.superuserPassword, database };
}

/**
 * Keeps tenants' roles out of the databases that every cluster has: PUBLIC may connect to them by default.
 * (Whoever creates a tenant's database takes PUBLIC's right to connect from that one.)
 */
export async function closeToTenants(cluster: Cluster, server: Pick<ServerProcess, 'port' | 'socketFolder'>): Promise<void> {
  const client = new pg.Client(superuserConnection(cluster, server, 'postgres'));
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('revoke connect, temporary on database postgres, template1 from public');
  } finally {
    await client.end();
  }
}

async function answers(cluster: Cluster, port: number, socketFolder: string): Promise<boolean> {
  const client = new pg.Client({ ...superuserConnection(cluster, { port, socketFolder }, 'postgres'), connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    if (sqlState(error) === WRONG_PASSWORD) throw startFailed(cluster);
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function lastLog(cluster: Cluster): string[] {
  try {
    return readFileSync(cluster.logFile, 'utf8').trimEnd().split('\n').slice(-6);
  } catch {
    return [];
  }
}

/** After a crash the old backends hold the shared memory for a moment; and a port may be taken in between. */
function startsAgain(cluster: Cluster): boolean {
  return /pre-existing shared memory block|lock file .* already exists|could not create any TCP\/IP sockets|could not create any Unix-domain sockets/.test(lastLog(cluster).join('\n'));
}

function startFailed(cluster: Cluster): PlatformError {
  return new PlatformError({
    code: 'ROADBED-1007',
    class: 'unavailable',
    message: 'The embedded PostgreSQL did not start.',
    why: lastLog(cluster).slice(-3).join(' '),
    next: `Read ${cluster.logFile}.`,
    retry: 'backoff',
  });
}

async function gone(cluster: Cluster, pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (servesCluster(pid, cluster.folder)) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Fast shutdown (SIGINT: sessions are cut, a checkpoint is written), then immediate, then SIGKILL. */
export async function stopServer(cluster: Cluster, pid: number): Promise<void> {
  for (const [signal, patience] of [['SIGINT', FAST_STOP_MS], ['SIGQUIT', IMMEDIATE_STOP_MS], ['SIGKILL', IMMEDIATE_STOP_MS]] as const) {
    if (!servesCluster(pid, cluster.folder)) return;
    process.kill(pid, signal);
    if (await gone(cluster, pid, patience)) return;
  }
}
