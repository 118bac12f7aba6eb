/**
 * The folders and files of one embedded cluster, and its first initialisation.
 *
 * Below the data folder: `cluster/` (PostgreSQL's own), `superuser-password` (0600, of the control plane's
 * account), `port`, `postgres.log`, `socket/`. A socket's path may have 107 bytes at most, so a deep data
 * folder gets its sockets in a short folder of the temporary folder, named by a hash of the data folder.
 * initdb works in a folder of another name that is renamed at the end: an interrupted one leaves no half cluster.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PlatformError } from '../../../domain/error.ts';
import { obstacle } from './account.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

const run = promisify(execFile);
const LONGEST_SOCKET_FOLDER = 85;
const SUPERUSER = 'roadbed';

export interface Cluster {
  dataDir: string;
  /** PostgreSQL's data directory. */
  folder: string;
  socketFolder: string;
  logFile: string;
  portFile: string;
  superuser: string;
  superuserPassword: string;
  account: Account | undefined;
  /** True when this call created the cluster. */
  fresh: boolean;
}

/** Creates what is missing below `dataDir` and returns where everything lies. */
export async function prepareCluster(dataDir: string, binaries: Binaries, account: Account | undefined): Promise<Cluster> {
  mkdirSync(dataDir, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  const home = realpathSync(dataDir);
  if (account !== undefined) openTheWay(home, account);
  const folder = join(home, 'cluster');
  const fresh = !existsSync(join(folder, 'PG_VERSION'));
  if (!fresh) refuseStrange(home, folder, binaries);
  const password = superuserPassword(join(home, 'superuser-password'));
  if (fresh) await initialise(home, folder, binaries, account, password);
  return {
    dataDir: home,
    folder,
    socketFolder: socketFolder(home, account),
    logFile: join(home, 'postgres.log'),
    portFile: join(home, 'port'),
    superuser: SUPERUSER,
    superuserPassword: password,
    account,
    fresh,
  };
}

/** Environment of every spawned database program: nothing of the control plane's, least of all PG* variables. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** uid and gid for spawn; empty when no other account is needed. */
export function asAccount(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

function openTheWay(home: string, account: Account): void {
  chmodSync(home, 0o711);
  const wall = obstacle(join(home, 'cluster'), account);
  if (wall === undefined) return;
  throw new PlatformError({
    code: 'ROADBED-1004',
    class: 'failed',
    message: `The database cannot be kept in ${home}.`,
    why: `PostgreSQL does not run as root, and the account ${account.name} may not enter ${wall}.`,
    next: `Give a data folder that other accounts may enter, or run: chmod o+x '${wall}'`,
  });
}

/** A cluster of another major version, or one whose password is lost, would only fail later and less clearly. */
function refuseStrange(home: string, folder: string, binaries: Binaries): void {
  const written = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  const major = /^\d+/.exec(binaries.packageVersion)?.[0];
  if (major !== undefined && major !== written) {
    throw new PlatformError({
      code: 'ROADBED-1022',
      class: 'refused',
      message: `The data in ${home} was written by PostgreSQL ${written}; this version brings PostgreSQL ${major}.`,
      next: 'Make a backup with the version that wrote it, and restore it into an empty data folder.',
    });
  }
  if (existsSync(join(home, 'superuser-password'))) return;
  throw new PlatformError({
    code: 'ROADBED-1023',
    class: 'refused',
    message: `The password of the database in ${home} is missing.`,
    why: 'The file superuser-password is not there.',
    next: 'Put it back from a backup, or restore into an empty data folder.',
  });
}

function superuserPassword(file: string): string {
  if (!existsSync(file)) {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(24).toString('hex'), { mode: 0o600 });
    renameSync(draft, file);
  }
  return readFileSync(file, 'utf8').trim();
}

async function initialise(home: string, folder: string, binaries: Binaries, account: Account | undefined, password: string): Promise<void> {
  const draft = join(home, 'cluster.new');
  const passwordFile = join(home, 'initdb-password');
  rmSync(draft, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid);
  const options = ['--no-sync', '--no-instructions', '--locale=C', '--encoding=UTF8', '--auth=scram-sha-256'];
  try {
    await run(binaries.initdb, ['-D', draft, '-U', SUPERUSER, `--pwfile=${passwordFile}`, ...options], {
      ...asAccount(account),
      env: serverEnvironment(),
      cwd: home,
      timeout: 120_000,
    });
    renameSync(draft, folder);
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true });
    const output = (cause as { stderr?: string }).stderr?.trim().split('\n').slice(-3).join(' ') ?? String(cause);
    throw new PlatformError({
      code: 'ROADBED-1005',
      class: 'failed',
      message: 'The embedded PostgreSQL could not create its data folder.',
      why: output,
      next: `Check free space and rights of ${home}.`,
      cause,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** A 0700 folder for the socket; refuses one that belongs to somebody else. */
function socketFolder(home: string, account: Account | undefined): string {
  const near = join(home, 'socket');
  const short = Buffer.byteLength(near) <= LONGEST_SOCKET_FOLDER ? near : join(shortTemporaryFolder(account), `roadbed-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const owner = account?.uid ?? process.getuid?.() ?? 0;
  const found = lstatSync(short);
  if (!found.isDirectory() || (found.uid !== owner && found.uid !== (process.getuid?.() ?? 0))) {
    throw new PlatformError({
      code: 'ROADBED-1006',
      class: 'failed',
      message: `The folder ${short} for the database socket belongs to somebody else.`,
      why: `Its owner has uid ${found.uid}.`,
      next: `Remove ${short}, or set TMPDIR to a folder of your own.`,
    });
  }
  chmodSync(short, 0o700);
  if (account !== undefined) chownSync(short, account.uid, account.gid);
  return short;
}

function shortTemporaryFolder(account: Account | undefined): string {
  const temporary = realpathSync(tmpdir());
  const usable = account === undefined || obstacle(join(temporary, 'x'), account) === undefined;
  return usable && Buffer.byteLength(temporary) <= LONGEST_SOCKET_FOLDER - 25 ? temporary : '/tmp';
}
