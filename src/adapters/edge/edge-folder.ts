/**
 * The edge's folder: who runs (`edge.json`), which table is in force (`table.json`), the lock.
 *
 * Files are written beside and renamed, so a reader sees the old or the new one and never a part. The
 * control socket lies here too, unless the path is longer than a socket's address may be; then in a
 * private folder below the system's temporary one, and `edge.json` says where.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { RouteTable } from '../../ports/traffic.ts';
import { isSameProcess, startTimeOf } from './process-identity.ts';

const SOCKET_PATH_LIMIT = 100;

export interface EdgeRecord {
  schemaVersion: 1;
  pid: number;
  startTime: string;
  host: string;
  port: number;
  control: string;
}

interface LockOwner {
  pid: number;
  startTime: string;
}

export function recordPath(folder: string): string {
  return join(folder, 'edge.json');
}

function tablePath(folder: string): string {
  return join(folder, 'table.json');
}

/** Where the control socket of this folder is to be; makes its folder. */
export function controlPath(folder: string): string {
  const inside = join(folder, 'edge.sock');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_LIMIT) return inside;
  const short = join(tmpdir(), `roadbed-edge-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(short);
  if (uid !== userInfo().uid || (mode & 0o077) !== 0) {
    throw new PlatformError({ code: 'ROADBED-1208', class: 'failed', message: 'The folder for the control socket of the edge belongs to somebody else.', why: short, next: 'Remove it, or use a data folder with a shorter path.' });
  }
  return join(short, 'edge.sock');
}

/** Writes a file as a whole; it survives a power cut when this returns. */
export function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The record of the edge that runs, or ran last, in this folder. */
export function readRecord(folder: string): EdgeRecord | undefined {
  const record = readJson(recordPath(folder));
  if (typeof record !== 'object' || record === null) return undefined;
  const { pid, startTime, host, port, control } = record as Partial<EdgeRecord>;
  if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof host !== 'string' || typeof port !== 'number' || typeof control !== 'string') return undefined;
  return { schemaVersion: 1, pid, startTime, host, port, control };
}

/** The record, only when its process is alive. */
export function readLiveRecord(folder: string): EdgeRecord | undefined {
  const record = readRecord(folder);
  return record !== undefined && isSameProcess(record) ? record : undefined;
}

/** The table as it was kept, unchecked; undefined when there is none or it cannot be read. */
export function readStoredTable(folder: string): unknown {
  return readJson(tablePath(folder));
}

export function storeTable(folder: string, table: RouteTable): void {
  writeWhole(tablePath(folder), JSON.stringify(table));
}

/**
 * Takes the folder for this process; throws ROADBED-1207 when a living edge has it.
 * A lock is a file that is linked into place, so two cannot both have it; a dead owner's is taken aside first.
 */
export function lockFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, 'edge.lock');
  const mine = join(folder, `edge.lock.${process.pid}`);
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) ?? '' } satisfies LockOwner), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (tryLink(mine, lock)) return;
      const owner = readJson(lock) as LockOwner | undefined;
      if (owner !== undefined && isSameProcess(owner)) {
        throw new PlatformError({ code: 'ROADBED-1207', class: 'conflict', message: 'An edge already runs in this folder.', why: `process ${owner.pid} holds ${lock}`, next: 'Use the running one, or stop it first.' });
      }
      takeAside(lock, owner);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  throw new PlatformError({ code: 'ROADBED-1207', class: 'conflict', message: 'The folder of the edge cannot be locked.', why: lock });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

/** Removes a dead owner's lock; puts it back when another one has taken it meanwhile. */
function takeAside(lock: string, dead: LockOwner | undefined): void {
  const aside = `${lock}.${process.pid}.dead`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  const taken = readJson(aside) as LockOwner | undefined;
  if (taken !== undefined && (taken.pid !== dead?.pid || taken.startTime !== dead.startTime)) tryLink(aside, lock);
  rmSync(aside, { force: true });
}

export function unlockFolder(folder: string): void {
  rmSync(join(folder, 'edge.lock'), { force: true });
}
