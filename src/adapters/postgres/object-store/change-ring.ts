/** The newest changes in memory, from which a watch resumes without touching the database. */
import type { StoreChange } from '../../../ports/object-store.ts';

export const RING_SIZE = 10_000;
/** Trimmed in steps: removing one at a time from the front would move all the others each time. */
const TRIM_STEP = 1_000;

export class ChangeRing {
  readonly #size: number;
  #changes: StoreChange[] = [];
  /** A watch may resume from here or later. */
  #floor: bigint;

  constructor(floor: bigint, size: number = RING_SIZE) {
    this.#floor = floor;
    this.#size = size;
  }

  push(change: StoreChange): void {
    this.#changes.push(change);
    if (this.#changes.length >= this.#size + TRIM_STEP) this.#trim();
  }

  /** Changes after `from`, oldest first; undefined when they are not all here any more. */
  since(from: bigint): StoreChange[] | undefined {
    const excess = this.#changes[this.#changes.length - this.#size - 1];
    const floor = excess === undefined ? this.#floor : excess.stored.resourceVersion;
    if (from < floor) return undefined;
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const change = this.#changes[middle];
      if (change !== undefined && change.stored.resourceVersion <= from) low = middle + 1;
      else high = middle;
    }
    return this.#changes.slice(low);
  }

  #trim(): void {
    const dropped = this.#changes.splice(0, this.#changes.length - this.#size);
    this.#floor = dropped.at(-1)?.stored.resourceVersion ?? this.#floor;
  }
}
