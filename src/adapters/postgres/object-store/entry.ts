/**
 * One stored object in memory: its JSON text, and the parsed form only for as long as it is asked for.
 *
 * 100,000 objects of 1 kB are 100 MB as text and five times that as JavaScript objects, so the text is
 * what is kept. Parsed forms live in a bounded queue; the oldest is dropped and parsed again when needed.
 * Labels are kept apart, one shared frozen record for all objects with the same ones, so that a label
 * selector over a whole kind touches no JSON.
 */
import type { ApiObject } from '../../../domain/object.ts';
import type { ObjectKey, StoredObject } from '../../../ports/object-store.ts';

const MOST_PARSED = 1_000;
const MOST_LABEL_SETS = 50_000;
const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

/** Bounds the parsed forms, and shares equal labels and key words between entries. */
export class EntryPool {
  readonly #parsed = new Set<Entry>();
  readonly #labels = new Map<string, Readonly<Record<string, string>>>();
  readonly #words = new Map<string, string>();

  keep(entry: Entry): void {
    this.#parsed.add(entry);
    if (this.#parsed.size <= MOST_PARSED) return;
    const [oldest] = this.#parsed;
    if (oldest === undefined) return;
    this.#parsed.delete(oldest);
    oldest.forget();
  }

  /** Forgets the parsed form of an entry that is no longer the newest of its key. */
  drop(entry: Entry): void {
    this.#parsed.delete(entry);
    entry.forget();
  }

  /** The record of a labels text as the database holds it (JSON, or null for none). */
  labels(text: string | null): Readonly<Record<string, string>> {
    if (text === null) return NO_LABELS;
    const known = this.#labels.get(text);
    if (known !== undefined) return known;
    const labels = Object.freeze(JSON.parse(text) as Record<string, string>);
    if (this.#labels.size >= MOST_LABEL_SETS) this.#labels.clear();
    this.#labels.set(text, labels);
    return labels;
  }

  /** The one copy of a group, plural or namespace. */
  word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    if (this.#words.size >= MOST_LABEL_SETS) this.#words.clear();
    this.#words.set(text, text);
    return text;
  }
}

export class Entry implements StoredObject {
  readonly key: ObjectKey;
  readonly resourceVersion: bigint;
  readonly json: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly #pool: EntryPool;
  #object: Readonly<ApiObject> | undefined;

  constructor(key: ObjectKey, resourceVersion: bigint, json: string, labels: Readonly<Record<string, string>>, pool: EntryPool) {
    this.key = key;
    this.resourceVersion = resourceVersion;
    this.json = json;
    this.labels = labels;
    this.#pool = pool;
  }

  get object(): Readonly<ApiObject> {
    if (this.#object === undefined) {
      this.#object = JSON.parse(this.json) as ApiObject;
      this.#pool.keep(this);
    }
    return this.#object;
  }

  forget(): void {
    this.#object = undefined;
  }
}

/** What the database is given: the JSON text before and after the resourceVersion's digits. */
export interface Serialised {
  head: string;
  tail: string;
  /** JSON of the labels; null when there are none. */
  labels: string | null;
}

/** Serialises `object` without its own resourceVersion, leaving the place for the one that the write will get. */
export function serialise(object: ApiObject): Serialised {
  const { apiVersion, kind, metadata, ...rest } = object;
  const { resourceVersion: _old, ...kept } = metadata;
  const metadataText = JSON.stringify(kept);
  const restText = JSON.stringify(rest);
  const head = `{"apiVersion":${JSON.stringify(String(apiVersion))},"kind":${JSON.stringify(String(kind))},"metadata":{"resourceVersion":"`;
  const metadataTail = metadataText === '{}' ? '"}' : `",${metadataText.slice(1)}`;
  const tail = `${metadataTail}${restText === '{}' ? '}' : `,${restText.slice(1)}`}`;
  const labels = metadata.labels;
  return { head, tail, labels: labels === undefined || Object.keys(labels).length === 0 ? null : JSON.stringify(labels) };
}
