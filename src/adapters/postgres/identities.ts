/**
 * Tokens and login codes on PostgreSQL: hashes only, checked from memory.
 *
 * An ephemeral token is bound to an advisory lock that the issuing process holds: when the process dies,
 * PostgreSQL releases the lock, and the token is worth nothing on any replica.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { Identities, Identity, IssuedToken } from '../../ports/identity.ts';
import type { Database } from './connect.ts';
import { reading, writing } from './failure.ts';
import { TokenCache, IDENTITY_CHANNEL } from './identity/token-cache.ts';
import type { CachedToken } from './identity/token-cache.ts';
import { freshToken, hashMatches, hashOf, tokenId } from './identity/token.ts';
import { LOCKS, LOCK_SPACE } from './lock-space.ts';

const ISSUER = 'roadbed';
const LOGIN_CODE_MINUTES = 10;
const LAST_USED_EVERY_MS = 60_000;
const SUBJECT = /^[a-z][a-z-]*:[^\s\0]{1,200}$/;
const KEPT_DAYS = 30;

export interface TokenSummary {
  id: string;
  subject: string;
  name?: string;
  description?: string;
  createdAt: string;
  expiresAt?: string;
  revokedAt?: string;
  /** To within a minute. */
  lastUsedAt?: string;
}

interface SummaryRow {
  id: string;
  subject: string;
  name: string | null;
  description: string | null;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

export class PostgresIdentities implements Identities {
  readonly #database: Database;
  readonly #cache: TokenCache;
  readonly #ownLock: number;
  readonly #used = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  /** Use `openIdentities`. */
  constructor(database: Database, cache: TokenCache, ownLock: number) {
    this.#database = database;
    this.#cache = cache;
    this.#ownLock = ownLock;
    this.#timer = setInterval(() => void this.#writeLastUsed(), LAST_USED_EVERY_MS);
    this.#timer.unref();
  }

  async authenticate(token: string): Promise<Identity | undefined> {
    const id = tokenId(token);
    if (id === undefined) return undefined;
    if (this.#cache.get(id) === undefined) await this.#refresh(() => this.#cache.refreshForMiss());
    const now = Date.now();
    if (!this.#cache.trustworthy(now)) await this.#refresh(() => this.#cache.refresh());
    const known = this.#cache.get(id);
    if (!hashMatches(known?.hash, token) || known === undefined || !this.#valid(known, now)) return undefined;
    this.#used.set(id, now);
    return {
      issuer: ISSUER,
      subject: known.subject,
      tokenId: id,
      ...(known.expiresAt === undefined ? {} : { expiresAt: new Date(known.expiresAt).toISOString() }),
    };
  }

  isLive({ tokenId: id }: Identity): boolean {
    if (id === undefined) return true;
    const now = Date.now();
    const known = this.#cache.get(id);
    return known !== undefined && this.#cache.trustworthy(now) && this.#valid(known, now);
  }

  async issue(subject: string, options: { expiresAt?: string; description?: string; ephemeral?: boolean; name?: string }): Promise<IssuedToken> {
    refuseSubject(subject);
    const expiresAt = options.expiresAt === undefined ? undefined : new Date(options.expiresAt);
    if (expiresAt !== undefined && !(expiresAt.getTime() > Date.now())) {
      throw new PlatformError({ code: 'ROADBED-1018', class: 'invalid', message: 'The expiry of a token must lie in the future.', why: String(options.expiresAt) });
    }
    const { id, token, prefix, hash } = freshToken();
    await this.#change(
      `insert into roadbed.access_token (id, hash, subject, name, description, expires_at, process_lock, version)
       values ($1, $2, $3, $4, $5, $6, $7, nextval('roadbed.access_token_version'))`,
      [id, hash, subject, options.name ?? null, options.description ?? null, expiresAt ?? null, options.ephemeral === true ? this.#ownLock : null],
    );
    return { id, token, prefix };
  }

  async revoke(id: string): Promise<void> {
    await this.#change(
      "update roadbed.access_token set revoked_at = now(), version = nextval('roadbed.access_token_version') where id = $1 and revoked_at is null",
      [id],
    );
  }

  async issueLoginCode(subject: string): Promise<string> {
    refuseSubject(subject);
    const code = randomBytes(32).toString('base64url');
    await writing(this.#database.pool.query('delete from roadbed.login_code where expires_at < now()'));
    await writing(this.#database.pool.query('insert into roadbed.login_code (hash, subject, expires_at) values ($1, $2, now() + make_interval(mins => $3))', [hashOf(code), subject, LOGIN_CODE_MINUTES]));
    return code;
  }

  /** One statement takes the code out, so that of two who try it only one gets in. */
  async redeemLoginCode(code: string): Promise<string | undefined> {
    const taken = this.#database.pool.query<{ subject: string; live: boolean }>('delete from roadbed.login_code where hash = $1 returning subject, expires_at > now() as live', [hashOf(code)]);
    const { rows } = await writing(taken);
    return rows[0]?.live === true ? rows[0].subject : undefined;
  }

  /** All tokens that are not long gone, for the people who manage them. */
  async list(): Promise<TokenSummary[]> {
    await this.#writeLastUsed();
    const read = this.#database.pool.query<SummaryRow>('select id, subject, name, description, created_at, expires_at, revoked_at, last_used_at from roadbed.access_token order by created_at, id');
    const { rows } = await reading(read);
    return rows.map((row) => ({
      id: row.id,
      subject: row.subject,
      ...(row.name === null ? {} : { name: row.name }),
      ...(row.description === null ? {} : { description: row.description }),
      createdAt: row.created_at.toISOString(),
      ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
      ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
      ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at.toISOString() }),
    }));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writeLastUsed();
    await this.#cache.close();
  }

  #valid(token: CachedToken, now: number): boolean {
    return !token.revoked && (token.expiresAt === undefined || token.expiresAt > now) && this.#cache.processLives(token, now);
  }

  async #refresh(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (cause) {
      throw new PlatformError({
        code: 'ROADBED-1019',
        class: 'unavailable',
        message: 'The token cannot be checked, because the database is not available.',
        next: 'Try again in a few seconds.',
        retry: 'backoff',
        cause,
      });
    }
  }

