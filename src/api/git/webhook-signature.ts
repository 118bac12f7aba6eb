/**
 * Whether a webhook was sent by the one who knows the secret: the rules of GitHub, GitLab and Forgejo.
 *
 * GitHub and Forgejo sign the body's bytes with HMAC-SHA256; GitLab sends the secret itself. Compared in
 * constant time, over hashes, so that not even the length leaks.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type WebhookProvider = 'github' | 'gitlab' | 'forgejo';
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const SIGNATURE_HEADERS: Record<Exclude<WebhookProvider, 'gitlab'>, readonly string[]> = {
  github: ['x-hub-signature-256'],
  forgejo: ['x-forgejo-signature', 'x-gitea-signature', 'x-hub-signature-256'],
};
const DELIVERY_HEADERS: Record<WebhookProvider, readonly string[]> = {
  github: ['x-github-delivery'],
  gitlab: ['x-gitlab-event-uuid', 'idempotency-key', 'x-gitlab-webhook-uuid'],
  forgejo: ['x-forgejo-delivery', 'x-gitea-delivery', 'x-github-delivery'],
};
const EVENT_HEADERS: Record<WebhookProvider, readonly string[]> = {
  github: ['x-github-event'],
  gitlab: ['x-gitlab-event'],
  forgejo: ['x-forgejo-event', 'x-gitea-event', 'x-github-event'],
};

export function isAuthentic(provider: WebhookProvider, headers: Headers, body: Uint8Array, secret: string): boolean {
  if (secret === '') return false;
  if (provider === 'gitlab') return same(first(headers, ['x-gitlab-token']) ?? '', secret);
  const given = first(headers, SIGNATURE_HEADERS[provider]) ?? '';
  return same(given.replace(/^sha256=/, '').toLowerCase(), createHmac('sha256', secret).update(body).digest('hex'));
}

/** The sender's id of this delivery; absent where the sender gives none. */
export function deliveryId(provider: WebhookProvider, headers: Headers): string | undefined {
  return first(headers, DELIVERY_HEADERS[provider]);
}

/** Whether it tells of a push; other events are acknowledged and ignored. */
export function isPush(provider: WebhookProvider, headers: Headers): boolean {
  return /^(push|push hook|system hook)$/i.test(first(headers, EVENT_HEADERS[provider]) ?? '');
}

function first(headers: Headers, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function same(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
