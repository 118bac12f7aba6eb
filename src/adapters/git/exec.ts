/**
 * The one place that runs git.
 *
 * Arguments are an array and never pass a shell. The environment is built here: no prompt, no system or user
 * configuration, no hooks (the Git server hands in its own), no protocol but those that are asked for. Every call
 * has a time limit and a bound on its output, so that a hostile repository costs a failed call and nothing more.
 */
import { spawn } from 'node:child_process';
import { PlatformError } from '../../domain/error.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_OUTPUT_BYTES = 16 * 1024 * 1024;
const STDERR_BYTES = 16 * 1024;

export interface GitCall {
  gitDir?: string;
  input?: string | Uint8Array;
  environment?: Record<string, string>;
  timeoutMs?: number;
  /** The call fails with ROADBED-2002 when it prints more. */
  outputBytes?: number;
  /** Stops the call; it then fails as if it had timed out. */
  signal?: AbortSignal;
  /** Extra settings, given through the environment and so not visible in the process list. */
  settings?: GitSettings;
}

/** Setting -> value, or its values where git takes a list. */
export type GitSettings = Record<string, string | readonly string[]>;

export interface GitOutcome {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Settings in force for every call; `safe.directory` because the folders are ours whoever unpacked them. */
const SETTINGS: Record<string, string> = {
  'safe.directory': '*',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'gc.autoDetach': 'false',
  'maintenance.autoDetach': 'false',
  'protocol.allow': 'never',
  'protocol.file.allow': 'never',
  'init.defaultBranch': 'main',
};

/** The environment of a git process: nothing of ours but the path, the home (for ssh) and the settings. */
export function gitEnvironment(settings: GitSettings = {}): Record<string, string> {
  const all = Object.entries<string | readonly string[]>({ ...SETTINGS, ...settings }).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : value.map((one) => [key, one] as const)));
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: process.env['HOME'] ?? '/',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CONFIG_COUNT: String(all.length),
  };
  all.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}

/**
 * Runs git and answers its outcome whatever its exit code.
 * Throws ROADBED-2001 when git is missing, ROADBED-2002 when it ran too long or printed too much.
 */
export async function tryGit(args: readonly string[], call: GitCall = {}): Promise<GitOutcome> {
  const timeoutMs = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const outputBytes = call.outputBytes ?? DEFAULT_OUTPUT_BYTES;
  const environment = { ...gitEnvironment(call.settings), ...(call.gitDir === undefined ? {} : { GIT_DIR: call.gitDir }), ...call.environment };
  const child = spawn('git', args, { env: environment, cwd: call.gitDir ?? '/', stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const stop = (): void => killGroup(child.pid);
  return await new Promise<GitOutcome>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let excess: PlatformError | undefined;
    const giveUp = (why: string): void => {
      excess ??= new PlatformError({ code: 'ROADBED-2002', class: 'timed-out', message: `git ${args[0] ?? ''} was stopped: ${why}`, retry: 'backoff' });
      stop();
    };
    const timer = setTimeout(() => giveUp(`it took longer than ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    const onAbort = (): void => giveUp(String(call.signal?.reason ?? 'it was called off'));
    call.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputBytes) giveUp(`it printed more than ${outputBytes} bytes`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_BYTES) stderr += chunk.toString('utf8');
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.input ?? '');
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(missingGit(error));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      if (excess === undefined) resolve({ code: code ?? 128, stdout: Buffer.concat(chunks), stderr });
      else reject(excess);
    });
  });
}

/** Runs git; answers what it printed. Throws ROADBED-2003 with git's own words when it fails. */
export async function git(args: readonly string[], call: GitCall = {}): Promise<Buffer> {
  const outcome = await tryGit(args, call);
  if (outcome.code === 0) return outcome.stdout;
  throw gitFailure(args, outcome);
}

export async function gitText(args: readonly string[], call: GitCall = {}): Promise<string> {
  return (await git(args, call)).toString('utf8').replace(/\n$/, '');
}

export function gitFailure(args: readonly string[], outcome: GitOutcome): PlatformError {
  const words = outcome.stderr.trim().split('\n').slice(-3).join('; ');
  return new PlatformError({
    code: 'ROADBED-2003',
    class: 'failed',
    message: `git ${args[0] ?? ''} failed with exit code ${outcome.code}`,
    retry: 'backoff',
    ...(words === '' ? {} : { why: withoutCredentials(words) }),
  });
}

/** Git repeats addresses in its messages; a password in one must not get further. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi, '$1');
}

function missingGit(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error;
  return new PlatformError({
    code: 'ROADBED-2001',
    class: 'unavailable',
    message: 'git was not found',
    why: `PATH is ${process.env['PATH'] ?? 'empty'}`,
    next: 'install git 2.36 or newer',
    retry: 'backoff',
  });
}

/** Git starts children of its own (index-pack, ssh); the group ends as one. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
