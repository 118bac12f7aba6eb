/**
 * Nothing sensitive leaves an analysis: the one gate between attributes and what is shown or kept.
 *
 * Four locks in a row. An attribute passes only when it is on the allow-list (those that rules name);
 * not when the source or the provider's catalogue says that it is sensitive, nor when its name says so;
 * and of what passes, parts that look like a secret are replaced. A replaced value becomes
 * `(redacted:<hash>)` by HMAC with a key of the caller, so that equal values stay equal within one key
 * and nobody can try passwords against the hash.
 */
import { createHmac } from 'node:crypto';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { isSecretName, replaceSecrets } from './secret-patterns.ts';

const LONGEST_VALUE = 200;

export interface RedactorOptions {
  /** Secret of the caller; 16 bytes or more. */
  key: Uint8Array;
  /** Dotted paths without indexes that may be shown. */
  allowed: ReadonlySet<string>;
  /** Attributes of a type that are sensitive whatever the state says. */
  sensitive: (type: string) => readonly string[];
}

export class Redactor {
  readonly #options: RedactorOptions;

  constructor(options: RedactorOptions) {
    this.#options = options;
  }

  /** An attribute's values as they may be shown; lists joined, 200 characters at most. */
  attribute(type: string, path: string, values: readonly AttributeValue[]): string {
    const hidden = !this.#options.allowed.has(path) || isSecretName(path) || this.#options.sensitive(type).includes(path.split('.')[0] ?? path);
    const shown = values.map((value) => (hidden || value instanceof SensitiveAttribute ? this.mark(plain(value)) : this.text(plain(value)))).join(', ');
    return shown.length <= LONGEST_VALUE ? shown : `${shown.slice(0, LONGEST_VALUE)}…`;
  }

  /** Any text that is shown: an address, a path, a message. */
  text(text: string): string {
    return replaceSecrets(text, (secret) => this.mark(secret));
  }

  /** `(redacted:3fa9c1d2e4b5)`: the same for equal values. */
  mark(secret: string): string {
    return `(redacted:${createHmac('sha256', this.#options.key).update(secret).digest('hex').slice(0, 12)})`;
  }
}

function plain(value: AttributeValue): string {
  if (value instanceof SensitiveAttribute) return plain(value.reveal());
  if (value instanceof UnknownAttribute) return '(unknown)';
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item instanceof SensitiveAttribute ? item.reveal() : item)) ?? '';
}
