/**
 * What repeats in a bill, and what does not.
 *
 * An hourly bill says the same of a thing in every hour. What was made of a text is kept and handed out again, within
 * bounds; which columns differ in nearly every row, so that keeping them would be of no use, is judged by the first rows.
 */
const MOST_KEPT = 20_000;
const MOST_KEPT_CHARACTERS = 16_000_000;
const ROWS_TO_JUDGE = 1_000;

/** A cell is a window into the piece of the file it was read from; what is kept longer must not keep the piece. */
export function own(text: string): string {
  return Buffer.from(text).toString();
}

/** Keeps what was made for a text, and begins anew when there is too much of it. */
export class Kept<Value> {
  readonly #values = new Map<string, Value>();
  #characters = 0;

  of(key: string, make: () => Value): Value {
    let value = this.#values.get(key);
    if (value === undefined) {
      value = make();
      this.#characters += key.length;
      if (this.#values.size >= MOST_KEPT || this.#characters > MOST_KEPT_CHARACTERS) {
        this.#values.clear();
        this.#characters = key.length;
      }
      this.#values.set(own(key), value);
    }
    return value;
  }
}

/** Finds the columns that have a value of their own in more than half of the first rows. */
export class ColumnJudge {
  readonly #seen: Map<number, Set<string>>;
  #rows = 0;

  constructor(places: readonly number[]) {
    this.#seen = new Map(places.map((place) => [place, new Set()]));
  }

  /** True once enough rows were seen. */
  add(cells: readonly string[]): boolean {
    this.#rows += 1;
    for (const [place, seen] of this.#seen) seen.add(own(cells[place] ?? ''));
    return this.#rows >= ROWS_TO_JUDGE;
  }

  places(): Set<number> {
    return new Set([...this.#seen].filter(([, seen]) => seen.size > this.#rows / 2).map(([place]) => place));
  }
}
