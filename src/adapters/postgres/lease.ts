/**
 * Leadership among replicas: a session-level advisory lock on a connection of its own.
 *
 * The lock lives exactly as long as the connection. The holder asks the server every second; when no answer
 * comes within three, it must stop acting, because another replica may have the lease by now. What an old
 * leader still has under way is caught by the objects' expected versions.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { LEASE_SPACE } from './lock-space.ts';
import type { PostgresLog } from './log.ts';

const TRY_EVERY_MS = 500;
const CHECK_EVERY_MS = 1_000;
const CHECK_LIMIT_MS = 3_000;

export interface Lease {
  /** False from the moment the lease is lost or released. */
  readonly held: boolean;
  /** Calls back once when the lease is lost, at once if it is already; not when it is released. */
  onLost(listener: () => void): void;
  release(): Promise<void>;
}

export interface LeaseOptions {
  connection: pg.ClientConfig;
  log: PostgresLog;
  /** Gives up waiting. */
  signal?: AbortSignal;
}

/** Waits until this process holds `name`; rejects with the signal's reason when told to give up. */
export async function acquireLease(name: string, options: LeaseOptions): Promise<Lease> {
  for (;;) {
    options.signal?.throwIfAborted();
    const client = await tryLease(name, options.connection).catch((error: unknown) => {
      options.log.warn({ name, error: String(error) }, 'a lease could not be asked for');
      return undefined;
    });
    if (client !== undefined) return new HeldLease(name, client, options.log);
    await delay(TRY_EVERY_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

function lockNumber(name: string): number {
  return createHash('sha256').update(name).digest().readInt32BE(0);
}

async function tryLease(name: string, connection: pg.ClientConfig): Promise<pg.Client | undefined> {
  const client = new pg.Client({ ...connection, query_timeout: CHECK_LIMIT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', [LEASE_SPACE, lockNumber(name)]);
    if (rows[0]?.mine === true) return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  await client.end();
  return undefined;
}

class HeldLease implements Lease {
  readonly #name: string;
  readonly #client: pg.Client;
  readonly #log: PostgresLog;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners: (() => void)[] = [];
  #state: 'held' | 'lost' | 'released' = 'held';

  constructor(name: string, client: pg.Client, log: PostgresLog) {
    this.#name = name;
    this.#client = client;
    this.#log = log;
    client.on('error', () => this.#lose());
    client.on('end', () => this.#lose());
    this.#timer = setInterval(() => void client.query('select 1').catch(() => this.#lose()), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  get held(): boolean {
    return this.#state === 'held';
  }

  onLost(listener: () => void): void {
    if (this.#state === 'lost') listener();
    else this.#listeners.push(listener);
  }

  async release(): Promise<void> {
    if (this.#state !== 'held') return;
    this.#state = 'released';
    clearInterval(this.#timer);
    await this.#client.end().catch(() => {});
  }

  #lose(): void {
    if (this.#state !== 'held') return;
    this.#state = 'lost';
    clearInterval(this.#timer);
    this.#log.warn({ name: this.#name }, 'the lease was lost');
    void this.#client.end().catch(() => {});
    for (const listener of this.#listeners) listener();
  }
}
