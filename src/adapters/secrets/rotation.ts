/**
 * Rotating the master key: a new key in the file, every value's key rewrapped, the old key forgotten.
 *
 * It may be killed at any line and called again: the file holds both keys until the database holds nothing
 * under the old one, and a rotation that finds old keys finishes them first.
 */
import { reading, writing } from '../postgres/failure.ts';
import { LOCK_SPACE } from '../postgres/lock-space.ts';
import { rewrap } from './envelope.ts';
import { inTransaction } from '../postgres/transaction.ts';
import { announce, MASTER_KEY_LOCK, type KeyRing } from './key-ring.ts';
import { newMasterKey, readMasterKeys, unusable, writeMasterKeys, type MasterKeys } from './master-key-file.ts';
import { SECRET_PLACE_SQL, SIGNING_KEY_PLACE_SQL } from './place.ts';

const BATCH = 200;

interface WrappedRow {
  ctid: string;
  place: string;
  master_key: string;
  wrapped_key: Buffer;
}

/** Answers the new key's id and how many values were rewrapped. */
export async function rotateMasterKey(ring: KeyRing): Promise<{ keyId: string; rewrapped: number }> {
  const { id, key } = newMasterKey();
  await writing(inTransaction(ring.database.pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, MASTER_KEY_LOCK]);
    const onDisk = await readMasterKeys(ring.path);
    if (onDisk === undefined) throw unusable(ring.path, 'it is missing');
    const both: MasterKeys = { current: id, keys: new Map([...onDisk.keys, [id, key]]) };
    await writeMasterKeys(ring.path, both);
    ring.hold(both);
    await client.query('update roadbed.master_key set current = false where current');
    await announce(client, id, key, true);
  }));
  const rewrapped = await rewrapAll(ring, id);
  await forgetOldKeys(ring);
  return { keyId: id, rewrapped };
}

/** Rewraps what is under another key than the current one; also finishes a rotation that was interrupted. */
async function rewrapAll(ring: KeyRing, current: string): Promise<number> {
  let total = 0;
  for (const { select, table } of [SECRETS, SIGNING_KEYS]) {
    for (;;) {
      const done = await writing(inTransaction(ring.database.pool, async (client) => {
        const { rows } = await client.query<WrappedRow>(`${select} limit ${BATCH} for update`, [current]);
        const newKey = await ring.key(current);
        for (const row of rows) {
          const wrapped = rewrap(await ring.key(row.master_key), newKey, row.wrapped_key, row.place);
          await client.query(`update roadbed.${table} set wrapped_key = $1, master_key = $2 where ctid = $3::tid`, [wrapped, current, row.ctid]);
        }
        return rows.length;
      }));
      total += done;
      if (done < BATCH) break;
    }
  }
  return total;
}

const SECRETS = {
  table: 'secret',
  select: `select ctid::text, ${SECRET_PLACE_SQL} as place, master_key, wrapped_key from roadbed.secret where removed_at is null and master_key <> $1`,
} as const;
const SIGNING_KEYS = { table: 'signing_key', select: `select ctid::text, ${SIGNING_KEY_PLACE_SQL} as place, master_key, wrapped_key from roadbed.signing_key where master_key <> $1` } as const;

/** Keys that nothing is under any more go from the database, then from the file. */
async function forgetOldKeys(ring: KeyRing): Promise<void> {
  await writing(ring.database.pool.query(
    'delete from roadbed.master_key k where not current and not exists (select from roadbed.secret s where s.master_key = k.id) and not exists (select from roadbed.signing_key s where s.master_key = k.id)',
  ));
  const { rows } = await reading(ring.database.pool.query<{ id: string }>('select id from roadbed.master_key'));
  const wanted = new Set(rows.map((row) => row.id));
  const kept: MasterKeys = { current: ring.held.current, keys: new Map([...ring.held.keys].filter(([id]) => wanted.has(id))) };
  await writeMasterKeys(ring.path, kept);
  ring.hold(kept);
}
