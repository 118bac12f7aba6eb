/**
 * The form of an access token: `rbt_<id>_<secret>`, 20 and 64 hexadecimal digits.
 *
 * The id finds the row and may be shown; the secret has 256 random bits, so that one round of SHA-256 is
 * all its hash needs. Secrets are compared through their hashes, in constant time.
 */
import { hash as digest, randomBytes, timingSafeEqual } from 'node:crypto';

const FORM = /^rbt_([0-9a-f]{20})_[0-9a-f]{64}$/;

export interface FreshToken {
  id: string;
  token: string;
  prefix: string;
  hash: Buffer;
}

export function hashOf(text: string): Buffer {
  return digest('sha256', text, 'buffer');
}

export function freshToken(): FreshToken {
  const id = randomBytes(10).toString('hex');
  const prefix = `rbt_${id}`;
  const token = `${prefix}_${randomBytes(32).toString('hex')}`;
  return { id, token, prefix, hash: hashOf(token) };
}

/** The id in a well-formed token; undefined for anything else. */
export function tokenId(token: string): string | undefined {
  return FORM.exec(token)?.[1];
}

const NOBODY = Buffer.alloc(32);

/** Takes the same time whether or not there is a hash to compare with. */
export function hashMatches(hash: Buffer | undefined, token: string): boolean {
  const expected = hash !== undefined && hash.length === NOBODY.length ? hash : NOBODY;
  return timingSafeEqual(expected, hashOf(token)) && expected !== NOBODY;
}
