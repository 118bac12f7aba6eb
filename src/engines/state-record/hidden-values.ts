/**
 * The gate between a state and what is kept of it: each value stays in clear or becomes a keyed mark.
 *
 * A text stays when its name is on the list of kept attributes, or when it has the form of a cloud's id or ARN; and
 * neither the state, nor the catalogue, nor its name, nor its looks say that it is a secret. Of everything else a mark
 * is left: the HMAC of the value's canonical text, so that equal values stay equal (drift works), and HMACs of the
 * names and ids inside of it, so that "is this used anywhere" has the same answer as before. Without the key,
 * which is not in the database, nobody can try guesses against a mark. Truth values stay, and small numbers whose
 * names say nothing of a secret: they are needed everywhere and tell nothing.
 */
import { createHash, createHmac } from 'node:crypto';
import { canonical } from '../drift/canonical.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { isSecretName, replaceKnownSecrets, replaceSecrets } from '../redaction/secret-patterns.ts';
import { mentionedTexts } from '../rules/reference-index.ts';
import { TAG_MAPS, type KeptAttributes } from './kept-attributes.ts';

const MARK_CHARACTERS = 16;
const MENTION_CHARACTERS = 12;
const MOST_MENTIONS = 400;
const LONGEST_KEPT = 256;
/** Documents and scripts hold whatever people write. */
const DOCUMENT = /[\n\r{}"]/;
const LARGEST_NUMBER = 99_999;
const MOST_REMEMBERED = 200_000;
/** States of version 3 write truth values and numbers as texts. */
const PLAIN = /^(?:true|-?\d{1,5})$/;
/** Names of AWS's own policies are long, mixed and known to all. */
const PUBLIC_POLICY = /^arn:aws[a-z-]*:iam::aws:policy\/[A-Za-z0-9/_-]{1,128}$/;
/** Forms that clouds give to their own names of things. */
const CLOUD_NAMES = /^(arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:[\w+=,.@:/*-]+|[a-z][a-z0-9]{1,20}-[0-9a-f]{8}(?:[0-9a-f]{9})?|\/subscriptions\/[0-9a-f-]{36}(?:\/[\w.() -]+)*|https:\/\/(?:www|compute)\.googleapis\.com\/[\w./-]+|projects\/[\w./:-]+|(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?)$/;

export interface HidingOptions {
  /** 16 bytes or more; one a tenant, kept by the caller. */
  key: Uint8Array;
  kept: KeptAttributes;
  /** Top-level attributes of a type that are sensitive whatever the state says. */
  sensitive: (type: string) => readonly string[];
}

export interface Mark {
  /** Of the whole value. */
  mark: string;
  /** Of the names and ids in it. */
  mentions: readonly string[];
  /** Words that rules look for, and which stand in it. */
  words: readonly string[];
}

export class ValueGate {
  readonly #options: HidingOptions;
  readonly #marks = new Map<string, Mark>();
  readonly #clear = new Map<string, boolean>();

  constructor(options: HidingOptions) {
    this.#options = options;
  }

  /** @param path Names only, from the resource; `marked`: the source says that it is sensitive. */
  mayStay(value: string | number | bigint | boolean | null, type: string, path: readonly string[], marked: boolean): boolean {
    if (value === null || typeof value === 'boolean' || canonical(value) === '') return true;
    if (marked || this.#secretPlace(type, path)) return false;
    const name = path.at(-1) ?? '';
    const listed = this.#options.kept.has(name) || path.slice(0, -1).some((step) => TAG_MAPS.has(step));
    if (typeof value !== 'string') return listed || (value <= LARGEST_NUMBER && value >= -LARGEST_NUMBER);
    return value.length <= LONGEST_KEPT && !DOCUMENT.test(value) && (listed || PLAIN.test(value) || CLOUD_NAMES.test(value)) && this.#harmless(value);
  }

  /** What is left of a value. */
  mark(value: AttributeValue): Mark {
    const text = typeof value === 'string' ? value : undefined;
    const known = text === undefined ? undefined : this.#marks.get(text);
    if (known !== undefined) return known;
    const made = { mark: this.#hash(canonical(value), MARK_CHARACTERS), mentions: text === undefined || text.length < 6 ? [] : this.#mentions(text), words: text === undefined ? [] : this.#options.kept.words.filter((word) => text.includes(word)) };
    if (text !== undefined && this.#marks.size < MOST_REMEMBERED) this.#marks.set(text, made);
    return made;
  }

  /** Marks that a provider may have recorded of what the code says: as it is, in small letters, its digest, its base64 form. */
  candidates(declared: string | number | bigint | boolean): string[] {
    const text = String(declared);
    const forms: AttributeValue[] = [declared, text, createHash('sha1').update(text).digest('hex'), createHash('sha256').update(text).digest('hex'), Buffer.from(text).toString('base64'), text.toLowerCase()];
    return [...new Set(forms.map((form) => this.#hash(canonical(form), MARK_CHARACTERS)))];
  }

  /** How an id appears among mentions. */
  mentionOf(text: string): string {
    return `hmac:${this.#hash(text, MENTION_CHARACTERS)}`;
  }

  /** Keys and other small texts: parts that look like a secret are replaced. */
  text(text: string): string {
    return replaceSecrets(text, (secret) => `(redacted:${this.#hash(secret, MENTION_CHARACTERS)})`);
  }

  /** Names of types, modules and resources are words of the code and stay; keys of instances are values like any other. */
  address(text: string): string {
    const keyed = text.replace(/\["((?:[^"\\]|\\.)*)"\]/g, (whole, key: string) => (PUBLIC_POLICY.test(key) ? whole : `["${this.text(key)}"]`));
    return replaceKnownSecrets(keyed, (secret) => `(redacted:${this.#hash(secret, MENTION_CHARACTERS)})`);
  }

  /** Of the bytes as they came. */
  contentHash(bytes: Uint8Array): Uint8Array {
    return createHmac('sha256', this.#options.key).update('content').update(bytes).digest();
  }

  #mentions(text: string): string[] {
    const found = new Set<string>([text]);
    for (const part of mentionedTexts(text)) {
      if (found.size >= MOST_MENTIONS) break;
      found.add(part);
    }
    return [...found].map((part) => this.#hash(part, MENTION_CHARACTERS));
  }

  #secretPlace(type: string, path: readonly string[]): boolean {
    return isSecretName(path.join('.')) || this.#options.sensitive(type).some((known) => known === path[0] || path.join('.').startsWith(`${known}.`) || known === path.join('.'));
  }

  #harmless(text: string): boolean {
    const known = this.#clear.get(text);
    if (known !== undefined) return known;
    const answer = replaceSecrets(text, () => '') === text;
    if (this.#clear.size < MOST_REMEMBERED) this.#clear.set(text, answer);
    return answer;
  }

  #hash(text: string, characters: number): string {
    return createHmac('sha256', this.#options.key).update(text).digest('hex').slice(0, characters);
  }
}
