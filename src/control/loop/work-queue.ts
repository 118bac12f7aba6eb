/**
 * The work queue under a reconciler: each key is waiting at most once and worked on at most once at a time.
 *
 * A key that is added while it is worked on is worked on again afterwards, so no change is lost; a key that
 * is added twice while it waits is worked on once. A key may also be due later; of two times the earlier
 * counts. It holds nothing but keys: after a restart the watch fills it again.
 */

/** Timers come from outside, so that tests move the time themselves. */
export interface Timers {
  /** Calls `run` once after `ms`; answers a function that forgets it. */
  after(ms: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

interface Delayed {
  dueAt: number;
  cancel: () => void;
}

export class WorkQueue {
  readonly #concurrency: number;
  readonly #work: (key: string) => Promise<void>;
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, Delayed>();
  #idleListeners: (() => void)[] = [];
  #closed = false;

  /**
   * `work` must not reject; `now` is a monotonic clock in milliseconds.
   */
  constructor(options: { concurrency: number; work: (key: string) => Promise<void>; timers: Timers; now: () => number }) {
    this.#concurrency = options.concurrency;
    this.#work = options.work;
    this.#timers = options.timers;
    this.#now = options.now;
  }

  add(key: string): void {
    if (this.#closed) return;
    this.#forgetDelay(key);
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) return this.add(key);
    const dueAt = this.#now() + ms;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.dueAt <= dueAt) return;
    known?.cancel();
    const cancel = this.#timers.after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { dueAt, cancel });
  }

  /** Resolves when nothing waits or runs; keys that are due later do not count. */
  async idle(): Promise<void> {
    if (this.#waiting.size === 0 && this.#running.size === 0) return;
    await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
  }

  /** Takes no more keys, drops those that wait, and resolves when the running ones are done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const key of [...this.#delayed.keys()]) this.#forgetDelay(key);
    await Promise.all(this.#running.values());
  }

  #forgetDelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#concurrency) return;
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    await Promise.resolve();
    await this.#work(key);
    this.#running.delete(key);
    if (this.#again.delete(key) && !this.#closed) this.#waiting.add(key);
    this.#pump();
    if (this.#waiting.size > 0 || this.#running.size > 0) return;
    const listeners = this.#idleListeners;
    this.#idleListeners = [];
    for (const listener of listeners) listener();
  }
}
