/**
 * A large document as `JSON.stringify(document, undefined, 2)` prints it, piece by piece.
 *
 * Twenty thousand resources are 30 MB of JSON, whose objects would all stand in memory at once and be moved by the
 * garbage collector before the first byte is written. So a long list is made and printed some hundred entries at a
 * time. Strings of JSON hold no line break, so the lines around a piece are always those of the objects around it.
 */
const ENTRIES_A_PIECE = 250;

/** Entries that are made when they are printed. */
export class LongList<Item> {
  readonly #items: readonly Item[];
  readonly #entryOf: (item: Item) => unknown;

  constructor(items: readonly Item[], entryOf: (item: Item) => unknown) {
    this.#items = items;
    this.#entryOf = entryOf;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  *pieces(): Generator<readonly unknown[]> {
    for (let at = 0; at < this.#items.length; at += ENTRIES_A_PIECE) yield this.#items.slice(at, at + ENTRIES_A_PIECE).map(this.#entryOf);
  }
}

/** Text that ends with a line break. Lists among the values of the document itself may be `LongList`s. */
export function* indentedJson(document: Readonly<Record<string, unknown>>): Generator<string> {
  let between = '{\n';
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined) continue;
    if (value instanceof LongList && !value.isEmpty) yield* listed(`${between}  ${JSON.stringify(name)}: [\n`, value.pieces());
    else yield `${between}${inside({ [name]: value instanceof LongList ? [] : value }, 1)}`;
    between = ',\n';
  }
  yield between === '{\n' ? '{}\n' : '\n}\n';
}

function* listed(start: string, pieces: Iterable<readonly unknown[]>): Generator<string> {
  let between = start;
  for (const entries of pieces) {
    yield `${between}${inside({ list: entries }, 2)}`;
    between = ',\n';
  }
  yield '\n  ]';
}

/** What stands within the outer `depth` brackets, with the indentation that they give it. */
function inside(value: unknown, depth: 1 | 2): string {
  const text = JSON.stringify(value, undefined, 2);
  return depth === 1 ? text.slice('{\n'.length, -'\n}'.length) : text.slice('{\n  "list": [\n'.length, -'\n  ]\n}'.length);
}
