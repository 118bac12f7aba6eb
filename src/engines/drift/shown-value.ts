/**
 * Values as findings may show them. What is sensitive leaves as a keyed hash and nothing else: two equal
 * secrets show equal, and without the key nobody can try guesses against it.
 *
 * Four things hide a value: its own mark (state, plan, code), the provider catalogue's knowledge of its type,
 * the name of any step of its path, and its looks (PEM, well-known key forms, long random texts).
 * Marks of states are nearly always missing, so the other three have to suffice.
 */
import { createHmac } from 'node:crypto';
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { isSecretName, replaceSecrets } from '../redaction/secret-patterns.ts';
import type { ResourceType } from '../provider-catalogue/resource-type.ts';
import { canonical } from './canonical.ts';

export interface ShownValue {
  /** One line, at most 200 characters. */
  text: string;
  /** The text is a keyed hash. */
  hidden: boolean;
  /** Of a value that is hidden or has hidden parts, where a baseline asks for it: a slow hash of all of it that is the same on every run. */
  mark?: () => string;
}

const NAMES = /pass(word|wd|phrase)|secret|token|private_?key|priv_key|connection_?string|access_?key|api_?key|account_?key|user_data|custom_data|kube_?config|credential|(^|_)sas(_|$)|startup_script|auth(_key|orization)|signing_key|content_base64|license_key|database_url|(^|_)dsn$/i;
/** Names that hold such a word and say where something is, or how long it lasts. */
const HARMLESS_NAMES = /_(arn|arns|id|ids|name|names|enabled|ttl|validity|expiration|expires|type|length|version|options|rotation|period|in_days|seconds|url_expiration|endpoint)$/i;
const LOOKS = /-----BEGIN|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]{8,}\.[\w-]{8,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abposr]-|\bsk_live_|:\/\/[^/\s:@]+:[^/\s@]+@|AccountKey=|\bAIza[\w-]{30,}|[?&](sig|X-Amz-Signature)=/;
const TOKEN = /[A-Za-z0-9+/=_-]{20,}/g;
/** What stands for a hidden value in a text. */
const HASHED = /\(sensitive, hmac:/;
const MOST_CHARACTERS = 200;
const HIDDEN_CHARACTERS = 16;
const DEEPEST = 20;

/** Whether a value at `path` (dotted, from the resource) must not be shown, by what is known of its type and name. */
export function sensitivePath(type: ResourceType, path: string): boolean {
  let known = asked.get(type);
  if (known === undefined) asked.set(type, (known = new Map()));
  const before = known.get(path);
  if (before !== undefined) return before;
  const answer = isSensitive(type, path);
  if (known.size < MOST_REMEMBERED) known.set(path, answer);
  return answer;
}

/** Paths repeat with every instance of a type. */
const asked = new WeakMap<ResourceType, Map<string, boolean>>();
const MOST_REMEMBERED = 2000;

function isSensitive(type: ResourceType, path: string): boolean {
  const steps = path.split('.');
  const named = steps.filter((step) => !/^\d+$/.test(step));
  if (named.some((step) => NAMES.test(step) && !HARMLESS_NAMES.test(step))) return true;
  const plain = named.join('.');
  if (isSecretName(plain)) return true;
  return type.sensitive.some((known) => plain === known || plain.startsWith(`${known}.`));
}

export class ValuePrinter {
  readonly #key: string | Uint8Array;
  readonly #marker: ((text: string) => string) | undefined;

  /**
   * @param key Of the keyed hash; one a tenant, kept by the caller.
   * @param marker Makes the mark of a hidden value from its canonical text.
   */
  constructor(key: string | Uint8Array, marker?: (text: string) => string) {
    this.#key = key;
    this.#marker = marker;
  }

  /** First 16 hex digits of the HMAC-SHA256 of the value's canonical text. */
  hash(value: AttributeValue | undefined): string {
    return createHmac('sha256', this.#key).update(canonical(value)).digest('hex').slice(0, HIDDEN_CHARACTERS);
  }

  show(value: AttributeValue, type: ResourceType, path: string): ShownValue {
    const hidden = sensitivePath(type, path) || value instanceof SensitiveAttribute || (typeof value === 'string' && looksSecret(value));
    if (hidden) return { text: this.#hidden(value), hidden: true, ...this.#mark(value) };
    const text = JSON.stringify(this.#plain(value, type, path, 0)) ?? 'null';
    return { text: text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`, hidden: false, ...(HASHED.test(text) ? this.#mark(value) : {}) };
  }

  #mark(value: AttributeValue): { mark?: () => string } {
    const marker = this.#marker;
    return marker === undefined ? {} : { mark: () => marker(canonical(value)) };
  }

  #hidden(value: AttributeValue): string {
    return `(sensitive, hmac:${this.hash(value)})`;
  }

  #plain(value: AttributeValue, type: ResourceType, path: string, depth: number): unknown {
    if (value instanceof SensitiveAttribute || sensitivePath(type, path)) return this.#hidden(value);
    if (value instanceof UnknownAttribute) return '(unknown)';
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string') return looksSecret(value) ? this.#hidden(value) : value.slice(0, MOST_CHARACTERS * 2);
    if (depth > DEEPEST) return '…';
    if (Array.isArray(value)) return (value as readonly AttributeValue[]).slice(0, 50).map((item, at) => this.#plain(item, type, `${path}.${at}`, depth + 1));
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(Object.keys(value).sort().slice(0, 50).map((name) => [name, this.#plain(value[name] ?? null, type, `${path}.${name}`, depth + 1)]));
  }
}

/** Documents in texts (JSON, scripts) may hold names of secrets with their values: then the whole is hidden. */
function looksSecret(text: string): boolean {
  if (text.length > 100_000 || LOOKS.test(text)) return true;
  if (/["'\s](\w*(password|passwd|secret|token|api_?key))["']?\s*[:=]\s*["']?[^\s"',}]/i.test(text)) return true;
  if (replaceSecrets(text, () => '') !== text) return true;
  return text.length >= 20 && (text.match(TOKEN) ?? []).some(isRandom);
}

/** Upper case, lower case and digits, with the spread of random choice. Ids of clouds are lower case or have few of these. */
function isRandom(token: string): boolean {
  if (!/[A-Z]/.test(token) || !/[a-z]/.test(token) || !/\d/.test(token)) return false;
  const counts = new Map<string, number>();
  for (const character of token) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / token.length) * Math.log2(count / token.length);
  return bits >= 4.2;
}
