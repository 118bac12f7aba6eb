/**
 * The platform's signing keys (ed25519): private halves encrypted like secrets, old ones kept to verify by.
 * A key's id is made of its public half, so an id can never come to mean another key.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { Signer } from '../../ports/secrets.ts';
import { reading, writing } from '../postgres/failure.ts';
import { seal, unseal } from './envelope.ts';
import { inTransaction } from '../postgres/transaction.ts';
import type { KeyRing } from './key-ring.ts';
import { placeOfSigningKey } from './place.ts';

interface ActiveKey {
  id: string;
  key: KeyObject;
}

export interface RotatingSigner extends Signer {
  /** Makes a new key and retires the old one, which still verifies. Answers the new id. */
  rotate(): Promise<string>;
}

interface Row {
  id: string;
  master_key: string;
  wrapped_key: Buffer;
  ciphertext: Buffer;
}

/** Loads the active key, or makes the first one. */
export async function openSigner(ring: KeyRing): Promise<RotatingSigner> {
  return new PlatformSigner(ring, (await loadActive(ring)) ?? (await makeKey(ring, false)));
}

class PlatformSigner implements RotatingSigner {
  readonly #ring: KeyRing;
  readonly #known = new Map<string, KeyObject>();
  #active: ActiveKey;

  constructor(ring: KeyRing, active: ActiveKey) {
    this.#ring = ring;
    this.#active = active;
  }

  keyId(): string {
    return this.#active.id;
  }

  sign(payload: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(sign(null, payload, this.#active.key)));
  }

  async verify(keyId: string, payload: Uint8Array, signature: Uint8Array): Promise<boolean> {
    const key = await this.#publicKey(keyId);
    return key !== undefined && verify(null, payload, key, signature);
  }

  async rotate(): Promise<string> {
    this.#active = await makeKey(this.#ring, true);
    return this.#active.id;
  }

  async #publicKey(id: string): Promise<KeyObject | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const { rows } = await reading(this.#ring.database.pool.query<{ public_key: Buffer }>('select public_key from roadbed.signing_key where id = $1', [id]));
    const der = rows[0]?.public_key;
    if (der === undefined || idOf(der) !== id) return undefined;
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    this.#known.set(id, key);
    return key;
  }
}

function idOf(publicKey: Uint8Array): string {
  return `ed25519-${createHash('sha256').update(publicKey).digest('hex').slice(0, 32)}`;
}

async function loadActive(ring: KeyRing): Promise<ActiveKey | undefined> {
  const { rows } = await reading(ring.database.pool.query<Row>('select id, master_key, wrapped_key, ciphertext from roadbed.signing_key where retired_at is null'));
  const [row] = rows;
  return row === undefined ? undefined : toActive(ring, row);
}

async function toActive(ring: KeyRing, row: Row): Promise<ActiveKey> {
  const der = unseal(await ring.key(row.master_key), { wrappedKey: row.wrapped_key, ciphertext: row.ciphertext }, placeOfSigningKey(row.id));
  return { id: row.id, key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
}

/** `replace` false: a key that another replica made meanwhile is taken instead. */
async function makeKey(ring: KeyRing, replace: boolean): Promise<ActiveKey> {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' });
  const id = idOf(publicKey);
  const made = await writing(inTransaction(ring.database.pool, async (client) => {
    const master = await ring.currentKey(client);
    const sealed = seal(master.key, pair.privateKey.export({ format: 'der', type: 'pkcs8' }), placeOfSigningKey(id));
    if (replace) await client.query('update roadbed.signing_key set retired_at = now() where retired_at is null');
    const { rowCount } = await client.query(
      'insert into roadbed.signing_key (id, public_key, master_key, wrapped_key, ciphertext) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [id, publicKey, master.id, sealed.wrappedKey, sealed.ciphertext],
    );
    return rowCount === 1;
  }));
  const active = made ? { id, key: pair.privateKey } : await loadActive(ring);
  if (active === undefined) throw new Error('a signing key was made by another replica and has vanished');
  return active;
}
