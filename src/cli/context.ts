/**
 * Which Roadbed a command speaks to: `--context`, then the environment, then the one running here.
 *
 * A running `roadbed up` leaves `<data directory>/run/local.json` (0600; its token dies with the process).
 * `roadbed login` keeps named contexts in the user's configuration directory, 0600 too.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { PlatformError } from '../domain/error.ts';

export interface Context {
  apiUrl: string;
  token: string;
  /** PEM of the certificate authority. */
  ca?: string;
  consoleUrl?: string;
  edgeUrl?: string;
  gitUrl?: string;
  dataDir?: string;
}

interface ContextFile {
  schemaVersion: 1;
  current?: string;
  contexts: Record<string, Context>;
}

type Environment = Record<string, string | undefined>;

/** Root has the system's place, a person their own; `ROADBED_DATA_DIR` outranks both. */
export function defaultDataDir(environment: Environment): string {
  if (environment['ROADBED_DATA_DIR'] !== undefined && environment['ROADBED_DATA_DIR'] !== '') return environment['ROADBED_DATA_DIR'];
  if (process.getuid?.() === 0) return '/var/lib/roadbed';
  const share = environment['XDG_DATA_HOME'];
  return join(share !== undefined && share !== '' ? share : join(homedir(), '.local', 'share'), 'roadbed');
}

export function localContextPath(dataDir: string): string {
  return join(dataDir, 'run', 'local.json');
}

function contextFilePath(environment: Environment): string {
  const config = environment['XDG_CONFIG_HOME'];
  return join(config !== undefined && config !== '' ? config : join(homedir(), '.config'), 'roadbed', 'contexts.json');
}

function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new PlatformError({ code: 'ROADBED-6001', class: 'failed', message: `${path} cannot be read`, why: String(cause), next: `remove ${path} and sign in again with "roadbed login"`, cause });
  }
}

/** Written beside and renamed, so that a reader never sees half a file. */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

export function saveContext(name: string, context: Context, environment: Environment): string {
  const path = contextFilePath(environment);
  const file = readJson<ContextFile>(path) ?? { schemaVersion: 1 as const, contexts: {} };
  writePrivateFile(path, `${JSON.stringify({ ...file, current: name, contexts: { ...file.contexts, [name]: context } }, null, 2)}\n`);
  return path;
}

export interface ContextOptions {
  context?: string;
  dataDir?: string;
}

/** Throws ROADBED-6002 when nothing is running here and nobody has signed in. */
export function resolveContext(options: ContextOptions, environment: Environment): Context {
  const { ROADBED_API_URL: apiUrl, ROADBED_TOKEN: token, ROADBED_CA_FILE: caFile } = environment;
  if (options.context === undefined && options.dataDir === undefined && apiUrl !== undefined && token !== undefined) {
    return { apiUrl, token, ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }) };
  }
  const saved = options.dataDir === undefined ? readJson<ContextFile>(contextFilePath(environment)) : undefined;
  const named = options.context === undefined ? undefined : saved?.contexts[options.context];
  if (options.context !== undefined && named === undefined) {
    const known = Object.keys(saved?.contexts ?? {}).join(', ') || 'none';
    throw new PlatformError({ code: 'ROADBED-6003', class: 'usage', message: `there is no context "${options.context}"`, why: `known contexts: ${known}`, next: `roadbed login --name ${options.context} <api url>` });
  }
  if (named !== undefined) return named;
  const dataDir = options.dataDir ?? defaultDataDir(environment);
  const local = readJson<Context>(localContextPath(dataDir));
  if (local !== undefined) return local;
  const current = saved?.current === undefined ? undefined : saved.contexts[saved.current];
  if (current !== undefined) return current;
  throw new PlatformError({ code: 'ROADBED-6002', class: 'unauthenticated', message: 'no Roadbed is running here and nobody has signed in to another', why: `${localContextPath(dataDir)} does not exist`, next: 'roadbed up, or: roadbed login <api url> --token-file FILE --ca FILE' });
}
