/** Names of provisioned things: readable in front, unique behind; the same request always has the same name. */
import { createHash } from 'node:crypto';
import type { ProvisionRequest } from '../../ports/provisioner.ts';

export type Identity = Pick<ProvisionRequest, 'namespace' | 'environment' | 'uid'>;

function identityHash({ namespace, environment, uid }: Identity, digits: number): string {
  return createHash('sha256').update([namespace, environment, uid].join('\n')).digest('hex').slice(0, digits);
}

/** The id of a uid as lower-case words: `postgres.default#checkout.db` is `checkout`, `db`. */
function words(uid: string, separator: string, longest: number): string {
  const id = uid.slice(uid.indexOf('#') + 1).toLowerCase().replace(/[^a-z0-9]+/g, separator);
  return id.slice(0, longest).replace(new RegExp(`^${separator}+|${separator}+$`, 'g'), '');
}

/** `checkout_db_1a2b3c4d5e6f`: fits PostgreSQL's 63 bytes and needs no quotes, but gets them. */
export function databaseName(identity: Identity): string {
  return `rb_${words(identity.uid, '_', 40)}_${identityHash(identity, 12)}`;
}

/** `data-checkout-1a2b3c4d5e6f1a2b`: a folder's name. */
export function folderName(identity: Identity): string {
  return `${words(identity.uid, '-', 60)}-${identityHash(identity, 16)}`;
}

/** `checkout-site-1a2b3c`: a host's first label. */
export function hostLabel(identity: Identity): string {
  return `${words(identity.uid, '-', 50)}-${identityHash(identity, 6)}`;
}
