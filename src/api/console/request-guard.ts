/**
 * Who may send a browser here: the check of Host, Origin and Sec-Fetch-Site before anything is read.
 *
 * The console listens on loopback, where two attacks remain: a page of another site that sends
 * requests to 127.0.0.1 (refused by Origin and Sec-Fetch-Site), and a host name of that site which
 * resolves to 127.0.0.1 (DNS rebinding, refused by Host; an address, unlike a name, cannot be rebound).
 * Workloads live on `*.localhost`, which is another host and another site; they are refused the same way.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

const READING = new Set(['GET', 'HEAD']);

export interface GuardedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

/**
 * The origin under which a request with this Host is served, or undefined when it is served under none: an address
 * (which, unlike a name, cannot be rebound) and `localhost` over plain HTTP, and what `--public-url` names, port included.
 * A TLS proxy must hand on the Host that it was asked for.
 */
export function originOf(host: string | undefined, publicOrigins: readonly string[]): string | undefined {
  if (host === undefined) return undefined;
  const lower = host.toLowerCase();
  const configured = publicOrigins.find((origin) => [new URL(origin).host, `${new URL(origin).hostname}:${new URL(origin).port || (origin.startsWith('https:') ? '443' : '80')}`].includes(lower));
  if (configured !== undefined) return configured;
  const name = lower.replace(/:\d+$/, '');
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === 'localhost' ? `http://${lower}` : undefined;
}

/** The check of Host alone, for programs that send no Origin (Git, webhooks). Undefined when it may pass. */
export function hostRefusal(host: string | undefined, publicOrigins: readonly string[]): string | undefined {
  if (host === undefined) return 'The request names no host.';
  return originOf(host, publicOrigins) === undefined ? `Roadbed is not served under the host name "${printable(host)}".` : undefined;
}

/** Answers one sentence that says why the request is refused; undefined when it may pass. */
export function refusal(request: GuardedRequest, publicOrigins: readonly string[]): string | undefined {
  const foreign = hostRefusal(request.headers.host, publicOrigins);
  if (foreign !== undefined) return foreign;

  const site = request.headers['sec-fetch-site'];
  const navigation = request.headers['sec-fetch-mode'] === 'navigate' && READING.has(request.method);
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigation) return 'A page of another site sent the request.';
  if (READING.has(request.method)) return undefined;

  const own = originOf(request.headers.host, publicOrigins);
  const origin = request.headers.origin;
  if (origin !== undefined) return origin.toLowerCase() === own ? undefined : `The origin "${printable(origin)}" is not the console's own.`;
  return site === 'same-origin' ? undefined : 'A request that changes something must carry the console\'s own Origin.';
}

function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);
}
