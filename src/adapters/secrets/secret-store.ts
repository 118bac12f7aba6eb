/**
 * Secrets in PostgreSQL: every version a row, encrypted before it leaves this process.
 *
 * Setting the value that is already the newest makes no new version, so a reconciler may set what it has
 * provisioned as often as it runs. A removed version keeps its number for ever.
 */
import { timingSafeEqual } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { SecretInfo, Secrets, SecretScope } from '../../ports/secrets.ts';
import type { Database } from '../postgres/connect.ts';
import { reading, sqlState, writing } from '../postgres/failure.ts';
import { seal, unseal } from './envelope.ts';
import { inTransaction } from '../postgres/transaction.ts';
import { KeyRing } from './key-ring.ts';
import { placeOfSecret } from './place.ts';
import { rotateMasterKey } from './rotation.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const SCOPE_PART = /^[^\u0000-\u001f\u007f]{1,300}$/;
const LARGEST_VALUE = 65_536;
const UNIQUE_VIOLATION = '23505';
const ATTEMPTS = 10;

interface Row {
  namespace: string;
  environment: string;
  service: string;
  name: string;
  version: number;
  created_at: Date;
  created_by: string;
}

interface SealedRow extends Row {
  master_key: string;
  wrapped_key: Buffer;
  ciphertext: Buffer;
}

export interface SecretStore extends Secrets {
  /** New master key; every value's key is encrypted anew. Safe to call again after an interruption. */
  rotateMasterKey(): Promise<{ keyId: string; rewrapped: number }>;
}

export async function openSecretStore(database: Database, masterKeyFile: string): Promise<{ secrets: SecretStore; keyRing: KeyRing }> {
  const keyRing = await KeyRing.open(database, masterKeyFile);
  return { secrets: new PostgresSecrets(keyRing), keyRing };
}

class PostgresSecrets implements SecretStore {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  async set(scope: SecretScope, name: string, value: string, by: string): Promise<SecretInfo> {
    checkScope(scope);
    checkName(name);
    if (Buffer.byteLength(value) > LARGEST_VALUE || value.includes('\0')) throw invalid(`The value of ${name} is not usable: at most ${LARGEST_VALUE} bytes, without NUL characters.`);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTransaction(this.#ring.database.pool, (client) => this.#setOnce(client, scope, name, value, by));
      } catch (error) {
        // Another writer took the version: the next one is free.
        if (sqlState(error) !== UNIQUE_VIOLATION || attempt === ATTEMPTS) return writing(Promise.reject(error as Error));
      }
    }
  }

  async #setOnce(client: Parameters<KeyRing['currentKey']>[0], scope: SecretScope, name: string, value: string, by: string): Promise<SecretInfo> {
    const { id, key } = await this.#ring.currentKey(client);
    const { rows } = await client.query<SealedRow & { removed_at: Date | null }>(`select * from roadbed.secret where ${WHERE_SCOPE} and name = $4 order by version desc limit 1`, [...parts(scope), name]);
    const [newest] = rows;
    if (newest !== undefined && newest.removed_at === null && sameText(await this.#open(newest), value)) return infoOf(newest);
    const version = (newest?.version ?? 0) + 1;
    const sealed = seal(key, Buffer.from(value), placeOfSecret(scope, name, version));
    const written = await client.query<Row>(
      'insert into roadbed.secret (namespace, environment, service, name, version, master_key, wrapped_key, ciphertext, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning *',
      [...parts(scope), name, version, id, sealed.wrappedKey, sealed.ciphertext, by],
    );
    return infoOf(written.rows[0] as Row);
  }

  async list(scope: Partial<SecretScope>): Promise<SecretInfo[]> {
    const { rows } = await reading(this.#ring.database.pool.query<Row>(
      `select distinct on (namespace, environment, service, name) namespace, environment, service, name, version, created_at, created_by from roadbed.secret
       where removed_at is null and ($1::text is null or namespace = $1) and ($2::text is null or environment = $2) and ($3::text is null or service = $3)
       order by namespace, environment, service, name, version desc`,
      [scope.namespace ?? null, scope.environment ?? null, scope.service ?? null],
    ));
    return rows.map(infoOf);
  }

  async versions(scope: SecretScope): Promise<Record<string, number>> {
    return Object.fromEntries((await this.list(scope)).map((info) => [info.name, info.version]));
  }

  async resolve(scope: SecretScope, pinned: Record<string, number>): Promise<Record<string, string>> {
    const wanted = Object.entries(pinned);
    if (wanted.length === 0) return {};
    const { rows } = await reading(this.#ring.database.pool.query<SealedRow>(
      `select s.* from roadbed.secret s join unnest($4::text[], $5::int[]) as wanted (name, version) on s.name = wanted.name and s.version = wanted.version where ${WHERE_SCOPE} and removed_at is null`,
      [...parts(scope), wanted.map(([name]) => name), wanted.map(([, version]) => version)],
    ));
    const found = new Map(rows.map((row) => [row.name, row]));
    const missing = wanted.filter(([name]) => !found.has(name)).map(([name, version]) => `${name} (version ${version})`);
    if (missing.length > 0) throw missingSecrets(scope, missing);
    return Object.fromEntries(await Promise.all(rows.map(async (row) => [row.name, (await this.#open(row)).toString('utf8')] as const)));
  }

  async remove(scope: SecretScope, name: string): Promise<void> {
    await writing(this.#ring.database.pool.query(
      `update roadbed.secret set removed_at = now(), master_key = null, wrapped_key = null, ciphertext = null where ${WHERE_SCOPE} and name = $4 and removed_at is null`,
      [...parts(scope), name],
    ));
  }

  rotateMasterKey(): Promise<{ keyId: string; rewrapped: number }> {
    return rotateMasterKey(this.#ring);
  }

  async #open(row: SealedRow): Promise<Buffer> {
    return unseal(await this.#ring.key(row.master_key), { wrappedKey: row.wrapped_key, ciphertext: row.ciphertext }, placeOfSecret(row, row.name, row.version));
  }
}

const WHERE_SCOPE = 'namespace = $1 and environment = $2 and service = $3';

function parts(scope: SecretScope): [string, string, string] {
  return [scope.namespace, scope.environment, scope.service];
}

function infoOf(row: Row): SecretInfo {
  return { namespace: row.namespace, environment: row.environment, service: row.service, name: row.name, version: row.version, createdAt: row.created_at.toISOString(), createdBy: row.created_by };
}

function sameText(stored: Buffer, value: string): boolean {
  const given = Buffer.from(value);
  return stored.length === given.length && timingSafeEqual(stored, given);
}

function checkScope(scope: SecretScope): void {
  for (const part of parts(scope)) if (!SCOPE_PART.test(part)) throw invalid('A secret needs the names of a namespace, an environment and a service.');
}

function checkName(name: string): void {
  if (!NAME.test(name)) throw invalid(`${JSON.stringify(name.slice(0, 100))} cannot be the name of a secret: letters, digits and _, not a digit first, as it becomes a variable.`);
}

function invalid(message: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4101', class: 'invalid', message });
}

function missingSecrets(scope: SecretScope, missing: readonly string[]): PlatformError {
  return new PlatformError({
    code: 'ROADBED-4103', class: 'not-found', message: `${scope.service} in ${scope.environment} lacks the secret ${missing.join(', ')}.`,
    why: 'The release pins this version, and it was removed or never set here.', next: `roadbed secret set ${scope.service} ${missing[0]?.split(' ')[0] ?? '<name>'} --environment ${scope.environment}, then deploy a new release.`,
  });
}
