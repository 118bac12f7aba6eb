/**
 * Bytes from elsewhere, never more and never longer than allowed.
 *
 * One clock runs from the question to the last byte, so that a server that sends a byte now and then ends as surely
 * as one that is silent. What is cut off is an error and never a short state.
 */
import { PlatformError } from '../../domain/error.ts';

const LARGEST = 500 * 1024 * 1024;

export interface Bounds {
  /** What is read, as it may be printed. */
  name: string;
  timeoutMs: number;
  largestBytes?: number;
}

/** Asks, within the time. The signal tells `ask` to give up; its answer is not waited for after that. Throws ROADBED-8803. */
export async function inTime<Answer>({ name, timeoutMs }: Pick<Bounds, 'name' | 'timeoutMs'>, ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const clock = new Clock(name, timeoutMs);
  try {
    return await clock.race(ask(clock.signal));
  } finally {
    clock.stop();
  }
}

/** Throws ROADBED-8803 beyond the time, -8208 beyond the size. */
export async function* boundedBytes({ name, timeoutMs, largestBytes = LARGEST }: Bounds, open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  const clock = new Clock(name, timeoutMs);
  let parts: AsyncIterator<Uint8Array> | undefined;
  let size = 0;
  try {
    parts = (await clock.race(open(clock.signal)))[Symbol.asyncIterator]();
    for (;;) {
      const part = await clock.race(parts.next());
      if (part.done === true) return;
      size += part.value.length;
      if (size > largestBytes) throw tooLarge(name, largestBytes);
      yield part.value;
    }
  } finally {
    clock.stop();
    // Not awaited: what hangs may hang here too.
    parts?.return?.().catch(() => undefined);
  }
}

/** For a size that is told before anything is read. Throws ROADBED-8208. */
export function checkSize(name: string, size: number | undefined, largestBytes = LARGEST): void {
  if (size !== undefined && size > largestBytes) throw tooLarge(name, largestBytes);
}

function tooLarge(name: string, largest: number): PlatformError {
  return new PlatformError({ code: 'ROADBED-8208', class: 'invalid', message: `${name} is larger than ${Math.round(largest / 1024 / 1024)} MB`, next: 'split the state' });
}

class Clock {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #over: Promise<never>;

  constructor(name: string, timeoutMs: number) {
    const late = new PlatformError({ code: 'ROADBED-8803', class: 'timed-out', message: `${name} takes longer than ${timeoutMs / 1000} s`, next: 'look whether it can be reached from here; --timeout 10m gives it longer', retry: 'backoff' });
    this.#over = new Promise((_, reject) => {
      this.#controller.signal.addEventListener('abort', () => reject(late), { once: true });
    });
    this.#over.catch(() => undefined);
    this.#timer = setTimeout(() => this.#controller.abort(late), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async race<Answer>(asked: Promise<Answer>): Promise<Answer> {
    asked.catch(() => undefined);
    return await Promise.race([asked, this.#over]);
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (!this.#controller.signal.aborted) this.#controller.abort();
  }
}
