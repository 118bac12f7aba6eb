/**
 * `POST /hooks/<namespace>/<repository>`: a hint that an external repository moved.
 *
 * What the body says is not believed: a genuine push only has the repository fetched, which is what the next poll
 * would do. A delivery is taken once; a repeated one is acknowledged and does nothing. Whether a repository exists is
 * not told to those who cannot sign.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { deliveryId, isAuthentic, isPush, type WebhookProvider } from './webhook-signature.ts';

export interface WebhookDependencies {
  /** The registration's provider and the secret's value; undefined when the repository takes no webhook. */
  secretOf(namespace: string, repository: string): Promise<{ provider: WebhookProvider; secret: string } | undefined>;
  /** Have the repository looked at now. */
  onPush(namespace: string, repository: string): void;
  /** Told of every refusal, for the audit: never holds what was sent. */
  onRefused(namespace: string, repository: string, reason: string): void;
}

export interface Webhooks {
  /** False when the path is none of ours, and nothing was answered. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

const ADDRESS = /^\/hooks\/([a-z0-9][a-z0-9-]{0,62})\/([a-z0-9][a-z0-9.-]{0,99})$/;
const LARGEST_BODY = 1024 * 1024;
const BODY_TIMEOUT_MS = 10_000;
const REMEMBERED = 10_000;

export function openWebhooks(deps: WebhookDependencies): Webhooks {
  const taken = new Set<string>();
  return {
    handle: async (request, response) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      if (!path.startsWith('/hooks/')) return false;
      const [, namespace = '', repository = ''] = ADDRESS.exec(path) ?? [];
      if (namespace === '') return answer(response, 404, 'no such hook');
      if (request.method !== 'POST') return answer(response, 405, 'webhooks are sent with POST', { allow: 'POST' });
      const body = await readBody(request);
      if (typeof body === 'number') return answer(response, body, body === 413 ? 'the body is larger than 1 MB' : 'the body did not arrive');
      const known = await deps.secretOf(namespace, repository);
      // An unknown repository costs the same comparison as a known one and answers the same.
      const genuine = isAuthentic(known?.provider ?? 'github', request.headers, body, known?.secret ?? 'no such repository');
      if (known === undefined || !genuine) {
        deps.onRefused(namespace, repository, known === undefined ? 'it takes no webhook' : 'the signature is wrong');
        return answer(response, 401, 'the signature does not match');
      }
      const delivery = createHash('sha256').update(`${namespace}/${repository}/${deliveryId(known.provider, request.headers) ?? createHash('sha256').update(body).digest('hex')}`).digest('base64');
      if (taken.has(delivery)) return answer(response, 200, 'taken before');
      remember(taken, delivery);
      if (!isPush(known.provider, request.headers)) return answer(response, 202, 'not a push; nothing to do');
      deps.onPush(namespace, repository);
      return answer(response, 202, 'the repository will be looked at');
    },
  };
}

/** The newest deliveries; an older one that comes again only has the repository looked at once more. */
function remember(taken: Set<string>, delivery: string): void {
  taken.add(delivery);
  if (taken.size <= REMEMBERED) return;
  const [oldest] = taken;
  if (oldest !== undefined) taken.delete(oldest);
}

/** The body, or the status to answer with. */
async function readBody(request: IncomingMessage): Promise<Buffer | 413 | 408> {
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (result: Buffer | 413 | 408): void => {
      clearTimeout(timer);
      if (typeof result === 'number') request.resume();
      resolve(result);
    };
    const timer = setTimeout(() => end(408), BODY_TIMEOUT_MS);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LARGEST_BODY) end(413);
      else chunks.push(chunk);
    });
    request.once('end', () => end(Buffer.concat(chunks)));
    request.once('close', () => end(408));
  });
}

function answer(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): true {
  const closing: Record<string, string> = status === 413 || status === 408 ? { connection: 'close' } : {};
  if (!response.destroyed) response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...closing, ...headers }).end(`${message}\n`);
  return true;
}
