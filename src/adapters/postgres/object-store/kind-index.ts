/**
 * The objects of one kind, ordered by namespace, then name, as sorted arrays.
 *
 * No map beside them: a binary search is below a microsecond, a list is a copy of an array, and 100,000
 * entries cost one pointer each.
 */
import type { Entry } from './entry.ts';

interface NamespaceIndex {
  namespace: string;
  entries: Entry[];
}

/** The first place in `items` whose key is not below `wanted`. */
function lowerBound<T>(items: readonly T[], wanted: string, keyOf: (item: T) => string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && keyOf(item) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

const nameOf = (entry: Entry): string => entry.key.name;
const namespaceOf = (index: NamespaceIndex): string => index.namespace;

export class KindIndex {
  readonly #namespaces: NamespaceIndex[] = [];

  get(namespace: string, name: string): Entry | undefined {
    const entries = this.#entries(namespace);
    const found = entries?.[lowerBound(entries, name, nameOf)];
    return found?.key.name === name ? found : undefined;
  }

  /** Puts an entry in its place; an older one of the same key is replaced and returned. */
  set(entry: Entry): Entry | undefined {
    const { namespace, name } = entry.key;
    const entries = this.#entries(namespace) ?? this.#addNamespace(namespace);
    const last = entries.at(-1);
    const place = last === undefined || last.key.name < name ? entries.length : lowerBound(entries, name, nameOf);
    const old = entries[place];
    if (old?.key.name === name) {
      entries[place] = entry;
      return old;
    }
    if (place === entries.length) entries.push(entry);
    else entries.splice(place, 0, entry);
    return undefined;
  }

  delete(namespace: string, name: string): Entry | undefined {
    const entries = this.#entries(namespace);
    if (entries === undefined) return undefined;
    const place = lowerBound(entries, name, nameOf);
    const old = entries[place];
    if (old?.key.name !== name) return undefined;
    entries.splice(place, 1);
    if (entries.length === 0) this.#namespaces.splice(lowerBound(this.#namespaces, namespace, namespaceOf), 1);
    return old;
  }

  /** A copy, for the caller to keep. */
  list(namespace: string | undefined): Entry[] {
    if (namespace !== undefined) return this.#entries(namespace)?.slice() ?? [];
    return ([] as Entry[]).concat(...this.#namespaces.map((index) => index.entries));
  }

  #entries(namespace: string): Entry[] | undefined {
    const found = this.#namespaces[lowerBound(this.#namespaces, namespace, namespaceOf)];
    return found?.namespace === namespace ? found.entries : undefined;
  }

  #addNamespace(namespace: string): Entry[] {
    const entries: Entry[] = [];
    this.#namespaces.splice(lowerBound(this.#namespaces, namespace, namespaceOf), 0, { namespace, entries });
    return entries;
  }
}
