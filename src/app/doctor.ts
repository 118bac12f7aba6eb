/** `roadbed doctor`: facts of this machine, each with a verdict and, where something is amiss, the fix. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../adapters/postgres/embedded/binaries.ts';
import { detectIsolation } from '../adapters/process/isolation.ts';
import { runningInstance } from './instance-lock.ts';
import { othersMayPass, reachableFor } from './folders.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 5_000;
const LEAST_FREE_BYTES = 1024 ** 3;

export interface Check {
  name: string;
  state: 'ok' | 'warning' | 'problem';
  fact: string;
  fix?: string;
}

async function versionOf(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, args, { timeout: TIMEOUT_MS });
    return stdout.split('\n').find((line) => line.trim() !== '')?.trim();
  } catch {
    return undefined;
  }
}

function existing(folder: string): string {
  let at = folder;
  while (!existsSync(at) && at !== dirname(at)) at = dirname(at);
  return at;
}

function dataDirectory(dataDir: string): Check {
  const at = existing(dataDir);
  try {
    accessSync(at, constants.W_OK);
  } catch {
    return { name: 'data directory', state: 'problem', fact: `${at} is not writable`, fix: 'choose another with --data-dir or ROADBED_DATA_DIR' };
  }
  const { bavail, bsize } = statfsSync(at);
  const free = bavail * bsize;
  const fact = `${dataDir}, ${(free / 1e9).toFixed(1)} GB free`;
  return free < LEAST_FREE_BYTES ? { name: 'data directory', state: 'warning', fact, fix: 'free some space: services, builds and the database live there' } : { name: 'data directory', state: 'ok', fact };
}

function users(dataDir: string): Check {
  if (process.getuid?.() !== 0) return { name: 'user', state: 'ok', fact: `user ${process.getuid?.() ?? '?'}; everything runs as this user` };
  const place = reachableFor(dataDir);
  return { name: 'user', state: 'ok', fact: `root; the database and untrusted programs run as unprivileged users${othersMayPass(dirname(dataDir)) ? '' : `, their files are in ${place}`}` };
}

function database(): Check {
  if ((process.env['DATABASE_URL'] ?? '') !== '') return { name: 'database', state: 'ok', fact: 'the PostgreSQL of DATABASE_URL; it is not in "roadbed backup"' };
  try {
    return { name: 'database', state: 'ok', fact: `embedded PostgreSQL in ${packageFolder()}` };
  } catch (error) {
    return { name: 'database', state: 'problem', fact: error instanceof Error ? error.message : String(error), fix: 'npm ci, or set DATABASE_URL to a PostgreSQL 15 or newer' };
  }
}

async function isolation(): Promise<Check> {
  const found = await detectIsolation();
  if (found.kind === 'none') return { name: 'isolation', state: 'warning', fact: found.explanation, fix: 'apt-get install bubblewrap' };
  return { name: 'isolation', state: 'ok', fact: found.explanation };
}

export async function diagnose(dataDir: string): Promise<Check[]> {
  const [git, tar, kubectl] = await Promise.all([versionOf('git', ['--version']), versionOf('tar', ['--version']), versionOf('kubectl', ['version', '--client'])]);
  const pid = runningInstance(join(dataDir, 'run'));
  const major = Number(process.versions.node.split('.')[0]);
  return [
    major >= 24 ? { name: 'node', state: 'ok', fact: process.version } : { name: 'node', state: 'problem', fact: process.version, fix: 'install Node 24' },
    git === undefined ? { name: 'git', state: 'problem', fact: 'not found', fix: 'apt-get install git' } : { name: 'git', state: 'ok', fact: git },
    database(),
    dataDirectory(dataDir),
    users(dataDir),
    await isolation(),
    tar === undefined ? { name: 'tar', state: 'warning', fact: 'not found; backups need it', fix: 'apt-get install tar' } : { name: 'tar', state: 'ok', fact: tar },
    kubectl === undefined ? { name: 'kubectl', state: 'ok', fact: 'not found; it is optional, "roadbed get" does the daily part' } : { name: 'kubectl', state: 'ok', fact: kubectl },
    pid === undefined ? { name: 'control plane', state: 'warning', fact: 'not running', fix: 'roadbed up' } : { name: 'control plane', state: 'ok', fact: `process ${pid}` },
  ];
}
