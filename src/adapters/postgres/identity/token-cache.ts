/**
 * All access tokens in memory, kept up to date by notification and by a poll.
 *
 * Authentication is on every request's way, so it must not wait for SQL. A change of the table is read by
 * its rising version; a revocation shows on every replica with the notification, at the latest after the
 * poll. A replica that has not been able to read for a minute no longer trusts what it has.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { PROCESS_SPACE } from '../lock-space.ts';
import type { PostgresLog } from '../log.ts';
import { Session } from '../session.ts';

export const IDENTITY_CHANNEL = 'roadbed_identity';
const POLL_MS = 500;
const LONGEST_BLINDNESS_MS = 60_000;
/** A process whose lock was seen a moment ago counts as alive: it may be connecting again. */
const PROCESS_GRACE_MS = 3_000;
const MISS_PAUSE_MS = 50;
const PATIENCE_MS = 3_000;

export interface CachedToken {
  hash: Buffer;
  subject: string;
  /** ms since 1970. */
  expiresAt: number | undefined;
  processLock: number | undefined;
  revoked: boolean;
}

interface TokenRow {
  id: string;
  hash: Buffer;
  subject: string;
  expires_at: Date | null;
  process_lock: number | null;
  revoked_at: Date | null;
  version: string;
}

export class TokenCache {
  readonly #session: Session;
  readonly #log: PostgresLog;
  readonly #ownLock: number;
  readonly #tokens = new Map<string, CachedToken>();
  readonly #alive = new Map<number, number>();
  #version = 0n;
  #readAt = 0;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `ownLock` is held for as long as this process lives and its connection stands. */
  constructor(connection: pg.ClientConfig, ownLock: number, log: PostgresLog) {
    this.#log = log;
    this.#ownLock = ownLock;
    this.#session = new Session({
      connection,
      log,
      prepare: async (client) => {
        client.on('notification', () => this.#nudge());
        await client.query(`listen ${IDENTITY_CHANNEL}`);
        await client.query('select pg_advisory_lock_shared($1, $2)', [PROCESS_SPACE, ownLock]);
      },
      onLost: () => this.#nudge(),
    });
  }

  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => this.#nudge(), POLL_MS);
    this.#timer.unref();
  }

  /** False when the database has been out of sight for so long that a revocation may have been missed. */
  trustworthy(now: number): boolean {
    return now - this.#readAt < LONGEST_BLINDNESS_MS;
  }

  get(id: string): CachedToken | undefined {
    return this.#tokens.get(id);
  }

  /** True for tokens that are bound to no process, to this one, or to one that lives. */
  processLives(token: CachedToken, now: number): boolean {
    if (token.processLock === undefined || token.processLock === this.#ownLock) return true;
    const seen = this.#alive.get(token.processLock);
    return seen !== undefined && now - seen < PROCESS_GRACE_MS;
  }

  /** Reads what changed. Calls in the meantime share one read that begins after them. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** For an unknown token: it may have been issued elsewhere just now. Forgers are held to 20 reads a second together. */
  async refreshForMiss(): Promise<void> {
    await delay(MISS_PAUSE_MS);
    await this.refresh();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#reading?.catch(() => {});
    await this.#session.close();
  }

  #nudge(): void {
    if (this.#closed) return;
    this.refresh().catch((error: unknown) => {
      if (!this.#closed) this.#log.warn({ error: String(error) }, 'the access tokens could not be read');
    });
  }

  async #read(): Promise<void> {
    const client = await this.#session.client(PATIENCE_MS);
    try {
      const tokens = await client.query<TokenRow>('select id, hash, subject, expires_at, process_lock, revoked_at, version from roadbed.access_token where version > $1 order by version', [this.#version.toString()]);
      const processes = await client.query<{ lock: number }>(
        `select objid::bigint::integer as lock from pg_locks where locktype = 'advisory' and classid = $1 and granted
         and database = (select oid from pg_database where datname = current_database())`,
        [PROCESS_SPACE],
      );
      const now = Date.now();
      for (const row of tokens.rows) this.#take(row);
      for (const { lock } of processes.rows) this.#alive.set(lock, now);
      this.#readAt = now;
    } catch (error) {
      if (!this.#closed) this.#session.discard(client);
      throw error;
    }
  }

  #take(row: TokenRow): void {
    this.#version = BigInt(row.version);
    this.#tokens.set(row.id, {
      hash: row.hash,
      subject: row.subject,
      expiresAt: row.expires_at?.getTime(),
      processLock: row.process_lock ?? undefined,
      revoked: row.revoked_at !== null,
    });
  }
}
