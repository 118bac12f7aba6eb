/** A real platform for end-to-end tests: `bin/roadbed up` as a person starts it, in a folder of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, type Connection } from '../../src/cli/connection.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const READY_TIMEOUT_MS = 120_000;

export interface Ready {
  apiUrl: string;
  consoleUrl: string;
  listenUrl: string;
  edgeUrl: string;
  token: string;
  kubeconfig: string;
  gitUrl: string;
  dataDir: string;
  loginUrl?: string;
}

export interface Platform {
  ready: Ready;
  process: ChildProcess;
  connection: Connection;
  /** SIGTERM (or SIGINT), and waits for the end; answers the exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>;
  kill(): Promise<void>;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-e2e-'));
  chmodSync(folder, 0o755);
  return folder;
}

function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode !== null || child.signalCode !== null ? Promise.resolve(child.exitCode) : new Promise((done) => child.once('exit', (code) => done(code)));
}

/** Starts it and waits for the line that says it is ready. */
export async function startPlatform(dataDir: string, flags: readonly string[] = ['--empty'], environment: Record<string, string> = {}): Promise<Platform> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'roadbed'), 'up', '--json', '--port', '0', '--data-dir', dataDir, ...flags], {
    cwd: dataDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: dataDir, ROADBED_DATA_DIR: '', ...environment },
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const line = await new Promise<string>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`not ready in time: ${errors.join('')}`)), READY_TIMEOUT_MS);
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (text) => (clearTimeout(timer), done(text)));
    child.once('exit', (code) => (clearTimeout(timer), fail(new Error(`ended with ${code}: ${errors.join('')}`))));
  });
  const ready = JSON.parse(line) as Ready;
  const ca = /certificate-authority-data: (\S+)/.exec(readFileSync(ready.kubeconfig, 'utf8'))?.[1] ?? '';
  return {
    ready,
    process: child,
    connection: connect({ apiUrl: ready.apiUrl, token: ready.token, ca: Buffer.from(ca, 'base64').toString('utf8') }),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended(child);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

/** Removes everything of a data directory, whatever still runs there. Answers what the command printed. */
export function purge(dataDir: string, environment: Record<string, string> = {}): string {
  try {
    return execFileSync(process.execPath, [join(ROOT, 'bin', 'roadbed'), 'down', '--purge', '--yes', '--data-dir', dataDir], { encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...environment } });
  } finally {
    if (existsSync(dataDir)) rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Asks until `probe` answers something, or throws after the time with the last thing seen. */
export async function eventually<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${what}: not within ${timeoutMs} ms${last === undefined ? '' : `; last: ${String(last)}`}`);
}

export interface Answer {
  status: number;
  revision: string | undefined;
  body: string;
}

/** One request to a service behind the edge; undefined when no answer came. */
export function ask(edgeUrl: string, host: string, path: string, options: { method?: string; body?: string } = {}): Promise<Answer | undefined> {
  const { hostname, port } = new URL(edgeUrl);
  return new Promise((done) => {
    const outgoing = request({ hostname, port, path, method: options.method ?? 'GET', headers: { host, ...(options.body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(options.body) }) }, timeout: 15_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => done({ status: response.statusCode ?? 0, revision: response.headers['x-roadbed-revision'] as string | undefined, body }));
      response.on('error', () => done(undefined));
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => done(undefined));
    outgoing.end(options.body);
  });
}
