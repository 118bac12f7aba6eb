/**
 * The Git server: `/<namespace>/<repository>.git/...` over smart HTTP, tokens as passwords.
 *
 * Nothing is public: without a valid token the answer is 401, and whether a repository exists is told only to
 * those who may read it. Refusals are plain text, which git prints to the user as `remote: ...`. Branches and
 * tags may be pushed, everything else is hidden.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DESIRED_STATE_REPOSITORY } from './desired-state.ts';
import { SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import type { Identity } from '../../ports/identity.ts';
import { tryGit } from './exec.ts';
import { runHttpBackend, type GitService } from './http-backend.ts';
import { isRepositoryName } from './names.ts';
import { openPushReport, preparePushReports, type RefUpdate } from './push-report.ts';
import { exists, REPOSITORY_SETTINGS, TIDY_SETTINGS } from './repository-folder.ts';
import type { GitSource } from './source.ts';

export interface GitServerOptions {
  source: GitSource;
  /** The token's identity; undefined when it is forged, unknown or expired. */
  authenticate(token: string): Promise<Identity | undefined>;
  authorise(identity: Identity, namespace: string, repository: string, access: 'read' | 'write'): Promise<boolean>;
  /** After git has moved the refs of a push; the lines go to the pusher. A throw does not undo the push. */
  onReceived(namespace: string, repository: string, updates: RefUpdate[], pusher: Identity): Promise<readonly string[]>;
  /** A request longer than this is cut off; default 10 min. */
  timeoutMs?: number;
}

export interface GitServer {
  /** Answers every request itself; false when the path is no repository's address, and nothing was answered. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

const ADDRESS = /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/;
const AT_ONCE = 32;
const TEN_MINUTES_MS = 600_000;
const REFUSED_BODY_MS = 2_000;
const MAINTENANCE_TIMEOUT_MS = 300_000;

interface Target {
  namespace: string;
  repository: string;
  path: string;
  query: string;
  service: GitService;
}

/** Prepares the hook in the source's folder and answers the request handler. */
export async function openGitServer(options: GitServerOptions): Promise<GitServer> {
  const { hooks, pushes } = await preparePushReports(options.source.folder);
  let active = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse, target: Target, identity: Identity): Promise<void> => {
    const gitDir = options.source.gitDir(target.namespace, target.repository);
    const receiving = target.path === '/git-receive-pack';
    const report = receiving ? await openPushReport(pushes, (updates) => options.onReceived(target.namespace, target.repository, updates, identity)) : undefined;
    active += 1;
    try {
      await runHttpBackend(request, response, {
        gitDir,
        path: target.path,
        query: target.query,
        user: identity.subject,
        settings: { ...REPOSITORY_SETTINGS, 'core.hooksPath': hooks },
        environment: report === undefined ? {} : { ROADBED_PUSH: report.folder },
        timeoutMs: options.timeoutMs ?? TEN_MINUTES_MS,
      });
    } finally {
      active -= 1;
      await report?.close();
      if (receiving) void tidy(gitDir);
    }
  };
  return {
    handle: async (request, response) => {
      const target = parseTarget(request);
      if (target === undefined) return false;
      const identity = await identify(request, options);
      if (identity === undefined) return refuse(request, response, 401, 'a valid token is needed as the password; the user name does not matter', { 'www-authenticate': 'Basic realm="Roadbed", charset="UTF-8"' });
      if (typeof target === 'string') return refuse(request, response, 404, target);
      const problem = await accessProblem(target, identity, options);
      if (problem !== undefined) return refuse(request, response, problem.status, problem.message);
      if (active >= AT_ONCE) return refuse(request, response, 503, 'too many Git requests at a time; try again in a moment', { 'retry-after': '2' });
      await serve(request, response, target, identity);
      return true;
    },
  };
}

function parseTarget(request: IncomingMessage): Target | string | undefined {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const match = ADDRESS.exec(path);
  if (match === null) return /\.git(\/|$)/.test(path) ? 'only the smart Git protocol is spoken here' : undefined;
  const [, namespace = '', repository = '', rest = ''] = match;
  const service = rest === '/info/refs' ? new URLSearchParams(query).get('service') : rest.slice(1);
  const method = rest === '/info/refs' ? 'GET' : 'POST';
  if ((service !== 'git-upload-pack' && service !== 'git-receive-pack') || request.method !== method) return 'only the smart Git protocol is spoken here';
  if (!isRepositoryName(namespace, repository)) return 'this is not the name of a repository';
  return { namespace, repository, path: rest, query: rest === '/info/refs' ? `service=${service}` : '', service };
}

async function identify(request: IncomingMessage, options: GitServerOptions): Promise<Identity | undefined> {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]{1,4096})$/i.exec(request.headers.authorization ?? '') ?? [];
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const token = decoded.slice(colon + 1);
  return colon < 0 || token === '' ? undefined : await options.authenticate(token);
}

async function accessProblem(target: Target, identity: Identity, options: GitServerOptions): Promise<{ status: number; message: string } | undefined> {
  const { namespace, repository } = target;
  const writing = target.service === 'git-receive-pack';
  if (!(await options.authorise(identity, namespace, repository, 'read'))) {
    return { status: 403, message: `${identity.subject} may not read repositories of ${namespace}` };
  }
  if (!(await exists(options.source.gitDir(namespace, repository)))) {
    return { status: 404, message: `there is no repository ${namespace}/${repository}; create it with: roadbed new ${repository}` };
  }
  if (!writing) return undefined;
  if (namespace === SYSTEM_NAMESPACE && repository === DESIRED_STATE_REPOSITORY) {
    return { status: 403, message: 'the desired state is written by the platform alone; use roadbed deploy, promote or rollback' };
  }
  if (!(await options.authorise(identity, namespace, repository, 'write'))) {
    return { status: 403, message: `${identity.subject} may read but not push to ${namespace}/${repository}` };
  }
  return undefined;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): true {
  // A refused body is thrown away for a moment, so that the client gets to read the answer, and then cut off.
  request.resume();
  const cut = setTimeout(() => request.destroy(), REFUSED_BODY_MS);
  request.once('close', () => clearTimeout(cut));
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache', connection: 'close', ...headers });
  response.end(`Roadbed: ${message}\n`);
  return true;
}

/** Packs together what many pushes left, now and then; git decides whether it is worth it. */
async function tidy(gitDir: string): Promise<void> {
  await tryGit(['gc', '--auto', '--quiet'], { gitDir, timeoutMs: MAINTENANCE_TIMEOUT_MS, settings: TIDY_SETTINGS }).catch(() => undefined);
}
