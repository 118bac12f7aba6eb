/**
 * The change that a rule asks for, as data: what a patch writes into the code and a saving is priced with.
 *
 * A rule names attributes by dotted paths through nested blocks and says what they become. A plain value is
 * set wherever it is missing or different. A value by its old one (`from`), and one part of a value (`part`),
 * change only what is there: a disk of type gp2 becomes gp3, `m4.large` becomes `m6i.large`, anything else stays.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { asText } from './attribute-reading.ts';

export type PlainValue = string | number | boolean;

export type NewValue =
  | { kind: 'value'; value: PlainValue | readonly PlainValue[] }
  /** New value by the present one. */
  | { kind: 'from'; values: Readonly<Record<string, PlainValue>> }
  /** One part of the present text, the text taken apart at `separator`. */
  | { kind: 'part'; separator: string; at: number; values: Readonly<Record<string, string>> };

/** Lists of objects are nested blocks; `{json: ...}` is a document that the code encodes. */
export interface AddedBody {
  readonly [name: string]: PlainValue | readonly AddedBody[] | { readonly json: unknown };
}

export type RuleChange =
  /** The resource goes, and what stands only for it: resources of the types in `companions` that name it. */
  | { kind: 'remove'; companions: readonly string[] }
  /** A resource beside it, of the same name: arguments that refer to attributes of the found one, and the rest of its body. */
  | { kind: 'add'; type: string; refer: Readonly<Record<string, string>>; body: AddedBody }
  | { kind: 'attributes'; set: Readonly<Record<string, NewValue>>; unset: readonly string[] };

type Fields = Record<string, unknown>;

const PATH = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$/;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): value is PlainValue {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

/** `remove`, `{remove: [companion types]}`, `{add: type, refer: {argument: attribute}, body}`, or `{set: {path: value}, unset: [paths]}`; undefined for anything else. */
export function readChange(value: unknown): RuleChange | undefined {
  if (value === 'remove') return { kind: 'remove', companions: [] };
  if (!isFields(value)) return undefined;
  if (value['add'] !== undefined) return readAddition(value);
  const { remove, set, unset, ...others } = value;
  if (Object.keys(others).length > 0) return undefined;
  if (remove !== undefined) {
    const types = Array.isArray(remove) && remove.every((type) => typeof type === 'string') ? (remove as string[]) : undefined;
    return types === undefined || set !== undefined || unset !== undefined ? undefined : { kind: 'remove', companions: types };
  }
  const paths = unset === undefined ? [] : unset;
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string' && PATH.test(path))) return undefined;
  if (set !== undefined && !isFields(set)) return undefined;
  const values = Object.entries(set ?? {}).map(([path, one]) => [path, PATH.test(path) ? readNewValue(one) : undefined] as const);
  if (values.some(([, one]) => one === undefined) || values.length + paths.length === 0) return undefined;
  return { kind: 'attributes', set: Object.fromEntries(values) as Record<string, NewValue>, unset: paths as string[] };
}

function readAddition({ add, refer, body, ...others }: Fields): RuleChange | undefined {
  if (typeof add !== 'string' || !PATH.test(add) || Object.keys(others).length > 0 || !isFields(refer) || !isFields(body)) return undefined;
  const named = Object.entries(refer).every(([name, attribute]) => PATH.test(name) && typeof attribute === 'string' && PATH.test(attribute));
  return named && Object.keys(refer).length > 0 && isAddedBody(body, 0) ? { kind: 'add', type: add, refer: refer as Record<string, string>, body: body as unknown as AddedBody } : undefined;
}

function isAddedBody(body: Fields, depth: number): boolean {
  return depth < 8 && Object.entries(body).every(([name, value]) => PATH.test(name) && (isPlain(value) || (Array.isArray(value) && value.every((item) => isFields(item) && isAddedBody(item, depth + 1))) || (isFields(value) && Object.keys(value).join() === 'json')));
}

function readNewValue(value: unknown): NewValue | undefined {
  if (isPlain(value)) return { kind: 'value', value };
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain) ? { kind: 'value', value } : undefined;
  if (!isFields(value)) return undefined;
  const { from, part, of, to, ...others } = value;
  if (Object.keys(others).length > 0) return undefined;
  if (from !== undefined) return part === undefined && of === undefined && to === undefined && isFields(from) && Object.values(from).every(isPlain) ? { kind: 'from', values: from as Record<string, PlainValue> } : undefined;
  const texts = isFields(to) && Object.values(to).every((one) => typeof one === 'string');
  return Number.isInteger(part) && typeof of === 'string' && of !== '' && texts ? { kind: 'part', separator: of, at: part as number, values: to as Record<string, string> } : undefined;
}

/** What the value becomes; undefined where it stays as it is. `present` is undefined where there is none. */
export function changedValue(next: NewValue, present: AttributeValue | undefined): PlainValue | readonly PlainValue[] | undefined {
  if (next.kind === 'value') return sameValue(next.value, present) ? undefined : next.value;
  const text = asText(present);
  if (text === '') return undefined;
  if (next.kind === 'from') return Object.hasOwn(next.values, text) ? next.values[text] : undefined;
  const parts = text.split(next.separator);
  const part = parts[next.at] ?? '';
  if (!Object.hasOwn(next.values, part)) return undefined;
  return parts.map((one, at) => (at === next.at ? (next.values[part] ?? one) : one)).join(next.separator);
}

function sameValue(value: PlainValue | readonly PlainValue[], present: AttributeValue | undefined): boolean {
  if (!Array.isArray(value)) return present !== undefined && present !== null && asText(present) === String(value) && !Array.isArray(present);
  return Array.isArray(present) && present.length === value.length && value.every((one, at) => asText((present as readonly AttributeValue[])[at]) === String(one));
}

type Attributes = { readonly [name: string]: AttributeValue };

/** The attributes as they are after the change; blocks on the way to a plain value that is set are made. */
export function changedAttributes(attributes: Attributes, change: RuleChange & { kind: 'attributes' }): Attributes {
  let changed = attributes;
  for (const [path, next] of Object.entries(change.set)) changed = setAt(changed, path.split('.'), next);
  for (const path of change.unset) changed = unsetAt(changed, path.split('.'));
  return changed;
}

function setAt(attributes: Attributes, steps: readonly string[], next: NewValue): Attributes {
  const [step = '', ...rest] = steps;
  const present = Object.hasOwn(attributes, step) ? attributes[step] : undefined;
  if (rest.length === 0) {
    const value = changedValue(next, present);
    return value === undefined ? attributes : { ...attributes, [step]: value as AttributeValue };
  }
  if (isPlainObject(present)) return { ...attributes, [step]: setAt(present, rest, next) };
  if (Array.isArray(present) && present.length > 0) return { ...attributes, [step]: (present as readonly AttributeValue[]).map((item) => (isPlainObject(item) ? setAt(item, rest, next) : item)) };
  return next.kind === 'value' ? { ...attributes, [step]: [setAt({}, rest, next)] } : attributes;
}

function unsetAt(attributes: Attributes, steps: readonly string[]): Attributes {
  const [step = '', ...rest] = steps;
  if (!Object.hasOwn(attributes, step)) return attributes;
  const present = attributes[step] ?? null;
  if (rest.length === 0) return { ...attributes, [step]: null };
  if (isPlainObject(present)) return { ...attributes, [step]: unsetAt(present, rest) };
  if (!Array.isArray(present)) return attributes;
  return { ...attributes, [step]: (present as readonly AttributeValue[]).map((item) => (isPlainObject(item) ? unsetAt(item, rest) : item)) };
}
