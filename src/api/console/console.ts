/**
 * The console's plain HTTP listener on loopback: sign-in, the pages, and with the session's identity
 * the object API and `/roadbed/v1` on the same origin. Workloads never share it: they live behind the
 * edge, on another port and other hosts.
 *
 * Order of every request: the guard (Host, Origin), then sign-in and pages without a session (they hold
 * no data), then the session, then the APIs.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAssets } from './assets.ts';
import type { ConsoleDependencies } from './dependencies.ts';
import { LOGIN_STYLE, redeemLogin, showLogin } from './login.ts';
import { createOperationsApi } from './operations-api.ts';
import { problemOf, sendProblem } from './problems.ts';
import { refusal } from './request-guard.ts';
import { setSecurityHeaders } from './response-headers.ts';
import { createSessions } from './sessions.ts';

const OBJECT_API = /^\/(apis|api|openapi|version)(\/|$|\?)/;
const OPERATIONS_API = /^\/roadbed\/v1\//;

export interface Console {
  /** Answers every request; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** `log` gets one line for each unexpected error; it never holds a token or a code. */
export function createConsole(deps: ConsoleDependencies, log: (line: string) => void): Console {
  const publicOrigins = deps.publicOrigins ?? [];
  const sessions = createSessions(deps.identities, deps.clock, publicOrigins);
  const assets = createAssets(deps.webRoot);
  const operationsApi = createOperationsApi(deps, log);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response);
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://console');
    const refused = refusal({ method, path: url.pathname, headers: request.headers }, publicOrigins);
    if (refused !== undefined) return sendProblem(response, 403, { code: 'ROADBED-5003', class: 'forbidden', message: 'The console refused the request.', why: refused, next: 'Open the console by the address that `roadbed up` printed; a public one is named with --public-url.' });

    if (url.pathname === '/login' && method === 'GET') return showLogin(response, url.searchParams.get('code'));
    if (url.pathname === '/login' && method === 'POST') return redeemLogin(request, response, deps.identities, sessions);
    if (url.pathname === '/login.css') return void response.writeHead(200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }).end(LOGIN_STYLE);
    if (url.pathname === '/logout' && method === 'POST') return void response.writeHead(303, { location: '/login', 'set-cookie': await sessions.close(request) }).end();

    const api = OBJECT_API.test(url.pathname) ? deps.objectApi : OPERATIONS_API.test(url.pathname) ? operationsApi : undefined;
    if (api !== undefined) {
      const identity = await sessions.identify(request);
      if (identity === undefined) return sendProblem(response, 401, { code: 'ROADBED-5001', class: 'unauthenticated', message: 'You are not signed in.', why: 'There is no session, or it has ended.', next: 'Open a new one-time link: roadbed open' });
      if (await api(request, response, identity)) return;
    } else if ((method === 'GET' || method === 'HEAD') && (await assets.serve(request, response, url.pathname === '/' ? '/index.html' : url.pathname))) {
      return;
    }
    sendProblem(response, 404, { code: 'ROADBED-5005', class: 'not-found', message: 'There is nothing at this address.', next: 'Go to the first page: /' });
  }

  return {
    handle(request, response) {
      answer(request, response).catch((error: unknown) => {
        const { status, problem } = problemOf(error, log);
        if (response.headersSent) response.destroy();
        else sendProblem(response, status, problem);
      });
    },
  };
}
