/** Attribute values for people: JSON as far as they are known, and the reason where they are not. */
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';

/** Longer values are cut: an argument may be a whole policy or a script. */
const MAX_LENGTH = 400;
const MAX_DEPTH = 12;

/** One line of at most 400 characters; sensitive values are never told. */
export function attributeText(value: AttributeValue): string {
  if (typeof value !== 'object' || value === null) return cut(textOf(value, 0));
  const text = texts.get(value) ?? cut(textOf(value, 0));
  texts.set(value, text);
  return text;
}

/** Thousands of calls may be given one value. */
const texts = new WeakMap<object, string>();

function cut(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}...`;
}

function textOf(value: AttributeValue, depth: number): string {
  if (value instanceof SensitiveAttribute) return '(sensitive)';
  if (value instanceof UnknownAttribute) return unknownText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (depth === MAX_DEPTH) return '...';
  if (Array.isArray(value)) return `[${joined((value as readonly AttributeValue[]).values(), (item) => textOf(item, depth + 1))}]`;
  const map = value as { readonly [name: string]: AttributeValue };
  return `{${joined(Object.keys(map).values(), (name) => `${/^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name)} = ${textOf(map[name] ?? null, depth + 1)}`)}}`;
}

/** As many as are shown: nobody sees the rest of ten thousand. */
function joined<Item>(items: Iterable<Item>, text: (item: Item) => string): string {
  let all = '';
  for (const item of items) {
    all += `${all === '' ? '' : ', '}${text(item)}`;
    if (all.length > MAX_LENGTH) break;
  }
  return all;
}

function unknownText(value: UnknownAttribute): string {
  const [first, ...rest] = value.origins;
  if (first === undefined) return `(${value.reason})`;
  const name = first.attribute === '' ? first.address : `${first.address}.${first.attribute}`;
  return rest.length === 0 ? name : `${name} and ${rest.length} more`;
}
