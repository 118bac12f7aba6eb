/**
 * One dedicated connection that is opened again after a loss.
 *
 * Whoever uses it asks for the client each time; while the server is away the asker waits, up to a limit.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { PostgresLog } from './log.ts';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;

export interface SessionOptions {
  connection: pg.ClientConfig;
  log: PostgresLog;
  /** Runs on every new connection before anybody gets it, for example LISTEN. */
  prepare?: (client: pg.Client) => Promise<void>;
  /** Hears of every loss. */
  onLost?: (client: pg.Client) => void;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;
  #opening: Promise<pg.Client> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The backend's process id of the open connection. */
  backend(): number | undefined {
    return (this.#client as { processID?: number } | undefined)?.processID;
  }

  /** The open connection, or a new one; rejects when none could be had within `patienceMs`. */
  async client(patienceMs: number): Promise<pg.Client> {
    const deadline = Date.now() + patienceMs;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      if (this.#closing.signal.aborted) throw new Error('the session is closed');
      if (this.#client !== undefined) return this.#client;
      try {
        this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
        return await this.#opening;
      } catch (error) {
        if (Date.now() + wait > deadline) throw error;
        await delay(wait, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  /** Gives up the connection, for example when a statement on it did not return in time. */
  discard(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    void client.end().catch(() => {});
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opening?.catch(() => {});
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client(this.#options.connection);
    const lost = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#options.onLost?.(client);
    };
    client.on('error', (error) => {
      this.#options.log.warn({ error: error.message }, 'a dedicated database connection was lost');
      lost();
    });
    client.on('end', lost);
    try {
      await client.connect();
      await this.#options.prepare?.(client);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    this.#client = client;
    return client;
  }
}
