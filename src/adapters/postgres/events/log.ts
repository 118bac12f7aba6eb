/** The event log of this process: appends through the group commit, seals once a second, answers queries. */
import type { EventRow, NewEvent } from '../../../domain/event.ts';
import type { AuditVerification, EventQuery, Events } from '../../../ports/events.ts';
import type { Database } from '../connect.ts';
import { reading } from '../failure.ts';
import type { Feed } from '../feed.ts';
import { prepareEvent } from '../group-commit/request.ts';
import type { WriteQueue } from '../group-commit/write-queue.ts';
import { FOLDED_KIND, RefusalFold } from './fold.ts';
import { queryEvents, readEvent } from './rows.ts';
import { hasSegment, sealOnce } from './seal.ts';
import type { SealKey, Segment } from './seal.ts';
import { verifyChain } from './verify.ts';

const SEAL_EVERY_MS = 1_000;

export interface EventLogOptions {
  database: Database;
  queue: WriteQueue;
  feed: Feed;
  /** The first one seals; the others are older ones that `verify` still knows. */
  sealKeys: readonly [SealKey, ...SealKey[]];
}

export class EventLog implements Events {
  readonly #options: EventLogOptions;
  readonly #fold = new RefusalFold();
  readonly #timer: NodeJS.Timeout;
  #head: Segment | undefined;
  #sealing: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), SEAL_EVERY_MS);
    this.#timer.unref();
  }

  /** Rows in the order given; a refusal that was folded into its minute's count has no row. */
  async append(events: readonly NewEvent[]): Promise<EventRow[]> {
    const now = Date.now();
    return this.#write(events.filter((event) => event.kind !== FOLDED_KIND || this.#fold.admit(event, now)));
  }

  query(query: EventQuery): Promise<EventRow[]> {
    return reading(queryEvents(this.#options.database.pool, query));
  }

  get(id: string): Promise<EventRow | undefined> {
    return reading(readEvent(this.#options.database.pool, id));
  }

  follow(onEvent: (row: EventRow) => void): { stop(): void } {
    return this.#options.feed.followEvents(onEvent);
  }

  /** Seals what is there first, so that the answer covers all rows. */
  verify(): Promise<AuditVerification> {
    return reading(this.#verify());
  }

  /** Seals every row that was committed before the call. */
  seal(): Promise<void> {
    this.#sealing = this.#sealing.catch(() => {}).then(() => this.#sealAll());
    return this.#sealing;
  }

  /** Writes the counts that wait, seals, and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write(this.#fold.due(Date.now(), true));
    await this.seal();
  }

  async #verify(): Promise<AuditVerification> {
    await this.seal();
    const client = await this.#options.database.pool.connect();
    let broken = true;
    try {
      await client.query('set statement_timeout = 0');
      const verification = await verifyChain(client, this.#options.sealKeys, this.#head);
      await client.query('reset statement_timeout');
      broken = false;
      return verification;
    } finally {
      client.release(broken);
    }
  }

  async #write(events: readonly NewEvent[]): Promise<EventRow[]> {
    if (events.length === 0) return [];
    const now = Date.now();
    const outcome = await this.#options.queue.submit({ writes: [], events: events.map((event) => prepareEvent(event, now)) });
    return outcome.ok ? outcome.events : [];
  }

  async #sealAll(): Promise<void> {
    for (;;) {
      const { sealed, head } = await sealOnce(this.#options.database.pool, this.#options.sealKeys[0]);
      await this.#advance(head);
      if (sealed === 0) return;
    }
  }

  /**
   * Remembers the newest segment, but only one that stands on the newest known: after the log was cut off
   * and sealed again, the old one stays remembered, and `verify` finds that it is not there.
   */
  async #advance(head: Segment | undefined): Promise<void> {
    const known = this.#head;
    if (head === undefined || head.number <= (known?.number ?? 0)) return;
    if (known !== undefined && !(await hasSegment(this.#options.database.pool, known))) return;
    this.#head = head;
  }

  #tick(): void {
    if (this.#busy) return;
    this.#busy = true;
    const folded = this.#fold.due(Date.now());
    const unsealed = this.#head === undefined || this.#options.feed.sequence > this.#head.lastSequence;
    Promise.all([this.#write(folded), unsealed ? this.seal() : undefined])
      .catch((error: unknown) => this.#options.database.log.warn({ error: String(error) }, 'the event log could not be sealed'))
      .finally(() => (this.#busy = false));
  }
}
