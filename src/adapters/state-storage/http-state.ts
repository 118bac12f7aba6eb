/**
 * A state from Terraform's http backend, or any other address on the web: one GET, bounded in time and size.
 *
 * Credentials come from the environment as for Terraform itself (TF_HTTP_USERNAME, TF_HTTP_PASSWORD, certificates), or
 * as a token or headers of one's own. They go to the host that a person named and nowhere else: a redirect to another
 * host is refused, and an address that stood in code gets none. Certificates are always checked.
 */
import { request as plainRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import { PlatformError } from '../../domain/error.ts';
import type { HttpAddress } from '../../domain/state-address.ts';
import { shownStateAddress } from '../../domain/state-address.ts';
import type { StateStorageOptions, StoredState } from '../../ports/state-storage.ts';
import { boundedBytes, checkSize } from './bounded-bytes.ts';

type Environment = StateStorageOptions['environment'];

const MOST_REDIRECTS = 5;

export function httpState(address: HttpAddress, options: StateStorageOptions): StoredState {
  const name = shownStateAddress(address);
  const root = name.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  return { name, root, workspace: 'default', read: () => read(name, address, options) };
}

async function* read(name: string, address: HttpAddress, { environment, timeoutMs, largestBytes }: StateStorageOptions): AsyncGenerator<Uint8Array> {
  const url = new URL(address.url);
  const given = url.username === '' ? {} : basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
  url.username = '';
  url.password = '';
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'roadbed', ...given, ...(address.trusted ? ownHeaders(environment) : {}) };
  const tls = address.trusted ? certificates(environment) : {};
  try {
    yield* boundedBytes({ name, timeoutMs, ...(largestBytes === undefined ? {} : { largestBytes }) }, async (signal) => {
      const answer = await follow(url, { headers, ...tls, signal }, name);
      checkAnswer(answer, name, address.trusted);
      checkSize(name, lengthOf(answer), largestBytes);
      return answer;
    });
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    throw new PlatformError({ code: 'ROADBED-8206', class: 'unavailable', message: `${name} does not answer with a state`, why: reasonOf(error), next: 'look whether the address is right and reachable from here; TF_HTTP_CLIENT_CA_CERTIFICATE_PEM takes an authority of your own', retry: 'backoff' });
  }
}

function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** User and password as Terraform takes them, a bearer token, and lines of `Name: value`. */
function ownHeaders(environment: Environment): Record<string, string> {
  const { TF_HTTP_USERNAME: user, TF_HTTP_PASSWORD: password, ROADBED_STATE_TOKEN: token, ROADBED_STATE_HEADERS: lines = '' } = environment;
  const headers: Record<string, string> = {};
  for (const line of lines.split('\n').filter((one) => one.trim() !== '')) {
    const [, header = '', value = ''] = /^([!#$%&'*+.^`|~\w-]+):\s*([\t\x20-\x7e]*)$/.exec(line.trim()) ?? [];
    if (header === '') throw new PlatformError({ code: 'ROADBED-8809', class: 'usage', message: 'ROADBED_STATE_HEADERS has a line that is no header', next: 'write each as `Name: value`, one a line' });
    headers[header.toLowerCase()] = value;
  }
  return { ...headers, ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }), ...(user === undefined ? {} : basic(user, password ?? '')) };
}

function certificates(environment: Environment): Pick<RequestOptions & { ca?: string; cert?: string; key?: string }, 'ca' | 'cert' | 'key'> {
  const { TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: ca, TF_HTTP_CLIENT_CERTIFICATE_PEM: cert, TF_HTTP_CLIENT_PRIVATE_KEY_PEM: key } = environment;
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}

async function follow(start: URL, options: RequestOptions, name: string): Promise<IncomingMessage> {
  let url = start;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const answer = await get(url, options);
    const { statusCode = 0, headers } = answer;
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return answer;
    answer.destroy();
    if (!URL.canParse(headers.location, url.href)) break;
    const next = new URL(headers.location, url);
    const upgraded = url.protocol === 'http:' && next.protocol === 'https:' && next.hostname === url.hostname;
    if (next.origin !== url.origin && !upgraded) {
      throw new PlatformError({ code: 'ROADBED-8207', class: 'not-found', message: `${name} redirects to another place`, why: `to ${next.protocol}//${next.host}, which would get the credentials`, next: 'give that address, if you trust it' });
    }
    url = next;
  }
  throw new PlatformError({ code: 'ROADBED-8207', class: 'not-found', message: `${name} gives no state`, why: 'it redirects without end, or to nowhere', next: 'give the address that `terraform init` uses' });
}

function get(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((answered, failed) => {
    const request = (url.protocol === 'https:' ? secureRequest : plainRequest)(url, { ...options, agent: false }, answered);
    request.on('error', failed);
    request.end();
  });
}

function checkAnswer(answer: IncomingMessage, name: string, trusted: boolean): void {
  const { statusCode = 0, headers } = answer;
  const type = String(headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (statusCode === 200 && type !== 'text/html') return;
  answer.destroy();
  if (statusCode === 200) throw new PlatformError({ code: 'ROADBED-8207', class: 'not-found', message: `${name} gives no state`, why: 'it answered with a web page, perhaps to log in', next: 'give the address that `terraform init` uses, with its credentials' });
  const refused = statusCode === 401 || statusCode === 403;
  const how = trusted ? 'set TF_HTTP_USERNAME and TF_HTTP_PASSWORD, or ROADBED_STATE_TOKEN' : 'an address from code gets no credentials; give the address itself';
  throw new PlatformError({ code: 'ROADBED-8207', class: refused ? 'forbidden' : 'not-found', message: `${name} gives no state`, why: `it answered ${statusCode}`, next: refused ? how : 'give the address that `terraform init` uses' });
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
