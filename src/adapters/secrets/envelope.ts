/**
 * Envelope encryption: each value has a key of its own (AES-256-GCM), and that key is encrypted by the master key.
 *
 * Rotating the master key therefore rewraps small keys and touches no value. Each box is bound to the
 * place it belongs to by its additional data: a ciphertext moved to another row does not open.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealed {
  wrappedKey: Buffer;
  ciphertext: Buffer;
}

/** nonce, tag, ciphertext. */
export function encrypt(key: Uint8Array, plain: Uint8Array, place: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Throws ROADBED-4104 when the box is not what was put at this place under this key. */
export function decrypt(key: Uint8Array, box: Uint8Array, place: string): Buffer {
  try {
    if (box.length < NONCE_BYTES + TAG_BYTES) throw new Error('too short');
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES }).setAAD(Buffer.from(place));
    decipher.setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new PlatformError({ code: 'ROADBED-4104', class: 'failed', message: 'A stored secret cannot be decrypted.', why: `What is stored for ${place} was changed, or belongs to another key.`, next: 'Restore the database from a backup, or set the secret again.' });
  }
}

export function seal(masterKey: Uint8Array, plain: Uint8Array, place: string): Sealed {
  const key = randomBytes(KEY_BYTES);
  return { wrappedKey: encrypt(masterKey, key, `key of ${place}`), ciphertext: encrypt(key, plain, place) };
}

export function unseal(masterKey: Uint8Array, sealed: Sealed, place: string): Buffer {
  return decrypt(decrypt(masterKey, sealed.wrappedKey, `key of ${place}`), sealed.ciphertext, place);
}

/** The value's key under another master key; the value itself is not touched. */
export function rewrap(oldKey: Uint8Array, newKey: Uint8Array, wrappedKey: Uint8Array, place: string): Buffer {
  return encrypt(newKey, decrypt(oldKey, wrappedKey, `key of ${place}`), `key of ${place}`);
}
