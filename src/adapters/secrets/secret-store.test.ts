import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../postgres/connect.ts';
import { testDatabase, type TestDatabase } from '../postgres/testing/database.ts';
import { decrypt, encrypt } from './envelope.ts';
import { readMasterKeys } from './master-key-file.ts';
import { openSecretStore, type SecretStore } from './secret-store.ts';
import { openSigner } from './signer.ts';

const SCOPE = { namespace: 'shop', environment: 'prod', service: 'checkout' };
const PLANTED = 'pl4nted-S3cret-äöü-Zq9';
let database: TestDatabase;
let folder: string;
let file: string;
let secrets: SecretStore;

beforeEach(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'roadbed-secrets-'));
  file = join(folder, 'keys', 'master-key.json');
  ({ secrets } = await openSecretStore(database, file));
});

afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('versions', () => {
  test('every new value is a version, and old ones stay resolvable', async () => {
    expect(await secrets.set(SCOPE, 'API_KEY', 'one', 'user:ada')).toMatchObject({ ...SCOPE, name: 'API_KEY', version: 1, createdBy: 'user:ada' });
    expect((await secrets.set(SCOPE, 'API_KEY', 'two', 'user:ada')).version).toBe(2);
    await secrets.set(SCOPE, 'OTHER', 'x', 'user:ada');
    expect(await secrets.versions(SCOPE)).toEqual({ API_KEY: 2, OTHER: 1 });
    expect(await secrets.resolve(SCOPE, { API_KEY: 1, OTHER: 1 })).toEqual({ API_KEY: 'one', OTHER: 'x' });
    expect(await secrets.resolve(SCOPE, {})).toEqual({});
  });

  test('the same value again is no new version', async () => {
    await secrets.set(SCOPE, 'API_KEY', PLANTED, 'user:ada');
    expect((await secrets.set(SCOPE, 'API_KEY', PLANTED, 'user:bob')).version).toBe(1);
  });

  test('a removed secret is gone for good, and its version numbers are never given again', async () => {
    await secrets.set(SCOPE, 'API_KEY', 'one', 'user:ada');
    await secrets.remove(SCOPE, 'API_KEY');
    expect(await secrets.versions(SCOPE)).toEqual({});
    expect((await secrets.set(SCOPE, 'API_KEY', 'one', 'user:ada')).version).toBe(2);
    await expect(secrets.resolve(SCOPE, { API_KEY: 1 })).rejects.toMatchObject({ code: 'ROADBED-4103', message: 'checkout in prod lacks the secret API_KEY (version 1).' });
  });

  test('scopes do not see each other', async () => {
    await secrets.set(SCOPE, 'API_KEY', 'one', 'user:ada');
    for (const other of [{ ...SCOPE, namespace: 'x' }, { ...SCOPE, environment: 'dev' }, { ...SCOPE, service: 'basket' }]) {
      expect(await secrets.versions(other)).toEqual({});
      await expect(secrets.resolve(other, { API_KEY: 1 })).rejects.toMatchObject({ code: 'ROADBED-4103' });
    }
    expect((await secrets.list({})).map((info) => info.name)).toEqual(['API_KEY']);
    expect(await secrets.list({ environment: 'dev' })).toEqual([]);
  });

  test('writers at the same time get different versions', async () => {
    const written = await Promise.all(Array.from({ length: 8 }, (_, index) => secrets.set(SCOPE, 'API_KEY', `v${index}`, 'user:ada')));
    expect(written.map((info) => info.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test.each(['', '1A', 'A-B', 'A B', 'A=B', 'a'.repeat(129)])('%j is no name', async (name) => {
    await expect(secrets.set(SCOPE, name, 'x', 'user:ada')).rejects.toMatchObject({ code: 'ROADBED-4101' });
  });

  test('a value that could not be a variable is refused without being repeated', async () => {
    for (const value of [`${PLANTED}\0`, PLANTED.repeat(10_000)]) {
      const error: Error = await secrets.set(SCOPE, 'A', value, 'user:ada').then(() => new Error('taken'), (refusal: Error) => refusal);
      expect(error).toMatchObject({ code: 'ROADBED-4101' });
      expect(JSON.stringify(error) + String(error.message)).not.toContain(PLANTED);
    }
  });
});

/** Every value of every table of the platform's schema, as text; bytes also as they are. */
async function everything(from: Database): Promise<string> {
  const { rows } = await from.pool.query<{ table_name: string }>("select table_name from information_schema.tables where table_schema = 'roadbed'");
  const dumps = await Promise.all(rows.map(async ({ table_name: table }) => (await from.pool.query<Record<string, unknown>>(`select * from roadbed.${table}`)).rows));
  return dumps.flat().flatMap((row) => Object.values(row)).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') + value.toString('utf8') : JSON.stringify(value))).join('\n');
}

describe('a planted secret', () => {
  test('is found nowhere: not in the database, not in its log, not in an error', async () => {
    await secrets.set(SCOPE, 'API_KEY', PLANTED, 'user:ada');
    await secrets.set(SCOPE, 'API_KEY', `${PLANTED}-second`, 'user:ada');
    const said: string[] = [];
    await database.pool.query('alter table roadbed.secret add constraint never check (version < 3)');
    await secrets.set(SCOPE, 'API_KEY', `${PLANTED}-third`, 'user:ada').catch((error: Error & { detail?: string; cause?: unknown }) => said.push(error.message, error.stack ?? '', error.detail ?? '', JSON.stringify(error), JSON.stringify(error.cause)));
    await database.pool.query('update roadbed.secret set ciphertext = ciphertext || $1::bytea', [Buffer.from('x')]);
    await secrets.resolve(SCOPE, { API_KEY: 1 }).catch((error: Error) => said.push(error.message, error.stack ?? '', JSON.stringify(error)));
    expect(said.length).toBe(8);
    const log = database.server === undefined ? '' : readFileSync(database.server.logFile, 'utf8');
    const haystack = [await everything(database), log, readFileSync(file, 'utf8'), ...said].join('\n');
    for (const needle of [PLANTED, Buffer.from(PLANTED).toString('base64').slice(0, 20), Buffer.from(PLANTED).toString('hex'), Buffer.from(PLANTED).toString('latin1')]) expect(haystack.includes(needle)).toBe(false);
  });
});

describe('the box', () => {
  test('a value that was moved to another row does not open', async () => {
    await secrets.set(SCOPE, 'A', 'one', 'user:ada');
    await secrets.set(SCOPE, 'B', 'two', 'user:ada');
    await database.pool.query("update roadbed.secret set (wrapped_key, ciphertext) = (select wrapped_key, ciphertext from roadbed.secret where name = 'A') where name = 'B'");
    await expect(secrets.resolve(SCOPE, { B: 1 })).rejects.toMatchObject({ code: 'ROADBED-4104' });
  });

  test('any changed bit is noticed', () => {
    const key = Buffer.alloc(32, 1);
    const box = encrypt(key, Buffer.from('value'), 'here');
    expect(decrypt(key, box, 'here').toString()).toBe('value');
    for (let position = 0; position < box.length; position += 1) {
      const changed = Buffer.from(box);
      changed[position] = (changed[position] ?? 0) ^ 1;
      expect(() => decrypt(key, changed, 'here')).toThrow(/cannot be decrypted/);
    }
    expect(() => decrypt(key, box, 'there')).toThrow(/cannot be decrypted/);
    expect(() => decrypt(key, box.subarray(0, 20), 'here')).toThrow(/cannot be decrypted/);
  });
});

describe('the master key file', () => {
  test('is made once, for its owner only', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, 'utf8');
    await openSecretStore(database, file);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test.each<[string, () => void, RegExp]>([
    ['open to others', () => chmodSync(file, 0o640), /its mode is 0640/],
    ['missing', () => rmSync(file), /missing, and the database has secrets/],
    ['broken', () => writeFileSync(file, '{'), /not valid JSON/],
    ['of another form', () => writeFileSync(file, '{"schemaVersion":1,"current":"a","keys":{"a":"AAAA"}}'), /does not have the form/],
    ['of another installation', () => writeFileSync(file, JSON.stringify({ schemaVersion: 1, current: 'a', keys: { a: Buffer.alloc(32).toString('base64') } })), /lacks the key mk-/],
    ['with another key under the same name', () => {
      const form = JSON.parse(readFileSync(file, 'utf8')) as { current: string; keys: Record<string, string> };
      writeFileSync(file, JSON.stringify({ ...form, keys: { [form.current]: Buffer.alloc(32, 3).toString('base64') } }));
    }, /is not the one that the database was encrypted with/],
  ])('that is %s is refused when the platform starts', async (_how, change, why) => {
    await secrets.set(SCOPE, 'A', 'one', 'user:ada');
    change();
    await expect(openSecretStore(database, file)).rejects.toMatchObject({ code: 'ROADBED-4102', why: expect.stringMatching(why) });
  });
});

describe('rotation of the master key', () => {
  async function fill(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await secrets.set(SCOPE, `S${index}`, `value ${index}`, 'user:ada');
  }

  async function expectAll(store: SecretStore, count: number): Promise<void> {
    const pinned = Object.fromEntries(Array.from({ length: count }, (_, index) => [`S${index}`, 1]));
    expect(await store.resolve(SCOPE, pinned)).toEqual(Object.fromEntries(Array.from({ length: count }, (_, index) => [`S${index}`, `value ${index}`])));
  }

  test('rewraps everything and forgets the old key; values and signatures stay what they were', async () => {
    await fill(5);
    const { keyRing } = await openSecretStore(database, file);
    const signer = await openSigner(keyRing);
    const signature = await signer.sign(Buffer.from('x'));
    const before = await database.pool.query<{ ciphertext: Buffer }>('select ciphertext from roadbed.secret order by name');
    const { keyId, rewrapped } = await secrets.rotateMasterKey();
    expect(rewrapped).toBe(6);
    expect([...((await readMasterKeys(file))?.keys.keys() ?? [])]).toEqual([keyId]);
    expect((await database.pool.query('select ciphertext from roadbed.secret order by name')).rows).toEqual(before.rows);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expectAll(secrets, 5);
    const reopened = await openSigner((await openSecretStore(database, file)).keyRing);
    expect(reopened.keyId()).toBe(signer.keyId());
    expect(await reopened.verify(signer.keyId(), Buffer.from('x'), signature)).toBe(true);
  });

  test('another replica goes on reading and writing', async () => {
    const second = await database.reopen();
    try {
      const { secrets: other } = await openSecretStore(second, file);
      await fill(3);
      await secrets.rotateMasterKey();
      await expectAll(other, 3);
      await other.set(SCOPE, 'NEW', 'by the other', 'user:bob');
      expect(await secrets.resolve(SCOPE, { NEW: 1 })).toEqual({ NEW: 'by the other' });
    } finally {
      await second.close();
    }
  });

  test('writes during a rotation lose nothing', async () => {
    await fill(20);
    const writes = Promise.all(Array.from({ length: 30 }, (_, index) => secrets.set(SCOPE, `W${index}`, `w ${index}`, 'user:ada')));
    await Promise.all([secrets.rotateMasterKey(), writes]);
    await secrets.rotateMasterKey();
    await expectAll(secrets, 20);
    const names = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`W${index}`, 1]));
    expect(Object.keys(await secrets.resolve(SCOPE, names))).toHaveLength(30);
  });

  test('interrupted at any statement it loses nothing, and the next one finishes it', async () => {
    await fill(3);
    let interruptions = 0;
    for (let statement = 1; statement < 100; statement += 1) {
      const { secrets: dying } = await openSecretStore(failingAfter(database, () => statement), file).catch(() => ({ secrets: undefined }));
      if (dying === undefined) continue;
      const died = await dying.rotateMasterKey().then(() => false, () => true);
      const { secrets: fresh } = await openSecretStore(database, file);
      await expectAll(fresh, 3);
      if (!died) break;
      interruptions += 1;
    }
    expect(interruptions).toBeGreaterThan(10);
    await secrets.rotateMasterKey();
    expect((await readMasterKeys(file))?.keys.size).toBe(1);
    await expectAll((await openSecretStore(database, file)).secrets, 3);
  });
});

/** The same database whose connection breaks after so many statements. */
function failingAfter(whole: TestDatabase, allowed: () => number): Database {
  let statements = 0;
  const query = (original: (...args: unknown[]) => unknown) => (...args: unknown[]) => {
    statements += 1;
    return statements > allowed() ? Promise.reject(new Error('interrupted')) : original(...args);
  };
  const pool = new Proxy(whole.pool, {
    get: (target, key) => {
      if (key === 'query') return query(target.query.bind(target) as (...args: unknown[]) => unknown);
      if (key !== 'connect') return Reflect.get(target, key) as unknown;
      return async () => {
        const client = await target.connect();
        return new Proxy(client, { get: (inner, name) => (name === 'query' ? query(inner.query.bind(inner) as (...args: unknown[]) => unknown) : name === 'release' ? () => inner.release(true) : (Reflect.get(inner, name) as unknown)) });
      };
    },
  });
  return { ...whole, pool };
}

describe('signing keys', () => {
  test('are made once, also by two replicas at the same time', async () => {
    const rings = await Promise.all([openSecretStore(database, file), openSecretStore(database, file)]);
    const signers = await Promise.all(rings.map(({ keyRing }) => openSigner(keyRing)));
    expect(new Set(signers.map((signer) => signer.keyId())).size).toBe(1);
  });

  test('a retired key still verifies, an unknown one does not', async () => {
    const signer = await openSigner((await openSecretStore(database, file)).keyRing);
    const [old, payload] = [signer.keyId(), Buffer.from('payload')];
    const signature = await signer.sign(payload);
    const current = await signer.rotate();
    expect(current).not.toBe(old);
    expect(await signer.verify(old, payload, signature)).toBe(true);
    expect(await signer.verify(current, payload, signature)).toBe(false);
    expect(await signer.verify(old, Buffer.from('other'), signature)).toBe(false);
    expect(await signer.verify('ed25519-0', payload, signature)).toBe(false);
    expect(existsSync(file)).toBe(true);
  });

  test('a public key that was swapped in the database is not believed', async () => {
    const signer = await openSigner((await openSecretStore(database, file)).keyRing);
    const stranger = await signer.rotate();
    const honest = await signer.rotate();
    await database.pool.query('update roadbed.signing_key set public_key = (select public_key from roadbed.signing_key where id = $1) where id = $2', [stranger, honest]);
    expect(await signer.verify(honest, Buffer.from('x'), await signer.sign(Buffer.from('x')))).toBe(false);
  });
});
