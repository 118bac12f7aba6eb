/** So many large requests at a time; some may wait, and who cannot is told at once. */
import type { PlatformError } from '../../domain/error.ts';

export class Turns {
  #free: number;
  readonly #mostWaiting: number;
  readonly #full: () => PlatformError;
  readonly #waiting: (() => void)[] = [];

  constructor({ atOnce, mostWaiting, full }: { atOnce: number; mostWaiting: number; full: () => PlatformError }) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
    this.#full = full;
  }

  /** Throws `full` when too many wait already. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) {
      if (this.#waiting.length >= this.#mostWaiting) throw this.#full();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#free -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
