/**
 * Values as one text each, equal when the values mean the same to a provider.
 *
 * Code says `8080` where a state says `"8080"`; a provider writes nothing as null, "", 0, false, [] or {};
 * sets come back in any order; a heredoc ends with a line break that an API drops. None of that is drift.
 * Lists are taken as sets too: without a schema they cannot be told apart, and a false alarm costs more
 * than a list whose order alone changed (docs/explanation/drift.md says so).
 */
import { createHash } from 'node:crypto';
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { canonicalJson, holdsJson } from './json-document.ts';

const DEEPEST = 100;

/** The text of nothing: null, empty, false and zero. */
export const NOTHING = '';

export interface CanonicalOptions {
  /** Letters of either case are the same, and so are blanks in names of places (`West Europe`). */
  caseless?: boolean;
}

export function canonical(value: AttributeValue | undefined, options: CanonicalOptions = {}, depth = 0): string {
  if (value === undefined || value === null || depth > DEEPEST) return NOTHING;
  if (value instanceof SensitiveAttribute) return canonical(value.reveal(), options, depth + 1);
  if (value instanceof UnknownAttribute) return '?';
  if (Array.isArray(value)) {
    const items = (value as readonly AttributeValue[]).map((item) => canonical(item, options, depth + 1)).filter((item) => item !== NOTHING);
    return items.length === 0 ? NOTHING : `[${items.sort().join()}]`;
  }
  if (isPlainObject(value)) return objectText(value, options, depth);
  return scalar(typeof value === 'string' ? value : String(value), options);
}

function objectText(value: { readonly [name: string]: AttributeValue }, options: CanonicalOptions, depth: number): string {
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const text = canonical(value[name], options, depth + 1);
    if (text !== NOTHING) members.push(`${JSON.stringify(name)}:${text}`);
  }
  return members.length === 0 ? NOTHING : `{${members.join()}}`;
}

function scalar(text: string, options: CanonicalOptions): string {
  if (text === '' || text === '0' || text === 'false') return NOTHING;
  const first = text.trimStart()[0];
  const json = first === '{' || first === '[' ? canonicalJson(text) : undefined;
  if (json !== undefined) return json === '{}' || json === '[]' ? NOTHING : `j${json}`;
  const lines = text.includes('\n') ? text.replace(/[ \t\r]+$/gm, '').trimEnd() : text;
  return JSON.stringify(options.caseless === true ? lines.toLowerCase().replaceAll(' ', '').replace(/\.$/, '') : lines);
}

const SHA1 = /^[0-9a-f]{40}$/;

/**
 * Whether two scalars mean the same: equal canonical texts, a name against the full name of the same thing
 * (ARN, self link), or a text against the digest or base64 form that providers record of it.
 */
export function sameScalar(declared: AttributeValue, recorded: AttributeValue, options: CanonicalOptions & { containers?: boolean } = {}): boolean {
  if (declared === recorded || canonical(declared, options) === canonical(recorded, options)) return true;
  if (typeof declared !== 'string' || typeof recorded !== 'string' || declared === '' || recorded === '') return false;
  if (options.containers === true && holdsJson(declared, recorded)) return true;
  if (isTailOf(declared, recorded) || isTailOf(recorded, declared)) return true;
  if (SHA1.test(recorded) && createHash('sha1').update(declared).digest('hex') === recorded) return true;
  return recorded.length > declared.length && recorded === Buffer.from(declared).toString('base64');
}

/** `alias/main` is `arn:aws:kms:eu-west-1:1:alias/main`; `europe-west1-b` is `https://.../zones/europe-west1-b`. */
function isTailOf(short: string, full: string): boolean {
  if (full.length <= short.length || !full.endsWith(short) || !/^(arn:|https:\/\/(www|compute)\.googleapis\.com\/|projects\/)/.test(full)) return false;
  const before = full[full.length - short.length - 1];
  return before === '/' || (before === ':' && full.startsWith('arn:'));
}
