/**
 * Git's own http-backend as a child process: the CGI contract, streamed both ways.
 *
 * The request's body goes to the child as it comes (git inflates gzip itself) and its answer goes out as it
 * comes, so memory does not grow with a push. Only the two smart services exist here; the addresses of the
 * older "dumb" protocol are unknown and single objects cannot be asked for.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gitEnvironment, killGroup, type GitSettings } from './exec.ts';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

export interface BackendCall {
  gitDir: string;
  /** `/info/refs`, `/git-upload-pack` or `/git-receive-pack`. */
  path: string;
  query: string;
  /** Who asks; stands in the reflog. */
  user: string;
  settings: GitSettings;
  /** For our own hook. */
  environment: Record<string, string>;
  timeoutMs: number;
}

const HEADER_BYTES = 16 * 1024;
const HEADER_LINE = /^([A-Za-z-]+): ([^\r\n]*)$/;

/** Resolves with the child's exit code when the answer is out; the child is gone then, whatever happened. */
export async function runHttpBackend(request: IncomingMessage, response: ServerResponse, call: BackendCall): Promise<number> {
  const child = spawn('git', ['http-backend'], { env: cgiEnvironment(request, call), cwd: call.gitDir, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const timer = setTimeout(() => killGroup(child.pid), call.timeoutMs);
  const onLeft = (): void => {
    if (!response.writableFinished) killGroup(child.pid);
  };
  response.once('close', onLeft);
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  try {
    return await relay(child, response);
  } finally {
    clearTimeout(timer);
    response.off('close', onLeft);
    request.unpipe(child.stdin);
    if (child.exitCode === null && child.signalCode === null) killGroup(child.pid);
  }
}

function cgiEnvironment(request: IncomingMessage, call: BackendCall): Record<string, string> {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' && !/[\x00-\x1f]/.test(value) ? value : undefined;
  };
  const optional = Object.entries({
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...gitEnvironment(call.settings),
    ...call.environment,
    ...Object.fromEntries(optional),
    GIT_PROJECT_ROOT: call.gitDir,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: call.path,
    QUERY_STRING: call.query,
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_USER: call.user,
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
  };
}

/** Reads the CGI header, then hands the rest on with back-pressure. */
async function relay(child: ChildProcess, response: ServerResponse): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    let head = Buffer.alloc(0);
    let begun = false;
    const output = child.stdout;
    if (output === null) return reject(new Error('git has no output'));
    output.on('data', (chunk: Buffer) => {
      if (begun) return pass(chunk);
      head = Buffer.concat([head, chunk]);
      const end = headerEnd(head);
      if (end !== undefined) {
        begun = true;
        writeHead(response, head.subarray(0, end.at).toString('latin1'));
        if (head.length > end.body) pass(head.subarray(end.body));
      } else if (head.length > HEADER_BYTES) killGroup(child.pid);
    });
    const pass = (chunk: Buffer): void => {
      if (response.write(chunk) || response.destroyed) return;
      output.pause();
      response.once('drain', () => output.resume());
    };
    child.once('error', reject);
    child.once('close', (code) => {
      if (!begun && !response.headersSent && !response.destroyed) response.writeHead(502, { 'content-type': 'text/plain' });
      response.end(begun ? undefined : 'git ended without an answer\n');
      resolve(code ?? 128);
    });
  });
}

function headerEnd(bytes: Buffer): { at: number; body: number } | undefined {
  const long = bytes.indexOf('\r\n\r\n');
  if (long >= 0) return { at: long, body: long + 4 };
  const short = bytes.indexOf('\n\n');
  return short >= 0 ? { at: short, body: short + 2 } : undefined;
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  const headers: Record<string, string> = {};
  for (const line of head.split(/\r?\n/)) {
    const [, name = '', value = ''] = HEADER_LINE.exec(line) ?? [];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 500;
    else if (name !== '') headers[name.toLowerCase()] = value;
  }
  if (!response.headersSent && !response.destroyed) response.writeHead(status, headers);
}
