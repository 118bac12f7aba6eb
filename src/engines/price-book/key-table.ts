/**
 * One large table, asked by key without being parsed.
 *
 * Its lines are sorted by their key columns and a key never needs quotes, so a price is found by a binary
 * search in the text: a table of 65,000 rows costs what unpacking it costs. What was found is kept.
 */
export class KeyTable {
  readonly #text: string;
  readonly #columns: readonly string[];
  readonly #found = new Map<string, Readonly<Record<string, string>> | undefined>();
  readonly #start: number;

  /** @param text CSV with a header line; the rows sorted by the bytes of `key1,key2`. */
  constructor(text: string) {
    this.#text = text;
    this.#start = text.indexOf('\n') + 1;
    this.#columns = text.slice(0, this.#start - 1).split(',');
  }

  /** The row by its key columns; empty cells are left out. */
  row(...keys: readonly string[]): Readonly<Record<string, string>> | undefined {
    const prefix = keys.join(',');
    if (!this.#found.has(prefix)) this.#found.set(prefix, this.#search(prefix, keys.length));
    return this.#found.get(prefix);
  }

  #search(prefix: string, keys: number): Readonly<Record<string, string>> | undefined {
    let low = this.#start;
    let high = this.#text.length;
    while (low < high) {
      const line = this.#text.lastIndexOf('\n', Math.max(this.#start, (low + high) >> 1) - 1) + 1;
      const end = this.#endOf(line);
      const cells = this.#text.slice(line, end).split(',');
      const key = cells.slice(0, keys).join(',');
      if (key === prefix) return Object.fromEntries(this.#columns.flatMap((column, index) => (cells[index] === undefined || cells[index] === '' ? [] : [[column, cells[index]]])));
      if (key < prefix) low = end + 1;
      else high = line;
    }
    return undefined;
  }

  /** All rows whose first key is `first`. */
  *rows(first: string): Generator<readonly string[]> {
    let at = this.#text.indexOf(`\n${first},`, Math.max(0, this.#start - 1));
    while (at >= 0 && this.#text.startsWith(`${first},`, at + 1)) {
      const end = this.#endOf(at + 1);
      yield this.#text.slice(at + 1, end).split(',');
      at = end < this.#text.length ? end : -1;
    }
  }

  #endOf(line: number): number {
    const end = this.#text.indexOf('\n', line);
    return end < 0 ? this.#text.length : end;
  }
}
