/**
 * Grouped commits: while one group of requests commits, the next gathers; there is no timer.
 *
 * One connection writes. A key stands once in a group, and a request that touches a key of an earlier one
 * waits for the next group, so requests for one key keep their order. Requests are taken in order up to
 * 128; a multi-write request is never split.
 *
 * When the connection breaks under a group, it is not known whether it was committed. See `recover.ts`.
 */
import { PlatformError } from '../../../domain/error.ts';
import { isPassingRefusal, isRefusal, writeFailure } from '../failure.ts';
import type { PostgresLog } from '../log.ts';
import type { Session } from '../session.ts';
import { putGroup } from './put-group.ts';
import { settleAfterLoss } from './recover.ts';
import type { GroupOutcome, GroupRequest, RequestOutcome } from './request.ts';

const LARGEST_GROUP = 128;
const MOST_ROWS = 512;
const LONGEST_QUEUE = 20_000;
const PATIENCE_MS = 10_000;
const MOST_ATTEMPTS = 3;

interface Waiting extends GroupRequest {
  /** How often the connection broke under it: a request that kills its server is not sent for ever. */
  attempts: number;
  resolve(outcome: RequestOutcome): void;
  reject(error: unknown): void;
}

/** Called after each commit, in order; requests are answered when its promise resolves. */
export type GroupListener = (outcome: GroupOutcome) => Promise<void> | void;

export class WriteQueue {
  readonly #session: Session;
  readonly #onGroup: GroupListener;
  readonly #log: PostgresLog;
  #waiting: Waiting[] = [];
  #pumping: Promise<void> | undefined;
  #closed = false;
  /** The newest version that this process has seen committed. */
  #newest: bigint;

  constructor(session: Session, newest: bigint, onGroup: GroupListener, log: PostgresLog) {
    this.#newest = newest;
    this.#session = session;
    this.#onGroup = onGroup;
    this.#log = log;
  }

  /** Resolves after the commit is durable and `onGroup` has been through. */
  submit(request: GroupRequest): Promise<RequestOutcome> {
    if (this.#closed || this.#waiting.length >= LONGEST_QUEUE) return Promise.reject(this.#closed ? closedError() : overload());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...request, attempts: 0, resolve, reject });
      this.#pumping ??= this.#pump().finally(() => (this.#pumping = undefined));
    });
  }

  /** Takes no more requests; resolves when the waiting ones are through. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    await undefined;
    while (this.#waiting.length > 0) await this.#commit(this.#takeGroup());
  }

  #takeGroup(): Waiting[] {
    const taken = new Set<string>();
    const group: Waiting[] = [];
    const left: Waiting[] = [];
    let rows = 0;
    for (const [index, request] of this.#waiting.entries()) {
      const size = request.writes.length + request.events.length;
      if (group.length >= LARGEST_GROUP || (group.length > 0 && rows + size > MOST_ROWS)) {
        this.#waiting = left.concat(this.#waiting.slice(index));
        return group;
      }
      const blocked = request.writes.some((write) => taken.has(write.keyText));
      for (const write of request.writes) taken.add(write.keyText);
      if (blocked) left.push(request);
      else {
        group.push(request);
        rows += size;
      }
    }
    this.#waiting = left;
    return group;
  }

  async #commit(group: Waiting[]): Promise<void> {
    let client;
    try {
      client = await this.#session.client(PATIENCE_MS);
    } catch (error) {
      // Those behind would only wait as long again, one group after the other.
      for (const request of [...group, ...this.#waiting.splice(0)]) request.reject(writeFailure(error));
      return;
    }
    try {
      const { outcome, outcomes } = await putGroup(client, group);
      this.#newest = outcome.changes.at(-1)?.version ?? outcome.previousVersion;
      void this.#answer(group, outcome, outcomes);
    } catch (error) {
      if (isRefusal(error) && group.length > 1) return this.#commitOneByOne(group);
      if (isRefusal(error) || isPassingRefusal(error)) {
        for (const request of group) request.reject(writeFailure(error));
        return;
      }
      this.#session.discard(client);
      await this.#recover(group, error);
    }
  }

  /** One request's row is at fault (the server says so): the others of its group must not suffer. */
  async #commitOneByOne(group: Waiting[]): Promise<void> {
    for (const request of group) await this.#commit([request]);
  }

  async #answer(group: readonly Waiting[], outcome: GroupOutcome, outcomes: readonly RequestOutcome[]): Promise<void> {
    try {
      await this.#onGroup(outcome);
    } catch (error) {
      this.#log.error({ error: String(error) }, 'a committed group could not be shown by this process yet');
    }
    for (const [index, request] of group.entries()) {
      const result = outcomes[index];
      if (result !== undefined) request.resolve(result);
    }
  }

  async #recover(group: readonly Waiting[], error: unknown): Promise<void> {
    this.#log.warn({ requests: group.length, error: String(error) }, 'the database connection broke under a group of writes');
    const settled = await settleAfterLoss(this.#session, group, this.#newest, PATIENCE_MS).catch(() => undefined);
    const committed: Waiting[] = [];
    const outcomes: RequestOutcome[] = [];
    const again: Waiting[] = [];
    for (const [index, request] of group.entries()) {
      const outcome = settled?.outcomes[index];
      if (outcome !== undefined && outcome !== 'not committed') {
        committed.push(request);
        outcomes.push(outcome);
      } else if (outcome === 'not committed' && ++request.attempts < MOST_ATTEMPTS) again.push(request);
      else request.reject(writeFailure(error));
    }
    this.#waiting.unshift(...again);
    if (settled !== undefined) await this.#answer(committed, settled.group, outcomes);
  }
}

function closedError(): PlatformError {
  return new PlatformError({ code: 'ROADBED-1012', class: 'unavailable', message: 'The control plane is shutting down.', next: 'Try again when it is back.', retry: 'backoff' });
}

function overload(): PlatformError {
  return new PlatformError({ code: 'ROADBED-1013', class: 'unavailable', message: 'Too many writes are waiting for the database.', next: 'Try again in a few seconds.', retry: 'backoff' });
}