  #change(statement: string, values: unknown[]): Promise<void> {
    return writing(this.#changeUnderLock(statement, values));
  }

  /** Under a lock, so that versions rise in commit order and no replica skips one. */
  async #changeUnderLock(statement: string, values: unknown[]): Promise<void> {
    const client = await this.#database.pool.connect();
    let broken = true;
    try {
      await client.query('begin');
      await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.token]);
      await client.query(statement, values);
      await client.query(`notify ${IDENTITY_CHANNEL}`);
      await client.query('commit');
      broken = false;
    } finally {
      client.release(broken);
    }
    await this.#cache.refresh().then(() => this.#cache.refresh());
  }

  async #writeLastUsed(): Promise<void> {
    const used = [...this.#used];
    this.#used.clear();
    if (used.length === 0) return;
    try {
      await this.#database.pool.query(
        `update roadbed.access_token t set last_used_at = greatest(t.last_used_at, u.at)
         from unnest($1::text[], $2::timestamptz[]) as u (id, at) where t.id = u.id`,
        [used.map(([id]) => id), used.map(([, at]) => new Date(at))],
      );
    } catch (error) {
      this.#database.log.warn({ error: String(error) }, 'the last use of tokens could not be written');
    }
  }
}

function refuseSubject(subject: string): void {
  if (SUBJECT.test(subject)) return;
  throw new PlatformError({
    code: 'ROADBED-1017',
    class: 'invalid',
    message: 'A token needs a subject such as user:alice or service:builder.',
    why: `Got ${JSON.stringify(subject.slice(0, 80))}.`,
  });
}

/** Loads the tokens and keeps them up to date until `close`. */
export async function openIdentities(database: Database): Promise<PostgresIdentities> {
  const ownLock = randomInt(1, 2 ** 31 - 1);
  const cache = new TokenCache(database.connection, ownLock, database.log);
  await database.pool.query(
    `delete from roadbed.access_token where greatest(revoked_at, expires_at) < now() - make_interval(days => $1)
      or (process_lock is not null and created_at < now() - make_interval(days => $1))`,
    [KEPT_DAYS],
  );
  try {
    await cache.start();
  } catch (error) {
    await cache.close();
    throw error;
  }
  return new PostgresIdentities(database, cache, ownLock);
}
