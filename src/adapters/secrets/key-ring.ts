/**
 * The master keys as this process holds them, checked against the database.
 *
 * The database names the current key and holds a proof of each, so that neither a lost file nor a file of
 * another installation is noticed only when a secret is needed. Writers hold a shared lock while they
 * encrypt, a rotation the exclusive one: nothing is ever encrypted with a key that is about to go.
 */
import type pg from 'pg';
import type { Database } from '../postgres/connect.ts';
import { reading, writing } from '../postgres/failure.ts';
import { LOCK_SPACE } from '../postgres/lock-space.ts';
import { inTransaction } from '../postgres/transaction.ts';
import { decrypt, encrypt } from './envelope.ts';
import { newMasterKey, readMasterKeys, unusable, writeMasterKeys, type MasterKeys } from './master-key-file.ts';

/** Second key of the advisory lock, beside those of postgres/lock-space. */
export const MASTER_KEY_LOCK = 100;
const PROOF = Buffer.from('roadbed master key');

export class KeyRing {
  readonly database: Database;
  readonly path: string;
  #held: MasterKeys;

  private constructor(database: Database, path: string, held: MasterKeys) {
    this.database = database;
    this.path = path;
    this.#held = held;
  }

  /** Reads the file, or makes it when neither it nor a secret exists; throws ROADBED-4102 when file and database do not fit. */
  static async open(database: Database, path: string): Promise<KeyRing> {
    return writing(inTransaction(database.pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, MASTER_KEY_LOCK]);
      const { rows } = await client.query<{ id: string; proof: Buffer; current: boolean }>('select id, proof, current from roadbed.master_key');
      let held = await readMasterKeys(path);
      if (held === undefined && rows.length > 0) throw unusable(path, 'it is missing, and the database has secrets under it');
      if (held === undefined) {
        const { id, key } = newMasterKey();
        held = { current: id, keys: new Map([[id, key]]) };
        await writeMasterKeys(path, held);
      }
      for (const row of rows) checkProof(path, held, row);
      for (const [id, key] of rows.length === 0 ? held.keys : []) await announce(client, id, key, id === held.current);
      return new KeyRing(database, path, held);
    }));
  }

  /** The key that new values are encrypted with, inside a transaction that holds the shared lock until its end. */
  async currentKey(client: pg.ClientBase): Promise<{ id: string; key: Buffer }> {
    await client.query('select pg_advisory_xact_lock_shared($1, $2)', [LOCK_SPACE, MASTER_KEY_LOCK]);
    const { rows } = await client.query<{ id: string }>('select id from roadbed.master_key where current');
    const id = rows[0]?.id ?? '';
    return { id, key: await this.key(id) };
  }

  /** A key by its id; the file is read again when another replica has rotated. */
  async key(id: string): Promise<Buffer> {
    const known = this.#held.keys.get(id);
    if (known !== undefined) return known;
    const held = await readMasterKeys(this.path);
    if (held !== undefined) this.#held = held;
    const found = this.#held.keys.get(id);
    if (found === undefined) throw unusable(this.path, `it lacks the key ${id}`);
    const { rows } = await reading(this.database.pool.query<{ id: string; proof: Buffer }>('select id, proof from roadbed.master_key where id = $1', [id]));
    for (const row of rows) checkProof(this.path, this.#held, row);
    return found;
  }

  /** Takes over what a rotation has written. */
  hold(keys: MasterKeys): void {
    this.#held = keys;
  }

  get held(): MasterKeys {
    return this.#held;
  }
}

export async function announce(client: pg.ClientBase, id: string, key: Buffer, current: boolean): Promise<void> {
  await client.query('insert into roadbed.master_key (id, proof, current) values ($1, $2, $3)', [id, encrypt(key, PROOF, `proof of ${id}`), current]);
}

function checkProof(path: string, held: MasterKeys, { id, proof }: { id: string; proof: Buffer }): void {
  const key = held.keys.get(id);
  if (key === undefined) throw unusable(path, `it lacks the key ${id}, under which the database has secrets`);
  try {
    decrypt(key, proof, `proof of ${id}`);
  } catch {
    throw unusable(path, `its key ${id} is not the one that the database was encrypted with`);
  }
}
