/**
 * Signing in: a one-time link, or an access token.
 *
 * `GET /login?code=` spends nothing: previews and prefetchers may open it. The page posts the code by
 * itself (or by its button, without scripts), and only the POST redeems it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identities } from '../../ports/identity.ts';
import { contentSecurityPolicy, scriptHash } from './response-headers.ts';
import type { Sessions } from './sessions.ts';

const POST_AT_ONCE = "document.getElementById('code-form').requestSubmit()";
const BODY_LIMIT = 4_096;

export const LOGIN_STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; background: light-dark(#f5f5f1, #0f110e); color: light-dark(#1a1c17, #eceee6); }
body { min-height: 100vh; margin: 0; display: grid; place-items: center; }
main { width: min(26rem, calc(100vw - 3rem)); }
h1 { font-size: 1.35rem; margin: 1.5rem 0 .5rem; letter-spacing: -.01em; }
p { margin: 0 0 1rem; color: light-dark(#555b50, #a5ab9f); }
.mark { width: 40px; height: 40px; display: block; }
.problem { color: light-dark(#a3241d, #ff9a91); }
label { display: block; font-weight: 600; margin: 1.5rem 0 .35rem; }
input { box-sizing: border-box; width: 100%; padding: .6rem .75rem; font: inherit; border: 1px solid light-dark(#85897f, #7b8175); border-radius: 6px; background: light-dark(#fff, #1b1e1a); color: inherit; }
button { margin-top: .75rem; padding: .55rem 1rem; font: inherit; font-weight: 600; border: 0; border-radius: 6px; background: light-dark(#23261f, #eceee6); color: light-dark(#fff, #14170f); cursor: pointer; }
code { font-family: ui-monospace, monospace; padding: .1em .35em; border-radius: 4px; background: light-dark(#e7e8e2, #252924); }
:focus-visible { outline: 2px solid light-dark(#1d56a8, #8fbcff); outline-offset: 2px; }
`;

const MARK =
  '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#23261f"/><path d="M7.5 27 12.7 5h6.6L24.5 27Z" fill="#50564a"/><path d="M16 6.5v3.2m0 3.6v4.2m0 4.2V27" stroke="#f5c02c" stroke-width="2.2"/></svg>';

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title} · Roadbed</title><link rel="icon" type="image/svg+xml" href="/mark.svg"><link rel="stylesheet" href="/login.css"></head><body><main>${MARK}${body}</main></body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function send(response: ServerResponse, status: number, html: string, scripts: readonly string[] = []): void {
  response.setHeader('content-security-policy', contentSecurityPolicy(scripts));
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(html);
}

function tokenForm(problem: string | undefined): string {
  const explanation = problem === undefined ? '' : `<p class="problem" role="alert">${escaped(problem)}</p>`;
  return page(
    'Sign in',
    `<h1>Sign in to Roadbed</h1>${explanation}<p>Open a one-time link: run <code>roadbed open</code> where Roadbed runs, or use the one that <code>npm start</code> printed.</p><form method="post" action="/login"><label for="token">Or paste an access token</label><input id="token" name="token" type="password" autocomplete="off" required><button>Sign in</button></form>`,
  );
}

/** Shows the page that redeems `code` when it is posted, or the sign-in form. */
export function showLogin(response: ServerResponse, code: string | null): void {
  if (code === null || code === '') return send(response, 200, tokenForm(undefined));
  const form = `<h1>Signing in</h1><p>The link works once.</p><form id="code-form" method="post" action="/login"><input type="hidden" name="code" value="${escaped(code.slice(0, 200))}"><button>Continue</button></form><script>${POST_AT_ONCE}</script>`;
  send(response, 200, page('Signing in', form), [scriptHash(POST_AT_ONCE)]);
}

/** Redeems a code or checks a token; sets the cookie and goes to the first page. */
export async function redeemLogin(request: IncomingMessage, response: ServerResponse, identities: Identities, sessions: Sessions): Promise<void> {
  const form = new URLSearchParams(await boundedBody(request));
  const code = form.get('code');
  const token = form.get('token');
  if (code !== null) {
    const subject = await identities.redeemLoginCode(code);
    if (subject === undefined) return send(response, 401, tokenForm('This link was used already or is too old.'));
    return welcome(response, await sessions.open(request, subject));
  }
  const identity = token === null ? undefined : await identities.authenticate(token.trim());
  if (identity === undefined) return send(response, 401, tokenForm('The platform does not know this token, or it has expired.'));
  welcome(response, await sessions.open(request, identity.subject, identity.expiresAt));
}

function welcome(response: ServerResponse, cookie: string): void {
  response.writeHead(303, { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' });
  response.end();
}

async function boundedBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
