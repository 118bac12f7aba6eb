/**
 * Finds out what can confine untrusted programs here, by doing it once rather than by looking for files:
 * in many containers bubblewrap is installed and fails.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { bubblewrapCommand } from './bubblewrap.ts';
import { FIRST_TASK_USER } from './users.ts';

const run = promisify(execFile);

export interface Isolation {
  kind: 'bubblewrap' | 'user' | 'none';
  /** Path of bubblewrap, when it works. */
  bubblewrap?: string;
  /** Why this one and no better one, for people. */
  explanation: string;
}

const SEARCH = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/sbin'];

function findProgram(name: string): string | undefined {
  return [...SEARCH, ...(process.env['PATH'] ?? '').split(delimiter)].map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return path.startsWith('/');
    } catch {
      return false;
    }
  });
}

async function tryBubblewrap(bubblewrap: string, asRoot: boolean): Promise<string | undefined> {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'roadbed-probe-'));
    const world = { temporary: folder, binds: [], hidden: [], workingDirectory: '/tmp', network: false, ...(asRoot ? { user: FIRST_TASK_USER } : {}) };
    const [file = '', ...rest] = bubblewrapCommand(bubblewrap, world, ['/bin/sh', '-c', 'id -u; [ -e "/proc/$1" ] && echo visible; exit 0', 'probe', String(process.pid)]);
    const { stdout } = await run(file, rest, { timeout: 10_000, env: { PATH: '/usr/bin:/bin' } });
    const [user, visible] = stdout.trim().split('\n');
    // A small number may exist inside as well; only a large pid proves that the outer processes are visible.
    if (visible !== undefined && process.pid > 100) return 'it does not hide processes';
    return user === String(asRoot ? FIRST_TASK_USER : process.getuid?.()) ? undefined : `it runs programs as user ${user ?? '(none)'}`;
  } catch (error) {
    const message = (error as { stderr?: string }).stderr?.trim().split('\n')[0];
    return message === undefined || message === '' ? String((error as Error).message).split('\n')[0] : message;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** What confines untrusted programs on this machine. `only` leaves better ones out, for tests and operators. */
export async function detectIsolation(only: readonly Isolation['kind'][] = ['bubblewrap', 'user', 'none']): Promise<Isolation> {
  const asRoot = process.getuid?.() === 0;
  const bubblewrap = only.includes('bubblewrap') ? findProgram('bwrap') : undefined;
  let why = only.includes('bubblewrap') ? 'bubblewrap (bwrap) is not installed' : 'bubblewrap is switched off';
  if (bubblewrap !== undefined) {
    const failure = await tryBubblewrap(bubblewrap, asRoot);
    if (failure === undefined) return { kind: 'bubblewrap', bubblewrap, explanation: `bubblewrap at ${bubblewrap} works: steps see the system folders read-only, their own folders, and no other process` };
    why = `bubblewrap at ${bubblewrap} does not work here (${failure})`;
  }
  if (asRoot && only.includes('user')) {
    return { kind: 'user', explanation: `${why}; started by root, so every step runs as an unprivileged user of its own: what other users may read on this machine it may read too` };
  }
  return { kind: 'none', explanation: `${why}, and only root can start programs as another user: install bubblewrap or start as root; until then only trusted repositories may run` };
}
